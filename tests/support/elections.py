"""Candidates for tests of elections."""

from hashlib import sha256

from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.committee import Candidate, ElectionRules
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch

__all__ = ["ONE", "candidate", "key_in", "rules"]

ONE = 10**18
"""One token in atto."""


def key_in(shard: int, number: int, shards: int = 2) -> BLSPublicKeyBytes:
    """Return key ``number`` of those that fall into ``shard`` of 1, 2, 4, ... shards."""
    head = sha256(b"key %d of shard %d" % (number, shard)).digest()
    return BLSPublicKeyBytes(head + bytes(15) + bytes([shard % shards]))


def candidate(
    number: int,
    stake: int,
    keys: tuple[BLSPublicKeyBytes, ...] | None = None,
    *,
    status: int = ValidatorStatus.ACTIVE,
    elected_for: int = 0,
    signed: int = 0,
    to_sign: int = 0,
) -> Candidate:
    """Return a candidate with the address of twenty bytes ``number``, one key by default, and a stake in ONE."""
    return Candidate(
        address=Address(bytes([number]) * 20),
        keys=(key_in(number, number),) if keys is None else keys,
        stake=stake * ONE,
        status=status,
        last_epoch_in_committee=Epoch(elected_for),
        blocks_signed=signed,
        blocks_to_sign=to_sign,
    )


def rules(
    seats: int = 10,
    *,
    slots_limit: int = 0,
    bound: str = "0.15",
    hip32: bool = False,
    reserved: tuple[BLSPublicKeyBytes, ...] = (),
) -> ElectionRules:
    """Return the rules of an election held in epoch 4 for epoch 5 and two shards."""
    return ElectionRules(
        epoch=Epoch(5),
        current_epoch=Epoch(4),
        seats=seats,
        num_shards=2,
        slots_limit=slots_limit,
        bound=Dec.parse(bound),
        hip32=hip32,
        reserved_keys=frozenset(reserved),
    )
