"""Votes of consensus: one decoded and authenticated, and two hundred for one block verified together.

    python benchmarks/fbft.py [--quick] [--json]

The yardstick is what the BLS back end takes to check a product of two pairings in the same run. A committee of 200
keys of as many validators; each vote comes as the protobuf bytes of a PREPARE, and the payload's point is known.
"""

import argparse
import json
import resource
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from statistics import median

from timing import seconds

from harmony_core.chain import Committee, Slot
from harmony_core.crypto.bls import SecretKey, load_backend
from harmony_core.crypto.bls.constants import ORDER
from harmony_core.fbft import KnownView, Prepare, check_messages, decode_message, encode_message
from harmony_core.fbft.build import Place, build_prepare
from harmony_core.fbft.senders import sender_bitmap_of
from harmony_core.fbft.vote_batch import VoteChecker
from harmony_core.params import load_network
from harmony_core.primitives import BlockNumber, Dec, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import TrustedCommittee

SLOTS = 200
HARMONY_SLOTS = 2
EPOCH = Epoch(2152)
BLOCK = Hash32(sha256(b"block").digest())
PLACE = Place(ShardID(0), BlockNumber(70_000_000), ViewID(70_000_009))
VOTE_YARDSTICKS = 1.3
BATCH_MILLISECONDS = 30.0
FALSE_VOTES = (17, 118)


def yardstick() -> Callable[[], bool]:
    """The back end's own check of a product of two pairings."""
    backend = load_backend()
    secret = SecretKey(7)
    key, signature = secret.public_key(), secret.sign(b"yardstick")
    return partial(backend.pairings_are_one, [key.point, (-key).point], [signature.point, signature.point])


def in_yardsticks(function: Callable[[], object], count: int, rounds: int) -> tuple[float, float]:
    """Return milliseconds an item, and yardsticks an item; both are measured by turns."""
    check = yardstick()
    slices = [
        (seconds(function), seconds(lambda: [check() for _ in range(min(count, 16))])) for _ in range(rounds)
    ]
    taken = median(column for column, _ in slices) / count
    unit = median(column for _, column in slices) / min(count, 16)
    return taken * 1000, taken / unit


class Voting:
    """A committee and the votes of all its members, as bytes."""

    def __init__(self) -> None:
        keys = [
            SecretKey(int.from_bytes(sha256(b"vote %d" % i).digest(), "big") % (ORDER - 1) + 1)
            for i in range(SLOTS)
        ]
        publics = [key.public_key() for key in keys]
        slots = tuple(
            Slot(public.address, public.to_bytes(), None if i < HARMONY_SLOTS else Dec.from_int(10**22))
            for i, public in enumerate(publics)
        )
        self.committee = TrustedCommittee(load_network("mainnet"), EPOCH, Committee(ShardID(0), slots))
        members = self.committee.key_set.keys
        self.raw = [encode_message(build_prepare(PLACE, BLOCK, [key], members)) for key in keys]
        wrong = Hash32(sha256(b"another block").digest())
        self.half_false = list(self.raw)
        for at in FALSE_VOTES:
            vote = build_prepare(PLACE, wrong, [keys[at]], members)
            self.half_false[at] = encode_message(
                Prepare(
                    vote.shard_id,
                    vote.view_id,
                    vote.block_number,
                    BLOCK,
                    vote.sender_key,
                    vote.payload,
                )
            )
        self.checker = VoteChecker(self.committee.key_set, BLOCK)
        self.view = KnownView(self.committee, PLACE.block_number, PLACE.view_id)

    def read(self, raw: bytes) -> tuple[bytes, bytes]:
        message = decode_message(raw)
        assert isinstance(message, Prepare)
        assert message.block_hash == BLOCK
        return sender_bitmap_of(message, self.committee), message.payload

    def one_by_one(self, count: int) -> None:
        for raw in self.raw[:count]:
            self.checker.check(*self.read(raw))

    def together(self, raws: list[bytes], false: tuple[int, ...], *, each_alone: bool = False) -> None:
        checked = self.checker.check_all([self.read(raw) for raw in raws], each_alone=each_alone)
        assert tuple(checked.refused) == false
        assert checked.signature is not None

    def as_messages(self) -> None:
        results = check_messages([(decode_message(raw), self.view) for raw in self.raw])
        assert not any(isinstance(result, Exception) for result in results)


def measure(*, quick: bool) -> list[dict[str, object]]:
    rounds = 7 if quick else 31
    voting = Voting()
    rows: list[dict[str, object]] = []
    taken, ratio = in_yardsticks(partial(voting.one_by_one, 16), 16, rounds)
    rows.append(
        {
            "what": "decode and authenticate a vote",
            "ms": taken,
            "yardsticks": ratio,
            "met": ratio <= VOTE_YARDSTICKS,
        }
    )
    taken, ratio = in_yardsticks(partial(voting.together, voting.raw, ()), 1, rounds)
    rows.append(
        {
            "what": f"{SLOTS} good votes together",
            "ms": taken,
            "yardsticks": ratio,
            "met": taken <= BATCH_MILLISECONDS,
        }
    )
    alone = partial(voting.together, voting.raw, (), each_alone=True)
    taken, ratio = in_yardsticks(alone, 1, max(rounds // 4, 3))
    rows.append({"what": "the same, each held alone", "ms": taken, "yardsticks": ratio})
    taken, ratio = in_yardsticks(
        partial(voting.together, voting.half_false, FALSE_VOTES), 1, max(rounds // 4, 3)
    )
    rows.append({"what": f"the same, {len(FALSE_VOTES)} of them false", "ms": taken, "yardsticks": ratio})
    taken, ratio = in_yardsticks(voting.as_messages, 1, max(rounds // 4, 3))
    rows.append({"what": f"{SLOTS} messages of any kind together", "ms": taken, "yardsticks": ratio})
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    rows = measure(quick=options.quick)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if options.json:
        print(
            json.dumps({"backend": load_backend().name, "peak_mib": round(memory, 1), "rows": rows}, indent=1)
        )
    else:
        print(f"back end {load_backend().name}, peak memory {memory:.0f} MiB")
        for row in rows:
            goal = {True: "met", False: "MISSED", None: ""}[row.get("met")]  # type: ignore[index]
            print(f"{row['what']:40} {row['ms']:9.3f} ms  {row['yardsticks']:8.2f} yardsticks  {goal}")
    return 0 if all(row.get("met", True) for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
