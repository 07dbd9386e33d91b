"""The words of Gambit's game files: braces, commas, quoted labels, numbers and bare words, each with its line.

A label stands between double quotes; inside, ``\\"`` is a quote and ``\\\\`` a backslash, any other backslash itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, NoReturn

from escalation.games.numbers import exact
from escalation.scenario.faults import Fault, ScenarioFault

MAX_BYTES: Final = 50_000_000

Kind = Literal["{", "}", ",", "label", "word", "end"]

_TOKEN: Final = re.compile(
    r'(?P<space>\s+)|(?P<mark>[{},])|(?P<label>"(?:\\.|[^"\\])*")|(?P<word>[^\s{},"]+)', re.DOTALL
)
_ESCAPED: Final = re.compile(r'\\(["\\])')
_LONGEST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Token:
    """One word: a label's ``text`` is without its quotes and escapes."""

    kind: Kind
    text: str
    line: int

    def __str__(self) -> str:
        if self.kind == "end":
            return "the end of the file"
        text = self.text if len(self.text) <= _LONGEST_SHOWN else f"{self.text[:_LONGEST_SHOWN]}…"
        return quoted(text) if self.kind == "label" else f"'{text}'"


def quoted(label: str) -> str:
    """``label`` as it stands in a file.

    >>> print(quoted('the "red" line'))
    "the \\"red\\" line"
    """
    escaped = label.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read_text(path: Path, shown: str) -> str:
    """The text of a game file. Raises ``ScenarioFault``."""
    try:
        if path.is_dir():
            raise ScenarioFault([Fault(shown, None, "", "a folder, not a file")])
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ScenarioFault([Fault(shown, None, "", "no such file")]) from None
    except OSError as error:
        raise ScenarioFault([Fault(shown, None, "", f"cannot be read: {error.strerror}")]) from None
    if len(content) > MAX_BYTES:
        raise ScenarioFault([Fault(shown, 1, "", "too large for a game", f"at most {MAX_BYTES} bytes")])
    if b"\0" in content:
        raise ScenarioFault([Fault(shown, 1, "", "a binary file", "a game is Gambit's .efg or .nfg text")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Files of the 1990s were written before UTF-8; every byte is a letter of Latin-1.
        return content.decode("latin-1")


def tokens(text: str, shown: str) -> Iterator[Token]:
    """The words of ``text`` in turn. Raises ``ScenarioFault`` for a label that does not end."""
    place, line = 0, 1
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ScenarioFault([Fault(shown, line, "", "a label that does not end", 'expected a closing "')])
        found = match.group()
        if match.lastgroup == "mark":
            yield Token("{" if found == "{" else "}" if found == "}" else ",", found, line)
        elif match.lastgroup == "label":
            yield Token("label", _ESCAPED.sub(r"\1", found[1:-1]), line)
        elif match.lastgroup == "word":
            yield Token("word", found, line)
        line += found.count("\n")
        place = match.end()
    # A file that ends too early lacks something on its last line with text.
    last = 1 + text.rstrip().count("\n")
    yield Token("end", "", last)


class Reader:
    """Takes the words of one file one after another; what does not fit becomes a ``ScenarioFault`` with its line."""

    def __init__(self, text: str, shown: str) -> None:
        self.shown = shown
        self._stream = tokens(text, shown)
        self.next = next(self._stream)

    def at(self, kind: Kind) -> bool:
        """Whether the next word is of this kind."""
        return self.next.kind == kind

    def take(self) -> Token:
        """The next word, whatever it is."""
        token = self.next
        if token.kind != "end":
            self.next = next(self._stream)
        return token

    def fault(self, token: Token, what: str, expected: str) -> NoReturn:
        """Raise the fault that ``what`` is wrong at ``token``."""
        raise ScenarioFault([Fault(self.shown, token.line, "", what, f"expected {expected}" if expected else "")])

    def unexpected(self, expected: str) -> NoReturn:
        """Raise the fault that the next word is not what was ``expected``."""
        self.fault(self.next, f"{self.next} found", expected)

    def mark(self, mark: Literal["{", "}"], where: str) -> Token:
        """The brace ``mark``."""
        if not self.at(mark):
            self.unexpected(f"'{mark}' {where}")
        return self.take()

    def label(self, what: str) -> Token:
        """A label between quotes."""
        if not self.at("label"):
            self.unexpected(f"{what} in double quotes")
        return self.take()

    def word(self, *legal: str, what: str) -> Token:
        """One of the ``legal`` bare words."""
        if self.next.kind != "word" or self.next.text not in legal:
            self.unexpected(what)
        return self.take()

    def number(self, what: str) -> Fraction:
        """A number: whole, decimal or ``p/q``."""
        if self.at("word"):
            try:
                value = exact(self.next.text)
            except ValueError:
                pass
            else:
                self.take()
                return value
        self.unexpected(f"{what}, a number such as 3, -0.5 or 1/3")

    def whole(self, what: str, least: int) -> int:
        """A whole number that is at least ``least``."""
        token = self.next
        value = self.number(what)
        if value.denominator != 1 or value < least:
            self.fault(token, f"{token} found", f"{what}, a whole number from {least} up")
        return int(value)

    def numbers(self, count: int, what: str) -> tuple[Fraction, ...]:
        """``count`` numbers between braces, with commas or without."""
        opened = self.mark("{", f"before {what}")
        values = []
        while not self.at("}"):
            values.append(self.number(what))
            if self.at(","):
                self.take()
        if len(values) != count:
            self.fault(opened, f"{len(values)} of {what}", f"{count}, one for each player")
        self.take()
        return tuple(values)

    def labels(self, what: str) -> tuple[str, ...]:
        """Labels between braces."""
        self.mark("{", f"before {what}")
        found = []
        while self.at("label"):
            found.append(self.take().text)
        self.mark("}", f"after {what}")
        return tuple(found)

    def optional_label(self) -> str:
        """A label if one stands here, else an empty one."""
        return self.take().text if self.at("label") else ""

    def end(self, where: str) -> None:
        """The end of the file."""
        if not self.at("end"):
            self.unexpected(f"the end of the file {where}")
