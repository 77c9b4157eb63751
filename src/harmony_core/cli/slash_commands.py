"""The options of `harmony-core slash verify`."""

from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import CONTEXT, LARGEST_EPOCH, AsJson, NetworkName, network_option, readable

__all__ = ["slash_app"]


slash_app = typer.Typer(
    help="Judge evidence of double signing.", no_args_is_help=True, context_settings=CONTEXT
)


@slash_app.callback()
def _options() -> None:
    """Judge evidence of double signing."""


_Committees = Annotated[
    list[str] | None,
    typer.Option(
        "--committee",
        metavar="FILE",
        show_default=False,
        help="File with shard states that you vouch for: hexadecimal RLP, or JSON objects with the key rlp; may be repeated.",
    ),
]
_Wrappers = Annotated[
    list[str] | None,
    typer.Option(
        "--validator",
        metavar="FILE",
        show_default=False,
        help="File with an offender's wrapper before the slash, to see whether it is banned; may be repeated.",
    ),
]
_Snapshots = Annotated[
    list[str] | None,
    typer.Option(
        "--snapshot",
        metavar="FILE",
        show_default=False,
        help="File with its wrapper when the epoch of the offence began, to see who loses what; may be repeated.",
    ),
]


@slash_app.command("verify", short_help="Verify evidence of double signing, and show who loses what.")
@guarded
def _verify(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|HEX|-",
            help="Records of double signing, one or a list on each line: hexadecimal RLP, JSON, or -.",
        ),
    ] = "-",
    *,
    network: NetworkName,
    epoch: Annotated[
        int,
        typer.Option(
            min=0,
            max=LARGEST_EPOCH,
            metavar="E",
            help="Epoch that the beacon chain has reached; an offence in a later one is refused.",
        ),
    ],
    committee: _Committees = None,
    validator: _Wrappers = None,
    snapshot: _Snapshots = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Verify that the offender of a record signed two blocks at one moment, with the committee of that epoch.

    Records in one list are those of a block, which slashes a validator once.

    Without the offender's wrapper it stays open whether it is banned already; without its snapshot, what it loses.

    Exit code: 0 all is proven, 1 a rule is broken, 2 usage, 4 some input is undecodable or there is none, 5 cannot tell:
    no committee of that epoch is given, or its rules are not known.
    """
    from harmony_core.cli.slash_view import SlashInput, verify_records  # noqa: PLC0415 - loaded when it is needed

    return verify_records(
        source,
        SlashInput(
            network=network_option(network),
            epoch=epoch,
            committees=tuple(readable(name, "--committee") for name in committee or ()),
            validators=tuple(readable(name, "--validator") for name in validator or ()),
            snapshots=tuple(readable(name, "--snapshot") for name in snapshot or ()),
        ),
        as_json=as_json,
    )
