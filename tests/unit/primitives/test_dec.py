from collections.abc import Callable

import pytest

from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import Compatibility, Dec, rlp

LARGEST = Dec((1 << 315) - 1)
SMALLEST = Dec(1)


@pytest.mark.parametrize(
    ("text", "raw"),
    [("0", 0), ("-0", 0), ("1", 10**18), ("-123.456", -123456 * 10**15), ("0.000000000000000001", 1)],
)
def test_decimal_text(text: str, raw: int) -> None:
    assert Dec.parse(text).raw == raw


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", "1.", ".1", "+5", "--5", "-+5", "1e5", "0x10", " 1", "1\n", "1_000", "1,5", "٣", "1.2.3"],
)
def test_text_that_is_not_a_number_is_refused(text: str) -> None:
    with pytest.raises(DecodeError) as info:
        Dec.parse(text)
    assert info.value.code == "dec-text"


@pytest.mark.parametrize(
    ("text", "shown"), [("+5", "5"), ("--5", "5"), ("-+5", "-5"), ("+.5", "0.5"), ("-+", "0"), ("+", "0")]
)
def test_a_second_sign_is_a_quirk_of_the_reference(text: str, shown: str) -> None:
    assert str(Dec.parse(text, compatibility=Compatibility(dec_text_signs=True))) == shown


@pytest.mark.parametrize("text", ["", "-", ".", "+.", "1.", ".1", "---5", "+-5", "1_000", "1.+5", "-.5"])
def test_the_reference_refuses_these_as_well(text: str) -> None:
    with pytest.raises(DecodeError):
        Dec.parse(text, compatibility=Compatibility.reference())


def test_more_than_18_decimals_are_refused() -> None:
    with pytest.raises(DecodeError) as info:
        Dec.parse("0.0000000000000000001")
    assert info.value.code == "dec-text-decimals"


@pytest.mark.parametrize("text", [str(1 << 256), "9" * 1100])
def test_a_number_that_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(DecodeError) as info:
        Dec.parse(text)
    assert info.value.code == "dec-text-size"


def test_numbers_of_any_size_are_a_quirk_of_the_reference() -> None:
    assert Dec.parse(str(1 << 256), compatibility=Compatibility(dec_text_unbounded=True)).raw == 10**18 << 256


@pytest.mark.parametrize("text", ["1", "-1", "0", "0.1", "-0.000000000000000001", "123456789.000000001"])
def test_text_comes_out_as_it_went_in(text: str) -> None:
    assert str(Dec.parse(text)) == text
    assert repr(Dec.parse(text)) == f"Dec.parse('{text}')"


def test_only_an_integer_is_a_raw_value() -> None:
    for wrong in (1.5, "1", True):
        with pytest.raises(TypeError):
            Dec(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Dec.parse(5)  # type: ignore[arg-type]


def test_a_raw_value_of_any_size_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        Dec(1 << 4096)
    assert info.value.code == "dec-size"
    assert str(info.value)


@pytest.mark.parametrize("decimals", [-1, 19])
def test_decimals_outside_0_to_18_are_refused(decimals: int) -> None:
    with pytest.raises(VerificationError) as info:
        Dec.from_int(1, decimals)
    assert info.value.code == "dec-precision"


@pytest.mark.parametrize(
    "operation",
    [
        lambda: LARGEST + SMALLEST,
        lambda: -LARGEST - SMALLEST,
        lambda: LARGEST * Dec.from_int(2),
        lambda: LARGEST.mul_truncate(Dec.from_int(2)),
        lambda: LARGEST.mul_int(2),
        lambda: LARGEST / SMALLEST,
        lambda: LARGEST.quo_truncate(SMALLEST),
        lambda: LARGEST.quo_round_up(SMALLEST),
    ],
)
def test_a_result_above_315_bits_is_refused(operation: Callable[[], Dec]) -> None:
    with pytest.raises(VerificationError) as info:
        operation()
    assert info.value.code == "dec-overflow"


@pytest.mark.parametrize(
    "operation",
    [
        lambda: Dec.ONE / Dec.ZERO,
        lambda: Dec.ONE.quo_truncate(Dec.ZERO),
        lambda: Dec.ONE.quo_round_up(Dec.ZERO),
        lambda: Dec.ONE.quo_int(0),
        lambda: Dec.ONE.div_raw(Dec.ZERO),
    ],
)
def test_division_by_zero_is_refused(operation: Callable[[], Dec]) -> None:
    with pytest.raises(VerificationError) as info:
        operation()
    assert info.value.code == "dec-division-by-zero"


@pytest.mark.parametrize("value", [1 << 63, -(1 << 63) - 1])
def test_a_number_outside_64_bits_is_refused(value: int) -> None:
    for operation in (Dec.from_int(value).truncate_int64, Dec.from_int(value).round_int64):
        with pytest.raises(VerificationError) as info:
            operation()
        assert info.value.code == "dec-int64"


@pytest.mark.parametrize(("half", "rounded"), [("0.5", 0), ("1.5", 2), ("2.5", 2), ("-0.5", 0), ("-1.5", -2)])
def test_halves_round_to_even(half: str, rounded: int) -> None:
    assert Dec.parse(half).round_int() == rounded


def test_a_negative_number_has_no_encoding() -> None:
    with pytest.raises(VerificationError) as info:
        Dec(-1).to_rlp_item()
    assert info.value.code == "rlp-negative"


def test_an_encoded_number_is_a_list_with_one_integer() -> None:
    assert rlp.encode(Dec(5).to_rlp_item()) == b"\xc1\x05"
    assert Dec.from_rlp_item([b"\x05"]) == Dec(5)
    for wrong in (b"\x05", [], [b"\x05", b""], [b"\x00\x05"], [b"\xff" * 40]):
        with pytest.raises(DecodeError):
            Dec.from_rlp_item(wrong)  # type: ignore[arg-type]


def test_other_types_do_not_mix_in() -> None:
    for operation in ("__add__", "__sub__", "__mul__", "__truediv__"):
        assert getattr(Dec.ONE, operation)(1) is NotImplemented
    assert Dec.ONE.raw != Dec.ONE  # type: ignore[comparison-overlap]
    assert Dec.ONE
    assert not Dec.ZERO
