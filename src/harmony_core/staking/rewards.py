"""What a block pays to whom: every rule from the first blocks to aggregated rewards.

Before staking, those who signed the parent block share 24 ONE evenly. From staking on only the beacon chain pays, to
elected keys that signed: at first in every block, for its parent and for the crosslinks that it carries; later in
one go every few blocks, for all of these since the last payment. Counters of signed blocks rise with the rewards.

Source: harmony-one/harmony, internal/chain/reward.go, AccumulateRewardsAndCountSigs.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from harmony_core.chain.header import Header
from harmony_core.chain.shard_state import Committee, ShardState
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import (
    BEACON_SHARD_ID,
    STRICT,
    Address,
    Compatibility,
    Dec,
    Epoch,
    trace_step,
)
from harmony_core.staking.availability import block_signers
from harmony_core.staking.emission import PRE_STAKING_REWARD, block_reward, split_reward
from harmony_core.staking.reward_payer import RewardPayer, settle
from harmony_core.staking.reward_terms import (
    BlockEarnings,
    KeyReward,
    RewardedCommit,
    RewardedHeader,
    RewardOutcome,
)
from harmony_core.staking.staking_state import StakingState

__all__ = ["earned_by_block", "pay_aggregated", "pay_block", "pay_each_block", "pay_pre_staking"]


def pay_block(
    state: StakingState,
    header: Header,
    ancestors: Sequence[Header],
    *,
    network: Network,
    shard_states: Mapping[Epoch, ShardState],
    compatibility: Compatibility = STRICT,
) -> RewardOutcome:
    """Return the outcome of a block's rewards under the rule of its epoch.

    Args:
        state: validators with the snapshots of the parent block's epoch, and balances.
        header: header of the block.
        ancestors: headers before it without a gap, the parent last. A payment of aggregated rewards needs as many
            as the schedule's ``reward_frequency``, every other block the parent alone; more do no harm.
        network: the network.
        shard_states: committees of the epochs that are paid for, by epoch.
        compatibility: see `pay_aggregated`.

    Raises:
        MissingDataError: ``reward-headers``, ``reward-committees``, ``shard-not-in-state`` or ``staking-snapshot``.
        VerificationError: ``reward-parent``, ``reward-no-signers``, or a code of `block_signers`, `Roster.compute`,
            `with_reward` or `StakingState.validator`.
        UnsupportedRulesError: ``rules-unknown``.

    Source: internal/chain/reward.go, AccumulateRewardsAndCountSigs.
    """
    earnings = earned_by_block(
        header, ancestors, network=network, shard_states=shard_states, compatibility=compatibility
    )
    if network.config.is_staking(header.epoch):
        return settle(state, earnings, compatibility=compatibility)
    return _credited(state, earnings)


def earned_by_block(
    header: Header,
    ancestors: Sequence[Header],
    *,
    network: Network,
    shard_states: Mapping[Epoch, ShardState],
    compatibility: Compatibility = STRICT,
) -> BlockEarnings:
    """Return what signers earn with a block, which headers and committees alone tell.

    Args:
        header: header of the block.
        ancestors: as for `pay_block`.
        network: the network.
        shard_states: committees of the epochs that are paid for, by epoch.
        compatibility: quirks to reproduce.

    Raises:
        HarmonyError: as for `pay_block`, but for what concerns the state.

    Source: harmony-one/harmony, internal/chain/reward.go (AccumulateRewardsAndCountSigs).
    """
    network.require_known_rules(header.epoch)
    if header.number == 0:
        return BlockEarnings()
    payer = RewardPayer(network, shard_states, compatibility)
    if not network.config.is_staking(header.epoch):
        parent = _last(ancestors, 1)[0]
        own = RewardedHeader.of(header, parent, compatibility=compatibility).own
        committee = payer.committee(own) if own.number else Committee(own.shard_id, ())
        return _earned_before_staking(own, committee, compatibility)
    if header.shard_id != BEACON_SHARD_ID:
        return BlockEarnings()
    frequency = network.schedule.reward_frequency
    aggregated = network.config.is_aggregated_reward(header.epoch)
    if aggregated and header.number % frequency != frequency - 1:
        return BlockEarnings()
    chain: list[Header | None] = [*_last(ancestors, frequency if aggregated else 1, header.number), header]
    if chain[0] is not None and chain[0].number == 0 and aggregated and len(chain) == frequency:
        chain.insert(0, None)
    rewarded = [
        RewardedHeader.of(child, parent, compatibility=compatibility)
        for parent, child in pairwise(chain)
        if child is not None
    ]
    reward = block_reward(network.config, header.epoch, header.number)
    if not aggregated:
        return _earned_by_each(payer, rewarded[-1], reward, network)
    return _earned_together(payer, rewarded, header.epoch, reward, network)


def pay_pre_staking(
    state: StakingState, own: RewardedCommit, committee: Committee, *, compatibility: Compatibility = STRICT
) -> RewardOutcome:
    """Return the outcome of a block before staking: signers of the parent share 24 ONE, to the last atto.

    The i-th of n signers gets the difference between ``24 ONE * i // n`` and what those before it got. The genesis
    block is not signed, so that block 1 pays nothing.

    Args:
        state: the state before the reward.
        own: who signed the parent.
        committee: the committee of the parent's shard and epoch.
        compatibility: quirks to reproduce.

    Raises:
        VerificationError: ``reward-no-signers`` where nobody signed, or a code of `block_signers`.

    Source: internal/chain/reward.go, accumulateRewardsAndCountSigsBeforeStaking.
    """
    return _credited(state, _earned_before_staking(own, committee, compatibility))


def pay_each_block(
    state: StakingState,
    rewarded: RewardedHeader,
    reward: Dec,
    *,
    network: Network,
    shard_states: Mapping[Epoch, ShardState],
    compatibility: Compatibility = STRICT,
) -> RewardOutcome:
    """Return the outcome of a beacon block in the staking era before rewards were aggregated.

    Each crosslink pays ``reward`` to the keys that signed it, parts of an atto dropped, and so does the parent block,
    parts of an atto rounded half to even. Every part is distributed to delegators on its own.

    Args:
        state: validators with snapshots.
        rewarded: what the block's header tells of signers.
        reward: atto for each block and crosslink.
        network: the network.
        shard_states: committees by epoch.
        compatibility: quirks to reproduce.

    Raises:
        HarmonyError: as for `pay_block`.

    Source: internal/chain/reward.go, distributeRewardBeforeAggregateEpoch.
    """
    payer = RewardPayer(network, shard_states, compatibility)
    earnings = _earned_by_each(payer, rewarded, reward, network)
    return settle(state, earnings, compatibility=compatibility)


def pay_aggregated(
    state: StakingState,
    rewarded: Sequence[RewardedHeader],
    epoch: Epoch,
    reward: Dec,
    *,
    network: Network,
    shard_states: Mapping[Epoch, ShardState],
    compatibility: Compatibility = STRICT,
) -> RewardOutcome:
    """Return the outcome of a payment of aggregated rewards.

    Each parent block and each crosslink of the headers pays ``reward`` to the keys that signed it, parts of an atto
    dropped; from HIP-30 on three quarters of it, and the rest goes to the recovery account. What a validator earned is
    summed up and then distributed to its delegators once. Blocks from before staking pay nothing to validators, but
    count for recovery.

    Args:
        state: validators with snapshots.
        rewarded: what the headers since the last payment tell of signers, oldest first.
        epoch: epoch of the block that pays.
        reward: atto for each block and crosslink.
        network: the network.
        shard_states: committees by epoch.
        compatibility: quirks to reproduce.

    Raises:
        HarmonyError: as for `pay_block`.

    Source: internal/chain/reward.go, distributeRewardAfterAggregateEpoch; internal/chain/engine.go, Finalize.
    """
    payer = RewardPayer(network, shard_states, compatibility)
    earnings = _earned_together(payer, rewarded, epoch, reward, network)
    return settle(state, earnings, compatibility=compatibility)


def _earned_before_staking(
    own: RewardedCommit, committee: Committee, compatibility: Compatibility
) -> BlockEarnings:
    if own.number == 0:
        return BlockEarnings()
    signed = block_signers(own.bitmap, committee, compatibility=compatibility).signed
    require(
        signed,
        VerificationError,
        "reward-no-signers",
        "A reward before staking needs somebody who signed the parent block.",
    )
    payouts = []
    paid = 0
    for place, slot in enumerate(signed, start=1):
        reached = PRE_STAKING_REWARD * place // len(signed)
        payouts.append(KeyReward(slot.address, slot.bls_public_key, reached - paid))
        paid = reached
    step = trace_step(
        "reward-pre-staking",
        "Those who signed the parent block share the reward evenly.",
        reward=PRE_STAKING_REWARD,
        signers=len(signed),
    )
    return BlockEarnings(payouts=tuple(payouts), due=tuple(_summed(payouts).items()), trace=(step,))


def _earned_by_each(
    payer: RewardPayer, rewarded: RewardedHeader, reward: Dec, network: Network
) -> BlockEarnings:
    payouts: list[KeyReward] = []
    for link in rewarded.cross_links:
        if network.config.is_staking(link.epoch):
            payouts += payer.earn(link, reward, rounded=False)
    payouts += payer.earn(rewarded.own, reward, rounded=True)
    return payer.earnings(payouts, [(payout.address, payout.amount) for payout in payouts])


def _earned_together(
    payer: RewardPayer, rewarded: Sequence[RewardedHeader], epoch: Epoch, reward: Dec, network: Network
) -> BlockEarnings:
    for_validators, kept = split_reward(network, epoch, reward)
    commits = [commit for header in rewarded for commit in (header.own, *header.cross_links)]
    payouts: list[KeyReward] = []
    for commit in commits:
        if network.config.is_staking(commit.epoch):
            payouts += payer.earn(commit, for_validators, rounded=False)
    recovery = kept.mul_int(len(commits))
    account = network.schedule.instance_for_epoch(epoch).hip30_recovery_address if recovery else None
    if account is not None:
        text = "A quarter of each reward goes to recovery."
        payer.steps.append(
            trace_step("reward-recovery", text, commits=len(commits), amount=recovery, account=account)
        )
    due = sorted(_summed(payouts).items())
    return payer.earnings(payouts, due, recovery=recovery, recovery_account=account)


def _summed(payouts: Sequence[KeyReward]) -> dict[Address, int]:
    due: dict[Address, int] = {}
    for payout in payouts:
        due[payout.address] = due.get(payout.address, 0) + payout.amount
    return due


def _credited(state: StakingState, earnings: BlockEarnings) -> RewardOutcome:
    """Return the outcome of crediting accounts, as before staking; the reference then names no payouts."""
    amounts: dict[Address, int] = {}
    for address, amount in earnings.due:
        amounts[address] = amounts.get(address, 0) + amount
    return RewardOutcome(state=state.credited_all(amounts), total=earnings.total, trace=earnings.trace)


def _last(headers: Sequence[Header], count: int, number: int = 0) -> Sequence[Header]:
    """Return the last headers, as many as asked for or as there can be before a block of this height."""
    needed = min(count, number) if number else count
    require(
        len(headers) >= needed,
        MissingDataError,
        "reward-headers",
        "The headers before a block that pays rewards are not all given.",
        expected=needed,
        actual=len(headers),
    )
    return headers[len(headers) - needed :]
