from collections.abc import Callable

import pytest

from harmony_core.errors import DecodeError, HarmonyError, VerificationError
from harmony_core.primitives import rlp


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(HarmonyError) as info:
        action()
    assert isinstance(info.value, DecodeError | VerificationError)
    assert str(info.value)
    return info.value.code


@pytest.mark.parametrize(
    ("item", "encoding"),
    [
        (b"", "80"),
        (b"\x00", "00"),
        (b"\x7f", "7f"),
        (b"\x80", "8180"),
        (b"a" * 55, "b7" + "61" * 55),
        (b"a" * 56, "b838" + "61" * 56),
        (b"a" * 256, "b90100" + "61" * 256),
        ([], "c0"),
        ([b"", [b"\x01"]], "c380c101"),
        ([[[]]], "c2c1c0"),
        ([b"a" * 55], "f838b7" + "61" * 55),
    ],
)
def test_known_encodings(item: rlp.RLPItem, encoding: str) -> None:
    assert rlp.encode(item).hex() == encoding
    assert rlp.decode(bytes.fromhex(encoding)) == item


@pytest.mark.parametrize(
    "data",
    [
        "",
        "81",
        "8201",
        "b8",
        "b838",
        "b90100",
        "c1",
        "c201",
        "c281",
        "f838",
        "f9",
        "bfffffffffffffffff",
        "c3b838",
    ],
)
def test_data_that_ends_too_early_is_refused(data: str) -> None:
    assert code_of(lambda: rlp.decode(bytes.fromhex(data))) == "rlp-truncated"


@pytest.mark.parametrize("data", ["0000", "8000", "c000", "c0c0", "c10101"])
def test_bytes_after_the_item_are_refused(data: str) -> None:
    assert code_of(lambda: rlp.decode(bytes.fromhex(data))) == "rlp-trailing-bytes"


@pytest.mark.parametrize(
    "data",
    ["8100", "817f", "c2817f", "b800", "b837" + "00" * 55, "b90038" + "00" * 56, "f800", "f90000", "c2b800"],
)
def test_a_longer_form_than_needed_is_refused(data: str) -> None:
    assert code_of(lambda: rlp.decode(bytes.fromhex(data))) == "rlp-non-canonical"


def test_nesting_is_bounded() -> None:
    item: rlp.RLPItem = []
    for _ in range(rlp.MAX_DEPTH - 1):
        item = [item]
    assert rlp.decode(rlp.encode(item)) == item
    data = rlp.encode([item], max_depth=rlp.MAX_DEPTH + 1)
    assert code_of(lambda: rlp.decode(data)) == "rlp-depth"
    assert rlp.decode(data, max_depth=rlp.MAX_DEPTH + 1) == [item]
    assert code_of(lambda: rlp.decode(b"\xc0", max_depth=0)) == "rlp-depth"
    assert rlp.decode(b"\x01", max_depth=0) == b"\x01"


def test_nesting_is_bounded_when_encoding() -> None:
    item: rlp.RLPItem = []
    for _ in range(5000):
        item = [item]
    assert code_of(lambda: rlp.encode(item)) == "rlp-encode-depth"


def test_the_number_of_items_is_bounded() -> None:
    data = rlp.encode([b"\x01", b"\x02", [b"\x03"]])
    assert rlp.decode(data, max_items=5) == [b"\x01", b"\x02", [b"\x03"]]
    assert code_of(lambda: rlp.decode(data, max_items=4)) == "rlp-item-count"


def test_integers() -> None:
    for number in (0, 1, 127, 128, 255, 256, 1 << 64, (1 << 256) - 1):
        assert rlp.decode_uint(rlp.encode_uint(number)) == number
    assert rlp.encode_uint(0) == b""
    assert rlp.decode_uint(b"\xff" * 8, 64) == (1 << 64) - 1


def test_leading_zeros_of_an_integer_are_refused() -> None:
    for item in (b"\x00", b"\x00\x01"):
        assert code_of(lambda item=item: rlp.decode_uint(item)) == "rlp-integer-leading-zero"  # type: ignore[misc]


def test_an_integer_larger_than_its_field_is_refused() -> None:
    assert code_of(lambda: rlp.decode_uint(b"\x01" + bytes(8), 64)) == "rlp-integer-size"
    assert code_of(lambda: rlp.decode_uint(b"\xff" * 100_000, 64)) == "rlp-integer-size"


def test_a_negative_integer_is_refused() -> None:
    assert code_of(lambda: rlp.encode_uint(-1)) == "rlp-negative"


def test_a_list_in_place_of_bytes_is_refused() -> None:
    assert code_of(lambda: rlp.expect_bytes([])) == "rlp-expected-bytes"


def test_bytes_in_place_of_a_list_are_refused() -> None:
    assert code_of(lambda: rlp.expect_list(b"")) == "rlp-expected-list"


def test_a_string_of_another_length_is_refused() -> None:
    assert rlp.expect_bytes(b"ab", 2) == b"ab"
    assert code_of(lambda: rlp.expect_bytes(b"ab", 3)) == "rlp-string-length"


def test_a_list_of_another_length_is_refused() -> None:
    assert rlp.expect_list([b""], 1) == [b""]
    assert code_of(lambda: rlp.expect_list([b""], 2)) == "rlp-list-length"


@pytest.mark.parametrize("wrong", [5, "80", None, [128]])
def test_other_types_are_type_errors(wrong: object) -> None:
    with pytest.raises(TypeError):
        rlp.decode(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [5, "80", None, {1: 2}, [5], [["a"]]])
def test_only_bytes_and_lists_are_encoded(wrong: object) -> None:
    with pytest.raises(TypeError):
        rlp.encode(wrong)  # type: ignore[arg-type]


def test_other_kinds_of_bytes_and_lists_are_taken() -> None:
    assert rlp.encode((bytearray(b"\x01"), memoryview(b"\x02"))) == b"\xc2\x01\x02"
    assert rlp.decode(bytearray(b"\xc2\x01\x02")) == [b"\x01", b"\x02"]
