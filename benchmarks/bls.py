"""The BLS suite, in yardsticks: what the fast back end takes to check a product of two pairings in the same run.

    python benchmarks/bls.py [--quick] [--pure] [--json]

Keys are deterministic. Every row and its yardstick are measured by turns, in slices of about the same length, so that
a change of the machine's speed meets both. The Go node takes 0.36 ms to sign, 1.20 ms to verify, 1.82 ms for a commit
of 250 keys and 45 ms to decode 250 keys on the kind of machine that the targets were set on.
"""

import argparse
import json
import random
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from statistics import median

from timing import seconds

from harmony_core.crypto.bls import (
    Backend,
    KeySet,
    PublicKey,
    SecretKey,
    Signature,
    SignedBitmap,
    check_bitmap_signatures,
    hash_to_point,
    load_backend,
    verify,
    verify_bitmap_signature,
)
from harmony_core.crypto.bls.constants import ORDER
from harmony_core.crypto.bls.encoding import forget_keys

SLOTS = 250
BATCH = 100

Item = tuple[KeySet, SignedBitmap]


class Committee:
    """250 keys that sign payloads of 48 bytes."""

    def __init__(self, backend: Backend | None = None, slots: int = SLOTS) -> None:
        self.scalars = [
            int.from_bytes(sha256(b"benchmark %d" % i).digest(), "big") % (ORDER - 1) + 1
            for i in range(slots)
        ]
        self.keys = [SecretKey(scalar).public_key().to_bytes() for scalar in self.scalars]
        self.key_set = KeySet(self.keys, backend=backend)

    def item(self, number: int, absent: set[int]) -> Item:
        """A payload signed by all but the absent: one signature under the sum of the secrets."""
        payload = sha256(b"%d" % number).digest() + bytes(16)
        present = [i for i in range(len(self.keys)) if i not in absent]
        total = SecretKey(sum(self.scalars[i] for i in present) % ORDER)
        bitmap = sum(1 << i for i in present).to_bytes((len(self.keys) + 7) // 8, "little")
        return self.key_set, SignedBitmap(payload, bitmap, total.sign(payload).to_bytes())

    def votes(self, count: int) -> list[Item]:
        """One vote of each of ``count`` keys on the same payload."""
        payload = sha256(b"vote").digest()
        length = (len(self.keys) + 7) // 8
        return [
            (
                self.key_set,
                SignedBitmap(
                    payload,
                    (1 << i).to_bytes(length, "little"),
                    SecretKey(self.scalars[i]).sign(payload).to_bytes(),
                ),
            )
            for i in range(count)
        ]


def yardstick() -> Callable[[], bool]:
    """The back end's own check of a product of two pairings, of four points that have nothing in common.

    The product e(P, Q) e(-P, Q) is about a tenth cheaper to check, for reasons inside the back end: it would flatter
    the yardstick, not the results, and is not what a verification computes.
    """
    backend = load_backend()
    secret, payload = SecretKey(int.from_bytes(sha256(b"yardstick").digest(), "little") % ORDER), b"yardstick"
    base, key = SecretKey(1).public_key(), secret.public_key()
    points = [(-base).point, key.point], [secret.sign(payload).point, hash_to_point(payload).point]
    return partial(backend.pairings_are_one, *points)


def measured(
    name: str,
    function: Callable[[], object],
    *,
    items: int = 1,
    repeat: int = 1,
    rounds: int,
    target: str = "",
) -> dict[str, object]:
    """Run ``function`` and as many yardsticks as fit into the same time, by turns."""
    check = yardstick()

    def work() -> None:
        for _ in range(repeat):
            function()

    work()
    units = max(1, round(seconds(work) / seconds(check)))
    slices = [(seconds(work), seconds(lambda: [check() for _ in range(units)])) for _ in range(rounds)]
    taken = median(first for first, _ in slices) / (items * repeat)
    unit = median(second for _, second in slices) / units
    return {
        "what": name,
        "ms": taken * 1e3,
        "yardsticks": taken / unit,
        "yardstick_ms": unit * 1e3,
        "target": target,
    }


def all_good(items: Sequence[Item]) -> None:
    assert check_bitmap_signatures(items) == [None] * len(items)


def one_bad(items: Sequence[Item]) -> None:
    assert sum(error is not None for error in check_bitmap_signatures(items)) == 1


def decode_cold(keys: Sequence[bytes]) -> None:
    forget_keys()
    for key in keys:
        PublicKey.from_bytes(key)


def two_workers(items: Sequence[Item], rounds: int) -> dict[str, object]:
    """Wall-clock time of a batch in one process and as halves in two."""
    halves = [items[: len(items) // 2], items[len(items) // 2 :]]
    alone, shared = [], []
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(all_good, halves))
        for _ in range(rounds):
            start = time.perf_counter()
            all_good(items)
            middle = time.perf_counter()
            list(pool.map(all_good, halves))
            alone.append(middle - start)
            shared.append(time.perf_counter() - middle)
    return {
        "what": "two worker processes, times faster",
        "ms": median(alone) / median(shared),
        "target": "1.8",
    }


def fast_rows(*, quick: bool) -> list[dict[str, object]]:
    rounds = 5 if quick else 21
    committee = Committee()
    rng = random.Random(1)
    any_bitmaps = [committee.item(i, set(rng.sample(range(SLOTS), 22))) for i in range(BATCH)]
    always, sometimes = set(range(40, 52)), [3, 17, 99, 100, 180, 230]
    few_absent = [
        committee.item(i, always | set(rng.sample(sometimes, rng.randrange(4)))) for i in range(BATCH)
    ]
    same_absent = [committee.item(i, always) for i in range(BATCH)]
    forged = list(any_bitmaps)
    forged[37] = (forged[37][0], SignedBitmap(b"forged", forged[37][1].bitmap, forged[37][1].signature))
    key_set, item = any_bitmaps[0]
    secret = SecretKey(committee.scalars[0])
    public, payload = secret.public_key(), item.payload
    signature = secret.sign(payload)
    few = partial(measured, repeat=5, rounds=4 * rounds)
    rows = [
        few("sign", lambda: secret.sign(payload), target="0.65"),
        few("hash to point", lambda: hash_to_point(payload)),
        few("signature decoded with subgroup check", lambda: Signature.from_bytes(item.signature)),
        few("verify", lambda: verify(public, payload, signature)),
        few("one commit of 250 known keys", lambda: verify_bitmap_signature(key_set, item), target="1.45"),
        measured("250 keys decoded cold", lambda: decode_cold(committee.keys), rounds=rounds, target="20 ms"),
        measured("250 keys decoded again", lambda: KeySet(committee.keys), rounds=rounds),
    ]
    for name, items, check, target in (
        ("any bitmaps", any_bitmaps, all_good, "0.75"),
        ("the same few keys absent", few_absent, all_good, "0.5"),
        ("one bitmap", same_absent, all_good, "0.5"),
        ("any bitmaps, one forged", forged, one_bad, ""),
        ("250 votes on one payload", committee.votes(SLOTS), all_good, ""),
    ):
        title = name if "votes" in name else f"batch of {BATCH}, {name}"
        rows.append(measured(title, partial(check, items), items=len(items), rounds=rounds, target=target))
    tracemalloc.start()
    all_good(any_bitmaps)
    rows[7]["peak_python_kib"] = tracemalloc.get_traced_memory()[1] // 1024
    tracemalloc.stop()
    rows.append(two_workers(few_absent * 2, rounds))
    return rows


def pure_rows() -> list[dict[str, object]]:
    """A small sample of the oracle, which is what remains where the fast back end cannot be installed."""
    pure = load_backend("py-ecc")
    committee = Committee(pure, slots=10)
    secret = SecretKey(committee.scalars[0], backend=pure)
    key_set, item = committee.item(1, {2})
    items = [committee.item(i, {i}) for i in range(4)]

    def cold() -> None:
        forget_keys()
        KeySet(committee.keys, backend=pure)

    return [
        measured("pure: sign", lambda: secret.sign(item.payload), rounds=2),
        measured("pure: one commit, known keys", lambda: verify_bitmap_signature(key_set, item), rounds=2),
        measured("pure: one key decoded cold", cold, items=10, rounds=2),
        measured("pure: batch of 4", lambda: all_good(items), items=4, rounds=1),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--pure", action="store_true", help="measure the pure back end too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = fast_rows(quick=options.quick)
    if options.pure:
        rows += pure_rows()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if options.json:
        print(json.dumps({"rows": rows, "peak_mib": peak}, indent=1))
        return 0
    print(f"BLS by {load_backend().name} {load_backend().version}; peak memory {peak} MiB")
    print(f"{'':45} {'ms':>9} {'yardsticks':>11} {'target':>8}")
    for entry in rows:
        ratio = entry.get("yardsticks")
        shown = f"{ratio:11.3f}" if isinstance(ratio, float) else " " * 11
        print(f"{entry['what']!s:45} {entry['ms']:9.3f} {shown} {entry['target']!s:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
