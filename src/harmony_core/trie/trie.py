"""The Merkle-Patricia trie: a map from keys to values whose root hash commits to every entry."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Self, TypeVar

from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, MissingDataError, require
from harmony_core.primitives import Hash32
from harmony_core.trie.decode import decode_node
from harmony_core.trie.merge import merge
from harmony_core.trie.node import (
    DIGITS,
    EMPTY_CHILD,
    EMPTY_ROOT,
    NIBBLES,
    Branch,
    Child,
    Extension,
    Leaf,
    Node,
    Reference,
    encode_node,
    reference_of,
    reference_to_encoding,
)
from harmony_core.trie.store import MemoryNodeStore, NodeStore

__all__ = ["MAX_KEY_LENGTH", "Trie", "path_of_key"]

MAX_KEY_LENGTH: Final = 64
"""Longest key in bytes. The protocol's keys have at most 32; a bound keeps every walk short."""

_HASH_REFERENCE: Final = 33
_Key = TypeVar("_Key", bound=bytes)


def path_of_key(key: bytes) -> str:
    """Return a key as hexadecimal digits, its path through the trie.

    Raises:
        DecodeError: ``trie-key-length`` for a key of more than `MAX_KEY_LENGTH` bytes.
    """
    if not isinstance(key, bytes | bytearray | memoryview):
        raise TypeError(f"a trie key is bytes, not {type(key).__name__}")
    path = key.hex()
    if len(path) > 2 * MAX_KEY_LENGTH:
        _refuse_key_length(len(path) / 2)
    return path


