"""The VRFs of the recorded networks: each is its leader's on its parent, and no bit of what it rests on may be altered."""

import dataclasses
import random
from functools import cache

import pytest

from harmony_core.chain import Header
from harmony_core.errors import HarmonyError
from harmony_core.light_client import CommitteeBook
from harmony_core.primitives import Address, Hash32
from harmony_core.randomness import vrf
from support.recorded import Recording, recordings

CHAINS = [(recording, shard) for recording in recordings() for shard in recording.shards]
every_chain = pytest.mark.parametrize(
    ("recording", "shard"), CHAINS, ids=[f"{r.folder.name}-{s}" for r, s in CHAINS]
)
ALTERED = 24


@cache
def items(recording: Recording, shard: int) -> tuple[vrf.HeaderVRF, ...]:
    """Every header but genesis whose committee is recorded or follows from the account lists."""
    book = CommitteeBook(recording.network, tuple(recording.shard_states(shard)), epochs_kept=None)
    found = []
    for signed in recording.headers(shard):
        header = signed.header
        if header.number == 0:
            continue
        try:
            found.append(vrf.HeaderVRF(header, book.committee(header.shard_id, header.epoch)))
        except HarmonyError as error:
            assert error.code == "committee-unknown"  # noqa: PT017 - an excerpt may lack its first committee
    assert found
    return tuple(found)


@every_chain
def test_every_vrf_is_its_leaders_on_its_parent(recording: Recording, shard: int) -> None:
    verdicts = vrf.check_header_vrfs(items(recording, shard))
    by_number = {row["number"]: row for row in recording.rows(f"vrf_shard{shard}")}
    for item, verdict in zip(items(recording, shard), verdicts, strict=True):
        assert isinstance(verdict, vrf.VerifiedVRF)
        row = by_number.get(item.header.number)
        if row is not None:
            assert row["leaderPubKey"] == verdict.leader.hex()
            assert row["vrf"] == verdict.beta.hex()
            assert row["proof"] == verdict.output.proof.hex()
            assert row["message"] == item.header.parent_hash.to_hex()


def flipped(data: bytes, rng: random.Random) -> bytes:
    altered = bytearray(data)
    position = rng.randrange(8 * len(data))
    altered[position // 8] ^= 1 << position % 8
    return bytes(altered)


def altered(header: Header, field: str, rng: random.Random) -> Header:
    if field == "coinbase":
        return dataclasses.replace(header, coinbase=Address(flipped(header.coinbase, rng)))
    if field == "parent_hash":
        return dataclasses.replace(header, parent_hash=Hash32(flipped(header.parent_hash, rng)))
    return dataclasses.replace(header, vrf=flipped(header.vrf, rng))


@every_chain
def test_no_bit_of_what_a_vrf_rests_on_can_be_altered(recording: Recording, shard: int) -> None:
    rng = random.Random(shard)
    chosen = [rng.choice(items(recording, shard)) for _ in range(ALTERED)]
    forged = [
        vrf.HeaderVRF(altered(item.header, ("vrf", "parent_hash", "coinbase")[at % 3], rng), item.committee)
        for at, item in enumerate(chosen)
    ]
    for item, verdict in zip(forged, vrf.check_header_vrfs(forged), strict=True):
        assert isinstance(verdict, HarmonyError), item.header.number
