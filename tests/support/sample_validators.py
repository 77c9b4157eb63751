"""A validator with two delegations, for tests of staking."""

from dataclasses import replace
from typing import Any, Final

from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    Description,
    Validator,
    ValidatorStatus,
    ValidatorWrapper,
)
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch

__all__ = ["ADDRESS", "DELEGATOR", "ONE", "VALIDATOR", "a_wrapper"]

ONE: Final = 10**18
ADDRESS: Final = Address(b"\x01" * 20)
DELEGATOR: Final = Address(b"\x02" * 20)
VALIDATOR: Final = Validator(
    address=ADDRESS,
    slot_keys=(BLSPublicKeyBytes(b"\x03" * 48),),
    last_epoch_in_committee=Epoch(5),
    min_self_delegation=10_000 * ONE,
    max_total_delegation=10**9 * ONE,
    status=ValidatorStatus.ACTIVE,
    commission=CommissionRates(Dec.parse("0.1"), Dec.parse("0.5"), Dec.parse("0.02")),
    update_height=7,
    description=Description(b"name", b"id", b"site", b"contact", b"details"),
    creation_height=3,
)


def a_wrapper(address: Address = ADDRESS, **fields: Any) -> ValidatorWrapper:
    """Return a validator with 40,000 ONE of its own and 60,000 ONE of another account, and these fields."""
    values: dict[str, Any] = {
        "validator": replace(VALIDATOR, address=address),
        "delegations": (Delegation(address, 40_000 * ONE), Delegation(DELEGATOR, 60_000 * ONE)),
    }
    return ValidatorWrapper(**{**values, **fields})
