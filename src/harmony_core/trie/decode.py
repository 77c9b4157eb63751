"""Strict decoding of trie nodes: only the one encoding that an honest trie produces is read."""

import re
from typing import Final

from harmony_core.errors import DecodeError, require
from harmony_core.primitives import rlp
from harmony_core.primitives.rlp import RLPItem
from harmony_core.trie.node import EMPTY_CHILD, Branch, Child, Extension, Leaf, Node

__all__ = ["decode_node"]

_WAYS: Final = 16
_BRANCH_ITEMS: Final = 17
_PAIR_ITEMS: Final = 2
_HASH_LENGTH: Final = 32
# An inlined node has fewer than 32 bytes, which bounds what a node can hold of lists and of items.
_MAX_DEPTH: Final = 8
_MAX_ITEMS: Final = 1 + _BRANCH_ITEMS * _HASH_LENGTH


_PLAIN_BRANCH: Final = re.compile(rb"(?:\x80|\xa0.{32}){16}\x80", re.DOTALL)
_PLAIN_CHILD: Final = re.compile(rb"\x80|\xa0.{32}", re.DOTALL)


def decode_node(encoding: bytes) -> Node:
    """Read one node from its RLP encoding, with the nodes that are inlined in it.

    Raises:
        DecodeError: an ``rlp-`` code for anything but canonical RLP of bounded depth; ``trie-node-shape`` for an item
            that is no node; ``trie-node-path`` for a path that is not compact; ``trie-node-child`` for a
            reference that is neither a hash nor an inlined node of fewer than 32 bytes; ``trie-leaf-value``,
            ``trie-extension-path``, ``trie-extension-child`` and ``trie-branch-ways`` for nodes that an honest trie
            would have written otherwise.
    """
    return _decode_plain_branch(encoding) or _node(
        rlp.decode(encoding, max_depth=_MAX_DEPTH, max_items=_MAX_ITEMS)
    )


def _decode_plain_branch(encoding: bytes) -> Branch | None:
    """Read a branch whose children are all hashes and which has no value: nearly every node that is read is one.

    Returns:
        The branch, or None for every other encoding, canonical or not.
    """
    head = encoding[:1]
    if head == b"\xf8":
        start, length, shortest = 2, int.from_bytes(encoding[1:2], "big"), 0x38
    elif head == b"\xf9":
        start, length, shortest = 3, int.from_bytes(encoding[1:3], "big"), 0x100
    else:
        return None
    if length < shortest or len(encoding) != start + length or not _PLAIN_BRANCH.fullmatch(encoding, start):
        return None
    children = _PLAIN_CHILD.findall(encoding, start)
    del children[_WAYS:]
    return Branch(children, b"") if children.count(EMPTY_CHILD) < _WAYS - 1 else None


def _node(item: RLPItem) -> Node:
    shape = len(item) if isinstance(item, list) else 0
    require(
        shape in {_PAIR_ITEMS, _BRANCH_ITEMS},
        DecodeError,
        "trie-node-shape",
        "A trie node is a list of 2 or of 17 items.",
    )
    if shape == _PAIR_ITEMS:
        return _pair(*item)
    children = [_child(way) for way in item[:_WAYS]]  # type: ignore[arg-type]
    value = _string(item[_WAYS])  # type: ignore[arg-type]
    occupied = _WAYS - children.count(EMPTY_CHILD) + bool(value)
    require(
        occupied > 1,
        DecodeError,
        "trie-branch-ways",
        "A branch has at least two ways, or a way and a value.",
        actual=occupied,
    )
    return Branch(children, value)


def _pair(path_item: RLPItem, second: RLPItem) -> Leaf | Extension:
    path, is_leaf = _path(_string(path_item))
    if is_leaf:
        value = _string(second)
        require(value, DecodeError, "trie-leaf-value", "A leaf holds a value that is not empty.")
        return Leaf(path, value)
    require(path, DecodeError, "trie-extension-path", "An extension covers at least one nibble.")
    child = _child(second)
    require(
        isinstance(child, Branch) or (isinstance(child, bytes) and child != EMPTY_CHILD),
        DecodeError,
        "trie-extension-child",
        "An extension leads to a branch.",
    )
    return Extension(path, child)


def _string(item: RLPItem) -> bytes:
    require(
        isinstance(item, bytes),
        DecodeError,
        "trie-node-shape",
        "A path or a value in a trie node is a byte string.",
    )
    return item  # type: ignore[return-value]


def _path(compact: bytes) -> tuple[str, bool]:
    """Return the digits of a compact path, and whether it is that of a leaf."""
    digits = compact.hex()
    is_odd = digits[:1] in {"1", "3"}
    require(
        is_odd or digits[:2] in {"00", "20"},
        DecodeError,
        "trie-node-path",
        "A path in a trie node starts with one of the flags 00, 1, 20 and 3.",
        actual=digits[:2],
    )
    return digits[1 if is_odd else 2 :], digits[:1] in {"2", "3"}


def _child(item: RLPItem) -> Child:
    if isinstance(item, bytes):
        require(
            len(item) in {0, _HASH_LENGTH},
            DecodeError,
            "trie-node-child",
            "A reference to a trie node is a 32-byte hash, or empty.",
            actual=len(item),
        )
        return b"\xa0" + item if item else EMPTY_CHILD
    encoding = rlp.encode(item)
    require(
        len(encoding) < _HASH_LENGTH,
        DecodeError,
        "trie-node-child",
        "A trie node of 32 bytes or more is held by its hash.",
        actual=len(encoding),
    )
    node = _node(item)
    node.reference = encoding
    node.stored = True
    return node
