"""Consensus messages from bytes: what is no such message, and what is not encoded as nodes encode it."""

from dataclasses import replace
from typing import Any

import pytest

from harmony_core.errors import DecodeError
from harmony_core.fbft import (
    CommitVote,
    LastSignPower,
    Message,
    NewView,
    decode_content,
    decode_message,
    encode_message,
)
from harmony_core.fbft.build import build_announce, build_committed, build_last_sign_power, build_prepared
from harmony_core.fbft.encoding import content_of, to_envelope
from harmony_core.primitives import Compatibility, ShardID
from harmony_core.wire import ConsensusRequest, Envelope, ViewChangeRequest, decode_envelope
from support.fbft_world import World

WORLD = World()
LATER = WORLD.later()
BLOCK = WORLD.header()
ASKED = [LATER.ask(at) for at in range(6)]
MESSAGES: list[Message] = [
    build_announce(WORLD.place, BLOCK.hash, WORLD.block(BLOCK), WORLD.secrets[0]),
    WORLD.prepare(3),
    WORLD.prepare(6, 7),
    build_prepared(
        WORLD.place, BLOCK.hash, WORLD.block(BLOCK), WORLD.certificate(BLOCK.hash), WORLD.secrets[0]
    ),
    WORLD.commit(4),
    build_committed(
        WORLD.place, BLOCK.hash, WORLD.certificate(WORLD.payload(WORLD.target())), WORLD.secrets[0]
    ),
    ASKED[0],
    LATER.ask(1, WORLD.prepared(BLOCK)),
    LATER.new_view(ASKED),
    LATER.new_view([*ASKED, LATER.ask(6, WORLD.prepared(BLOCK))]),
    build_last_sign_power(ShardID(0), WORLD.secrets[0], prepare=-1, commit=88, change=0),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_messages_decode_to_themselves(message: Message) -> None:
    data = encode_message(message)
    assert decode_message(data) == message
    assert encode_message(decode_message(data)) == data
    assert decode_content(content_of(message)) == message


def refusal_of(envelope: Envelope) -> str:
    with pytest.raises(DecodeError) as info:
        decode_message(envelope.encode())
    return info.value.code


def altered(position: int, **changes: Any) -> str:
    envelope = to_envelope(MESSAGES[position])
    assert envelope.request is not None
    return refusal_of(replace(envelope, request=replace(envelope.request, **changes)))


def test_another_service_is_refused() -> None:
    assert refusal_of(replace(to_envelope(MESSAGES[0]), service_type=2)) == "message-service"


def test_unknown_types_are_refused() -> None:
    for kind in (0, 8, 10, 99):
        assert refusal_of(replace(to_envelope(MESSAGES[0]), type=kind)) == "message-type"


def test_the_request_has_to_be_that_of_the_type() -> None:
    assert refusal_of(replace(to_envelope(MESSAGES[0]), type=6)) == "message-request"
    assert refusal_of(replace(to_envelope(MESSAGES[6]), type=1)) == "message-request"
    assert refusal_of(Envelope(4, None)) == "message-request"


def test_a_sender_is_a_key_or_a_bitmap() -> None:
    assert altered(1, sender_pubkey_bitmap=b"\x02\0") == "message-sender"
    assert altered(1, sender_pubkey=b"") == "message-sender"


def test_payloads_have_their_lengths() -> None:
    assert altered(1, payload=bytes(95)) == "message-payload"
    assert altered(4, payload=bytes(97)) == "message-payload"
    assert altered(3, payload=bytes(96)) == "message-payload"
    assert altered(5, payload=b"") == "message-payload"


def test_an_announce_repeats_its_block_hash() -> None:
    assert altered(0, payload=bytes(32)) == "message-announce-payload"


def test_fields_of_other_types_are_refused() -> None:
    assert altered(1, block=b"\xc0") == "message-field"
    assert altered(6, m3_bitmap=b"\1") == "message-field"
    assert altered(8, leader_pubkey=bytes(48)) == "message-field"


def test_a_vote_is_not_signed_as_a_message() -> None:
    assert refusal_of(replace(to_envelope(MESSAGES[1]), signature=bytes(96))) == "message-vote-signature"


def test_half_a_prepared_block_is_refused() -> None:
    assert altered(7, prepared_block=b"") == "message-m1"
    assert altered(7, payload=b"") == "message-m1"
    assert altered(9, payload=bytes(128)) == "message-m1"


def test_keys_and_hashes_have_their_lengths() -> None:
    assert altered(1, sender_pubkey=bytes(47)) == "bytes-length"
    assert altered(1, block_hash=bytes(33)) == "bytes-length"
    assert altered(6, viewid_sig=b"") == "bytes-length"


def test_the_reference_crops_and_pads() -> None:
    envelope = to_envelope(MESSAGES[4])
    assert isinstance(envelope.request, ConsensusRequest)
    odd = replace(
        envelope, request=replace(envelope.request, block_hash=b"\1\2", sender_pubkey_bitmap=b"\2\0")
    )
    message = decode_message(odd.encode(), compatibility=Compatibility.reference())
    assert isinstance(message, CommitVote)
    assert message.block_hash == b"\1\2" + bytes(30)
    assert message.sender_key == WORLD.keys[4]


def test_missing_sums_are_none() -> None:
    envelope = to_envelope(MESSAGES[8])
    assert isinstance(envelope.request, ViewChangeRequest)
    bare = replace(envelope, request=replace(envelope.request, m3_aggsigs=b"", m2_aggsigs=b""))
    message = decode_message(bare.encode())
    assert isinstance(message, NewView)
    assert (message.m2_signature, message.m3_signature) == (None, None)


def test_negative_powers_survive() -> None:
    message = decode_message(encode_message(MESSAGES[10]))
    assert isinstance(message, LastSignPower)
    assert message.prepare == -1


def test_a_wrong_type_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        decode_envelope("00")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        to_envelope("message")  # type: ignore[arg-type]
