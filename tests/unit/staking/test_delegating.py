"""Delegating, undelegating, collecting, and moving delegations."""

from dataclasses import replace

import pytest

from harmony_core.chain.staking_message import CollectRewards, Delegate, Undelegate
from harmony_core.chain.validator_wrapper import Delegation, Undelegation, ValidatorStatus
from harmony_core.errors import VerificationError
from harmony_core.params import ChainConfig
from harmony_core.primitives import BlockNumber, Compatibility, Epoch
from harmony_core.staking import (
    DelegationIndex,
    collect_rewards,
    delegate,
    migrate,
    minimum_delegation,
    undelegate,
    verify_supply,
)
from harmony_core.staking.collecting import COLLECT_REWARDS_TOPIC
from harmony_core.staking.delegating import DELEGATE_TOPIC
from support.staking_sample import (
    ALICE,
    BOB,
    CAROL,
    FIRST,
    ONE,
    SECOND,
    context,
    sample_state,
    sample_wrapper,
    switches,
)

_OLD = switches()


def test_a_new_delegator_stands_last_and_pays_from_its_balance() -> None:
    before = sample_state()
    outcome = delegate(before, Delegate(CAROL, FIRST, 100 * ONE), context())
    assert outcome.state.validator(FIRST).delegations[-1] == Delegation(CAROL, 100 * ONE)
    assert outcome.state.balance(CAROL) == 29_900 * ONE
    assert outcome.logs == ()
    assert outcome.delegated == (CAROL, FIRST)
    verify_supply(before, outcome.state)


@pytest.mark.parametrize(("config", "least"), [(_OLD, 1000), (None, 100)])
def test_a_small_delegation_is_refused(config: ChainConfig | None, least: int) -> None:
    rules = context(config)
    assert minimum_delegation(rules.config, rules.epoch) == least * ONE
    delegate(sample_state(), Delegate(CAROL, FIRST, least * ONE), rules)
    with pytest.raises(VerificationError) as info:
        delegate(sample_state(), Delegate(CAROL, FIRST, least * ONE - 1), rules)
    assert info.value.code == "staking-delegation-minimum"


def test_tokens_on_their_way_back_go_first_and_the_oldest_first() -> None:
    before = sample_state()
    outcome = delegate(before, Delegate(ALICE, SECOND, 650 * ONE), context())
    first, second = outcome.state.validator(FIRST), outcome.state.validator(SECOND)
    # 300 of epoch 5 at the first validator; those of the present epoch 10 stay; then 350 of 400 at the second one.
    assert first.delegations[1].undelegations == (Undelegation(200 * ONE, Epoch(10)),)
    assert second.delegations[1] == Delegation(ALICE, 650 * ONE, 5, (Undelegation(50 * ONE, Epoch(4)),))
    assert outcome.balance_change == 0
    assert [log.topics for log in outcome.logs] == [(DELEGATE_TOPIC,)] * 2
    assert [(log.data[:20], int.from_bytes(log.data[20:], "big")) for log in outcome.logs] == [
        (FIRST, 300 * ONE),
        (SECOND, 350 * ONE),
    ]
    assert [step.rule for step in outcome.trace].count("staking-redelegation") == 2
    verify_supply(before, outcome.state)


def test_what_is_missing_comes_from_the_balance() -> None:
    outcome = delegate(sample_state(), Delegate(ALICE, FIRST, 1_000 * ONE), context())
    assert outcome.balance_change == -300 * ONE
    assert outcome.state.validator(SECOND).delegations[1].undelegations == ()


def test_before_redelegation_all_comes_from_the_balance() -> None:
    outcome = delegate(sample_state(), Delegate(ALICE, FIRST, 1_000 * ONE), context(_OLD))
    assert outcome.balance_change == -1_000 * ONE


def test_a_delegation_above_the_balance_is_refused_and_changes_nothing() -> None:
    before = sample_state()
    with pytest.raises(VerificationError) as info:
        delegate(before, Delegate(ALICE, FIRST, 10_701 * ONE), context())
    assert info.value.code == "staking-balance"
    assert before == sample_state()


def test_only_a_validator_takes_delegations() -> None:
    with pytest.raises(VerificationError) as info:
        delegate(sample_state(), Delegate(ALICE, CAROL, 100 * ONE), context())
    assert info.value.code == "staking-validator-unknown"


def test_a_validator_takes_no_more_than_it_said() -> None:
    full = replace(sample_state().validator(FIRST).validator, max_total_delegation=26_099 * ONE)
    state = sample_state()
    state = state.with_validators(replace(state.validator(FIRST), validator=full))
    with pytest.raises(VerificationError) as info:
        delegate(state, Delegate(CAROL, FIRST, 100 * ONE), context())
    assert info.value.code == "validator-total-delegation"


