"""What a BLS back end can do: the operations that the rest of the package is written in.

Points are opaque: only the back end that made one can use it. Coordinates cross the border as integers.
"""

from collections.abc import Sequence
from typing import NewType, Protocol

from harmony_core.crypto.bls.field import Fp2

__all__ = ["AffineG1", "AffineG2", "Backend", "G1Point", "G2Point"]

G1Point = NewType("G1Point", object)
"""A point of the curve over Fp, of one back end."""

G2Point = NewType("G2Point", object)
"""A point of the twist over Fp2, of one back end."""

AffineG1 = tuple[int, int]
"""x and y of a point of the curve, each in [0, p)."""

AffineG2 = tuple[Fp2, Fp2]
"""x and y of a point of the twist."""


class Backend(Protocol):
    """Arithmetic on the two curves and the pairing.

    Points may lie outside the subgroups of prime order unless a method says otherwise. Scalars are integers from
    0 up to, not including, the order r. Affine coordinates are None for the identity.
    """

    def __hash__(self) -> int: ...

    @property
    def name(self) -> str:
        """The name by which ``HARMONY_CORE_BLS_BACKEND`` selects it."""

    @property
    def version(self) -> str:
        """The version of the library beneath."""

    def g1_identity(self) -> G1Point:
        """Return the neutral element of the curve over Fp."""

    def g2_identity(self) -> G2Point:
        """Return the neutral element of the twist."""

    def g1_from_affine(self, point: AffineG1) -> G1Point:
        """Return the point with these coordinates, which satisfy the curve equation."""

    def g2_from_affine(self, point: AffineG2) -> G2Point:
        """Return the point with these coordinates, which satisfy the twist's equation."""

    def g1_to_affine(self, point: G1Point) -> AffineG1 | None:
        """Return the coordinates of a point, None for the identity."""

    def g2_to_affine(self, point: G2Point) -> AffineG2 | None:
        """Return the coordinates of a point, None for the identity."""

    def g1_decompress(self, x: int, odd: bool) -> G1Point | None:
        """Return the point with this x and this parity of y, or None when there is none."""

    def g2_decompress(self, x: Fp2, odd: bool) -> G2Point | None:
        """Return the point with this x and this parity of y's real part, or None when there is none."""

    def g1_in_subgroup(self, point: G1Point) -> bool:
        """Tell whether the point lies in the subgroup of order r."""

    def g2_in_subgroup(self, point: G2Point) -> bool:
        """Tell whether the point lies in the subgroup of order r."""

    def g1_is_identity(self, point: G1Point) -> bool:
        """Tell whether the point is the neutral element."""

    def g2_is_identity(self, point: G2Point) -> bool:
        """Tell whether the point is the neutral element."""

    def g1_sum(self, points: Sequence[G1Point]) -> G1Point:
        """Return the sum of the points; the identity for none."""

    def g2_sum(self, points: Sequence[G2Point]) -> G2Point:
        """Return the sum of the points; the identity for none."""

    def g1_negate(self, point: G1Point) -> G1Point:
        """Return the opposite point."""

    def g2_negate(self, point: G2Point) -> G2Point:
        """Return the opposite point."""

    def g1_multiply(self, point: G1Point, scalar: int) -> G1Point:
        """Return the multiple of a point, in or outside the subgroup."""

    def g2_multiply(self, point: G2Point, scalar: int) -> G2Point:
        """Return the multiple of a point, in or outside the subgroup."""

    def g2_multiply_in_subgroup(self, point: G2Point, scalar: int) -> G2Point:
        """Return the multiple of a point of the subgroup, which may be faster to compute."""

    def g1_combine(self, points: Sequence[G1Point], scalars: Sequence[int]) -> G1Point:
        """Return the sum of scalar times point (multi-scalar multiplication)."""

    def g2_combine(self, points: Sequence[G2Point], scalars: Sequence[int]) -> G2Point:
        """Return the sum of scalar times point, in or outside the subgroup (multi-scalar multiplication)."""

    def map_to_g2(self, t: Fp2) -> G2Point | None:
        """Map an element of Fp2 to the twist, cofactor not cleared; None where the map is undefined."""

    def clear_g2_cofactor(self, point: G2Point) -> G2Point:
        """Return a point of the subgroup: the reference's linear map, fixed to the very multiple it takes."""

    def pairings_are_one(self, g1_points: Sequence[G1Point], g2_points: Sequence[G2Point]) -> bool:
        """Tell whether the product of the pairings of corresponding points, all in the subgroups, is one."""
