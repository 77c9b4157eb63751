"""Stores on disk."""

from harmony_core.storage.lmdb_node_store import LMDBNodeStore

__all__ = ["LMDBNodeStore"]
