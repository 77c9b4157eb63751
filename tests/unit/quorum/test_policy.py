"""Thresholds of the two quorum rules."""

from fractions import Fraction

import pytest

from harmony_core.errors import VerificationError
from harmony_core.primitives import Compatibility, Dec
from harmony_core.quorum import TWO_THIRDS, Roster, StakeQuorum, UniformQuorum, check_quorum
from support.committees import Signers, bitmap_of

WHOLE_COMMITTEE = Compatibility(quorum_counts_whole_committee=True)


def staked(*stakes: str) -> StakeQuorum:
    return StakeQuorum(Roster.from_shares(Signers.staked(0, stakes).committee, Dec.ZERO, Dec.ONE))


def test_the_uniform_threshold_is_the_least_number_over_two_thirds() -> None:
    for size in range(1, 300):
        enough = UniformQuorum(size).threshold.truncate_int()
        assert Fraction(enough, size) > Fraction(2, 3) >= Fraction(enough - 1, size)


def test_two_thirds_is_rounded_up() -> None:
    assert str(TWO_THIRDS) == "0.666666666666666667"
    assert TWO_THIRDS.raw * 3 > 2 * 10**18


def test_uniform_votes_are_set_bits() -> None:
    rule = UniformQuorum(9)
    assert str(rule.power(bitmap_of(9, range(7)))) == "7"
    assert str(rule.share(Dec.from_int(3))) == "0.333333333333333333"
    assert rule.is_reached(bitmap_of(9, range(7)))
    assert not rule.is_reached(bitmap_of(9, range(6)))
    assert UniformQuorum(0).share(Dec.ZERO) == Dec.ZERO
    assert not UniformQuorum(0).is_reached(b"")


def test_the_reference_verifier_counts_everybody() -> None:
    nobody = b"\x00\x00"
    assert UniformQuorum(9).is_reached(nobody, compatibility=WHOLE_COMMITTEE)
    assert not UniformQuorum(3).is_reached(b"\x07", compatibility=WHOLE_COMMITTEE)
    check_quorum(UniformQuorum(9), nobody, compatibility=WHOLE_COMMITTEE)


@pytest.mark.parametrize("signers", [0, 1, 6])
def test_too_few_votes_are_refused(signers: int) -> None:
    with pytest.raises(VerificationError) as info:
        check_quorum(UniformQuorum(9), bitmap_of(9, range(signers)))
    assert info.value.code == "commit-quorum-uniform"
    assert (info.value.expected, info.value.actual) == (Dec.from_int(7), Dec.from_int(signers))


@pytest.mark.parametrize("chosen", [[], [0, 1], [1, 2]])
def test_two_thirds_of_the_power_or_less_is_refused(chosen: list[int]) -> None:
    rule = staked("1", "1", "1")
    with pytest.raises(VerificationError) as info:
        check_quorum(rule, bitmap_of(3, chosen))
    assert info.value.code == "commit-quorum-stake"
    assert info.value.actual == rule.power(bitmap_of(3, chosen))
    with pytest.raises(VerificationError):
        check_quorum(rule, bitmap_of(3, chosen), compatibility=Compatibility.reference())


def test_more_than_two_thirds_of_the_power_is_enough() -> None:
    rule = staked("1", "1", "1", "1")
    assert check_quorum(rule, bitmap_of(4, [0, 1, 2])) == Dec.parse("0.75")
    assert rule.share(rule.power(b"\x07")) == Dec.parse("0.75")
    assert (rule.size, rule.threshold) == (4, TWO_THIRDS)
