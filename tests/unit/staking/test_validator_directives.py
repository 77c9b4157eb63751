"""Making and changing validators."""

from dataclasses import replace

import pytest

from harmony_core.chain.staking_message import CommissionRates, Description
from harmony_core.chain.validator_wrapper import Delegation, ValidatorStatus
from harmony_core.errors import ConfigurationError, MissingDataError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Compatibility, Dec, Epoch
from harmony_core.staking import apply_directive, create_validator, edit_validator, verify_supply
from support.staking_sample import (
    CAROL,
    FIRST,
    ONE,
    SECOND,
    context,
    create_message,
    edit_message,
    key,
    proof,
    sample_state,
    sample_wrapper,
    switches,
)

_REFERENCE = Compatibility.reference()


def test_a_validator_is_made_and_pays_its_first_delegation() -> None:
    before = sample_state()
    outcome = create_validator(before, create_message(), context())
    made = outcome.state.validator(CAROL)
    assert made.delegations == (Delegation(CAROL, 10_000 * ONE),)
    assert made.validator.status is ValidatorStatus.ACTIVE
    assert (made.validator.creation_height, made.validator.update_height) == (100, 100)
    assert outcome.state.balance(CAROL) == 20_000 * ONE
    assert outcome.balance_change == -10_000 * ONE
    assert CAROL not in before.validators
    assert outcome.trace
    verify_supply(before, outcome.state)


def test_a_validator_is_not_made_twice() -> None:
    message = create_message(validator_address=FIRST)
    with pytest.raises(VerificationError) as info:
        create_validator(sample_state(), message, context())
    assert info.value.code == "staking-validator-exists"


def test_the_identity_of_another_validator_is_refused() -> None:
    message = create_message(description=Description("", "id-01", "", "", ""))
    with pytest.raises(VerificationError) as info:
        create_validator(sample_state(), message, context())
    assert info.value.code == "staking-identity-taken"
    with pytest.raises(VerificationError) as info:
        edit_validator(
            sample_state(), edit_message(description=Description("", "id-02", "", "", "")), context()
        )
    assert info.value.code == "staking-identity-taken"


def test_an_empty_identity_belongs_to_nobody() -> None:
    state = sample_state()
    nameless = sample_wrapper(
        SECOND, description=replace(state.validator(SECOND).validator.description, identity=b"")
    )
    message = create_message(description=Description("", "", "", "", ""))
    outcome = create_validator(state.with_validators(nameless), message, context())
    assert CAROL in outcome.state.validators


def test_the_key_of_another_validator_is_refused() -> None:
    state = sample_state().with_validators(sample_wrapper(SECOND, slot_keys=(key(1),)))
    with pytest.raises(VerificationError) as info:
        create_validator(state, create_message(), context())
    assert info.value.code == "staking-key-taken"


def test_two_validators_of_one_block_share_a_key_in_the_reference_only() -> None:
    new = sample_wrapper(SECOND, slot_keys=(key(1),), creation_height=100)
    state = sample_state().with_validators(new)
    with pytest.raises(VerificationError) as info:
        create_validator(state, create_message(), context())
    assert info.value.code == "staking-key-taken"
    lenient = context(compatibility=Compatibility(unlisted_new_validators=True))
    assert CAROL in create_validator(state, create_message(), lenient).state.validators


def test_a_key_of_harmonys_own_is_refused() -> None:
    instance = load_network("localnet").schedule.instance_for_epoch(Epoch(10))
    internal = instance.harmony_accounts[0].bls_public_key
    message = create_message(slot_public_keys=(internal,), slot_key_signatures=(proof(0),))
    with pytest.raises(VerificationError) as info:
        create_validator(sample_state(), message, context())
    assert info.value.code == "staking-key-internal"


def test_a_delegation_above_the_balance_is_refused() -> None:
    before = sample_state()
    with pytest.raises(VerificationError) as info:
        create_validator(before, create_message(amount=30_001 * ONE, max_total_delegation=10**24), context())
    assert info.value.code == "staking-balance"
    assert before == sample_state()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"slot_key_signatures": (proof(0), proof(2))}, "bls-signature"),
        ({"slot_key_signatures": (proof(0),)}, "possession-count"),
        ({"amount": 9_999 * ONE}, "validator-self-delegation"),
        ({"min_self_delegation": 9_999 * ONE}, "validator-min-self-delegation"),
        ({"slot_public_keys": (), "slot_key_signatures": ()}, "validator-keys-none"),
        (
            {"slot_public_keys": (key(0),) * 2, "slot_key_signatures": (proof(0),) * 2},
            "validator-keys-repeated",
        ),
        ({"commission_rates": CommissionRates(Dec.ONE, Dec.ZERO, Dec.ZERO)}, "validator-rate-above-max"),
    ],
)
def test_a_new_validator_keeps_to_the_rules(changes: dict[str, object], code: str) -> None:
    for compatibility in (_REFERENCE, Compatibility()):
        with pytest.raises(VerificationError) as info:
            create_validator(sample_state(), create_message(**changes), context(compatibility=compatibility))
        assert info.value.code == code


def test_an_edit_leaves_alone_what_it_does_not_name() -> None:
    before = sample_state()
    outcome = edit_validator(
        before, edit_message(max_total_delegation=0, min_self_delegation=None), context()
    )
    assert outcome.state == before
    outcome = edit_validator(before, edit_message(description=Description("new", "", "", "", "")), context())
    validator = outcome.state.validator(FIRST).validator
    assert (validator.description.name, validator.description.identity) == (b"new", b"id-01")
    assert validator.update_height == 1


