"""The limit of a validator's slots per shard (HIP-16), which the reference computes in 32-bit floating point.

Source: harmony-one/harmony, internal/configs/sharding/instance.go, MustNewInstance.
"""

from fractions import Fraction

from harmony_core.primitives.binary_float import SINGLE_BITS, nearest_binary_float

__all__ = ["slots_limit_from_share"]


def slots_limit_from_share(open_slots: int, share: Fraction) -> int:
    """Return the integer part of ``float32(open_slots) * float32(share)``, computed with exact integers.

    Args:
        open_slots: slots of a shard that are open to external validators.
        share: the part of them that one validator may hold, as an exact fraction; 0 means no limit.
    """
    return int(_nearest_float32(_nearest_float32(Fraction(open_slots)) * _nearest_float32(share)))


def _nearest_float32(value: Fraction) -> Fraction:
    return nearest_binary_float(value, SINGLE_BITS)
