import pickle

import pytest

from harmony_core.errors import DecodeError
from harmony_core.primitives import (
    Address,
    Bloom,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    FixedBytes,
    Hash32,
    bytes_from_hex,
)

LENGTHS = {Hash32: 32, Address: 20, BLSPublicKeyBytes: 48, BLSSignatureBytes: 96, Bloom: 256}


@pytest.mark.parametrize(("kind", "length"), LENGTHS.items())
def test_wrong_length_is_refused(kind: type[FixedBytes], length: int) -> None:
    assert kind(bytes(length)) == bytes(length)
    for wrong in (0, length - 1, length + 1):
        with pytest.raises(DecodeError) as info:
            kind(bytes(wrong))
        assert (info.value.code, info.value.expected, info.value.actual) == ("bytes-length", length, wrong)


@pytest.mark.parametrize("text", ["0", "0xg0", "zz", "0x 00", "00 ", "0x0x00", "é0", "0x٣٣"])
def test_text_that_is_not_hexadecimal_is_refused(text: str) -> None:
    with pytest.raises(DecodeError) as info:
        bytes_from_hex(text)
    assert info.value.code == "hex-text"


def test_hexadecimal_text_may_have_a_prefix_and_either_case() -> None:
    assert bytes_from_hex("0xAbcd") == bytes_from_hex("aBCD") == bytes_from_hex("0XABCD") == b"\xab\xcd"
    assert bytes_from_hex("") == bytes_from_hex("0x") == b""


@pytest.mark.parametrize("wrong", [5, "00" * 32, None, [0] * 32])
def test_other_types_are_type_errors(wrong: object) -> None:
    with pytest.raises(TypeError):
        Hash32(wrong)  # type: ignore[arg-type]


def test_text_of_another_type_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        bytes_from_hex(b"00")  # type: ignore[arg-type]


def test_a_value_shows_and_reads_itself() -> None:
    value = Address(bytes(range(20)))
    assert str(value) == value.to_hex() == "0x000102030405060708090a0b0c0d0e0f10111213"
    assert repr(value) == f"Address.from_hex('{value}')"
    assert Address.from_hex(str(value)) == value
    assert Address.zero() == bytes(20)
    assert type(pickle.loads(pickle.dumps(value))) is Address  # noqa: S301
