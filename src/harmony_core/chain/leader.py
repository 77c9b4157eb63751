"""Which key of a committee a block's coinbase stands for, and which shard a key belongs to."""

from harmony_core.chain.shard_state import Committee
from harmony_core.crypto.bls import address_of_key
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Address, BLSPublicKeyBytes, ShardID

__all__ = ["leader_of_coinbase", "shard_of_key"]


def leader_of_coinbase(committee: Committee, coinbase: Address, *, staking: bool) -> BLSPublicKeyBytes:
    """Return the BLS key of the leader that a header's coinbase names.

    Args:
        committee: the committee of the header's epoch.
        coinbase: the header's coinbase.
        staking: whether the network has staking in that epoch. Before, the coinbase is the account of the leader's
            slot, and of several slots of an account the first counts; from then on it is the address of the key.

    Raises:
        VerificationError: code ``leader-not-in-committee`` if no slot has that coinbase.

    Source: harmony-one/harmony, internal/chain/engine.go (GetLeaderPubKeyFromCoinbase).
    """
    for slot in committee.slots:
        if coinbase == (address_of_key(slot.bls_public_key) if staking else slot.address):
            return slot.bls_public_key
    raise VerificationError(
        "The coinbase belongs to no member of the committee.", code="leader-not-in-committee", actual=coinbase
    )


def shard_of_key(public_key: BLSPublicKeyBytes, num_shards: int) -> ShardID:
    """Return the shard that a validator's key is elected to: the key as a big-endian integer modulo the shards.

    Raises:
        VerificationError: code ``shard-count`` for fewer than one shard.

    Source: harmony-one/harmony, shard/committee/assignment.go (eposStakedCommittee).
    """
    require(
        num_shards >= 1,
        VerificationError,
        "shard-count",
        "A network has at least one shard.",
        actual=num_shards,
    )
    return ShardID(int.from_bytes(public_key, "big") % num_shards)
