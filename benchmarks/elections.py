"""Elections, voting power and the decimal arithmetic below them.

    python benchmarks/elections.py [--quick] [--json]

The yardstick is a sort of a thousand random integers, measured by turns with the election. That an election costs
n log n is shown by the time for each key, divided by the logarithm of their number, as the candidates grow.
"""

import argparse
import gc
import json
import math
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Final

from harmony_core.chain import Committee, Slot
from harmony_core.committee import Candidate, ElectionRules, elect
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch, ShardID
from harmony_core.quorum import Roster

KEYS_EACH: Final = 4
SIZES: Final = (4_000, 12_500, 25_000, 50_000, 100_000)
ELECTION_MS: Final = 50.0
ROSTER_MS: Final = 3.0
DEC_US: Final = 2.0
GROWTH: Final = 2.0
ROSTER_SLOTS: Final = 250
HARMONY_SLOTS: Final = 2


def candidates(keys: int, source: random.Random) -> list[Candidate]:
    return [
        Candidate(
            address=Address(source.randbytes(20)),
            keys=tuple(BLSPublicKeyBytes(source.randbytes(48)) for _ in range(KEYS_EACH)),
            stake=source.randrange(10**22, 10**25),
            last_epoch_in_committee=Epoch(4),
            blocks_signed=source.randrange(7, 11),
            blocks_to_sign=10,
        )
        for _ in range(keys // KEYS_EACH)
    ]


def election(keys: int, source: random.Random) -> Callable[[], object]:
    rules = ElectionRules(
        epoch=Epoch(5),
        current_epoch=Epoch(4),
        seats=keys // KEYS_EACH,
        num_shards=4,
        slots_limit=10,
    )
    return partial(elect, rules, candidates(keys, source))


def committee(source: random.Random) -> Committee:
    return Committee(
        ShardID(0),
        tuple(
            Slot(
                Address(source.randbytes(20)),
                BLSPublicKeyBytes(source.randbytes(48)),
                None if slot < HARMONY_SLOTS else Dec(source.randrange(10**40, 10**43)),
            )
            for slot in range(ROSTER_SLOTS)
        ),
    )


def seconds(action: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    action()
    return time.process_time() - start


def by_turns(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the medians of two actions that are measured in turns, in seconds."""
    pairs = [(seconds(first), seconds(second)) for _ in range(rounds)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def decimals(operation: Callable[[Dec, Dec], Dec], source: random.Random) -> Callable[[], object]:
    """A thousand operations on stakes and shares of the sizes that elections have."""
    pairs = [
        (Dec(source.randrange(10**40, 10**43)), Dec(source.randrange(10**17, 10**18))) for _ in range(1000)
    ]

    def run() -> None:
        for one, other in pairs:
            operation(one, other)

    return run


def measure(*, quick: bool) -> list[dict[str, object]]:
    source = random.Random(1)
    rounds = 5 if quick else 15
    numbers = [source.random() for _ in range(1000)]
    rows: list[dict[str, object]] = []

    def add(
        what: str, taken: float, unit: str, target: float | None, yardsticks: float | None = None
    ) -> None:
        rows.append(
            {"what": what, "value": round(taken, 3), "unit": unit, "target": target, "yardsticks": yardsticks}
        )

    sort = partial(sorted, numbers)
    yard = [sort] * 50
    taken, unit = by_turns(election(SIZES[0], source), lambda: [one() for one in yard], rounds)
    add("election, 1,000 candidates, 4,000 keys", taken * 1e3, "ms", ELECTION_MS, round(taken / unit * 50, 1))
    base = 0.0
    for keys in SIZES[:3] if quick else SIZES:
        taken, _ = by_turns(election(keys, source), sort, 3)
        each = taken / (keys * math.log2(keys))
        base = base or each
        add(f"election of {keys:,} keys, cost of each over log n", each / base, "times the first", GROWTH)
    members, shares = committee(source), (Dec.parse("0.49"), Dec.parse("0.51"))
    taken, _ = by_turns(lambda: Roster.from_shares(members, *shares), sort, rounds)
    add(f"voting power of {ROSTER_SLOTS} seats", taken * 1e3, "ms", ROSTER_MS)
    for name, operation in (("multiplication", Dec.__mul__), ("division", Dec.__truediv__)):
        taken, _ = by_turns(decimals(operation, source), sort, rounds)
        add(f"decimal {name}", taken * 1e3, "us", DEC_US)
    add("peak memory of an election of 100,000 keys", peak_of_its_own(), "MiB", None)
    return rows


def peak_of_its_own() -> float:
    """Return the peak in MiB of a process that holds one large election."""
    run = subprocess.run([sys.executable, __file__, "--peak"], capture_output=True, text=True, check=True)
    return float(run.stdout)


def peak() -> None:
    election(SIZES[-1], random.Random(1))()
    unit = 1 if sys.platform == "darwin" else 1024
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and smaller elections")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--peak", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        peak()
        return 0
    rows = measure(quick=options.quick)
    if options.json:
        print(json.dumps(rows, indent=1))
    else:
        for row in rows:
            goal = f"(target {row['target']})" if row["target"] else ""
            yards = f"{row['yardsticks']} sorts of 1,000" if row["yardsticks"] else ""
            print(f"{row['what']:58} {row['value']:10} {row['unit']:16} {goal} {yards}")
    missed = [row for row in rows if row["target"] and float(str(row["value"])) > float(str(row["target"]))]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
