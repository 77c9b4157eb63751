"""How widely power is spread: Nakamoto and Gini coefficients, exact.

Source: B. Srinivasan and L. Lee, Quantifying Decentralization (2017), for the Nakamoto coefficient; C. Gini (1912).
"""

from collections.abc import Sequence
from fractions import Fraction

from harmony_core.committee.safety import ONE_THIRD
from harmony_core.errors import VerificationError, require

__all__ = ["gini_coefficient", "largest_share", "nakamoto_coefficient"]


def nakamoto_coefficient(powers: Sequence[int], threshold: Fraction = ONE_THIRD) -> int:
    """Return how few holders together have more than ``threshold`` of all power.

    Args:
        powers: the power of each holder, in any unit, not negative and not all zero.
        threshold: a part of the whole, 0 to 1, but not 1 itself, which nothing exceeds.

    Raises:
        VerificationError: ``power-distribution``, ``power-threshold``.
    """
    total = _total(powers)
    require(
        0 <= threshold < 1,
        VerificationError,
        "power-threshold",
        "A threshold is a part of the power that can be exceeded.",
        actual=threshold,
    )
    held = 0
    for count, power in enumerate(sorted(powers, reverse=True), start=1):
        held += power
        if held > threshold * total:
            return count
    return len(powers)


def gini_coefficient(powers: Sequence[int]) -> Fraction:
    """Return the Gini coefficient: 0 if all have the same, near 1 if one of many has everything.

    Raises:
        VerificationError: ``power-distribution``.
    """
    total = _total(powers)
    count = len(powers)
    ranked = sum(rank * power for rank, power in enumerate(sorted(powers), start=1))
    return Fraction(2 * ranked, count * total) - Fraction(count + 1, count)


def largest_share(powers: Sequence[int]) -> Fraction:
    """Return the part of all power that the largest holder has.

    Raises:
        VerificationError: ``power-distribution``.
    """
    return Fraction(max(powers, default=0), _total(powers))


def _total(powers: Sequence[int]) -> int:
    total = sum(powers)
    require(
        total > 0 and min(powers) >= 0,
        VerificationError,
        "power-distribution",
        "A distribution of power has no negative part, and somebody has some.",
    )
    return total
