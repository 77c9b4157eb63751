"""Equivocation: one key that says two things where it may say one, and the slashing evidence that follows from it.

Two COMMIT votes for different blocks of one height and one header view are what the chain slashes. Two proposals, two
PREPARE votes or two contradicting view change votes of one view are faults as well, which nothing slashes.

Source: harmony-one/harmony, consensus/double_sign.go (checkDoubleSign), staking/slash/double-sign.go.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from harmony_core.chain.slash import Evidence, Moment, Vote
from harmony_core.crypto.bitmap import enabled_indexes
from harmony_core.fbft.known_view import VerifiedMessage
from harmony_core.fbft.messages import Announce, CommitVote, Prepare, ViewChange
from harmony_core.primitives import BLSPublicKeyBytes, Epoch, ShardID
from harmony_core.quorum import TrustedCommittee
from harmony_core.wire import MessageType

__all__ = ["Equivocation", "EquivocationWatch"]

_KEPT_PER_KEY: Final = 64

_Moment = tuple[ShardID, Epoch, MessageType, int, int]
"""Where a key may speak once: shard, epoch, type of message, height, view."""


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Two verified messages that one key must not have sent both.

    Attributes:
        keys: the keys that are behind both, in slot order.
        first: the message that came first.
        second: the message that contradicts it.
        evidence: for two COMMIT votes, what the beacon chain slashes by; its keys are sorted. None for other
            messages.
    """

    keys: tuple[BLSPublicKeyBytes, ...]
    first: VerifiedMessage
    second: VerifiedMessage
    evidence: Evidence | None


class EquivocationWatch:
    """Remembers what each key has said lately, and finds who contradicts himself.

    Only verified messages are taken, so that nobody can be accused by words that are not his. For each key a fixed
    number of moments is remembered, the oldest forgotten first: a flood pushes out nothing but its sender's own words.

    Args:
        kept_per_key: how many moments are remembered for each key.
    """

    def __init__(self, *, kept_per_key: int = _KEPT_PER_KEY) -> None:
        self._kept_per_key = kept_per_key
        self._said: dict[BLSPublicKeyBytes, OrderedDict[_Moment, VerifiedMessage]] = {}

    def observe(self, verified: VerifiedMessage) -> tuple[Equivocation, ...]:
        """Take a message and return what it contradicts, one equivocation for each earlier message.

        A message that repeats an earlier one contradicts nothing. The first message of a moment is the one that is
        remembered.
        """
        moment = _moment(verified)
        if moment is None:
            return ()
        members = verified.view.committee.key_set.keys
        slots = enabled_indexes(verified.sender_bitmap, len(members))
        against: dict[int, tuple[VerifiedMessage, list[BLSPublicKeyBytes]]] = {}
        for key in (members[slot] for slot in slots):
            said = self._said.setdefault(key, OrderedDict())
            earlier = said.setdefault(moment, verified)
            if len(said) > self._kept_per_key:
                said.popitem(last=False)
            if _contradict(earlier, verified):
                against.setdefault(id(earlier), (earlier, []))[1].append(key)
        return tuple(
            Equivocation(tuple(keys), earlier, verified, _evidence(earlier, verified, keys))
            for earlier, keys in against.values()
        )

    def forget_outside(self, committee: TrustedCommittee) -> None:
        """Forget the keys that are not in ``committee``, as after an epoch's end."""
        members = set(committee.key_set.keys)
        self._said = {key: said for key, said in self._said.items() if key in members}

    @property
    def remembered(self) -> int:
        """How many moments are remembered, over all keys."""
        return sum(len(said) for said in self._said.values())


def _moment(verified: VerifiedMessage) -> _Moment | None:
    message, committee = verified.message, verified.view.committee
    place = (committee.shard_id, committee.epoch)
    if isinstance(message, CommitVote):
        # A COMMIT signs the view of the header, whatever view it is sent in.
        view_id = verified.target.view_id if verified.target else message.view_id
        return (*place, message.type, message.block_number, view_id)
    if isinstance(message, Announce | Prepare | ViewChange):
        return (*place, message.type, message.block_number, message.view_id)
    return None


def _contradict(first: VerifiedMessage, second: VerifiedMessage) -> bool:
    one, other = first.message, second.message
    if isinstance(one, ViewChange) and isinstance(other, ViewChange):
        return one.payload[:32] != other.payload[:32]
    if isinstance(one, Announce | Prepare | CommitVote) and isinstance(
        other, Announce | Prepare | CommitVote
    ):
        return one.block_hash != other.block_hash
    return False


def _evidence(
    first: VerifiedMessage, second: VerifiedMessage, keys: list[BLSPublicKeyBytes]
) -> Evidence | None:
    one, other, target = first.message, second.message, second.target
    if not isinstance(one, CommitVote) or not isinstance(other, CommitVote) or target is None:
        return None
    committee = second.view.committee
    owner = next(slot.address for slot in committee.committee.slots if slot.bls_public_key == keys[0])
    return Evidence(
        Moment(committee.epoch, committee.shard_id, target.number, target.view_id),
        _vote(first, one),
        _vote(second, other),
        owner,
    )


def _vote(verified: VerifiedMessage, message: CommitVote) -> Vote:
    members = verified.view.committee.key_set.keys
    keys = sorted(members[slot] for slot in enabled_indexes(verified.sender_bitmap, len(members)))
    return Vote(tuple(keys), message.block_hash, message.vote)
