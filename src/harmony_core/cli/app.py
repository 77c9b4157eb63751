"""The commands and their options; each loads what it needs when it runs, so that `--help` is quick."""

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from harmony_core.cli.archive_commands import archive_app
from harmony_core.cli.committee_commands import committee_app
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.fbft_commands import fbft_app
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import (
    CONTEXT,
    LARGEST_EPOCH,
    LARGEST_SHARD,
    STANDARD_INPUT,
    AsJson,
    NetworkName,
    Now,
    Trust,
    TrustedCommittees,
    hash_option,
    network_option,
    readable,
)
from harmony_core.cli.proof_commands import proof_app
from harmony_core.cli.randomness import randomness_app, vdf_app, vrf_app
from harmony_core.cli.security_commands import security_app
from harmony_core.cli.simulate_command import simulate_command
from harmony_core.cli.slash_commands import slash_app
from harmony_core.cli.staking_commands import staking_app
from harmony_core.cli.terminal import complain, is_terminal, write_json, write_line
from harmony_core.cli.trie_commands import trie_app

if TYPE_CHECKING:
    from harmony_core.cli.verification import Report
    from harmony_core.params import Network
    from harmony_core.primitives import Hash32

__all__ = ["app"]


app = typer.Typer(
    name="harmony-core",
    help="Check the Harmony blockchain by its own rules, without trusting a server.",
    no_args_is_help=True,
    context_settings=CONTEXT,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_header_app = typer.Typer(help="Look into headers.", no_args_is_help=True, context_settings=CONTEXT)
_tx_app = typer.Typer(
    help="Look into transactions and verify them.", no_args_is_help=True, context_settings=CONTEXT
)
app.add_typer(_header_app, name="header")
app.add_typer(_tx_app, name="tx")
app.add_typer(proof_app, name="proof", short_help="Verify proofs of accounts and receipts.")
app.add_typer(trie_app, name="trie")
app.add_typer(committee_app, name="committee", short_help="Hold and explain elections; show power.")
app.add_typer(archive_app, name="archive", short_help="Audit the databases of nodes.")
app.add_typer(staking_app, name="staking")
app.add_typer(slash_app, name="slash")
app.add_typer(fbft_app, name="fbft")
app.add_typer(vdf_app, name="vdf")
app.add_typer(vrf_app, name="vrf")
app.add_typer(randomness_app, name="randomness")
app.add_typer(security_app, name="security", short_help="Compute how safe committees are.")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed_version  # noqa: PLC0415 - loads an e-mail parser

        write_line(f"harmony-core {installed_version('harmony-core')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    del version  # acted upon by its callback


@app.command("verify", short_help="Verify headers, their commit signatures, and blocks.")
@guarded
def _verify(
    network: NetworkName,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Files with a header on each line; - or none for the standard input.",
        ),
    ] = None,
    *,
    trust: Trust = None,
    committee: TrustedCommittees = None,
    now: Now = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Verify headers and their commit signatures, and blocks, of any shards and in any order.

    A line holds the hexadecimal RLP of a header or of a whole block, or a JSON object with the key rlp and
    optionally commit_signature and commit_bitmap; for a block also receipts and outgoing_receipts.

    Exit code: 0 all is proven, 1 a rule is broken, 2 usage, 4 some input is undecodable or there is none,
    5 cannot tell for want of data; 1 comes before 4, and 4 before 5.
    """
    if trust and committee:
        raise typer.BadParameter("--trust and --committee exclude each other", param_hint="--trust")
    trusted = [hash_option(text, "--trust") for text in trust or ()]
    report = _report(
        network_option(network),
        [readable(name, "FILE") for name in files or [STANDARD_INPUT]],
        trusted,
        [readable(name, "--committee") for name in committee or ()],
        int(time.time()) if now is None else now,
    )
    if as_json:
        from harmony_core.cli.verdict_json import report_to_json  # noqa: PLC0415 - loaded when it is needed

        write_json(report_to_json(report))
        return report.exit_code
    from harmony_core.cli.verdict_table import write_report  # noqa: PLC0415 - loaded when it is needed

    write_report(report)
    for problem in report.problems:
        complain(f"{problem.origin}: {problem.error}")
    return report.exit_code


def _report(
    network: "Network", files: list[str], trusted: "list[Hash32]", committees: list[str], now: int
) -> "Report":
    from harmony_core.cli.lines import read_lines  # noqa: PLC0415 - loaded when it is needed
    from harmony_core.cli.progress import ProgressDisplay  # noqa: PLC0415 - the same
    from harmony_core.cli.verification import collect, read_committees, verify  # noqa: PLC0415 - the same
    from harmony_core.crypto.bls import load_backend  # noqa: PLC0415 - the same

    load_backend()  # so that an unusable choice is a matter of usage, not of the headers
    given = [read_committees(name) for name in committees]
    if STANDARD_INPUT in files and is_terminal(sys.stdin):
        complain("reading headers from the terminal, one on a line; Ctrl-D ends them")
    with ProgressDisplay() as display:
        display.begin("reading lines", None)
        collected = collect(read_lines(files, lambda _: display.advance(1)))
        display.begin("verifying headers", len(collected.headers))
        report = verify(
            collected, network, now=now, trusted_hashes=trusted, committees=given, progress=display.reach
        )
    for block_hash in trusted:
        if block_hash not in collected.headers:
            complain(f"no header of the input has the trusted hash {block_hash}")
    return report


@_header_app.command("show", short_help="Show every field of a header.")
@guarded
def _header_show(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|HEX|-", help="A file with a header on each line, hexadecimal RLP, or -."
        ),
    ] = STANDARD_INPUT,
    *,
    as_json: AsJson = False,
) -> ExitCode:
    """Show every field of a header, its version and its hash. Nothing is verified.

    Exit code: 0 shown, 2 usage, 4 undecodable, 5 a block instead of a header.
    """
    from harmony_core.cli.header_view import show_headers  # noqa: PLC0415 - loaded when it is needed

    return show_headers(source, as_json=as_json)


_TransactionSource = Annotated[
    str,
    typer.Argument(
        metavar="FILE|HEX|-", help="A file with a transaction on each line, hexadecimal RLP, or -."
    ),
]


@_tx_app.command("decode", short_help="Show every field of a transaction, its hashes and its sender.")
@guarded
def _tx_decode(source: _TransactionSource = STANDARD_INPUT, *, as_json: AsJson = False) -> ExitCode:
    """Show every field of a transaction, its hashes and the account that its signature names.

    A line holds the hexadecimal RLP of a transaction in Harmony's or Ethereum's format or of a staking transaction, or
    a JSON object with the key rlp. The sender is that of the chain which the signature itself names: nothing is verified.

    Exit code: 0 shown, 2 usage, 4 undecodable.
    """
    from harmony_core.cli.transaction_view import show_transactions  # noqa: PLC0415 - loaded when it is needed

    return show_transactions(source, as_json=as_json)


@_tx_app.command("verify", short_help="Verify the signature, shards and gas of a transaction.")
@guarded
def _tx_verify(
    network: NetworkName,
    epoch: Annotated[int, typer.Option(min=0, max=LARGEST_EPOCH, help="Epoch of the block.", metavar="E")],
    shard: Annotated[int, typer.Option(min=0, max=LARGEST_SHARD, help="Shard of the block.", metavar="S")],
    source: _TransactionSource = STANDARD_INPUT,
    *,
    as_json: AsJson = False,
) -> ExitCode:
    """Verify that a transaction may stand in a block of that epoch and shard: signature, shards and gas.

    Balance and nonce are not verified: they need the state.

    Exit code: 0 all is proven, 1 a rule is broken, 2 usage, 4 some input is undecodable or there is none, 5 the rules
    of that epoch are not known.
    """
    from harmony_core.cli.transaction_view import verify_transactions  # noqa: PLC0415 - loaded when it is needed

    return verify_transactions(source, network_option(network), epoch, shard, as_json=as_json)


@_tx_app.command("cost", short_help="Show what a transaction costs, and where the fee goes.")
@guarded
def _tx_cost(
    network: NetworkName,
    epoch: Annotated[int, typer.Option(min=0, max=LARGEST_EPOCH, help="Epoch of the block.", metavar="E")],
    source: _TransactionSource = STANDARD_INPUT,
    *,
    as_json: AsJson = False,
) -> ExitCode:
    """Show the gas that a transaction needs before it is executed, what it costs at least and at most, and where that goes.

    Exit code: 0 shown, 2 usage, 4 some input is undecodable or there is none, 5 the rules of that epoch are not known.
    """
    from harmony_core.cli.transaction_cost import show_costs  # noqa: PLC0415 - loaded when it is needed

    return show_costs(source, network_option(network), epoch, as_json=as_json)


@app.command("backends", short_help="Show and test the cryptographic back ends.")
@guarded
def _backends(*, as_json: AsJson = False) -> ExitCode:
    """Show which back end each cryptographic primitive uses, and prove each on a vector.

    Exit code: 0 all in use pass, 1 one fails, 2 the one asked for in the environment cannot be used.
    """
    from harmony_core.cli.backends_view import show_backends  # noqa: PLC0415 - loaded when it is needed

    return show_backends(as_json=as_json)


app.command("simulate", short_help="Let a committee decide blocks on a simulated network.")(simulate_command)
