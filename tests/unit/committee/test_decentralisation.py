"""Coefficients of distributions of power, against their definitions."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.committee.decentralisation import gini_coefficient, largest_share, nakamoto_coefficient
from harmony_core.committee.safety import ONE_THIRD, TWO_THIRDS
from harmony_core.errors import VerificationError

POWERS = st.lists(st.integers(0, 20), min_size=1, max_size=7).filter(any)


@given(POWERS, st.sampled_from([ONE_THIRD, TWO_THIRDS, Fraction(1, 2), Fraction(0)]))
def test_the_nakamoto_coefficient_is_the_size_of_the_smallest_such_coalition(
    powers: list[int], threshold: Fraction
) -> None:
    sizes = [
        size
        for size in range(len(powers) + 1)
        for members in itertools.combinations(powers, size)
        if sum(members) > threshold * sum(powers)
    ]
    assert nakamoto_coefficient(powers, threshold) == min(sizes)


@given(POWERS)
def test_the_gini_coefficient_is_half_the_relative_mean_difference(powers: list[int]) -> None:
    differences = sum(abs(a - b) for a in powers for b in powers)
    assert gini_coefficient(powers) == Fraction(differences, 2 * len(powers) * sum(powers))
    assert 0 <= gini_coefficient(powers) < 1


def test_by_hand() -> None:
    assert nakamoto_coefficient([1] * 9) == 4
    assert nakamoto_coefficient([1] * 9, TWO_THIRDS) == 7
    assert nakamoto_coefficient([50, 1, 1]) == 1
    assert gini_coefficient([5, 5, 5]) == 0
    assert gini_coefficient([0, 0, 0, 8]) == Fraction(3, 4)
    assert largest_share([1, 2, 5]) == Fraction(5, 8)


@pytest.mark.parametrize("powers", [[], [0, 0], [3, -1]])
def test_a_distribution_of_nothing_is_refused(powers: list[int]) -> None:
    for compute in (nakamoto_coefficient, gini_coefficient, largest_share):
        with pytest.raises(VerificationError) as info:
            compute(powers)
        assert info.value.code == "power-distribution"


@pytest.mark.parametrize("threshold", [Fraction(1), Fraction(-1, 2)])
def test_a_threshold_that_nothing_exceeds_is_refused(threshold: Fraction) -> None:
    with pytest.raises(VerificationError) as info:
        nakamoto_coefficient([1, 2], threshold)
    assert info.value.code == "power-threshold"
