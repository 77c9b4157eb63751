"""The oracle: curve arithmetic by py-ecc, map and decoding in plain Python. Readable, and about a hundred times slower."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, cast

from py_ecc.fields import optimized_bls12_381_FQ as FQ
from py_ecc.fields import optimized_bls12_381_FQ2 as FQ2
from py_ecc.fields import optimized_bls12_381_FQ12 as FQ12
from py_ecc.optimized_bls12_381.optimized_curve import Z1, Z2, add, is_inf, multiply, neg, normalize
from py_ecc.optimized_bls12_381.optimized_pairing import final_exponentiate, pairing

from harmony_core.crypto.bls.backend import AffineG1, AffineG2, G1Point, G2Point
from harmony_core.crypto.bls.constants import CURVE_B, G2_COFACTOR_SCALAR, ORDER, PRIME, TWIST_B
from harmony_core.crypto.bls.field import Fp2, fp2_add, fp2_multiply, fp2_negate, fp2_sqrt, fp_sqrt
from harmony_core.crypto.bls.map_to_curve import map_to_twist

__all__ = ["PureBackend"]


class PureBackend:
    """py-ecc's ``optimized_bls12_381`` behind the `Backend` operations; points are its projective triples."""

    name = "py-ecc"

    def __init__(self) -> None:
        self.version = version("py-ecc")

    def g1_identity(self) -> G1Point:
        """See `Backend.g1_identity`."""
        return G1Point(Z1)

    def g2_identity(self) -> G2Point:
        """See `Backend.g2_identity`."""
        return G2Point(Z2)

    def g1_from_affine(self, point: AffineG1) -> G1Point:
        """See `Backend.g1_from_affine`."""
        x, y = point
        return G1Point((FQ(x), FQ(y), FQ(1)))

    def g2_from_affine(self, point: AffineG2) -> G2Point:
        """See `Backend.g2_from_affine`."""
        x, y = point
        return G2Point((FQ2(x), FQ2(y), FQ2((1, 0))))

    def g1_to_affine(self, point: G1Point) -> AffineG1 | None:
        """See `Backend.g1_to_affine`."""
        if self.g1_is_identity(point):
            return None
        x, y = normalize(cast("Any", point))
        return int(x), int(y)

    def g2_to_affine(self, point: G2Point) -> AffineG2 | None:
        """See `Backend.g2_to_affine`."""
        if self.g2_is_identity(point):
            return None
        x, y = normalize(cast("Any", point))
        return (int(x.coeffs[0]), int(x.coeffs[1])), (int(y.coeffs[0]), int(y.coeffs[1]))

    def g1_decompress(self, x: int, odd: bool) -> G1Point | None:
        """See `Backend.g1_decompress`."""
        y = fp_sqrt((x * x * x + CURVE_B) % PRIME)
        if y is None:
            return None
        if y % 2 != odd:
            y = -y % PRIME
        return self.g1_from_affine((x, y)) if y % 2 == odd else None

    def g2_decompress(self, x: Fp2, odd: bool) -> G2Point | None:
        """See `Backend.g2_decompress`."""
        y = fp2_sqrt(fp2_add(fp2_multiply(fp2_multiply(x, x), x), TWIST_B))
        if y is None:
            return None
        if y[0] % 2 != odd:
            y = fp2_negate(y)
        return self.g2_from_affine((x, y)) if y[0] % 2 == odd else None

    def g1_in_subgroup(self, point: G1Point) -> bool:
        """See `Backend.g1_in_subgroup`."""
        return bool(is_inf(multiply(cast("Any", point), ORDER)))

    def g2_in_subgroup(self, point: G2Point) -> bool:
        """See `Backend.g2_in_subgroup`."""
        return bool(is_inf(multiply(cast("Any", point), ORDER)))

    def g1_is_identity(self, point: G1Point) -> bool:
        """See `Backend.g1_is_identity`."""
        return bool(is_inf(cast("Any", point)))

    def g2_is_identity(self, point: G2Point) -> bool:
        """See `Backend.g2_is_identity`."""
        return bool(is_inf(cast("Any", point)))

    def g1_sum(self, points: Sequence[G1Point]) -> G1Point:
        """See `Backend.g1_sum`."""
        total: Any = Z1
        for point in points:
            total = add(total, cast("Any", point))
        return G1Point(total)

    def g2_sum(self, points: Sequence[G2Point]) -> G2Point:
        """See `Backend.g2_sum`."""
        total: Any = Z2
        for point in points:
            total = add(total, cast("Any", point))
        return G2Point(total)

    def g1_negate(self, point: G1Point) -> G1Point:
        """See `Backend.g1_negate`."""
        return G1Point(neg(cast("Any", point)))

    def g2_negate(self, point: G2Point) -> G2Point:
        """See `Backend.g2_negate`."""
        return G2Point(neg(cast("Any", point)))

    def g1_multiply(self, point: G1Point, scalar: int) -> G1Point:
        """See `Backend.g1_multiply`."""
        return G1Point(multiply(cast("Any", point), scalar))

    def g2_multiply(self, point: G2Point, scalar: int) -> G2Point:
        """See `Backend.g2_multiply`."""
        return G2Point(multiply(cast("Any", point), scalar))

    def g2_multiply_in_subgroup(self, point: G2Point, scalar: int) -> G2Point:
        """See `Backend.g2_multiply_in_subgroup`."""
        return self.g2_multiply(point, scalar)

    def g1_combine(self, points: Sequence[G1Point], scalars: Sequence[int]) -> G1Point:
        """See `Backend.g1_combine`."""
        return self.g1_sum([self.g1_multiply(p, k) for p, k in zip(points, scalars, strict=True)])

    def g2_combine(self, points: Sequence[G2Point], scalars: Sequence[int]) -> G2Point:
        """See `Backend.g2_combine`."""
        return self.g2_sum([self.g2_multiply(p, k) for p, k in zip(points, scalars, strict=True)])

    def map_to_g2(self, t: Fp2) -> G2Point | None:
        """See `Backend.map_to_g2`."""
        mapping = map_to_twist(t)
        return None if mapping is None else self.g2_from_affine(mapping.point)

    def clear_g2_cofactor(self, point: G2Point) -> G2Point:
        """See `Backend.clear_g2_cofactor`: here one plain multiplication by the whole number."""
        return self.g2_multiply(point, G2_COFACTOR_SCALAR)

    def pairings_are_one(self, g1_points: Sequence[G1Point], g2_points: Sequence[G2Point]) -> bool:
        """See `Backend.pairings_are_one`."""
        product = FQ12.one()
        for p, q in zip(g1_points, g2_points, strict=True):
            product *= pairing(cast("Any", q), cast("Any", p), final_exponentiate=False)
        return bool(final_exponentiate(product) == FQ12.one())
