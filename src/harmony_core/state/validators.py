"""Validators in a state: their wrappers, and the slots that mark an account as a validator's.

Source: harmony-one/harmony, core/state/statedb.go (ValidatorWrapper, UpdateValidatorWrapper, SetValidatorFlag,
SetValidatorFirstElectionEpoch); staking/params.go.
"""

from typing import Final

from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.chain.validator_wrapper import ValidatorWrapper, decode_validator_wrapper
from harmony_core.crypto import keccak256
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.primitives import STRICT, Address, Compatibility, Epoch, Hash32
from harmony_core.state.state import State

__all__ = [
    "FIRST_ELECTION_EPOCH_SLOT",
    "VALIDATOR_FLAG",
    "VALIDATOR_FLAG_SLOT",
    "clear_validator_flag",
    "first_election_epoch",
    "is_validator",
    "set_first_election_epoch",
    "set_validator_flag",
    "set_validator_wrapper",
    "validator_wrapper",
]

VALIDATOR_FLAG_SLOT: Final = keccak256(b"Harmony/IsValidator/Key/v1")
"""Slot that says whether an account is a validator's."""

VALIDATOR_FLAG: Final = keccak256(b"Harmony/IsValidator/Value/v1")
"""What that slot holds for a validator."""

FIRST_ELECTION_EPOCH_SLOT: Final = keccak256(b"Harmony/FirstElectionEpoch/Key/v1")
"""Slot that holds the first epoch in which a validator was elected."""

_EPOCH_BITS: Final = 64


def validator_wrapper(
    state: State, address: Address, *, compatibility: Compatibility = STRICT
) -> ValidatorWrapper:
    """Return a validator's wrapper.

    Raises:
        MissingDataError: ``validator-absent`` for an account without code.
        DecodeError: the code is no wrapper, see `decode_validator_wrapper`.
    """
    code = state.code(address)
    require(
        code,
        MissingDataError,
        "validator-absent",
        "The state has no validator with this address.",
        actual=address,
    )
    return decode_validator_wrapper(code, compatibility=compatibility)


def set_validator_wrapper(state: State, address: Address, wrapper: ValidatorWrapper) -> None:
    """Write a validator's wrapper into the state.

    Raises:
        VerificationError: ``validator-address`` for the wrapper of another account, or a code of
            `verify_validator_wrapper`; nothing is written then.
    """
    require(
        wrapper.validator.address == address,
        VerificationError,
        "validator-address",
        "A wrapper is kept by the validator's own account.",
        expected=address,
        actual=wrapper.validator.address,
    )
    verify_validator_wrapper(wrapper)
    state.set_code(address, wrapper.encode())


def is_validator(state: State, address: Address) -> bool:
    """Return whether an account is marked as a validator's."""
    return state.storage(address, VALIDATOR_FLAG_SLOT) == VALIDATOR_FLAG


def set_validator_flag(state: State, address: Address) -> None:
    """Mark an account as a validator's."""
    state.set_storage(address, VALIDATOR_FLAG_SLOT, VALIDATOR_FLAG)


def clear_validator_flag(state: State, address: Address) -> None:
    """Take the mark away."""
    state.set_storage(address, VALIDATOR_FLAG_SLOT, Hash32.zero())


def first_election_epoch(state: State, address: Address) -> Epoch:
    """Return the first epoch in which a validator was elected, 0 for none yet."""
    return Epoch(int.from_bytes(state.storage(address, FIRST_ELECTION_EPOCH_SLOT), "big"))


def set_first_election_epoch(state: State, address: Address, epoch: Epoch) -> None:
    """Note the first epoch in which a validator was elected; once noted it stays.

    Raises:
        VerificationError: ``election-epoch-range`` for an epoch outside 64 bits.
    """
    require(
        0 <= epoch < 1 << _EPOCH_BITS,
        VerificationError,
        "election-epoch-range",
        "An epoch is at least 0 and has at most 64 bits.",
        actual=epoch,
    )
    if not first_election_epoch(state, address):
        state.set_storage(address, FIRST_ELECTION_EPOCH_SLOT, Hash32(max(epoch, 0).to_bytes(32, "big")))
