"""Files that a crash leaves whole: either the bytes of before or the new ones, never a part.

The bytes are written to a second file beside the first, forced to the disk, and renamed over it. A checkpoint file also
says what it holds and carries a hash, so that a torn, altered or foreign file is refused and never gone on from::

    16 bytes  "harmony-core ckp"    8 bytes  length of the content, big-endian
     1 byte   version, 1            the kind, then the content
     1 byte   length of the kind   32 bytes  SHA-256 of all before

The hash holds no secret: it guards against accidents, not against whoever may write to the file.
"""

import os
import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from harmony_core.errors import DataSourceError, DecodeError, require

__all__ = ["CheckpointFile", "read_file", "write_file_atomically"]

_MARK: Final = b"harmony-core ckp"
_VERSION: Final = 1
_HEAD: Final = struct.Struct(">16sBBQ")
_HASH_BYTES: Final = 32
_TEMPORARY_SUFFIX: Final = ".new"


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """A file that one process writes again and again, and reads when it starts anew.

    Attributes:
        path: the file; beside it, one with ``.new`` at the end exists while writing.
        kind: what it holds, up to 255 ASCII characters; a file of another kind is refused.
        limit: the most bytes that the content may have.
    """

    path: Path
    kind: str
    limit: int

    def save(self, content: bytes) -> None:
        """Replace what the file holds; when this returns, the content is on the disk.

        Raises:
            DataSourceError: ``storage-write``.
        """
        kind = self.kind.encode("ascii")
        body = _HEAD.pack(_MARK, _VERSION, len(kind), len(content)) + kind + content
        write_file_atomically(self.path, body + sha256(body).digest())

    def load(self) -> bytes | None:
        """Return what the file holds, or None if there is no file.

        Raises:
            DecodeError: ``checkpoint-size`` for a file that is too large, ``checkpoint-integrity`` for one that is
                torn, altered or no checkpoint, ``checkpoint-kind`` for one of another kind.
            DataSourceError: ``storage-read``.
        """
        if not self.path.exists():
            return None
        kind = self.kind.encode("ascii")
        overhead = _HEAD.size + len(kind) + _HASH_BYTES
        data = read_file(self.path, limit=self.limit + overhead)
        body, found = data[:-_HASH_BYTES], data[-_HASH_BYTES:]
        require(
            len(body) >= _HEAD.size and body.startswith(_MARK) and sha256(body).digest() == found,
            DecodeError,
            "checkpoint-integrity",
            "The checkpoint file is torn or altered, or is something else.",
        )
        _, version, kind_length, length = _HEAD.unpack(body[: _HEAD.size].ljust(_HEAD.size, b"\0"))
        stored_kind, content = body[_HEAD.size : _HEAD.size + kind_length], body[_HEAD.size + kind_length :]
        require(
            version == _VERSION and stored_kind == kind and len(content) == length,
            DecodeError,
            "checkpoint-kind",
            "The checkpoint file holds something else than what is looked for.",
            expected=self.kind,
            actual=stored_kind.decode("ascii", "backslashreplace"),
        )
        return content

    def remove(self) -> None:
        """Remove the file, if there is one.

        Raises:
            DataSourceError: ``storage-write``.
        """
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise DataSourceError(_write_failed(self.path, error), code="storage-write") from error


def write_file_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content so that a crash leaves either the old or the new one.

    Only one process may write a file at a time.

    Raises:
        DataSourceError: ``storage-write``; the old content is untouched.
    """
    temporary = path.with_name(path.name + _TEMPORARY_SUFFIX)
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise DataSourceError(_write_failed(path, error), code="storage-write") from error


def read_file(path: Path, *, limit: int) -> bytes:
    """Return a file's content.

    Args:
        path: the file.
        limit: the most bytes that it may have.

    Raises:
        DecodeError: ``checkpoint-size`` for more; no more than the limit is ever read.
        DataSourceError: ``storage-read``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise DataSourceError(
            f"Could not read {path}: {error.strerror or error}.", code="storage-read"
        ) from error
    require(
        len(data) <= limit,
        DecodeError,
        "checkpoint-size",
        "The file is larger than anything it could hold.",
        expected=f"at most {limit} bytes",
    )
    return data


def _sync_folder(folder: Path) -> None:
    """Force the renaming itself to the disk, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_failed(path: Path, error: OSError) -> str:
    return f"Could not write {path}: {error.strerror or error}."
