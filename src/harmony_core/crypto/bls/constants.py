"""The numbers of BLS12-381 and of Harmony's use of it.

Source: harmony-one/mcl, include/mcl/bn.hpp (``MapTo``, ``initG2``) and src/curve parameters; the curve is
y^2 = x^3 + 4 over Fp, its twist y^2 = x^3 + 4(1 + i) over Fp2 = Fp[i]/(i^2 + 1).
"""

from typing import Final

__all__ = [
    "CURVE_B",
    "G1_COFACTOR",
    "G2_COFACTOR_SCALAR",
    "ORDER",
    "PRIME",
    "PSI_X",
    "PSI_Y",
    "SQRT_OF_MINUS_3",
    "TWIST_B",
    "X_ABS",
    "ZETA",
]

PRIME: Final = (
    0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
)
"""The prime p of the base field Fp (381 bits); p mod 4 = 3."""

ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""The prime order r of the subgroups G1 and G2 (255 bits)."""

X_ABS: Final = 0xD201000000010000
"""The absolute value of the curve parameter z, which is negative."""

CURVE_B: Final = 4
"""b of the curve over Fp."""

TWIST_B: Final = (4, 4)
"""b of the twist over Fp2, real part first."""

G1_COFACTOR: Final = 0x396C8C005555E1568C00AAAB0000AAAB
"""(z - 1)^2 / 3, the cofactor of G1."""

G2_COFACTOR_SCALAR: Final = 0xBC69F08F2EE75B3584C6A0EA91B352888E2A8E9145AD7689986FF031508FFE1329C2F178731DB956D82BF015D1212B02EC0EC69D7477C1AE954CBC06689F6A359894C0ADEBBF6B4E8020005AAA95551
"""The whole number by which the fast cofactor clearing of G2 multiplies (h_eff of RFC 9380, section 8.8.2)."""

SQRT_OF_MINUS_3: Final = pow(-3, (PRIME + 1) // 4, PRIME)
"""The square root of -3 that the reference takes: (-3)^((p+1)/4)."""

ZETA: Final = (SQRT_OF_MINUS_3 - 1) * pow(2, -1, PRIME) % PRIME
"""(sqrt(-3) - 1) / 2, a cube root of one; the constant c2 of the map."""


def _inverse_power_of_xi(exponent: int) -> tuple[int, int]:
    """Return 1 / (1 + i)^exponent in Fp2."""
    result, base = (1, 0), (1, 1)
    while exponent:
        if exponent & 1:
            result = (
                (result[0] * base[0] - result[1] * base[1]) % PRIME,
                (result[0] * base[1] + result[1] * base[0]) % PRIME,
            )
        base = ((base[0] * base[0] - base[1] * base[1]) % PRIME, 2 * base[0] * base[1] % PRIME)
        exponent >>= 1
    norm = pow(result[0] * result[0] + result[1] * result[1], -1, PRIME)
    return result[0] * norm % PRIME, -result[1] * norm % PRIME


PSI_X: Final = _inverse_power_of_xi((PRIME - 1) // 3)
"""The factor of x in the endomorphism psi of the twist: psi(x, y) = (conj(x) PSI_X, conj(y) PSI_Y)."""

PSI_Y: Final = _inverse_power_of_xi((PRIME - 1) // 2)
"""The factor of y in the endomorphism psi of the twist."""
