"""The fast back end: py-arkworks-bls12381 for curve and pairing, gmpy2 integers for the map and square roots.

Cofactor clearing needs a scalar multiplication that is right outside the subgroup. arkworks 0.5.0 doubles and adds
there; a version with an endomorphism in it would be wrong, silently, so the version is pinned and the self-test at
load clears a vector. Nothing here runs in constant time.
"""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final, cast

from gmpy2 import invert, legendre, mpz, powmod
from py_arkworks_bls12381 import GT, Scalar
from py_arkworks_bls12381 import G1Point as ArkG1
from py_arkworks_bls12381 import G2Point as ArkG2

from harmony_core.crypto.bls.backend import AffineG1, AffineG2, G1Point, G2Point
from harmony_core.crypto.bls.constants import PRIME, PSI_X, PSI_Y, SQRT_OF_MINUS_3, X_ABS, ZETA
from harmony_core.crypto.bls.field import Fp2

__all__ = ["ArkworksBackend"]

_P: Final = mpz(PRIME)
_SQRT_EXPONENT: Final = (_P + 1) // 4
_HALF: Final = (_P + 1) // 2
_C1: Final = mpz(SQRT_OF_MINUS_3)
_C2: Final = mpz(ZETA)
_B: Final = mpz(4)
_X: Final = Scalar(X_ABS)
# psi^2(x, y) = (x n, -y) with n in Fp: x is multiplied by PSI_X conj(PSI_X).
_PSI2_X: Final = mpz(PSI_X[0] * PSI_X[0] + PSI_X[1] * PSI_X[1]) % _P
_PSI_X: Final = (mpz(PSI_X[0]), mpz(PSI_X[1]))
_PSI_Y: Final = (mpz(PSI_Y[0]), mpz(PSI_Y[1]))
_COORDINATE: Final = 48

Mpz2 = tuple[Any, Any]


