"""Every example in the README and in docs/ runs, and prints what the page says.

A ``console`` block's lines ``$ escalation ...`` run in order, in one folder per page; the lines after a command
are its output, ``...`` standing for any text. ``<!-- skip: reason -->`` directly above a block leaves it out,
``<!-- exit: N -->`` says how its commands end (both streams are then compared). A ``python`` block runs as a
script, or as a doctest if it has prompts.
"""

from __future__ import annotations

import contextlib
import difflib
import doctest
import io
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from escalation.cli.main import cli as program

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=indent)``` *$", re.MULTILINE | re.DOTALL
)
REMARK = re.compile(r"<!-- *(?P<kind>skip|exit): *(?P<value>.*?) *-->$")
SECONDS = 180


@dataclass(frozen=True)
class Block:
    """A fenced block: ``line`` is where its fence opens, ``skip`` the reason why it isn't run."""

    line: int
    language: str
    body: str
    skip: str = ""
    exit: int = 0


@dataclass(frozen=True)
class Step:
    """One command of a console block, with the output that the page shows; none shown, none compared."""

    line: int
    command: str
    output: str


def blocks(text: str) -> Iterator[Block]:
    for match in FENCE.finditer(text):
        indent = match["indent"]
        body = "".join(line.removeprefix(indent) for line in match["body"].splitlines(keepends=True))
        remarks = _remarks_above(text[: match.start()].splitlines())
        line = text.count("\n", 0, match.start()) + 1
        yield Block(line, match["language"], body, remarks.get("skip", ""), int(remarks.get("exit", "0")))


def _remarks_above(lines: list[str]) -> dict[str, str]:
    remarks = {}
    while lines and (match := REMARK.match(lines.pop().strip())):
        remarks[match["kind"]] = match["value"]
    return remarks


def steps(block: Block) -> Iterator[Step]:
    command, line, output = "", 0, []
    for number, text in enumerate(block.body.splitlines(), block.line + 1):
        if command.endswith("\\"):
            command += "\n" + text.removeprefix("> ")
        elif text.startswith("$ "):
            yield from _ours(command, line, output)
            command, line, output = text[2:], number, []
        else:
            output.append(text)
    yield from _ours(command, line, output)


def _ours(command: str, line: int, output: list[str]) -> Iterator[Step]:
    if re.match(r"escalation\b", command):
        yield Step(line, command, "\n".join(output).strip("\n"))


def matches(shown: str, printed: str) -> bool:
    """Whether ``printed`` is what the page shows; ``...`` is any text, also none and also several lines."""
    pieces = (re.escape(piece) for piece in _trimmed(shown).split("..."))
    return re.fullmatch(".*?".join(pieces), _trimmed(printed), re.DOTALL) is not None


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()).rstrip()


def faults_in_console(block: Block, folder: Path) -> Iterator[str]:
    for step in steps(block):
        done = (
            in_this_process(shlex.split(step.command), folder) if is_plain(step.command) else in_a_shell(step, folder)
        )
        # A page shows a command that works by its output, one that fails by what it complains of.
        printed = done.output if block.exit else done.stdout
        if done.returncode != block.exit:
            yield f"line {step.line}: {step.command}: exit {done.returncode}, not {block.exit}\n{done.output}"
        elif step.output and not matches(step.output, printed):
            lines = difflib.unified_diff(step.output.splitlines(), printed.splitlines(), "shown", "printed", "", "")
            yield "\n".join([f"line {step.line}: {step.command}: prints something else", *lines])


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code, what it printed, and that together with what it complained of."""

    returncode: int
    stdout: str
    output: str


def is_plain(command: str) -> bool:
    """Whether a command needs no shell."""
    return not re.search(r"[|&;<>()$`*?~#\n]", command)


