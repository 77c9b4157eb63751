"""How much money there is, how much of it is staked, and what staking returns: numbers for people, not for consensus.

Source: harmony-one/harmony, staking/reward/values.go; staking/network/reward.go; staking/apr/compute.go;
staking/types/validator.go (RawStakePerSlot).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from harmony_core.chain.header import Header
from harmony_core.chain.validator_wrapper import ValidatorWrapper
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.params import Network
from harmony_core.params.release_schedule import released_share
from harmony_core.primitives import BEACON_SHARD_ID, BlockNumber, Dec, Epoch, ShardID
from harmony_core.staking.emission import PRE_STAKING_REWARD

__all__ = [
    "SECONDS_OF_A_YEAR",
    "annual_return",
    "annual_return_at",
    "pre_staking_tokens",
    "raw_stake_per_slot",
    "staked_share",
    "total_tokens",
]

SECONDS_OF_A_YEAR: Final = 31_557_600
"""A Julian year: 365.25 days."""

_LAST_BLOCKS: Final[Mapping[str, tuple[int, ...]]] = {
    "mainnet": (3_375_103, 3_286_737, 3_326_153, 3_313_572),
    "testnet": (999_999,) * 4,
    "localnet": (999_999,) * 2,
}
"""Last block before staking of each shard, as the reference has it; past the end of the era it counts as the end."""


def pre_staking_tokens(network: Network, initial_tokens: int) -> Dec:
    """Return the supply of all shards when staking began, in ONE.

    The reference knows the number of blocks before staking of mainnet, testnet and localnet, and takes none for other
    networks. Blocks 0 and 1 pay nothing.

    Args:
        network: the network.
        initial_tokens: atto of the genesis allocation.

    Source: staking/reward/values.go, GetTotalPreStakingTokens.
    """
    rewards = 0
    staking = network.config.staking_epoch
    if staking is not None and staking > 0 and network.name in _LAST_BLOCKS:
        end = network.schedule.last_block_of_epoch(Epoch(staking - 1))
        rewards = PRE_STAKING_REWARD * sum(
            max(min(last, end) - 1, 0) for last in _LAST_BLOCKS.get(network.name, ())
        )
    return Dec(initial_tokens) + Dec(rewards)


def total_tokens(network: Network, epoch: Epoch, shard_id: ShardID, *, initial_tokens: int, paid: int) -> Dec:
    """Return the supply of all shards, in ONE, as far as validators were paid; burnt fees are not taken off.

    Args:
        network: the network.
        epoch: epoch of the chain that is asked; before staking the answer is the supply at the beginning of staking.
        shard_id: its shard; from staking on only the beacon chain knows.
        initial_tokens: atto of the genesis allocation.
        paid: atto of rewards that the beacon chain paid so far in the staking era.

    Raises:
        MissingDataError: ``supply-beacon-chain`` for another shard.

    Source: staking/reward/values.go, GetTotalTokens.
    """
    before = pre_staking_tokens(network, initial_tokens)
    if not network.config.is_staking(epoch):
        return before
    require(
        shard_id == BEACON_SHARD_ID,
        MissingDataError,
        "supply-beacon-chain",
        "Only the beacon chain knows what was paid in the staking era.",
        expected=BEACON_SHARD_ID,
        actual=shard_id,
    )
    return before + Dec(paid)


def staked_share(
    network: Network, time: int, stakes: Iterable[int], *, initial_tokens: int, paid: int
) -> Dec:
    """Return the share of the supply that elected validators hold in stake; above 1 if too little was released.

    Args:
        network: the network.
        time: seconds since 1970, by which part of the initial supply was released.
        stakes: atto that each elected validator has in all its delegations.
        initial_tokens: atto of the genesis allocation.
        paid: atto of rewards that the beacon chain paid so far.

    Raises:
        VerificationError: ``dec-division-by-zero`` where there is no supply.

    Source: staking/network/reward.go, WhatPercentStakedNow.
    """
    staked = sum((Dec(stake) for stake in stakes), start=Dec.ZERO)
    return staked / (Dec(initial_tokens) * released_share(network, time) + Dec(paid))


def annual_return(*, reward: int, stake: int, seconds: int) -> Dec:
    """Return what a stake returns in a year, as a share, if it goes on as in the given time.

    The reward of one second is rounded down to whole atto first.

    Args:
        reward: atto earned in that time; negative where a total fell.
        stake: atto of all delegations when that time began.
        seconds: that time.

    Raises:
        VerificationError: ``apr-time`` for no time or a negative one, ``apr-stake`` for a reward without stake.

    Source: staking/apr/compute.go, expectedRewardPerYear and ComputeForValidator.
    """
    require(seconds > 0, VerificationError, "apr-time", "A return needs some time.", actual=seconds)
    expected = reward // seconds * SECONDS_OF_A_YEAR if seconds else 0
    if not expected:
        return Dec.ZERO
    require(stake > 0, VerificationError, "apr-stake", "A return needs some stake.", actual=stake)
    return Dec.from_int(expected) / Dec.from_int(stake)


def annual_return_at(
    network: Network,
    header: Header,
    headers: Mapping[BlockNumber, Header],
    current: ValidatorWrapper,
    snapshot: ValidatorWrapper | None,
) -> Dec:
    """Return a validator's annual return at a block, from what it earned since its epoch began.

    Args:
        network: the network.
        header: the block.
        headers: headers of the beacon chain by height, among them that of the last block of the epoch before.
        current: the validator at the block.
        snapshot: the validator when the block's epoch began, None if there is none.

    Raises:
        MissingDataError: ``apr-snapshot`` or ``apr-header``.
        VerificationError: as for `annual_return`.

    Source: staking/apr/compute.go, ComputeForValidator.
    """
    require(
        snapshot is not None,
        MissingDataError,
        "apr-snapshot",
        "A return is computed from what the validator had earned when the epoch began.",
    )
    start = network.schedule.last_block_of_epoch(Epoch(max(header.epoch - 1, 0)))
    before = headers.get(start)
    require(
        before is not None,
        MissingDataError,
        "apr-header",
        "The last header of the epoch before is not given.",
        expected=start,
    )
    if snapshot is None or before is None:
        return Dec.ZERO
    return annual_return(
        reward=current.block_reward - snapshot.block_reward,
        stake=snapshot.total_delegation,
        seconds=header.time - before.time,
    )


def raw_stake_per_slot(network: Network, epoch: Epoch, snapshot: ValidatorWrapper) -> Dec:
    """Return the stake behind each key of a validator, in atto, before the auction's bounds.

    Where the keys per shard are limited (HIP-16), keys past the limit have none of it.

    Raises:
        VerificationError: ``epoch-negative``.

    Source: staking/types/validator.go, RawStakePerSlot.
    """
    instance = network.schedule.instance_for_epoch(epoch)
    keys = len(snapshot.validator.slot_keys)
    if instance.slots_limit > 0:
        counts = [0] * instance.num_shards
        for key in snapshot.validator.slot_keys:
            counts[int.from_bytes(key, "big") % instance.num_shards] += 1
        keys = sum(min(count, instance.slots_limit) for count in counts)
    return Dec.from_int(snapshot.total_delegation).quo_int(keys) if keys else Dec.ZERO
