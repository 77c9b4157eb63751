"""The options that several commands share, and what they mean: names of networks and files, hashes."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from harmony_core.cli.terminal import printable

if TYPE_CHECKING:
    from harmony_core.params import Network
    from harmony_core.primitives import Hash32

__all__ = [
    "CONTEXT",
    "LARGEST_EPOCH",
    "LARGEST_HEIGHT",
    "LARGEST_SHARD",
    "LATEST_CLOCK",
    "STANDARD_INPUT",
    "AsJson",
    "NetworkName",
    "Now",
    "Plot",
    "Seed",
    "Trust",
    "TrustedCommittees",
    "hash_option",
    "network_option",
    "readable",
]

CONTEXT: Final = {"help_option_names": ["-h", "--help"]}
"""What every group of commands is made with."""

LARGEST_EPOCH: Final = (1 << 64) - 1
"""The largest epoch that a header can hold."""

LARGEST_HEIGHT: Final = (1 << 64) - 1
"""The largest height that a header can hold."""

LARGEST_SHARD: Final = (1 << 32) - 1
"""The largest number of a shard that a header can hold."""

LATEST_CLOCK: Final = (1 << 63) - 1
"""The latest Unix time, in seconds."""

STANDARD_INPUT: Final = "-"
"""The file name that stands for the standard input."""


def _complete_network(incomplete: str) -> list[str]:
    from harmony_core.params import NETWORK_NAMES  # noqa: PLC0415 - loaded when it is needed

    return [name for name in NETWORK_NAMES if name.startswith(incomplete)]


AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to the standard output.")]
NetworkName = Annotated[
    str,
    typer.Option(
        "--network",
        help="mainnet, testnet, localnet (16 blocks an epoch), partner, stressnet, pangaea or devnet.",
        autocompletion=_complete_network,
        metavar="NAME",
    ),
]
Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot", metavar="FILE", dir_okay=False, show_default=False, help="Save a plot, PNG, to this file."
    ),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, max=(1 << 64) - 1, metavar="N", help="Seed of the simulation.")
]
Now = Annotated[
    int | None,
    typer.Option(
        "--now",
        min=0,
        max=LATEST_CLOCK,
        metavar="SECONDS",
        show_default=False,
        help="Hold timestamps against this Unix time instead of the clock.",
    ),
]
Trust = Annotated[
    list[str] | None,
    typer.Option(
        "--trust",
        metavar="HASH",
        show_default=False,
        help="Hash of a block that you vouch for; may be repeated.",
    ),
]
TrustedCommittees = Annotated[
    list[str] | None,
    typer.Option(
        "--committee",
        metavar="FILE",
        show_default=False,
        help="File with a shard state, as hexadecimal RLP, whose committees you vouch for; may be repeated.",
    ),
]


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