def test_an_index_past_the_list_is_refused() -> None:
    state = sample_state(delegation_indexes={ALICE: (DelegationIndex(FIRST, 3),)})
    for compatibility in (Compatibility(), Compatibility.reference()):
        with pytest.raises(VerificationError) as info:
            delegate(state, Delegate(ALICE, FIRST, 100 * ONE), context(compatibility=compatibility))
        assert info.value.code == "staking-index-range"


def test_an_index_to_the_delegation_of_another_is_refused() -> None:
    state = sample_state(delegation_indexes={BOB: (DelegationIndex(FIRST, 1),)})
    with pytest.raises(VerificationError) as info:
        collect_rewards(state, CollectRewards(BOB), context())
    assert info.value.code == "staking-index-owner"
    lenient = context(compatibility=Compatibility(unchecked_delegation_indexes=True))
    assert collect_rewards(state, CollectRewards(BOB), lenient).balance_change == 7


def test_indexes_that_name_a_validator_twice_make_money_in_the_reference_only() -> None:
    state = sample_state(delegation_indexes={BOB: (DelegationIndex(FIRST, 2),) * 2})
    with pytest.raises(VerificationError) as info:
        collect_rewards(state, CollectRewards(BOB), context())
    assert info.value.code == "staking-index-repeated"
    lenient = context(compatibility=Compatibility(unchecked_delegation_indexes=True))
    outcome = collect_rewards(state, CollectRewards(BOB), lenient)
    assert outcome.balance_change == 22
    with pytest.raises(VerificationError) as info:
        verify_supply(state, outcome.state)
    assert info.value.code == "staking-supply"


def test_a_delegator_that_stands_twice_is_added_to_twice_in_the_reference_only() -> None:
    twice = sample_wrapper(delegations=(Delegation(BOB, ONE), Delegation(BOB, ONE)))
    state = sample_state(delegation_indexes={}).with_validators(twice)
    with pytest.raises(VerificationError) as info:
        delegate(state, Delegate(BOB, FIRST, 100 * ONE), context())
    assert info.value.code == "staking-delegator-repeated"
    lenient = context(compatibility=Compatibility(repeated_delegators=True))
    outcome = delegate(state, Delegate(BOB, FIRST, 100 * ONE), lenient)
    assert [delegation.amount for delegation in outcome.state.validator(FIRST).delegations[1:]] == [
        101 * ONE
    ] * 2


def test_a_delegation_counts_from_the_next_block_on() -> None:
    index = DelegationIndex(FIRST, 2, BlockNumber(100))
    state = sample_state(delegation_indexes={BOB: (index,)})
    with pytest.raises(VerificationError) as info:
        collect_rewards(state, CollectRewards(BOB), context(number=100))
    assert info.value.code == "staking-rewards-none"
    assert collect_rewards(state, CollectRewards(BOB), context(number=101)).balance_change == 11


def test_rewards_of_all_delegations_are_paid() -> None:
    before = sample_state()
    outcome = collect_rewards(before, CollectRewards(ALICE), context())
    assert outcome.balance_change == 12
    assert [log.topics for log in outcome.logs] == [(COLLECT_REWARDS_TOPIC,)]
    assert outcome.logs[0].data == b"\x0c"
    assert outcome.state.validator(FIRST).delegations[1].reward == 0
    verify_supply(before, outcome.state)


@pytest.mark.parametrize("amount", [0, 1 << 64, 5 << 64])
def test_a_sum_whose_low_64_bits_are_zero_counts_as_nothing(amount: int) -> None:
    wrapper = sample_wrapper(delegations=(Delegation(ALICE, 0, amount),))
    state = sample_state(delegation_indexes={ALICE: (DelegationIndex(FIRST, 1),)}).with_validators(wrapper)
    with pytest.raises(VerificationError) as info:
        collect_rewards(state, CollectRewards(ALICE), context())
    assert info.value.code == "staking-rewards-none"


def test_an_undelegation_joins_that_of_its_epoch() -> None:
    before = sample_state()
    outcome = undelegate(before, Undelegate(ALICE, FIRST, 50 * ONE), context())
    delegation = outcome.state.validator(FIRST).delegations[1]
    assert delegation.amount == 4_950 * ONE
    assert delegation.undelegations == (Undelegation(300 * ONE, Epoch(5)), Undelegation(250 * ONE, Epoch(10)))
    verify_supply(before, outcome.state)


