"""The recorded networks: every header is proven through the committees elected on chain, and no altered bit passes."""

import dataclasses
import random
from collections.abc import Iterator
from functools import cache

import pytest

from harmony_core.chain.header import Header, decode_header
from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.errors import HarmonyError
from harmony_core.light_client import (
    ProvenHeader,
    SignedHeader,
    Verdict,
    audit_headers,
    verify_header_chain,
)
from harmony_core.primitives import Epoch, ShardID
from harmony_core.quorum import Commit, commit_payload
from support.recorded import NOW, Recording, recordings

RANDOM_POSITIONS = 500
CHAINS = [(recording, shard) for recording in recordings() for shard in recording.shards]
every_chain = pytest.mark.parametrize(
    ("recording", "shard"), CHAINS, ids=[f"{r.folder.name}-{s}" for r, s in CHAINS]
)

every_long_chain = pytest.mark.parametrize(
    ("recording", "shard"),
    [chain for chain in CHAINS if chain[0].folder.name != "view_change"],
    ids=[f"{r.folder.name}-{s}" for r, s in CHAINS if r.folder.name != "view_change"],
)

# Seven meets every byte, and each of its bits in turn; all bits take minutes.
every_nth_bit = pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])


@cache
def load(recording: Recording, shard: int) -> tuple[SignedHeader, ...]:
    return tuple(recording.headers(shard))


@cache
def prove(recording: Recording, shard: int) -> tuple[ProvenHeader, ...]:
    chain = load(recording, shard)
    trust = recording.trust(chain, shard)
    return tuple(verify_header_chain(chain, recording.network, shard_id=ShardID(shard), now=NOW, **trust))


def test_there_is_something_to_verify() -> None:
    assert any(recording.shards for recording in recordings())


@every_chain
def test_every_header_is_proven(recording: Recording, shard: int) -> None:
    chain = load(recording, shard)
    proofs = prove(recording, shard)
    assert [proof.header for proof in proofs] == [item.header for item in chain]
    for proof, item in zip(proofs, chain, strict=True):
        given = {commit.bitmap for commit in item.commits}
        assert given <= {verified.commit.bitmap for verified in proof.verified} or item is chain[0]


@every_chain
def test_recorded_fields_are_those_decoded(recording: Recording, shard: int) -> None:
    config = recording.network.config
    for row, item in zip(recording.rows(f"headers_shard{shard}"), load(recording, shard), strict=True):
        header = item.header
        assert (header.number, header.epoch, header.view_id) == (row["number"], row["epoch"], row["viewID"])
        assert header.encode().hex() == row["rlp"]
        assert header.vrf.hex() == row["vrf"]
        if row.get("commitPayload"):
            payload = commit_payload(
                config,
                block_hash=header.hash,
                number=header.number,
                view_id=header.view_id,
                epoch=header.epoch,
            )
            assert payload.hex() == row["commitPayload"]


@every_chain
def test_recorded_committees_are_those_carried_by_headers(recording: Recording, shard: int) -> None:
    carried = {
        state.epoch: item.header.shard_state.hex()
        for item in load(recording, shard)
        if item.header.shard_state and (state := decode_shard_state(item.header.shard_state)).epoch
    }
    for row in recording.rows(f"committees_shard{shard}"):
        state = decode_shard_state(bytes.fromhex(row["rlp"]))
        assert state.hash.to_hex() == row["hash"]
        if row["shardStateEpoch"] in carried:
            assert carried[row["shardStateEpoch"]] == row["rlp"]


@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.folder.name)
def test_shards_are_judged_together_in_any_order(recording: Recording) -> None:
    items = [item for shard in recording.shards for item in load(recording, shard)]
    trust = [recording.trust(load(recording, shard), shard) for shard in recording.shards]
    random.Random(8).shuffle(items)
    rows = audit_headers(
        items,
        recording.network,
        now=NOW,
        trusted_hashes={given["trusted_hash"] for given in trust if given},
        committees=tuple({state for given in trust for state in given.get("committees", ())}),
    )
    assert [row.error for row in rows if row.verdict is not Verdict.PROVEN] == []
    assert len(rows) == len(items)


