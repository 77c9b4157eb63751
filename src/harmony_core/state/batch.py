"""Writing everything that one commit changes as a single batch."""

from collections.abc import Iterable

from harmony_core.trie import NodeStore

__all__ = ["Batch"]


class Batch:
    """A node store that gathers what is put into it, on top of another one, until `write`.

    Nodes of storage tries, code and nodes of the state's own trie then reach the store as one batch, children before
    parents and the root last.
    """

    __slots__ = ("_pending", "store")

    def __init__(self, store: NodeStore) -> None:
        self.store = store
        self._pending: dict[bytes, bytes] = {}

    def get(self, node_hash: bytes) -> bytes | None:
        """Return the bytes whose keccak-256 is ``node_hash``, gathered or stored, or None."""
        found = self._pending.get(node_hash)
        return self.store.get(node_hash) if found is None else found

    def put_many(self, nodes: Iterable[tuple[bytes, bytes]]) -> None:
        """Gather pairs of hash and bytes."""
        self._pending.update(nodes)

    def write(self) -> None:
        """Put everything gathered into the store at once; nothing is lost if the store refuses."""
        if self._pending:
            self.store.put_many(self._pending.items())
            self._pending = {}
