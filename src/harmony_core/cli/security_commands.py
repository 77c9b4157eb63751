"""The options of the commands on security: `security committee`, `security decentralisation`."""

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import CONTEXT, AsJson, Plot, Seed

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["security_app"]

_PART: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,18}|/[0-9]{1,6})?")

security_app = typer.Typer(
    help="Compute how safe committees are, and how widely power is spread.",
    no_args_is_help=True,
    context_settings=CONTEXT,
)

_Shards = Annotated[int, typer.Option("--shards", min=1, max=100, metavar="N", help="Number of shards.")]
_Seats = Annotated[int, typer.Option("--seats", min=1, max=5000, metavar="N", help="Seats of each shard.")]
_STAKES_HELP = (
    "equal, linear, zipf, steep or whale, or a file: a JSON list of stakes, whole numbers of atto or "
    "decimal texts of ONE."
)
_Share = Annotated[
    str,
    typer.Option("--share", metavar="PART", help="The adversary's share of all seats, such as 0.25 or 1/4."),
]
_History = Annotated[
    int,
    typer.Option(
        "--history",
        min=1,
        max=10_000_000,
        metavar="N",
        help="Epochs of a history, after which all begins again.",
    ),
]
_Cuckoo = Annotated[
    bool,
    typer.Option(
        "--cuckoo", help="Also simulate the bounded Cuckoo rule, and the same without its evictions."
    ),
]
_Evicted = Annotated[
    str,
    typer.Option("--evicted", metavar="PART", help="What the Cuckoo rule evicts of an active shard."),
]
_Churn = Annotated[
    str,
    typer.Option(
        "--churn",
        metavar="PART",
        help="Part of the honest seats that leave and join again in each epoch.",
    ),
]
_Rejoin = Annotated[
    str,
    typer.Option(
        "--rejoin",
        metavar="PART",
        help="Part of the adversary's seats outside of the shard that it wants that do the same.",
    ),
]
_Grind = Annotated[
    bool,
    typer.Option(
        "--grind", help="Also simulate mainnet's rule, key modulo shards, with keys by chance and ground."
    ),
]


@security_app.command("committee", short_help="Compute and simulate how safe random committees are.")
@guarded
def _committee(
    *,
    shards: _Shards = 4,
    seats: _Seats = 250,
    share: _Share = "0.25",
    epochs: Annotated[
        int, typer.Option(min=0, max=10_000_000, metavar="N", help="Epochs to simulate; 0 for none.")
    ] = 1000,
    history: _History = 250,
    stakes: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="Who has staked: " + _STAKES_HELP)
    ] = "zipf",
    cuckoo: _Cuckoo = False,
    evicted: _Evicted = "0.1",
    churn: _Churn = "0.05",
    rejoin: _Rejoin = "0.05",
    grind: _Grind = False,
    seed: Seed = 1,
    workers: Annotated[
        int, typer.Option(min=1, max=256, metavar="N", help="Processes that share the work.")
    ] = 1,
    plot: Plot = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Compute how likely an adversary gets more than a third, or two thirds, of a committee, and simulate it.

    The table is exact and counts seats of equal power. The simulation elects once by the staking rules, then puts the
    seats into shards in every epoch and counts voting power: drawn anew in each epoch; with --cuckoo, by the paper's
    Cuckoo rule; with --grind, by mainnet's rule, where a key's remainder chooses the shard.

    Exit code: 0 done, 1 the simulation departs from the exact chance, 2 usage, 4 a file of stakes is undecodable.
    """
    from harmony_core.cli.security_view import SafetyJob, show_safety  # noqa: PLC0415 - loaded when it is needed
    from harmony_core.committee.safety import MOST_SEATS  # noqa: PLC0415 - the same

    if shards * seats > MOST_SEATS:
        raise typer.BadParameter(f"at most {MOST_SEATS} seats in all shards together", param_hint="--seats")
    job = SafetyJob(
        shards=shards,
        seats=seats,
        share=_part(share, "--share"),
        epochs=epochs,
        history=history,
        stakes=stakes,
        cuckoo=cuckoo,
        evicted=_part(evicted, "--evicted"),
        churn=_part(churn, "--churn"),
        rejoin=_part(rejoin, "--rejoin"),
        grind=grind,
        seed=seed,
        workers=workers,
        plot=plot,
    )
    return show_safety(job, as_json=as_json)


@security_app.command("decentralisation", short_help="Compare the spread of power with plain proof of stake.")
@guarded
def _decentralisation(
    *,
    stakes: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FILE",
            show_default=False,
            help="All named ones by default; may be repeated: " + _STAKES_HELP,
        ),
    ] = None,
    shards: _Shards = 4,
    seats: _Seats = 250,
    bound: Annotated[
        str,
        typer.Option(
            metavar="PART", help="How far from the median an effective stake may lie, as a part of it."
        ),
    ] = "0.35",
    keys_per_shard: Annotated[
        int,
        typer.Option(
            min=0, max=5000, metavar="N", help="Most keys of a validator in a shard; 0 for no limit."
        ),
    ] = 0,
    plot: Plot = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Show how the election spreads power, against plain proof of stake: Nakamoto and Gini coefficients, exact.

    Exit code: 0 done, 2 usage, 4 a file of stakes is undecodable.
    """
    from harmony_core.cli.spread_view import show_spreads  # noqa: PLC0415 - loaded when it is needed

    return show_spreads(
        stakes or [],
        shards=shards,
        seats=seats,
        bound=_part(bound, "--bound"),
        keys_per_shard=keys_per_shard,
        plot=plot,
        as_json=as_json,
    )


def _part(text: str, hint: str) -> "Fraction":
    from fractions import Fraction  # noqa: PLC0415 - loaded when it is needed

    if _PART.fullmatch(text) and not text.endswith("/0"):
        try:
            part = Fraction(text)
        except ZeroDivisionError:
            part = Fraction(2)
        if part <= 1:
            return part
    raise typer.BadParameter("a part is a number from 0 to 1, such as 0.25 or 1/4", param_hint=hint)