class ArkworksBackend:
    """py-arkworks-bls12381 behind the `Backend` operations; points are its own point objects."""

    name = "arkworks"

    def __init__(self) -> None:
        self.version = f"{version('py-arkworks-bls12381')} with gmpy2 {version('gmpy2')}"

    def g1_identity(self) -> G1Point:
        """See `Backend.g1_identity`."""
        return G1Point(ArkG1.identity())

    def g2_identity(self) -> G2Point:
        """See `Backend.g2_identity`."""
        return G2Point(ArkG2.identity())

    def g1_from_affine(self, point: AffineG1) -> G1Point:
        """See `Backend.g1_from_affine`."""
        return _g1(*point)

    def g2_from_affine(self, point: AffineG2) -> G2Point:
        """See `Backend.g2_from_affine`."""
        return _g2(*point)

    def g1_to_affine(self, point: G1Point) -> AffineG1 | None:
        """See `Backend.g1_to_affine`."""
        raw = _ark1(point).to_xy_bytes_le()
        if not any(raw):
            return None
        return int.from_bytes(raw[:_COORDINATE], "little"), int.from_bytes(raw[_COORDINATE:], "little")

    def g2_to_affine(self, point: G2Point) -> AffineG2 | None:
        """See `Backend.g2_to_affine`."""
        raw = _ark2(point).to_xy_bytes_le()
        if not any(raw):
            return None
        a, b, c, d = (int.from_bytes(raw[i : i + _COORDINATE], "little") for i in range(0, 192, _COORDINATE))
        return (a, b), (c, d)

    def g1_decompress(self, x: int, odd: bool) -> G1Point | None:
        """See `Backend.g1_decompress`."""
        square = (mpz(x) ** 3 + _B) % _P
        y = powmod(square, _SQRT_EXPONENT, _P)
        if y * y % _P != square:
            return None
        if y.is_odd() != odd:
            y = -y % _P
        return _g1(x, y) if y.is_odd() == odd else None

    def g2_decompress(self, x: Fp2, odd: bool) -> G2Point | None:
        """See `Backend.g2_decompress`."""
        wide = (mpz(x[0]), mpz(x[1]))
        square = _twist_square(wide)
        if _is_non_square(square):
            return None
        y = _sqrt(square)
        if y[0].is_odd() != odd:
            y = (-y[0] % _P, -y[1] % _P)
        return _g2(wide, y) if y[0].is_odd() == odd else None

    def g1_in_subgroup(self, point: G1Point) -> bool:
        """See `Backend.g1_in_subgroup`."""
        return _ark1(point).is_in_subgroup()

    def g2_in_subgroup(self, point: G2Point) -> bool:
        """See `Backend.g2_in_subgroup`."""
        return _ark2(point).is_in_subgroup()

    def g1_is_identity(self, point: G1Point) -> bool:
        """See `Backend.g1_is_identity`."""
        return _ark1(point) == _G1_IDENTITY

    def g2_is_identity(self, point: G2Point) -> bool:
        """See `Backend.g2_is_identity`."""
        return _ark2(point) == _G2_IDENTITY

    def g1_sum(self, points: Sequence[G1Point]) -> G1Point:
        """See `Backend.g1_sum`."""
        return G1Point(sum(cast("Sequence[ArkG1]", points), start=_G1_IDENTITY))

    def g2_sum(self, points: Sequence[G2Point]) -> G2Point:
        """See `Backend.g2_sum`."""
        return G2Point(sum(cast("Sequence[ArkG2]", points), start=_G2_IDENTITY))

    def g1_negate(self, point: G1Point) -> G1Point:
        """See `Backend.g1_negate`."""
        return G1Point(-_ark1(point))

    def g2_negate(self, point: G2Point) -> G2Point:
        """See `Backend.g2_negate`."""
        return G2Point(-_ark2(point))

    def g1_multiply(self, point: G1Point, scalar: int) -> G1Point:
        """See `Backend.g1_multiply`."""
        return G1Point(_ark1(point) * _scalar(scalar))

    def g2_multiply(self, point: G2Point, scalar: int) -> G2Point:
        """See `Backend.g2_multiply`."""
        return G2Point(_ark2(point) * _scalar(scalar))

    def g2_multiply_in_subgroup(self, point: G2Point, scalar: int) -> G2Point:
        """See `Backend.g2_multiply_in_subgroup`.

        On the subgroup psi multiplies by z, so a scalar written in base |z| needs four 64-bit multiples:
        |z| P = -psi(P), |z|^2 P = psi^2(P), |z|^3 P = -psi^3(P).
        """
        affine = _xy2(_ark2(point))
        if affine is None:
            return point
        digits = []
        for _ in range(4):
            scalar, digit = divmod(scalar, X_ABS)
            digits.append(Scalar(digit))
        (x, y), (psi_x, psi_y) = affine, _psi(affine)
        minus_psi = (psi_x, _negated(psi_y))
        psi2 = ((x[0] * _PSI2_X % _P, x[1] * _PSI2_X % _P), _negated(y))
        minus_psi3 = ((psi_x[0] * _PSI2_X % _P, psi_x[1] * _PSI2_X % _P), psi_y)
        multiples = [_ark2(point), *(_ark2(_g2(*image)) for image in (minus_psi, psi2, minus_psi3))]
        return G2Point(ArkG2.multiexp_unchecked(multiples, digits))

    def g1_combine(self, points: Sequence[G1Point], scalars: Sequence[int]) -> G1Point:
        """See `Backend.g1_combine`."""
        ark_points = cast("list[ArkG1]", list(points))
        return G1Point(ArkG1.multiexp_unchecked(ark_points, [_scalar(k) for k in scalars]))

    def g2_combine(self, points: Sequence[G2Point], scalars: Sequence[int]) -> G2Point:
        """See `Backend.g2_combine`."""
        if len(points) == 1:
            return self.g2_multiply(points[0], scalars[0])
        ark_points = cast("list[ArkG2]", list(points))
        return G2Point(ArkG2.multiexp_unchecked(ark_points, [_scalar(k) for k in scalars]))

    def map_to_g2(self, t: Fp2) -> G2Point | None:
        """See `Backend.map_to_g2`."""
        a, b = mpz(t[0]), mpz(t[1])
        d0, d1 = (a * a - b * b + 5) % _P, (2 * a * b + 4) % _P
        norm = (d0 * d0 + d1 * d1) % _P
        if (not a and not b) or not norm:
            return None
        scale = _C1 * invert(norm, _P) % _P
        w = ((a * d0 + b * d1) * scale % _P, (b * d0 - a * d1) * scale % _P)
        x = ((_C2 - a * w[0] + b * w[1]) % _P, -(a * w[1] + b * w[0]) % _P)
        square = _twist_square(x)
        if _is_non_square(square):
            x = ((-x[0] - 1) % _P, -x[1] % _P)
            square = _twist_square(x)
            if _is_non_square(square):
                x = _third_candidate(w)
                square = _twist_square(x)
        y = _sqrt(square)
        if b and _is_non_square((a, b)):
            y = _negated(y)
        return _g2(x, y)

    def clear_g2_cofactor(self, point: G2Point) -> G2Point:
        """See `Backend.clear_g2_cofactor`: (z^2 - z - 1) P + (z - 1) psi(P) + 2 psi^2(P), with two 64-bit multiples.

        Since z = -|z|, this is |z| (|z| P + P - psi(P)) - P - psi(P) + 2 psi^2(P).
        """
        p = _ark2(point)
        affine = _xy2(p)
        if affine is None:
            return point
        (x0, x1), y = affine
        psi = _ark2(_g2(*_psi(affine)))
        psi2 = _ark2(_g2((x0 * _PSI2_X % _P, x1 * _PSI2_X % _P), _negated(y)))
        return G2Point((p * _X + p - psi) * _X - p - psi + psi2 + psi2)

    def pairings_are_one(self, g1_points: Sequence[G1Point], g2_points: Sequence[G2Point]) -> bool:
        """See `Backend.pairings_are_one`."""
        return GT.pairing_check(cast("list[ArkG1]", list(g1_points)), cast("list[ArkG2]", list(g2_points)))


