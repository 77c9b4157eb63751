"""How much new money a block pays, and what of it goes elsewhere than to validators.

Source: harmony-one/harmony, internal/chain/reward.go (getDefaultStakingReward); staking/reward/values.go;
staking/network/reward.go (Adjustment).
"""

from typing import Final

from harmony_core.params import ChainConfig, Network
from harmony_core.primitives import BlockNumber, Dec, Epoch

__all__ = [
    "FIVE_SECOND_REWARD",
    "HIP30_REWARD",
    "ONE_SECOND_REWARD",
    "PRE_STAKING_REWARD",
    "STAKING_REWARD",
    "TWO_SECOND_REWARD",
    "block_reward",
    "network_adjustment",
    "split_reward",
]

_ATTO: Final = 10**18

PRE_STAKING_REWARD: Final = 24 * _ATTO
"""Atto for each block before staking, shared evenly by those who signed it."""

STAKING_REWARD: Final = Dec.from_int(28 * _ATTO)
"""Atto for each block and crosslink when staking began, with blocks every eight seconds."""

FIVE_SECOND_REWARD: Final = Dec.from_int(175 * _ATTO // 10)
"""The same with blocks every five seconds."""

TWO_SECOND_REWARD: Final = Dec.from_int(7 * _ATTO)
"""The same with blocks every two seconds."""

HIP30_REWARD: Final = Dec.from_int(14 * _ATTO)
"""The same with half as many shards (HIP-30)."""

ONE_SECOND_REWARD: Final = Dec.from_int(7 * _ATTO)
"""The same with blocks every second."""

_TESTNET_CHAIN_ID: Final = 2
_TESTNET_FIVE_SECONDS: Final = 16_500
_TESTNET_STEPS: Final = ((639_341, True), (636_507, False), (634_644, True))
_TARGET: Final = Dec.from_int(35, 2)
_SLOPE: Final = Dec.from_int(4, 1)
_PERCENT: Final = Dec.from_int(100)


def block_reward(config: ChainConfig, epoch: Epoch, number: BlockNumber) -> Dec:
    """Return what a block and each crosslink in it pays in the staking era, in atto.

    Args:
        config: the network's switches.
        epoch: epoch of the block that pays.
        number: its height; only an old testnet looks at it, which changed its reward in the middle of epochs.

    Source: internal/chain/reward.go, getDefaultStakingReward.
    """
    if config.chain_id == _TESTNET_CHAIN_ID and config.five_seconds_epoch == _TESTNET_FIVE_SECONDS:
        return _old_testnet_reward(config, epoch, number)
    if config.is_one_second(epoch):
        return ONE_SECOND_REWARD
    if config.is_hip30(epoch):
        return HIP30_REWARD
    if config.is_two_seconds(epoch):
        return TWO_SECOND_REWARD
    return FIVE_SECOND_REWARD if config.is_five_seconds(epoch) else STAKING_REWARD


def split_reward(network: Network, epoch: Epoch, reward: Dec) -> tuple[Dec, Dec]:
    """Return what validators get of a reward and what is kept for recovery, in atto (HIP-30).

    Before HIP-30 the validators get everything.

    Args:
        network: the network.
        epoch: epoch of the block that pays.
        reward: the whole reward, in atto with 18 decimals.

    Source: internal/chain/reward.go, distributeRewardAfterAggregateEpoch.
    """
    if not network.config.is_hip30(epoch):
        return reward, Dec.ZERO
    kept = network.schedule.instance_for_epoch(epoch).hip30_emission_fraction
    return reward * (Dec.ONE - kept), reward * kept


def network_adjustment(staked_share: Dec) -> tuple[Dec, Dec]:
    """Return how far the staked share of the supply is from its target of 35 %, and by how many atto to adjust.

    The reference computes these numbers for explorers; no reward depends on them.

    Source: staking/network/reward.go, Adjustment.
    """
    off = _TARGET - staked_share
    return off, (off.mul_truncate(_PERCENT) * _SLOPE).mul_truncate(Dec.from_int(_ATTO))


def _old_testnet_reward(config: ChainConfig, epoch: Epoch, number: BlockNumber) -> Dec:
    if config.is_one_second(epoch):
        return ONE_SECOND_REWARD
    if config.is_two_seconds(epoch):
        return TWO_SECOND_REWARD
    shorter = next((shorter for after, shorter in _TESTNET_STEPS if number > after), False)
    return FIVE_SECOND_REWARD if shorter else STAKING_REWARD
