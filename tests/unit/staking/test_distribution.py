"""Sharing out rewards to the last atto."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.chain.validator_wrapper import Delegation, ValidatorStatus, ValidatorWrapper
from harmony_core.errors import HarmonyError, VerificationError
from harmony_core.primitives import Address, Compatibility, Dec
from harmony_core.staking import delegation_shares, with_reward
from support.outcome import outcome
from support.sample_validators import ADDRESS, DELEGATOR, ONE, VALIDATOR, a_wrapper

WRAPPER = a_wrapper()
SHARES = delegation_shares(WRAPPER)


def rewards(wrapper: ValidatorWrapper) -> list[int]:
    return [delegation.reward for delegation in wrapper.delegations]


def test_shares_are_those_of_the_stake() -> None:
    assert {ADDRESS: Dec.parse("0.4"), DELEGATOR: Dec.parse("0.6")} == SHARES
    nothing = replace(WRAPPER, delegations=(Delegation(ADDRESS, 0), Delegation(DELEGATOR, 0)))
    assert delegation_shares(nothing) == {}


def test_a_reward_is_shared_out_to_the_last_atto() -> None:
    third = Dec.from_int(1) / Dec.from_int(3)
    shares = {ADDRESS: third, DELEGATOR: third + third}
    for reward in (0, 1, 7, 10**18 + 1):
        after = with_reward(WRAPPER, WRAPPER, reward, shares)
        assert sum(rewards(after)) == reward
        assert after.block_reward == WRAPPER.block_reward + reward


def test_the_commission_comes_first() -> None:
    assert rewards(with_reward(WRAPPER, WRAPPER, 1000, SHARES)) == [100 + 360, 540]


def test_rounding_can_pay_more_than_the_reward() -> None:
    delegators = [Address(bytes([place]) * 20) for place in range(1, 5)]
    even = replace(WRAPPER, delegations=tuple(Delegation(address, ONE) for address in delegators))
    free = replace(
        even, validator=replace(VALIDATOR, commission=replace(VALIDATOR.commission, rate=Dec.ZERO))
    )
    assert rewards(with_reward(free, free, 3, delegation_shares(free))) == [1, 1, 1, 1]


def test_of_an_account_that_stands_twice_the_last_share_counts_for_both_places() -> None:
    twice = replace(WRAPPER, delegations=(*WRAPPER.delegations, Delegation(DELEGATOR, 100_000 * ONE)))
    assert delegation_shares(twice) == {ADDRESS: Dec.parse("0.2"), DELEGATOR: Dec.parse("0.5")}
    assert rewards(with_reward(twice, twice, 1000, delegation_shares(twice))) == [100 + 180, 450, 450]


def test_a_delegation_that_came_after_the_snapshot_earns_nothing() -> None:
    later = replace(WRAPPER, delegations=(*WRAPPER.delegations, Delegation(Address(b"\x09" * 20), ONE)))
    assert rewards(with_reward(later, WRAPPER, 1000, SHARES)) == [460, 540, 0]


def test_without_stake_the_commission_alone_is_paid() -> None:
    nothing = replace(WRAPPER, delegations=(Delegation(ADDRESS, 0), Delegation(DELEGATOR, 0)))
    assert rewards(with_reward(nothing, nothing, 1000, delegation_shares(nothing))) == [100, 0]


def test_a_banned_validator_earns_nothing() -> None:
    banned = replace(WRAPPER, validator=replace(VALIDATOR, status=ValidatorStatus.BANNED))
    assert with_reward(banned, WRAPPER, 100, {}) is banned


def test_rewards_that_cannot_be_shared_are_refused() -> None:
    with pytest.raises(VerificationError) as info:
        with_reward(WRAPPER, WRAPPER, 10, {ADDRESS: Dec.ONE})
    assert info.value.code == "reward-share"
    fewer = replace(WRAPPER, delegations=WRAPPER.delegations[:1])
    with pytest.raises(VerificationError) as info:
        with_reward(fewer, WRAPPER, 10, SHARES)
    assert info.value.code == "reward-delegations"


def test_the_reference_pays_up_to_a_missing_share() -> None:
    quirk = Compatibility(rewards_up_to_missing_share=True)
    third = Address(b"\x09" * 20)
    three = replace(WRAPPER, delegations=(*WRAPPER.delegations, Delegation(third, 0)))
    shares = {ADDRESS: Dec.parse("0.4"), third: Dec.ZERO}
    assert rewards(with_reward(three, three, 1000, shares, compatibility=quirk)) == [100 + 360, 0, 0]


def test_a_negative_reward_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        with_reward(WRAPPER, WRAPPER, -1, SHARES)
    assert info.value.code == "reward-amount"


@given(
    amounts=st.lists(st.integers(0, 10**30), min_size=1, max_size=6),
    reward=st.integers(0, 10**27),
    rate=st.integers(0, 10**18),
)
def test_every_part_is_what_plain_fractions_say(amounts: list[int], reward: int, rate: int) -> None:
    delegators = [Address(bytes([place]) * 20) for place in range(1, len(amounts) + 1)]
    commission = replace(VALIDATOR.commission, rate=Dec(rate))
    wrapper = replace(
        WRAPPER,
        validator=replace(VALIDATOR, commission=commission),
        delegations=tuple(map(Delegation, delegators, amounts)),
    )
    shares = delegation_shares(wrapper)
    whole = Dec.from_int(sum(amounts))
    quotients = [Dec.from_int(amount) / whole for amount in amounts] if whole else []
    assert list(shares.values()) == quotients
    after = with_reward(wrapper, wrapper, reward, shares)
    own = round(Fraction(rate * reward, ONE))
    parts = [round(Fraction(share.raw * (reward - own), ONE)) for share in shares.values()]
    rest = max(reward - own - sum(parts), 0) if shares else 0
    parts = parts or [0] * len(amounts)
    expected = [own + rest + parts[0], *parts[1:]] if reward else [0] * len(amounts)
    assert rewards(after) == expected


@given(
    reward=st.integers(-5, 10**400),
    shares=st.dictionaries(
        st.sampled_from([ADDRESS, DELEGATOR]), st.builds(Dec, st.integers(-(1 << 700), 1 << 700))
    ),
    compatibility=st.sampled_from([Compatibility(), Compatibility.reference()]),
)
def test_whatever_is_given_a_refusal_leaves_the_validator_as_it_was(
    reward: int, shares: dict[Address, Dec], compatibility: Compatibility
) -> None:
    before = WRAPPER.encode()
    _, refusal = outcome(lambda: with_reward(WRAPPER, WRAPPER, reward, shares, compatibility=compatibility))
    assert refusal is None or isinstance(refusal, HarmonyError)
    assert WRAPPER.encode() == before
