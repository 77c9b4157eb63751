"""Quorum: when the signers named by a bitmap are enough to make a block final.

Before staking every slot has one vote and floor(2N/3) + 1 votes are needed; from staking on the voting power of the
signers must be strictly more than two thirds. Votes are always counted on the bits that are set.

Source: harmony-one/harmony, consensus/quorum/one-node-one-vote.go, one-node-staked-vote.go and verifier.go
(IsQuorumAchievedByMask, TwoThirdsSignersCount, QuorumThreshold).
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from harmony_core.crypto.bitmap import count_enabled
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, Compatibility, Dec
from harmony_core.quorum.voting_power import Roster

__all__ = ["TWO_THIRDS", "QuorumRule", "StakeQuorum", "UniformQuorum", "check_quorum"]

TWO_THIRDS: Final = Dec.from_int(2) / Dec.from_int(3)
"""0.666666666666666667: two thirds rounded to 18 decimals, which is up. Power must exceed it."""


@dataclass(frozen=True, slots=True)
class UniformQuorum:
    """One slot, one vote: the rule before staking.

    Attributes:
        size: number of slots of the committee.
    """

    name: ClassVar[str] = "SuperMajorityVote"
    size: int

    @property
    def threshold(self) -> Dec:
        """The number of votes that is enough: floor(2N/3) + 1."""
        return Dec.from_int(self.size * 2 // 3 + 1)

    def power(self, bitmap: bytes) -> Dec:
        """Return the number of slots of the committee whose bits are set."""
        return Dec.from_int(count_enabled(bitmap, self.size))

    def share(self, power: Dec) -> Dec:
        """Return that many votes as a share of all votes, between 0 and 1."""
        return power / Dec.from_int(self.size) if self.size else Dec.ZERO

    def is_enough(self, power: Dec) -> bool:
        """Return whether that many votes make a quorum."""
        return power >= self.threshold

    def is_reached(self, bitmap: bytes, *, compatibility: Compatibility = STRICT) -> bool:
        """Return whether the signers named by ``bitmap`` make a quorum.

        With ``compatibility.quorum_counts_whole_committee`` this is what the reference's block verifier does: it
        compares the size of the committee, whoever signed, with the threshold. That holds for every committee of
        four slots or more and an empty bitmap, and for no committee of three or fewer.
        """
        if compatibility.quorum_counts_whole_committee:
            return Dec.from_int(self.size) > self.threshold
        return self.is_enough(self.power(bitmap))


@dataclass(frozen=True, slots=True)
class StakeQuorum:
    """Power by stake: the rule from the staking era on.

    Attributes:
        roster: voting powers of the committee.
    """

    name: ClassVar[str] = "SuperMajorityStake"
    roster: Roster

    @property
    def size(self) -> int:
        """Number of slots of the committee."""
        return self.roster.slot_count

    @property
    def threshold(self) -> Dec:
        """The power that must be exceeded: two thirds, rounded up to 18 decimals."""
        return TWO_THIRDS

    def power(self, bitmap: bytes) -> Dec:
        """Return the summed voting power of the slots whose bits are set, between 0 and 1."""
        return self.roster.power(bitmap)

    def share(self, power: Dec) -> Dec:
        """Return ``power``, which is a share of the whole already."""
        return power

    def is_enough(self, power: Dec) -> bool:
        """Return whether that much power makes a quorum; exactly two thirds does not."""
        return power > TWO_THIRDS

    def is_reached(self, bitmap: bytes) -> bool:
        """Return whether the signers named by ``bitmap`` make a quorum."""
        return self.is_enough(self.power(bitmap))


QuorumRule = UniformQuorum | StakeQuorum
"""The two ways of counting."""


def check_quorum(rule: QuorumRule, bitmap: bytes, *, compatibility: Compatibility = STRICT) -> Dec:
    """Refuse a bitmap whose signers do not make a quorum, and return the power of those who do.

    Raises:
        VerificationError: code ``commit-quorum-uniform`` before staking, ``commit-quorum-stake`` from staking on.
    """
    power = rule.power(bitmap)
    if isinstance(rule, UniformQuorum):
        require(
            rule.is_reached(bitmap, compatibility=compatibility),
            VerificationError,
            "commit-quorum-uniform",
            "Too few members of the committee have signed.",
            expected=rule.threshold,
            actual=power,
        )
    else:
        require(
            rule.is_enough(power),
            VerificationError,
            "commit-quorum-stake",
            "The signers hold too little of the voting power: it must exceed two thirds.",
            expected=rule.threshold,
            actual=power,
        )
    return power
