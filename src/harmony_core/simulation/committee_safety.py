"""How often an adversary gets too much of a committee, counted over many epochs of many histories.

The election has been held: a seat has its effective stake as voting power, and keeps it. In every epoch the assignment of
`harmony_core.simulation.committee_rules` puts the seats into shards, and each shard is looked at. Histories are independent
and short enough that several processes share the work; the outcome does not depend on how many they are.

Floating point is used for frequencies only; which shard exceeds what is decided in integers.
"""

import math
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Final

from harmony_core.committee.key_grinding import chance_with_chance_keys, chance_with_ground_keys
from harmony_core.committee.resharding import SeededSource, shuffled
from harmony_core.committee.safety import Draw, chance_in_any_shard, chance_in_one_shard
from harmony_core.errors import ConfigurationError, require
from harmony_core.simulation.committee_rules import SafetyModel, Scheme, assignments

__all__ = ["SafetyOutcome", "corrupt_seats", "exact_chances", "simulate_safety", "worker_pool"]

HISTORY: Final = 250
"""Epochs of a history, unless told otherwise."""

_MOST_EPOCHS: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class SafetyOutcome:
    """What was counted.

    Attributes:
        scheme: how seats were put into shards.
        shards: number of shards.
        epochs: epochs of all histories together.
        histories: number of histories.
        seats_over_third: shards of an epoch in which the adversary had more than a third of the seats.
        over_third: the same by voting power.
        over_two_thirds: the same for two thirds of the voting power.
        epochs_seats_over_third: epochs in which any shard was so by seats.
        epochs_over_third: the same by voting power.
        epochs_over_two_thirds: the same for two thirds.
        first_over_third: for each history the first epoch, from 1, in which a shard was over a third of the power, or None.
        largest_share: most of a shard's voting power that the adversary ever had.
        moved: seats that changed shard or key, in all epochs but the first of each history.
        smallest: fewest seats that a shard ever had.
        largest: most seats.
        keys_tried: keys that the adversary made, in all histories.
        course: its largest share of a shard in each epoch of the first history.
    """

    scheme: Scheme
    shards: int
    epochs: int
    histories: int
    seats_over_third: int
    over_third: int
    over_two_thirds: int
    epochs_seats_over_third: int
    epochs_over_third: int
    epochs_over_two_thirds: int
    first_over_third: tuple[int | None, ...]
    largest_share: float
    moved: int
    smallest: int
    largest: int
    keys_tried: int
    course: tuple[float, ...]

    @property
    def moved_per_epoch(self) -> float:
        """Seats that changed shard or key in an epoch; 0 if no history had a second one."""
        steps = self.epochs - self.histories
        return self.moved / steps if steps else 0.0

    @property
    def failed_histories(self) -> int:
        """Histories in which a shard was ever over a third of the voting power."""
        return sum(first is not None for first in self.first_over_third)

    def deviations(self, chance: Fraction) -> float:
        """Return how many standard deviations the epochs with a shard over a third of the seats lie from a chance."""
        expected = float(chance)
        spread = math.sqrt(expected * (1 - expected) * self.epochs)
        return (self.epochs_seats_over_third - expected * self.epochs) / spread if spread else 0.0


def corrupt_seats(owners: Sequence[int], share: Fraction, seed: int) -> frozenset[int]:
    """Return the seats of an adversary that holds ``share`` of all seats, rounded up.

    Validators are corrupted in random order, with all their seats, of the last one as many as are missing.

    Args:
        owners: the validator of each seat.
        share: the part of the seats, 0 to 1.
        seed: the same seed corrupts the same validators.

    Raises:
        ConfigurationError: ``adversary-share`` for another part.
    """
    require(
        0 <= share <= 1,
        ConfigurationError,
        "adversary-share",
        "An adversary holds a part of the seats.",
        expected="0 to 1",
        actual=share,
    )
    wanted = -int(-share * len(owners) // 1)
    source = SeededSource(seed.to_bytes(32, "big"), "adversary")
    order = {owner: rank for rank, owner in enumerate(shuffled(sorted(set(owners)), source))}
    return frozenset(sorted(range(len(owners)), key=lambda seat: order[owners[seat]])[:wanted])


def exact_chances(
    model: SafetyModel, scheme: Scheme, threshold: Fraction
) -> tuple[Fraction, Fraction] | None:
    """Return the exact chance, by seats, that one given shard is over a threshold in an epoch, and that any is.

    Where the given shard is the one that the adversary wants, the chance of any is the same, because no other one has a
    malicious seat. None where the chance is not known: it depends on the epochs before, or seats do not divide evenly;
    for keys made by chance, that of any shard is bounded by the sum of the shards' chances.

    Raises:
        VerificationError: ``safety-draw``, ``safety-threshold``.
    """
    seats, rest = divmod(len(model.powers), model.shards)
    if rest:
        return None
    draw = Draw(model.shards, seats, len(model.malicious))
    if scheme is Scheme.DRAWN_ANEW:
        return chance_in_one_shard(draw, threshold), chance_in_any_shard(draw, threshold)
    if scheme is Scheme.BY_GROUND_KEY:
        chance = chance_with_ground_keys(draw, threshold)
        return chance, chance
    if scheme is Scheme.BY_KEY:
        chance = chance_with_chance_keys(draw, threshold)
        return chance, min(chance * model.shards, Fraction(1))
    return None


@contextmanager
def worker_pool(workers: int) -> Iterator[Executor | None]:
    """Provide processes for `simulate_safety`; None for a single worker, who needs no process of its own.

    With more than one, call this from under ``if __name__ == "__main__":``.

    Raises:
        ConfigurationError: ``safety-rounds`` for no workers.
    """
    require(
        workers >= 1,
        ConfigurationError,
        "safety-rounds",
        "A simulation has at least one epoch, one epoch a history and one worker.",
    )
    if workers == 1:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts) as executor:
        try:
            yield executor
        except BaseException:
            executor.shutdown(cancel_futures=True)
            raise


