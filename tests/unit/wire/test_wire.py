"""Frames, categories and the protobuf envelope."""

import re
from pathlib import Path

import pytest

import harmony_core.wire
from harmony_core.errors import DecodeError
from harmony_core.primitives import Compatibility
from harmony_core.wire import (
    MAX_CONTENT_BYTES,
    ConsensusRequest,
    Envelope,
    LastSignPowerRequest,
    MessageCategory,
    MessageType,
    RetiredRequest,
    ServiceType,
    ViewChangeRequest,
    consensus_content,
    decode_envelope,
    frame,
    frame_prefix,
    message_category,
    message_type,
    messages_pb2,
    open_consensus_content,
    unframe,
)

VOTE = Envelope(4, ConsensusRequest(80, 77, 0, bytes(32), b"", bytes(48), bytes(96), b""))


def refusal_of(action: object, *args: object) -> str:
    with pytest.raises(DecodeError) as info:
        action(*args)  # type: ignore[operator]
    return info.value.code


def test_a_frame_is_a_marker_and_a_length() -> None:
    assert frame(b"abc") == b"\x11\0\0\0\3abc"
    assert unframe(frame(b"abc")) == b"abc"
    assert unframe(frame(b"")) == b""


def test_a_frame_of_another_kind_is_refused() -> None:
    assert refusal_of(unframe, b"\x12\0\0\0\0") == "wire-frame-marker"
    assert refusal_of(unframe, b"\x11\0\0\0") == "wire-frame-marker"
    assert refusal_of(unframe, b"") == "wire-frame-marker"


def test_a_frame_has_the_length_that_it_states() -> None:
    assert refusal_of(unframe, b"\x11\0\0\0\2a") == "wire-frame-content"
    assert refusal_of(unframe, b"\x11\0\0\0\0a") == "wire-frame-content"


def test_a_length_fits_in_32_bits() -> None:
    assert frame_prefix((1 << 32) - 1) == b"\x11\xff\xff\xff\xff"
    assert refusal_of(frame_prefix, 1 << 32) == "wire-frame-length"
    assert refusal_of(frame_prefix, -1) == "wire-frame-length"


def test_what_is_too_long_is_refused_unread() -> None:
    assert unframe(frame(bytes(MAX_CONTENT_BYTES)))
    assert refusal_of(frame, bytes(MAX_CONTENT_BYTES + 1)) == "wire-size"
    assert refusal_of(unframe, bytes(MAX_CONTENT_BYTES + 6)) == "wire-size"
    assert refusal_of(decode_envelope, bytes(MAX_CONTENT_BYTES + 1)) == "wire-size"


def test_a_message_says_what_it_is() -> None:
    assert message_category(b"\1\2") is MessageCategory.NODE
    assert message_type(b"\1\2") == 2
    assert open_consensus_content(consensus_content(b"x")) == b"x"
    assert refusal_of(message_category, b"") == "wire-content-length"
    assert refusal_of(message_type, b"\1") == "wire-content-length"
    assert refusal_of(message_category, b"\4") == "wire-category"
    assert refusal_of(open_consensus_content, b"\1x") == "wire-category-consensus"


def test_an_envelope_is_written_out_by_hand() -> None:
    request = (
        b"\x08\x50\x10\x4d" + b"\x22\x20" + bytes(32) + b"\x32\x30" + bytes(48) + b"\x3a\x60" + bytes(96)
    )
    assert VOTE.encode() == b"\x10\4\x2a\xba\1" + request
    assert decode_envelope(VOTE.encode()) == VOTE


@pytest.mark.parametrize(
    "envelope",
    [
        VOTE,
        Envelope(0, None),
        Envelope(99, None, b"\1", 3),
        Envelope(6, ViewChangeRequest(1, (1 << 64) - 1, 3, b"a", b"b", prepared_block=b"c"), bytes(96)),
        Envelope(13, LastSignPowerRequest(-5, 1 << 62, 0, b"k", 7)),
        Envelope(0, RetiredRequest("staking", b"\x0a\1x"), b"s", 1),
        Envelope(4, ConsensusRequest()),
    ],
)
def test_envelopes_decode_to_themselves(envelope: Envelope) -> None:
    assert decode_envelope(envelope.encode()) == envelope


def test_what_is_no_protobuf_is_refused() -> None:
    for data in (b"\0", b"\xff\xff", b"\x10\x80", b"\x2a\5\1", VOTE.encode()[:-1]):
        assert refusal_of(decode_envelope, data) == "wire-protobuf"


def test_another_encoding_is_refused() -> None:
    data = VOTE.encode()
    others = [
        b"\x08\0" + data,  # a default written out
        data + b"\x10\4",  # a field twice
        data[2:] + data[:2],  # in another order
        b"\x10\x84\0" + data[2:],  # a longer number
        data + b"\x78\1",  # an unknown field
        data[:2] + b"\x2a\xbc\1" + data[5:] + b"\x78\1",  # an unknown field within
    ]
    for other in others:
        assert refusal_of(decode_envelope, other) == "wire-canonical"
        assert decode_envelope(other, compatibility=Compatibility.reference()).type == 4


def test_the_reference_keeps_unknown_fields() -> None:
    data = VOTE.encode() + b"\x78\1"
    envelope = decode_envelope(data, compatibility=Compatibility(loose_protobuf=True))
    assert envelope.unknown == b"\x78\1"
    assert envelope.encode() == data


def test_the_generated_code_is_that_of_the_definition() -> None:
    """Hold the descriptor against the lines of the .proto file: every message, field, number, type and enum value."""
    text = (Path(harmony_core.wire.__file__).parent / "messages.proto").read_text()
    text = re.sub(r"//[^\n]*", "", text)
    enums, fields = {}, {}
    for name, body in re.findall(r"enum (\w+) \{([^}]*)\}", text):
        enums[name] = {key: int(number) for key, number in re.findall(r"(\w+) = (\d+);", body)}
    flat = re.sub(r"enum \w+ \{[^}]*\}", "", text)
    flat = re.sub(r"oneof \w+ \{([^}]*)\}", r"\1", flat)
    for name, body in re.findall(r"message (\w+) \{([^}]*)\}", flat):
        fields[name] = {
            key: (kind, int(number)) for kind, key, number in re.findall(r"(\w+) (\w+) = (\d+);", body)
        }
    descriptor = messages_pb2.DESCRIPTOR
    assert {
        kind.name: dict(kind.values_by_name) for kind in descriptor.enum_types_by_name.values()
    }.keys() == {
        "ServiceType",
        "MessageType",
    }
    for name in ("ServiceType", "MessageType"):
        values = descriptor.enum_types_by_name[name].values
        assert {value.name: value.number for value in values} == enums[name]
    kinds = {3: "int64", 4: "uint64", 9: "string", 12: "bytes", 13: "uint32"}
    generated = {
        name: {
            field.name: (
                kinds.get(field.type) or (field.message_type or field.enum_type).name,  # type: ignore[union-attr]
                field.number,
            )
            for field in message.fields
        }
        for name, message in descriptor.message_types_by_name.items()
    }
    assert generated == fields
    assert {kind.name: kind.value for kind in MessageType} == enums["MessageType"]
    assert {kind.name: kind.value for kind in ServiceType} == enums["ServiceType"]
