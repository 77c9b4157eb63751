"""The options of `harmony-core archive`: reading, proving and auditing the databases of nodes."""

from pathlib import Path
from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import CONTEXT, LARGEST_HEIGHT, LARGEST_SHARD, LATEST_CLOCK, AsJson

__all__ = ["archive_app"]


archive_app = typer.Typer(
    help="Read, prove and audit the databases of nodes; they are never changed, not a byte.",
    no_args_is_help=True,
    context_settings=CONTEXT,
)
_claims_app = typer.Typer(
    help="Write the ledger of what every account owns, and check one.",
    invoke_without_command=True,
    context_settings=CONTEXT,
)
archive_app.add_typer(_claims_app, name="claims")

_Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="The database's folder, such as harmony_db_0.", show_default=False),
]
_Shard = Annotated[
    int | None,
    typer.Option(
        "--shard",
        min=0,
        max=LARGEST_SHARD,
        metavar="S",
        show_default=False,
        help="The shard that the database has to be of.",
    ),
]
_Height = Annotated[
    int | None,
    typer.Option(
        "--height",
        min=0,
        max=LARGEST_HEIGHT,
        metavar="N",
        show_default=False,
        help="The block after which to look; the newest by default.",
    ),
]
_Cutoff = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=LARGEST_HEIGHT,
        metavar="N",
        show_default=False,
        help="Cutoff of the shard; its newest block by default.",
    ),
]
_NetworkName = Annotated[
    str | None,
    typer.Option(
        "--network",
        metavar="NAME",
        show_default=False,
        help="The network that the database has to be of; by default the one that its first block names.",
    ),
]
_Workers = Annotated[int, typer.Option("--workers", min=1, max=1024, metavar="N", help="Processes to use.")]
_Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        show_default=False,
        help="Scheduler of a Dask cluster whose workers see the same folders, such as tcp://10.0.0.1:8786.",
    ),
]
_AsReference = Annotated[
    bool,
    typer.Option(
        "--reference", help="Decode what is stored as leniently as the reference client, not strictly."
    ),
]
_Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        dir_okay=False,
        metavar="FILE",
        show_default=False,
        help="Draw the Lorenz curve and the largest holders into this PNG.",
    ),
]


@archive_app.command("info", short_help="Say what a database holds.")
@guarded
def _info(folder: _Folder, *, shard: _Shard = None, as_json: AsJson = False) -> ExitCode:
    """Say what a database holds: its network, shard, head, oldest state and commit. Nothing is proven.

    Exit code: 0 shown, 1 what it holds contradicts itself, 2 usage, among it a folder that is in use or no database, 4 the
    database is damaged, 5 files of it are missing.
    """
    from harmony_core.cli.archive_view import show_info  # noqa: PLC0415 - loaded when it is needed

    return show_info(folder, shard, as_json=as_json)