def simulate_safety(
    model: SafetyModel,
    scheme: Scheme,
    *,
    epochs: int,
    seed: int,
    history: int = HISTORY,
    pool: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> SafetyOutcome:
    """Play the epochs and count.

    Args:
        model: seats and adversary.
        scheme: how seats are put into shards.
        epochs: epochs of all histories together.
        seed: the same seed gives the same epochs.
        history: epochs of a history; the last one may have fewer.
        pool: processes that share the histories, see `worker_pool`; None to play them here.
        progress: called with the number of epochs played, after each history.

    Raises:
        ConfigurationError: ``safety-rounds`` for no epochs, or no epochs of a history.
    """
    require(
        1 <= epochs <= _MOST_EPOCHS and history >= 1,
        ConfigurationError,
        "safety-rounds",
        "A simulation has at least one epoch, one epoch a history and one worker.",
    )
    lengths = [min(history, epochs - start) for start in range(0, epochs, history)]
    labels = [f"{scheme.name}/{seed}/{number}" for number in range(len(lengths))]
    played: dict[int, SafetyOutcome] = {}
    done = 0

    def note(number: int, outcome: SafetyOutcome) -> None:
        nonlocal done
        played[number] = outcome
        done += outcome.epochs
        if progress is not None:
            progress(done)

    histories = enumerate(zip(labels, lengths, strict=True))
    if pool is None:
        for number, (label, length) in histories:
            note(number, _play(model, scheme, label, length))
    else:
        running = {
            pool.submit(_play, model, scheme, label, length): number for number, (label, length) in histories
        }
        for future in as_completed(running):
            note(running[future], future.result())
    return _merged([played[number] for number in sorted(played)])


def _leave_interrupts() -> None:
    """Leave an interrupt from the terminal, which reaches every process, to the one that shares out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(slots=True)
class _Tally:
    """Counts shards of one kind, and epochs that have any."""

    shards: int = 0
    epochs: int = 0

    def add(self, found: int) -> bool:
        self.shards += found
        self.epochs += found > 0
        return found > 0


def _play(model: SafetyModel, scheme: Scheme, label: str, epochs: int) -> SafetyOutcome:
    """Play one history."""
    is_malicious = [seat in model.malicious for seat in range(len(model.powers))].__getitem__
    power_of = model.powers.__getitem__
    held_of = [power * (seat in model.malicious) for seat, power in enumerate(model.powers)].__getitem__
    by_seats, third, two_thirds = _Tally(), _Tally(), _Tally()
    course: list[float] = []
    sizes: set[int] = set()
    first = None
    moved = tried = 0
    for epoch, assignment in enumerate(islice(assignments(model, scheme, label), epochs), start=1):
        shards = assignment.shards
        parts = [(sum(map(held_of, members)), sum(map(power_of, members))) for members in shards]
        by_seats.add(sum(3 * sum(map(is_malicious, members)) > len(members) for members in shards))
        two_thirds.add(sum(3 * held > 2 * total for held, total in parts))
        if third.add(sum(3 * held > total for held, total in parts)) and first is None:
            first = epoch
        course.append(max(held / total if total else 0.0 for held, total in parts))
        sizes.update(map(len, shards))
        moved += assignment.moved if epoch > 1 else 0
        tried = assignment.keys_tried
    return SafetyOutcome(
        scheme=scheme,
        shards=model.shards,
        epochs=epochs,
        histories=1,
        seats_over_third=by_seats.shards,
        over_third=third.shards,
        over_two_thirds=two_thirds.shards,
        epochs_seats_over_third=by_seats.epochs,
        epochs_over_third=third.epochs,
        epochs_over_two_thirds=two_thirds.epochs,
        first_over_third=(first,),
        largest_share=max(course),
        moved=moved,
        smallest=min(sizes),
        largest=max(sizes),
        keys_tried=tried,
        course=tuple(course),
    )


def _merged(outcomes: Sequence[SafetyOutcome]) -> SafetyOutcome:
    def total(name: str) -> int:
        return sum(getattr(outcome, name) for outcome in outcomes)

    return SafetyOutcome(
        scheme=outcomes[0].scheme,
        shards=outcomes[0].shards,
        epochs=total("epochs"),
        histories=total("histories"),
        seats_over_third=total("seats_over_third"),
        over_third=total("over_third"),
        over_two_thirds=total("over_two_thirds"),
        epochs_seats_over_third=total("epochs_seats_over_third"),
        epochs_over_third=total("epochs_over_third"),
        epochs_over_two_thirds=total("epochs_over_two_thirds"),
        first_over_third=tuple(first for outcome in outcomes for first in outcome.first_over_third),
        largest_share=max(outcome.largest_share for outcome in outcomes),
        moved=total("moved"),
        smallest=min(outcome.smallest for outcome in outcomes),
        largest=max(outcome.largest for outcome in outcomes),
        keys_tried=total("keys_tried"),
        course=outcomes[0].course,
    )
