"""The options of `harmony-core slash verify`."""

from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded

__all__ = ["slash_app"]

_CONTEXT = {"help_option_names": ["-h", "--help"]}
_LARGEST_EPOCH = (1 << 64) - 1

slash_app = typer.Typer(
    help="Judge evidence of double signing.", no_args_is_help=True, context_settings=_CONTEXT
)


@slash_app.callback()
def _options() -> None:
    """Judge evidence of double signing."""


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
    network: Annotated[str, typer.Option("--network", metavar="NAME", help="Name of the network.")],
    epoch: Annotated[
        int,
        typer.Option(
            min=0,
            max=_LARGEST_EPOCH,
            metavar="E",
            help="Epoch that the beacon chain has reached; an offence in a later one is refused.",
        ),
    ],
    committee: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="File with shard states that you vouch for: hexadecimal RLP, or JSON objects with the key rlp; may be repeated.",
        ),
    ] = None,
    validator: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="File with an offender's wrapper before the slash, to see whether it is banned; may be repeated.",
        ),
    ] = None,
    snapshot: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="File with its wrapper when the epoch of the offence began, to see who loses what; may be repeated.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON to the standard output.")] = False,
) -> ExitCode:
    """Verify that the offender of a record signed two blocks at one moment, with the committee of that epoch.

    Records in one list are those of a block, which slashes a validator once.

    Without the offender's wrapper it stays open whether it is banned already; without its snapshot, what it loses.

    Exit code: 0 all is proven, 1 a rule is broken, 2 usage, 4 some input is undecodable or there is none, 5 cannot tell:
    no committee of that epoch is given, or its rules are not known.
    """
    from harmony_core.cli.options import network_option, readable  # noqa: PLC0415 - loaded when it is needed
    from harmony_core.cli.slash_view import SlashInput, verify_records  # noqa: PLC0415 - the same

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
