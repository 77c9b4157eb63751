"""What options of several commands mean: names of networks and files, hashes."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from harmony_core.cli.terminal import printable

if TYPE_CHECKING:
    from harmony_core.params import Network
    from harmony_core.primitives import Hash32

__all__ = ["STANDARD_INPUT", "hash_option", "network_option", "readable"]

STANDARD_INPUT: Final = "-"
"""The file name that stands for the standard input."""


def network_option(name: str) -> "Network":
    """Return the network of a name.

    Raises:
        BadParameter: for an unknown one.
    """
    from harmony_core.errors import ConfigurationError  # noqa: PLC0415 - loaded when it is needed
    from harmony_core.params import NETWORK_NAMES, load_network  # noqa: PLC0415 - the same

    try:
        return load_network(name)
    except ConfigurationError as error:
        raise typer.BadParameter(
            f"no network has the name {name!r}; known are {', '.join(NETWORK_NAMES)}", param_hint="--network"
        ) from error


def readable(name: str, hint: str) -> str:
    """Return the name of a file that can be read, or of the standard input.

    Raises:
        BadParameter: for another; ``hint`` names the option.
    """
    if name == STANDARD_INPUT:
        return name
    try:
        # Not opened here: a named pipe can be opened only once.
        is_directory = stat.S_ISDIR(Path(name).stat().st_mode)
        problem = "this is a directory" if is_directory else "permission denied"
        if not is_directory and os.access(name, os.R_OK):
            return name
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
    raise typer.BadParameter(f"{printable(name)}: {problem}", param_hint=hint)


def hash_option(text: str, hint: str) -> "Hash32":
    """Return the hash that an option spells out.

    Raises:
        BadParameter: for another text; ``hint`` names the option.
    """
    from harmony_core.errors import DecodeError  # noqa: PLC0415 - loaded when it is needed
    from harmony_core.primitives import Hash32  # noqa: PLC0415 - the same

    try:
        return Hash32.from_hex(text)
    except DecodeError as error:
        raise typer.BadParameter("a hash is 64 hexadecimal digits", param_hint=hint) from error
