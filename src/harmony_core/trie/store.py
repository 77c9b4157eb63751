"""Where a trie keeps its nodes."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

__all__ = ["MemoryNodeStore", "NodeStore"]


@runtime_checkable
class NodeStore(Protocol):
    """A place for encoded nodes, found by the keccak-256 of their encoding.

    A trie trusts its store: what comes from somebody else goes through `verify_proof` first.
    """

    def get(self, node_hash: bytes) -> bytes | None:
        """Return the encoding whose keccak-256 (32 bytes) is ``node_hash``, or None where it is not held."""

    def put_many(self, nodes: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep nodes, given as pairs of hash and encoding, all of them or none.

        Children come before their parents, so that a root is never held without what is below it.
        """


class MemoryNodeStore:
    """A node store in memory, with as many nodes as were put into it."""

    __slots__ = ("_nodes",)

    def __init__(self, nodes: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._nodes: dict[bytes, bytes] = dict(nodes)

    def get(self, node_hash: bytes) -> bytes | None:
        """Return the encoding whose keccak-256 is ``node_hash``, or None."""
        return self._nodes.get(node_hash)

    def put_many(self, nodes: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep pairs of hash and encoding."""
        self._nodes.update(nodes)

    def __len__(self) -> int:
        return len(self._nodes)
