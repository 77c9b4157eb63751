"""Binary floating point, rounded with exact integers: what the reference computes in float32 or float64.

Only rules that the reference states in floating point need this; the result is the same on every machine.
"""

from fractions import Fraction
from typing import Final

__all__ = ["DOUBLE_BITS", "SINGLE_BITS", "nearest_binary_float"]

SINGLE_BITS: Final = 24
"""Significant bits of IEEE 754 single precision."""

DOUBLE_BITS: Final = 53
"""Significant bits of IEEE 754 double precision."""


def nearest_binary_float(value: Fraction, significant_bits: int) -> Fraction:
    """Round to so many significant bits, half to even, as IEEE 754 does in the normal range of its exponents."""
    if value == 0:
        return value
    exponent = abs(value.numerator).bit_length() - value.denominator.bit_length()
    if abs(value) < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** (exponent - significant_bits + 1)
    return round(value / unit) * unit
