"""Numbers about supply, stake and return."""

from dataclasses import replace

import pytest

from harmony_core.chain import Header, HeaderVersion
from harmony_core.chain.validator_wrapper import Delegation
from harmony_core.errors import MissingDataError, VerificationError
from harmony_core.params import load_network
from harmony_core.params.release_schedule import released_share
from harmony_core.primitives import BlockNumber, BLSPublicKeyBytes, Dec, Epoch, ShardID
from harmony_core.staking import (
    annual_return,
    annual_return_at,
    pre_staking_tokens,
    raw_stake_per_slot,
    staked_share,
    total_tokens,
)
from support.sample_validators import ADDRESS, ONE, VALIDATOR, a_wrapper

MAINNET, LOCALNET = load_network("mainnet"), load_network("localnet")
INITIAL = 12_600_000_000 * ONE


def test_mainnet_released_its_supply_until_may_2025() -> None:
    assert released_share(MAINNET, 0) == Dec.parse("0.242864761904762")
    assert released_share(MAINNET, 1_748_649_599) == Dec.parse("0.998029761904761")
    assert released_share(MAINNET, 1_748_649_600) == released_share(MAINNET, 1 << 62) == Dec.ONE
    assert released_share(LOCALNET, 0) == Dec.ONE


def test_the_supply_before_staking_counts_blocks_that_paid() -> None:
    # Blocks 2 to 20 of two shards, 24 ONE each.
    assert pre_staking_tokens(LOCALNET, INITIAL) == Dec(INITIAL + 2 * 19 * 24 * ONE)
    assert pre_staking_tokens(load_network("pangaea"), INITIAL) == Dec(INITIAL)


def test_another_shard_cannot_tell_the_supply() -> None:
    assert total_tokens(LOCALNET, Epoch(1), ShardID(1), initial_tokens=5, paid=7) == pre_staking_tokens(
        LOCALNET, 5
    )
    with pytest.raises(MissingDataError) as info:
        total_tokens(LOCALNET, Epoch(2), ShardID(1), initial_tokens=5, paid=7)
    assert info.value.code == "supply-beacon-chain"


def test_a_share_of_no_supply_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        staked_share(LOCALNET, 0, [1], initial_tokens=0, paid=0)
    assert info.value.code == "dec-division-by-zero"


def test_a_return_is_that_of_a_year() -> None:
    assert annual_return(reward=10, stake=31_557_600, seconds=3) == Dec.from_int(3)
    assert annual_return(reward=0, stake=0, seconds=3) == Dec.ZERO


def test_a_return_over_no_time_is_refused() -> None:
    for seconds in (0, -1):
        with pytest.raises(VerificationError) as info:
            annual_return(reward=10, stake=10, seconds=seconds)
        assert info.value.code == "apr-time"


def test_a_return_without_stake_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        annual_return(reward=10, stake=0, seconds=1)
    assert info.value.code == "apr-stake"


def test_a_return_needs_the_snapshot_and_the_header_before() -> None:
    now = Header(version=HeaderVersion.V3, epoch=Epoch(3), time=200)
    before = {BlockNumber(36): Header(version=HeaderVersion.V3, number=BlockNumber(36), time=100)}
    earned = a_wrapper(block_reward=1000 * ONE)
    assert annual_return_at(LOCALNET, now, before, earned, a_wrapper()) == Dec.parse("3155.76")
    for headers, snapshot, code in (({}, a_wrapper(), "apr-header"), (before, None, "apr-snapshot")):
        with pytest.raises(MissingDataError) as info:
            annual_return_at(LOCALNET, now, headers, earned, snapshot)
        assert info.value.code == code


def test_keys_past_the_limit_have_no_stake() -> None:
    keys = tuple(BLSPublicKeyBytes((2 * place).to_bytes(48, "big")) for place in range(20))
    wrapper = a_wrapper(
        validator=replace(VALIDATOR, slot_keys=keys), delegations=(Delegation(ADDRESS, 1000),)
    )
    assert raw_stake_per_slot(LOCALNET, Epoch(5), wrapper) == Dec.from_int(50)
    limit = MAINNET.schedule.instance_for_epoch(Epoch(1673)).slots_limit
    assert raw_stake_per_slot(MAINNET, Epoch(1673), wrapper) == Dec.from_int(1000).quo_int(limit)
    assert raw_stake_per_slot(LOCALNET, Epoch(5), a_wrapper(validator=replace(VALIDATOR, slot_keys=()))) == (
        Dec.ZERO
    )
