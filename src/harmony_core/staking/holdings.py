"""All money in a staking state, by where it is: the sum that no directive and no end of an epoch may change unnoticed.

In December 2023 mainnet paid undelegations again at the end of every epoch, because the removal was not stored. Whoever
compares these sums before and after an epoch's last block sees it in the first block.
"""

from dataclasses import dataclass

from harmony_core.errors import VerificationError, require
from harmony_core.staking.staking_state import StakingState

__all__ = ["Holdings", "verify_supply"]


@dataclass(frozen=True, slots=True)
class Holdings:
    """Money in atto by where it is.

    Attributes:
        balances: on accounts.
        stake: in delegations.
        undelegations: on its way back.
        rewards: earned and not collected.
    """

    balances: int
    stake: int
    undelegations: int
    rewards: int

    @classmethod
    def of(cls, state: StakingState) -> "Holdings":
        """Return the sums over a state."""
        delegations = [
            delegation for wrapper in state.validators.values() for delegation in wrapper.delegations
        ]
        return cls(
            balances=sum(state.balances.values()),
            stake=sum(delegation.amount for delegation in delegations),
            undelegations=sum(
                entry.amount for delegation in delegations for entry in delegation.undelegations
            ),
            rewards=sum(delegation.reward for delegation in delegations),
        )

    @property
    def total(self) -> int:
        """The whole sum."""
        return self.balances + self.stake + self.undelegations + self.rewards


def verify_supply(before: StakingState, after: StakingState, *, minted: int = 0, burnt: int = 0) -> Holdings:
    """Check that money only moved, except for what is said to be new or gone.

    Args:
        before: the state before a block, with the balances of every account that the block touches.
        after: the state after it.
        minted: atto that the block paid as rewards.
        burnt: atto that it took away for good: fees without a collector, overdue undelegations that are dropped.

    Returns:
        Where the money is afterwards.

    Raises:
        VerificationError: ``staking-supply`` if the sums differ by anything else.
    """
    holdings = Holdings.of(after)
    expected = Holdings.of(before).total + minted - burnt
    require(
        holdings.total == expected,
        VerificationError,
        "staking-supply",
        "The money in the state changed by more than what was paid as rewards or burnt.",
        expected=expected,
        actual=holdings.total,
    )
    return holdings