@archive_app.command("verify", short_help="Prove a whole state, and the chain that leads to it.")
@guarded
def _verify(
    folder: _Folder,
    *,
    shard: _Shard = None,
    height: _Height = None,
    network: _NetworkName = None,
    chain: Annotated[
        bool, typer.Option("--chain/--no-chain", help="Also prove headers and blocks from genesis on.")
    ] = True,
    state: Annotated[bool, typer.Option("--state/--no-state", help="Walk the whole state.")] = True,
    other: Annotated[
        list[Path] | None,
        typer.Option(
            "--other",
            metavar="DIR",
            show_default=False,
            help="Database of another shard, which mends the proofs of incoming receipts; may be repeated.",
        ),
    ] = None,
    workers: _Workers = 1,
    cluster: _Cluster = None,
    now: Annotated[
        int | None,
        typer.Option(
            "--now",
            min=0,
            max=LATEST_CLOCK,
            metavar="SECONDS",
            show_default=False,
            help="Hold timestamps against this Unix time instead of the clock.",
        ),
    ] = None,
    reference: _AsReference = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Prove a whole state: every node's hash, every code, every storage and every validator; and the chain before it.

    Everything that is missing or altered is listed with its path.

    Exit code: 0 proven, 1 something is altered, 2 usage, 4 undecodable, 5 cannot tell: something is missing.
    """
    from harmony_core.cli.archive_verification import Verification, verify  # noqa: PLC0415 - loaded when it is needed

    job = Verification(folder, shard, height, network, chain, state, tuple(other or ()), now, reference)
    return verify(job, workers=workers, cluster=cluster, as_json=as_json)


_Preimages = Annotated[
    bool,
    typer.Option("--preimages/--no-preimages", help="Take addresses from the databases' own preimages."),
]
_PreimageFolders = Annotated[
    list[Path] | None,
    typer.Option(
        "--preimages-from",
        metavar="DIR",
        show_default=False,
        help="A further database whose preimages tell addresses; may be repeated.",
    ),
]
_AddressLists = Annotated[
    list[Path] | None,
    typer.Option(
        "--addresses",
        metavar="FILE",
        show_default=False,
        help="A file with an address on each line; may be repeated.",
    ),
]


@_claims_app.callback()
def _claims(
    context: typer.Context,
    *,
    shard0: Annotated[
        Path | None,
        typer.Option("--shard0", metavar="DIR", show_default=False, help="Shard 0's database. Required."),
    ] = None,
    shard1: Annotated[
        Path | None,
        typer.Option("--shard1", metavar="DIR", show_default=False, help="Shard 1's database. Required."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            dir_okay=False,
            metavar="FILE",
            show_default=False,
            help="The ledger, .csv or .parquet. Required.",
        ),
    ] = None,
    height0: _Cutoff = None,
    height1: _Cutoff = None,
    network: _NetworkName = None,
    preimages: _Preimages = True,
    preimages_from: _PreimageFolders = None,
    addresses: _AddressLists = None,
    workers: _Workers = 1,
    cluster: _Cluster = None,
    plot: _Plot = None,
    reference: _AsReference = False,
    as_json: AsJson = False,
) -> None:
    """Write the ledger of what every account owns, recomputed from the states of both shards.

    Whole states are walked and every hash is checked; the ledger and its summary appear only when all of it holds. A run
    that was stopped goes on where it stood when the same command is given again.

    Exit code: 0 written, 1 something does not hold, 2 usage, 4 undecodable, 5 something is missing, 130 interrupted.
    """
    if context.invoked_subcommand is not None:
        return
    if shard0 is None or shard1 is None or out is None:
        raise typer.BadParameter("--shard0, --shard1 and --out are needed")
    from harmony_core.cli.archive_claims import ClaimsOptions, write_claims  # noqa: PLC0415 - loaded when it is needed

    options = ClaimsOptions(
        {0: shard0, 1: shard1},
        {shard: height for shard, height in ((0, height0), (1, height1)) if height is not None},
        out,
        network,
        preimages,
        tuple(preimages_from or ()),
        tuple(addresses or ()),
        plot,
        reference,
    )
    guarded(write_claims)(options, workers=workers, cluster=cluster, as_json=as_json)


@_claims_app.command("verify", short_help="Check a ledger, and compare it with another.")
@guarded
def _claims_verify(
    ledger: Annotated[
        Path, typer.Argument(metavar="FILE", help="The ledger, .csv or .parquet.", show_default=False)
    ],
    other: Annotated[
        Path | None,
        typer.Argument(metavar="OTHER", show_default=False, help="A ledger to compare it with."),
    ] = None,
    *,
    plot: _Plot = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Check a ledger's order, addresses, sums and decimals, and compare it with another, row by row.

    Exit code: 0 all holds and both say the same, 1 not, 2 usage, 4 the file is no ledger.
    """
    from harmony_core.cli.archive_claims import check_ledger  # noqa: PLC0415 - loaded when it is needed

    return check_ledger(ledger, other, plot, as_json=as_json)


_From = Annotated[
    int, typer.Option("--from", min=0, max=LARGEST_HEIGHT, metavar="N", help="Block of the first state.")
]
_To = Annotated[
    int | None,
    typer.Option(
        "--to",
        min=0,
        max=LARGEST_HEIGHT,
        metavar="N",
        show_default=False,
        help="Block of the last state; the newest by default.",
    ),
]


@archive_app.command("diff", short_help="Show what changed between two states.")
@guarded
def _diff(
    folder: _Folder,
    *,
    start: _From,
    stop: _To = None,
    shard: _Shard = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            dir_okay=False,
            metavar="FILE",
            show_default=False,
            help="Write the rows to this CSV file.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Show whose claims changed between two states of a shard, and by how much; only subtrees that differ are read.

    Exit code: 0 shown, 1 something is altered, 2 usage, 4 undecodable, 5 something is missing.
    """
    from harmony_core.cli.archive_changes import show_difference  # noqa: PLC0415 - loaded when it is needed

    return show_difference(folder, shard, start, stop, out, as_json=as_json)


_claims_app.command("diff", short_help="Show what changed between two states.")(_diff)


@archive_app.command("supply", short_help="Account for every atto between two states.")
@guarded
def _supply(
    folder: _Folder,
    *,
    start: _From = 0,
    stop: _To = None,
    shard: _Shard = None,
    network: _NetworkName = None,
    step: Annotated[
        int,
        typer.Option(
            "--step", min=1, max=1 << 20, metavar="N", help="Blocks looked at together where they close."
        ),
    ] = 1024,
    as_json: AsJson = False,
) -> ExitCode:
    """Hold the change of all that is owned against rewards, receipts between shards and what was burnt.

    Rewards are recomputed from headers and committees. Blocks that do not close are explained to the last atto, or named.

    Exit code: 0 every atto is accounted for, 1 some are not, or something is altered, 2 usage, 4 undecodable, 5 something
    is missing.
    """
    from harmony_core.cli.archive_changes import show_supply  # noqa: PLC0415 - loaded when it is needed

    return show_supply(folder, shard, start, stop, network=network, step=step, as_json=as_json)


@archive_app.command("proof", short_help="Make a proof of an account, a slot or a receipt.")
@guarded
def _proof(
    folder: _Folder,
    *,
    shard: _Shard = None,
    height: _Height = None,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ADDRESS", show_default=False, help="The account to prove."),
    ] = None,
    slot: Annotated[
        list[str] | None,
        typer.Option("--slot", metavar="HEX", show_default=False, help="A slot of it; may be repeated."),
    ] = None,
    receipt: Annotated[
        int | None,
        typer.Option(
            "--receipt",
            min=0,
            max=LARGEST_SHARD,
            metavar="INDEX",
            show_default=False,
            help="Place of the transaction whose receipt to prove.",
        ),
    ] = None,
    to_shard: Annotated[
        int | None,
        typer.Option(
            "--to-shard",
            min=0,
            max=LARGEST_SHARD,
            metavar="S",
            show_default=False,
            help="Destination of the cross-shard receipts to prove.",
        ),
    ] = None,
    header: Annotated[
        bool, typer.Option("--header", help="Write the header with the commit on it instead, for --headers.")
    ] = False,
) -> ExitCode:
    """Write a proof as JSON, in the form that `harmony-core proof verify` and wallets read.

    Name one of --account, --receipt, --to-shard and --header. The proof is verified before it is written.

    Exit code: 0 written, 1 something is altered, 2 usage, 4 undecodable, 5 something is missing.
    """
    if [account is not None, receipt is not None, to_shard is not None, header].count(True) != 1:
        raise typer.BadParameter("name one of --account, --receipt, --to-shard and --header")
    from harmony_core.cli.archive_changes import ProofRequest, write_proof  # noqa: PLC0415 - loaded when it is needed

    request = ProofRequest(account, tuple(slot or ()), receipt, to_shard)
    return write_proof(folder, shard, height, request)
