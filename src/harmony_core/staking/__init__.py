"""Directives, delegations, rewards, availability and slashing."""

from harmony_core.staking.availability import (
    BlockSigners,
    SigningCount,
    add_signing_counts,
    block_signers,
    current_signing,
    signing_counts,
    with_signing_counts,
    with_signing_status,
)
from harmony_core.staking.block_supply import verify_block_supply
from harmony_core.staking.block_transition import BlockOutcome, apply_block
from harmony_core.staking.candidacy import (
    BootReason,
    Candidacy,
    boot_text,
    candidacy,
    candidacy_text,
    status_text,
)
from harmony_core.staking.collecting import collect_rewards
from harmony_core.staking.commission import (
    minimum_commission_rate,
    with_maximum_commission,
    with_minimum_commission,
)
from harmony_core.staking.context import StakingContext
from harmony_core.staking.delegating import delegate, minimum_delegation, undelegate
from harmony_core.staking.directives import apply_directive, staking_message_of
from harmony_core.staking.distribution import delegation_shares, with_reward
from harmony_core.staking.election_marks import mark_election
from harmony_core.staking.emission import block_reward, network_adjustment, split_reward
from harmony_core.staking.epoch_end import EpochEnd, end_epoch, store_validators
from harmony_core.staking.fees import POOL_PRICE_FLOOR, FeeSplit, TransactionCost, fee_split, transaction_cost
from harmony_core.staking.frozen_map import FrozenMap
from harmony_core.staking.holdings import Holdings, verify_supply
from harmony_core.staking.migration import Migration, migrate
from harmony_core.staking.outcome import DirectiveOutcome
from harmony_core.staking.precompile import STAKING_PRECOMPILE, staking_message_of_call
from harmony_core.staking.reward_terms import (
    BlockEarnings,
    KeyReward,
    RewardedCommit,
    RewardedHeader,
    RewardOutcome,
)
from harmony_core.staking.rewards import (
    earned_by_block,
    pay_aggregated,
    pay_block,
    pay_each_block,
    pay_pre_staking,
)
from harmony_core.staking.slash_debts import Loss, ValidatorSlash, slash_validator
from harmony_core.staking.slash_evidence import (
    EpochOfBlock,
    SlashContext,
    VerifiedSlash,
    verify_evidence,
    verify_slash,
    verify_slashes,
)
from harmony_core.staking.slashing import (
    SlashOutcome,
    Snapshots,
    apply_slashes,
    records_missing_from,
    replay_block_slashes,
    replay_slashes,
)
from harmony_core.staking.staking_state import DelegationIndex, StakingState
from harmony_core.staking.supply import (
    annual_return,
    annual_return_at,
    pre_staking_tokens,
    raw_stake_per_slot,
    staked_share,
    total_tokens,
)
from harmony_core.staking.unlock_forecast import UnlockForecast, forecast_unlock
from harmony_core.staking.unlocking import (
    LockRules,
    UndelegationPayout,
    Unlocked,
    is_committee_selection_block,
    lock_period,
    payout_undelegations,
    unlock,
)
from harmony_core.staking.validator_directives import create_validator, edit_validator

__all__ = [
    "POOL_PRICE_FLOOR",
    "STAKING_PRECOMPILE",
    "BlockEarnings",
    "BlockOutcome",
    "BlockSigners",
    "BootReason",
    "Candidacy",
    "DelegationIndex",
    "DirectiveOutcome",
    "EpochEnd",
    "EpochOfBlock",
    "FeeSplit",
    "FrozenMap",
    "Holdings",
    "KeyReward",
    "LockRules",
    "Loss",
    "Migration",
    "RewardOutcome",
    "RewardedCommit",
    "RewardedHeader",
    "SigningCount",
    "SlashContext",
    "SlashOutcome",
    "Snapshots",
    "StakingContext",
    "StakingState",
    "TransactionCost",
    "UndelegationPayout",
    "UnlockForecast",
    "Unlocked",
    "ValidatorSlash",
    "VerifiedSlash",
    "add_signing_counts",
    "annual_return",
    "annual_return_at",
    "apply_block",
    "apply_directive",
    "apply_slashes",
    "block_reward",
    "block_signers",
    "boot_text",
    "candidacy",
    "candidacy_text",
    "collect_rewards",
    "create_validator",
    "current_signing",
    "delegate",
    "delegation_shares",
    "earned_by_block",
    "edit_validator",
    "end_epoch",
    "fee_split",
    "forecast_unlock",
    "is_committee_selection_block",
    "lock_period",
    "mark_election",
    "migrate",
    "minimum_commission_rate",
    "minimum_delegation",
    "network_adjustment",
    "pay_aggregated",
    "pay_block",
    "pay_each_block",
    "pay_pre_staking",
    "payout_undelegations",
    "pre_staking_tokens",
    "raw_stake_per_slot",
    "records_missing_from",
    "replay_block_slashes",
    "replay_slashes",
    "signing_counts",
    "slash_validator",
    "split_reward",
    "staked_share",
    "staking_message_of",
    "staking_message_of_call",
    "status_text",
    "store_validators",
    "total_tokens",
    "transaction_cost",
    "undelegate",
    "unlock",
    "verify_block_supply",
    "verify_evidence",
    "verify_slash",
    "verify_slashes",
    "verify_supply",
    "with_maximum_commission",
    "with_minimum_commission",
    "with_reward",
    "with_signing_counts",
    "with_signing_status",
]
