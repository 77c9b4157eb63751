"""Strict decoding of trie nodes: only the one encoding that an honest trie produces is read."""

from harmony_core.errors import DecodeError, require
from harmony_core.trie.node import EMPTY_CHILD, Branch, Child, Extension, Leaf, Node

__all__ = ["decode_node"]

_HASH_HEAD = 0xA0
_LIST = 0xC0
_LONG_STRING = 0xB7
_LONG_LIST = 0xF7
_SHORT = 55
_BRANCH_ITEMS = 17
_PAIR_ITEMS = 2
_INLINE_LIMIT = 32


def decode_node(encoding: bytes) -> Node:
    """Read one node from its RLP encoding.

    Nodes inlined in it are read as well; they have fewer than 32 bytes, so nesting is bounded by the format itself,
    and an encoding of any size costs one pass.

    Raises:
        DecodeError: ``trie-node-rlp`` for anything but one canonical RLP list; ``trie-node-shape`` for a list that
            is no node; ``trie-node-path`` for a path that is not compact; ``trie-node-child`` for a reference that is
            neither a hash nor an inlined node; ``trie-node-canonical`` for a node that an honest trie would have
            written otherwise: an empty value in a leaf, an empty path before a child, a fork of one way.
    """
    start, end = _item(encoding, 0, len(encoding))
    branch = _decode_plain_branch(encoding, start) if end == len(encoding) else None
    if branch is not None:
        return branch
    require(
        start and encoding[0] >= _LIST and end == len(encoding),
        DecodeError,
        "trie-node-rlp",
        "A trie node is one RLP list without anything after it.",
    )
    bounds = _items(encoding, start, end)
    if len(bounds) == _BRANCH_ITEMS:
        return _decode_branch(encoding, bounds)
    require(
        len(bounds) == _PAIR_ITEMS,
        DecodeError,
        "trie-node-shape",
        "A trie node has 2 or 17 items.",
        actual=len(bounds),
    )
    return _decode_pair(encoding, bounds)


def _decode_plain_branch(encoding: bytes, start: int) -> Branch | None:
    """Read a branch whose children are all hashes and which has no value: nearly every node that is read is one."""
    children: list[Child] = []
    position = start
    try:
        for _ in range(16):
            head = encoding[position]
            if head == _HASH_HEAD:
                children.append(encoding[position : position + 33])
                position += 33
            elif head == EMPTY_CHILD[0]:
                children.append(EMPTY_CHILD)
                position += 1
            else:
                return None
    except IndexError:
        return None
    is_plain = (
        encoding[0] >= _LIST and encoding[position:] == EMPTY_CHILD and children.count(EMPTY_CHILD) < 15
    )  # noqa: PLR2004
    return Branch(children, b"") if is_plain else None


def _items(data: bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    """Return (first byte, payload start, payload end) of each item, at most 18 of them."""
    bounds = []
    while start < end and len(bounds) <= _BRANCH_ITEMS:
        payload, stop = _item(data, start, end)
        bounds.append((start, payload, stop))
        start = stop
    return bounds


def _item(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the payload of the RLP item at ``start`` begins and ends; both are checked to be canonical."""
    head = data[start] if start < end else -1
    if 0 <= head < 0x80:  # noqa: PLR2004 - a byte that stands for itself
        return start, start + 1
    is_list = head >= _LIST
    length = head - (_LIST if is_list else 0x80)
    payload = start + 1
    canonical = head >= 0
    if length > _SHORT:
        size = length - _SHORT
        payload += size
        length = int.from_bytes(data[start + 1 : payload], "big")
        canonical = payload <= end and length > _SHORT and data[start + 1] != 0
    stop = payload + length
    if length == 1 and not is_list and payload < end:
        canonical = canonical and data[payload] >= 0x80  # noqa: PLR2004
    require(
        canonical and stop <= end,
        DecodeError,
        "trie-node-rlp",
        "A trie node is written in canonical RLP.",
    )
    return payload, stop


def _decode_branch(encoding: bytes, bounds: list[tuple[int, int, int]]) -> Branch:
    children = [_decode_child(encoding, *bound) for bound in bounds[:16]]
    value = _decode_value(encoding, *bounds[16])
    occupied = 16 - children.count(EMPTY_CHILD) + bool(value)
    require(
        occupied > 1,
        DecodeError,
        "trie-node-canonical",
        "A branch has at least two ways, or a way and a value.",
        actual=occupied,
    )
    return Branch(children, value)


def _decode_pair(encoding: bytes, bounds: list[tuple[int, int, int]]) -> Leaf | Extension:
    path, is_leaf = _decode_path(_decode_value(encoding, *bounds[0]))
    if is_leaf:
        value = _decode_value(encoding, *bounds[1])
        require(value, DecodeError, "trie-node-canonical", "A leaf holds a value that is not empty.")
        return Leaf(path, value)
    require(path, DecodeError, "trie-node-canonical", "An extension covers at least one nibble.")
    child = _decode_child(encoding, *bounds[1])
    require(
        isinstance(child, Branch) or (isinstance(child, bytes) and child != EMPTY_CHILD),
        DecodeError,
        "trie-node-canonical",
        "An extension leads to a branch.",
    )
    return Extension(path, child)


def _decode_value(encoding: bytes, first: int, start: int, end: int) -> bytes:
    require(
        encoding[first] < _LIST,
        DecodeError,
        "trie-node-shape",
        "A path or a value in a trie node is a byte string.",
    )
    return encoding[start:end]


def _decode_path(compact: bytes) -> tuple[str, bool]:
    digits = compact.hex()
    flag = digits[:1]
    require(
        flag in {"1", "3"} or digits[:2] in {"00", "20"},
        DecodeError,
        "trie-node-path",
        "A path in a trie node starts with one of the flags 00, 1, 20 and 3.",
        actual=digits[:2],
    )
    return digits[1 if flag in {"1", "3"} else 2 :], flag in {"2", "3"}


def _decode_child(encoding: bytes, first: int, start: int, end: int) -> Child:
    head = encoding[first]
    if head == _HASH_HEAD:
        return encoding[first:end]
    if head == EMPTY_CHILD[0]:
        return EMPTY_CHILD
    require(
        head >= _LIST and end - first < _INLINE_LIMIT,
        DecodeError,
        "trie-node-child",
        "A child is held by its 32-byte hash, or inlined if it has fewer than 32 bytes.",
        actual=end - first,
    )
    inlined = encoding[first:end]
    node = decode_node(inlined)
    node.reference = inlined
    node.stored = True
    return node
