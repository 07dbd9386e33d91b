"""JSON documents of any length: written, and read back, without ever being held as a whole.

What is long, such as the rows of ``sweep.json``, stands one item a line, without spaces; all else is indented.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, overload

_OPEN: Final = ": [\n"
_CLOSE: Final = "  ]"


def pieces(document: Mapping[str, Any]) -> Iterator[str]:
    """The text of a JSON object; a value that is an iterator is written item by item, as it yields them."""
    yield "{"
    for place, (name, value) in enumerate(document.items()):
        yield f"{',' if place else ''}\n  {_dumped(name)}: "
        if not isinstance(value, Iterator):
            yield json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).replace("\n", "\n  ")
            continue
        yield "["
        for number, item in enumerate(value):
            yield f"{',' if number else ''}\n    {_dumped(item)}"
        yield "\n  ]"
    yield "\n}\n"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Lines(Sequence[dict[str, Any]]):
    """The items of a long array, each read from its line of the file when it is asked for."""

    def __init__(self, path: Path, starts: Sequence[int]) -> None:
        self._path = path
        self._starts = starts

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        with self._path.open("rb") as stream:
            stream.seek(self._starts[place])
            return _item(stream.readline())

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if not self._starts:
            return
        with self._path.open("rb") as stream:
            stream.seek(self._starts[0])
            for _ in range(len(self)):
                yield _item(stream.readline())


def _item(line: bytes) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(line.strip().removesuffix(b","))
    return held


def read(path: Path, name: str) -> Any:
    """What ``pieces`` wrote, its array ``name`` as ``Lines``; JSON that stands otherwise is read as a whole.

    Raises ``OSError``, and ``ValueError`` for what is no JSON.
    """
    starts, rest, opening = array("q"), list[bytes](), f"  {_dumped(name)}{_OPEN}".encode()
    with path.open("rb") as stream:
        inside, at = False, 0
        for line in stream:
            if inside and line.startswith(b"    {") and line.rstrip().endswith((b"}", b"},")):
                starts.append(at)
            elif inside and line.rstrip() not in (_CLOSE.encode(), f"{_CLOSE},".encode()):
                break  # items of several lines
            else:
                inside = not inside and line == opening
                rest.append(line)
            at += len(line)
        else:
            held = json.loads(b"".join(rest))
            return {**held, name: Lines(path, starts)} if starts else held
    return json.loads(path.read_text(encoding="utf-8"))
