"""The page of a run folder: what it says is computed, what it is made of is whole, and the same twice to the byte."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from matplotlib.figure import Figure

from escalation.cli.main import cli as program
from escalation.report.page import breakeven, causes, claims, discovery, pairs, runs, theses
from escalation.report.page import odds as odds_page
from escalation.report.page.build import page, write_page
from escalation.report.page.canvas import Chart, apart, canvas, folded
from escalation.report.page.material import read
from escalation.report.page.parts import Page, Section, Table, Text
from escalation.report.page.render import html
from escalation.report.words import tenths
from escalation.worlds.runs import NoRun
from tests.report.pages import NAMES, made_up

HEADINGS = ("h1", "h2", "h3", "h4")


class Outline(HTMLParser):
    """Headings in order, ids, references to ids, what would be fetched, and what tables lack."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.refers: set[str] = set()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.language = ""
        self.unscoped = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag in HEADINGS:
            self.levels.append(int(tag[1]))
        if "id" in held:
            self.ids.append(held["id"])
        for name in ("aria-labelledby", "aria-describedby"):
            self.refers |= set(held.get(name, "").split())
        for name in ("href", "xlink:href"):
            if held.get(name, "").startswith("#"):
                self.refers.add(held[name][1:])
        if tag in ("script", "img", "iframe", "object", "source") or (tag == "link" and held.get("rel") != "icon"):
            self.fetched.append(tag)
        if tag == "html":
            self.language = held.get("lang", "")
        if tag == "th" and "scope" not in held:
            self.unscoped += 1


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run with a page."""
    from escalation.analysis.odds import run
    from escalation.cli.run import _write
    from escalation.worlds.folder import Ran

    folder = tmp_path_factory.mktemp("page") / "run"
    folder.mkdir()
    _write(folder, Ran.now(["escalation", "run", "strike", "--set", 'x="<b>"'], 0), run("strike", 120, horizon=13))
    return folder


def test_a_page_is_sound_html_with_landmarks_and_names(run_folder: Path) -> None:
    text = (run_folder / "report.html").read_text(encoding="utf-8")
    found = Outline(text)
    assert text.startswith("<!DOCTYPE html>")
    assert found.language == "en"
    assert {"header", "nav", "main", "footer"} <= set(found.tags)
    assert found.levels[0] == 1
    assert found.levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(found.levels))
    assert len(found.ids) == len(set(found.ids))
    assert found.refers <= set(found.ids)
    assert found.tags.count("table") == found.tags.count("caption") > 0
    assert found.unscoped == 0
    assert found.tags.count("svg") == 2 * found.tags.count("figure") > 0
    assert found.tags.count("desc") == found.tags.count("svg")


def test_a_page_fetches_nothing_and_is_small(run_folder: Path) -> None:
    text = (run_folder / "report.html").read_text(encoding="utf-8")
    assert Outline(text).fetched == []
    assert not re.search(r"@import|url\((?!#)", text)
    # the addresses that are left name what the SVG is written in
    assert set(re.findall(r"https?://[^\"'\s]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert len(text.encode()) < 2_000_000


def test_what_is_typed_is_escaped(run_folder: Path) -> None:
    text = (run_folder / "report.html").read_text(encoding="utf-8")
    assert "<b>" not in text
    assert "&lt;b&gt;" in text


def test_every_figure_lies_beside_the_page(run_folder: Path) -> None:
    made = page(read(run_folder))
    names = {path.name for path in (run_folder / "figures").iterdir()}
    assert names == {f"{chart.name}.{kind}" for chart in made.charts for kind in ("png", "pdf")}
    text = (run_folder / "report.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(figures/[^"]+)"', text)
    assert {Path(link).name for link in links} == names


def test_the_same_folder_gives_the_same_bytes_and_old_figures_go(run_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run_folder, folder)
    (folder / "figures" / "stale.png").write_bytes(b"old")
    before = {path.name: path.read_bytes() for path in run_folder.rglob("*") if path.is_file()}
    write_page(folder)
    after = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before


def test_the_page_says_what_the_run_found(run_folder: Path) -> None:
    run = json.loads((run_folder / "run.json").read_text())
    text = (run_folder / "report.html").read_text(encoding="utf-8")
    assert f"Of {run['worlds']} simulated worlds" in text
    assert f"{run['war']['wars']} come to all-out war" in text
    assert f"{100 * run['limited_war']['odds']:.2f}" in text
    counts = re.search(r"(\d+) of (\d+) numbers \(", text)
    assert counts is not None
    from escalation.scenario.describe import counts as counted
    from escalation.scenario.loader import load

    held = counted(load("strike"))
    assert (int(counts[1]), int(counts[2])) == (held["judgement"], held["numbers"])


def test_what_the_run_did_with_its_uncertain_numbers_is_said(run_folder: Path, tmp_path: Path) -> None:
    """They are drawn with --priors alone."""
    text = (run_folder / "report.html").read_text(encoding="utf-8")
    assert "that are uncertain and stand here at their central values, " in " ".join(text.split())
    assert "drawn from" not in text
    assert called("run", "strike", "-n", "40", "--priors", "--out", str(tmp_path / "drawn"), "-q").exit_code == 0
    drawn = " ".join((tmp_path / "drawn" / "report.html").read_text(encoding="utf-8").split())
    assert "that are uncertain and drawn from their priors, " in drawn
    assert "drawn anew in every draw" not in text + drawn


@pytest.mark.parametrize("asked", [("--precision", "0.02"), ("-n", "50")])
def test_without_a_war_the_page_says_what_the_terminal_does(asked: tuple[str, ...], tmp_path: Path) -> None:
    done = called("run", "strike-no-errors", *asked, "--horizon", "2", "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    said = re.search(r"the odds are below [^;]*; weighing .* gives [\d.]+ in [\d,]*\d", " ".join(done.output.split()))
    assert said is not None
    text = unescape(" ".join((tmp_path / "report.html").read_text(encoding="utf-8").split()))
    assert '<p class="lead">None of ' in text
    assert said[0] in text
    assert "by counting and weighing together. Counted" not in text
    run = json.loads((tmp_path / "run.json").read_text())
    assert runs._shown(run, run["war"])[0] == 0.0, "and no figure shows the middle of an interval from 0"


def test_rare_odds_are_no_nought_in_a_dot_plot(run_folder: Path) -> None:
    run = json.loads((run_folder / "run.json").read_text())
    for odds in run["war_by_day"].values():
        odds |= {"odds": 0.0002, "low": 0.0001, "high": 0.0004}
    chart = runs._by_day(run)
    assert "within 90 days 0.02 in 100" in chart.description
    for odds in run["war_by_day"].values():
        odds["splitting"] = {"odds": 3.1e-6, "low": 1e-6, "high": 1e-5}
    run["war"]["splitting"] = odds["splitting"]
    by_splitting = runs._by_day(run)
    assert "within 90 days 0.00031 in 100" in by_splitting.description
    assert by_splitting.note.startswith("Dot: odds by splitting")
    cell = {"arm": "accord", "odds": 0.0002, "low": 0.0, "high": 0.001, "monte_carlo_error": 0.00004}
    assert odds_page._row(cell, "Accord", "k", "o").text == "0.02"
    claim = {"verdict": "refuted", "horizon_days": 90, "probability_low": 0.0, "probability_high": 0.01}
    shown = [claims._row({**claim, "probability": p}).text for p in (0.0, 0.0004, 0.003, 0.04)]
    assert shown == ["0 %", "< 0.1 %", "0.3 %", "4 %"]
    apart = {"difference": -0.0001234, "monte_carlo_error": 0.0001}
    assert claims._cell_row(apart, "neither", "o", "k", False).text == "−0.012"


# -- the command ---------------------------------------------------------------------------------------------------
def called(*words: str) -> Result:
    """A command in this process."""
    return CliRunner().invoke(program, list(words), prog_name="escalation")


def test_report_writes_a_page_anew(run_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run_folder, folder)
    (folder / "report.html").unlink()
    done = called("report", str(folder))
    assert done.exit_code == 0, done.stderr
    assert done.stdout.strip() == str(folder / "report.html")
    assert (folder / "report.html").read_bytes() == (run_folder / "report.html").read_bytes()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "run.json").unlink(), "run.json is missing"),
        (lambda folder: (folder / "run.json").write_text("{"), "run.json is not JSON"),
        (lambda folder: (folder / "run.json").write_text("{}"), "run.json is not what this version writes"),
        (lambda folder: (folder / "manifest.json").unlink(), "there is no manifest.json"),
        (lambda folder: (folder / "scenario.toml").unlink(), "the scenario strike is missing"),
        (
            lambda folder: (folder / "manifest.json").write_text(
                (folder / "manifest.json").read_text().replace('"kind": "run"', '"kind": "dream"')
            ),
            "no page for a dream",
        ),
    ],
)
def test_a_folder_without_enough_is_refused(
    run_folder: Path, tmp_path: Path, spoil: Callable[[Path], object], told: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run_folder, folder)
    spoil(folder)
    done = called("report", str(folder))
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unfinished_sweep_has_no_page(run_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run_folder, folder)
    held = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**held, "status": "incomplete"}))
    with pytest.raises(NoRun, match="not finished"):
        read(folder)


def test_a_sweep_has_a_page_of_its_own(tmp_path: Path) -> None:
    words = [
        "sweep",
        "strike",
        "--vary",
        "errors.scale=0:2:3",
        "--against",
        "nonresponse",
        "-n",
        "40",
        "--horizon",
        "4",
    ]
    done = called(*words, "--out", str(tmp_path / "swept"), "-q")
    assert done.exit_code == 0, done.stderr
    text = (tmp_path / "swept" / "report.html").read_text(encoding="utf-8")
    first = " ".join(done.stdout.split("\n\n")[0].split())
    assert first in text
    assert "errors.scale" in text
    assert re.search(r"((one|none) of three points is|(two|three) of three points are) more dangerous", text)


def test_the_page_of_a_prior_sample_tells_how_the_odds_spread(tmp_path: Path) -> None:
    words = ["sweep", "strike", "--sample", "priors:25", "--against", "nonresponse", "-n", "40", "--horizon", "4"]
    done = called(*words, "--out", str(tmp_path / "drawn"), "-q")
    assert done.exit_code == 0, done.stderr
    text = (tmp_path / "drawn" / "report.html").read_text(encoding="utf-8")
    swept = json.loads((tmp_path / "drawn" / "sweep.json").read_text())
    assert f"25 draws of all {len(swept['keys'])} uncertain numbers at once" in text
    assert "How the odds of all-out war spread over the draws" in text
    for name, sign in (("odds", ""), ("difference", "+")):
        for row in swept["distribution"][name]["quantiles"]:
            assert f">{100 * row['value']:{sign}.2f}<".replace("-", "−") in text
    assert swept["headline"] in text
    assert "if none of the 25 differed, about one would be expected to seem to by chance alone" in text
    assert "none of the 25 differed" in swept["headline"]
    assert "The luck of the worlds, which all draws share, is not in them." in text
    shift = swept["distribution"]["odds"]["shift"]
    assert f"shifts all draws together, their mean by ± {tenths(100 * shift)} in 100 (95 %)" in text
    assert "band: all draws, which are too few to tell the ends" in text
    assert "central values" not in text
    assert swept["keys"][0]["key"] not in text
    assert "break-even" not in text.lower()


# -- sections --------------------------------------------------------------------------------------------------------
def told(section: Section | None) -> str:
    assert section is not None
    return " ".join(block.text for block in section.blocks if isinstance(block, Text))


def test_absent_answers_leave_no_trace() -> None:
    assert causes.attribution_section(None, {}) is None
    assert causes.sensitivity_section(None, frozenset(), {}) is None
    assert breakeven.section(None, {}) is None
    assert discovery.section(None, {}) is None
    assert pairs.section((), {}) is None
    assert pairs.crossover_section(None, {}) is None
    assert claims.structure_section({}) is None


def test_the_attribution_in_words() -> None:
    found = made_up("attribution")
    text = told(causes.attribution_section(found, NAMES))
    assert "Of 100 wars within one year in 2,000 worlds of “Strike”" in text
    assert "60 % vanish without errors of aim, 45 % vanish without errors of fragility" in text
    assert "Three of these wars would have come even where nobody errs" in text
    assert "5.0 in 100; with none, 0.2" in text
    assert "central values" in text
    assert "deals much of its later luck anew" in text
    none = {**found, "wars": {**found["wars"], "wars": 0}}
    assert "nothing to take apart" in told(causes.attribution_section(none, NAMES))


def test_a_break_even_in_words() -> None:
    found = made_up("break_even")
    text = told(breakeven.section(found, NAMES))
    assert "equally dangerous within one year where “errors.scale”" in text
    assert (
        "stands at 0.9 (95 % interval 0.5 to 1.3; “Strike” is safer below it and “Non-response” is safer above it)"
        in text
    )
    never = {**found, "crossings": [], "stretches": [{"low": 0, "high": 2, "sign": 1}]}
    assert "“Non-response” is the safer of the two" in told(breakeven.section(never, NAMES))
    partly = {**never, "stretches": [{"low": 0, "high": 1, "sign": 0}, {"low": 1, "high": 2, "sign": 1}]}
    text = told(breakeven.section(partly, NAMES))
    assert "where the two can be told apart in danger within one year, from 1 to 2, “Non-response” is the safer" in text
    unsure = {**found, "crossings": [], "stretches": [{"low": 0, "high": 2, "sign": 0}]}
    assert "cannot be told apart" in told(breakeven.section(unsure, NAMES))


def test_a_crossing_that_may_be_chance_is_no_break_even() -> None:
    found = made_up("break_even")

    def by_chance(curve: dict[str, Any]) -> dict[str, Any]:
        crossings = [{**crossing, "shown": False, "low": None} for crossing in curve["crossings"]]
        return {**curve, "crossings": crossings, "stretches": [{"low": 0, "high": 2, "sign": 0}]}

    rows = [by_chance(row) for row in found["contour"]["rows"]]
    section = breakeven.section({**by_chance(found), "contour": {**found["contour"], "rows": rows}}, NAMES)
    assert section is not None
    text = told(section)
    assert "equally dangerous" not in text
    assert "cannot be told apart" in text
    assert "The odds of this run cross at 0.9, which may be chance." in text
    assert "Nor does any value of “decapitation.control_loss”" in text
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert all("may be chance" in cell for _, cell in table.rows)
    drawn = [chart.draw(False).axes[0] for chart in section.charts]
    assert not any(line.get_marker() == "D" and len(line.get_xdata()) for axes in drawn for line in axes.lines)


def test_what_is_told_from_noise_is_said_and_what_rests_on_judgement() -> None:
    found = made_up("sensitivity")
    text = told(causes.sensitivity_section(found, frozenset({"us.type.resolute"}), NAMES))
    assert "Of four uncertain numbers, two can be told" in text
    assert "“learning.decay_country” and “us.type.resolute”" in text
    assert "One of these rests on judgement" in text
    section = causes.sensitivity_section(found, frozenset(), NAMES)
    assert section is not None
    assert section.title == "What moves the odds under “Strike”"
    silent = {**found, "factors": [{**factor, "told": False} for factor in found["factors"]]}
    assert told(causes.sensitivity_section(silent, frozenset(), NAMES)).startswith("None of four uncertain numbers")


def test_boxes_in_words() -> None:
    text = told(discovery.section(made_up("discovery"), NAMES))
    assert "“Strike” is safer than “Non-response” within one year" in text
    assert "true of 34 % (95 % interval 30 % to 39 %) of 900 draws" in text
    assert (
        "where errors.scale is up to 0.4 and learning.decay is above 0.06: there it is true of 83 % of the draws"
        in text
    )
    assert "fails" not in text
    alike = {**made_up("discovery"), "a": "x", "b": "x-y", "thing": "x is safer than x-y"}
    assert "“A x-y” is safer than “B”" in told(discovery.section(alike, {"x": "A x-y", "x-y": "B"}))
    asked = discovery.section({**made_up("discovery"), "claim": "S1"}, NAMES)
    assert "That is where the claim S1 fails." in told(asked)
    empty = {**made_up("discovery"), "boxes": []}
    assert "No part of the space was found" in told(discovery.section(empty, NAMES))


def test_paired_worlds_in_words() -> None:
    text = told(pairs.section(made_up("pairs"), NAMES))
    assert (
        "150 come to all-out war within 1 year either way, 60 only under “Strike”, and 20 only under “Non-response”"
        in text
    )
    assert "5.0 in 100 more wars under “Strike” (95 % interval +4.0 to +6.0) within 14 days" in text
    level = [{**pair, "only_a": 20, "only_b": 25, "low": -0.005, "high": 0.015} for pair in made_up("pairs")]
    assert "0.5 in 100 more wars under “Strike” (95 % interval −0.5 to +1.5, which may be chance)" in told(
        pairs.section(level, NAMES)
    )


def test_the_crossover_is_told_as_its_command_tells_it() -> None:
    found = made_up("crossover")
    text = told(pairs.crossover_section(found, NAMES))
    assert "The lump of risk that “Strike” brings is greatest in week 1" in text
    assert "from week 134 on" in text
    assert "cannot be ruled out" in text
    none = {**found, "weekly": [{**point, "difference": 0.0} for point in found["weekly"]]}
    assert "“Strike” and “Non-response” do not differ in any week." in told(pairs.crossover_section(none, NAMES))
    never = {**found, "peak": {"value": -0.01, "low": None, "high": None}}
    assert "“Strike” has no lump of risk to pay back" in told(pairs.crossover_section(never, NAMES))


@pytest.mark.parametrize(
    ("effective", "means"), [(3.0, "tells strongly"), (20.0, "favours some"), (46.0, "tells little")]
)
def test_the_fewer_draws_a_record_leaves_the_more_it_tells(effective: float, means: str) -> None:
    said = theses.weighed(effective, 48)
    assert f"{effective:.0f} effective draws of 48" in said
    assert means in said


def test_a_size_by_itself_has_no_plus() -> None:
    size = {"value": 0.2, "low": -0.1, "high": 0.3, "unit": "in 100"}
    assert claims.effect(size, change=True) == "+20.0 in 100 (−10.0 to +30.0)"
    assert claims.effect(size, change=False) == "20.0 in 100 (−10.0 to 30.0)"


def test_verdicts_in_words() -> None:
    asked = [
        {"id": "S1", "statement": "It is so.", "verdict": verdict, "horizon_days": day}
        for verdict, day in (("refuted", 14), ("refuted", 90), ("inconclusive", 365))
    ]
    assert claims.sentence(asked) == "“It is so” (S1): refuted within 14 days and 90 days; inconclusive within 1 year."
    assert claims.verdicts(asked[:2]) == "refuted at every horizon asked (14 days and 90 days)"


# -- small things ----------------------------------------------------------------------------------------------------
def test_labels_are_set_apart_in_their_order() -> None:
    assert apart([], 1.0, 0.0, 10.0) == []
    assert apart([2.0, 8.0], 1.0, 0.0, 10.0) == [2.0, 8.0]
    placed = apart([5.0, 5.1, 4.9, 9.9], 1.0, 0.0, 10.0)
    assert sorted(range(4), key=lambda i: placed[i]) == [2, 0, 1, 3]
    ordered = sorted(placed)
    assert all(b - a >= 1.0 - 1e-9 for a, b in pairwise(ordered))
    crowded = apart([1.0] * 5, 4.0, 0.0, 10.0)
    assert min(crowded) >= 0.0
    assert max(crowded) <= 10.0


def test_long_keys_are_folded_after_dots_and_underscores() -> None:
    assert folded("kataib_hezbollah.sanctions_slope", 18) == "kataib_hezbollah.\nsanctions_slope"
    assert folded("two words", 5) == "two\nwords"


def test_ids_of_two_figures_never_meet() -> None:
    def draw(narrow: bool) -> Figure:
        figure = canvas(narrow, 1.0)
        figure.add_subplot().plot([0, 1], [0, 1], marker="o")
        return figure

    text = html(Page("T", (), (Section("s", "S", (Chart("a", "A", "a", "", draw), Chart("b", "B", "b", "", draw))),)))
    found = Outline(text)
    assert len(found.ids) == len(set(found.ids))
    assert found.refers <= set(found.ids)


def test_a_table_names_its_columns_in_every_cell() -> None:
    table = Table("C", ("k", "v"), (("a", "1"),))
    text = html(Page("T", (), (Section("s", "S", (table,)),)))
    assert '<td role="cell" data-label="v" class="number">1</td>' in text
