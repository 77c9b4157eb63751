"""The options of `harmony-core staking`."""

from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import CONTEXT, LARGEST_EPOCH, AsJson, NetworkName, network_option, readable

__all__ = ["staking_app"]


staking_app = typer.Typer(
    help="Explain what staking pays, and when.", no_args_is_help=True, context_settings=CONTEXT
)


@staking_app.command("undelegation", short_help="Say when an undelegation is paid, and by which rule.")
@guarded
def _undelegation(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE|HEX|-",
            show_default=False,
            help="A validator's wrapper, the code of its account, hexadecimal; - for the standard input.",
        ),
    ] = None,
    *,
    network: NetworkName = "mainnet",
    epoch: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=LARGEST_EPOCH,
            metavar="E",
            show_default=False,
            help="Epoch of the undelegation, where no wrapper is given.",
        ),
    ] = None,
    last_elected: Annotated[
        int | None,
        typer.Option(
            "--last-elected",
            min=0,
            max=LARGEST_EPOCH,
            metavar="E",
            show_default=False,
            help="Last epoch for which the validator was elected; by default that of the undelegation.",
        ),
    ] = None,
    delegator: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", show_default=False, help="Only what this account takes back."),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Say at the end of which epoch an undelegation is paid if its validator is not elected again, and why.

    Give the epoch of the undelegation with --epoch, or a validator's wrapper, of which every undelegation is listed.

    Exit code: 0 shown, 1 nothing could be undelegated then, 2 usage, 4 the wrapper is undecodable, 5 cannot tell: the
    rules of an epoch on the way are not known.
    """
    from harmony_core.cli import undelegation_view  # noqa: PLC0415 - loaded when it is needed

    if (source is None) == (epoch is None):
        raise typer.BadParameter("give either a wrapper or --epoch", param_hint="FILE|HEX|-")
    known = network_option(network)
    if source is None and epoch is not None:
        if delegator is not None:
            raise typer.BadParameter("only a wrapper has delegators", param_hint="--delegator")
        return undelegation_view.show_epoch(known, epoch, last_elected, as_json=as_json)
    if last_elected is not None:
        raise typer.BadParameter("a wrapper says this itself", param_hint="--last-elected")
    return undelegation_view.show_wrapper(known, source or "-", delegator, as_json=as_json)


@staking_app.command("reward", short_help="Say what a block pays to whom.")
@guarded
def _reward(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Files with a header on each line: the block and those before it; - for the standard input.",
        ),
    ],
    *,
    block: Annotated[int, typer.Option(min=0, metavar="N", help="Height of the block.")],
    shard: Annotated[int, typer.Option(min=0, metavar="S", help="Shard of the block.")] = 0,
    network: NetworkName = "mainnet",
    committee: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="File with shard states: hexadecimal RLP, or JSON objects with the key rlp; may be repeated.",
        ),
    ] = None,
    snapshot: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="File with a validator's wrapper when the epoch began, to show what its delegators get; may be repeated.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Say what a block pays to each key and account, recomputed from who signed and from the committees' voting power.

    A block pays for its parent and for the crosslinks in it; later only every 64th block pays, for all since the last
    payment: then give all these headers. The headers are held against each other by their parent links alone.

    Exit code: 0 shown, 1 a rule is broken, 2 usage, 4 some input is undecodable, 5 cannot tell: a header or a committee
    is missing, or the rules of the epoch are not known.
    """
    from harmony_core.cli.reward_command import show_reward  # noqa: PLC0415 - loaded when it is needed

    return show_reward(
        network_option(network),
        [readable(name, "FILE") for name in files],
        block,
        shard=shard,
        committees=[readable(name, "--committee") for name in committee or ()],
        snapshots=[readable(name, "--snapshot") for name in snapshot or ()],
        as_json=as_json,
    )
