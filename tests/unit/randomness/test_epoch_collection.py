"""The later variant of the paper protocol: one VRF per block, those of more than two thirds combined."""

import dataclasses

import pytest

from harmony_core.chain import Header, HeaderVersion
from harmony_core.errors import VerificationError
from harmony_core.primitives import BlockNumber, Epoch, Hash32, ShardID
from harmony_core.quorum import TrustedCommittee
from harmony_core.randomness import vrf
from harmony_core.randomness.drg import EpochCollection
from support.synthetic_chain import FIRST_EPOCH, LOCALNET, committee, keys_of

COMMITTEE = TrustedCommittee(LOCALNET, FIRST_EPOCH, committee(FIRST_EPOCH, 0))


def drawn(number: int, leader: int, *, epoch: Epoch = FIRST_EPOCH, shard: int = 0) -> vrf.VerifiedVRF:
    secret = keys_of(epoch, shard)[leader]
    parent = Hash32(bytes([number]) * 32)
    header = Header(
        version=HeaderVersion.V3,
        number=BlockNumber(number),
        epoch=epoch,
        shard_id=ShardID(shard),
        parent_hash=parent,
        coinbase=secret.public_key().address,
        vrf=vrf.evaluate(secret, parent).to_bytes(),
    )
    trusted = TrustedCommittee(LOCALNET, epoch, committee(epoch, shard))
    verified = vrf.verify_header_vrf(header, trusted)
    assert verified is not None
    return verified


def refusal(collection: EpochCollection, one: vrf.VerifiedVRF) -> str:
    with pytest.raises(VerificationError) as info:
        collection.receive(one)
    return info.value.code


def test_more_than_two_thirds_of_the_leaders_make_prnd() -> None:
    collection = EpochCollection(COMMITTEE)
    assert len(COMMITTEE) == 7
    assert collection.threshold == 5
    leaders = [0, 0, 3, 1, 3, 6, 4]
    first: dict[int, int] = {}
    for number, leader in enumerate(leaders, start=50):
        assert collection.preimage() is None
        one = drawn(number, leader)
        first.setdefault(leader, int.from_bytes(one.beta, "big"))
        collection.receive(one)
    verified = collection.preimage()
    assert verified is not None
    assert verified.contributors == collection.collected == 5
    total = 0
    for value in first.values():
        total ^= value
    assert int.from_bytes(verified.preimage.value, "big") == total
    assert verified.preimage.bitmap == bytes([0b1011011])
    assert refusal(collection, drawn(60, 2)) == "drg-late-vrf"


def test_blocks_out_of_order_are_refused() -> None:
    collection = EpochCollection(COMMITTEE)
    collection.receive(drawn(50, 0))
    assert refusal(collection, drawn(50, 1)) == "drg-block-order"
    assert refusal(collection, drawn(49, 1)) == "drg-block-order"


def test_another_epoch_or_shard_is_refused() -> None:
    collection = EpochCollection(COMMITTEE)
    assert refusal(collection, drawn(50, 0, epoch=Epoch(4))) == "drg-epoch"
    assert refusal(collection, drawn(50, 0, shard=1)) == "drg-epoch"


def test_a_leader_of_another_committee_is_refused() -> None:
    others = dataclasses.replace(COMMITTEE.committee, slots=COMMITTEE.committee.slots[1:])
    collection = EpochCollection(TrustedCommittee(LOCALNET, FIRST_EPOCH, others))
    assert refusal(collection, drawn(50, 0)) == "drg-outsider"
