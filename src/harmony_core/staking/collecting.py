"""The directive that pays out what delegations have earned.

Source: harmony-one/harmony, core/staking_verifier.go (VerifyAndCollectRewardsFromDelegation); core/evm.go
(CollectRewardsFn).
"""

from dataclasses import replace
from typing import Final

from harmony_core.chain.log import Log
from harmony_core.chain.staking_message import CollectRewards
from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import trace_step
from harmony_core.staking.context import StakingContext
from harmony_core.staking.delegations import delegation_at, usable_indexes, with_delegation
from harmony_core.staking.outcome import DirectiveOutcome
from harmony_core.staking.staking_state import StakingState

__all__ = ["COLLECT_REWARDS_TOPIC", "collect_rewards"]

COLLECT_REWARDS_TOPIC: Final = keccak256(b"Harmony/CollectRewards")
"""Topic of the log of collected rewards; its data are the amount in atto, big-endian without leading zeros."""

_WORD: Final = 1 << 64


def collect_rewards(
    state: StakingState, message: CollectRewards, context: StakingContext
) -> DirectiveOutcome:
    """Pay out the rewards of all delegations that an account had before the block.

    The rule looks at the low 64 bits of the sum alone: a sum that is a multiple of 2^64 atto counts as nothing, and
    can be collected once more was earned.

    Args:
        state: the state before.
        message: whose rewards.
        context: the block.

    Raises:
        VerificationError: ``staking-rewards-none``, ``staking-validator-unknown``, ``staking-index-range``,
            ``staking-index-owner``, ``staking-index-repeated``, or a code of `verify_validator_wrapper` for any
            validator that the account delegated to.
    """
    delegator = message.delegator_address
    after, total, steps = state, 0, []
    for entry in usable_indexes(state, delegator, context):
        wrapper = state.validator(entry.validator)
        delegation = delegation_at(wrapper, entry, delegator, context.compatibility)
        wrapper = with_delegation(wrapper, entry.index, replace(delegation, reward=0))
        verify_validator_wrapper(wrapper)
        after = after.with_validators(wrapper)
        total += delegation.reward
        steps.append(
            trace_step(
                "staking-rewards",
                "What the delegation earned is paid out.",
                validator=entry.validator,
                reward=delegation.reward,
            )
        )
    require(
        total % _WORD,
        VerificationError,
        "staking-rewards-none",
        "There are no rewards to collect.",
        actual=total,
    )
    data = total.to_bytes((total.bit_length() + 7) // 8, "big")
    return DirectiveOutcome(
        state=after.credited(delegator, total),
        balance_change=total,
        logs=(Log(delegator, (COLLECT_REWARDS_TOPIC,), data, block_number=context.block_number),),
        trace=(
            *steps,
            trace_step("staking-rewards-none", "The sum goes to the account's balance.", total=total),
        ),
    )
