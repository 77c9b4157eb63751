"""Random assignment of members to shards, and leaders chosen by randomness.

Paper protocol; no network runs it. Source: Harmony's technical whitepaper 2.0, sharding by voting shares.
"""

from collections.abc import Mapping, Sequence

from harmony_core.chain.shard_state import Committee, ShardState, Slot
from harmony_core.committee.resharding.random_source import SeededSource, dealt, shuffled
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import BLSPublicKeyBytes, Epoch, ShardID

__all__ = ["assign_randomly", "draw_leader", "shard_state", "slots_by_key", "with_leader_first"]


def assign_randomly(members: Sequence[Slot], num_shards: int, *, seed: bytes, epoch: Epoch) -> ShardState:
    """Assign every member to a shard by the randomness of an epoch, all assignments of equal sizes being equally likely.

    The members, ordered by key whatever order they come in, are shuffled and dealt to the shards in turn, so that sizes
    differ by one at most. In each committee the leader that the randomness chooses comes first.

    Args:
        members: a slot for each voting share.
        num_shards: how many shards.
        seed: the random value of the epoch, 32 bytes.
        epoch: the epoch that the shard state is for.

    Raises:
        VerificationError: ``resharding-seed``; ``resharding-shard-count`` without a shard; ``resharding-duplicate-key``
            if a key comes twice; ``resharding-empty-shard`` if there are fewer members than shards.
    """
    require(
        num_shards >= 1,
        VerificationError,
        "resharding-shard-count",
        "There is no shard to assign members to.",
        actual=num_shards,
    )
    by_key = slots_by_key(members)
    order = shuffled(sorted(by_key), SeededSource(seed, "assignment"))
    return shard_state(dealt(order, num_shards), range(num_shards), by_key, seed=seed, epoch=epoch)


def draw_leader(members: Sequence[Slot], shard_id: ShardID, seed: bytes) -> Slot:
    """Return the member that leads a shard: every voting share is as likely, whatever the order of ``members``.

    Args:
        members: the shard's slots.
        shard_id: the shard; each shard draws by itself.
        seed: the epoch's randomness, 32 bytes.

    Raises:
        VerificationError: ``resharding-seed``; ``resharding-empty-shard`` without a member.
    """
    require(
        members,
        VerificationError,
        "resharding-empty-shard",
        "A shard without members has no leader.",
        actual=shard_id,
    )
    ordered = sorted(members, key=lambda slot: slot.bls_public_key)
    return ordered[SeededSource(seed, f"leader of shard {shard_id}").below(len(ordered))]


def slots_by_key(members: Sequence[Slot]) -> dict[BLSPublicKeyBytes, Slot]:
    """Return the slots by their keys.

    Raises:
        VerificationError: ``resharding-duplicate-key`` if a key comes twice.
    """
    by_key = {slot.bls_public_key: slot for slot in members}
    require(
        len(by_key) == len(members),
        VerificationError,
        "resharding-duplicate-key",
        "A key cannot hold two voting shares.",
        expected=len(by_key),
        actual=len(members),
    )
    return by_key


def with_leader_first(committee: Committee, seed: bytes) -> Committee:
    """Return the committee with the leader that the randomness chooses in its first slot; the others keep their order.

    Raises:
        VerificationError: as `draw_leader`.
    """
    leader = draw_leader(committee.slots, committee.shard_id, seed)
    return Committee(committee.shard_id, (leader, *(slot for slot in committee.slots if slot is not leader)))


def shard_state(
    shards: Sequence[Sequence[BLSPublicKeyBytes]],
    shard_ids: Sequence[int],
    by_key: Mapping[BLSPublicKeyBytes, Slot],
    *,
    seed: bytes,
    epoch: Epoch,
) -> ShardState:
    """Return the shard state in which each shard has these keys, led by whom the randomness chooses.

    Raises:
        VerificationError: as `draw_leader`.
    """
    committees = (
        Committee(ShardID(shard_id), tuple(by_key[key] for key in keys))
        for shard_id, keys in zip(shard_ids, shards, strict=True)
    )
    return ShardState(epoch, tuple(with_leader_first(committee, seed) for committee in committees))
