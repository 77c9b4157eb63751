"""What is kept on disk."""

from harmony_core.storage.checkpoint_file import CheckpointFile, read_file, write_file_atomically

__all__ = ["CheckpointFile", "read_file", "write_file_atomically"]
