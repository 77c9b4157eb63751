"""Validators in the state, and the rules that their wrappers keep to."""

from dataclasses import replace
from typing import Any

import pytest

from harmony_core.chain.validator_rules import MINIMUM_SELF_DELEGATION, verify_validator_wrapper
from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    Description,
    Undelegation,
    Validator,
    ValidatorStatus,
    ValidatorWrapper,
    decode_validator_wrapper,
)
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, VerificationError
from harmony_core.primitives import Address, BLSPublicKeyBytes, Compatibility, Dec, Epoch
from harmony_core.state import (
    State,
    first_election_epoch,
    is_validator,
    set_validator_wrapper,
    validator_wrapper,
)
from harmony_core.state.validators import clear_validator_flag, set_first_election_epoch, set_validator_flag

ADDRESS, DELEGATOR = Address(b"\x01" * 20), Address(b"\x02" * 20)
KEYS = tuple(BLSPublicKeyBytes(i.to_bytes(2, "big") * 24) for i in range(110))
VALIDATOR = Validator(
    address=ADDRESS,
    slot_keys=KEYS[:2],
    last_epoch_in_committee=Epoch(5),
    min_self_delegation=MINIMUM_SELF_DELEGATION,
    max_total_delegation=5 * MINIMUM_SELF_DELEGATION,
    status=ValidatorStatus.ACTIVE,
    commission=CommissionRates(Dec.parse("0.1"), Dec.parse("0.5"), Dec.parse("0.02")),
    update_height=7,
    description=Description(b"name", b"id", b"site", b"contact", b"details"),
    creation_height=3,
)
WRAPPER = ValidatorWrapper(
    validator=VALIDATOR,
    delegations=(
        Delegation(ADDRESS, MINIMUM_SELF_DELEGATION, 5, (Undelegation(1, Epoch(4)),)),
        Delegation(DELEGATOR, MINIMUM_SELF_DELEGATION),
    ),
    blocks_to_sign=10,
    blocks_signed=9,
    block_reward=11,
)


def changed(**fields: Any) -> ValidatorWrapper:
    return replace(WRAPPER, validator=replace(VALIDATOR, **fields))


def refused(wrapper: ValidatorWrapper) -> str:
    with pytest.raises(HarmonyError) as info:
        verify_validator_wrapper(wrapper)
    return info.value.code


def test_a_wrapper_is_encoded_and_decoded() -> None:
    verify_validator_wrapper(WRAPPER)
    assert decode_validator_wrapper(WRAPPER.encode()) == WRAPPER
    assert WRAPPER.total_delegation == 2 * MINIMUM_SELF_DELEGATION


def test_what_is_no_wrapper_is_refused() -> None:
    data = WRAPPER.encode()
    for bent in (b"", b"\xc0", data[:-1], data + b"\x80", b"\x60\x00"):
        with pytest.raises(DecodeError):
            decode_validator_wrapper(bent)


def test_an_unknown_status_is_refused() -> None:
    data = changed(status=4).encode()
    with pytest.raises(DecodeError) as info:
        decode_validator_wrapper(data)
    assert info.value.code == "validator-status"
    assert decode_validator_wrapper(data, compatibility=Compatibility.reference()).validator.status == 4


@pytest.mark.parametrize("field", ["name", "identity", "website", "security_contact", "details"])
def test_long_descriptions_are_refused(field: str) -> None:
    longest = 280 if field == "details" else 140
    fits = replace(VALIDATOR.description, **{field: b"x" * longest})
    verify_validator_wrapper(changed(description=fits))
    long = replace(VALIDATOR.description, **{field: b"x" * (longest + 1)})
    assert refused(changed(description=long)) == "validator-description-length"


def test_no_keys_are_refused() -> None:
    assert refused(changed(slot_keys=())) == "validator-keys-none"


def test_too_many_keys_are_refused() -> None:
    verify_validator_wrapper(changed(slot_keys=KEYS[:106]))
    assert refused(changed(slot_keys=KEYS[:107])) == "validator-keys-many"


def test_repeated_keys_are_refused() -> None:
    assert refused(changed(slot_keys=(KEYS[0], KEYS[0]))) == "validator-keys-repeated"