class Trie:
    """A Merkle-Patricia trie over a node store.

    Keys are bytes of at most `MAX_KEY_LENGTH`; the trie of a state is keyed by keccak-256 of addresses or slots, which
    the caller computes. Values are bytes, and an empty value is the same as no entry. Changes stay in memory until
    `commit` writes them to the store; nodes are read from the store when they are first needed. An error leaves the
    trie as it was.

    Source: Ethereum yellow paper, appendix D; harmony-one/harmony, core/state, builds on ethereum/go-ethereum, trie.

    Args:
        store: where nodes are kept; a new `MemoryNodeStore` if None.
        root: the 32-byte root of a trie that the store holds. Nothing is read before it is needed.

    Raises:
        MissingDataError: from every operation, ``trie-node-missing`` with the node's hash as ``expected``, where
            a node is needed that the store does not hold.
        DecodeError: from every operation, where the store holds bytes that are no node.
    """

    __slots__ = ("_root", "_store")

    def __init__(self, store: NodeStore | None = None, root: bytes = EMPTY_ROOT) -> None:
        root = Hash32(root)
        self._store: NodeStore = MemoryNodeStore() if store is None else store
        self._root: Child = EMPTY_CHILD if root == EMPTY_ROOT else b"\xa0" + root

    @property
    def store(self) -> NodeStore:
        """The node store, which holds this trie as of the last commit."""
        return self._store

    @property
    def root(self) -> Hash32:
        """The 32-byte root hash over all entries, those not yet committed included."""
        root = self._root
        if isinstance(root, bytes):
            return EMPTY_ROOT if root == EMPTY_CHILD else Hash32(root[1:])
        reference = reference_of(root)
        return Hash32(reference[1:] if len(reference) == _HASH_REFERENCE else keccak256(reference))

    def copy(self) -> Self:
        """Return an independent trie with the same entries over the same store, at no cost."""
        twin = type(self)(self._store)
        twin._root = self._root  # noqa: SLF001 - the twin is a trie of this class
        return twin

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None."""
        path = path_of_key(key)
        node: Any = self._loaded_root()
        depth = 0
        while node is not None:
            kind = node.__class__
            if kind is Leaf:
                return node.value if path[depth:] == node.path else None
            if kind is Extension:
                node, depth = self._descend(node, path, depth)
                continue
            if depth == len(path):
                return node.value or None
            way = NIBBLES[path[depth]]
            depth += 1
            child = node.children[way]
            if child.__class__ is bytes:
                if child == EMPTY_CHILD:
                    return None
                child = node.children[way] = self._load(child)
            node = child
        return None

    def __contains__(self, key: bytes) -> bool:
        return self.get(key) is not None

    def set(self, key: bytes, value: bytes) -> None:
        """Give a key a value; an empty one deletes the key."""
        self._apply([(path_of_key(key), _value(value))])

    def delete(self, key: bytes) -> None:
        """Take a key out; a key that is not there changes nothing."""
        self._apply([(path_of_key(key), b"")])

    def update(self, changes: Mapping[_Key, bytes] | Iterable[tuple[_Key, bytes]]) -> None:
        """Give many keys values in one pass, which costs far less than one at a time; an empty value deletes.

        Args:
            changes: values by key, or pairs of which a later one replaces an earlier one with the same key.
        """
        pairs = changes.items() if isinstance(changes, Mapping) else changes
        self._apply(sorted({path_of_key(key): _value(value) for key, value in pairs}.items()))

    def items(self, start: bytes = b"", stop: bytes | None = None) -> Iterator[tuple[bytes, bytes]]:
        """Yield (key, value) in the order of keys, from ``start`` on and before ``stop``.

        Nodes that are read on the way are not kept, so memory stays small whatever the size of the trie. Later
        changes do not affect an iteration that has begun.
        """
        first, last = path_of_key(start), None if stop is None else path_of_key(stop)
        stack: list[tuple[str, Child]] = [] if self._root == EMPTY_CHILD else [("", self._root)]
        while stack:
            prefix, child = stack.pop()
            if prefix < first[: len(prefix)] or (last is not None and prefix >= last):
                continue
            if len(prefix) > 2 * MAX_KEY_LENGTH:
                _refuse_key_length(len(prefix) / 2)
            node = self._load(child) if isinstance(child, bytes) else child
            if isinstance(node, Extension):
                stack.append((prefix + node.path, node.child))
                continue
            if isinstance(node, Branch):
                ways = zip(DIGITS, node.children, strict=True)
                stack.extend(reversed([(prefix + digit, way) for digit, way in ways if way != EMPTY_CHILD]))
            else:
                prefix += node.path
            if node.value and first <= prefix and (last is None or prefix < last):
                if len(prefix) & 1:
                    _refuse_key_length(len(prefix) / 2)
                yield bytes.fromhex(prefix), node.value

    def prove(self, key: bytes) -> list[bytes]:
        """Return the proof that a key has its value, or that it is absent: what `verify_proof` takes.

        Returns:
            The encodings of the nodes on the way to the key, the root's first, without those that are inlined in
            their parent. The empty trie proves absence by no nodes.
        """
        path = path_of_key(key)
        node = self._loaded_root()
        proof: list[bytes] = []
        depth = 0
        while node is not None:
            if not proof or len(reference_of(node)) == _HASH_REFERENCE:
                proof.append(encode_node(node))
            if isinstance(node, Leaf):
                break
            if isinstance(node, Extension):
                node, depth = self._descend(node, path, depth)
                continue
            child = node.children[NIBBLES[path[depth]]] if depth < len(path) else EMPTY_CHILD
            depth += 1
            if isinstance(child, bytes):
                node = None if child == EMPTY_CHILD else self._load(child)
            else:
                node = child
        return proof

    def root_node(self) -> Node | None:
        """Return the node at the root, which is not to be changed, or None for the trie without entries."""
        return self._loaded_root()

    def loaded(self, child: Child) -> Node:
        """Return the node that a child of a node of this trie stands for; it is not to be changed.

        Raises:
            MissingDataError: ``trie-node-missing``.
        """
        return self._load(child) if isinstance(child, bytes) else child

    def commit(self, *, keep_nodes: bool = True) -> Hash32:
        """Write all changes to the store, as one batch in which children come before parents, and return the root.

        Args:
            keep_nodes: whether nodes stay in memory for later use; if not, only the root hash does.
        """
        root = self._root
        if not isinstance(root, bytes):
            batch: list[tuple[bytes, bytes]] = []
            written: list[Node] = []
            _collect(root, batch, written)
            if written and len(reference_of(root)) != _HASH_REFERENCE:
                # A root is found by its hash however short its encoding is.
                batch.append((bytes(self.root), reference_of(root)))
            self._store.put_many(batch)
            for node in written:
                node.stored = True
        root_hash = self.root
        if not keep_nodes and root != EMPTY_CHILD:
            self._root = b"\xa0" + root_hash
        return root_hash

    def _apply(self, entries: list[tuple[str, bytes]]) -> None:
        root = self._loaded_root()
        self._root = merge(EMPTY_CHILD if root is None else root, entries, self._load)

    def _loaded_root(self) -> Node | None:
        root = self._root
        if isinstance(root, bytes):
            if root == EMPTY_CHILD:
                return None
            root = self._root = self._load(root)
        return root

    def _descend(self, extension: Extension, path: str, depth: int) -> tuple[Node | None, int]:
        """Return the branch behind an extension and the depth there, or None where the path goes elsewhere."""
        if not path.startswith(extension.path, depth):
            return None, depth
        if isinstance(extension.child, bytes):
            extension.child = self._load(extension.child)
        return extension.child, depth + len(extension.path)

    def _load(self, reference: Reference) -> Node:
        encoding = self._store.get(reference[1:])
        require(
            encoding is not None,
            MissingDataError,
            "trie-node-missing",
            "The store does not hold a node of this trie.",
            expected=reference[1:],
        )
        assert encoding is not None  # noqa: S101 - for the type checker
        node = decode_node(encoding)
        # Only a root may be found by its hash and yet be short enough to be inlined.
        node.reference = reference if len(encoding) >= 32 else encoding  # noqa: PLR2004
        node.stored = True
        return node


def _collect(node: Node, batch: list[tuple[bytes, bytes]], written: list[Node]) -> None:
    """Add the nodes that the store does not hold yet, children first."""
    if node.stored:
        return
    children = (
        node.children if isinstance(node, Branch) else [node.child] if isinstance(node, Extension) else ()
    )
    for child in children:
        if not isinstance(child, bytes) and not child.stored:
            _collect(child, batch, written)
    encoding = encode_node(node)
    if node.reference is None:
        node.reference = reference_to_encoding(encoding)
    if len(node.reference) == _HASH_REFERENCE:
        batch.append((node.reference[1:], encoding))
    written.append(node)


def _value(value: bytes) -> bytes:
    if not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(f"a trie value is bytes, not {type(value).__name__}")
    return bytes(value)


def _refuse_key_length(length: float) -> None:
    require(
        False,
        DecodeError,
        "trie-key-length",
        f"A trie key has whole bytes, and at most {MAX_KEY_LENGTH} of them.",
        actual=f"{length:g} bytes",
    )
