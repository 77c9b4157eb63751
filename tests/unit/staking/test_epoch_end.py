"""The end of an epoch: locks, payouts, marks of the election, and the endless payout of December 2023."""

from dataclasses import replace

import pytest

from harmony_core.chain.validator_wrapper import Delegation, Undelegation, ValidatorStatus
from harmony_core.errors import ConfigurationError, UnsupportedRulesError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import BlockNumber, Compatibility, Dec, Epoch
from harmony_core.staking import (
    Holdings,
    LockRules,
    StakingContext,
    StakingState,
    end_epoch,
    mark_election,
    store_validators,
    unlock,
    verify_supply,
)
from support.staking_sample import (
    ALICE,
    CAROL,
    FIRST,
    ONE,
    SECOND,
    context,
    sample_state,
    sample_wrapper,
    switches,
)

_ENTRIES = (Undelegation(1, Epoch(3)), Undelegation(2, Epoch(4)), Undelegation(4, Epoch(9)))
_DELEGATION = Delegation(ALICE, 0, 0, _ENTRIES)


@pytest.mark.parametrize(
    ("early", "drops", "last_elected", "outcome"),
    [
        (False, False, 0, (3, 0, 1)),
        (True, False, 4, (7, 0, 0)),
        (True, False, 5, (3, 0, 1)),
        (False, True, 0, (2, 1, 1)),
    ],
)
def test_what_is_due_leaves_from_the_oldest_on(
    early: bool, drops: bool, last_elected: int, outcome: tuple[int, int, int]
) -> None:
    rules = LockRules(period=7, early_unlock=early, drops_overdue=drops)
    unlocked = unlock(_DELEGATION, epoch=Epoch(11), last_epoch_in_committee=Epoch(last_elected), rules=rules)
    assert (unlocked.paid, unlocked.dropped, len(unlocked.delegation.undelegations)) == outcome


def test_nothing_is_paid_behind_a_locked_entry() -> None:
    unsorted = replace(_DELEGATION, undelegations=(_ENTRIES[2], _ENTRIES[0]))
    rules = LockRules(period=7, early_unlock=False, drops_overdue=False)
    assert unlock(unsorted, epoch=Epoch(11), last_epoch_in_committee=Epoch(0), rules=rules).paid == 0


def test_the_end_of_an_epoch_pays_before_it_marks_who_is_elected() -> None:
    before = sample_state()
    ended = end_epoch(before, [FIRST], Epoch(13), context(epoch=12))
    assert ended.paid == 900 * ONE  # early unlock: the validators have never been elected
    assert ended.state.balance(ALICE) == 10_900 * ONE
    assert ended.state.validator(FIRST).validator.last_epoch_in_committee == 13
    assert ended.state.validator(SECOND).validator.last_epoch_in_committee == 0
    assert [step.rule for step in ended.trace].count("staking-payout-early-unlock") == 1
    verify_supply(before, ended.state)
    assert store_validators(before, ended.state) == (ended.state, ())


def test_a_validator_made_in_the_last_block_is_not_listed_yet() -> None:
    late = sample_wrapper(FIRST, rates=("0.1", "0.1", "0.1"), creation_height=100)
    rules = switches(max_rate_epoch=Epoch(0), hip30_epoch=Epoch(0), min_commission_promo_period=0)
    state = sample_state().with_validators(late)
    assert end_epoch(state, [], Epoch(11), context(rules)).state.validator(FIRST) == late
    later = end_epoch(state, [], Epoch(11), context(rules, number=101))
    assert later.state.validator(FIRST).validator.commission.max_rate == Dec.parse("0.17")


def test_the_end_of_the_last_known_epoch_goes_by_rules_that_are_not_known() -> None:
    with pytest.raises(UnsupportedRulesError) as info:
        end_epoch(sample_state(), [], Epoch(2964), _mainnet(2963, Compatibility()))
    assert info.value.code == "rules-unknown"


def test_a_shard_state_of_before_staking_brings_no_rule_of_the_next_epoch() -> None:
    rules = switches(max_rate_epoch=Epoch(0), hip30_epoch=Epoch(0), min_commission_promo_period=0)
    state = sample_state(first_election_epochs={FIRST: Epoch(1)})
    state = state.with_validators(sample_wrapper(FIRST, rates=("0.01", "0.02", "0.01")))
    ended = end_epoch(state, [], None, context(rules, epoch=3))
    assert ended.state == state
    raised = end_epoch(state, [], Epoch(4), context(rules, epoch=3))
    assert raised.state.validator(FIRST).validator.commission.max_rate == Dec.parse("0.08")


def test_only_validators_are_elected() -> None:
    with pytest.raises(VerificationError) as info:
        mark_election(sample_state(), [CAROL], Epoch(11), switches())
    assert info.value.code == "staking-validator-unknown"