def test_too_small_a_promise_is_refused() -> None:
    less = MINIMUM_SELF_DELEGATION - 1
    assert refused(changed(min_self_delegation=less)) == "validator-min-self-delegation"


def test_less_room_than_promised_is_refused() -> None:
    less = MINIMUM_SELF_DELEGATION - 1
    assert refused(changed(max_total_delegation=less)) == "validator-max-total-delegation"


@pytest.mark.parametrize(
    ("rates", "code"),
    [
        (("1.1", "1", "0.1"), "validator-rate-range"),
        (("-0.1", "0.5", "0.1"), "validator-rate-range"),
        (("0.1", "1.5", "0.1"), "validator-rate-range"),
        (("0.1", "0.5", "-0.1"), "validator-rate-range"),
        (("0.6", "0.5", "0.1"), "validator-rate-above-max"),
        (("0.1", "0.5", "0.6"), "validator-rate-above-max"),
    ],
)
def test_rates_out_of_bounds_are_refused(rates: tuple[str, str, str], code: str) -> None:
    assert refused(changed(commission=CommissionRates(*map(Dec.parse, rates)))) == code


def test_rates_above_the_largest_are_refused() -> None:
    rates = CommissionRates(Dec.parse("0.6"), Dec.parse("0.5"), Dec.parse("0.1"))
    assert refused(changed(commission=rates)) == "validator-rate-above-max"


def test_no_delegation_is_refused() -> None:
    wrapper = replace(changed(status=ValidatorStatus.INACTIVE), delegations=())
    assert refused(wrapper) == "validator-self-delegation-missing"


def test_an_active_validator_holds_what_it_promised() -> None:
    few = (Delegation(ADDRESS, MINIMUM_SELF_DELEGATION - 1),)
    assert refused(replace(WRAPPER, delegations=few)) == "validator-self-delegation"
    for status in (ValidatorStatus.INACTIVE, ValidatorStatus.BANNED, ValidatorStatus.NIL):
        verify_validator_wrapper(replace(changed(status=status), delegations=few))


def test_too_much_stake_is_refused() -> None:
    much = (*WRAPPER.delegations, Delegation(DELEGATOR, 3 * MINIMUM_SELF_DELEGATION + 1))
    assert refused(replace(WRAPPER, delegations=much)) == "validator-total-delegation"


# In the state.


def test_a_validator_lives_in_the_code_of_its_account() -> None:
    state = State()
    set_validator_wrapper(state, ADDRESS, WRAPPER)
    assert state.code(ADDRESS) == WRAPPER.encode()
    root = state.commit(delete_empty=True)
    assert validator_wrapper(State(state.store, root), ADDRESS) == WRAPPER


def test_a_wrapper_of_another_account_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        set_validator_wrapper(State(), DELEGATOR, WRAPPER)
    assert info.value.code == "validator-address"


def test_a_wrapper_that_breaks_a_rule_is_not_written() -> None:
    state = State()
    with pytest.raises(VerificationError):
        set_validator_wrapper(state, ADDRESS, changed(slot_keys=()))
    assert not state.exists(ADDRESS)


def test_an_account_without_code_is_no_validator() -> None:
    with pytest.raises(MissingDataError) as info:
        validator_wrapper(State(), ADDRESS)
    assert info.value.code == "validator-absent"


def test_flag_and_first_election() -> None:
    state = State()
    assert not is_validator(state, ADDRESS)
    set_validator_flag(state, ADDRESS)
    assert is_validator(state, ADDRESS)
    clear_validator_flag(state, ADDRESS)
    assert not is_validator(state, ADDRESS)
    set_first_election_epoch(state, ADDRESS, Epoch(0))
    set_first_election_epoch(state, ADDRESS, Epoch(12))
    set_first_election_epoch(state, ADDRESS, Epoch(13))
    assert first_election_epoch(state, ADDRESS) == 12


@pytest.mark.parametrize("epoch", [-1, 2**64])
def test_an_epoch_out_of_range_is_refused(epoch: int) -> None:
    with pytest.raises(VerificationError) as info:
        set_first_election_epoch(State(), ADDRESS, Epoch(epoch))
    assert info.value.code == "election-epoch-range"
