"""The folder of a LevelDB database, looked at without opening it: which files are live, whether somebody uses it.

A database consists of tables (``.ldb``, never changed once written), write-ahead logs (``.log``), a manifest that lists
the live tables with their sizes, and ``CURRENT``, which names the manifest. All that is read here is the manifest.

Source: google/leveldb, doc/impl.md, doc/log_format.md and db/version_edit.cc; goleveldb writes the same format.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harmony_core.errors import ConfigurationError, DataSourceError, DecodeError, MissingDataError, require

__all__ = ["DatabaseFolder", "inspect_folder", "require_unused"]

_COMPARATOR: Final = b"leveldb.BytewiseComparator"
_OTHERS: Final = {
    "OPTIONS-": "RocksDB or Pebble",
    "marker.": "Pebble",
    "IDENTITY": "RocksDB",
    "data.mdb": "LMDB",
    "rocksdict-config.json": "RocksDB",
}
_BLOCK: Final = 32768
_RECORD_HEAD: Final = 7
_LARGEST_MANIFEST: Final = 1 << 30
_FIRST, _MIDDLE, _LAST, _FULL = 2, 3, 4, 1
_LONGEST_VARINT: Final = 10


@dataclass(frozen=True, slots=True)
class DatabaseFolder:
    """The files of a database that belong to its newest state.

    Attributes:
        path: the folder.
        manifest: name of the manifest.
        tables: names of the live tables.
        logs: names of the live write-ahead logs, oldest first.
        fingerprint: what tells that the folder has changed: name, size and time of every file that may.
    """

    path: Path
    manifest: str
    tables: tuple[str, ...]
    logs: tuple[str, ...]
    fingerprint: tuple[tuple[str, int, int], ...]


def inspect_folder(path: Path | str) -> DatabaseFolder:
    """Return which files of a database folder are live, having checked that they are all there and whole in length.

    Args:
        path: a LevelDB folder, as goleveldb or LevelDB leaves it.

    Raises:
        ConfigurationError: ``archive-folder`` for anything but a readable folder, ``archive-foreign`` for a folder that is
            no LevelDB database.
        MissingDataError: ``archive-manifest-missing``, ``archive-file-missing`` for a table or a log that the manifest names.
        DecodeError: ``archive-manifest`` for a manifest that cannot be read, ``archive-table-size`` for a table of another
            length than the manifest says.
    """
    path = Path(path)
    try:
        with os.scandir(path) as entries:
            sizes = {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The folder of the database cannot be read: {getattr(error, 'strerror', None) or error}. Name a node's database folder.",
            code="archive-folder",
            actual=str(path),
        ) from error
    manifest = _current_manifest(path, sizes)
    edits = _Edits(_read(path / manifest))
    tables = _live_tables(path, edits, sizes)
    logs = _live_logs(path, edits, sizes)
    changing = ["CURRENT", manifest, *logs]
    seen = [(name, sizes[name], _time_of(path / name)) for name in changing]
    # The live set follows from the manifest; a name more or less is caught by counting.
    seen.append((".", len(sizes), 0))
    return DatabaseFolder(path, manifest, tables, logs, tuple(seen))


def _time_of(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _current_manifest(path: Path, sizes: dict[str, int]) -> str:
    foreign = sorted({kind for mark, kind in _OTHERS.items() for name in sizes if name.startswith(mark)})
    require(
        "CURRENT" in sizes and not foreign,
        ConfigurationError,
        "archive-foreign",
        "This folder holds no LevelDB database; name the folder with the file CURRENT, such as harmony_db_0.",
        expected="LevelDB",
        actual=f"{path}: {' or '.join(foreign) or 'no file CURRENT'}",
    )
    content = _read(path / "CURRENT")
    name = content[:-1].decode("ascii", "replace")
    require(
        content.endswith(b"\n") and name.startswith("MANIFEST-") and name[9:].isdigit(),
        DecodeError,
        "archive-manifest",
        "The file CURRENT names no manifest; take a fresh copy of the database.",
        actual=content[:40],
    )
    require(
        name in sizes,
        MissingDataError,
        "archive-manifest-missing",
        "The manifest that CURRENT names is not there; copy the whole folder of a stopped node.",
        expected=name,
    )
    return name


def _live_tables(path: Path, edits: "_Edits", sizes: dict[str, int]) -> tuple[str, ...]:
    names = []
    for number, size in sorted(edits.tables.items()):
        name = next((n for n in (f"{number:06d}.ldb", f"{number:06d}.sst") if n in sizes), None)
        if name is None:
            raise MissingDataError(
                "A table that the manifest names is not there; copy the whole folder of a stopped node.",
                code="archive-file-missing",
                expected=str(path / f"{number:06d}.ldb"),
            )
        require(
            sizes[name] == size,
            DecodeError,
            "archive-table-size",
            "A table is shorter or longer than the manifest says; take a fresh copy of the database.",
            expected=size,
            actual=f"{name}: {sizes[name]}",
        )
        names.append(name)
    return tuple(names)


def _live_logs(path: Path, edits: "_Edits", sizes: dict[str, int]) -> tuple[str, ...]:
    numbers = sorted(int(name[:-4]) for name in sizes if name.endswith(".log") and name[:-4].isdigit())
    live = [number for number in numbers if number >= edits.log_number or number == edits.previous_log]
    require(
        not edits.log_number or edits.log_number in live,
        MissingDataError,
        "archive-file-missing",
        "The write-ahead log that the manifest names is not there; copy the whole folder of a stopped node.",
        expected=str(path / f"{edits.log_number:06d}.log"),
    )
    return tuple(f"{number:06d}.log" for number in live)


def require_unused(path: Path) -> None:
    """Refuse a database that a process has open, without taking its lock or touching any file.

    Raises:
        DataSourceError: ``archive-locked``.
    """
    lock = path / "LOCK"
    try:
        status = lock.stat()
    except OSError:
        return
    if not stat.S_ISREG(status.st_mode):  # nobody locks a pipe, and to open one may take for ever
        return
    require(
        not (_is_listed(status) or _is_held(lock)),
        DataSourceError,
        "archive-locked",
        "Another process has this database open; stop the node, or read a copy or a snapshot of its folder.",
        actual=str(path),
    )


def _is_listed(status: os.stat_result) -> bool:
    """Whether the system lists a lock on that file: tells of locks of this very process too."""
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    return any(device in line.split() for line in lines)


def _is_held(lock: Path) -> bool:
    """Whether asking for the lock shows that another process holds it; nothing is taken."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system
        import struct  # noqa: PLC0415 - the same
    except ImportError:
        return False
    try:
        with lock.open("rb") as file:
            question = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
            answer = fcntl.fcntl(file, fcntl.F_GETLK, question)
            if struct.unpack("hhqqi4x", answer)[0] != fcntl.F_UNLCK:
                return True
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(file, fcntl.LOCK_UN)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