def test_the_floor_needs_the_length_of_the_promotion() -> None:
    with pytest.raises(ConfigurationError) as info:
        mark_election(sample_state(), [FIRST], Epoch(11), switches(min_commission_rate_epoch=Epoch(0)))
    assert info.value.code == "staking-promotion-period"


def _before_december_2023() -> StakingState:
    """A validator whose largest rate is below 7 %, and an undelegation that falls due at the end of epoch 1690."""
    alice = Delegation(ALICE, 0, 0, (Undelegation(500 * ONE, Epoch(1683)),))
    wrapper = sample_wrapper(
        FIRST, delegations=(alice,), rates=("0.05", "0.06", "0.01"), last_epoch_in_committee=Epoch(1690)
    )
    return StakingState(
        validators={FIRST: wrapper}, balances={ALICE: ONE}, first_election_epochs={FIRST: Epoch(700)}
    )


def _mainnet(epoch: int, compatibility: Compatibility) -> StakingContext:
    network = load_network("mainnet")
    number = network.schedule.last_block_of_epoch(Epoch(epoch))
    return StakingContext(
        network=network, epoch=Epoch(epoch), block_number=BlockNumber(number), compatibility=compatibility
    )


_DEFECT = Compatibility(unstored_validator_changes=True)


def test_december_2023_an_undelegation_was_paid_at_the_end_of_every_epoch() -> None:
    state = _before_december_2023()
    paid = []
    for epoch in range(1690, 1694):
        ended = end_epoch(state, [FIRST], Epoch(epoch + 1), _mainnet(epoch, _DEFECT))
        stored, lost = store_validators(state, ended.state, compatibility=_DEFECT)
        paid.append(ended.paid)
        assert [step.rule for step in lost] == ["validator-rate-above-max"]
        assert stored.validator(FIRST) == state.validator(FIRST)
        # Counting all money shows it in the very first block.
        with pytest.raises(VerificationError) as info:
            verify_supply(state, stored)
        assert info.value.code == "staking-supply"
        assert Holdings.of(stored).total - Holdings.of(state).total == 500 * ONE
        state = stored
    assert paid == [500 * ONE] * 4
    assert state.balance(ALICE) == 2001 * ONE
    assert state.validator(FIRST).delegations[1].undelegations == (Undelegation(500 * ONE, Epoch(1683)),)


def test_december_2023_strict_refuses_the_block_that_cannot_store_its_validator() -> None:
    state = _before_december_2023()
    ended = end_epoch(state, [FIRST], Epoch(1691), _mainnet(1690, Compatibility()))
    with pytest.raises(VerificationError) as info:
        store_validators(state, ended.state)
    assert info.value.code == "validator-rate-above-max"


def test_december_2023_the_repair_drops_what_had_been_paid_and_raises_the_largest_rate() -> None:
    state = _before_december_2023()
    ended = end_epoch(state, [FIRST], Epoch(1733), _mainnet(1732, Compatibility()))
    stored, lost = store_validators(state, ended.state)
    assert lost == ()
    assert (ended.paid, ended.dropped) == (0, 500 * ONE)
    validator = stored.validator(FIRST)
    assert validator.delegations[1].undelegations == ()
    assert validator.validator.commission.rate == Dec.parse("0.07")
    assert validator.validator.commission.max_rate == Dec.parse("0.08")
    verify_supply(state, stored, burnt=ended.dropped)
    again = end_epoch(stored, [FIRST], Epoch(1734), _mainnet(1733, Compatibility()))
    assert (again.paid, again.dropped) == (0, 0)


def test_a_largest_rate_could_exceed_1_before_it_was_capped() -> None:
    state = sample_state().with_validators(sample_wrapper(FIRST, rates=("0.1", "1", "1")))
    rules = {"max_rate_epoch": Epoch(0), "hip30_epoch": Epoch(0), "min_commission_promo_period": 0}
    ended = end_epoch(state, [], Epoch(11), context(switches(**rules)))
    with pytest.raises(VerificationError) as info:
        store_validators(state, ended.state)
    assert info.value.code == "validator-rate-range"
    capped = end_epoch(state, [], Epoch(11), context(switches(top_max_rate_epoch=Epoch(0), **rules)))
    assert store_validators(state, capped.state)[0].validator(FIRST).validator.commission.max_rate == Dec.ONE


def test_a_new_validator_that_fails_its_check_is_never_stored() -> None:
    state = sample_state()
    broken = sample_wrapper(CAROL, own=1, status=ValidatorStatus.ACTIVE)
    with pytest.raises(VerificationError) as info:
        store_validators(state, state.with_validators(broken), compatibility=_DEFECT)
    assert info.value.code == "validator-self-delegation"
