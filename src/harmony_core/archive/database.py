"""A LevelDB database opened so that not a byte of its folder changes: through a shadow of it.

The shadow is a temporary folder with links to the tables and copies of the few small files. Only the shadow is ever
opened, by RocksDB, which reads LevelDB's format and, opened read-only, takes no lock, compacts nothing and replays the
write-ahead log in memory. See docs/adr/0006-reading-a-nodes-database.md for what was measured.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from harmony_core.archive.folder import DatabaseFolder, inspect_folder, require_unused
from harmony_core.errors import ConfigurationError, DataSourceError, require

__all__ = ["CACHE_BYTES", "Database"]

CACHE_BYTES: Final = 512 << 20
"""Memory for blocks of tables, shared by all databases of a process: what keeps reads at random fast, and a bound."""

_OPEN_TABLES: Final = 1000


class Database:
    """The keys and values of a LevelDB folder, read only.

    Use it as a context manager, or call `close`, which removes the shadow; tables, however many gigabytes, are only linked.

    Args:
        path: the folder of a node that is stopped, or a copy or snapshot of one.
        scratch: where to make the shadow; the system's temporary folder if None.
        cache_bytes: memory for blocks of tables, shared by all databases of this process that name the same number.

    Raises:
        HarmonyError: as `inspect_folder`; ``archive-locked`` for a database that is in use, ``archive-read`` for one
            that cannot be read, ``archive-extra`` (ConfigurationError) without the library.
    """

    __slots__ = ("_careful", "_database", "_folder", "_get", "_shadow")

    def __init__(
        self, path: Path | str, *, scratch: Path | None = None, cache_bytes: int = CACHE_BYTES
    ) -> None:
        self._folder = inspect_folder(path)
        require_unused(self._folder.path)
        self._shadow = _make_shadow(self._folder, scratch)
        try:
            self._database: Any = _open(self._shadow, cache_bytes)
            self._careful: Any = _read_options(checksums=True)
            self._database.set_read_options(_read_options(checksums=False))
        except BaseException:
            shutil.rmtree(self._shadow, ignore_errors=True)
            raise
        self._get: Callable[[bytes], bytes | None] = self._database.get

    @property
    def path(self) -> Path:
        """The folder."""
        return self._folder.path

    @property
    def table_count(self) -> int:
        """Number of live tables."""
        return len(self._folder.tables)

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None.

        Raises:
            DataSourceError: ``archive-read`` where the table that should hold it is damaged.
        """
        try:
            return self._database.get(key, read_opt=self._careful)  # type: ignore[no-any-return]
        except Exception as error:
            raise DataSourceError(
                f"The database cannot be read: {error}. Take a fresh copy of it.",
                code="archive-read",
                actual=str(self.path),
            ) from error

    def get_hashed(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None, for a caller that computes the value's hash: checksums of tables are skipped.

        Raises:
            DataSourceError: ``archive-read`` where the table that should hold it is damaged.
        """
        try:
            return self._get(key)
        except Exception as error:
            raise DataSourceError(
                f"The database cannot be read: {error}. Take a fresh copy of it.",
                code="archive-read",
                actual=str(self.path),
            ) from error

    def put_many(self, nodes: Iterable[tuple[bytes, bytes]]) -> None:
        """Refuse to write: there is nothing here that could.

        Raises:
            DataSourceError: ``archive-read-only``.
        """
        del nodes
        raise DataSourceError("A node's database is only read.", code="archive-read-only")

    def items(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys and values in order, from ``start`` on and before ``stop``.

        Raises:
            DataSourceError: ``archive-read`` where a table is damaged.
        """
        try:
            for key, value in self._database.items(from_key=start, read_opt=self._careful):
                if key >= stop:
                    break
                yield key, value
        except DataSourceError:
            raise
        except Exception as error:
            raise DataSourceError(
                f"The database cannot be read: {error}. Take a fresh copy of it.",
                code="archive-read",
                actual=str(self.path),
            ) from error

    def require_unchanged(self) -> None:
        """Check that nobody wrote to the folder since it was opened.

        Raises:
            DataSourceError: ``archive-changed``.
        """
        try:
            now = inspect_folder(self.path).fingerprint
        except (ConfigurationError, DataSourceError):
            now = ()
        require(
            now == self._folder.fingerprint,
            DataSourceError,
            "archive-changed",
            "The database was written to while it was read; stop the node, or read a copy or a snapshot of its folder.",
            actual=str(self.path),
        )

    def close(self) -> None:
        """Close the database and remove its shadow."""
        self._database.close()
        shutil.rmtree(self._shadow, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _make_shadow(folder: DatabaseFolder, scratch: Path | None) -> Path:
    try:
        shadow = Path(tempfile.mkdtemp(prefix="harmony-core-archive-", dir=scratch))
    except OSError as error:
        raise DataSourceError(f"No shadow folder could be made: {error}.", code="archive-read") from error
    try:
        for name in folder.tables:
            _link(folder.path.resolve() / name, shadow / name)
        for name in ("CURRENT", folder.manifest, *folder.logs):
            shutil.copyfile(folder.path / name, shadow / name)
    except OSError as error:
        shutil.rmtree(shadow, ignore_errors=True)
        raise DataSourceError(
            f"The database cannot be read: {error}.", code="archive-read", actual=str(folder.path)
        ) from error
    return shadow


def _link(source: Path, target: Path) -> None:
    # A symbolic link leaves even the number of links of the original alone; elsewhere a copy does.
    try:
        os.symlink(source, target)  # noqa: PTH211 - the method of Path takes them the other way round
    except OSError:
        shutil.copyfile(source, target)


def _open(shadow: Path, cache_bytes: int) -> Any:
    try:
        import rocksdict  # noqa: PLC0415 - a large library, needed only here
    except ImportError as error:
        raise ConfigurationError(
            "Reading a node's database needs rocksdict: pip install 'harmony-core[archive]'.",
            code="archive-extra",
        ) from error
    options = rocksdict.Options(raw_mode=True)
    options.set_max_open_files(_OPEN_TABLES)
    options.set_paranoid_checks(True)
    options.set_skip_stats_update_on_db_open(True)
    # A torn end is what a crash of the node leaves; anything else that is wrong in a log is damage.
    options.set_wal_recovery_mode(rocksdict.DBRecoveryMode.tolerate_corrupted_tail_records())
    tables = rocksdict.BlockBasedOptions()
    tables.set_block_cache(_cache(cache_bytes))
    options.set_block_based_table_factory(tables)
    try:
        return rocksdict.Rdict(str(shadow), options=options, access_type=rocksdict.AccessType.read_only())
    except Exception as error:
        raise DataSourceError(
            f"The database cannot be opened: {error}. Take a fresh copy of it.", code="archive-read"
        ) from error


@cache
def _cache(size: int) -> Any:
    import rocksdict  # noqa: PLC0415 - as above

    return rocksdict.Cache(size)


def _read_options(*, checksums: bool) -> Any:
    import rocksdict  # noqa: PLC0415 - as above

    options = rocksdict.ReadOptions()
    options.set_verify_checksums(checksums)
    return options
