"""`harmony-core security committee`: exact chances and simulations, as tables, JSON and a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.progress import ProgressDisplay
from harmony_core.cli.spread_view import print_table, stake_distribution
from harmony_core.cli.terminal import complain, write_json, write_line
from harmony_core.committee.key_grinding import chance_with_ground_keys, share_to_take_a_shard
from harmony_core.committee.safety import (
    ONE_THIRD,
    TWO_THIRDS,
    Draw,
    chance_in_any_shard,
    chance_in_one_shard,
    chance_over_epochs,
    chance_text,
    scientific,
)
from harmony_core.simulation.committee_plots import draw_safety
from harmony_core.simulation.committee_rules import SafetyModel, Scheme
from harmony_core.simulation.committee_safety import (
    SafetyOutcome,
    corrupt_seats,
    exact_chances,
    simulate_safety,
    worker_pool,
)
from harmony_core.simulation.stakes import seats_of
from harmony_core.storage import write_file_atomically

__all__ = ["SafetyJob", "show_safety"]

_ALARM: Final = 5.0
"""Standard deviations from the exact chance at which a simulation counts as refuting it."""

_SHARES: Final = tuple(map(Fraction, ("1/10", "3/20", "1/5", "1/4", "3/10", "1/3")))
_EPOCHS_OF_A_YEAR: Final = 481
"""Epochs of 32,768 blocks of two seconds in a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyJob:
    """What to compute and to simulate; see the options of `harmony-core security committee`."""

    shards: int
    seats: int
    share: Fraction
    epochs: int
    history: int
    stakes: str
    cuckoo: bool
    evicted: Fraction
    churn: Fraction
    rejoin: Fraction
    grind: bool
    seed: int
    workers: int
    plot: Path | None

    @property
    def schemes(self) -> list[Scheme]:
        """What is simulated."""
        return [
            Scheme.DRAWN_ANEW,
            *([Scheme.CUCKOO, Scheme.PLACED_ONCE] if self.cuckoo else []),
            *([Scheme.BY_KEY, Scheme.BY_GROUND_KEY] if self.grind else []),
        ]


@dataclass(frozen=True, slots=True)
class _Row:
    """Exact chances for one share of the adversary."""

    share: Fraction
    one: Fraction
    any_shard: Fraction
    over_epochs: Fraction
    two_thirds: Fraction
    ground: Fraction


def show_safety(job: SafetyJob, *, as_json: bool) -> ExitCode:
    """Compute, simulate, show, and return the exit code.

    Raises:
        ConfigurationError: ``plots-missing`` if a plot is wanted and cannot be drawn; ``stake-distribution``.
        DecodeError: ``stake-distribution-json``, ``dec-text``.
        DataSourceError: ``storage-write``.
        VerificationError: ``safety-draw`` for too many seats.
    """
    # Without simulated epochs the table is for a year's.
    over = job.epochs or _EPOCHS_OF_A_YEAR
    rows = [_exact(job, share, over) for share in sorted({*_SHARES, job.share})]
    outcomes, model = _simulated(job)
    if job.plot is not None:
        picture = draw_safety(job.shards, job.seats, job.share, outcomes, grind=job.grind)
        write_file_atomically(job.plot, picture)
    found = [(outcome, _expected(model, outcome.scheme)) for outcome in outcomes]
    if as_json:
        write_json(_safety_json(job, rows, found, over, model))
    else:
        _write_exact(job, rows, over)
        if found:
            _write_simulated(job, found)
    if any(expected and abs(outcome.deviations(expected)) > _ALARM for outcome, expected in found):
        complain("a simulation departs from the exact chance")
        return ExitCode.BROKEN
    return ExitCode.PROVEN


def _exact(job: SafetyJob, share: Fraction, epochs: int) -> _Row:
    draw = Draw.of_share(job.shards, job.seats, share)
    any_shard = chance_in_any_shard(draw)
    return _Row(
        share,
        chance_in_one_shard(draw),
        any_shard,
        chance_over_epochs(any_shard, epochs),
        chance_in_any_shard(draw, TWO_THIRDS),
        chance_with_ground_keys(draw),
    )


def _simulated(job: SafetyJob) -> tuple[list[SafetyOutcome], SafetyModel | None]:
    if not job.epochs:
        return [], None
    seats = seats_of(
        stake_distribution(job.stakes, job.shards * job.seats), shards=job.shards, seats=job.seats
    )
    model = SafetyModel(
        shards=job.shards,
        powers=tuple(seat.effective_stake for seat in seats),
        malicious=corrupt_seats([seat.owner for seat in seats], job.share, job.seed),
        evicted=job.evicted,
        churn=job.churn,
        rejoin=job.rejoin,
    )
    outcomes = []
    with worker_pool(job.workers) as pool, ProgressDisplay(time_left=True) as display:
        for scheme in job.schemes:
            display.begin(scheme.value, job.epochs)
            outcomes.append(
                simulate_safety(
                    model,
                    scheme,
                    epochs=job.epochs,
                    seed=job.seed,
                    history=job.history,
                    pool=pool,
                    progress=display.reach,
                )
            )
    return outcomes, model


