"""Proofs that a trie has exactly these entries in a range of keys, and no others.

The proof holds the nodes at the two edges of the range, from the root down, and nothing else: what lies wholly inside the
range is built again from the entries, what lies wholly outside plays no part.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import pairwise
from typing import Final

from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Hash32
from harmony_core.trie.build import Entry, reference_of_sorted, root_of_sorted, shared_depth
from harmony_core.trie.node import (
    DIGITS,
    EMPTY_CHILD,
    EMPTY_ROOT,
    Branch,
    Child,
    Extension,
    Leaf,
    Node,
    encode_node,
    reference_of,
)
from harmony_core.trie.proof import next_node
from harmony_core.trie.trie import Trie, path_of_key

__all__ = ["prove_range", "verify_range"]

_HASH_REFERENCE: Final = 33


class _Side(Enum):
    """Where the keys that begin with a path lie."""

    INSIDE = "all in the range"
    OUTSIDE = "none in the range"
    EDGE = "some in the range, perhaps"


class _Range:
    """The keys from one on and before another, as hexadecimal digits."""

    __slots__ = ("_first", "_stop")

    def __init__(self, start: bytes, stop: bytes | None) -> None:
        self._first = path_of_key(start)
        self._stop = None if stop is None else path_of_key(stop)
        require(
            self._stop is None or self._first <= self._stop,
            VerificationError,
            "trie-range-bounds",
            "A range of keys ends where it begins, or later.",
            expected=start,
            actual=stop,
        )

    def __contains__(self, path: str) -> bool:
        return self._first <= path and (self._stop is None or path < self._stop)

    def side(self, prefix: str) -> _Side:
        """Return where the keys that begin with ``prefix`` lie."""
        before = prefix < self._first
        stop = self._stop
        if (before and not self._first.startswith(prefix)) or (stop is not None and prefix >= stop):
            return _Side.OUTSIDE
        return _Side.EDGE if before or (stop is not None and stop.startswith(prefix)) else _Side.INSIDE


def prove_range(trie: Trie, start: bytes = b"", stop: bytes | None = None) -> list[bytes]:
    """Return the proof of all entries of a trie in a range of keys: what `verify_range` takes.

    Args:
        trie: the trie.
        start: the first key of the range, whether the trie has it or not.
        stop: the key before which the range ends; None for the end of the trie.

    Returns:
        The encodings of the nodes at the edges, each before those below it and in the order of keys. None for the
        whole trie.

    Raises:
        VerificationError: ``trie-range-bounds`` for a range that ends before it begins.
        DecodeError: ``trie-key-length``.
        MissingDataError: ``trie-node-missing`` where the store lacks a node.
    """
    wanted = _Range(start, stop)
    proof: list[bytes] = []
    root = trie.root_node()
    stack: list[tuple[str, Node]] = [] if root is None else [("", root)]
    while stack:
        prefix, node = stack.pop()
        if wanted.side(prefix) is not _Side.EDGE:
            continue
        if not proof or len(reference_of(node)) == _HASH_REFERENCE:
            proof.append(encode_node(node))
        below = [(path, child) for path, child in _children(prefix, node) if wanted.side(path) is _Side.EDGE]
        stack.extend((path, trie.loaded(child)) for path, child in reversed(below))
    return proof


def verify_range(
    root: bytes,
    entries: Iterable[tuple[bytes, bytes]],
    nodes: Sequence[bytes],
    *,
    start: bytes = b"",
    stop: bytes | None = None,
) -> tuple[tuple[bytes, bytes], ...]:
    """Return the entries of a range of keys, which are proven to be all that the trie has there.

    Without entries, it is proven that the range is empty. Nothing is proven of keys outside the range. The proof is exactly
    what `prove_range` makes.

    Source: ethereum/go-ethereum, trie/proof.go (VerifyRangeProof), whose proofs hold the ways to the first and the last
    key; here the edges may be any keys.

    Args:
        root: the trusted root, 32 bytes.
        entries: keys and values in rising order of keys.
        nodes: the proof.
        start: the first key of the range.
        stop: the key before which the range ends; None for the end of the trie.

    Raises:
        VerificationError: ``trie-range-bounds``; ``trie-range-order`` for entries out of order, repeated, out of the range or
            with an empty value; ``trie-range-entries`` where the trie has others in the range;
            ``trie-proof-hash``, ``trie-proof-incomplete``, ``trie-proof-extra-node``, ``trie-proof-inline`` and
            ``trie-proof-extension`` as for `verify_proof`.
        DecodeError: for a node that is not canonical, or ``trie-key-length``.
    """
    wanted = _Range(start, stop)
    expected = Hash32(root)
    given = tuple((bytes(key), bytes(value)) for key, value in entries)
    paths = [(path_of_key(key), value) for key, value in given]
    require(
        all(path in wanted and value for path, value in paths)
        and all(first < second for (first, _), (second, _) in pairwise(paths)),
        VerificationError,
        "trie-range-order",
        "The entries of a range rise from one to the next, lie in the range, and have values.",
    )
    if isinstance(nodes, bytes | bytearray | memoryview | str):
        raise TypeError("a proof is a sequence of encoded nodes, not one string")
    walk = _Walk(wanted, paths, nodes)
    side = wanted.side("")
    if side is _Side.INSIDE:
        _require_entries(root_of_sorted(paths) == expected)
        walk.seen = len(paths)
    elif side is _Side.EDGE and expected != EMPTY_ROOT:
        walk.follow(b"\xa0" + expected, "", None)
    _require_entries(walk.seen == len(paths))
    require(
        walk.used == len(nodes),
        VerificationError,
        "trie-proof-extra-node",
        "The proof has nodes that are not at the edges of the range.",
        expected=walk.used,
        actual=len(nodes),
    )
    return given


def _children(prefix: str, node: Node) -> Iterator[tuple[str, Child]]:
    if isinstance(node, Extension):
        yield prefix + node.path, node.child
    elif isinstance(node, Branch):
        for digit, child in zip(DIGITS, node.children, strict=True):
            if child != EMPTY_CHILD:
                yield prefix + digit, child


class _Walk:
    """Goes through the nodes at the edges and holds everything in the range against the entries."""

    __slots__ = ("_entries", "_nodes", "_wanted", "seen", "used")

    def __init__(self, wanted: _Range, entries: list[Entry], nodes: Sequence[bytes]) -> None:
        self._wanted = wanted
        self._entries = entries
        self._nodes = nodes
        self.used = 0
        self.seen = 0

    def follow(self, child: Child, prefix: str, parent: Node | None) -> None:
        """Check a node at an edge, which is the next of the proof or inlined in its parent, and all below it."""
        node = child if not isinstance(child, bytes) else next_node(child[1:], self._nodes, self.used)
        if isinstance(child, bytes):
            self.used += 1
        if isinstance(parent, Extension):
            _require_branch(isinstance(node, Branch))
        if not isinstance(node, Extension) and node.value:
            self._check_value(prefix + node.path if isinstance(node, Leaf) else prefix, node.value)
        if isinstance(node, Branch):
            for digit, way in zip(DIGITS, node.children, strict=True):
                self._check_below(way, prefix + digit, node)
        elif isinstance(node, Extension):
            self._check_below(node.child, prefix + node.path, node)

    def _check_below(self, child: Child, prefix: str, parent: Node) -> None:
        side = self._wanted.side(prefix)
        if side is _Side.EDGE and child != EMPTY_CHILD:
            self.follow(child, prefix, parent)
        elif side is _Side.INSIDE:
            low = bisect_left(self._entries, prefix, key=_path)
            high = bisect_left(self._entries, prefix + "g", key=_path)  # after every digit
            actual = child if isinstance(child, bytes) else reference_of(child)
            _require_entries(actual == reference_of_sorted(self._entries, low, high, len(prefix)))
            if isinstance(parent, Extension):
                first, last = self._entries[low][0], self._entries[high - 1][0]
                _require_branch(high - low > 1 and shared_depth(first, last, len(prefix)) == len(prefix))
            self.seen += high - low

    def _check_value(self, path: str, value: bytes) -> None:
        if path in self._wanted:
            place = bisect_left(self._entries, path, key=_path)
            _require_entries(self._entries[place : place + 1] == [(path, value)])
            self.seen += 1


def _path(entry: Entry) -> str:
    return entry[0]


def _require_entries(holds: bool) -> None:
    require(
        holds,
        VerificationError,
        "trie-range-entries",
        "The trie has other entries in this range of keys.",
    )


def _require_branch(holds: bool) -> None:
    require(holds, VerificationError, "trie-proof-extension", "An extension leads to a branch.")
