"""The directives that make and change a validator.

Source: harmony-one/harmony, core/staking_verifier.go (VerifyAndCreateValidatorFromMsg, VerifyAndEditValidatorFromMsg,
checkDuplicateFields); core/evm.go (CreateValidatorFn, EditValidatorFn); staking/types/validator.go
(CreateValidatorFromNewMsg, UpdateValidatorFromEditMsg, UpdateDescription).
"""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Final

from harmony_core.chain import staking_message
from harmony_core.chain.staking_message import CreateValidator, EditValidator
from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    Description,
    Validator,
    ValidatorStatus,
    ValidatorWrapper,
)
from harmony_core.crypto.bls import verify_possessions
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Address, BLSPublicKeyBytes, Epoch, Trace, trace_step
from harmony_core.staking.commission import verify_commission_change
from harmony_core.staking.context import StakingContext
from harmony_core.staking.outcome import DirectiveOutcome
from harmony_core.staking.staking_state import StakingState

__all__ = ["create_validator", "edit_validator"]

_CHOSEN: Final = (ValidatorStatus.ACTIVE, ValidatorStatus.INACTIVE)


def create_validator(
    state: StakingState, message: CreateValidator, context: StakingContext
) -> DirectiveOutcome:
    """Make a validator of an account, with its own first delegation taken from the account's balance.

    The floor of the commission does not bind a new validator: it has its promotion first.

    Args:
        state: the state before.
        message: what is asked for; that its sender signed is for `verify_staking_transaction`.
        context: the block.

    Raises:
        VerificationError: ``staking-validator-exists``, ``staking-identity-taken``, ``staking-key-taken``,
            ``staking-key-internal`` for a key of Harmony's own slots, ``staking-balance``, ``possession-count``,
            ``bls-signature`` and the other codes of `verify_possessions`, or a code of `verify_validator_wrapper`.
        DecodeError: for keys and proofs that are no points, see `verify_possessions`.
    """
    address = message.validator_address
    require(
        address not in state.validators,
        VerificationError,
        "staking-validator-exists",
        "The account is a validator already.",
        actual=address,
    )
    description = _description(message.description)
    _verify_unused(state, address, description.identity, message.slot_public_keys, context)
    _verify_not_internal(message.slot_public_keys, context)
    after = state.credited(address, -message.amount)
    verify_possessions(
        message.slot_public_keys, message.slot_key_signatures, compatibility=context.compatibility
    )
    wrapper = _new_wrapper(message, description, context)
    verify_validator_wrapper(wrapper)
    return DirectiveOutcome(
        state=after.with_validators(wrapper),
        balance_change=-message.amount,
        delegated=(address, address),
        trace=(
            trace_step(
                "possession-count",
                "Every BLS key comes with a proof of possession.",
                keys=len(wrapper.validator.slot_keys),
            ),
            trace_step(
                "staking-balance",
                "The first delegation is taken from the validator's balance.",
                amount=message.amount,
                balance=state.balance(address),
            ),
        ),
    )


def _new_wrapper(
    message: CreateValidator, description: Description, context: StakingContext
) -> ValidatorWrapper:
    rates = message.commission_rates
    return ValidatorWrapper(
        validator=Validator(
            address=message.validator_address,
            slot_keys=message.slot_public_keys,
            last_epoch_in_committee=Epoch(0),
            min_self_delegation=message.min_self_delegation,
            max_total_delegation=message.max_total_delegation,
            status=ValidatorStatus.ACTIVE,
            commission=CommissionRates(rates.rate, rates.max_rate, rates.max_change_rate),
            update_height=context.block_number,
            description=description,
            creation_height=context.block_number,
        ),
        delegations=(Delegation(message.validator_address, message.amount),),
    )


