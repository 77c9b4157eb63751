"""Noticing that a member votes to commit two blocks of one height and view.

Source: harmony-one/harmony, consensus/double_sign.go (checkDoubleSign).
"""

from dataclasses import dataclass, field, replace
from typing import Final

from harmony_core.chain.slash import Evidence, Moment, Vote
from harmony_core.crypto.bls import SignedBitmap
from harmony_core.fbft.engine.electorate import Electorate
from harmony_core.fbft.messages import CommitVote
from harmony_core.fbft.signing import Signing, is_good
from harmony_core.primitives import BLSSignatureBytes, Hash32, ViewID
from harmony_core.quorum import CommitTarget

__all__ = ["CommitVoteLog"]

_VIEWS: Final = 2


@dataclass(frozen=True, slots=True)
class _Seen:
    """A vote as it came: who claims to have sent it, for which block, the signature, and whether that was verified."""

    bits: int
    block_hash: Hash32
    signature: bytes
    holds: bool = False


@dataclass(slots=True)
class CommitVoteLog:
    """The first vote of each sender in each of the latest views of a height.

    A sender with several keys counts by the first of them, so that no more is kept than one vote for each slot and
    view: a vote carries no signature of its sender beside the vote itself, and anybody can claim any set of keys.

    Only a vote in the view of the block's own header can be held against its sender, as the chain's records of double
    signing name one view for both votes.
    """

    _first: dict[ViewID, dict[int, _Seen]] = field(default_factory=dict)
    _reported: set[int] = field(default_factory=set)

    def note(self, electorate: Electorate, signing: Signing, bits: int, vote: CommitVote) -> Evidence | None:
        """Take a vote whose sender is a member, and return evidence if it is that sender's second.

        Signatures are verified only when two votes contradict each other; a false one makes room for the other.
        """
        known = self._of_view(vote.view_id)
        if known is None:
            return None
        second = _Seen(bits, vote.block_hash, vote.payload)
        slot = bits & -bits
        first = known.setdefault(slot, second)
        if (first.bits, first.block_hash) == (bits, vote.block_hash) or slot in self._reported:
            return None
        if not first.holds:
            if not self._holds(electorate, signing, vote, first):
                known[slot] = second
                return None
            first = known[slot] = replace(first, holds=True)
        if first.bits != bits or not self._holds(electorate, signing, vote, second):
            return None
        self._reported.add(slot)
        return _evidence(electorate, bits, vote, first, second)

    def _of_view(self, view_id: ViewID) -> dict[int, _Seen] | None:
        """Return the votes of a view, None for one that is too old to be kept."""
        known = self._first.get(view_id)
        if known is None:
            if len(self._first) >= _VIEWS and view_id < min(self._first):
                return None
            known = self._first[view_id] = {}
            if len(self._first) > _VIEWS:
                del self._first[min(self._first)]
        return known

    def clear(self) -> None:
        """Begin another height."""
        self._first.clear()
        self._reported.clear()

    def __len__(self) -> int:
        return sum(map(len, self._first.values()))

    @staticmethod
    def _holds(electorate: Electorate, signing: Signing, vote: CommitVote, one: _Seen) -> bool:
        committee = electorate.committee
        target = CommitTarget(
            committee.shard_id, committee.epoch, vote.block_number, vote.view_id, one.block_hash
        )
        payload = electorate.commit_payload(target)
        return is_good(
            signing, electorate.key_set, SignedBitmap(payload, electorate.bitmap(one.bits), one.signature)
        )


def _evidence(electorate: Electorate, bits: int, vote: CommitVote, first: _Seen, second: _Seen) -> Evidence:
    committee = electorate.committee
    keys = electorate.keys_of(bits)
    moment = Moment(committee.epoch, committee.shard_id, vote.block_number, vote.view_id)
    votes = [Vote(keys, one.block_hash, BLSSignatureBytes(one.signature)) for one in (first, second)]
    offender = electorate.account_of((bits & -bits).bit_length() - 1)
    return Evidence(moment, votes[0], votes[1], offender)
