"""Input that is named, piped, or spelled out in the argument itself."""

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import typer

from harmony_core.cli.lines import STANDARD_INPUT, Line, Origin, read_lines

__all__ = ["lines_of"]

_ARGUMENT: Final = "argument"


def lines_of(source: str) -> Iterator[Line]:
    """Return an iterator over the lines of the file of that name, of the standard input for ``-``, or of the hexadecimal text itself.

    Raises:
        BadParameter: when it is none of these.
    """
    if source == STANDARD_INPUT or _is_file(source):
        return read_lines([source])
    digits = source[2:] if source[:2] in {"0x", "0X"} else source
    if digits and set(digits) <= set(string.hexdigits):
        return iter([Line(Origin(_ARGUMENT, 1), source)])
    raise typer.BadParameter("this is neither a file nor hexadecimal text", param_hint="FILE|HEX|-")


def _is_file(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # longer than a file name can be, or with a null character
        return False
