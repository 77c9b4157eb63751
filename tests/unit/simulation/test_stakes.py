"""Stake distributions and the seats that the election makes of them."""

from fractions import Fraction

import pytest

from harmony_core.committee import EXTENDED_BOUND
from harmony_core.committee.decentralisation import nakamoto_coefficient
from harmony_core.errors import ConfigurationError, DecodeError
from harmony_core.simulation.stakes import (
    DISTRIBUTIONS,
    StakeDistribution,
    named_distribution,
    read_distribution,
    seats_of,
)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_named_distribution_fills_all_seats(name: str) -> None:
    distribution = named_distribution(name, 200)
    assert list(distribution.stakes) == sorted(distribution.stakes, reverse=True)
    counts = distribution.keys(200)
    assert sum(counts) >= 200
    assert 1 <= min(counts) <= max(counts) <= 106
    won = seats_of(distribution, shards=4, seats=50)
    assert len(won) == 200
    assert [seat.raw_stake for seat in won] == sorted((seat.raw_stake for seat in won), reverse=True)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_effective_stakes_stay_in_the_band(name: str) -> None:
    won = seats_of(named_distribution(name, 200), shards=4, seats=50)
    effective = [seat.effective_stake for seat in won]
    raw = sorted(seat.raw_stake for seat in won)
    median = Fraction(raw[99] + raw[100], 2)
    bound = Fraction(EXTENDED_BOUND.raw, 10**18)
    # The ends of the band are rounded to a whole 10^-18 atto.
    assert all((1 - bound) * median - 2 <= stake <= (1 + bound) * median + 2 for stake in effective)


def test_a_whale_is_cut_down() -> None:
    distribution = named_distribution("whale", 1000)
    won = seats_of(distribution, shards=4, seats=250)
    power = [0] * len(distribution.stakes)
    for seat in won:
        power[seat.owner] += seat.effective_stake
    assert nakamoto_coefficient(distribution.stakes) == 1
    assert nakamoto_coefficient(power) > 30


def test_the_limit_of_keys_per_shard_is_kept() -> None:
    distribution = named_distribution("steep", 200)
    limited = seats_of(distribution, shards=4, seats=50, keys_per_shard=3)
    assert max(sum(seat.owner == owner for seat in limited) for owner in range(40)) <= 12


def test_a_given_distribution_is_read() -> None:
    given = read_distribution("file", '["10000.5", 7000000000000000000, "20000"]')
    assert given.stakes == (20_000 * 10**18, 10_000_500_000_000_000_000_000, 7 * 10**18)


@pytest.mark.parametrize(
    "text", ["", "{}", "[1.5]", "[true]", "[null]", "nonsense", "[" * 5000, "[" + "9" * 5000 + "]"]
)
def test_text_that_is_no_distribution_is_refused(text: str) -> None:
    with pytest.raises(DecodeError) as info:
        read_distribution("file", text)
    assert info.value.code == "stake-distribution-json"


@pytest.mark.parametrize("text", ["[]", "[0]", "[-5]", '["-1"]', f"[{1 << 128}]"])
def test_stakes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError) as info:
        read_distribution("file", text)
    assert info.value.code == "stake-distribution"


def test_an_amount_that_is_no_number_is_refused() -> None:
    with pytest.raises(DecodeError) as info:
        read_distribution("file", '["ten"]')
    assert info.value.code == "dec-text"


def test_too_many_validators_are_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        StakeDistribution("many", (1,) * 20_001)
    assert info.value.code == "stake-distribution"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        named_distribution("flat", 100)
    assert info.value.code == "stake-distribution-name"
    assert "zipf" in str(info.value.expected)