class _Edits:
    """The outcome of a manifest: live tables with their sizes, and the oldest live log."""

    def __init__(self, data: bytes) -> None:
        self.tables: dict[int, int] = {}
        self.log_number = 0
        self.previous_log = 0
        try:
            for record in _records(data):
                self._apply(_Cursor(record))
        except (IndexError, ValueError) as error:
            raise DecodeError(
                "The manifest of the database cannot be read; take a fresh copy of the database.",
                code="archive-manifest",
                actual=str(error),
            ) from error

    def _apply(self, cursor: "_Cursor") -> None:
        while cursor.left:
            tag = cursor.integer()
            if tag == 1:
                name = cursor.string()
                require(
                    name == _COMPARATOR,
                    ConfigurationError,
                    "archive-foreign",
                    "The database orders its keys in a way of its own: it is not a node's.",
                    expected=_COMPARATOR.decode(),
                    actual=name[:64],
                )
            elif tag == 2:  # noqa: PLR2004 - the numbers are the format's
                self.log_number = cursor.integer()
            elif tag == 9:  # noqa: PLR2004 - the same
                self.previous_log = cursor.integer()
            elif tag in {3, 4}:
                cursor.integer()
            elif tag == 5:  # noqa: PLR2004 - the same
                cursor.integer()
                cursor.string()
            elif tag == 6:  # noqa: PLR2004 - the same
                cursor.integer()
                self.tables.pop(cursor.integer(), None)
            elif tag == 7:  # noqa: PLR2004 - the same
                cursor.integer()
                number, size = cursor.integer(), cursor.integer()
                cursor.string()
                cursor.string()
                self.tables[number] = size
            else:
                raise ValueError(f"unknown tag {tag}")


class _Cursor:
    """Reads integers and strings of a manifest's record."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def left(self) -> bool:
        return self._position < len(self._data)

    def integer(self) -> int:
        value = 0
        for shift in range(_LONGEST_VARINT):
            byte = self._data[self._position]
            self._position += 1
            value |= (byte & 0x7F) << (7 * shift)
            if byte < 0x80:  # noqa: PLR2004 - the last byte has no mark
                return value
        raise ValueError("an integer has no end")

    def string(self) -> bytes:
        length = self.integer()
        end = self._position + length
        if end > len(self._data):
            raise ValueError("a string reaches past its record")
        value = self._data[self._position : end]
        self._position = end
        return value


def _records(data: bytes) -> Iterator[bytes]:
    """Yield the records of a log file, whose pieces lie in blocks of 32 KiB; a torn last one is left out."""
    position, pieces = 0, b""
    while position + _RECORD_HEAD <= len(data):
        left = _BLOCK - position % _BLOCK
        if left < _RECORD_HEAD:
            position += left
            continue
        length = int.from_bytes(data[position + 4 : position + 6], "little")
        kind = data[position + 6]
        start, end = position + _RECORD_HEAD, position + _RECORD_HEAD + length
        if not kind and not length:
            position += left
            continue
        if kind not in {_FULL, _FIRST, _MIDDLE, _LAST} or length > left - _RECORD_HEAD:
            raise ValueError("a record has no form")
        if end > len(data):
            return
        pieces = data[start:end] if kind in {_FULL, _FIRST} else pieces + data[start:end]
        if kind in {_FULL, _LAST}:
            yield pieces
            pieces = b""
        position = end


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode) or path.stat().st_size > _LARGEST_MANIFEST:
            raise OSError("this is no manifest")  # noqa: TRY301 - told like other failures of the file
        return path.read_bytes()
    except OSError as error:
        raise DataSourceError(
            f"Could not read {path}: {error.strerror or error}.", code="archive-read"
        ) from error
