"""The early node's randomness messages: their bytes, and what is no such message."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.crypto import keccak256
from harmony_core.crypto.bls import SecretKey
from harmony_core.errors import DecodeError, HarmonyError, VerificationError
from harmony_core.primitives import Hash32, ShardID
from harmony_core.randomness.drg import DrandMessage, DrandType
from harmony_core.randomness.drg.messages import MAX_MESSAGE_BYTES

KEY = SecretKey(31)
SENDER = KEY.public_key().to_bytes()
BLOCK = Hash32(b"\x44" * 32)
INIT = DrandMessage(DrandType.INIT, ShardID(2), SENDER, BLOCK)
COMMIT = DrandMessage(DrandType.COMMIT, ShardID(300), SENDER, BLOCK, b"payload").signed_by(KEY)


def field(number: int, value: bytes) -> bytes:
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def refusal_of(data: bytes) -> str:
    with pytest.raises(DecodeError) as info:
        DrandMessage.from_bytes(data)
    return info.value.code


def test_the_bytes_are_those_of_the_early_nodes_definition() -> None:
    # Written out by hand: service 2 in field 1, type 10 in field 2, the request in field 6, all defaults left out.
    request = b"\x08\x02" + field(2, SENDER) + field(3, BLOCK)
    assert INIT.to_bytes() == b"\x03" + b"\x08\x02\x10\x0a" + field(6, request)
    request = b"\x08\xac\x02" + field(2, SENDER) + field(3, BLOCK) + field(4, b"payload")
    assert COMMIT.signature is not None
    assert COMMIT.to_bytes() == b"\x03\x08\x02\x10\x0b" + field(3, COMMIT.signature) + field(6, request)


def test_the_signature_is_on_the_hash_of_the_message_without_it() -> None:
    unsigned = dataclasses.replace(COMMIT, signature=None)
    assert COMMIT.signing_hash == keccak256(unsigned.to_bytes()[1:])
    COMMIT.verify_signature(KEY.public_key())
    for false in (unsigned, dataclasses.replace(COMMIT, payload=b"another")):
        with pytest.raises(VerificationError) as info:
            false.verify_signature(KEY.public_key())
        assert info.value.code == "drand-signature"


@pytest.mark.parametrize("message", [INIT, COMMIT, INIT.signed_by(KEY)])
def test_messages_decode_to_themselves(message: DrandMessage) -> None:
    assert DrandMessage.from_bytes(message.to_bytes()) == message


def test_what_is_no_randomness_message_is_refused() -> None:
    data = COMMIT.to_bytes()
    assert refusal_of(b"") == "drand-category"
    assert refusal_of(b"\x00" + data[1:]) == "drand-category"
    assert refusal_of(data[:-1]) == "drand-protobuf"
    assert refusal_of(data[:1] + b"\x08\x01" + data[3:]) == "drand-type"
    assert refusal_of(data[:3] + b"\x10\x04" + data[5:]) == "drand-type"
    assert refusal_of(b"\x03\x08\x02\x10\x0a") == "drand-type"
    assert refusal_of(data + b"\0" * MAX_MESSAGE_BYTES) == "drand-size"


def test_a_message_in_another_encoding_is_refused() -> None:
    data = INIT.to_bytes()
    assert refusal_of(data + b"\x78\x01") == "drand-canonical"
    assert refusal_of(data[:1] + data[3:] + data[1:3]) == "drand-canonical"
    assert refusal_of(data[:1] + b"\x08\x82\x00" + data[3:]) == "drand-canonical"


def test_a_hash_of_another_length_is_refused() -> None:
    request = b"\x08\x02" + field(2, SENDER) + field(3, BLOCK[:-1])
    assert refusal_of(b"\x03\x08\x02\x10\x0a" + field(6, request)) == "bytes-length"


def test_text_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        DrandMessage.from_bytes("00")  # type: ignore[arg-type]


@given(st.binary(max_size=300).map(lambda rest: b"\x03" + rest))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    try:
        message = DrandMessage.from_bytes(data)
    except DecodeError:
        return
    assert message.to_bytes() == data


@given(st.integers(0, 8 * len(COMMIT.to_bytes()) - 1))
def test_an_altered_bit_is_noticed(position: int) -> None:
    data = bytearray(COMMIT.to_bytes())
    data[position // 8] ^= 1 << position % 8
    with pytest.raises(HarmonyError):
        DrandMessage.from_bytes(bytes(data)).verify_signature(KEY.public_key())
