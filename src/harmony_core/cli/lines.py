"""Reading the lines of files and of the standard input, a bounded piece at a time."""

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from harmony_core.errors import DataSourceError, DecodeError, HarmonyError, require

__all__ = ["MAX_LINE_BYTES", "STANDARD_INPUT", "Line", "Origin", "Patience", "read_lines", "read_text"]

MAX_LINE_BYTES: Final = 4 << 20
"""Longest line that is read: a header of close to 2 MiB in hexadecimal text, far above the largest known."""

MOST_UNDECODABLE: Final = 1_000
"""Lines that may be undecodable before a command takes its input for something else and stops."""

STANDARD_INPUT: Final = "-"
"""The file name that stands for the standard input."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_GZIP_MAGIC: Final = b"\x1f\x8b"
_UNREADABLE: Final = (OSError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was read.

    Attributes:
        file: name of the file as given, ``-`` for the standard input.
        line: number of the line, from 1.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{'standard input' if self.file == STANDARD_INPUT else self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its text, or the reason why it is no text."""

    origin: Origin
    text: str
    error: DecodeError | None = None


class Patience:
    """Counts the lines that do not decode, so that a file of something else costs little time and memory."""

    __slots__ = ("_undecodable",)

    def __init__(self) -> None:
        self._undecodable = 0

    def note(self, error: HarmonyError) -> None:
        """Take note of why a line was refused.

        Raises:
            DecodeError: code ``input-undecodable`` after more than `MOST_UNDECODABLE` lines that do not decode.
        """
        self._undecodable += isinstance(error, DecodeError)
        require(
            self._undecodable <= MOST_UNDECODABLE,
            DecodeError,
            "input-undecodable",
            f"More than {MOST_UNDECODABLE} lines are undecodable: this is another kind of input.",
        )


def read_lines(
    names: Sequence[str],
    progress: Callable[[int], None] | None = None,
    *,
    longest: int | None = None,
) -> Iterator[Line]:
    """Yield the lines of all files in turn that are not blank, without the white space around them.

    Args:
        names: names of files, compressed by gzip or not; ``-`` is the standard input.
        progress: called with the number of bytes of every line as it is read.
        longest: bytes of the longest line that is read; `MAX_LINE_BYTES` without it.

    Raises:
        DataSourceError: code ``input-file`` when a file cannot be read.
    """
    for name in names:
        try:
            with _opened(name) as stream:
                yield from _lines(name, stream, progress, MAX_LINE_BYTES if longest is None else longest)
        except _UNREADABLE as error:
            raise DataSourceError(_unreadable(name, error), code="input-file") from error


def read_text(name: str) -> str:
    """Return the text of a small file without the white space around it.

    Raises:
        DataSourceError: code ``input-file`` when the file cannot be read.
        DecodeError: code ``input-line-size`` for more than `MAX_LINE_BYTES`, ``input-text`` for bytes that are
            no UTF-8.
    """
    try:
        with _opened(name) as stream:
            data = stream.read(MAX_LINE_BYTES + 1)
    except _UNREADABLE as error:
        raise DataSourceError(_unreadable(name, error), code="input-file") from error
    _check_size(data, MAX_LINE_BYTES)
    return _decoded(data.removeprefix(_BYTE_ORDER_MARK))


def _lines(
    name: str, stream: IO[bytes], progress: Callable[[int], None] | None, longest: int
) -> Iterator[Line]:
    number = 0
    while data := stream.readline(longest + 1):
        number += 1
        origin = Origin(name, number)
        if progress is not None:
            progress(len(data))
        if len(data) > longest and not data.endswith(b"\n"):
            _skip_rest(stream, progress)
        try:
            _check_size(data, longest)
            text = _decoded(data.removeprefix(_BYTE_ORDER_MARK) if number == 1 else data)
        except DecodeError as error:
            yield Line(origin, "", error)
            continue
        if text:
            yield Line(origin, text)


def _skip_rest(stream: IO[bytes], progress: Callable[[int], None] | None) -> None:
    while rest := stream.readline(MAX_LINE_BYTES):
        if progress is not None:
            progress(len(rest))
        if rest.endswith(b"\n"):
            return


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise DecodeError("This is not UTF-8 text.", code="input-text") from error


def _check_size(data: bytes, longest: int) -> None:
    require(
        len(data) <= longest,
        DecodeError,
        "input-line-size",
        "The input is longer than any header.",
        expected=f"at most {longest} bytes",
    )


def _unreadable(name: str, error: Exception) -> str:
    return f"{name} cannot be read: {getattr(error, 'strerror', None) or error}"


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == STANDARD_INPUT:
        if sys.stdin is None:
            raise DataSourceError("There is no standard input.", code="input-file")
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        # A look ahead, because a named pipe can be read only once.
        compressed = file.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC)
        if compressed:
            with gzip.open(file, "rb") as unpacked:
                yield cast("IO[bytes]", unpacked)
        else:
            yield file
