"""The scanner gives each key the line on which it is set."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from escalation.scenario.source_map import source_lines

TEXT = '''\
# a comment with [brackets] and = signs
title = "one # not a comment"
"quoted" = 'single # [x]'

[us.type]  # behind a header
resolute = { value = 0.35, range = [0.05, 0.8], later = { value = 1, as_of = 2021-01-01 }, unit = "a, b = {c}" }
long = """
a = 1
[not.a.table] \\""" still inside
""""
raw = \'\'\'
b = 2\'\'\'\'
[ spaced . out ]
dotted . key.deep = 1
list = [
  1, # one
  [2, "]"],
  { inner = 3 },
]
when = 2020-01-02 10:00:00
last = true'''


def test_lines_of_everything_toml_allows() -> None:
    assert tomllib.loads(TEXT)
    expected = {
        "title": 2,
        "quoted": 3,
        "us": 5,
        "us.type": 5,
        "us.type.resolute": 6,
        "us.type.resolute.value": 6,
        "us.type.resolute.range": 6,
        "us.type.resolute.later": 6,
        "us.type.resolute.later.value": 6,
        "us.type.resolute.later.as_of": 6,
        "us.type.resolute.unit": 6,
        "us.type.long": 7,
        "us.type.raw": 11,
        "spaced": 13,
        "spaced.out": 13,
        "spaced.out.dotted": 14,
        "spaced.out.dotted.key": 14,
        "spaced.out.dotted.key.deep": 14,
        "spaced.out.list": 15,
        "spaced.out.list.inner": 18,
        "spaced.out.when": 20,
        "spaced.out.last": 21,
    }
    assert source_lines(TEXT) == expected


def test_windows_line_ends() -> None:
    assert source_lines("a = 1\r\n\r\n[b]\r\nc = 'x'\r\n") == {"a": 1, "b": 3, "b.c": 4}


def test_arrays_of_tables_and_empty_text() -> None:
    assert source_lines("[[a]]\nb = 1\n[[a]]\nb = 2\n") == {"a": 1, "a.b": 2}
    assert source_lines("") == {}
    assert source_lines("# only a comment") == {}


def test_every_key_of_a_real_file_is_found(balakot: Path) -> None:
    text = balakot.read_text(encoding="utf-8")
    lines = source_lines(text)
    rows = text.splitlines()
    keys = list(_keys(tomllib.loads(text), ""))
    assert len(keys) > 1500
    for key in keys:
        assert key.rsplit(".", 1)[-1] in rows[lines[key] - 1]


def _keys(tree: Mapping[str, object], prefix: str) -> Iterator[str]:
    for name, value in tree.items():
        yield f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _keys(value, f"{prefix}{name}.")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r")), max_size=8))
def test_strings_of_any_content_hide_nothing(texts: list[str]) -> None:
    escaped = [
        "".join(f"\\U{ord(c):08X}" if ord(c) < 32 or ord(c) == 127 or c in '"\\' else c for c in text) for text in texts
    ]
    body = "".join(f'k{place} = "{text}"\n' for place, text in enumerate(escaped))
    assert tomllib.loads(body) == {f"k{place}": text for place, text in enumerate(texts)}
    assert source_lines(body) == {f"k{place}": place + 1 for place in range(len(texts))}
