"""Directives, delegations, rewards, availability and slashing."""

from harmony_core.staking.collecting import collect_rewards
from harmony_core.staking.commission import (
    minimum_commission_rate,
    with_maximum_commission,
    with_minimum_commission,
)
from harmony_core.staking.context import StakingContext
from harmony_core.staking.delegating import delegate, minimum_delegation, undelegate
from harmony_core.staking.directives import apply_directive
from harmony_core.staking.election_marks import mark_election
from harmony_core.staking.frozen_map import FrozenMap
from harmony_core.staking.migration import Migration, migrate
from harmony_core.staking.outcome import DirectiveOutcome
from harmony_core.staking.staking_state import DelegationIndex, StakingState
from harmony_core.staking.unlocking import (
    LockRules,
    UndelegationPayout,
    is_committee_selection_block,
    lock_period,
    payout_undelegations,
    unlock,
)
from harmony_core.staking.validator_directives import create_validator, edit_validator

__all__ = [
    "DelegationIndex",
    "DirectiveOutcome",
    "FrozenMap",
    "LockRules",
    "Migration",
    "UndelegationPayout",
    "StakingContext",
    "StakingState",
    "apply_directive",
    "collect_rewards",
    "create_validator",
    "delegate",
    "edit_validator",
    "is_committee_selection_block",
    "lock_period",
    "mark_election",
    "migrate",
    "minimum_commission_rate",
    "minimum_delegation",
    "payout_undelegations",
    "undelegate",
    "unlock",
    "with_maximum_commission",
    "with_minimum_commission",
]
