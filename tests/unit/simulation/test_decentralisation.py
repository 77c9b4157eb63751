"""The spread of power: plain proof of stake beside the election."""

from fractions import Fraction

import pytest

from harmony_core.primitives import Dec
from harmony_core.simulation.decentralisation import compare_spreads
from harmony_core.simulation.stakes import DISTRIBUTIONS, StakeDistribution, named_distribution


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_election_hardly_adds_to_the_largest_and_cuts_down_who_stands_out(name: str) -> None:
    found = compare_spreads(named_distribution(name, 400), shards=4, seats=100)
    assert found.seats == 400
    # Who is outbid leaves its part of the power to the others.
    assert found.elected.largest <= found.plain.largest * Fraction(102, 100)
    if name in {"steep", "whale"}:
        assert found.elected.largest < found.plain.largest * Fraction(7, 10)
    assert found.elected.to_stop >= found.plain.to_stop
    assert found.elected.to_rule >= found.plain.to_rule - 1
    assert found.validators_elected <= len(found.distribution.stakes)


def test_a_wide_band_leaves_power_to_stake_and_a_narrow_one_to_seats() -> None:
    steep = named_distribution("steep", 400)
    wide = compare_spreads(steep, shards=4, seats=100, bound=Dec.ONE)
    narrow = compare_spreads(steep, shards=4, seats=100, bound=Dec.ZERO)
    assert narrow.elected.gini < wide.elected.gini < wide.plain.gini
    # Without a band all seats weigh the same, and the largest validator has 106 of 400.
    assert narrow.elected.largest == Fraction(106, 400)


def test_equal_stakes_stay_equal() -> None:
    found = compare_spreads(StakeDistribution("equal", (10**24,) * 30), shards=3, seats=10)
    assert found.plain == found.elected
    assert (found.plain.to_stop, found.plain.to_rule) == (11, 21)
    assert found.plain.gini == 0


def test_a_limit_of_keys_per_shard_cuts_the_largest_down_further() -> None:
    steep = named_distribution("steep", 400)
    limited = compare_spreads(steep, shards=4, seats=100, keys_per_shard=6)
    assert limited.elected.largest < compare_spreads(steep, shards=4, seats=100).elected.largest
