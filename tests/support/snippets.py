"""The executable parts of Markdown pages: Python blocks, and console blocks with the project's own command."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Block", "Command", "blocks", "commands", "missing_lines"]

_FENCE: Final = re.compile(
    r"^(?P<indent>[ ]*)```(?P<language>[\w-]*)[^\n]*\n(?P<body>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_EXIT_CODE: Final = "; echo $?"


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        language: the word behind the fence.
        body: the lines between the fences, without the common indentation.
        line: number of the body's first line, from 1.
    """

    language: str
    body: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command of a console block and what the page says about it.

    Attributes:
        text: the command, as a shell takes it.
        exit_code: 0 unless the page shows another by ``; echo $?``.
        output: the lines shown below it, without the exit code.
        line: number of the line of the command, from 1.
    """

    text: str
    exit_code: int
    output: tuple[str, ...]
    line: int


def blocks(page: Path) -> list[Block]:
    """Return every fenced block of a page."""
    text = page.read_text()
    return [
        Block(
            found["language"],
            textwrap.dedent(found["body"]),
            text.count("\n", 0, found.start("body")) + 1,
        )
        for found in _FENCE.finditer(text)
    ]


def commands(page: Path) -> Iterator[Command]:
    """Yield the ``$ harmony-core ...`` commands of the console blocks of a page; other commands are not run."""
    for block in blocks(page):
        if block.language != "console":
            continue
        lines = block.body.splitlines()
        starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            text, output = _joined(lines[start:end])
            if "harmony-core" not in text:
                continue
            exit_code = 0
            if text.endswith(_EXIT_CODE):
                text = text.removesuffix(_EXIT_CODE)
                exit_code = int(output.pop())
            yield Command(text, exit_code, tuple(output), block.line + start)


def _joined(lines: list[str]) -> tuple[str, list[str]]:
    """Join the lines of a command that a backslash continues; return it and the lines that follow."""
    text = lines[0].removeprefix("$ ")
    taken = 1
    while text.endswith("\\"):
        text = text[:-1].rstrip() + " " + lines[taken].strip()
        taken += 1
    return text, [line for line in lines[taken:] if line.strip()]


def missing_lines(shown: tuple[str, ...], printed: str) -> list[str]:
    """Return the shown lines that the output does not have in that order; ``...`` stands for anything.

    White space is not compared: the width of a table depends on the terminal.
    """
    remaining = [" ".join(line.split()) for line in printed.splitlines()]
    missing = []
    for line in shown:
        wanted = " ".join(line.split())
        if wanted in {"...", "…"}:
            continue
        pattern = ".*".join(re.escape(part) for part in re.split(r"\.\.\.|…", wanted))
        position = next((i for i, have in enumerate(remaining) if re.fullmatch(pattern, have)), None)
        if position is None:
            missing.append(line)
        else:
            remaining = remaining[position + 1 :]
    return missing
