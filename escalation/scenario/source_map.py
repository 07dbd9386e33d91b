"""Where in a TOML file each dotted key is set.

``tomllib`` forgets lines. This scanner reads a text that ``tomllib`` has already accepted, so it needs to know
only where keys, strings, arrays and inline tables begin and end.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

_BLANK: Final = " \t"
_SPACE: Final = " \t\r\n"
_END_OF_SCALAR: Final = ",]}\r\n#"
_END_OF_BARE_KEY: Final = ".=]" + _SPACE


def source_lines(text: str) -> dict[str, int]:
    """The 1-based line on which each dotted key, table and field of an inline table is first set.

    Tables that a dotted key opens on the way are included. ``text`` must be valid TOML.
    """
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [index for index, character in enumerate(text) if character == "\n"]
        self.lines: dict[str, int] = {}

    def scan(self) -> dict[str, int]:
        table: tuple[str, ...] = ()
        while self.skip(_SPACE):
            if self.text[self.at] == "[":
                start = self.at
                while self.text[self.at] == "[":
                    self.at += 1
                table = self.key()
                self.record(table, start)
                while self.at < len(self.text) and self.text[self.at] == "]":
                    self.at += 1
            else:
                self.pair(table)
        return self.lines

    def skip(self, blanks: str) -> bool:
        """Pass blanks, and comments where lines may end; False at the end of the text."""
        while self.at < len(self.text):
            if self.text[self.at] in blanks:
                self.at += 1
            elif self.text[self.at] == "#" and "\n" in blanks:
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return True
        return False

    def record(self, path: tuple[str, ...], start: int) -> None:
        line = bisect_right(self.breaks, start - 1) + 1
        for depth in range(1, len(path) + 1):
            self.lines.setdefault(".".join(path[:depth]), line)

    def pair(self, table: tuple[str, ...]) -> None:
        start = self.at
        path = table + self.key()
        self.record(path, start)
        self.at += 1  # the equals sign, on which key() stopped
        self.skip(_BLANK)
        self.value(path)

    def key(self) -> tuple[str, ...]:
        """The segments of a dotted key; stops on the ``=`` or ``]`` behind it."""
        segments: list[str] = []
        while True:
            self.skip(_BLANK)
            if self.text[self.at] in "\"'":
                start = self.at + 1
                self.string()
                segments.append(self.text[start : self.at - 1])
            else:
                start = self.at
                while self.text[self.at] not in _END_OF_BARE_KEY:
                    self.at += 1
                segments.append(self.text[start : self.at])
            self.skip(_BLANK)
            if self.text[self.at] != ".":
                return tuple(segments)
            self.at += 1

    def value(self, path: tuple[str, ...]) -> None:
        opening = self.text[self.at]
        if opening in "\"'":
            self.string()
        elif opening == "[":
            self.sequence("]", path)
        elif opening == "{":
            self.sequence("}", path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in _END_OF_SCALAR:
                self.at += 1

    def sequence(self, closing: str, path: tuple[str, ...]) -> None:
        self.at += 1
        while self.skip(_SPACE + ",") and self.text[self.at] != closing:
            if closing == "}":
                self.pair(path)
            else:
                self.value(path)
        self.at += 1

    def string(self) -> None:
        quote = self.text[self.at]
        fence = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(fence)
        while not self.text.startswith(fence, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(fence)
        if len(fence) == 3:  # up to two quotes may stand just inside the closing fence
            while self.at < len(self.text) and self.text[self.at] == quote:
                self.at += 1
