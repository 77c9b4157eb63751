"""Who leads: the next leader after a view change, the rotation of leaders, and the ids and timeouts of views.

The rule depends on the epoch: first Harmony's own keys take turns, then every key whose validator is another one
(first version), then the same with the counting repaired (second version).

Source: harmony-one/harmony, consensus/quorum/quorum.go (NthNext, NthNextHmy, NthNextValidator,
NthNextValidatorV2), consensus/view_change.go (getNextLeaderKey, getNextViewID, fallbackNextViewID),
consensus/consensus_v2.go (rotateLeader), core/blockchain_leader_rotation.go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from harmony_core.chain.shard_state import Committee
from harmony_core.crypto.bitmap import bitmap_length, enabled_indexes
from harmony_core.errors import VerificationError, require
from harmony_core.fbft.limits import VIEW_CHANGE_SECONDS, VIEW_SLOT_SECONDS
from harmony_core.params import ChainConfig
from harmony_core.primitives import Address, BLSPublicKeyBytes, Epoch, ViewID

__all__ = [
    "LeaderRule",
    "NextView",
    "RotationMeta",
    "Successor",
    "fallback_next_view",
    "leader_rule",
    "next_leader",
    "next_view",
    "nth_next",
    "nth_next_harmony",
    "nth_next_validator",
    "nth_next_validator_v2",
    "rotated_leader",
    "view_change_seconds",
]

ALIVE_BLOCKS: Final = 4
"""How many of the newest blocks a leader has to have signed at least once; also the fewest blocks in a row."""

_FIRST_EPOCH: Final = Epoch(0)


class LeaderRule(Enum):
    """How the next leader is found."""

    HARMONY = "Harmony's keys take turns"
    VALIDATORS = "keys take turns that belong to another validator"
    VALIDATORS_V2 = "the same, with the counting repaired"


@dataclass(frozen=True, slots=True)
class Successor:
    """A next leader.

    Attributes:
        found: what the reference reports: whether the former leader is in the committee, or, in the second version,
            whether a key of another validator was found.
        key: the next leader.
    """

    found: bool
    key: BLSPublicKeyBytes


def leader_rule(config: ChainConfig, epoch: Epoch) -> LeaderRule:
    """Return the rule of an epoch."""
    if not config.is_leader_rotation_internal_validators(epoch):
        return LeaderRule.HARMONY
    if config.is_leader_rotation_v2(epoch):
        return LeaderRule.VALIDATORS_V2
    if config.is_leader_rotation_external_validators(epoch):
        return LeaderRule.VALIDATORS
    return LeaderRule.HARMONY


def nth_next(keys: Sequence[BLSPublicKeyBytes], key: BLSPublicKeyBytes, steps: int) -> Successor:
    """Return the key ``steps`` after ``key``, in a ring of all keys.

    An unknown key stands before the first.

    Raises:
        VerificationError: ``leader-out-of-range`` where the reference leaves its list, as for an empty committee or
            for steps backwards past the first key.
    """
    return _ring(keys, key, steps, len(keys))


def nth_next_harmony(
    keys: Sequence[BLSPublicKeyBytes], key: BLSPublicKeyBytes, steps: int, harmony_nodes: int
) -> Successor:
    """Return the key ``steps`` after ``key`` in a ring of the first ``harmony_nodes`` keys.

    A number that is not between 1 and the size of the committee stands for the whole committee.

    Raises:
        VerificationError: as `nth_next`.
    """
    return _ring(keys, key, steps, harmony_nodes if 0 < harmony_nodes <= len(keys) else len(keys))


def nth_next_validator(
    keys: Sequence[BLSPublicKeyBytes],
    owners: Mapping[BLSPublicKeyBytes, Address],
    key: BLSPublicKeyBytes,
    steps: int,
) -> Successor:
    """Return the next leader by the first version of the rule among validators.

    Where the key ``steps`` on belongs to the same account, the search goes on one key further *and* ``steps`` more.

    Args:
        keys: the committee's keys in slot order.
        owners: account of each key; unknown keys belong to the zero address.
        key: the former leader.
        steps: how far to go; negative steps return the former leader.

    Raises:
        VerificationError: ``leader-endless`` where the reference searches for ever, ``leader-out-of-range`` as
            `nth_next`.
    """
    if not keys or steps < 0:
        return Successor(found=False, key=key)
    at = _index(keys, key)
    found = at != -1
    for _ in range(2 * len(keys) + 2):
        at = _remainder(at + steps, len(keys))
        if _owner(owners, keys[at]) != _owner(owners, key):
            return Successor(found, keys[at])
        at += 1
    raise VerificationError(
        "No key of another validator is ever reached: the reference client would search for ever.",
        code="leader-endless",
        actual=steps,
    )


def nth_next_validator_v2(
    keys: Sequence[BLSPublicKeyBytes],
    owners: Mapping[BLSPublicKeyBytes, Address],
    key: BLSPublicKeyBytes,
    steps: int,
) -> Successor:
    """Return the first key of another account at or after ``steps`` keys, by the second version of the rule.

    Args and result are those of `nth_next_validator`; nothing is found where all keys belong to one account, or for
    negative steps, and the result is then the former leader.

    Raises:
        VerificationError: ``leader-out-of-range`` as `nth_next`.
    """
    if not keys or steps < 0:
        return Successor(found=False, key=key)
    at = _index(keys, key)
    if at == -1 and steps == 0:
        return Successor(found=True, key=keys[0])
    for attempt in range(len(keys) + 1):
        candidate = keys[_remainder(at + attempt + steps, len(keys))]
        if _owner(owners, candidate) != _owner(owners, key):
            return Successor(found=True, key=candidate)
    return Successor(found=False, key=key)


def next_leader(
    rule: LeaderRule,
    committee: Committee,
    key: BLSPublicKeyBytes,
    steps: int,
    *,
    harmony_nodes: int,
    owners: Committee | None = None,
) -> Successor:
    """Return the leader ``steps`` after ``key``.

    On a view change, ``key`` is the leader of the newest block by its coinbase, or the first key of the committee
    after the last block of an epoch, or the last known leader where the coinbase belongs to nobody; ``steps`` is the
    new view less that of the newest block less one; and the rule is that of the newest block's epoch.

    Args:
        rule: see `leader_rule`.
        committee: the committee that decides the stuck height.
        key: the former leader.
        steps: how far to go.
        harmony_nodes: number of Harmony's keys in a shard by the schedule.
        owners: the committee that says whose keys are whose; in the reference that of the newest block's epoch, which
            after an epoch's end is not the one that decides. None takes ``committee``.

    Raises:
        VerificationError: as for the rule.

    Source: harmony-one/harmony, consensus/view_change.go (getNextLeaderKey).
    """
    keys = committee.public_keys
    accounts = {slot.bls_public_key: slot.address for slot in (owners or committee).slots}
    if rule is LeaderRule.VALIDATORS_V2:
        return nth_next_validator_v2(keys, accounts, key, steps)
    if rule is LeaderRule.VALIDATORS:
        return nth_next_validator(keys, accounts, key, steps)
    return nth_next_harmony(keys, key, steps, harmony_nodes)


@dataclass(frozen=True, slots=True)
class RotationMeta:
    """How many blocks in a row one leader has made.

    Attributes:
        leader: key of the leader of the newest block; None before any block.
        epoch: epoch of the newest block.
        count: how many blocks in a row, within the epoch.
    """

    leader: BLSPublicKeyBytes | None = None
    epoch: Epoch = _FIRST_EPOCH
    count: int = 0

    def after_block(self, epoch: Epoch, leader: BLSPublicKeyBytes) -> Self:
        """Return the count after one more block.

        Source: harmony-one/harmony, core/blockchain_leader_rotation.go (processRotationMeta).
        """
        again = self.leader == leader and self.epoch == epoch
        return type(self)(leader, epoch, self.count + 1 if again else 1)


def rotated_leader(
    rule: LeaderRule,
    committee: Committee,
    leader: BLSPublicKeyBytes,
    meta: RotationMeta,
    *,
    blocks_per_epoch: int,
    harmony_nodes: int,
    recent_bitmaps: Sequence[bytes],
) -> BLSPublicKeyBytes | None:
    """Return who leads the next block of the same epoch, or None if the leader stays.

    A leader makes at least four blocks in a row, more where an epoch has more than four for each slot. A candidate
    that has signed none of the newest four blocks is passed over. Each node decides this from its own chain and from
    the leader that it knows; that a block has a certain leader is not a rule of its validity.

    Args:
        rule: see `leader_rule`.
        committee: the committee of the epoch.
        leader: the present leader as the node knows it.
        meta: blocks in a row up to the newest block.
        blocks_per_epoch: by the schedule.
        harmony_nodes: number of Harmony's keys in a shard by the schedule.
        recent_bitmaps: who signed the parents of the newest blocks, as their headers say, newest first, of this epoch
            only; the first four count.

    Raises:
        VerificationError: as `next_leader`.

    Source: harmony-one/harmony, consensus/consensus_v2.go (rotateLeader).
    """
    size = len(committee.slots)
    if not size or not blocks_per_epoch or meta.leader != leader:
        return None
    if meta.count < max(ALIVE_BLOCKS, blocks_per_epoch // size):
        return None
    newest = recent_bitmaps[:ALIVE_BLOCKS]
    if any(len(bitmap) != bitmap_length(size) for bitmap in newest):
        return None
    keys = committee.public_keys
    signed = [{keys[slot] for slot in enabled_indexes(bitmap, size)} for bitmap in newest]
    for steps in range(1, size + 1):
        successor = next_leader(rule, committee, leader, steps, harmony_nodes=harmony_nodes)
        if not successor.found:
            return None
        if sum(successor.key not in signers for signers in signed) < ALIVE_BLOCKS:
            return successor.key
    return None


@dataclass(frozen=True, slots=True)
class NextView:
    """The view to ask for, and how long to wait for it.

    Attributes:
        view_id: the view.
        seconds: the timeout.
    """

    view_id: ViewID
    seconds: int


def next_view(
    *, block_view: ViewID, block_time: int, now: int, changing_to: ViewID, current: ViewID
) -> NextView:
    """Return the view to ask for when a height is stuck: one more for every 45 seconds since the newest block.

    Args:
        block_view: view id of the newest block.
        block_time: its time in seconds.
        now: the node's clock in seconds.
        changing_to: the view that the node asks for now, or its view.
        current: the node's view. Both count only where the clock is not past the block's time.

    Source: harmony-one/harmony, consensus/view_change.go (getNextViewID).
    """
    if now <= block_time:
        return fallback_next_view(changing_to=changing_to, current=current)
    ahead = (now - block_time) // VIEW_SLOT_SECONDS + 1
    return NextView(ViewID(block_view + 1 + ahead), VIEW_CHANGE_SECONDS)


def fallback_next_view(*, changing_to: ViewID, current: ViewID) -> NextView:
    """Return the view to ask for where no clock helps: the next one, with a timeout that grows as a square.

    Source: harmony-one/harmony, consensus/view_change.go (fallbackNextViewID).
    """
    ahead = max(changing_to + 1 - current, 1)
    return NextView(ViewID(changing_to + 1), ahead * ahead * VIEW_CHANGE_SECONDS)


def view_change_seconds(*, changing_to: ViewID, current: ViewID) -> int:
    """Return how long a node that joins a view change waits for it.

    Source: harmony-one/harmony, consensus/view_change.go (GetViewChangeDuraion).
    """
    return (changing_to - current) ** 2 * VIEW_CHANGE_SECONDS


def _ring(keys: Sequence[BLSPublicKeyBytes], key: BLSPublicKeyBytes, steps: int, size: int) -> Successor:
    at = _index(keys, key)
    return Successor(at != -1, keys[_remainder(at + steps, size)])


def _index(keys: Sequence[BLSPublicKeyBytes], key: BLSPublicKeyBytes) -> int:
    return next((at for at in reversed(range(len(keys))) if keys[at] == key), -1)


def _remainder(position: int, size: int) -> int:
    """Return the position in a ring, where going backwards past its start is refused."""
    require(
        size > 0 and (position >= 0 or -position % size == 0),
        VerificationError,
        "leader-out-of-range",
        "No key of the committee is that far from the former leader.",
        actual=position,
    )
    return position % size if size else 0


def _owner(owners: Mapping[BLSPublicKeyBytes, Address], key: BLSPublicKeyBytes) -> Address:
    return owners.get(key, Address.zero())
