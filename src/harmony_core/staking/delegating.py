"""The directives that move stake: delegating, with tokens on their way back first, and undelegating.

Source: harmony-one/harmony, core/staking_verifier.go (VerifyAndDelegateFromMsg, VerifyAndUndelegateFromMsg);
core/evm.go (DelegateFn, UndelegateFn); staking/types/delegation.go (Undelegate).
"""

from dataclasses import dataclass, replace
from typing import Final

from harmony_core.chain.log import Log
from harmony_core.chain.staking_message import Delegate, Undelegate
from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.chain.validator_wrapper import Delegation, Undelegation, ValidatorStatus, ValidatorWrapper
from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError, require
from harmony_core.params import ChainConfig
from harmony_core.primitives import Address, Compatibility, Epoch, Trace, trace_step
from harmony_core.staking.context import StakingContext
from harmony_core.staking.delegations import (
    delegation_at,
    merged_undelegations,
    own_delegation_suffices,
    usable_indexes,
    with_delegation,
)
from harmony_core.staking.outcome import DirectiveOutcome
from harmony_core.staking.staking_state import StakingState

__all__ = ["DELEGATE_TOPIC", "delegate", "minimum_delegation", "undelegate", "with_undelegation"]

DELEGATE_TOPIC: Final = keccak256(b"Harmony/Delegate")
"""Topic of the log of a redelegation; its data are the validator that the tokens came from and their amount."""

_ONE: Final = 10**18


def minimum_delegation(config: ChainConfig, epoch: Epoch) -> int:
    """Return the least amount of a delegation, in atto: 1000 ONE, later 100 ONE."""
    return (100 if config.is_min_delegation_100(epoch) else 1000) * _ONE


def delegate(state: StakingState, message: Delegate, context: StakingContext) -> DirectiveOutcome:
    """Lend an amount to a validator: from tokens on their way back where that is allowed, the rest from the balance.

    From `is_redelegation` on, undelegations of earlier epochs are used up first: delegation by delegation in the
    order of the indexes, the oldest first. What is used of each validator goes into a log.

    Args:
        state: the state before.
        message: what is asked for.
        context: the block.

    Raises:
        VerificationError: ``staking-validator-unknown``, ``staking-delegation-minimum``, ``staking-index-range``,
            ``staking-index-owner`` and ``staking-index-repeated`` for indexes that contradict the wrappers,
            ``staking-delegator-repeated``, ``staking-balance``, or a code of `verify_validator_wrapper` for a
            validator that would not keep to its own limits.
    """
    delegator, target = message.delegator_address, message.validator_address
    state.validator(target)
    least = minimum_delegation(context.config, context.epoch)
    require(
        message.amount >= least,
        VerificationError,
        "staking-delegation-minimum",
        "The delegation is too small.",
        expected=f"at least {least}",
        actual=message.amount,
    )
    reused = _Reused(state, {}, message.amount, ())
    if context.config.is_redelegation(context.epoch):
        reused = _redelegate(state, message, context)
    wrapper = _with_more_stake(
        reused.state.validator(target), delegator, message.amount, context.compatibility
    )
    verify_validator_wrapper(wrapper)
    from_balance = reused.wanted
    return DirectiveOutcome(
        state=reused.state.with_validators(wrapper).credited(delegator, -from_balance),
        balance_change=-from_balance,
        logs=tuple(
            _redelegation_log(delegator, source, reused.taken[source], context)
            for source in sorted(reused.taken)
        ),
        delegated=(delegator, target),
        trace=(
            trace_step(
                "staking-delegation-minimum",
                "The amount is large enough.",
                amount=message.amount,
                least=least,
            ),
            *reused.trace,
            trace_step(
                "staking-balance",
                "What is left is taken from the delegator's balance.",
                amount=from_balance,
                balance=state.balance(delegator),
            ),
        ),
    )


def undelegate(state: StakingState, message: Undelegate, context: StakingContext) -> DirectiveOutcome:
    """Take an amount back from a validator: it is locked, and paid when its time has come.

    A validator that takes back so much that less than it promised remains becomes inactive. A delegation of which
    nothing remains keeps its place in the list.

    Args:
        state: the state before.
        message: what is asked for.
        context: the block.

    Raises:
        VerificationError: ``staking-validator-unknown``, ``staking-undelegation-absent``,
            ``staking-undelegation-amount`` for zero, ``staking-undelegation-stake`` for more than is delegated, or a
            code of `verify_validator_wrapper`.
    """
    wrapper = state.validator(message.validator_address)
    places = [
        place
        for place, delegation in enumerate(wrapper.delegations)
        if delegation.delegator == message.delegator_address
    ]
    require(
        places,
        VerificationError,
        "staking-undelegation-absent",
        "The account has delegated nothing to this validator.",
        actual=message.delegator_address,
    )
    place = places[0] if places else 0
    delegation = with_undelegation(wrapper.delegations[place], message.amount, context.epoch)
    wrapper = with_delegation(wrapper, place, delegation)
    steps = [
        trace_step(
            "staking-undelegation-stake",
            "The amount is locked from this epoch on.",
            amount=message.amount,
            epoch=context.epoch,
            remaining=delegation.amount,
        )
    ]
    if not own_delegation_suffices(wrapper):
        validator = replace(wrapper.validator, status=ValidatorStatus.INACTIVE)
        wrapper = replace(wrapper, validator=validator)
        steps.append(
            trace_step(
                "validator-self-delegation",
                "Less than promised remains of the validator's own stake: it becomes inactive.",
                remaining=wrapper.delegations[0].amount,
                promised=validator.min_self_delegation,
            )
        )
    verify_validator_wrapper(wrapper)
    return DirectiveOutcome(state=state.with_validators(wrapper), trace=tuple(steps))


