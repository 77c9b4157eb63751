"""Trie nodes and code on disk, in LMDB: an embedded, memory-mapped store of keys and values.

Every batch is one transaction. LMDB never overwrites what a reader can see and switches to a new version by a single
write at the end, so a process that is killed, or a machine that loses power, loses at most the batch that was not
finished, and the file is as it was before.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import lmdb

from harmony_core.crypto import keccak256
from harmony_core.errors import DataSourceError, require
from harmony_core.primitives import Hash32

__all__ = ["DEFAULT_MAP_SIZE", "LMDBNodeStore"]

DEFAULT_MAP_SIZE: Final = 1 << 30
"""Address space that a store begins with, 1 GiB; it grows by itself when it is full."""

_NODES: Final = b"n:"
_ROOTS: Final = b"r:"
_LARGEST_NAME: Final = 256
_Result = TypeVar("_Result")


class LMDBNodeStore:
    """A node store on disk, and names for roots in it.

    One process writes at a time; others may read meanwhile. A root is named in the transaction after the one that
    brought its nodes, so that a name never leads to a root whose nodes are missing.

    Args:
        path: a folder, which is made if it does not exist.
        map_size: bytes of address space to begin with; the largest size of the file until it grows.
        read_only: open a store that exists, without changing anything.
        sync: whether a batch is on the disk, not only with the operating system, before `put_many` returns. Without it
            a killed process still loses nothing that was put, but a loss of power may undo the last batches and may
            damage the store.

    Raises:
        DataSourceError: from every operation, ``node-store`` where the disk or the file does not serve.
    """

    __slots__ = ("_environment", "_path")

    def __init__(
        self,
        path: Path | str,
        *,
        map_size: int = DEFAULT_MAP_SIZE,
        read_only: bool = False,
        sync: bool = True,
    ) -> None:
        self._path = Path(path)
        try:
            if not read_only:
                self._path.mkdir(parents=True, exist_ok=True)
            self._environment = lmdb.open(
                str(self._path), map_size=map_size, readonly=read_only, sync=sync, metasync=sync, lock=True
            )
        except (lmdb.Error, OSError) as error:
            raise DataSourceError(
                f"The node store cannot be opened: {error}", code="node-store", actual=str(self._path)
            ) from error

    @property
    def path(self) -> Path:
        """The folder."""
        return self._path

    def get(self, node_hash: bytes) -> bytes | None:
        """Return the bytes whose keccak-256 is ``node_hash``, or None where they are not held."""
        key = _NODES + node_hash

        def read() -> bytes | None:
            with self._environment.begin() as transaction:
                found = transaction.get(key)
                return None if found is None else bytes(found)

        return self._attempt(read)

    def put_many(self, nodes: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep pairs of hash and bytes, all of them or none."""
        batch = [(_NODES + node_hash, encoding) for node_hash, encoding in nodes]
        if batch:
            self._write(batch)

    def set_root(self, name: str, root: Hash32) -> None:
        """Let a name stand for a root, once the nodes below it are in the store.

        Raises:
            DataSourceError: ``node-store-root`` if the store does not hold the root's node, ``node-store-name`` for a
                name that is empty or has more than 256 bytes.
        """
        if not isinstance(root, Hash32):
            raise TypeError(f"a root is a Hash32, not {type(root).__name__}")
        require(
            root == keccak256(b"\x80") or self.get(root) is not None,
            DataSourceError,
            "node-store-root",
            "The store does not hold this root.",
            actual=root,
        )
        self._write([(_root_key(name), bytes(root))])

    def root(self, name: str) -> Hash32 | None:
        """Return the root that a name stands for, or None.

        Raises:
            DataSourceError: ``node-store-name``.
        """
        key = _root_key(name)

        def read() -> Hash32 | None:
            with self._environment.begin() as transaction:
                found = transaction.get(key)
                return None if found is None else Hash32(bytes(found))

        return self._attempt(read)

    def __len__(self) -> int:
        """Return the number of entries, names included."""
        return int(self._attempt(lambda: self._environment.stat()["entries"]))

    def close(self) -> None:
        """Close the store; it cannot be used any more."""
        self._environment.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, pairs: list[tuple[bytes, bytes]]) -> None:
        """Write pairs in one transaction, with more address space where they do not fit."""

        def write() -> None:
            while True:
                try:
                    with self._environment.begin(write=True) as transaction:
                        for key, value in pairs:
                            transaction.put(key, value)
                except lmdb.MapFullError:
                    self._environment.set_mapsize(2 * int(self._environment.info()["map_size"]))
                else:
                    return

        self._attempt(write)

    def _attempt(self, action: Callable[[], _Result]) -> _Result:
        try:
            try:
                return action()
            except lmdb.MapResizedError:
                # Another process gave the store more space.
                self._environment.set_mapsize(0)
                return action()
        except (lmdb.Error, OSError) as error:
            raise DataSourceError(
                f"The node store does not serve: {error}", code="node-store", actual=str(self._path)
            ) from error


def _root_key(name: str) -> bytes:
    if not isinstance(name, str):
        raise TypeError(f"the name of a root is a str, not {type(name).__name__}")
    encoded = name.encode("utf-8", "surrogatepass")
    require(
        0 < len(encoded) <= _LARGEST_NAME,
        DataSourceError,
        "node-store-name",
        "The name of a root has 1 to 256 bytes.",
        actual=len(encoded),
    )
    return _ROOTS + encoded