def edit_validator(state: StakingState, message: EditValidator, context: StakingContext) -> DirectiveOutcome:
    """Change a validator: what the message leaves empty, None or zero stays as it is.

    The rates are judged as they are after the edit even if it does not touch them: a validator below the floor whose
    promotion is over can change nothing before it raises its rate.

    Args:
        state: the state before, with the validator's snapshot.
        message: what is asked for.
        context: the block.

    Raises:
        VerificationError: ``staking-validator-unknown``, ``staking-identity-taken``, ``staking-key-taken``,
            ``staking-key-unknown``, ``staking-key-present``, ``staking-key-internal``, ``staking-key-proof-missing``
            (where the reference panics), ``staking-validator-banned``, a code of `verify_commission_change`, of
            `verify_possessions` or of `verify_validator_wrapper`.
        MissingDataError: ``staking-snapshot``.
    """
    address = message.validator_address
    before = state.validator(address)
    new_keys = [message.slot_key_to_add] if message.slot_key_to_add is not None else []
    asked = _description(message.description)
    _verify_unused(state, address, asked.identity, new_keys, context)
    validator = replace(
        before.validator,
        description=_merged_description(before.validator.description, asked),
        min_self_delegation=message.min_self_delegation or before.validator.min_self_delegation,
        max_total_delegation=message.max_total_delegation or before.validator.max_total_delegation,
    )
    if message.commission_rate is not None:
        validator = replace(validator, commission=replace(validator.commission, rate=message.commission_rate))
    validator, key_steps = _with_changed_keys(validator, message, context)
    require(
        validator.status != ValidatorStatus.BANNED,
        VerificationError,
        "staking-validator-banned",
        "A banned validator stays banned, and cannot be edited.",
    )
    if message.status in _CHOSEN:
        validator = replace(validator, status=ValidatorStatus(message.status))
    at_start = state.snapshot(address).validator.commission.rate
    if validator.commission.rate != at_start:
        validator = replace(validator, update_height=context.block_number)
    wrapper = replace(before, validator=validator)
    commission_steps = verify_commission_change(
        wrapper,
        at_epoch_start=at_start,
        first_election=state.first_election_epochs.get(address, Epoch(0)),
        context=context,
    )
    verify_validator_wrapper(wrapper)
    return DirectiveOutcome(state=state.with_validators(wrapper), trace=(*key_steps, *commission_steps))


def _description(given: staking_message.Description) -> Description:
    """Texts of a message are bytes in a wrapper."""
    texts = (getattr(given, entry.name) for entry in fields(given))
    return Description(*(text.encode("utf-8", "surrogateescape") for text in texts))


def _merged_description(before: Description, asked: Description) -> Description:
    pairs = zip(asked.fields, before.fields, strict=True)
    return Description(*(new or old for new, old in pairs))


def _verify_unused(
    state: StakingState,
    address: Address,
    identity: bytes,
    keys: Iterable[BLSPublicKeyBytes],
    context: StakingContext,
) -> None:
    """Refuse an identity or a key of another validator.

    The reference looks through the list of validators as it was before the block, so that two new ones of one block
    may share a key; that is not taken here without ``unlisted_new_validators``.
    """
    wanted = frozenset(keys)
    for other, wrapper in state.validators.items():
        unlisted = wrapper.validator.creation_height >= context.block_number
        if other == address or (unlisted and context.compatibility.unlisted_new_validators):
            continue
        require(
            not identity or wrapper.validator.description.identity != identity,
            VerificationError,
            "staking-identity-taken",
            "Another validator has this identity.",
            actual=other,
        )
        require(
            wanted.isdisjoint(wrapper.validator.slot_keys),
            VerificationError,
            "staking-key-taken",
            "Another validator has this BLS key.",
            actual=other,
        )


def _verify_not_internal(keys: Iterable[BLSPublicKeyBytes], context: StakingContext) -> None:
    accounts = context.network.schedule.instance_for_epoch(context.epoch).harmony_accounts
    internal = {account.bls_public_key for account in accounts}
    for key in keys:
        require(
            key not in internal,
            VerificationError,
            "staking-key-internal",
            "This BLS key belongs to one of Harmony's own slots.",
            actual=key,
        )


def _with_changed_keys(
    validator: Validator, message: EditValidator, context: StakingContext
) -> tuple[Validator, Trace]:
    """Remove first, then add: the added key stands last."""
    keys = list(validator.slot_keys)
    removed, added = message.slot_key_to_remove, message.slot_key_to_add
    steps = []
    if removed is not None:
        require(
            removed in keys,
            VerificationError,
            "staking-key-unknown",
            "The validator has no such BLS key to remove.",
            actual=removed,
        )
        keys = [key for key in keys if key != removed]
        steps.append(trace_step("staking-key-unknown", "A BLS key is given up.", key=removed))
    if added is not None:
        require(
            added not in keys,
            VerificationError,
            "staking-key-present",
            "The validator has this BLS key already.",
            actual=added,
        )
        _verify_not_internal([added], context)
        proof = message.slot_key_to_add_signature
        require(
            proof is not None,
            VerificationError,
            "staking-key-proof-missing",
            "A new BLS key comes with a proof of possession.",
            actual=added,
        )
        verify_possessions([added], [proof or b""], compatibility=context.compatibility)
        keys.append(added)
        steps.append(trace_step("possession-count", "A BLS key is added, with its proof.", key=added))
    return replace(validator, slot_keys=tuple(keys)), tuple(steps)
