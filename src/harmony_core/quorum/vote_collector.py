"""Collecting votes: what a leader does with the PREPARE, COMMIT and VIEWCHANGE votes of its committee.

Source: harmony-one/harmony, consensus/quorum/quorum.go (submitVote, AggregateVotes), one-node-one-vote.go and
one-node-staked-vote.go (AddNewVote, IsQuorumAchieved, IsAllSigsCollected, CurrentTotalPower).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from harmony_core.chain.shard_state import Committee
from harmony_core.crypto.bls import Signature, aggregate_signatures
from harmony_core.errors import DecodeError, MissingDataError, VerificationError, require
from harmony_core.primitives import STRICT, BlockNumber, BLSPublicKeyBytes, Compatibility, Dec, Hash32, ViewID
from harmony_core.quorum.policy import StakeQuorum, UniformQuorum
from harmony_core.quorum.voting_power import Voter

__all__ = ["Ballot", "Phase", "VoteCollector"]

_ZERO: Final = Dec.from_int(0)


class Phase(Enum):
    """A phase of consensus that needs a quorum."""

    PREPARE = "Prepare"
    COMMIT = "Commit"
    VIEW_CHANGE = "viewChange"

    @classmethod
    def from_name(cls, name: str) -> Self:
        """Return the phase with that name.

        Raises:
            DecodeError: code ``vote-phase`` for any other name.
        """
        found = next((phase for phase in cls if phase.value == name), None)
        require(found, DecodeError, "vote-phase", "There is no such phase of consensus.", actual=name)
        return cls(name)


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote: one signature by one or more keys. The signature is taken as verified by whoever casts the ballot.

    Attributes:
        keys: the keys that signed together, in the order of the message.
        block_hash: hash of the block that is voted on.
        signature: the (aggregate) signature of the keys.
        number: height of the block.
        view_id: view in which the vote was cast.
    """

    keys: tuple[BLSPublicKeyBytes, ...]
    block_hash: Hash32
    signature: Signature
    number: BlockNumber
    view_id: ViewID


class VoteCollector:
    """The ballots of one committee, phase by phase, and whether they make a quorum.

    Args:
        committee: the committee that votes.
        rule: how its votes are counted.
        compatibility: with ``votes_from_outside_committee`` keys outside the committee vote too before staking.
    """

    def __init__(
        self,
        committee: Committee,
        rule: UniformQuorum | StakeQuorum,
        *,
        compatibility: Compatibility = STRICT,
    ) -> None:
        self._rule = rule
        self._roster = rule.roster if isinstance(rule, StakeQuorum) else None
        self._members = frozenset(slot.bls_public_key for slot in committee.slots)
        self._compatibility = compatibility
        self._boxes: dict[Phase, dict[BLSPublicKeyBytes, Ballot]] = {phase: {} for phase in Phase}
        # Under stake, taking the voters resets every phase; before staking nothing is known until the first reset.
        self._last_power: dict[Phase, Dec] = (
            dict.fromkeys(Phase, _ZERO) if isinstance(rule, StakeQuorum) else {}
        )

    def add(self, phase: Phase, ballot: Ballot) -> None:
        """Take a ballot, whole or not at all.

        Raises:
            VerificationError: code ``vote-outsider`` for a key outside the committee, ``vote-several-accounts`` (from
                staking on) for keys of several validators in one ballot, ``vote-key-twice`` for one key twice in the
                ballot, ``vote-repeated`` for a key that has voted in this phase.
        """
        self._check_members(ballot.keys)
        if self._roster is not None:
            self._check_single_account([self._roster.voter(key) for key in ballot.keys])
        box = self._boxes[phase]
        require(
            len(set(ballot.keys)) == len(ballot.keys),
            VerificationError,
            "vote-key-twice",
            "A ballot names each key once.",
        )
        for key in ballot.keys:
            require(
                key not in box,
                VerificationError,
                "vote-repeated",
                "This key has already voted in this phase.",
                actual=key,
            )
        box.update(dict.fromkeys(ballot.keys, ballot))

    def _check_members(self, keys: Iterable[BLSPublicKeyBytes]) -> None:
        if self._roster is None and self._compatibility.votes_from_outside_committee:
            return
        for key in keys:
            require(
                key in self._members,
                VerificationError,
                "vote-outsider",
                "The signer is not in the committee.",
                actual=key,
            )

    def _check_single_account(self, voters: Sequence[Voter | None]) -> None:
        """Refuse keys of another account than the first key's; Harmony's slots may join any ballot."""
        known = [voter for voter in voters if voter is not None]
        require(
            all(v.is_harmony or v.earning_account == known[0].earning_account for v in known),
            VerificationError,
            "vote-several-accounts",
            "The keys of one ballot belong to one validator.",
        )

    def signer_count(self, phase: Phase) -> int:
        """Return how many keys have voted."""
        return len(self._boxes[phase])

    def power(self, phase: Phase) -> Dec:
        """Return the votes counted so far: keys before staking, voting power between 0 and 1 from staking on."""
        if self._roster is None:
            return Dec.from_int(self.signer_count(phase))
        voters = (self._roster.voter(key) for key in self._boxes[phase])
        return sum((voter.power for voter in voters if voter is not None), start=_ZERO)

    def has_quorum(self, phase: Phase) -> bool:
        """Return whether the votes of a phase make a quorum."""
        return self._rule.is_enough(self.power(phase))

    def has_all_commits(self) -> bool:
        """Return whether every vote of the committee stands in the COMMIT phase."""
        everything = Dec.from_int(self._rule.size if self._roster is None else 1)
        return self.power(Phase.COMMIT) == everything

    def ballots(self, phase: Phase) -> tuple[Ballot, ...]:
        """Return the ballots of a phase in the order in which they came, each once."""
        return tuple(dict.fromkeys(self._boxes[phase].values()))

    def ballot_of(self, phase: Phase, key: BLSPublicKeyBytes) -> Ballot | None:
        """Return the ballot that a key has cast in a phase, or None."""
        return self._boxes[phase].get(key)

    def aggregate_signature(self, phase: Phase) -> Signature:
        """Return the sum of the signatures of all ballots; the identity while there is none."""
        return aggregate_signatures([ballot.signature for ballot in self.ballots(phase)])

    def reset(self, phases: Iterable[Phase] = (Phase.PREPARE, Phase.COMMIT)) -> None:
        """Forget the votes of ``phases`` and remember their share of the vote for `last_share`."""
        for phase in phases:
            self._last_power[phase] = self._share(phase)
            self._boxes[phase] = {}

    def _share(self, phase: Phase) -> Dec:
        power = self.power(phase)
        return power / Dec.from_int(self._rule.size) if self._roster is None else power

    def last_share(self, phase: Phase) -> Dec:
        """Return the share of the vote that a phase had reached at its last reset.

        Raises:
            MissingDataError: code ``vote-no-reset`` before the first reset.
        """
        require(
            phase in self._last_power, MissingDataError, "vote-no-reset", "This phase has not been reset yet."
        )
        return self._last_power[phase]
