"""How much of what it was asked to sign a validator signed, and whether that is enough to stay elected.

Source: harmony-one/harmony, staking/availability/measure.go (ComputeCurrentSigning, IsBelowSigningThreshold).
"""

from dataclasses import dataclass
from typing import Final

from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, Compatibility, Dec

__all__ = ["SIGNING_THRESHOLD", "SigningRate", "is_below_signing_threshold", "signing_rate"]

SIGNING_THRESHOLD: Final = Dec.from_int(2) / Dec.from_int(3)
"""0.666666666666666667: two thirds rounded to 18 decimals, which is up. A validator must sign more than this."""


@dataclass(frozen=True, slots=True)
class SigningRate:
    """A validator's signing since a snapshot.

    Attributes:
        signed: blocks that it signed since then.
        to_sign: blocks that it was asked to sign since then.
        percentage: ``signed / to_sign`` as a share, not times 100; 0 if it was asked for none.
        is_below_threshold: whether that is too little, so that it loses its seat.
    """

    signed: int
    to_sign: int
    percentage: Dec
    is_below_threshold: bool


def signing_rate(
    signed: int, to_sign: int, *, hip32: bool, compatibility: Compatibility = STRICT
) -> SigningRate:
    """Return the verdict on a validator that signed ``signed`` of ``to_sign`` blocks.

    Args:
        signed: how far the counter of signed blocks rose since the snapshot.
        to_sign: how far the counter of blocks to sign rose since the snapshot.
        hip32: whether HIP-32 is in force in the epoch of the snapshot: a validator that was asked for no signature
            is then not below the threshold; before, it is.
        compatibility: ``impossible_signing_counts`` takes counters that fell, or more signed blocks than asked for.

    Raises:
        VerificationError: code ``signing-counts`` unless 0 <= signed <= to_sign.
    """
    if type(signed) is not int or type(to_sign) is not int:
        raise TypeError("counts of signed blocks are integers")
    require(
        compatibility.impossible_signing_counts or 0 <= signed <= to_sign,
        VerificationError,
        "signing-counts",
        "A validator signs between none and all of the blocks that it is asked to sign.",
        expected=f"0 to {to_sign}",
        actual=signed,
    )
    if to_sign == 0:
        return SigningRate(signed, to_sign, Dec.ZERO, not hip32)
    percentage = Dec.from_int(signed) / Dec.from_int(to_sign)
    return SigningRate(signed, to_sign, percentage, is_below_signing_threshold(percentage))


def is_below_signing_threshold(percentage: Dec) -> bool:
    """Return whether a share of signed blocks is two thirds (rounded up at 18 decimals) or less."""
    return percentage <= SIGNING_THRESHOLD
