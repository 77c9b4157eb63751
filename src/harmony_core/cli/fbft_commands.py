"""The options of `harmony-core fbft follow`."""

from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import CONTEXT, AsJson, NetworkName, network_option, readable

__all__ = ["fbft_app"]


fbft_app = typer.Typer(help="Watch consensus.", no_args_is_help=True, context_settings=CONTEXT)


@fbft_app.callback()
def _options() -> None:
    """Watch consensus."""


@fbft_app.command("follow", short_help="Follow recorded messages to the blocks that they decide.")
@guarded
def _follow(
    messages: Annotated[
        str, typer.Argument(metavar="FILE", help="Consensus messages, one a line; - is the standard input.")
    ],
    *,
    headers: Annotated[
        str,
        typer.Option(metavar="FILE", help="Headers of the same heights, one a line, which are trusted."),
    ],
    network: NetworkName,
    blocks_per_epoch: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", show_default=False, help="Length of an epoch, for localnet."),
    ] = None,
    committee: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", show_default=False, help="A trusted shard state; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Show for each height who led, how much voted, what was decided, and why views changed.

    A line of messages holds the hexadecimal protobuf bytes, or a JSON object with them under the key raw. Every message is
    verified under the committee of its height, which the headers tell; those that are refused are counted by their code and
    left out.

    Exit code: 0 every message holds, 1 some are refused, 2 usage, 4 some do not decode, 5 some cannot be told.
    """
    from harmony_core.cli.fbft_view import follow  # noqa: PLC0415 - loaded when it is needed

    return follow(
        readable(messages, "FILE"),
        readable(headers, "--headers"),
        network_option(network),
        tuple(readable(name, "--committee") for name in committee or ()),
        blocks_per_epoch=blocks_per_epoch,
        as_json=as_json,
    )
