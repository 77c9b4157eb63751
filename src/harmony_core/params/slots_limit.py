"""The limit of a validator's slots per shard (HIP-16), which the reference computes in 32-bit floating point.

Source: harmony-one/harmony, internal/configs/sharding/instance.go, MustNewInstance.
"""

from fractions import Fraction
from typing import Final

__all__ = ["slots_limit_from_share"]

_MANTISSA_BITS: Final = 24


def slots_limit_from_share(open_slots: int, share: Fraction) -> int:
    """Return the integer part of ``float32(open_slots) * float32(share)``, computed with exact integers.

    Args:
        open_slots: slots of a shard that are open to external validators.
        share: the part of them that one validator may hold, as an exact fraction; 0 means no limit.
    """
    return int(_nearest_float32(_nearest_float32(Fraction(open_slots)) * _nearest_float32(share)))


def _nearest_float32(value: Fraction) -> Fraction:
    """Round to 24 significant bits, half to even, as IEEE 754 single precision does in its normal range."""
    if value == 0:
        return value
    exponent = abs(value.numerator).bit_length() - value.denominator.bit_length()
    if abs(value) < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** (exponent - _MANTISSA_BITS + 1)
    return round(value / unit) * unit