def with_undelegation(delegation: Delegation, amount: int, epoch: Epoch) -> Delegation:
    """Return a delegation of which ``amount`` is on its way back since ``epoch``.

    Undelegations of one epoch are one; they stand in the order of their epochs.

    Raises:
        VerificationError: ``staking-undelegation-amount`` for an amount that is not positive,
            ``staking-undelegation-stake`` for more than the delegation holds.
    """
    require(
        amount > 0,
        VerificationError,
        "staking-undelegation-amount",
        "An undelegation takes back more than nothing.",
        actual=amount,
    )
    require(
        amount <= delegation.amount,
        VerificationError,
        "staking-undelegation-stake",
        "No more can be taken back than is delegated.",
        expected=f"at most {delegation.amount}",
        actual=amount,
    )
    return replace(
        delegation,
        amount=delegation.amount - amount,
        undelegations=merged_undelegations(delegation.undelegations, (Undelegation(amount, epoch),)),
    )


@dataclass(frozen=True, slots=True)
class _Reused:
    """What a delegation took of tokens on their way back, by validator, and what it still wants."""

    state: StakingState
    taken: dict[Address, int]
    wanted: int
    trace: Trace


def _redelegate(state: StakingState, message: Delegate, context: StakingContext) -> _Reused:
    after, wanted = state, message.amount
    taken_of: dict[Address, int] = {}
    steps = []
    for entry in usable_indexes(state, message.delegator_address, context):
        # As the reference, from the state before the directive: it matters for repeated indexes alone.
        wrapper = state.validator(entry.validator)
        delegation = delegation_at(wrapper, entry, message.delegator_address, context.compatibility)
        remaining, taken = _take_oldest(delegation.undelegations, wanted, context.epoch)
        if not taken:
            continue
        wanted -= taken
        wrapper = with_delegation(wrapper, entry.index, replace(delegation, undelegations=remaining))
        verify_validator_wrapper(wrapper)
        after = after.with_validators(wrapper)
        taken_of[entry.validator] = taken
        steps.append(
            trace_step(
                "staking-redelegation",
                "Tokens on their way back are delegated again, the oldest first.",
                validator=entry.validator,
                taken=taken,
                still_wanted=wanted,
            )
        )
    return _Reused(after, taken_of, wanted, tuple(steps))


def _take_oldest(
    undelegations: tuple[Undelegation, ...], wanted: int, epoch: Epoch
) -> tuple[tuple[Undelegation, ...], int]:
    """Return what remains of the undelegations and how much was taken of those of earlier epochs."""
    taken = 0
    for place, entry in enumerate(undelegations):
        if entry.epoch >= epoch:
            return undelegations[place:], taken
        part = min(entry.amount, wanted - taken)
        taken += part
        if part < entry.amount:
            rest = replace(entry, amount=entry.amount - part)
            return (rest, *undelegations[place + 1 :]), taken
    return (), taken


def _with_more_stake(
    wrapper: ValidatorWrapper, delegator: Address, amount: int, compatibility: Compatibility
) -> ValidatorWrapper:
    places = [
        place for place, delegation in enumerate(wrapper.delegations) if delegation.delegator == delegator
    ]
    if not places:
        return replace(wrapper, delegations=(*wrapper.delegations, Delegation(delegator, amount)))
    if not compatibility.repeated_delegators:
        require(
            len(places) == 1,
            VerificationError,
            "staking-delegator-repeated",
            "An account stands once among the delegations of a validator.",
            actual=len(places),
        )
    for place in places:
        delegation = wrapper.delegations[place]
        wrapper = with_delegation(wrapper, place, replace(delegation, amount=delegation.amount + amount))
    return wrapper


def _redelegation_log(delegator: Address, source: Address, amount: int, context: StakingContext) -> Log:
    data = bytes(source) + amount.to_bytes((amount.bit_length() + 7) // 8, "big")
    return Log(delegator, (DELEGATE_TOPIC,), data, block_number=context.block_number)
