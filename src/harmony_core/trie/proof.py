"""Verifying a proof that a key has a value, or none, in the trie with a known root."""

from collections.abc import Sequence
from typing import Final

from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Hash32
from harmony_core.trie.decode import decode_node
from harmony_core.trie.node import EMPTY_CHILD, EMPTY_ROOT, NIBBLES, Branch, Child, Extension, Leaf, Node
from harmony_core.trie.trie import path_of_key

__all__ = ["verify_proof"]

_INLINE_LIMIT: Final = 32


def verify_proof(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """Return the value that a key has in the trie with this root, None if it is proven to have none.

    The proof is exactly what `Trie.prove` makes: the encodings of the nodes on the way to the key, the root's first,
    each the child of the one before, without nodes that are inlined in their parent, and nothing else. The trie
    without entries proves absence by no nodes. Keys are taken as they are; hash an address or a slot first.

    Source: harmony-one/harmony serves such proofs through core/state/statedb.go, GetProof; the check is that of
    ethereum/go-ethereum, trie/proof.go, VerifyProof, made strict.

    Args:
        root: the trusted root, 32 bytes.
        key: the key, at most `MAX_KEY_LENGTH` bytes.
        nodes: the proof.

    Raises:
        VerificationError: ``trie-proof-hash`` for a node that is not the next one on the way, as in another order;
            ``trie-proof-incomplete`` where nodes are missing at the end; ``trie-proof-extra-node`` where any is left
            over; ``trie-proof-inline`` for a hashed node that is short enough to be inlined; ``trie-proof-extension``
            for an extension that does not lead to a branch.
        DecodeError: for a node that is not canonical, see `decode_node`; ``trie-key-length``, ``bytes-length``.
    """
    expected = Hash32(root)
    path = path_of_key(key)
    if isinstance(nodes, bytes | bytearray | memoryview | str):
        raise TypeError("a proof is a sequence of encoded nodes, not one string")
    require(
        len(nodes) <= len(path) + 1,
        VerificationError,
        "trie-proof-extra-node",
        "The proof has more nodes than any way to the key.",
        actual=len(nodes),
    )
    value, used = (None, 0) if expected == EMPTY_ROOT else _follow(b"\xa0" + expected, path, nodes)
    require(
        used == len(nodes),
        VerificationError,
        "trie-proof-extra-node",
        "The proof has nodes that are not on the way to the key.",
        expected=used,
        actual=len(nodes),
    )
    return value


def _follow(child: Child, path: str, nodes: Sequence[bytes]) -> tuple[bytes | None, int]:
    """Walk from a reference along a path; return the value found there and how many nodes were used."""
    depth = used = 0
    parent: Node | None = None
    while child != EMPTY_CHILD:
        if isinstance(child, bytes):
            node = next_node(child[1:], nodes, used)
            used += 1
            if parent.__class__ is Extension:
                require(
                    isinstance(node, Branch),
                    VerificationError,
                    "trie-proof-extension",
                    "An extension leads to a branch.",
                )
        else:
            node = child
        if isinstance(node, Leaf):
            return (node.value if node.path == path[depth:] else None), used
        if isinstance(node, Extension):
            if not path.startswith(node.path, depth):
                return None, used
            depth += len(node.path)
            child = node.child
        else:
            if depth == len(path):
                return node.value or None, used
            child = node.children[NIBBLES[path[depth]]]
            depth += 1
        parent = node
    return None, used


def next_node(expected: bytes, nodes: Sequence[bytes], position: int) -> Node:
    """Return the node at a position of a proof, which has to have the expected hash; for the checks of this package."""
    if position >= len(nodes):
        require(
            False,
            VerificationError,
            "trie-proof-incomplete",
            "The proof ends before the key is reached.",
            expected=expected,
        )
    encoding = nodes[position]
    if not isinstance(encoding, bytes):
        raise TypeError(f"a proof node is bytes, not {type(encoding).__name__}")
    actual = keccak256(encoding)
    if actual != expected:
        require(
            False,
            VerificationError,
            "trie-proof-hash",
            "A node of the proof is not the one that its parent, or the root, refers to.",
            expected=expected,
            actual=actual,
        )
    if position and len(encoding) < _INLINE_LIMIT:
        require(
            False,
            VerificationError,
            "trie-proof-inline",
            "A node of fewer than 32 bytes is part of its parent, never referred to by its hash.",
            actual=len(encoding),
        )
    return decode_node(encoding)
