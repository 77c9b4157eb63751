"""What double signing costs whom, and where the money goes."""

from dataclasses import replace
from functools import partial
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.chain import Moment, SlashRecord
from harmony_core.chain.validator_wrapper import Delegation, Undelegation, ValidatorStatus, ValidatorWrapper
from harmony_core.errors import MissingDataError, UnsupportedRulesError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import (
    STRICT,
    Address,
    BlockNumber,
    Compatibility,
    Epoch,
    ShardID,
    ViewID,
)
from harmony_core.staking import (
    SlashOutcome,
    StakingState,
    records_missing_from,
    replay_block_slashes,
    replay_slashes,
    slash_validator,
)
from support.outcome import outcome
from support.sample_chain_data import SLASH
from support.sample_validators import ADDRESS, DELEGATOR, ONE, VALIDATOR, a_wrapper

EPOCH = Epoch(5)
COINBASE = Address(b"\x77" * 20)
SNAPSHOT = a_wrapper()
REFERENCE = Compatibility.reference()


def about(offender: Address = ADDRESS, *, shard: int = 0, height: int = 1, view: int = 1) -> SlashRecord:
    moment = Moment(EPOCH, ShardID(shard), BlockNumber(height), ViewID(view))
    return replace(SLASH, evidence=replace(SLASH.evidence, moment=moment, offender=offender))


def with_delegations(*delegations: Delegation) -> ValidatorWrapper:
    return a_wrapper(delegations=delegations)


def replayed(current: ValidatorWrapper = SNAPSHOT, snapshot: ValidatorWrapper = SNAPSHOT) -> SlashOutcome:
    return replay_slashes(
        StakingState(validators={ADDRESS: current}), [about()], {EPOCH: {ADDRESS: snapshot}}, COINBASE
    )


def test_half_of_the_own_stake_and_four_fifths_of_that_from_delegators() -> None:
    slashed = replayed()
    wrapper = slashed.state.validator(ADDRESS)
    assert [delegation.amount for delegation in wrapper.delegations] == [20_000 * ONE, 44_000 * ONE]
    assert wrapper.validator.status == ValidatorStatus.BANNED
    assert (slashed.total_slashed, slashed.beneficiary_reward) == (36_000 * ONE, 18_000 * ONE)
    assert slashed.state.balance(COINBASE) == 18_000 * ONE
    assert slashed.state.balance(SLASH.reporter) == 0
    assert [(loss.delegator, loss.total) for loss in slashed.losses] == [
        (ADDRESS, 20_000 * ONE),
        (DELEGATOR, 16_000 * ONE),
    ]
    rules = [step.rule for step in slashed.trace]
    assert rules == ["slash-validator", "slash-delegator", "slash-money"]


def test_stake_pays_first_then_late_undelegations_then_the_reward() -> None:
    leaving = Delegation(
        DELEGATOR,
        1_000 * ONE,
        5_000 * ONE,
        (
            Undelegation(50_000 * ONE, Epoch(4)),
            Undelegation(2_000 * ONE, Epoch(5)),
            Undelegation(10_000 * ONE, Epoch(6)),
        ),
    )
    (_, loss) = replayed(with_delegations(SNAPSHOT.delegations[0], leaving)).losses
    assert (loss.from_stake, loss.from_undelegations, loss.from_reward) == (
        1_000 * ONE,
        12_000 * ONE,
        3_000 * ONE,
    )


def test_delegators_lose_by_what_the_validator_really_lost() -> None:
    poor = with_delegations(Delegation(ADDRESS, 0, 3 * ONE), SNAPSHOT.delegations[1])
    own, other = replayed(poor).losses
    assert own.total == 3 * ONE
    # Four fifths of it, by stake over that of the snapshot less what the validator has now.
    assert other.total == 3 * ONE * 8 // 10 * 60 // 100


def test_who_came_after_the_snapshot_loses_nothing() -> None:
    late = Delegation(Address(b"\x0c" * 20), 10 * ONE)
    slashed = replayed(with_delegations(*SNAPSHOT.delegations, late))
    assert slashed.state.validator(ADDRESS).delegations[2] == late


def test_a_validator_alone_is_slashed_alone() -> None:
    alone = with_delegations(SNAPSHOT.delegations[0])
    assert replayed(alone, alone).total_slashed == 20_000 * ONE


def test_a_division_by_the_stake_of_nobody_is_refused() -> None:
    current = with_delegations(Delegation(ADDRESS, 100_000 * ONE), SNAPSHOT.delegations[1])
    for compatibility in (STRICT, REFERENCE):
        with pytest.raises(VerificationError) as info:
            slash_validator(current, SNAPSHOT, EPOCH, compatibility=compatibility)
        assert info.value.code == "slash-no-external-stake"


def test_nobody_gains_by_a_slash() -> None:
    current = with_delegations(Delegation(ADDRESS, 200_000 * ONE), SNAPSHOT.delegations[1])
    with pytest.raises(VerificationError) as info:
        slash_validator(current, SNAPSHOT, EPOCH)
    assert info.value.code == "slash-external-stake"
    slashed = slash_validator(current, SNAPSHOT, EPOCH, compatibility=REFERENCE)
    assert slashed.losses[1].total < 0


