"""Exit codes, and which one wins when several apply."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from harmony_core.errors import (
    ConfigurationError,
    DataSourceError,
    DecodeError,
    HarmonyError,
    MissingDataError,
    VerificationError,
)

__all__ = ["ExitCode", "code_of_error", "strongest"]


class ExitCode(IntEnum):
    """What the exit code of a command says."""

    PROVEN = 0
    """Everything asked for was proven, or shown."""

    BROKEN = 1
    """A rule is broken or a signature does not hold."""

    USAGE = 2
    """The command line cannot be carried out: a wrong name or option, a file that cannot be read."""

    UNDECODABLE = 4
    """Some of the input is not what it claims to be."""

    UNKNOWN = 5
    """Nothing is wrong with the input, but it does not suffice to tell."""

    INTERRUPTED = 130
    """Stopped by the user."""

    BROKEN_PIPE = 141
    """Whoever read the output stopped reading."""

    @property
    def verdict(self) -> str:
        """The word for the code in reports."""
        return _WORDS[self]


_WORDS: Final = {
    ExitCode.PROVEN: "proven",
    ExitCode.BROKEN: "broken",
    ExitCode.USAGE: "not usable",
    ExitCode.UNDECODABLE: "undecodable",
    ExitCode.UNKNOWN: "cannot tell",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.BROKEN_PIPE: "interrupted",
}

_PRECEDENCE: Final = (ExitCode.BROKEN, ExitCode.UNDECODABLE, ExitCode.UNKNOWN, ExitCode.PROVEN)

_BRANCHES: Final[tuple[tuple[type[HarmonyError], ExitCode], ...]] = (
    (VerificationError, ExitCode.BROKEN),
    (DecodeError, ExitCode.UNDECODABLE),
    (MissingDataError, ExitCode.UNKNOWN),
    (ConfigurationError, ExitCode.USAGE),
    (DataSourceError, ExitCode.USAGE),
)


def code_of_error(error: HarmonyError) -> ExitCode:
    """Return the exit code for an error: it follows from the error's branch."""
    return next((code for branch, code in _BRANCHES if isinstance(error, branch)), ExitCode.UNKNOWN)


def strongest(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that wins: broken before undecodable before cannot tell before proven.

    Nothing at all counts as undecodable: an empty input proves nothing, and no header was found in it.
    """
    present = set(codes)
    return next((code for code in _PRECEDENCE if code in present), ExitCode.UNDECODABLE)
