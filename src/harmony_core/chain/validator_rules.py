"""What a validator's wrapper has to keep to, whoever writes it into the state.

Source: harmony-one/harmony, staking/types/validator.go, SanityCheck of Validator and ValidatorWrapper and
Description.EnsureLength.
"""

from typing import Final

from harmony_core.chain.validator_wrapper import Validator, ValidatorStatus, ValidatorWrapper
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Dec

__all__ = [
    "MAX_KEYS_PER_VALIDATOR",
    "MINIMUM_SELF_DELEGATION",
    "verify_validator",
    "verify_validator_wrapper",
]

MAX_KEYS_PER_VALIDATOR: Final = 106
"""Most BLS keys of one validator."""

MINIMUM_SELF_DELEGATION: Final = 10_000 * 10**18
"""Least self delegation that a validator may promise, in atto: 10,000 ONE."""

_LONGEST: Final = (
    ("name", 140),
    ("identity", 140),
    ("website", 140),
    ("security_contact", 140),
    ("details", 280),
)


def verify_validator(validator: Validator) -> None:
    """Check what every validator keeps to, its delegations left aside.

    Raises:
        VerificationError: ``validator-description-length``, ``validator-keys-none``, ``validator-keys-many``,
            ``validator-keys-repeated``, ``validator-min-self-delegation``, ``validator-max-total-delegation``,
            ``validator-rate-range`` or ``validator-rate-above-max``.
    """
    _verify_description(validator)
    _verify_keys(validator)
    _verify_bounds(validator)
    _verify_rates(validator)


def verify_validator_wrapper(wrapper: ValidatorWrapper) -> None:
    """Check what every wrapper in the state keeps to.

    Raises:
        VerificationError: a code of `verify_validator`, ``validator-self-delegation-missing``,
            ``validator-self-delegation`` for less of its own than promised by one that is active, and
            ``validator-total-delegation``.
    """
    validator = wrapper.validator
    verify_validator(validator)
    require(
        wrapper.delegations,
        VerificationError,
        "validator-self-delegation-missing",
        "A validator has a delegation of its own.",
    )
    own = wrapper.delegations[0].amount if wrapper.delegations else 0
    require(
        validator.status != ValidatorStatus.ACTIVE or own >= validator.min_self_delegation,
        VerificationError,
        "validator-self-delegation",
        "An active validator holds at least the stake that it promised.",
        expected=validator.min_self_delegation,
        actual=own,
    )
    require(
        wrapper.total_delegation <= validator.max_total_delegation,
        VerificationError,
        "validator-total-delegation",
        "The stake of all delegations exceeds what the validator takes.",
        expected=validator.max_total_delegation,
        actual=wrapper.total_delegation,
    )


def _verify_description(validator: Validator) -> None:
    for name, longest in _LONGEST:
        length = len(getattr(validator.description, name))
        require(
            length <= longest,
            VerificationError,
            "validator-description-length",
            f"The {name} of a validator is too long.",
            expected=f"at most {longest} bytes",
            actual=length,
        )


def _verify_keys(validator: Validator) -> None:
    keys = validator.slot_keys
    require(keys, VerificationError, "validator-keys-none", "A validator has at least one BLS key.")
    require(
        len(keys) <= MAX_KEYS_PER_VALIDATOR,
        VerificationError,
        "validator-keys-many",
        "A validator has too many BLS keys.",
        expected=f"at most {MAX_KEYS_PER_VALIDATOR}",
        actual=len(keys),
    )
    require(
        len(set(keys)) == len(keys),
        VerificationError,
        "validator-keys-repeated",
        "A validator has each of its BLS keys once.",
    )


def _verify_bounds(validator: Validator) -> None:
    require(
        validator.min_self_delegation >= MINIMUM_SELF_DELEGATION,
        VerificationError,
        "validator-min-self-delegation",
        "A validator promises at least 10,000 ONE of its own.",
        expected=MINIMUM_SELF_DELEGATION,
        actual=validator.min_self_delegation,
    )
    require(
        validator.max_total_delegation >= validator.min_self_delegation,
        VerificationError,
        "validator-max-total-delegation",
        "A validator takes at least as much stake as it promises of its own.",
        expected=validator.min_self_delegation,
        actual=validator.max_total_delegation,
    )


def _verify_rates(validator: Validator) -> None:
    commission = validator.commission
    for name in ("rate", "max_rate", "max_change_rate"):
        rate = getattr(commission, name)
        require(
            Dec.ZERO <= rate <= Dec.ONE,
            VerificationError,
            "validator-rate-range",
            f"The {name} of a validator lies between 0 and 1.",
            actual=rate,
        )
    require(
        commission.rate <= commission.max_rate and commission.max_change_rate <= commission.max_rate,
        VerificationError,
        "validator-rate-above-max",
        "The rate of a validator and its changes do not exceed the largest rate.",
        expected=commission.max_rate,
        actual=max(commission.rate, commission.max_change_rate),
    )
