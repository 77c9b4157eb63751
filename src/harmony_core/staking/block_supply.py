"""Where the money of a block of the beacon chain came from and went: nothing but rewards is new.

The check that the endless payout of December 2023 would have failed in its first block.
"""

from typing import Final

from harmony_core.errors import VerificationError, require
from harmony_core.staking.block_transition import BlockOutcome
from harmony_core.staking.holdings import Holdings, verify_supply
from harmony_core.staking.staking_state import StakingState

__all__ = ["verify_block_supply"]

_ONE: Final = 10**18


def verify_block_supply(before: StakingState, outcome: BlockOutcome) -> Holdings:
    """Check that a block made no more money than it paid as rewards, and took no more than it burnt.

    Shares have 18 decimals, and each part of a reward is rounded to whole atto by itself. So validators and delegators
    may together receive up to an atto for each delegation and each ONE of rewards more than the chain counts as paid;
    or less, where a validator is banned.

    Args:
        before: the state before the block.
        outcome: what `apply_block` returned for it.

    Returns:
        Where the money is afterwards.

    Raises:
        VerificationError: ``staking-reward-dust`` for rewards above what was paid and its rounding,
            ``staking-supply`` for any other change.
    """
    minted = Holdings.of(outcome.rewards.state).total - Holdings.of(_before_rewards(before, outcome)).total
    delegations = sum(len(wrapper.delegations) for wrapper in before.validators.values())
    paid = outcome.rewards.total + outcome.rewards.recovery.truncate_int()
    dust = delegations * (1 + paid // _ONE)
    require(
        0 <= minted <= paid + dust,
        VerificationError,
        "staking-reward-dust",
        "Rewards exceed what the block pays by more than rounding explains.",
        expected=f"0 to {paid + dust}",
        actual=minted,
    )
    burnt = 0 if outcome.epoch_end is None else outcome.epoch_end.dropped
    if outcome.slashes is not None:
        burnt += outcome.slashes.total_slashed - outcome.slashes.beneficiary_reward
    return verify_supply(before, outcome.state, minted=minted, burnt=burnt)


def _before_rewards(before: StakingState, outcome: BlockOutcome) -> StakingState:
    if outcome.epoch_end is not None:
        return outcome.epoch_end.state
    return outcome.directives[-1].state if outcome.directives else before
