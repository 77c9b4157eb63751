"""The options of `harmony-core committee`."""

from pathlib import Path
from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import (
    CONTEXT,
    LARGEST_EPOCH,
    LARGEST_SHARD,
    AsJson,
    NetworkName,
    network_option,
    readable,
)

__all__ = ["committee_app"]


committee_app = typer.Typer(
    help="Elect committees, explain elections, and show who votes with what power.",
    no_args_is_help=True,
    context_settings=CONTEXT,
)


_ElectionFile = Annotated[
    str, typer.Argument(metavar="FILE|-", help="Candidates as JSON, compressed by gzip or not; or -.")
]
_ElectedFor = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=LARGEST_EPOCH,
        metavar="E",
        show_default=False,
        help="The epoch elected for; it picks one election of a file with several.",
    ),
]


@committee_app.command("show", short_help="Show the committee of an epoch before staking.")
@guarded
def _show(
    network: NetworkName,
    epoch: Annotated[int, typer.Option(min=0, max=LARGEST_EPOCH, help="The epoch.", metavar="E")],
    shard: Annotated[int, typer.Option(min=0, max=LARGEST_SHARD, help="The shard.", metavar="S")],
    *,
    as_json: AsJson = False,
) -> ExitCode:
    """Show the committee that the genesis account lists give for an epoch before staking.

    Exit code: 0 shown, 2 usage (no such network, no such shard in that epoch), 5 cannot tell: from staking
    on, committees are elected and stand in headers.
    """
    from harmony_core.cli.committee_view import show_committee  # noqa: PLC0415 - loaded when it is needed

    return show_committee(network_option(network), epoch, shard, as_json=as_json)


@committee_app.command("elect", short_help="Hold an election: who wins which seats, with what stake.")
@guarded
def _elect(
    network: NetworkName,
    file: _ElectionFile,
    *,
    epoch: _ElectedFor = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, metavar="FILE.png", show_default=False, help="Draw stake and effective stake."
        ),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Hold the election of an epoch's validators among candidates, by the rules that the network has in that epoch.

    Exit code: 0 done, 1 a rule is broken (a validator stands twice, no stake at all), 2 usage, 4 undecodable, 5 cannot
    tell: nobody wins and the committees before were not given, or the rules of that epoch are not known.
    """
    from harmony_core.cli.election_view import elect_committees  # noqa: PLC0415 - loaded when it is needed

    return elect_committees(
        network_option(network), readable(file, "FILE"), epoch, plot=plot, as_json=as_json
    )


@committee_app.command("explain", short_help="Explain why a validator was elected, or not.")
@guarded
def _explain(
    network: NetworkName,
    file: _ElectionFile,
    address: Annotated[
        str | None,
        typer.Argument(
            metavar="ADDRESS", show_default=False, help="The validator; without it the election as a whole."
        ),
    ] = None,
    *,
    epoch: _ElectedFor = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Explain which rules decided on a validator, each with its numbers; the last one decided.

    Exit code: 0 done, 1 a rule is broken, 2 usage, 4 undecodable, 5 cannot tell: nobody with that address stood.
    """
    from harmony_core.cli.election_view import explain_outcome  # noqa: PLC0415 - loaded when it is needed
    from harmony_core.primitives import parse_address  # noqa: PLC0415 - the same

    return explain_outcome(
        network_option(network),
        readable(file, "FILE"),
        epoch,
        None if address is None else parse_address(address),
        as_json=as_json,
    )


@committee_app.command("power", short_help="Show the voting power of the keys of elected committees.")
@guarded
def _power(
    network: NetworkName,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|HEX|-",
            help="A shard state as hexadecimal RLP, or JSON with the key rlp, one a line.",
        ),
    ],
    *,
    epoch: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=LARGEST_EPOCH,
            metavar="E",
            show_default=False,
            help="The epoch, where the shard state does not tell it or the file has several.",
        ),
    ] = None,
    shard: Annotated[
        int | None,
        typer.Option(
            min=0, max=LARGEST_SHARD, metavar="S", show_default=False, help="Only this shard's committee."
        ),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Show what share of the vote each key of elected committees holds, and in JSON each account over all shards.

    Exit code: 0 shown, 1 a rule is broken (no stake, a key twice), 2 usage, 4 undecodable, 5 no such shard or epoch.
    """
    from harmony_core.cli.power_view import show_power  # noqa: PLC0415 - loaded when it is needed

    return show_power(network_option(network), source, epoch, shard, as_json=as_json)
