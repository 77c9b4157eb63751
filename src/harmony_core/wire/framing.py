"""Framing: how a message's content travels between nodes.

Source: harmony-one/harmony, p2p/host.go (ConstructMessage), node/harmony/node_handler.go (p2pMsgPrefixSize).
"""

from typing import Final

from harmony_core.errors import DecodeError, require

__all__ = ["FRAME_PREFIX_BYTES", "MAX_CONTENT_BYTES", "frame", "frame_prefix", "unframe"]

FRAME_PREFIX_BYTES: Final = 5
"""Length of what stands before the content: a marker and the content's length."""

MAX_CONTENT_BYTES: Final = 1280 * 1024 - 1
"""The longest content that is looked at, just under 1.25 MiB.

Source: harmony-one/harmony, core/types/tx_pool.go (MaxP2PNodeDataSize), which the reference applies to node messages.
"""

_MARKER: Final = 0x11


def frame_prefix(length: int) -> bytes:
    """Return what stands before a content of ``length`` bytes: 0x11 and the length in 4 bytes, big-endian.

    Raises:
        DecodeError: ``wire-frame-length`` for a length outside 32 bits.
    """
    require(
        0 <= length < 1 << 32,
        DecodeError,
        "wire-frame-length",
        "The length of a message fits in 32 bits.",
        actual=length,
    )
    return bytes((_MARKER,)) + length.to_bytes(4, "big")


def frame(content: bytes) -> bytes:
    """Return the content with its prefix.

    Raises:
        DecodeError: ``wire-size`` for more than `MAX_CONTENT_BYTES`.
    """
    _require_size(len(content))
    return frame_prefix(len(content)) + content


def unframe(data: bytes) -> bytes:
    """Return the content of a framed message.

    Raises:
        DecodeError: ``wire-size`` for a content of more than `MAX_CONTENT_BYTES`, ``wire-frame-marker`` for another
            first byte or fewer bytes than the prefix has, ``wire-frame-content`` for a content of another length
            than the prefix states.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"a message is bytes, not {type(data).__name__}")
    _require_size(len(data) - FRAME_PREFIX_BYTES)
    require(
        len(data) >= FRAME_PREFIX_BYTES and data[0] == _MARKER,
        DecodeError,
        "wire-frame-marker",
        "A message between nodes begins with 0x11 and four bytes of length.",
        actual=bytes(data[:FRAME_PREFIX_BYTES]),
    )
    stated = int.from_bytes(data[1:FRAME_PREFIX_BYTES], "big")
    require(
        stated == len(data) - FRAME_PREFIX_BYTES,
        DecodeError,
        "wire-frame-content",
        "The message has another length than it states.",
        expected=stated,
        actual=len(data) - FRAME_PREFIX_BYTES,
    )
    return bytes(data[FRAME_PREFIX_BYTES:])


def _require_size(length: int) -> None:
    require(
        length <= MAX_CONTENT_BYTES,
        DecodeError,
        "wire-size",
        "The message is longer than any message of the protocol.",
        expected=f"at most {MAX_CONTENT_BYTES}",
        actual=length,
    )
