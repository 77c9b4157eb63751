"""The shape of a trie: how deep its entries lie, of which nodes it consists, and how many bytes they take."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from harmony_core.errors import DecodeError, MissingDataError, require
from harmony_core.primitives import Hash32
from harmony_core.trie.decode import decode_node
from harmony_core.trie.node import EMPTY_CHILD, EMPTY_ROOT, Branch, Child, Extension, Leaf, Node
from harmony_core.trie.store import NodeStore

__all__ = ["NODE_KINDS", "TrieStatistics", "trie_statistics"]

NODE_KINDS: Final = ("branch", "extension", "leaf")
"""Names of the kinds of nodes."""

_DEEPEST: Final = 160


@dataclass(frozen=True, slots=True)
class TrieStatistics:
    """The shape of one trie, or of several taken together.

    Attributes:
        tries: how many tries.
        entries: keys with a value.
        value_bytes: bytes of all values.
        nodes: number of nodes of each kind, those that are inlined in their parents among them.
        inlined: number of nodes that are inlined in their parents.
        node_bytes: bytes of the encodings of each kind, those of inlined nodes in that of their parent.
        depths: number of entries by the number of nodes on the way to them, the root counted.
        ways: number of branches by the number of their children.
    """

    tries: int = 0
    entries: int = 0
    value_bytes: int = 0
    nodes: Counter[str] = field(default_factory=Counter)
    inlined: int = 0
    node_bytes: Counter[str] = field(default_factory=Counter)
    depths: Counter[int] = field(default_factory=Counter)
    ways: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "TrieStatistics") -> "TrieStatistics":
        """Return the statistics of both together."""
        return TrieStatistics(
            self.tries + other.tries,
            self.entries + other.entries,
            self.value_bytes + other.value_bytes,
            self.nodes + other.nodes,
            self.inlined + other.inlined,
            self.node_bytes + other.node_bytes,
            self.depths + other.depths,
            self.ways + other.ways,
        )


def trie_statistics(
    store: NodeStore, root: bytes, *, visit: Callable[[bytes], None] | None = None
) -> TrieStatistics:
    """Return the shape of the trie with this root, of which every node is read once and none is kept.

    A part that occurs at two places is counted at both.

    Args:
        store: a store that holds the trie.
        root: its root, 32 bytes.
        visit: called with the value of every entry.

    Raises:
        MissingDataError: ``trie-node-missing`` for a node that the store does not hold.
        DecodeError: the store holds something that is no node, or ``trie-too-deep``.
    """
    expected = Hash32(root)
    nodes: Counter[str] = Counter()
    node_bytes: Counter[str] = Counter()
    depths: Counter[int] = Counter()
    ways: Counter[int] = Counter()
    inlined = value_bytes = 0
    for node, depth, size in _walk(store, expected):
        kind = _kind(node)
        nodes[kind] += 1
        if size:
            node_bytes[kind] += size
        else:
            inlined += 1
        if isinstance(node, Branch):
            ways[sum(child != EMPTY_CHILD for child in node.children)] += 1
        if not isinstance(node, Extension) and node.value:
            depths[depth] += 1
            value_bytes += len(node.value)
            if visit is not None:
                visit(node.value)
    return TrieStatistics(1, depths.total(), value_bytes, nodes, inlined, node_bytes, depths, ways)


def _kind(node: Node) -> str:
    return "leaf" if isinstance(node, Leaf) else "branch" if isinstance(node, Branch) else "extension"


def _walk(store: NodeStore, root: Hash32) -> Iterator[tuple[Node, int, int]]:
    """Yield every node with its depth, from 1, and the bytes of its encoding, 0 for an inlined one."""
    stack: list[tuple[Child, int]] = [] if root == EMPTY_ROOT else [(b"\xa0" + root, 1)]
    while stack:
        child, depth = stack.pop()
        require(
            depth <= _DEEPEST,
            DecodeError,
            "trie-too-deep",
            "The store holds no trie here: it is deeper than any key is long.",
            expected=f"at most {_DEEPEST}",
        )
        size = 0
        if isinstance(child, bytes):
            encoding = store.get(child[1:])
            require(
                encoding is not None,
                MissingDataError,
                "trie-node-missing",
                "The store does not hold a node of this trie.",
                expected=child[1:],
            )
            node, size = decode_node(encoding or b""), len(encoding or b"")
        else:
            node = child
        yield node, depth, size
        below: Iterable[Child] = (
            node.children if isinstance(node, Branch) else [node.child] if isinstance(node, Extension) else ()
        )
        stack.extend((way, depth + 1) for way in below if way != EMPTY_CHILD)
