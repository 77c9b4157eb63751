"""Categories: the bytes in front of a message that say what it is.

Source: harmony-one/harmony, api/proto/common.go (GetMessageCategory, GetMessageType), api/proto/node/node.go.
"""

from enum import Enum, IntEnum
from typing import Final

from harmony_core.errors import DecodeError, require

__all__ = [
    "PROTOCOL_VERSION",
    "BlockMessageType",
    "MessageCategory",
    "NodeMessageKind",
    "NodeMessageType",
    "TransactionMessageType",
    "consensus_content",
    "message_category",
    "message_type",
    "open_consensus_content",
]

PROTOCOL_VERSION: Final = 1
"""Version of the protocol that the reference client states."""


class MessageCategory(IntEnum):
    """The first byte of a message's content."""

    CONSENSUS = 0
    """A protobuf message follows, see `harmony_core.wire.envelope`."""

    NODE = 1
    """A type byte, a subtype byte and RLP follow."""

    CLIENT = 2
    """Not in use any more."""

    DRAND = 3
    """Not in use any more: randomness messages of the early node."""


class NodeMessageType(IntEnum):
    """The second byte of a node message."""

    TRANSACTION = 0
    BLOCK = 1
    CLIENT = 2
    PING = 4
    SHARD_STATE = 5
    STAKING = 6


class TransactionMessageType(IntEnum):
    """The third byte of a message with transactions."""

    SEND = 0
    UNLOCK = 1


class BlockMessageType(IntEnum):
    """The third byte of a message of the type `NodeMessageType.BLOCK`."""

    SYNC = 0
    CROSS_LINK = 1
    RECEIPT = 2
    SLASH = 3
    HEARTBEAT = 4
    EPOCH = 5


class NodeMessageKind(Enum):
    """The node messages that nodes send; the value is the prefix of three bytes."""

    TRANSACTIONS = bytes((MessageCategory.NODE, NodeMessageType.TRANSACTION, TransactionMessageType.SEND))
    """A list of transactions."""

    STAKING_TRANSACTIONS = bytes((MessageCategory.NODE, NodeMessageType.STAKING, TransactionMessageType.SEND))
    """A list of staking transactions."""

    BLOCK_SYNC = bytes((MessageCategory.NODE, NodeMessageType.BLOCK, BlockMessageType.SYNC))
    """A list of blocks for those who follow the shard."""

    CROSS_LINKS = bytes((MessageCategory.NODE, NodeMessageType.BLOCK, BlockMessageType.CROSS_LINK))
    """A list of crosslinks for the beacon chain."""

    RECEIPTS = bytes((MessageCategory.NODE, NodeMessageType.BLOCK, BlockMessageType.RECEIPT))
    """A proof of cross-shard receipts for the shard that they go to."""

    SLASH_RECORDS = bytes((MessageCategory.NODE, NodeMessageType.BLOCK, BlockMessageType.SLASH))
    """A list of reports of double signing for the beacon chain."""

    HEARTBEAT = bytes((MessageCategory.NODE, NodeMessageType.BLOCK, BlockMessageType.HEARTBEAT))
    """What the beacon chain last knows of a shard, from its leader to that shard."""

    EPOCH_BLOCK = bytes((MessageCategory.NODE, NodeMessageType.BLOCK, BlockMessageType.EPOCH))
    """The last block of an epoch of the beacon chain, for the other shards."""


def message_category(content: bytes) -> MessageCategory:
    """Return what a message's content is, by its first byte.

    Raises:
        DecodeError: ``wire-content-length`` for no bytes, ``wire-category`` for an unknown category.
    """
    _require_length(content, 1)
    require(
        content[0] in MessageCategory._value2member_map_,
        DecodeError,
        "wire-category",
        "There is no such category of messages.",
        actual=content[0],
    )
    return MessageCategory(content[0])


def message_type(content: bytes) -> int:
    """Return the second byte of a message's content, which is the type of a node message.

    Raises:
        DecodeError: ``wire-content-length`` for fewer than two bytes.
    """
    _require_length(content, 2)
    return content[1]


def consensus_content(protobuf: bytes) -> bytes:
    """Return the content of a consensus message: its category and the protobuf message."""
    return bytes((MessageCategory.CONSENSUS,)) + protobuf


def open_consensus_content(content: bytes) -> bytes:
    """Return the protobuf message of a consensus message's content.

    Raises:
        DecodeError: ``wire-content-length`` for no bytes, ``wire-category-consensus`` for a message of another
            category.
    """
    _require_length(content, 1)
    require(
        content[0] == MessageCategory.CONSENSUS,
        DecodeError,
        "wire-category-consensus",
        "This is not a consensus message.",
        expected=int(MessageCategory.CONSENSUS),
        actual=content[0],
    )
    return bytes(content[1:])


def _require_length(content: bytes, length: int) -> None:
    if not isinstance(content, bytes | bytearray | memoryview):
        raise TypeError(f"a message is bytes, not {type(content).__name__}")
    require(
        len(content) >= length,
        DecodeError,
        "wire-content-length",
        "The message is too short to say what it is.",
        expected=f"at least {length}",
        actual=len(content),
    )
