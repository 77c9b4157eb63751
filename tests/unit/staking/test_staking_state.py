"""The state that the staking rules work on."""

import pytest

from harmony_core.errors import VerificationError
from harmony_core.primitives import Address, BlockNumber
from harmony_core.staking import DelegationIndex, FrozenMap, StakingState
from support.staking_sample import ALICE, BOB, FIRST, SECOND, sample_state, sample_wrapper


def test_a_balance_below_zero_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        StakingState(balances={ALICE: -1})
    assert info.value.code == "staking-state-balance"


@pytest.mark.parametrize("name", ["validators", "snapshots", "coming_snapshots"])
def test_a_wrapper_under_another_account_is_refused(name: str) -> None:
    with pytest.raises(VerificationError) as info:
        StakingState(**{name: {SECOND: sample_wrapper(FIRST)}})  # type: ignore[arg-type]
    assert info.value.code == "staking-state-address"


def test_what_was_given_can_change_without_the_state() -> None:
    balances = {ALICE: 1}
    state = StakingState(balances=balances)
    balances[ALICE] = 2
    assert state.balance(ALICE) == 1
    assert state == StakingState(balances=FrozenMap({ALICE: 1}))
    assert repr(state.balances) == f"FrozenMap({{{ALICE!r}: 1}})"


def test_crediting_makes_another_state() -> None:
    state = StakingState(balances={ALICE: 5})
    after = state.credited_all({ALICE: -5, BOB: 7})
    assert (state.balance(ALICE), state.balance(BOB)) == (5, 0)
    assert (after.balance(ALICE), after.balance(BOB)) == (0, 7)
    assert state.credited(ALICE, 0) is state
    with pytest.raises(VerificationError) as info:
        state.credited_all({BOB: 1, ALICE: -6})
    assert info.value.code == "staking-balance"


def test_a_validator_keeps_its_place_when_it_changes() -> None:
    state = sample_state()
    changed = state.with_validators(sample_wrapper(FIRST, own=30_000))
    assert list(changed.validators) == list(state.validators)
    assert state.with_validators() == state


def test_delegations_of_later_blocks_are_left_out() -> None:
    entries = tuple(DelegationIndex(FIRST, place, BlockNumber(10 + place)) for place in range(3))
    state = StakingState(delegation_indexes={ALICE: entries})
    assert state.delegations_of(ALICE) == entries
    assert state.delegations_of(ALICE, BlockNumber(12)) == entries[:2]
    assert state.delegations_of(Address.zero()) == ()
