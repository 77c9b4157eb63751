"""What blocks pay: each rule, each refusal, and that a refusal changes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.chain import (
    Committee,
    CrossLink,
    Header,
    HeaderVersion,
    ShardState,
    Slot,
    encode_cross_links,
)
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.errors import HarmonyError, MissingDataError, UnsupportedRulesError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import (
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
)
from harmony_core.staking import (
    RewardedCommit,
    RewardedHeader,
    RewardOutcome,
    StakingState,
    pay_aggregated,
    pay_block,
    pay_each_block,
    pay_pre_staking,
)
from support.outcome import outcome
from support.sample_validators import ADDRESS, ONE, VALIDATOR, a_wrapper

LOCALNET, MAINNET = load_network("localnet"), load_network("mainnet")
OTHER = Address(b"\x0a" * 20)
STATE = StakingState(
    validators={ADDRESS: a_wrapper(), OTHER: a_wrapper(OTHER)},
    snapshots={ADDRESS: a_wrapper(), OTHER: a_wrapper(OTHER)},
)


def slot(place: int, address: Address, stake: int | None) -> Slot:
    key = BLSPublicKeyBytes(bytes([place]) * 48)
    return Slot(address, key, None if stake is None else Dec.from_int(stake))


HARMONY = Address(b"\x0b" * 20)
SLOTS = (slot(1, HARMONY, None), slot(2, ADDRESS, 100), slot(3, OTHER, 300), slot(4, ADDRESS, 100))
SHARD_STATE = ShardState(
    Epoch(2), (Committee(ShardID(0), SLOTS), Committee(ShardID(1), (SLOTS[0], SLOTS[2])))
)
STATES = {Epoch(epoch): SHARD_STATE for epoch in range(10)}


def own(bitmap: int = 0b1111, *, number: int = 40, epoch: int = 2) -> RewardedCommit:
    return RewardedCommit(ShardID(0), Epoch(epoch), number, bytes([bitmap]))


def linked(bitmap: int = 0b11, *, number: int = 39, epoch: int = 2) -> RewardedCommit:
    return RewardedCommit(ShardID(1), Epoch(epoch), number, bytes([bitmap]))


def each(header: RewardedHeader, *, state: StakingState = STATE) -> RewardOutcome:
    return pay_each_block(state, header, Dec.from_int(7 * ONE), network=LOCALNET, shard_states=STATES)


def test_elected_keys_that_signed_share_by_power_and_harmony_gets_nothing() -> None:
    paid = each(RewardedHeader(own()))
    assert [(reward.address, reward.amount) for reward in paid.payouts] == [
        (ADDRESS, 14 * ONE // 10),
        (OTHER, 42 * ONE // 10),
        (ADDRESS, 14 * ONE // 10),
    ]
    assert paid.total == 7 * ONE
    wrapper = paid.state.validator(ADDRESS)
    assert (wrapper.blocks_to_sign, wrapper.blocks_signed) == (2, 2)
    assert wrapper.block_reward == 28 * ONE // 10
    assert [step.rule for step in paid.trace] == ["reward-commit"] + ["reward-validator"] * 3


def test_who_does_not_sign_earns_nothing_and_is_counted() -> None:
    paid = each(RewardedHeader(own(0b0101)))
    assert [(reward.address, reward.amount) for reward in paid.payouts] == [(OTHER, 7 * ONE)]
    missed = paid.state.validator(ADDRESS)
    assert (missed.blocks_to_sign, missed.blocks_signed, missed.block_reward) == (2, 0, 0)


def test_without_elected_signers_nothing_is_paid() -> None:
    paid = each(RewardedHeader(own(0b0001)))
    assert (paid.total, paid.payouts) == (0, ())


def test_crosslinks_pay_like_blocks_and_before_them() -> None:
    paid = each(RewardedHeader(own(0b0111), (linked(),)))
    assert paid.payouts[0].amount == 7 * ONE
    assert paid.total == 14 * ONE
    assert paid.state.validator(OTHER).blocks_to_sign == 2


def test_a_crosslink_from_before_staking_pays_nothing() -> None:
    paid = each(RewardedHeader(own(), (linked(epoch=1),)))
    assert paid.total == 7 * ONE
    assert paid.state.validator(OTHER).blocks_to_sign == 1


def test_a_banned_validator_is_counted_but_not_paid() -> None:
    banned = a_wrapper(OTHER, validator=replace(VALIDATOR, address=OTHER, status=ValidatorStatus.BANNED))
    paid = each(RewardedHeader(own()), state=STATE.with_validators(banned))
    after = paid.state.validator(OTHER)
    assert paid.total == 7 * ONE
    assert (after.blocks_signed, after.block_reward) == (1, 0)


def test_hip30_keeps_a_quarter_for_recovery() -> None:
    epoch = Epoch(1673)
    paid = pay_aggregated(
        STATE,
        [RewardedHeader(own(epoch=1673), (linked(epoch=1673), linked(epoch=100)))],
        epoch,
        Dec.from_int(14 * ONE),
        network=MAINNET,
        shard_states={epoch: SHARD_STATE},
    )
    account = MAINNET.schedule.instance_for_epoch(epoch).hip30_recovery_address
    assert account is not None
    assert paid.total == 2 * 105 * ONE // 10
    # The crosslink from before staking pays nobody but counts.
    assert paid.recovery == Dec.from_int(3 * 35 * ONE // 10)
    assert paid.state.balance(account) == 3 * 35 * ONE // 10


def chain(length: int, *, first: int = 0, epoch: int = 3, shard: int = 0) -> list[Header]:
    headers: list[Header] = []
    for number in range(first, first + length):
        parent = headers[-1].hash if headers else Hash32.zero()
        headers.append(
            Header(
                version=HeaderVersion.V3,
                number=BlockNumber(number),
                epoch=Epoch(epoch),
                shard_id=ShardID(shard),
                parent_hash=parent,
                last_commit_bitmap=b"\x0f",
            )
        )
    return headers


def pay(headers: Sequence[Header], *, state: StakingState = STATE) -> RewardOutcome:
    return pay_block(state, headers[-1], headers[:-1], network=LOCALNET, shard_states=STATES)


def test_aggregated_rewards_are_paid_every_sixteenth_block() -> None:
    headers = chain(17, first=47 - 16)
    assert pay(headers).total == 16 * 7 * ONE
    assert pay(headers).state.validator(ADDRESS).blocks_signed == 32
    for length in (2, 3, 16):
        early = pay(headers[:length])
        assert (early.total, early.state) == (0, STATE)


def test_rewards_of_links_are_read_from_headers() -> None:
    link = CrossLink(
        Hash32.zero(), BlockNumber(9), ViewID(9), BLSSignatureBytes.zero(), b"\x03", ShardID(1), Epoch(2)
    )
    parent, child = chain(2, first=30, epoch=2)
    assert pay([parent, replace(child, cross_links=encode_cross_links([link]))]).total == 14 * ONE


def test_only_the_beacon_chain_pays_in_the_staking_era_and_genesis_never() -> None:
    assert pay(chain(2, first=30, epoch=2, shard=1)).total == 0
    assert pay(chain(1)).total == 0


def test_the_first_round_of_a_chain_includes_its_genesis_block() -> None:
    headers = [replace(header, epoch=Epoch(0)) for header in chain(1)]
    for number in range(1, 16):
        headers.append(replace(chain(1, first=number)[0], parent_hash=headers[-1].hash))
    # The genesis block and its child carry commits of epochs before staking.
    assert pay(headers).total == 14 * 7 * ONE


def test_before_staking_signers_share_evenly() -> None:
    parent, child = chain(2, first=10, epoch=0)
    paid = pay([parent, child])
    assert paid.total == 24 * ONE
    assert [paid.state.balance(account) for account in (HARMONY, ADDRESS, OTHER)] == [
        6 * ONE,
        12 * ONE,
        6 * ONE,
    ]
    assert pay(chain(2, epoch=0)).total == 0


def test_a_parent_that_nobody_signed_is_refused_before_staking() -> None:
    with pytest.raises(VerificationError) as info:
        pay_pre_staking(StakingState(), own(0), SHARD_STATE.committees[0])
    assert info.value.code == "reward-no-signers"


def test_a_header_that_is_not_the_parent_is_refused() -> None:
    parent, child = chain(2, first=30, epoch=2)
    with pytest.raises(VerificationError) as info:
        pay([replace(parent, time=1), child])
    assert info.value.code == "reward-parent"


def test_without_the_headers_before_it_cannot_tell() -> None:
    for headers in (chain(16, first=47 - 15), chain(1, first=47)):
        with pytest.raises(MissingDataError) as info:
            pay(headers)
        assert info.value.code == "reward-headers"


def test_without_the_committee_of_an_epoch_it_cannot_tell() -> None:
    with pytest.raises(MissingDataError) as info:
        each(RewardedHeader(own(epoch=99)))
    assert info.value.code == "reward-committees"


def test_the_rewards_of_unknown_rules_are_not_guessed() -> None:
    header = chain(1, first=50, epoch=2964)[0]
    with pytest.raises(UnsupportedRulesError):
        pay_block(STATE, header, [], network=MAINNET, shard_states=STATES)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (StakingState(), "staking-validator-unknown"),
        (replace(STATE, snapshots={}), "staking-snapshot"),
        (STATE.with_validators(a_wrapper(OTHER, delegations=())), "reward-delegations"),
    ],
)
def test_what_is_missing_from_the_state_is_named(state: StakingState, code: str) -> None:
    with pytest.raises(HarmonyError) as info:
        each(RewardedHeader(own()), state=state)
    assert info.value.code == code


COMMITS = st.builds(
    RewardedCommit,
    st.sampled_from([ShardID(0), ShardID(1), ShardID(7)]),
    st.sampled_from([Epoch(1), Epoch(2), Epoch(99)]),
    st.just(30),
    st.binary(max_size=2),
)
HEADERS = st.builds(RewardedHeader, COMMITS, st.lists(COMMITS, max_size=3).map(tuple))
RULES: list[Callable[..., RewardOutcome]] = [
    lambda state, header, **given: pay_each_block(state, header, Dec.from_int(ONE), **given),
    lambda state, header, **given: pay_aggregated(state, [header], Epoch(5), Dec.from_int(ONE), **given),
]


@given(
    header=HEADERS,
    rule=st.sampled_from(RULES),
    holes=st.sets(st.sampled_from(["validators", "snapshots", "delegations"])),
    compatibility=st.sampled_from([Compatibility(), Compatibility.reference()]),
)
@settings(max_examples=60, deadline=None)
def test_a_refusal_leaves_the_state_as_it_was(
    header: RewardedHeader,
    rule: Callable[..., RewardOutcome],
    holes: set[str],
    compatibility: Compatibility,
) -> None:
    state = replace(STATE, **{name: {} for name in holes & {"validators", "snapshots"}})
    if "delegations" in holes and "validators" not in holes:
        state = state.with_validators(a_wrapper(OTHER, delegations=()))
    before = repr(state)
    found, _ = outcome(
        partial(rule, state, header, network=LOCALNET, shard_states=STATES, compatibility=compatibility)
    )
    assert repr(state) == before
    if found is not None:
        assert found.total == sum(payout.amount for payout in found.payouts)
