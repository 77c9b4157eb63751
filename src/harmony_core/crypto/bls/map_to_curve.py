"""From bytes to a point of the curve: the readable form of Harmony's hash to point, step by step.

A message is read as a number t (`payload_to_field`), mapped to the curve by Fouque and Tibouchi's
Shallue-van de Woestijne map (`map_to_curve`, `map_to_twist`), and multiplied into the subgroup by a cofactor
(`Backend.clear_g2_cofactor`). The fast back end has its own version of these steps; this one is its oracle.

Source: harmony-one/mcl, include/mcl/bn.hpp (``MapTo::calcBN``), include/mcl/fp.hpp (``setArrayMask``);
harmony-one/bls, src/bls_c_impl.hpp (``toG``); P.-A. Fouque, M. Tibouchi, "Indifferentiable hashing to
Barreto-Naehrig curves", 2012.
"""

from dataclasses import dataclass
from typing import Final

from harmony_core.crypto.bls.constants import CURVE_B, PRIME, SQRT_OF_MINUS_3, TWIST_B, ZETA
from harmony_core.crypto.bls.field import (
    Fp2,
    fp2_add,
    fp2_inverse,
    fp2_legendre,
    fp2_multiply,
    fp2_negate,
    fp2_sqrt,
    fp_inverse,
    fp_legendre,
    fp_sqrt,
)

__all__ = [
    "FIELD_BYTES",
    "CurveMapping",
    "TwistMapping",
    "map_to_curve",
    "map_to_twist",
    "payload_to_field",
]

FIELD_BYTES: Final = 48
"""How many bytes of a message count; what follows is ignored by the reference's hash to point."""

_MASK: Final = (1 << PRIME.bit_length()) - 1
_TOP_BIT: Final = 1 << (PRIME.bit_length() - 1)


@dataclass(frozen=True, slots=True)
class CurveMapping:
    """The steps of one map to the curve over Fp; numbers in [0, p).

    Attributes:
        w: sqrt(-3) t / (1 + b + t^2).
        candidate: which of the three x was used: 0, 1 or 2.
        root: the square root of x^3 + b before its sign is chosen.
        sign: the Legendre symbol of t; -1 negates the root.
        point: the affine point, not yet in the subgroup.
    """

    w: int
    candidate: int
    root: int
    sign: int
    point: tuple[int, int]


@dataclass(frozen=True, slots=True)
class TwistMapping:
    """The steps of one map to the twist over Fp2; the fields are those of `CurveMapping`."""

    w: Fp2
    candidate: int
    root: Fp2
    sign: int
    point: tuple[Fp2, Fp2]


def payload_to_field(payload: bytes) -> int:
    """Return the number t in [0, p) that a message stands for.

    The first 48 bytes are read little-endian (a shorter message as if followed by zeros), cut to 381 bits, and if
    that is still p or more, bit 380 is cleared. So bytes after the 48th and the top three bits of the 48th do not
    count, and zero bytes appended to a short message change nothing: callers sign fixed-length payloads.
    """
    t = int.from_bytes(payload[:FIELD_BYTES], "little") & _MASK
    return t if t < PRIME else t & ~_TOP_BIT


def map_to_curve(t: int) -> CurveMapping | None:
    """Map a number to the curve over Fp, cofactor not cleared; None where the map is undefined (t = 0)."""
    denominator = (1 + CURVE_B + t * t) % PRIME
    if t % PRIME == 0 or denominator == 0:
        return None
    w = SQRT_OF_MINUS_3 * t * fp_inverse(denominator) % PRIME
    first = (ZETA - t * w) % PRIME
    sign = fp_legendre(t)
    for candidate, x in enumerate((first, (-first - 1) % PRIME, (1 + fp_inverse(w * w)) % PRIME)):
        root = fp_sqrt((x * x * x + CURVE_B) % PRIME)
        if root is not None:
            y = -root % PRIME if sign < 0 else root
            return CurveMapping(w, candidate, root, sign, (x, y))
    return None


def map_to_twist(t: Fp2) -> TwistMapping | None:
    """Map an element of Fp2 to the twist, cofactor not cleared; None where the map is undefined (t = 0)."""
    denominator = fp2_add(fp2_add((1, 0), TWIST_B), fp2_multiply(t, t))
    if t == (0, 0) or denominator == (0, 0):
        return None
    w = fp2_multiply(fp2_multiply((SQRT_OF_MINUS_3, 0), t), fp2_inverse(denominator))
    first = fp2_add((ZETA, 0), fp2_negate(fp2_multiply(t, w)))
    second = fp2_negate(fp2_add(first, (1, 0)))
    third = fp2_add((1, 0), fp2_inverse(fp2_multiply(w, w)))
    sign = fp2_legendre(t)
    for candidate, x in enumerate((first, second, third)):
        root = fp2_sqrt(fp2_add(fp2_multiply(fp2_multiply(x, x), x), TWIST_B))
        if root is not None:
            y = fp2_negate(root) if sign < 0 else root
            return TwistMapping(w, candidate, root, sign, (x, y))
    return None
