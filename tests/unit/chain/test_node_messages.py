"""Node messages: kinds, contents, heartbeats, and what is refused."""

from dataclasses import replace

import pytest

from harmony_core.chain import Committee, Slot
from harmony_core.chain.block import decode_block
from harmony_core.chain.node_messages import (
    EpochBlock,
    Heartbeat,
    NodeMessage,
    cross_links_to_send,
    decode_node_message,
    verify_heartbeat,
)
from harmony_core.crypto.bls import SecretKey
from harmony_core.errors import DecodeError, HarmonyError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Address, BlockNumber, Epoch, ShardID
from harmony_core.wire import MAX_CONTENT_BYTES, NodeMessageKind
from support.committees import header_at
from support.fbft_world import World

KEY = SecretKey(41)
BEACON = Committee(ShardID(0), (Slot(Address.zero(), KEY.public_key().to_bytes(), None),))
HEARTBEAT = Heartbeat(ShardID(1), BlockNumber(12345), Epoch(77), KEY.public_key().to_bytes()).signed_by(KEY)
BLOCK = decode_block(World.block(header_at(5)))


@pytest.mark.parametrize(
    "message",
    [
        NodeMessage(NodeMessageKind.TRANSACTIONS, ()),
        NodeMessage(NodeMessageKind.STAKING_TRANSACTIONS, ()),
        NodeMessage(NodeMessageKind.BLOCK_SYNC, (BLOCK, BLOCK)),
        NodeMessage(NodeMessageKind.CROSS_LINKS, ()),
        NodeMessage(NodeMessageKind.SLASH_RECORDS, ()),
        NodeMessage(NodeMessageKind.HEARTBEAT, HEARTBEAT),
        NodeMessage(NodeMessageKind.HEARTBEAT, replace(HEARTBEAT, signature=None)),
        NodeMessage(NodeMessageKind.EPOCH_BLOCK, EpochBlock(BLOCK)),
        NodeMessage(NodeMessageKind.EPOCH_BLOCK, EpochBlock(BLOCK, bytes(97))),
    ],
)
def test_messages_decode_to_themselves(message: NodeMessage) -> None:
    assert decode_node_message(message.encode()) == message


def refusal_of(data: bytes) -> str:
    with pytest.raises(DecodeError) as info:
        decode_node_message(data)
    return info.value.code


def test_unknown_kinds_are_refused() -> None:
    for prefix in (b"", b"\1", b"\1\1", b"\0\0\0", b"\1\1\6", b"\1\0\1", b"\1\7\0"):
        assert refusal_of(prefix + b"\xc0"[: len(prefix) // 3]) == "node-message-kind"


def test_a_kind_alone_is_no_message() -> None:
    for kind in NodeMessageKind:
        assert refusal_of(kind.value) == "node-message-empty"


def test_what_is_too_long_is_refused_unread() -> None:
    assert refusal_of(bytes(MAX_CONTENT_BYTES + 1)) == "wire-size"


def test_contents_are_decoded_strictly() -> None:
    for kind in NodeMessageKind:
        assert refusal_of(kind.value + b"\xc1") == "rlp-truncated"
        assert refusal_of(kind.value + b"\x80")
        assert refusal_of(kind.value + b"\xc0\x80")


def test_a_heartbeat_is_signed_by_the_beacon_chain() -> None:
    verify_heartbeat(HEARTBEAT, ShardID(1), BEACON)


def heartbeat_refusal(heartbeat: Heartbeat, shard: int = 1, beacon: Committee = BEACON) -> str:
    with pytest.raises(HarmonyError) as info:
        verify_heartbeat(heartbeat, ShardID(shard), beacon)
    return info.value.code


def test_a_heartbeat_is_for_its_shard() -> None:
    assert heartbeat_refusal(HEARTBEAT, shard=2) == "heartbeat-shard"


def test_a_heartbeat_of_a_stranger_is_refused() -> None:
    other = SecretKey(42)
    forged = replace(HEARTBEAT, public_key=other.public_key().to_bytes()).signed_by(other)
    assert heartbeat_refusal(forged) == "heartbeat-outsider"


def test_a_heartbeat_without_a_signature_is_refused() -> None:
    assert heartbeat_refusal(replace(HEARTBEAT, signature=None)) == "heartbeat-unsigned"


def test_a_heartbeat_that_was_altered_is_refused() -> None:
    for forged in (
        replace(HEARTBEAT, latest_block=BlockNumber(12346)),
        replace(HEARTBEAT, epoch=Epoch(78)),
        replace(HEARTBEAT, shard_id=ShardID(2)),
    ):
        assert heartbeat_refusal(forged, shard=forged.shard_id) == "bls-signature"


def test_a_heartbeat_of_impossible_numbers_is_refused() -> None:
    with pytest.raises(VerificationError):
        replace(HEARTBEAT, latest_block=BlockNumber(1 << 64))


def test_crosslinks_are_about_parents() -> None:
    config = load_network("localnet").config
    parent = header_at(5, shard_id=1, number=100)
    child = replace(header_at(5, shard_id=1, number=101), parent_hash=parent.hash)
    (link,) = cross_links_to_send(config, [child], {parent.hash: parent})
    assert (link.block_hash, link.number) == (parent.hash, 100)
    assert cross_links_to_send(config, [child], {}) == ()
    assert cross_links_to_send(config, [replace(child, number=BlockNumber(1))], {parent.hash: parent}) == ()
