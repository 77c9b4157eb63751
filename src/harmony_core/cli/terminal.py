"""Writing to the terminal, a pipe or a file: whole values, no control characters of others."""

import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = [
    "complain",
    "is_terminal",
    "output_console",
    "printable",
    "width_of",
    "write_json",
    "write_line",
    "write_table",
]


_WIDEST: Final = 10_000
"""Columns of a line that has no limit."""

_NARROWEST: Final = 12
"""Columns that are left of a text which gives way."""


def printable(text: str) -> str:
    """Return ``text`` with everything unprintable escaped, so that no input can steer a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def is_terminal(stream: object) -> bool:
    """Return whether ``stream`` is a terminal; a missing or closed one is not."""
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined]  # a stream that is no file has none
    except (AttributeError, ValueError):
        return False


def output_console() -> "Console":
    """Return a rich console on the standard output that writes text as it is."""
    return _console_class()(file=sys.stdout, highlight=False, markup=False, emoji=False)


@cache
def _console_class() -> "type[Console]":
    from rich.console import Console  # noqa: PLC0415 - slow to import

    class PipedConsole(Console):
        """Reports a closed pipe like any other stream, instead of ending the process with exit code 1."""

        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError

    return PipedConsole


def width_of(console: "Console") -> int | None:
    """Return the columns of the terminal that ``console`` writes to, or None where lines have no limit."""
    return console.width if console.is_terminal and console.width else None


def write_table(table: "Table", gives_way: str) -> None:
    """Write a table to the standard output, as wide as it needs to be.

    In a terminal that is too narrow for it, the column with the heading ``gives_way`` gets narrower first. What does
    not fit goes on in the next line; nothing is cut.
    """
    from rich.measure import Measurement  # noqa: PLC0415 - slow to import

    console = output_console()
    widest = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
    if not console.is_terminal:
        console.width = max(console.width, widest)
    too_wide = max(widest - console.width, 0)
    for column in table.columns:
        longest = max(len(str(cell)) for cell in (column.header, *column.cells))
        given = too_wide if column.header == gives_way else 0
        column.width = max(longest - given, min(longest, _NARROWEST))
        if too_wide:
            column.no_wrap, column.overflow = False, "fold"
    console.print(table)


def write_line(text: str = "") -> None:
    """Write one line to the standard output, however long it is."""
    _write(sys.stdout, printable(text))


def write_json(value: Any) -> None:
    """Write a JSON value, indented, to the standard output."""
    import json  # noqa: PLC0415 - only for --json

    _write(sys.stdout, json.dumps(value, indent=2))


def complain(text: str) -> None:
    """Write one line to the standard error."""
    _write(sys.stderr, f"harmony-core: {printable(text)}")


def _write(stream: Any, text: str) -> None:
    if stream is None:  # the process was started without one
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    # A stream that cannot express a character shows its escape instead of failing.
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
