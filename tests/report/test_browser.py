"""The page in a real browser: no sideways scrolling, no colliding text, nothing fetched, no complaint, at three widths.

One session of Debian's chromium for all of it; skipped where there is none.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from escalation.report.page.render import write
from tests.report.pages import whole_page

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (360, 768, 1280)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason="needs chromium and its driver"),
]

COLLISIONS = """
    // Boxes of the texts of every figure that is shown: pairs that overlap, and those that are cut at its edge.
    const found = [];
    for (const svg of document.querySelectorAll('figure svg')) {
        const frame = svg.getBoundingClientRect();
        if (frame.width === 0) continue;
        const boxes = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
        boxes.forEach(([text, a], i) => {
            const beside = a.left < frame.left - 1 || a.right > frame.right + 1;
            if (beside || a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
                found.push(svg.id + ': cut: ' + text);
            for (const [other, b] of boxes.slice(i + 1)) {
                const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                // boxes hold the room above and below the letters, a quarter of their height
                if (across > 1 && down > 0.3 * Math.min(a.height, b.height)) found.push(text + ' | ' + other);
            }
        });
    }
    return found;
"""
SMALLEST = """
    return Math.min(...[...document.querySelectorAll('figure svg text')]
        .filter(text => text.getBoundingClientRect().width)
        .map(text => [parseFloat(getComputedStyle(text).fontSize), text.getScreenCTM()])
        .map(([size, scale]) => size * Math.hypot(scale.a, scale.b)));
"""
WIDER = """
    const wide = document.documentElement.clientWidth;
    return [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > wide + 1 && !e.closest('svg') && !e.closest('.unseen, thead'))
        .map(e => e.tagName + ': ' + e.textContent.slice(0, 40));
"""
CONTRASTS = """
    // The least contrast of any text with what lies behind it, by the formula of WCAG 2.
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = e => {
        for (; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (!/, 0\\)$|transparent/.test(colour)) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    const texts = [...document.querySelectorAll('body *')].filter(e =>
        [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.getBoundingClientRect().width);
    return Math.min(...texts.map(e => {
        const style = getComputedStyle(e);
        const [a, b] = [light(e.closest('svg') ? style.fill : style.color), light(behind(e))].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
    }));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One session, told to note every request and every message."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    session = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        yield session
    finally:
        session.quit()


@pytest.fixture(scope="module")
def opened(browser: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Chrome:
    """The session with a page of every kind of figure open."""
    folder = tmp_path_factory.mktemp("page")
    write(whole_page(), folder)
    browser.get((folder / "report.html").as_uri())
    return browser


def at(browser: Chrome, width: int) -> None:
    view = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)


def asked(browser: Chrome, script: str) -> Any:
    return browser.execute_script(script)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(opened: Chrome, width: int) -> None:
    at(opened, width)
    assert asked(opened, "return document.documentElement.scrollWidth") <= width
    assert asked(opened, WIDER) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_label_of_a_figure_covers_another_or_is_cut(opened: Chrome, width: int) -> None:
    at(opened, width)
    assert asked(opened, COLLISIONS) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_one_figure_of_each_pair_is_shown_and_its_text_can_be_read(opened: Chrome, width: int) -> None:
    at(opened, width)
    shown = asked(
        opened, "return [...document.querySelectorAll('figure svg')].map(s => s.getBoundingClientRect().width > 0)"
    )
    assert all(first != second for first, second in zip(shown[::2], shown[1::2], strict=True))
    assert asked(opened, SMALLEST) >= 9.5


def test_every_text_stands_out_from_its_ground(opened: Chrome) -> None:
    at(opened, 1280)
    assert asked(opened, CONTRASTS) >= 4.5


def test_a_collision_would_be_seen(opened: Chrome) -> None:
    """The checks can fail: a label is moved onto another, a block is made too wide."""
    at(opened, 1280)
    texts = "const t = [...document.querySelectorAll('svg.wide')].at(-1).querySelectorAll('text');"
    asked(opened, f"{texts} t[1].id = 'moved'; t[1].setAttribute('transform', t[0].getAttribute('transform') || '');"
                  "['x', 'y', 'style'].forEach(a => t[1].setAttribute(a, t[0].getAttribute(a) || ''));"
                  "t[1].textContent = t[0].textContent;"
                  "document.querySelector('h1').style.width = '3000px';")  # fmt: skip
    assert asked(opened, COLLISIONS) != []
    assert asked(opened, WIDER) != []
    opened.refresh()


def test_it_asks_for_nothing_and_complains_of_nothing(opened: Chrome) -> None:
    events = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]  # type: ignore[no-untyped-call]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    # the browser's own first page asks for parts of the browser
    requests = [one["request"]["url"] for one in sent if one["documentURL"] == opened.current_url]
    assert requests != []
    assert [url for url in requests if not url.startswith("data:") and url != opened.current_url] == []
    assert opened.get_log("browser") == []  # type: ignore[no-untyped-call]
