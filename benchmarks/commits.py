"""Commit verification, in yardsticks: what the back end takes to check a product of two pairings in the same run.

    python benchmarks/commits.py [--quick] [--json]

Committees of 250 keys, known beforehand; headers decoded beforehand, so that what is measured is `verify_commit` and
`check_commits` end to end: bitmap, quorum, payload, signature decoding with its subgroup check, aggregation, pairing.
The Go node takes 1.82 ms for a commit of 250 keys on the kind of machine that the targets were set on.
"""

import argparse
import json
import random
import resource
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from statistics import median

from timing import seconds

from harmony_core.chain import Committee, Header, HeaderVersion, Slot
from harmony_core.crypto.bls import SecretKey, load_backend
from harmony_core.crypto.bls.base_point import minus_base_point
from harmony_core.crypto.bls.constants import ORDER
from harmony_core.crypto.bls.hashing import mapped_payload
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.primitives import Address, BlockNumber, Dec, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import (
    Commit,
    CommitTarget,
    TrustedCommittee,
    check_commits,
    commit_payload,
    verify_commit,
)

SLOTS = 250
HARMONY_SLOTS = 2
EPOCH = 2152
GO_COMMIT_MS = 1.82

Item = tuple[Header, Commit, TrustedCommittee]


class Bench:
    """A staking-era committee of 250 keys that signs headers."""

    def __init__(self) -> None:
        self.scalars = [
            int.from_bytes(sha256(b"benchmark %d" % i).digest(), "big") % (ORDER - 1) + 1
            for i in range(SLOTS)
        ]
        slots = tuple(
            Slot(
                Address(bytes([i % 256]) * 20),
                SecretKey(scalar).public_key().to_bytes(),
                None if i < HARMONY_SLOTS else Dec.from_int(10**22),
            )
            for i, scalar in enumerate(self.scalars)
        )
        self.committee = TrustedCommittee(load_network("mainnet"), Epoch(EPOCH), Committee(ShardID(0), slots))

    def item(self, number: int, absent: set[int]) -> Item:
        """A header with a commit in which the slots of ``absent`` are missing."""
        header = Header(
            version=HeaderVersion.V3,
            parent_hash=Hash32(sha256(b"%d" % number).digest()),
            number=BlockNumber(number),
            view_id=ViewID(number),
            epoch=Epoch(EPOCH),
        )
        target = CommitTarget.of_header(header)
        payload = commit_payload(
            self.committee.network.config,
            block_hash=target.block_hash,
            number=target.number,
            view_id=target.view_id,
            epoch=Epoch(EPOCH),
        )
        present = [i for i in range(SLOTS) if i not in absent]
        # The sum of the signatures is the signature of the sum of the keys.
        total = SecretKey(sum(self.scalars[i] for i in present) % ORDER).sign(payload)
        bitmap = sum(1 << i for i in present).to_bytes((SLOTS + 7) // 8, "little")
        return header, Commit(total.to_bytes(), bitmap), self.committee


def in_yardsticks(function: Callable[[], object], count: int, rounds: int) -> tuple[float, float, float]:
    """Return seconds an item, seconds a yardstick and their ratio.

    Both are measured by turns in slices of about the same length, so that a change of the machine's speed meets both.
    """
    check = yardstick()
    slices = [(seconds(function), seconds(lambda: [check() for _ in range(count)])) for _ in range(rounds)]
    taken = median(work for work, _ in slices) / count
    unit = median(units for _, units in slices) / count
    return taken, unit, taken / unit


def yardstick() -> Callable[[], bool]:
    """The back end's own check of a product of two pairings, on the four points of an ordinary signature check."""
    backend = load_backend()
    secret = SecretKey(7)
    public_key, signature = secret.public_key(), secret.sign(b"yardstick")
    hashed = backend.clear_g2_cofactor(mapped_payload(b"yardstick", backend))
    keys = [minus_base_point(backend), public_key.point]
    check = partial(backend.pairings_are_one, keys, [signature.point, hashed])
    assert check()
    return check


def all_good(items: list[Item]) -> None:
    assert not any(isinstance(verdict, HarmonyError) for verdict in check_commits(items))


def measure(*, quick: bool) -> list[dict[str, object]]:
    bench = Bench()
    rng = random.Random(1)
    absences: dict[str, Callable[[], set[int]]] = {
        "any bitmaps": lambda: set(rng.sample(range(SLOTS), 22)),
        "the same few keys absent": lambda: {3, 17, 40, 41, 99, 100, 180, 230} - {rng.choice([3, 17, 40])},
    }
    batches = {
        name: [bench.item(number, absent()) for number in range(100)] for name, absent in absences.items()
    }
    rounds = 7 if quick else 25
    single = batches["any bitmaps"][:4]

    def one_by_one() -> None:
        for header, commit, committee in single:
            verify_commit(header, commit, committee)

    rows = [row("one commit of 250 known keys", in_yardsticks(one_by_one, len(single), 10 * rounds), 1.45)]
    for name, target in (("any bitmaps", 0.75), ("the same few keys absent", 0.5)):
        items = batches[name]
        taken = in_yardsticks(partial(all_good, items), len(items), rounds)
        rows.append(row(f"batch of 100, {name}", taken, target))
    tracemalloc.start()
    all_good(batches["any bitmaps"])
    rows[-2]["peak_python_kib"] = tracemalloc.get_traced_memory()[1] // 1024
    tracemalloc.stop()
    return rows


def row(name: str, measured: tuple[float, float, float], target: float) -> dict[str, object]:
    taken, unit, ratio = measured
    return {
        "what": name,
        "ms": round(taken * 1000, 3),
        "yardsticks": round(ratio, 3),
        "target": target,
        "go_ms": GO_COMMIT_MS,
        "yardstick_ms": round(unit * 1000, 3),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    rows = measure(quick=options.quick)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if options.json:
        print(json.dumps({"backend": load_backend().name, "peak_rss_mib": peak, "rows": rows}, indent=1))
    else:
        print(f"back end {load_backend().name}, peak memory {peak} MiB")
        for found in rows:
            print(
                f"{found['what']:42} {found['ms']:8} ms  {found['yardsticks']:6} yardsticks"
                f"  (target {found['target']}; Go node {found['go_ms']} ms a commit; yardstick {found['yardstick_ms']} ms)"
            )
    return 0 if all(float(str(f["yardsticks"])) <= float(str(f["target"])) for f in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