def flipped(header: Header, position: int) -> Header:
    """Decode the header with one bit of its encoding altered; raises if it no longer decodes."""
    altered = bytearray(header.encode())
    altered[position // 8] ^= 1 << position % 8
    return decode_header(bytes(altered))


def is_refused(recording: Recording, shard: int, index: int, position: int | None) -> bool:
    """Tell whether a header in its place is refused, with one bit altered or, for None, as it is.

    It stands between nothing and its child, which carries its commit; the head comes with the commit beside it.
    """
    chain = load(recording, shard)
    item = chain[index]
    is_head = index == len(chain) - 1
    try:
        header = item.header if position is None else flipped(item.header, position)
        items = [SignedHeader(header, item.commits if is_head else ()), *chain[index + 1 : index + 2]]
        verify = verify_header_chain(
            items,
            recording.network,
            shard_id=ShardID(shard),
            now=NOW,
            committees=states_for(recording, shard, item.header.epoch),
        )
        list(verify)
    except HarmonyError:
        return True
    return False


@cache
def states_for(recording: Recording, shard: int, epoch: Epoch) -> tuple[ShardState, ...]:
    """The committee of an epoch of the staking era, from the headers that were proven."""
    for proof in prove(recording, shard):
        if proof.header.shard_state and proof.header.number > 0:
            state = decode_shard_state(proof.header.shard_state)
            if state.epoch == epoch:
                return (state,)
    return tuple(recording.trust(load(recording, shard), shard).get("committees", ()))


def kinds_of_header(recording: Recording, shard: int) -> Iterator[int]:
    """One header of each kind: the first, one in mid-epoch, one that ends an epoch, the head."""
    chain = load(recording, shard)
    ends = [i for i, item in enumerate(chain) if item.header.shard_state and 0 < i < len(chain) - 1]
    quiet = [i for i, item in enumerate(chain) if not item.header.shard_state and 0 < i < len(chain) - 1]
    yield 0
    yield from quiet[len(quiet) // 2 :][:1]
    yield from ends[len(ends) // 2 :][:1]
    yield len(chain) - 1


@every_long_chain
@every_nth_bit
def test_no_bit_of_a_header_of_any_kind_can_be_altered(recording: Recording, shard: int, step: int) -> None:
    chain = load(recording, shard)
    for index in kinds_of_header(recording, shard):
        assert not is_refused(recording, shard, index, None)
        bits = len(chain[index].header.encode()) * 8
        passed = [p for p in range(0, bits, step) if not is_refused(recording, shard, index, p)]
        assert passed == [], f"block {chain[index].header.number}"


@every_chain
def test_no_bit_at_random_positions_can_be_altered(recording: Recording, shard: int) -> None:
    chain = load(recording, shard)
    source = random.Random(f"positions of shard {shard}")
    for _ in range(RANDOM_POSITIONS // len(recording.shards)):
        index = source.randrange(len(chain))
        position = source.randrange(len(chain[index].header.encode()) * 8)
        assert is_refused(recording, shard, index, position), (chain[index].header.number, position)


@every_chain
@every_nth_bit
def test_no_bit_of_a_commit_can_be_altered(recording: Recording, shard: int, step: int) -> None:
    chain = load(recording, shard)
    head = chain[-1]
    if not head.commits:
        return
    commit = head.commits[0]
    states = states_for(recording, shard, head.header.epoch)
    joined = commit.signature + commit.bitmap
    for position in range(0, len(joined) * 8, step):
        altered = bytearray(joined)
        altered[position // 8] ^= 1 << position % 8
        item = dataclasses.replace(head, commits=(Commit.from_payload(bytes(altered)),))
        with pytest.raises(HarmonyError):
            list(
                verify_header_chain(
                    [item], recording.network, shard_id=ShardID(shard), now=NOW, committees=states
                )
            )