def _expected(model: SafetyModel | None, scheme: Scheme) -> Fraction | None:
    """Return the exact chance that an epoch is one with a shard over a third of the seats, where epochs are independent."""
    if model is None or scheme is not Scheme.DRAWN_ANEW:
        return None
    chances = exact_chances(model, scheme, ONE_THIRD)
    return None if chances is None else chances[1]


def _write_exact(job: SafetyJob, rows: Sequence[_Row], epochs: int) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    table = Table(
        title=f"{job.shards} shards of {job.seats} seats, drawn at random: exact chances",
        title_justify="left",
    )
    titles = ["share", "a shard over 1/3", "any shard over 1/3", f"in {epochs} epochs", "any over 2/3"]
    for title in [*titles, *(["over 1/3 by ground keys"] if job.grind else [])]:
        table.add_column(title, justify="right", overflow="fold")
    for row in rows:
        chances = [row.one, row.any_shard, row.over_epochs, row.two_thirds]
        cells = map(chance_text, [*chances, *([row.ground] if job.grind else [])])
        table.add_row(f"{float(row.share):.4g}", *cells)
    print_table(table)
    if job.grind:
        third, two_thirds = (
            share_to_take_a_shard(job.shards, threshold) for threshold in (ONE_THIRD, TWO_THIRDS)
        )
        write_line(
            f"Keys of a shard's choice give more than 1/3 of it from {float(third):.3g} of all seats on, "
            f"more than 2/3 from {float(two_thirds):.3g} on."
        )


def _write_simulated(job: SafetyJob, found: Sequence[tuple[SafetyOutcome, Fraction | None]]) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    first = found[0][0]
    table = Table(
        title=f"simulated: {first.epochs} epochs in {first.histories} histories, stakes {job.stakes}, share {float(job.share):.4g}",
        title_justify="left",
    )
    table.add_column("seats are", overflow="fold")
    for title in (
        "over 1/3",
        "by seats",
        "expected",
        "over 2/3",
        "histories over",
        "largest",
        "moved",
        "sizes",
    ):
        table.add_column(title, justify="right", overflow="fold")
    for outcome, expected in found:
        table.add_row(
            outcome.scheme.value,
            str(outcome.epochs_over_third),
            str(outcome.epochs_seats_over_third),
            "" if expected is None else f"{float(expected) * outcome.epochs:.1f}",
            str(outcome.epochs_over_two_thirds),
            f"{outcome.failed_histories} of {outcome.histories}",
            f"{outcome.largest_share:.3f}",
            f"{outcome.moved_per_epoch:.1f}",
            f"{outcome.smallest}-{outcome.largest}",
        )
    print_table(table)


def _safety_json(
    job: SafetyJob,
    rows: Sequence[_Row],
    found: Sequence[tuple[SafetyOutcome, Fraction | None]],
    epochs: int,
    model: SafetyModel | None,
) -> dict[str, object]:
    return {
        "shards": job.shards,
        "seats": job.seats,
        "share": float(job.share),
        "share_of_power": None if model is None else _share_of_power(model),
        "stakes": job.stakes,
        "seed": job.seed,
        "epochs_of_the_table": epochs,
        "ground_keys": {
            "share_for_a_third": str(share_to_take_a_shard(job.shards)),
            "share_for_two_thirds": str(share_to_take_a_shard(job.shards, TWO_THIRDS)),
        },
        "exact": [
            {
                "share": float(row.share),
                "one_shard_over_third": scientific(row.one, 12),
                "any_shard_over_third": scientific(row.any_shard, 12),
                "any_shard_over_third_in_epochs": scientific(row.over_epochs, 12),
                "any_shard_over_two_thirds": scientific(row.two_thirds, 12),
                "wanted_shard_over_third_by_ground_keys": scientific(row.ground, 12),
            }
            for row in rows
        ],
        "plot": None if job.plot is None else str(job.plot),
        "simulated": [_outcome_json(outcome, expected) for outcome, expected in found],
    }


def _share_of_power(model: SafetyModel) -> float:
    return sum(model.powers[seat] for seat in model.malicious) / sum(model.powers)


def _outcome_json(outcome: SafetyOutcome, expected: Fraction | None) -> dict[str, object]:
    return {
        "scheme": outcome.scheme.name.lower(),
        "description": outcome.scheme.value,
        "epochs": outcome.epochs,
        "histories": outcome.histories,
        "epochs_over_third": outcome.epochs_over_third,
        "epochs_seats_over_third": outcome.epochs_seats_over_third,
        "epochs_seats_over_third_expected": None if expected is None else float(expected) * outcome.epochs,
        "deviations": None if expected is None else outcome.deviations(expected),
        "epochs_over_two_thirds": outcome.epochs_over_two_thirds,
        "first_epoch_over_third": list(outcome.first_over_third),
        "largest_share": outcome.largest_share,
        "moved_per_epoch": outcome.moved_per_epoch,
        "smallest_shard": outcome.smallest,
        "largest_shard": outcome.largest,
        "keys_tried": outcome.keys_tried,
    }
