"""Long JSON documents: written item by item, and read back item by item, or as a whole where they stand otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from escalation.worlds.documents import Lines, pieces, read

ROWS: list[dict[str, Any]] = [{"a": 0.1 + 0.2, "b": 'say "}, {" \n é'}, {"a": None, "b": ""}, {"a": 3, "b": "},"}]


def document(rows: Any) -> dict[str, Any]:
    return {"title": "Ä", "shape": [3], "rows": rows, "missing": {"failed": [1, 2], "rows": [1]}, "digest": "x"}


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []], ids=["some", "one", "none"])
def test_what_is_written_item_by_item_is_the_same_json(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    path = tmp_path / "sweep.json"
    path.write_text("".join(pieces(document(iter(rows)))), encoding="utf-8")
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert whole == document(rows)
    assert list(whole) == list(document(rows))
    held = read(path, "rows")
    assert list(held["rows"]) == rows
    assert {**held, "rows": list(held["rows"])} == whole


def test_items_are_read_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "sweep.json"
    path.write_text("".join(pieces(document(iter(ROWS)))), encoding="utf-8")
    held = read(path, "rows")["rows"]
    assert isinstance(held, Lines)
    assert [len(held), held[0], held[-1], held[1:]] == [3, ROWS[0], ROWS[2], ROWS[1:]]


@pytest.mark.parametrize("indent", [None, 2, 4])
def test_other_json_is_read_as_a_whole(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "sweep.json"
    path.write_text(json.dumps(document(ROWS), indent=indent), encoding="utf-8")
    assert read(path, "rows") == document(ROWS)


def test_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sweep.json"
    path.write_text("".join(pieces(document(iter(ROWS))))[:-9], encoding="utf-8")
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter"):
        read(path, "rows")


def test_a_number_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        "".join(pieces({"rows": iter([{"a": float("nan")}])}))
