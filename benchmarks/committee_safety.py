"""The safety of random committees: exact chances, and a simulation of 10,000 epochs with 4 x 250 seats.

    python benchmarks/committee_safety.py [--quick]

The election is held once; then the assignment is drawn anew in each epoch, or the Cuckoo rule moves members, and every
shard's voting power is counted. Target: 60 s for 10,000 epochs on one core, and both cores are used when asked for.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial

from harmony_core.committee.safety import Draw, chance_in_any_shard, chance_over_epochs
from harmony_core.simulation.committee_rules import SCHEMES, SafetyModel
from harmony_core.simulation.committee_safety import (
    SafetyOutcome,
    corrupt_seats,
    simulate_safety,
    worker_pool,
)
from harmony_core.simulation.stakes import named_distribution, seats_of

SHARDS, SEATS, EPOCHS = 4, 250, 10_000
SHARE = Fraction(1, 4)
TARGET = 60.0


def timed(action: Callable[[], object]) -> tuple[float, object]:
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="500 epochs instead of 10,000")
    epochs = 500 if parser.parse_args().quick else EPOCHS

    draw = Draw.of_share(SHARDS, SEATS, SHARE)
    seconds, chance = timed(lambda: chance_in_any_shard(draw))
    print(f"exact chance of {SHARDS} x {SEATS} seats: {1000 * seconds:.2f} ms")
    assert isinstance(chance, Fraction)
    seconds, _ = timed(lambda: chance_over_epochs(chance, EPOCHS))
    print(f"the same over {EPOCHS} epochs: {1000 * seconds:.2f} ms")
    seconds, _ = timed(lambda: chance_in_any_shard(Draw.of_share(80, 250, SHARE)))
    print(f"exact chance of 80 x 250 seats: {seconds:.2f} s")

    seconds, seats = timed(
        lambda: seats_of(named_distribution("zipf", SHARDS * SEATS), shards=SHARDS, seats=SEATS)
    )
    print(f"the election, once: {1000 * seconds:.1f} ms")
    assert isinstance(seats, tuple)
    model = SafetyModel(
        shards=SHARDS,
        powers=tuple(seat.effective_stake for seat in seats),
        malicious=corrupt_seats([seat.owner for seat in seats], SHARE, seed=1),
    )
    missed = False
    print(f"{epochs} epochs of {SHARDS} x {SEATS} seats; target {TARGET:.0f} s for {EPOCHS} on one core")
    with worker_pool(2) as pool:
        simulate_safety(
            model, SCHEMES[0], epochs=2, seed=1, history=1, pool=pool
        )  # the processes have started
        for scheme in SCHEMES:
            play = partial(simulate_safety, model, scheme, epochs=epochs, seed=1)
            alone, outcome = timed(play)
            shared, same = timed(partial(play, pool=pool))
            assert isinstance(outcome, SafetyOutcome)
            assert outcome == same
            missed |= alone / epochs * EPOCHS > TARGET
            print(
                f"  {scheme.value:32} {alone:6.2f} s, two workers {shared:6.2f} s ({alone / shared:.2f} times as fast);"
                f" over a third in {outcome.epochs_over_third} epochs"
            )
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    largest_worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory {own:.0f} MiB, largest worker {largest_worker:.0f} MiB")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