def test_undelegations_stand_in_the_order_of_their_epochs() -> None:
    outcome = undelegate(sample_state(), Undelegate(ALICE, FIRST, ONE), context(epoch=7))
    entries = outcome.state.validator(FIRST).delegations[1].undelegations
    assert [entry.epoch for entry in entries] == [5, 7, 10]


def test_a_delegation_that_is_taken_back_whole_keeps_its_place() -> None:
    outcome = undelegate(sample_state(), Undelegate(BOB, FIRST, 1_000 * ONE), context())
    assert outcome.state.validator(FIRST).delegations[2].amount == 0


def test_nothing_cannot_be_taken_back() -> None:
    with pytest.raises(VerificationError) as info:
        undelegate(sample_state(), Undelegate(ALICE, FIRST, 0), context())
    assert info.value.code == "staking-undelegation-amount"


def test_no_more_is_taken_back_than_is_delegated() -> None:
    with pytest.raises(VerificationError) as info:
        undelegate(sample_state(), Undelegate(ALICE, FIRST, 5_000 * ONE + 1), context())
    assert info.value.code == "staking-undelegation-stake"


def test_only_a_delegator_takes_back() -> None:
    with pytest.raises(VerificationError) as info:
        undelegate(sample_state(), Undelegate(CAROL, FIRST, ONE), context())
    assert info.value.code == "staking-undelegation-absent"


def test_a_validator_that_takes_back_too_much_becomes_inactive() -> None:
    outcome = undelegate(sample_state(), Undelegate(FIRST, FIRST, 10_001 * ONE), context())
    assert outcome.state.validator(FIRST).validator.status is ValidatorStatus.INACTIVE
    exactly = undelegate(sample_state(), Undelegate(FIRST, FIRST, 10_000 * ONE), context())
    assert exactly.state.validator(FIRST).validator.status is ValidatorStatus.ACTIVE


def test_a_banned_validator_stays_banned_when_it_takes_back() -> None:
    state = sample_state().with_validators(sample_wrapper(status=ValidatorStatus.BANNED))
    outcome = undelegate(state, Undelegate(FIRST, FIRST, 20_000 * ONE), context())
    assert outcome.state.validator(FIRST).validator.status is ValidatorStatus.BANNED


def test_delegations_move_with_what_is_on_its_way_back() -> None:
    state = sample_state()
    bob = replace(state.validator(FIRST).delegations[2], undelegations=(Undelegation(ONE, Epoch(5)),))
    first = state.validator(FIRST)
    state = state.with_validators(replace(first, delegations=(*first.delegations[:2], bob)))
    moved = migrate(state, BOB, ALICE)
    alice, emptied = moved.state.validator(FIRST).delegations[1:]
    assert alice.amount == 6_000 * ONE
    assert alice.undelegations == (Undelegation(301 * ONE, Epoch(5)), Undelegation(200 * ONE, Epoch(10)))
    assert (emptied.amount, emptied.undelegations, emptied.reward) == (0, (), 11)
    assert moved.delegations == (Delegate(ALICE, FIRST, 6_000 * ONE),)
    verify_supply(state, moved.state)


def test_a_validator_that_moves_its_own_stake_becomes_inactive() -> None:
    moved = migrate(sample_state(), FIRST, CAROL)
    assert moved.state.validator(FIRST).validator.status is ValidatorStatus.INACTIVE


def test_delegations_do_not_move_to_where_they_are() -> None:
    with pytest.raises(VerificationError) as info:
        migrate(sample_state(), BOB, BOB)
    assert info.value.code == "staking-migration-self"


def test_there_is_something_to_move() -> None:
    with pytest.raises(VerificationError) as info:
        migrate(sample_state(), CAROL, BOB)
    assert info.value.code == "staking-migration-none"


def test_what_is_on_its_way_back_is_lost_in_the_reference_only() -> None:
    state = sample_state()
    with pytest.raises(VerificationError) as info:
        migrate(state, ALICE, CAROL)
    assert info.value.code == "staking-migration-loss"
    moved = migrate(state, ALICE, CAROL, compatibility=Compatibility(migration_loses_undelegations=True))
    with pytest.raises(VerificationError) as info:
        verify_supply(state, moved.state)
    assert info.value.code == "staking-supply"
    verify_supply(state, moved.state, burnt=900 * ONE)


def test_the_delegation_of_another_does_not_move() -> None:
    state = sample_state(delegation_indexes={BOB: (DelegationIndex(FIRST, 1),)})
    with pytest.raises(VerificationError) as info:
        migrate(state, BOB, CAROL, compatibility=Compatibility.reference())
    assert info.value.code == "staking-index-owner"
