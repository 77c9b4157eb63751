"""The share of blocks that a validator must sign."""

import pytest

from harmony_core.chain.signing_threshold import SIGNING_THRESHOLD, is_below_signing_threshold, signing_rate
from harmony_core.errors import VerificationError
from harmony_core.primitives import Compatibility, Dec


def test_exactly_two_thirds_is_too_little() -> None:
    assert signing_rate(2, 3, hip32=True).is_below_threshold
    assert not signing_rate(667, 1000, hip32=True).is_below_threshold
    assert is_below_signing_threshold(SIGNING_THRESHOLD)
    assert not is_below_signing_threshold(SIGNING_THRESHOLD + Dec(1))


def test_no_block_to_sign_counts_as_too_little_until_hip_32() -> None:
    assert signing_rate(0, 0, hip32=False).is_below_threshold
    assert not signing_rate(0, 0, hip32=True).is_below_threshold


@pytest.mark.parametrize(("signed", "to_sign"), [(-1, 3), (5, 3), (-5, -3), (2, -3)])
def test_impossible_counts_are_refused(signed: int, to_sign: int) -> None:
    with pytest.raises(VerificationError) as info:
        signing_rate(signed, to_sign, hip32=True)
    assert info.value.code == "signing-counts"
    rate = signing_rate(signed, to_sign, hip32=True, compatibility=Compatibility.reference())
    assert rate.percentage == Dec.from_int(signed) / Dec.from_int(to_sign)


def test_counts_are_integers() -> None:
    wrong: int = "3"  # type: ignore[assignment]
    with pytest.raises(TypeError):
        signing_rate(wrong, 3, hip32=True)
