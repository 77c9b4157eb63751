"""Sharing out a validator's reward among its delegations."""

from collections.abc import Mapping
from dataclasses import replace

from harmony_core.chain.validator_wrapper import ValidatorStatus, ValidatorWrapper
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Address, Dec

__all__ = ["with_reward"]


def with_reward(
    current: ValidatorWrapper, snapshot: ValidatorWrapper, reward: int, shares: Mapping[Address, Dec]
) -> ValidatorWrapper:
    """Return a validator after a reward: commission first, the rest by shares, what rounding leaves to itself.

    Commission and delegations are those of the snapshot, taken when the epoch began; a delegation keeps its place in
    the list. A banned validator gets nothing. Parts of an atto round half to even.

    Source: harmony-one/harmony, core/state/statedb.go, AddReward.

    Args:
        current: the validator now.
        snapshot: the validator when the epoch began.
        reward: atto, at least 0.
        shares: share of each delegator of the snapshot, between 0 and 1.

    Raises:
        VerificationError: ``reward-amount`` for a negative reward, ``reward-share`` where a delegator of the snapshot
            has no share, ``reward-delegations`` where the validator has lost delegations since the snapshot.
    """
    require(reward >= 0, VerificationError, "reward-amount", "A reward is not negative.", actual=reward)
    if not reward or current.validator.status == ValidatorStatus.BANNED:
        return current
    require(
        len(current.delegations) >= max(len(snapshot.delegations), 1),
        VerificationError,
        "reward-delegations",
        "A validator never has fewer delegations than its snapshot.",
        expected=len(snapshot.delegations),
        actual=len(current.delegations),
    )
    rewards = [delegation.reward for delegation in current.delegations]
    commission = snapshot.validator.commission.rate.mul_int(reward).round_int()
    rest = to_share = reward - max(commission, 0)
    rewards[0] += max(commission, 0)
    for index, delegation in enumerate(snapshot.delegations):
        share = shares.get(delegation.delegator)
        require(
            share is not None,
            VerificationError,
            "reward-share",
            "Every delegator of the snapshot has a share of the reward.",
            actual=delegation.delegator,
        )
        part = (share or Dec.ZERO).mul_int(to_share).round_int()
        rewards[index] += part
        rest -= part
    rewards[0] += max(rest, 0)
    return replace(
        current,
        block_reward=current.block_reward + reward,
        delegations=tuple(
            replace(delegation, reward=earned)
            for delegation, earned in zip(current.delegations, rewards, strict=True)
        ),
    )
