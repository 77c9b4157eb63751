"""From the committees of one epoch to those of the next, by the bounded Cuckoo rule.

Paper protocol; no network runs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harmony_core.chain.shard_state import ShardState, Slot
from harmony_core.committee.resharding.assignment import shard_state, slots_by_key
from harmony_core.committee.resharding.cuckoo import CuckooRule, move_members
from harmony_core.committee.resharding.random_source import SeededSource
from harmony_core.primitives import BLSPublicKeyBytes, Epoch, ShardID

__all__ = ["DEFAULT_RULE", "Resharding", "reshard"]

DEFAULT_RULE: Final = CuckooRule()
"""A tenth of each shard of the active half, as in the early node."""


@dataclass(frozen=True, slots=True)
class Resharding:
    """The committees of the next epoch, and who moved.

    Attributes:
        state: the committees, in the order of the previous ones; the leader comes first in each.
        active_shards: the shards that newcomers came to.
        left: keys that hold no voting share any more.
        joined: keys that held none before.
        evicted: keys that were moved from the active half to the other.
    """

    state: ShardState
    active_shards: tuple[ShardID, ...]
    left: tuple[BLSPublicKeyBytes, ...]
    joined: tuple[BLSPublicKeyBytes, ...]
    evicted: tuple[BLSPublicKeyBytes, ...]


def reshard(
    previous: ShardState,
    members: Sequence[Slot],
    *,
    seed: bytes,
    epoch: Epoch,
    rule: CuckooRule = DEFAULT_RULE,
) -> Resharding:
    """Return the committees of the next epoch: keys that stay keep their shard unless the rule evicts them.

    Args:
        previous: the committees before.
        members: a slot for each voting share of the next epoch, with its new effective stake, in any order.
        seed: the random value of the epoch, 32 bytes.
        epoch: the epoch that the new shard state is for.
        rule: the constants of the Cuckoo rule.

    Raises:
        VerificationError: ``resharding-seed``; ``resharding-shard-count`` if ``previous`` has no committee;
            ``resharding-duplicate-key`` if a key comes twice, before or after; ``resharding-empty-shard`` if a shard
            is left without a member.
    """
    before = [committee.public_keys for committee in previous.committees]
    known = slots_by_key([slot for committee in previous.committees for slot in committee.slots])
    by_key = slots_by_key(members)
    newcomers = sorted(key for key in by_key if key not in known)
    movement = move_members(before, by_key.keys(), newcomers, SeededSource(seed, "cuckoo rule"), rule)
    shard_ids = [committee.shard_id for committee in previous.committees]
    return Resharding(
        state=shard_state(movement.shards, shard_ids, by_key, seed=seed, epoch=epoch),
        active_shards=tuple(shard_ids[index] for index in movement.active),
        left=movement.left,
        joined=movement.joined,
        evicted=movement.evicted,
    )