def test_a_validator_without_a_delegation_of_its_own_is_refused() -> None:
    for current, snapshot in ((with_delegations(), SNAPSHOT), (SNAPSHOT, with_delegations())):
        with pytest.raises(VerificationError) as info:
            slash_validator(current, snapshot, EPOCH)
        assert info.value.code == "slash-self-delegation"


def test_without_the_snapshot_of_the_epoch_it_cannot_tell() -> None:
    state = StakingState(validators={ADDRESS: SNAPSHOT})
    for snapshots in ({}, {Epoch(6): {ADDRESS: SNAPSHOT}}, {EPOCH: {DELEGATOR: SNAPSHOT}}):
        with pytest.raises(MissingDataError) as info:
            replay_slashes(state, [about()], snapshots, COINBASE)
        assert info.value.code == "slash-snapshot"


def test_a_wrapper_that_would_break_its_own_rules_is_refused() -> None:
    broken = a_wrapper(validator=replace(VALIDATOR, max_total_delegation=10 * ONE))
    with pytest.raises(VerificationError) as info:
        slash_validator(broken, SNAPSHOT, EPOCH)
    assert info.value.code == "validator-max-total-delegation"


@pytest.mark.parametrize(("shard", "epoch"), [(1, 6), (0, 1)])
def test_only_the_beacon_chain_slashes_from_staking_on(shard: int, epoch: int) -> None:
    state = StakingState(validators={ADDRESS: SNAPSHOT})
    network = load_network("localnet")
    replay = partial(
        replay_block_slashes,
        state,
        snapshots={EPOCH: {ADDRESS: SNAPSHOT}},
        beneficiary=COINBASE,
        network=network,
        shard_id=ShardID(shard),
        epoch=Epoch(epoch),
    )
    with pytest.raises(VerificationError) as info:
        replay([about()])
    assert info.value.code == "slash-not-on-beacon-chain"
    assert replay([]).state == state


def test_slashes_under_unknown_rules_are_not_carried_out() -> None:
    with pytest.raises(UnsupportedRulesError):
        replay_block_slashes(
            StakingState(validators={ADDRESS: SNAPSHOT}),
            [about()],
            {EPOCH: {ADDRESS: SNAPSHOT}},
            COINBASE,
            network=load_network("mainnet"),
            shard_id=ShardID(0),
            epoch=Epoch(2964),
        )


def test_the_order_of_the_records_of_a_block_does_not_matter() -> None:
    # By the reference's comparison none of these comes first.
    moments = [(1, 1, 9), (0, 2, 7), (2, 3, 5), (0, 2, 3)]
    offenders = [Address(bytes([place]) * 20) for place in range(1, 5)]
    validators = {address: a_wrapper(address) for address in offenders}
    records = [
        about(offender, shard=shard, view=view, height=height)
        for offender, (shard, view, height) in zip(offenders, moments, strict=True)
    ]
    outcomes = [
        replay_block_slashes(
            StakingState(validators=validators),
            order,
            {EPOCH: validators},
            COINBASE,
            network=load_network("localnet"),
            shard_id=ShardID(0),
            epoch=Epoch(6),
        )
        for order in permutations(records)
    ]
    assert all(found == outcomes[0] for found in outcomes)
    assert outcomes[0].total_slashed == 4 * 36_000 * ONE


def test_records_are_told_apart_by_their_hashes() -> None:
    first, second = about(), about(DELEGATOR)
    assert records_missing_from([first], [second, first, second]) == (second, second)


AMOUNTS = st.integers(0, 10**6).map(lambda ones: ones * ONE)
DELEGATIONS = st.lists(
    st.builds(
        Delegation,
        st.sampled_from([ADDRESS, DELEGATOR, COINBASE]),
        AMOUNTS,
        AMOUNTS,
        st.lists(st.builds(Undelegation, AMOUNTS, st.integers(3, 7).map(Epoch)), max_size=3).map(tuple),
    ),
    max_size=4,
)


def total(wrapper: ValidatorWrapper) -> int:
    return sum(
        delegation.amount
        + delegation.reward
        + sum(undelegation.amount for undelegation in delegation.undelegations)
        for delegation in wrapper.delegations
    )


@given(
    current=DELEGATIONS,
    snapshot=DELEGATIONS,
    compatibility=st.sampled_from([STRICT, REFERENCE]),
)
def test_what_is_taken_is_what_is_missing_and_a_refusal_changes_nothing(
    current: list[Delegation], snapshot: list[Delegation], compatibility: Compatibility
) -> None:
    before = StakingState(validators={ADDRESS: with_delegations(*current)})
    snapshots = {EPOCH: {ADDRESS: with_delegations(*snapshot)}}
    found, refusal = outcome(
        lambda: replay_slashes(before, [about()], snapshots, COINBASE, compatibility=compatibility)
    )
    assert before == StakingState(validators={ADDRESS: with_delegations(*current)})
    if found is None:
        assert refusal is not None
        return
    after = found.state.validator(ADDRESS)
    assert total(before.validator(ADDRESS)) - total(after) == found.total_slashed
    assert found.total_slashed == sum(loss.total for loss in found.losses)
    assert found.state.balance(COINBASE) == found.total_slashed // 2
    if compatibility == STRICT:
        assert all(loss.total >= 0 for loss in found.losses)