_G1_IDENTITY: Final = ArkG1.identity()
_G2_IDENTITY: Final = ArkG2.identity()


def _ark1(point: G1Point) -> ArkG1:
    return cast("ArkG1", point)


def _ark2(point: G2Point) -> ArkG2:
    return cast("ArkG2", point)


def _scalar(value: int) -> Scalar:
    return Scalar.from_le_bytes(value.to_bytes(32, "little"))


def _le(value: Any) -> bytes:
    return int(value).to_bytes(_COORDINATE, "little")


def _g1(x: Any, y: Any) -> G1Point:
    return G1Point(ArkG1.from_xy_bytes_unchecked_le(_le(x) + _le(y)))


def _g2(x: Mpz2, y: Mpz2) -> G2Point:
    return G2Point(ArkG2.from_xy_bytes_unchecked_le(_le(x[0]) + _le(x[1]) + _le(y[0]) + _le(y[1])))


def _xy2(point: ArkG2) -> tuple[Mpz2, Mpz2] | None:
    raw = point.to_xy_bytes_le()
    a, b, c, d = (mpz(int.from_bytes(raw[i : i + _COORDINATE], "little")) for i in range(0, 192, _COORDINATE))
    # No point of the twist has y = 0; zero coordinates stand for the identity.
    return ((a, b), (c, d)) if c or d else None


def _negated(a: Mpz2) -> Mpz2:
    return -a[0] % _P, -a[1] % _P


def _psi(point: tuple[Mpz2, Mpz2]) -> tuple[Mpz2, Mpz2]:
    """Return the untwisted, Frobenius-mapped and twisted point: (conj(x) PSI_X, conj(y) PSI_Y)."""
    (x0, x1), (y0, y1) = point
    (a, b), (c, d) = _PSI_X, _PSI_Y
    return (
        ((x0 * a + x1 * b) % _P, (x0 * b - x1 * a) % _P),
        ((y0 * c + y1 * d) % _P, (y0 * d - y1 * c) % _P),
    )


def _twist_square(x: Mpz2) -> Mpz2:
    """Return x^3 + 4 + 4i."""
    a, b = x
    aa, bb = a * a, b * b
    return (a * (aa - 3 * bb) + 4) % _P, (b * (3 * aa - bb) + 4) % _P


def _is_non_square(a: Mpz2) -> bool:
    return bool(legendre((a[0] * a[0] + a[1] * a[1]) % _P, _P) < 0)


def _sqrt(a: Mpz2) -> Mpz2:
    """Return the reference's root of a square; Legendre symbols choose the branch before a power is taken."""
    real, imaginary = a
    if not imaginary:
        if legendre(real, _P) >= 0:
            return powmod(real, _SQRT_EXPONENT, _P), mpz(0)
        return mpz(0), powmod(-real, _SQRT_EXPONENT, _P)
    norm_root = powmod(real * real + imaginary * imaginary, _SQRT_EXPONENT, _P)
    half = (real + norm_root) * _HALF % _P
    if legendre(half, _P) < 0:
        half = (real - norm_root) * _HALF % _P
    root = powmod(half, _SQRT_EXPONENT, _P)
    return root, imaginary * invert(2 * root, _P) % _P


def _third_candidate(w: Mpz2) -> Mpz2:
    """Return 1 + 1 / w^2."""
    a, b = (w[0] * w[0] - w[1] * w[1]) % _P, 2 * w[0] * w[1] % _P
    inverse_norm = invert((a * a + b * b) % _P, _P)
    return (a * inverse_norm + 1) % _P, -b * inverse_norm % _P
