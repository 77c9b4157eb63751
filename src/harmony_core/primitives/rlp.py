"""RLP, the encoding of everything on the chain: strict, canonical and bounded.

An item is a byte string or a list of items. Only the shortest encoding of an item decodes, so that what decodes
encodes back to the same bytes; nesting and the number of items are bounded, so that no input costs more time or
memory than its size warrants.

Source: the Ethereum yellow paper, appendix B; go-ethereum 1.11.2, package rlp, whose canonical-form checks the
reference client relies on.
"""

# ruff: noqa: PLR2004 - the prefix bytes are the format itself
from collections.abc import Sequence
from typing import Final, TypeAlias

from harmony_core.errors import DecodeError, VerificationError, require

__all__ = [
    "EMPTY_LIST",
    "EMPTY_STRING",
    "MAX_DEPTH",
    "MAX_ITEMS",
    "RLPEncodable",
    "RLPItem",
    "decode",
    "decode_uint",
    "encode",
    "encode_bytes",
    "encode_list",
    "encode_uint",
    "expect_bytes",
    "expect_list",
]

RLPItem: TypeAlias = bytes | list["RLPItem"]
"""What decoding returns: a byte string, or a list of items."""

RLPEncodable: TypeAlias = bytes | bytearray | memoryview | Sequence["RLPEncodable"]
"""What encoding takes: a byte string, or a list or tuple of such."""

MAX_DEPTH: Final = 16
"""Default bound of nested lists; the deepest structure on the chain has about half as many."""

MAX_ITEMS: Final = 1 << 18
"""Default bound of items in one encoding, lists included: more than any message of 1.25 MB on the wire has."""

EMPTY_STRING: Final = b"\x80"
"""Encoding of the empty byte string, of the integer 0 and of an absent value."""

EMPTY_LIST: Final = b"\xc0"
"""Encoding of the empty list."""

_SHORT: Final = 56  # payloads of at least this many bytes have their length spelled out

_LIST: Final = 0xC0  # prefixes from here on start a list
_STRING_PREFIXES: Final = tuple(bytes((0x80 + size,)) for size in range(_SHORT))
_LONG_STRING_PREFIXES: Final = tuple(bytes((0xB7 + width,)) for width in range(9))


def decode(
    data: bytes | bytearray | memoryview, *, max_depth: int = MAX_DEPTH, max_items: int = MAX_ITEMS
) -> RLPItem:
    """Return the single item that ``data`` encodes.

    Args:
        data: the whole encoding, nothing before and nothing after it.
        max_depth: how many lists may be nested; 0 allows a byte string only.
        max_items: how many items, lists included, the encoding may have.

    Raises:
        DecodeError: code ``rlp-truncated`` (a length reaches past the data or the enclosing list),
            ``rlp-trailing-bytes``, ``rlp-non-canonical`` (not the shortest form of a length), ``rlp-depth`` or
            ``rlp-item-count``.
    """
    data = _as_bytes(data)
    size = len(data)
    require(size, DecodeError, "rlp-truncated", "The RLP data is empty.")
    start, stop = _payload(data, size)
    require(
        stop == size,
        DecodeError,
        "rlp-trailing-bytes",
        "There are bytes after the end of the RLP item.",
        expected=stop,
        actual=size,
    )
    if data[0] < _LIST:
        return data[start:stop]
    if max_depth < 1:
        _refuse_depth(max_depth)
    return _decode_list(data, start, stop, max_depth, max_items)


def _decode_list(  # noqa: C901, PLR0912 - one loop without calls is what makes headers fast
    data: bytes, position: int, end: int, max_depth: int, max_items: int
) -> list[RLPItem]:
    # One loop over all levels, with the enclosing lists on a stack: no recursion that an input could exhaust, and
    # the common case, a short string, is decided in the fewest steps.
    root: list[RLPItem] = []
    items = root
    enclosing: list[tuple[list[RLPItem], int]] = []
    count = 1
    while True:
        if position >= end:
            if not enclosing:
                return root
            items, end = enclosing.pop()
            continue
        count += 1
        if count > max_items:
            _refuse_count(max_items)
        prefix = data[position]
        if prefix < _LIST:
            if prefix < 0x80:  # a byte that stands for itself
                start, stop = position, position + 1
            elif prefix < 0xB8:
                start, stop = position + 1, position + prefix - 0x7F
                if prefix == 0x81 and start < end and data[start] < 0x80:
                    _refuse_form("A single byte below 0x80 stands for itself.")
            else:
                start, stop = _long_payload(data, position, end, prefix - 0xB7)
            if stop > end:
                _refuse_length(end - start, stop - start)
            items.append(data[start:stop])
            position = stop
            continue
        if prefix < 0xF8:
            start, stop = position + 1, position + prefix - 0xBF
        else:
            start, stop = _long_payload(data, position, end, prefix - 0xF7)
        if stop > end:
            _refuse_length(end - start, stop - start)
        if len(enclosing) + 2 > max_depth:
            _refuse_depth(max_depth)
        inner: list[RLPItem] = []
        items.append(inner)
        enclosing.append((items, end))
        items, position, end = inner, start, stop


def _payload(data: bytes, end: int) -> tuple[int, int]:
    """Return where the payload of the first item of ``data`` begins and ends."""
    prefix = data[0] if data else 0x80
    if prefix < 0x80:
        return 0, 1
    if prefix < 0xB8:
        start, stop = 1, prefix - 0x7F
        if prefix == 0x81 and end > 1 and data[1] < 0x80:
            _refuse_form("A single byte below 0x80 stands for itself.")
    elif prefix < _LIST:
        start, stop = _long_payload(data, 0, end, prefix - 0xB7)
    elif prefix < 0xF8:
        start, stop = 1, prefix - 0xBF
    else:
        start, stop = _long_payload(data, 0, end, prefix - 0xF7)
    if stop > end:
        _refuse_length(end - start, stop - start)
    return start, stop


