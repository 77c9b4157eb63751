"""Noticing that a member votes to commit two blocks of one height and view.

Source: harmony-one/harmony, consensus/double_sign.go (checkDoubleSign).
"""

from dataclasses import dataclass, field
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


@dataclass(slots=True)
class CommitVoteLog:
    """The first vote of each sender in each of the latest views of a height.

    Only a vote in the view of the block's own header can be held against its sender, as the chain's records of double
    signing name one view for both votes.
    """

    _first: dict[ViewID, dict[int, tuple[Hash32, bytes]]] = field(default_factory=dict)
    _reported: set[int] = field(default_factory=set)

    def note(self, electorate: Electorate, signing: Signing, bits: int, vote: CommitVote) -> Evidence | None:
        """Take a vote whose sender is a member, and return evidence if it is that sender's second.

        Signatures are verified only when two votes contradict each other; a false one is forgotten.
        """
        known = self._first.get(vote.view_id)
        if known is None:
            if len(self._first) >= _VIEWS and vote.view_id < min(self._first):
                return None
            known = self._first[vote.view_id] = {}
            if len(self._first) > _VIEWS:
                del self._first[min(self._first)]
        first = known.setdefault(bits, (vote.block_hash, vote.payload))
        if first[0] == vote.block_hash or bits in self._reported:
            return None
        second = (vote.block_hash, vote.payload)
        holds = [self._holds(electorate, signing, bits, vote, one) for one in (first, second)]
        if all(holds):
            self._reported.add(bits)
            return _evidence(electorate, bits, vote, first, second)
        if holds[1]:
            known[bits] = second
        return None

    def clear(self) -> None:
        """Begin another height."""
        self._first.clear()
        self._reported.clear()

    def __len__(self) -> int:
        return sum(map(len, self._first.values()))

    @staticmethod
    def _holds(
        electorate: Electorate, signing: Signing, bits: int, vote: CommitVote, one: tuple[Hash32, bytes]
    ) -> bool:
        committee = electorate.committee
        target = CommitTarget(committee.shard_id, committee.epoch, vote.block_number, vote.view_id, one[0])
        payload = electorate.commit_payload(target)
        return is_good(signing, electorate.key_set, SignedBitmap(payload, electorate.bitmap(bits), one[1]))


def _evidence(
    electorate: Electorate,
    bits: int,
    vote: CommitVote,
    first: tuple[Hash32, bytes],
    second: tuple[Hash32, bytes],
) -> Evidence:
    committee = electorate.committee
    keys = electorate.keys_of(bits)
    moment = Moment(committee.epoch, committee.shard_id, vote.block_number, vote.view_id)
    votes = [
        Vote(keys, block_hash, BLSSignatureBytes(signature)) for block_hash, signature in (first, second)
    ]
    offender = electorate.account_of((bits & -bits).bit_length() - 1)
    return Evidence(moment, votes[0], votes[1], offender)
