"""A committee whose member signs two blocks, and the record of it, for tests."""

from collections.abc import Sequence
from typing import Final

from harmony_core.chain import Committee, Evidence, Moment, ShardState, SlashRecord, Slot, Vote
from harmony_core.crypto.bls import SecretKey, aggregate_signatures
from harmony_core.params import load_network
from harmony_core.primitives import (
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
)
from harmony_core.quorum import commit_payload
from harmony_core.staking import SlashContext, StakingState
from support.committees import secret_key
from support.sample_validators import a_wrapper

__all__ = [
    "BLOCKS",
    "COMMITTEES",
    "CONTEXT",
    "KEYS",
    "MOMENT",
    "OFFENDER",
    "OTHER",
    "REPORTER",
    "STATE",
    "a_record",
    "a_vote",
]

NETWORK: Final = load_network("localnet")
OFFENDER: Final = Address(b"\x51" * 20)
OTHER: Final = Address(b"\x52" * 20)
REPORTER: Final = Address(b"\x53" * 20)
KEYS: Final = tuple(secret_key(place) for place in range(4))
"""The first two are the offender's, the third is another validator's, the last is in no committee."""

MOMENT: Final = Moment(Epoch(5), ShardID(1), BlockNumber(100), ViewID(102))
BLOCKS: Final = (Hash32(b"\x61" * 32), Hash32(b"\x62" * 32))


def _slot(owner: Address, key: SecretKey) -> Slot:
    return Slot(owner, key.public_key().to_bytes(), Dec.from_int(100))


_SLOTS: Final = (_slot(OFFENDER, KEYS[0]), _slot(OFFENDER, KEYS[1]), _slot(OTHER, KEYS[2]))
COMMITTEES: Final = {
    Epoch(epoch): ShardState(Epoch(epoch), (Committee(ShardID(0), _SLOTS), Committee(ShardID(1), _SLOTS)))
    for epoch in (1, 5, 6, 7)
}
CONTEXT: Final = SlashContext(network=NETWORK, epoch=Epoch(6), committees=COMMITTEES)
STATE: Final = StakingState(validators={OFFENDER: a_wrapper(OFFENDER), OTHER: a_wrapper(OTHER)})


def a_vote(
    block: Hash32,
    signers: Sequence[SecretKey] = KEYS[:1],
    *,
    moment: Moment = MOMENT,
    named: Sequence[BLSPublicKeyBytes] | None = None,
) -> Vote:
    """Return a vote for a block; ``named`` are the keys that it claims, those of the signers by default."""
    payload = commit_payload(
        NETWORK.config,
        block_hash=block,
        number=moment.height,
        view_id=moment.view_id,
        epoch=moment.epoch,
    )
    signature = aggregate_signatures([key.sign(payload) for key in signers])
    keys = [key.public_key().to_bytes() for key in signers] if named is None else named
    return Vote(tuple(keys), block, signature.to_bytes())


def a_record(
    first: Vote | None = None,
    second: Vote | None = None,
    *,
    moment: Moment = MOMENT,
    offender: Address = OFFENDER,
    reporter: Address = REPORTER,
) -> SlashRecord:
    """Return a record; votes that are not given are those of the offender's first key."""
    votes = (
        first or a_vote(BLOCKS[0], moment=moment),
        second or a_vote(BLOCKS[1], moment=moment),
    )
    return SlashRecord(Evidence(moment, *votes, offender), reporter)