def in_this_process(words: list[str], folder: Path) -> Done:
    """A command without the start of a new process, which takes longer than most examples."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(program, words[1:], prog_name="escalation")
    return Done(done.exit_code, done.stdout, done.output)


def in_a_shell(step: Step, folder: Path) -> Done:
    done = subprocess.run(
        ["bash", "-c", step.command],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stdout + done.stderr)


def faults_in_python(block: Block, folder: Path) -> Iterator[str]:
    """A script or a doctest, run as one would type it: in a folder of its own, with nothing imported before."""
    script = folder / f"block_{block.line}.{'txt' if '>>> ' in block.body else 'py'}"
    script.write_text(block.body, encoding="utf-8")
    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said):
        try:
            if script.suffix == ".txt":
                options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
                failed = doctest.testfile(str(script), module_relative=False, optionflags=options).failed
            else:
                runpy.run_path(str(script), run_name="__main__")
                failed = 0
        except (Exception, SystemExit) as error:
            yield f"line {block.line}: {type(error).__name__}: {error}\n{said.getvalue()}"
            return
    if failed:
        yield f"line {block.line}: {failed} examples fail\n{said.getvalue()}"


def _environment(folder: Path) -> dict[str, str]:
    commands = folder / ".commands"
    commands.mkdir(exist_ok=True)
    command = commands / "escalation"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m escalation "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def faults(text: str, folder: Path) -> list[str]:
    run = {"console": faults_in_console, "python": faults_in_python}
    found = []
    for block in blocks(text):
        if block.language in run and not block.skip:
            found.extend(run[block.language](block, folder))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    found = faults(page.read_text(encoding="utf-8"), tmp_path)
    assert not found, "\n\n".join(found)


def test_the_readme_shows_a_command_with_its_output() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = [step for block in blocks(text) if block.language == "console" and not block.skip for step in steps(block)]
    assert any(step.output for step in shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_block_left_out_says_why(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"<!-- *skip:? *-->", text)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("odds 0.1", "odds 0.1\n", True),
        ("odds 0.1", "odds 0.12", False),
        ("odds 0.1", "the odds 0.1", False),
        ("odds ...", "odds 0.1\nmore", True),
        ("a ... c", "a b c", True),
        ("a\n...\nd", "a\nb\nc\nd", True),
        ("a\n...\nd", "a\nb\nc\ne", False),
        ("x  \ny", "x\ny   ", True),
        ("1.5 (a)", "115 (a)", False),
    ],
)
def test_output_is_compared(shown: str, printed: str, same: bool) -> None:
    assert matches(shown, printed) is same


FENCED = "```{language}\n{body}\n```\n"


@pytest.mark.parametrize(
    ("page", "count"),
    [
        (FENCED.format(language="console", body="$ escalation --version\n..."), 0),
        (FENCED.format(language="console", body="$ escalation --version\nno such output"), 1),
        (FENCED.format(language="console", body="$ escalation \\\n> --version"), 0),
        (FENCED.format(language="console", body="$ escalation no-such-command"), 1),
        ("<!-- exit: 2 -->\n" + FENCED.format(language="console", body="$ escalation no-such-command\n..."), 0),
        ("<!-- skip: slow -->\n" + FENCED.format(language="console", body="$ escalation no-such-command"), 0),
        (FENCED.format(language="console", body="$ false\n$ escalation no-such-command"), 1),
        (FENCED.format(language="console", body="$ escalation --version | cat\n..."), 0),
        (FENCED.format(language="console", body="$ escalation --version > /dev/null\nno such output"), 1),
        (FENCED.format(language="python", body="raise SystemExit(3)"), 1),
        (FENCED.format(language="python", body=">>> 1 + 1\n2"), 0),
        (FENCED.format(language="python", body=">>> 1 + 1\n3"), 1),
        (FENCED.format(language="text", body="$ escalation no-such-command"), 0),
    ],
)
def test_a_page_that_lies_is_caught(page: str, count: int, tmp_path: Path) -> None:
    assert len(faults("# Page\n\n" + page, tmp_path)) == count


def test_remarks_stand_directly_above(tmp_path: Path) -> None:
    page = "<!-- exit: 2 -->\n\n" + FENCED.format(language="console", body="$ escalation no-such-command")
    assert len(faults(page, tmp_path)) == 1
