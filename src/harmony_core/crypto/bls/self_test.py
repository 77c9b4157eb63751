"""A known answer for every operation that a back end must get right, run once when it is loaded."""

from typing import Final

from harmony_core.crypto.bls.backend import Backend
from harmony_core.crypto.bls.base_point import base_point
from harmony_core.crypto.bls.constants import ORDER

__all__ = ["run_self_test"]

# t = 0x5e: the uncleared point is outside the subgroup, its multiple by the cofactor is known from the reference.
_T: Final = (0x5E, 0)
_UNCLEARED: Final = (
    (
        0x7AEA941221A0DE80671B3930DA120C02D144D2BC21E7116918818FA617E0F8D31A2E321385FD4F1C88CE6D51907A1C6,
        0x19032E0E3BB342BE7C112748707E9BF4B6647EE16F4E8D5CA317F021164317A504A7320E1531D80052CF7557525E039B,
    ),
    (
        0xA13EDB4DBEACED4A02B85598E99789916A5BE4403970FA8F7CB26CAB8B601BEBA56E807FBF78778F05EE696D5C6BE91,
        0x6A7E19EF1796735DB31F685E3FF5648BF87D5E5740D5EB1C2CA6BCC58FE371A1998FD087CDB3836E4D0A7EAA494587,
    ),
)
_CLEARED: Final = (
    (
        0x149F8D4D49B98E791E63CA17147F0EF8860858EE305306746FB5D11F48D407D6E72E1C3E1D1D19C29CFA105D4E76748B,
        0xA24FE6EC82E24333508F43603B42D1D63A9E00C9B327FC50DF296CBC93EF2A57CB145631788F7FD6546BC31B25F22CF,
    ),
    (
        0x13A34517F5B898C146C3AF266737E4F02E9F76AEC91E78511929B7C41B44FBD276B33C4C81A41716AF59BA2E2D33A945,
        0x1507011638FBEF50C9941AD78655BEB0409FE8FA656DC4B9CD2D590168CE7E02392ADEEC03D31BFBE5A7D7D516D14584,
    ),
)
# A point of the curve over Fp outside the subgroup: x = 4, y even.
_G1_OUTSIDE: Final = (
    4,
    0xA989BADD40D6212B33CFFC3F3763E9BC760F988C9926B26DA9DD85E928483446346B8ED00E1DE5D5EA93E354ABE706C,
)
_SHORT_SCALAR: Final = (1 << 64) - 59
_SCALAR: Final = 0x2A3B4C5D6E7F8091A2B3C4D5E6F708192A3B4C5D6E7F8091A2B3C4D5E6F70819


def run_self_test(backend: Backend) -> None:
    """Run every operation on a known answer.

    Raises:
        ArithmeticError: naming the operation that gave a wrong result.
    """
    for name, holds in _checks(backend):
        if not holds:
            raise ArithmeticError(f"the self-test of {name} fails")


def _checks(backend: Backend) -> list[tuple[str, bool]]:
    mapped = backend.map_to_g2(_T)
    if mapped is None:
        return [("the map to the twist", False)]
    cleared = backend.clear_g2_cofactor(mapped)
    base = base_point(backend)
    public = backend.g1_multiply(base, _SCALAR)
    signature = backend.g2_multiply_in_subgroup(cleared, _SCALAR)
    minus_base = backend.g1_negate(base)
    (x, (y, _)) = _CLEARED
    decoded = backend.g2_decompress(x, y % 2 == 1)
    stray = backend.g1_decompress(_G1_OUTSIDE[0], odd=False)
    if stray is None:
        return [("the decompression of keys", False)]
    outside = backend.g2_combine([mapped, mapped], [3, _SHORT_SCALAR])
    return [
        ("the map to the twist", backend.g2_to_affine(mapped) == _UNCLEARED),
        ("the cofactor", backend.g2_to_affine(cleared) == _CLEARED),
        ("the subgroup check", backend.g2_in_subgroup(cleared) and not backend.g2_in_subgroup(mapped)),
        ("the decompression", decoded is not None and backend.g2_to_affine(decoded) == _CLEARED),
        ("the subgroup check of keys", backend.g1_in_subgroup(base) and not backend.g1_in_subgroup(stray)),
        (
            "the decompression of keys",
            backend.g1_to_affine(stray) == _G1_OUTSIDE and backend.g1_decompress(1, odd=False) is None,
        ),
        # Outside the subgroup r P is not the identity, so a multiplication that reduces by r is found out here.
        (
            "the multiplication outside the subgroup",
            backend.g2_to_affine(outside)
            == backend.g2_to_affine(
                backend.g2_sum([backend.g2_multiply(mapped, _SHORT_SCALAR), backend.g2_multiply(mapped, 3)])
            )
            and not backend.g2_is_identity(backend.g2_sum([backend.g2_multiply(mapped, ORDER - 1), mapped])),
        ),
        (
            "the multiplication",
            backend.g2_to_affine(signature) == backend.g2_to_affine(backend.g2_multiply(cleared, _SCALAR)),
        ),
        (
            "the combination of keys",
            backend.g1_to_affine(backend.g1_combine([base, public], [_SHORT_SCALAR, 2]))
            == backend.g1_to_affine(
                backend.g1_sum([backend.g1_multiply(base, _SHORT_SCALAR), public, public])
            ),
        ),
        ("the pairing", backend.pairings_are_one([minus_base, public], [signature, cleared])),
        ("the pairing", not backend.pairings_are_one([minus_base, public], [cleared, signature])),
    ]