def _long_payload(data: bytes, position: int, end: int, width: int) -> tuple[int, int]:
    """Return where a payload begins and ends whose length is spelled out in ``width`` bytes after the prefix."""
    start = position + 1 + width
    if start > end:
        _refuse_length(end - position - 1, width)
    if data[position + 1 : position + 2] == b"\x00":
        _refuse_form("A spelled-out length has no leading zero.")
    length = int.from_bytes(data[position + 1 : start], "big")
    if length < _SHORT:
        _refuse_form("A length below 56 is part of the prefix.")
    return start, start + length


def _refuse_length(available: int, length: int) -> None:
    require(
        available >= length,
        DecodeError,
        "rlp-truncated",
        "An RLP length reaches past the end of the data or of the enclosing list.",
        expected=length,
        actual=available,
    )


def _refuse_form(sentence: str) -> None:
    raise DecodeError(sentence, code="rlp-non-canonical")


def _refuse_depth(max_depth: int) -> None:
    raise DecodeError("RLP lists are nested too deeply.", code="rlp-depth", expected=f"at most {max_depth}")


def _refuse_count(max_items: int) -> None:
    raise DecodeError(
        "The RLP data has too many items.", code="rlp-item-count", expected=f"at most {max_items}"
    )


def encode(item: RLPEncodable, *, max_depth: int = MAX_DEPTH) -> bytes:
    """Return the canonical encoding of a byte string, or of a list or tuple of items.

    Raises:
        VerificationError: code ``rlp-encode-depth`` when lists are nested deeper than ``max_depth``.
        TypeError: for an item that is neither bytes nor a list; integers go through `encode_uint` first.
    """
    if isinstance(item, bytes):
        return encode_bytes(item)
    if isinstance(item, list | tuple):
        require(max_depth > 0, VerificationError, "rlp-encode-depth", "RLP lists are nested too deeply.")
        inner_depth = max_depth - 1
        return encode_list(
            [
                encode_bytes(inner) if isinstance(inner, bytes) else encode(inner, max_depth=inner_depth)
                for inner in item
            ]
        )
    if isinstance(item, bytearray | memoryview):
        return encode_bytes(bytes(item))
    raise TypeError(f"an RLP item is bytes or a list, not {type(item).__name__}")


def encode_bytes(value: bytes) -> bytes:
    """Return the encoding of a byte string."""
    size = len(value)
    if size < _SHORT:
        return value[:] if size == 1 and value[0] < 0x80 else _STRING_PREFIXES[size] + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return _LONG_STRING_PREFIXES[len(length)] + length + value


def encode_list(encodings: Sequence[bytes]) -> bytes:
    """Return the encoding of a list whose items are encoded already."""
    payload = b"".join(encodings)
    size = len(payload)
    if size < _SHORT:
        return bytes((_LIST + size,)) + payload
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0xF7 + len(length),)) + length + payload


def encode_uint(value: int) -> bytes:
    """Return the item of an unsigned integer: big-endian, without leading zeros, empty for 0.

    Raises:
        VerificationError: code ``rlp-negative`` for a negative integer, which has no encoding.
    """
    require(value >= 0, VerificationError, "rlp-negative", "RLP has no form for a negative integer.")
    return value.to_bytes((value.bit_length() + 7) // 8, "big", signed=value < 0)


def decode_uint(item: RLPItem, bits: int | None = None) -> int:
    """Return the unsigned integer of an item: big-endian, without leading zeros.

    Args:
        item: a decoded item.
        bits: the largest bit length allowed; None for any.

    Raises:
        DecodeError: code ``rlp-expected-bytes``, ``rlp-integer-leading-zero`` or ``rlp-integer-size``.
    """
    value = expect_bytes(item)
    if value[:1] == b"\x00":
        raise DecodeError(
            "An integer in RLP has no leading zero bytes.", code="rlp-integer-leading-zero", actual=value[:32]
        )
    number = int.from_bytes(value, "big")
    if bits is not None:
        require(
            number.bit_length() <= bits,
            DecodeError,
            "rlp-integer-size",
            "An integer is larger than its field.",
            expected=f"at most {bits} bits",
            actual=f"{number.bit_length()} bits",
        )
    return number


def expect_bytes(item: RLPItem, length: int | None = None) -> bytes:
    """Return an item that has to be a byte string, of ``length`` bytes if one is given.

    Raises:
        DecodeError: code ``rlp-expected-bytes`` or ``rlp-string-length``.
    """
    if not isinstance(item, bytes):
        require(False, DecodeError, "rlp-expected-bytes", "A byte string is expected here, not a list.")
        return b""
    if length is not None:
        require(
            len(item) == length,
            DecodeError,
            "rlp-string-length",
            "A byte string has the wrong length.",
            expected=length,
            actual=len(item),
        )
    return item


def expect_list(item: RLPItem, length: int | None = None) -> list[RLPItem]:
    """Return an item that has to be a list, of ``length`` items if a length is given.

    Raises:
        DecodeError: code ``rlp-expected-list`` or ``rlp-list-length``.
    """
    if isinstance(item, bytes):
        require(False, DecodeError, "rlp-expected-list", "A list is expected here, not a byte string.")
        return []
    if length is not None:
        require(
            len(item) == length,
            DecodeError,
            "rlp-list-length",
            "A list has the wrong number of items.",
            expected=length,
            actual=len(item),
        )
    return item


def _as_bytes(data: bytes | bytearray | memoryview) -> bytes:
    if type(data) is bytes:
        return data
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"RLP data is bytes, not {type(data).__name__}")
    return bytes(data)
