"""Finding and replacing single delegations in a validator's list.

Source: harmony-one/harmony, core/staking_verifier.go (VerifyAndDelegateFromMsg, VerifyAndUndelegateFromMsg,
VerifyAndCollectRewardsFromDelegation) and staking/types/delegation.go, validator.go.
"""

from collections.abc import Iterable
from dataclasses import replace

from harmony_core.chain.validator_wrapper import Delegation, Undelegation, ValidatorStatus, ValidatorWrapper
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Address, Compatibility, Epoch
from harmony_core.staking.context import StakingContext
from harmony_core.staking.staking_state import DelegationIndex, StakingState

__all__ = [
    "delegation_at",
    "merged_undelegations",
    "own_delegation_suffices",
    "require_owner",
    "usable_indexes",
    "with_delegation",
]


def usable_indexes(
    state: StakingState, delegator: Address, context: StakingContext
) -> tuple[DelegationIndex, ...]:
    """Return where an account's delegations stand, as known before the block.

    Raises:
        VerificationError: ``staking-index-repeated`` for two entries of one validator, of which the reference would
            keep only the later change (``unchecked_delegation_indexes``).
    """
    entries = state.delegations_of(delegator, context.block_number)
    if not context.compatibility.unchecked_delegation_indexes:
        require(
            len({entry.validator for entry in entries}) == len(entries),
            VerificationError,
            "staking-index-repeated",
            "An account has one delegation to a validator.",
            actual=delegator,
        )
    return entries


def delegation_at(
    wrapper: ValidatorWrapper, entry: DelegationIndex, delegator: Address, compatibility: Compatibility
) -> Delegation:
    """Return the delegation that an index points to.

    Raises:
        VerificationError: ``staking-index-range`` past the end of the list, ``staking-index-owner`` for the delegation
            of another account, which the reference does not look at (``unchecked_delegation_indexes``).
    """
    if not 0 <= entry.index < len(wrapper.delegations):
        raise VerificationError(
            "The index of a delegation lies outside of the validator's list.",
            code="staking-index-range",
            expected=f"below {len(wrapper.delegations)}",
            actual=entry.index,
        )
    found = wrapper.delegations[entry.index]
    if not compatibility.unchecked_delegation_indexes:
        require_owner(found, delegator)
    return found


def require_owner(delegation: Delegation, delegator: Address) -> None:
    """Refuse the delegation of another account, with the code ``staking-index-owner``."""
    require(
        delegation.delegator == delegator,
        VerificationError,
        "staking-index-owner",
        "The index of a delegation points to that of another account.",
        expected=delegator,
        actual=delegation.delegator,
    )


def with_delegation(wrapper: ValidatorWrapper, place: int, delegation: Delegation) -> ValidatorWrapper:
    """Return a validator with another delegation in one place of its list."""
    before = wrapper.delegations
    return replace(wrapper, delegations=(*before[:place], delegation, *before[place + 1 :]))


def own_delegation_suffices(wrapper: ValidatorWrapper) -> bool:
    """Return whether a validator's own stake is what it promised, or it is not active and need not be."""
    own = wrapper.delegations[0].amount if wrapper.delegations else 0
    validator = wrapper.validator
    return validator.status != ValidatorStatus.ACTIVE or own >= validator.min_self_delegation


def merged_undelegations(
    first: Iterable[Undelegation], second: Iterable[Undelegation]
) -> tuple[Undelegation, ...]:
    """Return both lists as one in the order of the epochs, with one entry for each epoch of the second."""
    entries = list(first)
    for added in second:
        places = [place for place, entry in enumerate(entries) if entry.epoch == added.epoch]
        if places:
            entry = entries[places[0]]
            entries[places[0]] = replace(entry, amount=entry.amount + added.amount)
        else:
            entries.append(added)
            entries.sort(key=_epoch)
    return tuple(entries)


def _epoch(undelegation: Undelegation) -> Epoch:
    return undelegation.epoch
