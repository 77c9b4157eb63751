"""What is kept on disk."""

from harmony_core.storage.checkpoint_file import CheckpointFile, read_file, write_file_atomically
from harmony_core.storage.lmdb_node_store import LMDBNodeStore

__all__ = ["CheckpointFile", "LMDBNodeStore", "read_file", "write_file_atomically"]
