"""Fp and Fp2 on plain Python integers, written to be read.

An element of Fp is an integer in [0, p); an element of Fp2 is a pair (real part, part of i). Square roots follow
the reference to the letter, because the root that it picks decides which point a message maps to.

Source: harmony-one/mcl, include/mcl/fp.hpp (``squareRoot``), fp_tower.hpp (``Fp2T::squareRoot``).
"""

from harmony_core.crypto.bls.constants import PRIME

__all__ = [
    "Fp2",
    "fp2_add",
    "fp2_inverse",
    "fp2_legendre",
    "fp2_multiply",
    "fp2_negate",
    "fp2_sqrt",
    "fp_inverse",
    "fp_legendre",
    "fp_sqrt",
]

Fp2 = tuple[int, int]
"""An element of Fp2: real part, then the factor of i."""


def fp_inverse(a: int) -> int:
    """Return 1 / a."""
    return pow(a, -1, PRIME)


def fp_legendre(a: int) -> int:
    """Return 1 for a non-zero square, -1 for a non-square, 0 for zero."""
    power = pow(a, (PRIME - 1) // 2, PRIME)
    return -1 if power == PRIME - 1 else power


def fp_sqrt(a: int) -> int | None:
    """Return a^((p+1)/4), or None when ``a`` is not a square."""
    root = pow(a, (PRIME + 1) // 4, PRIME)
    return root if (root * root - a) % PRIME == 0 else None


def fp2_add(a: Fp2, b: Fp2) -> Fp2:
    """Return a + b."""
    return (a[0] + b[0]) % PRIME, (a[1] + b[1]) % PRIME


def fp2_negate(a: Fp2) -> Fp2:
    """Return -a."""
    return -a[0] % PRIME, -a[1] % PRIME


def fp2_multiply(a: Fp2, b: Fp2) -> Fp2:
    """Return a b, with i^2 = -1."""
    return (a[0] * b[0] - a[1] * b[1]) % PRIME, (a[0] * b[1] + a[1] * b[0]) % PRIME


def fp2_inverse(a: Fp2) -> Fp2:
    """Return 1 / a = conj(a) / norm(a)."""
    inverse_norm = fp_inverse(_norm(a))
    return a[0] * inverse_norm % PRIME, -a[1] * inverse_norm % PRIME


def fp2_legendre(a: Fp2) -> int:
    """Return 1 for a non-zero square of Fp2, -1 for a non-square, 0 for zero: the Legendre symbol of the norm."""
    return fp_legendre(_norm(a))


def fp2_sqrt(a: Fp2) -> Fp2 | None:
    """Return the reference's square root of ``a``, or None when ``a`` is not a square.

    With n = sqrt(norm): the real part is sqrt((a0 + n) / 2), or sqrt((a0 - n) / 2) when the first is no square.
    """
    real, imaginary = a
    if imaginary == 0:
        root = fp_sqrt(real)
        if root is not None:
            return root, 0
        root = fp_sqrt(-real % PRIME)
        return None if root is None else (0, root)
    norm_root = fp_sqrt(_norm(a))
    if norm_root is None:
        return None
    half = fp_inverse(2)
    root = fp_sqrt((real + norm_root) * half % PRIME)
    if root is None:
        root = fp_sqrt((real - norm_root) * half % PRIME)
    if root is None:
        return None
    return root, imaginary * fp_inverse(2 * root) % PRIME


def _norm(a: Fp2) -> int:
    return (a[0] * a[0] + a[1] * a[1]) % PRIME
