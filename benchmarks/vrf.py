"""VRF verification, in yardsticks: what the BLS back end takes to check a product of two pairings in the same run.

    python benchmarks/vrf.py [--quick] [--json]

One proof under one key, one header with a committee of 250 known keys, a batch of 128 headers of eight leaders, and the
P-256 VRF of the early protocol. What the Go node takes is a signature verification of its own BLS library.
"""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from statistics import median

from timing import seconds

from harmony_core.chain import Committee, Header, HeaderVersion, Slot
from harmony_core.crypto.bls import SecretKey, load_backend
from harmony_core.crypto.bls.constants import ORDER
from harmony_core.params import load_network
from harmony_core.primitives import BlockNumber, Dec, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import TrustedCommittee
from harmony_core.randomness import vrf
from harmony_core.randomness.vrf import p256

SLOTS = 250
HARMONY_SLOTS = 2
LEADERS = 8
BATCH = 128
EPOCH = Epoch(2152)
TARGET = 1.5


def yardstick() -> Callable[[], bool]:
    """The back end's own check of a product of two pairings."""
    backend = load_backend()
    secret = SecretKey(7)
    key, signature = secret.public_key(), secret.sign(b"yardstick")
    points, signatures = [key.point, (-key).point], [signature.point, signature.point]
    return partial(backend.pairings_are_one, points, signatures)


def in_yardsticks(function: Callable[[], object], count: int, rounds: int) -> tuple[float, float]:
    """Return milliseconds an item, and yardsticks an item; both are measured by turns."""
    check = yardstick()
    slices = [(seconds(function), seconds(lambda: [check() for _ in range(count)])) for _ in range(rounds)]
    taken, unit = (median(column) / count for column in zip(*slices, strict=True))
    return taken * 1000, taken / unit


def secret_keys() -> list[SecretKey]:
    return [
        SecretKey(int.from_bytes(sha256(b"benchmark %d" % i).digest(), "big") % (ORDER - 1) + 1)
        for i in range(SLOTS)
    ]


def headers(keys: list[SecretKey]) -> list[vrf.HeaderVRF]:
    """Headers whose leaders take turns, each with its VRF."""
    publics = [key.public_key() for key in keys]
    slots = tuple(
        Slot(public.address, public.to_bytes(), None if i < HARMONY_SLOTS else Dec.from_int(10**22))
        for i, public in enumerate(publics)
    )
    committee = TrustedCommittee(load_network("mainnet"), EPOCH, Committee(ShardID(0), slots))
    made = []
    for number in range(BATCH):
        leader = number * LEADERS // BATCH * 31
        parent = Hash32(sha256(b"%d" % number).digest())
        header = Header(
            version=HeaderVersion.V3,
            parent_hash=parent,
            coinbase=publics[leader].address,
            number=BlockNumber(number + 1),
            view_id=ViewID(number + 1),
            epoch=EPOCH,
            vrf=vrf.evaluate(keys[leader], parent).to_bytes(),
        )
        made.append(vrf.HeaderVRF(header, committee))
    return made


def all_good(items: list[vrf.HeaderVRF]) -> None:
    assert all(isinstance(verdict, vrf.VerifiedVRF) for verdict in vrf.check_header_vrfs(items))


def measure(*, quick: bool) -> list[dict[str, object]]:
    rounds = 9 if quick else 31
    keys = secret_keys()
    public, output = keys[0].public_key(), vrf.evaluate(keys[0], b"alpha")
    items = headers(keys)
    old = p256.P256SecretKey(7)
    old_public, old_output = (
        old.public_key(),
        old.evaluate(b"alpha", entropy=lambda size: sha256(b"r").digest()[:size]),
    )
    cases: list[tuple[str, Callable[[], object], int, float | None]] = [
        ("one proof", lambda: [vrf.verify(public, b"alpha", output.proof) for _ in range(8)], 8, TARGET),
        (
            "one header, committee of 250",
            lambda: [vrf.verify_header_vrf(item.header, item.committee) for item in items[::16]],
            BATCH // 16,
            TARGET,
        ),
        (f"batch of {BATCH} headers, {LEADERS} leaders", partial(all_good, items), BATCH, TARGET),
        (
            "one P-256 proof",
            lambda: [old_public.verify(b"alpha", old_output.proof) for _ in range(8)],
            8,
            None,
        ),
    ]
    rows: list[dict[str, object]] = []
    for name, function, count, target in cases:
        taken, ratio = in_yardsticks(function, count, rounds)
        rows.append({"what": name, "ms": round(taken, 3), "yardsticks": round(ratio, 3), "target": target})
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    rows = measure(quick=options.quick)
    if options.json:
        print(json.dumps({"backend": load_backend().name, "rows": rows}, indent=1))
    else:
        print(f"back end {load_backend().name}")
        for row in rows:
            goal = f"(target {row['target']})" if row["target"] else ""
            print(f"{row['what']:36} {row['ms']:8} ms  {row['yardsticks']:6} yardsticks  {goal}")
    return 0 if all(row["target"] is None or float(str(row["yardsticks"])) <= TARGET for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
