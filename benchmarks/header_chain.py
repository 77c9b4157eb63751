"""Following a chain of headers as a stream: time a header, growth with length, memory, and two workers.

    python benchmarks/header_chain.py [--quick] [--json]

The chain is made while it is read: one shard of 250 slots, epochs of 1,000 blocks, up to eight of the same twelve keys
absent from each commit, a new leader and VRF key every 16 blocks. Time spent making headers is measured apart and left out. The yardstick is the back end's own check of a product of two
pairings in the same run.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from hashlib import sha256

from commits import in_yardsticks

from harmony_core.chain.header import Header, HeaderVersion
from harmony_core.chain.shard_state import Committee, ShardState, Slot
from harmony_core.crypto.bls import SecretKey, address_of_key
from harmony_core.crypto.bls.constants import ORDER
from harmony_core.light_client import SignedHeader, verify_header_chain
from harmony_core.params import load_network
from harmony_core.primitives import Address, BlockNumber, Dec, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import Commit, commit_payload
from harmony_core.randomness import vrf

SLOTS = 250
HARMONY_SLOTS = 10
BLOCKS_PER_EPOCH = 1_000
NETWORK = load_network("localnet", blocks_per_epoch=BLOCKS_PER_EPOCH)
SHARD = ShardID(0)
NOW = 4_000_000_000
OFTEN_ABSENT = range(100, 112)
MOST_ABSENT = 8
LEADER_BLOCKS = 16


class Chain:
    """A chain whose committee signs as one: the aggregate of all signatures is the signature of the summed key."""

    def __init__(self) -> None:
        self.scalars = [int.from_bytes(sha256(b"chain %d" % i).digest(), "big") % ORDER for i in range(SLOTS)]
        self.slots = tuple(
            Slot(
                Address(sha256(b"owner %d" % i).digest()[:20]),
                SecretKey(scalar).public_key().to_bytes(),
                None if i < HARMONY_SLOTS else Dec.from_int(10**22),
            )
            for i, scalar in enumerate(self.scalars)
        )
        self.random = random.Random(1)
        self.making = 0.0
        self.start = Header(
            version=HeaderVersion.V3,
            number=NETWORK.schedule.last_block_of_epoch(Epoch(2)),
            epoch=Epoch(2),
            view_id=ViewID(1),
            time=1_700_000_000,
            vrf=bytes(128),  # its committee is not known, so only its length counts
            shard_state=self._state(3),
        )

    def _state(self, epoch: int) -> bytes:
        return ShardState(Epoch(epoch), (Committee(SHARD, self.slots),)).encode(staking=True)

    def _vrf(self, number: int, parent_hash: Hash32) -> bytes:
        leader = SecretKey(self.scalars[number // LEADER_BLOCKS % SLOTS])
        return vrf.evaluate(leader, parent_hash).to_bytes()

    def _commit(self, payload: bytes) -> Commit:
        absent = self.random.sample(OFTEN_ABSENT, self.random.randint(0, MOST_ABSENT))
        signer = SecretKey((sum(self.scalars) - sum(self.scalars[i] for i in absent)) % ORDER)
        bits = (1 << SLOTS) - 1 - sum(1 << i for i in absent)
        return Commit(signer.sign(payload).to_bytes(), bits.to_bytes((SLOTS + 7) // 8, "little"))

    def headers(self, count: int) -> Iterator[SignedHeader]:
        """Yield the start and ``count`` headers after it, each with its commit."""
        yield SignedHeader(self.start)
        parent, commit = self.start, None
        for _ in range(count):
            began = time.perf_counter()
            number = BlockNumber(parent.number + 1)
            epoch = NETWORK.schedule.epoch_of_block(number)
            header = Header(
                version=HeaderVersion.V3,
                number=number,
                epoch=epoch,
                view_id=ViewID(parent.view_id + 1),
                time=parent.time + 2,
                parent_hash=parent.hash,
                coinbase=address_of_key(self.slots[number // LEADER_BLOCKS % SLOTS].bls_public_key),
                vrf=self._vrf(number, parent.hash),
                root=Hash32(sha256(number.to_bytes(8, "big")).digest()),
                last_commit_signature=commit.signature if commit else self.start.last_commit_signature,
                last_commit_bitmap=commit.bitmap if commit else b"",
                shard_state=self._state(epoch + 1) if NETWORK.schedule.is_last_block(number) else b"",
            )
            payload = commit_payload(
                NETWORK.config,
                block_hash=header.hash,
                number=number,
                view_id=header.view_id,
                epoch=epoch,
            )
            commit = self._commit(payload)
            parent = header
            self.making += time.perf_counter() - began
            yield SignedHeader(header)


def resident_mib() -> float:
    """Return the peak resident memory of this process in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def measure(count: int, workers: int) -> dict[str, float]:
    """Follow ``count`` headers and return seconds and memory at the marks on the way."""
    chain = Chain()
    row: dict[str, float] = {"headers": count, "workers": workers}
    began = time.perf_counter()
    proofs = verify_header_chain(
        chain.headers(count),
        NETWORK,
        shard_id=SHARD,
        now=NOW,
        trusted_hash=chain.start.hash,
        workers=workers,
    )
    # The last header lacks a child to carry its commit.
    for done, _ in zip(range(1, count), proofs, strict=False):
        if done in {count // 10, count // 2, count - 1}:
            row[f"ms_a_header_at_{done}"] = (time.perf_counter() - began - chain.making) / done * 1e3
            row[f"peak_mib_at_{done}"] = resident_mib()
    row["making_seconds"] = chain.making
    row["wall_seconds"] = time.perf_counter() - began
    return row


def compare_workers(count: int) -> dict[str, float]:
    """Time the same prepared headers with one worker and with two."""
    chain = Chain()
    prepared = list(chain.headers(count))
    seconds = {}
    for workers in (1, 2):
        began = time.perf_counter()
        stream = verify_header_chain(
            prepared, NETWORK, shard_id=SHARD, now=NOW, trusted_hash=chain.start.hash, workers=workers
        )
        sum(1 for _ in zip(range(count), stream, strict=False))
        seconds[workers] = time.perf_counter() - began
    return {
        "headers": count,
        "one_worker_seconds": seconds[1],
        "two_workers_seconds": seconds[2],
        "times_faster": seconds[1] / seconds[2],
    }


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 headers instead of 100,000")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    count = 2_000 if arguments.quick else 100_000
    rows = {
        "yardstick_ms": in_yardsticks(lambda: None, 20, 3)[1] * 1e3,
        "stream": measure(count, workers=1),
        "workers": compare_workers(min(count, 10_000)),
    }
    if arguments.json:
        print(json.dumps(rows))
        return
    for name, value in rows.items():
        print(name, value if isinstance(value, float) else json.dumps(value, indent=1))


if __name__ == "__main__":
    main()
