"""Any bytes as a message: decoded to what encodes back to them, or refused, within bounds of time and memory."""

import gzip
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.chain.node_messages import decode_node_message
from harmony_core.errors import DecodeError, HarmonyError
from harmony_core.fbft import (
    Message,
    check_messages,
    decode_content,
    decode_message,
    encode_message,
    verify_message,
)
from harmony_core.fbft.encoding import content_of
from harmony_core.primitives import Compatibility
from harmony_core.wire import NodeMessageKind, decode_envelope, unframe
from support.bounds import CAN_MEASURE, HOSTILE, MEBIBYTE, costs_of
from support.fbft_world import World

WORLD = World()
RECORDED = Path(__file__).parents[1] / "data" / "localnet"


@cache
def samples(stem: str, field: str) -> list[bytes]:
    """Return the shortest recorded message of each type and each length of its sender."""
    found: dict[str, bytes] = {}
    with gzip.open(RECORDED / f"{stem}.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            raw = bytes.fromhex(row["raw"])
            known = found.get(str(row.get(field)))
            if known is None or len(raw) < len(known):
                found[str(row.get(field))] = raw
    return [found[name] for name in sorted(found)]


def mutated(data: st.DataObject, sample: bytes) -> bytes:
    """Return the sample with some bytes replaced, removed or put in."""
    altered = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(altered)))
        length = data.draw(st.integers(0, 3))
        altered[at : at + length] = data.draw(st.binary(max_size=4))
    return bytes(altered)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_consensus_message_or_refused(data: bytes) -> None:
    for raw in (data, b"\x10\x02\x2a" + bytes([len(data) & 0x7F]) + data[:127]):
        try:
            message = decode_message(raw)
        except DecodeError:
            continue
        assert encode_message(message) == raw


@given(st.data())
def test_an_altered_message_is_refused_or_means_something_else(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(samples("consensus_msgs_shard0", "type")))
    raw = mutated(data, sample)
    try:
        message = decode_message(raw)
    except DecodeError:
        return
    assert encode_message(message) == raw
    assert (message == decode_message(sample)) == (raw == sample)
    assert decode_content(content_of(message)) == message


@given(st.data())
def test_the_reference_only_ever_refuses_with_its_own_errors(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(samples("consensus_msgs_shard0", "type")))
    reference = Compatibility.reference()
    try:
        envelope = decode_envelope(mutated(data, sample), compatibility=reference)
        decode_message(envelope.encode(), compatibility=reference)
    except HarmonyError as error:
        str(error)


@cache
def verified() -> list[tuple[World, Message]]:
    """Return messages that hold, each with its world."""
    later = WORLD.later()
    return [
        (WORLD, WORLD.prepare(6, 7)),
        (WORLD, WORLD.commit(3)),
        (later, later.ask(4)),
        (later, later.ask(4, later.prepared(WORLD.header()))),
    ]


@settings(max_examples=30)
@given(st.data())
def test_no_altered_message_is_verified(data: st.DataObject) -> None:
    """Every field of a message is under some signature or is known to the verifier."""
    world, message = data.draw(st.sampled_from(verified()))
    target = WORLD.target() if world is WORLD else None
    view = world.view(target, leader=None if world is WORLD else 2)
    raw = mutated(data, encode_message(message))
    try:
        altered = decode_message(raw)
    except DecodeError:
        return
    if altered == message:
        return
    with pytest.raises(HarmonyError):
        verify_message(altered, view)
    (together,) = check_messages([(altered, view)])
    assert isinstance(together, HarmonyError)


@given(st.sampled_from(sorted(kind.value for kind in NodeMessageKind)), st.binary(max_size=200))
def test_any_bytes_are_a_node_message_or_refused(prefix: bytes, data: bytes) -> None:
    for raw in (prefix + data, data):
        try:
            message = decode_node_message(raw)
        except HarmonyError:
            continue
        assert message.encode() == raw


@given(st.data())
def test_an_altered_node_message_encodes_back_or_is_refused(data: st.DataObject) -> None:
    stem = data.draw(st.sampled_from(["node_msgs_shard0", "node_msgs_shard1"]))
    raw = mutated(data, data.draw(st.sampled_from(samples(stem, "p2pPrefix")[:40])))
    try:
        message = decode_node_message(raw)
    except HarmonyError:
        return
    assert message.encode() == raw


@given(st.binary(max_size=40))
def test_any_bytes_are_a_frame_or_refused(data: bytes) -> None:
    for raw in (data, b"\x11\0\0\0" + data):
        try:
            content = unframe(raw)
        except DecodeError:
            continue
        assert raw.endswith(content)


BOMBS = HOSTILE | {
    "a field a byte": "b'\\x10\\x04' * (1 << 19)",
    "unknown fields": "b'\\x78\\x01' * (1 << 19)",
    "open groups": "b'\\x7b' * (1 << 20)",
    "nested requests": "b'\\x2a\\xfc\\xff\\x3f' + b'\\x22\\x00' * (1 << 19)",
    "one large block": "b'\\x10\\x01\\x2a\\xf8\\xff\\x3f\\x2a\\xf4\\xff\\x3f' + bytes((1 << 20) - 12)",
}


STRICTLY = "from harmony_core.fbft import decode_message as decode"
AS_THE_REFERENCE = """
from harmony_core.fbft import decode_message
from harmony_core.primitives import Compatibility
def decode(data):
    return decode_message(data, compatibility=Compatibility.reference())
"""
NODE_MESSAGE = """
from harmony_core.chain.node_messages import decode_node_message
def decode(data):
    return decode_node_message({prefix!r} + data)
"""
BY_DEFAULT = {NodeMessageKind.BLOCK_SYNC, NodeMessageKind.EPOCH_BLOCK}


def check_bounds(setup: str) -> None:
    for name, cost in costs_of(setup, BOMBS).items():
        assert cost.seconds < 1, name
        assert cost.memory < 64 * MEBIBYTE, name


@pytest.mark.skipif(not CAN_MEASURE, reason="needs /proc")
@pytest.mark.parametrize("setup", [STRICTLY, AS_THE_REFERENCE], ids=["strict", "reference"])
def test_hostile_consensus_messages_cost_little(setup: str) -> None:
    check_bounds(setup)


@pytest.mark.skipif(not CAN_MEASURE, reason="needs /proc")
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=kind.name, marks=() if kind in BY_DEFAULT else pytest.mark.slow)
        for kind in NodeMessageKind
    ],
)
def test_hostile_node_messages_cost_little(kind: NodeMessageKind) -> None:
    check_bounds(NODE_MESSAGE.format(prefix=kind.value))