def test_the_height_of_a_change_of_the_rate_is_noted() -> None:
    outcome = edit_validator(sample_state(), edit_message(commission_rate=Dec.parse("0.2")), context())
    assert outcome.state.validator(FIRST).validator.update_height == 100


def test_only_a_validator_is_edited() -> None:
    with pytest.raises(VerificationError) as info:
        edit_validator(sample_state(), edit_message(validator_address=CAROL), context())
    assert info.value.code == "staking-validator-unknown"


def test_keys_are_removed_before_one_is_added() -> None:
    state = sample_state().with_validators(sample_wrapper(FIRST, slot_keys=(key(0), key(1))))
    message = edit_message(
        slot_key_to_remove=key(0), slot_key_to_add=key(2), slot_key_to_add_signature=proof(2)
    )
    assert edit_validator(state, message, context()).state.validator(FIRST).validator.slot_keys == (
        key(1),
        key(2),
    )
    again = edit_message(
        slot_key_to_remove=key(0), slot_key_to_add=key(0), slot_key_to_add_signature=proof(0)
    )
    assert edit_validator(state, again, context()).state.validator(FIRST).validator.slot_keys == (
        key(1),
        key(0),
    )


def test_a_key_that_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(VerificationError) as info:
        edit_validator(sample_state(), edit_message(slot_key_to_remove=key(3)), context())
    assert info.value.code == "staking-key-unknown"


def test_a_key_that_is_there_cannot_be_added() -> None:
    state = sample_state().with_validators(sample_wrapper(FIRST, slot_keys=(key(0),)))
    message = edit_message(slot_key_to_add=key(0), slot_key_to_add_signature=proof(0))
    with pytest.raises(VerificationError) as info:
        edit_validator(state, message, context())
    assert info.value.code == "staking-key-present"


def test_a_key_without_a_proof_is_refused_where_the_reference_panics() -> None:
    for compatibility in (_REFERENCE, Compatibility()):
        with pytest.raises(VerificationError) as info:
            edit_validator(
                sample_state(), edit_message(slot_key_to_add=key(3)), context(compatibility=compatibility)
            )
        assert info.value.code == "staking-key-proof-missing"


def test_a_key_with_the_proof_of_another_is_refused() -> None:
    message = edit_message(slot_key_to_add=key(3), slot_key_to_add_signature=proof(4))
    with pytest.raises(VerificationError) as info:
        edit_validator(sample_state(), message, context())
    assert info.value.code == "bls-signature"


def test_a_banned_validator_cannot_be_edited() -> None:
    state = sample_state().with_validators(sample_wrapper(FIRST, status=ValidatorStatus.BANNED))
    with pytest.raises(VerificationError) as info:
        edit_validator(state, edit_message(status=1), context())
    assert info.value.code == "staking-validator-banned"


@pytest.mark.parametrize(("asked", "status"), [(0, 1), (1, 1), (2, 2), (3, 1), (200, 1)])
def test_a_validator_chooses_between_active_and_inactive_only(asked: int, status: int) -> None:
    outcome = edit_validator(sample_state(), edit_message(status=asked), context())
    assert outcome.state.validator(FIRST).validator.status == status


def test_a_rate_above_the_largest_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        edit_validator(sample_state(), edit_message(commission_rate=Dec.parse("0.91")), context())
    assert info.value.code == "staking-commission-above-max"


def test_a_rate_changes_by_no_more_than_allowed_since_the_epoch_began() -> None:
    state = sample_state()
    first = edit_validator(state, edit_message(commission_rate=Dec.parse("0.5")), context())
    with pytest.raises(VerificationError) as info:
        edit_validator(first.state, edit_message(commission_rate=Dec.parse("0.61")), context())
    assert info.value.code == "staking-commission-change"
    edit_validator(first.state, edit_message(commission_rate=Dec.parse("0.6")), context())


def test_a_change_of_the_rate_needs_the_snapshot() -> None:
    with pytest.raises(MissingDataError) as info:
        edit_validator(sample_state(snapshots={}), edit_message(status=2), context())
    assert info.value.code == "staking-snapshot"


@pytest.mark.parametrize(("epoch", "refused"), [(14, False), (15, True)])
def test_a_rate_below_the_floor_is_refused_once_the_promotion_is_over(epoch: int, refused: bool) -> None:
    rules = switches(min_commission_rate_epoch=Epoch(0), min_commission_promo_period=10)
    low = sample_wrapper(FIRST, rates=("0.04", "0.9", "0.5"))
    state = sample_state(first_election_epochs={FIRST: Epoch(5)}, snapshots={FIRST: low}).with_validators(low)
    message = edit_message(status=2)
    if not refused:
        assert edit_validator(state, message, context(rules, epoch=epoch)).trace
        return
    with pytest.raises(VerificationError) as info:
        edit_validator(state, message, context(rules, epoch=epoch))
    assert info.value.code == "staking-commission-below-min"


def test_the_floor_needs_the_length_of_the_promotion() -> None:
    rules = switches(min_commission_rate_epoch=Epoch(0))
    low = sample_wrapper(FIRST, rates=("0.04", "0.9", "0.5"))
    state = sample_state(first_election_epochs={FIRST: Epoch(5)}, snapshots={FIRST: low}).with_validators(low)
    with pytest.raises(ConfigurationError) as info:
        edit_validator(state, edit_message(status=2), context(rules))
    assert info.value.code == "staking-promotion-period"


def test_another_message_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        apply_directive(sample_state(), "delegate", context())  # type: ignore[arg-type]
