"""Harmony's base point of G1, which is not the standard generator."""

from functools import lru_cache
from typing import Final

from harmony_core.crypto.bls.backend import AffineG1, Backend, G1Point

__all__ = ["BASE_POINT", "base_point", "minus_base_point"]

BASE_POINT: Final[AffineG1] = (
    0x4F58F3D9EE829F9A853F80B0E32C2981BE883A537F0C21AD4AF17BE22E6E9959915EC21B7F9D8CC4C7315F31F3600E5,
    0x1212110EB10DBC575BCCC44DCD77400F38282C4728B5EFAC69C0B4C9011BD27B8ED608ACD81F027039216A291AC636A8,
)
"""The number 1 mapped to the curve and multiplied by the cofactor of G1: affine x and y.

Source: harmony-one/bls, src/bls_c_impl.hpp (``blsInit`` with ``BLS_SWAP_G``: ``mapToG1(g_P, 1)``).
"""


@lru_cache(maxsize=8)
def base_point(backend: Backend) -> G1Point:
    """Return the base point in the form of a back end."""
    return backend.g1_from_affine(BASE_POINT)


@lru_cache(maxsize=8)
def minus_base_point(backend: Backend) -> G1Point:
    """Return the opposite of the base point in the form of a back end."""
    return backend.g1_negate(base_point(backend))
