"""Moving all delegations of an account to another account. No network takes it yet.

Source: harmony-one/harmony, core/staking_verifier.go (VerifyAndMigrateFromMsg), which the staking precompile no longer
calls (core/vm/contracts_write.go).
"""

from dataclasses import dataclass, replace

from harmony_core.chain.staking_message import Delegate
from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.chain.validator_wrapper import Delegation, ValidatorStatus, ValidatorWrapper
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, Address, Compatibility, Trace, trace_step
from harmony_core.staking.delegations import (
    delegation_at,
    merged_undelegations,
    own_delegation_suffices,
    require_owner,
    with_delegation,
)
from harmony_core.staking.staking_state import StakingState

__all__ = ["Migration", "migrate"]


@dataclass(frozen=True, slots=True)
class Migration:
    """The outcome of moving delegations.

    Attributes:
        state: the state afterwards.
        wrappers: the validators that changed, in the order of the delegations.
        delegations: what the new account then holds with each of them, as messages for the indexes.
        trace: which rules were applied.
    """

    state: StakingState
    wrappers: tuple[ValidatorWrapper, ...]
    delegations: tuple[Delegate, ...]
    trace: Trace


def migrate(
    state: StakingState, source: Address, target: Address, *, compatibility: Compatibility = STRICT
) -> Migration:
    """Move every delegation of ``source``, with what is on its way back, to ``target``. Rewards stay where they are.

    Where the target has no delegation yet, the reference loses what is on its way back; that is refused here without
    ``migration_loses_undelegations``.

    Args:
        state: the state before.
        source: the account that gives.
        target: the account that receives.
        compatibility: which quirks of the reference to reproduce.

    Raises:
        VerificationError: ``staking-migration-self``, ``staking-migration-none``, ``staking-migration-loss``,
            ``staking-validator-unknown``, ``staking-index-range``, ``staking-index-owner``, or a code of
            `verify_validator_wrapper`.
    """
    require(
        source != target,
        VerificationError,
        "staking-migration-self",
        "Delegations move to another account.",
        actual=target,
    )
    entries = state.delegations_of(source)
    require(
        entries,
        VerificationError,
        "staking-migration-none",
        "The account has no delegations to move.",
        actual=source,
    )
    wrappers, messages, steps = [], [], []
    for entry in entries:
        wrapper = state.validator(entry.validator)
        given = delegation_at(wrapper, entry, source, compatibility)
        require_owner(given, source)
        if not given.amount and not given.undelegations:
            continue
        wrapper = with_delegation(wrapper, entry.index, replace(given, amount=0, undelegations=()))
        wrapper, total = _received(wrapper, target, given, compatibility)
        if not own_delegation_suffices(wrapper):
            wrapper = replace(wrapper, validator=replace(wrapper.validator, status=ValidatorStatus.INACTIVE))
        verify_validator_wrapper(wrapper)
        wrappers.append(wrapper)
        messages.append(Delegate(target, entry.validator, total))
        steps.append(
            trace_step(
                "staking-migration",
                "A delegation moves.",
                validator=entry.validator,
                moved=given.amount,
                total=total,
            )
        )
    return Migration(state.with_validators(*wrappers), tuple(wrappers), tuple(messages), tuple(steps))


def _received(
    wrapper: ValidatorWrapper, target: Address, given: Delegation, compatibility: Compatibility
) -> tuple[ValidatorWrapper, int]:
    """Return the validator with the delegation added to that of ``target``, and what ``target`` then holds."""
    for place, held in enumerate(wrapper.delegations):
        if held.delegator == target:
            total = held.amount + given.amount
            merged = merged_undelegations(held.undelegations, given.undelegations)
            return with_delegation(wrapper, place, replace(held, amount=total, undelegations=merged)), total
    if not compatibility.migration_loses_undelegations:
        require(
            not given.undelegations,
            VerificationError,
            "staking-migration-loss",
            "The receiving account has no delegation yet that could take what is on its way back.",
            actual=sum(entry.amount for entry in given.undelegations),
        )
    return replace(
        wrapper, delegations=(*wrapper.delegations, Delegation(target, given.amount))
    ), given.amount
