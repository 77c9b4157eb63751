"""What is said of folders that are no whole, unused LevelDB database."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import plyvel
import pytest

from harmony_core.archive import Database
from harmony_core.archive.folder import inspect_folder
from harmony_core.errors import (
    ConfigurationError,
    DataSourceError,
    DecodeError,
    HarmonyError,
    MissingDataError,
)
from support.node_databases import Put, write_database


def fill(put: Put) -> None:
    for number in range(2000):
        put(b"%08d" % number, b"v" * 100)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database whose data are in tables."""
    folder = tmp_path_factory.mktemp("tables") / "db"
    write_database(folder, fill, tables=True)
    return folder


@pytest.fixture
def copy(tables: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tables, tmp_path / "db")


def refusal(folder: Path) -> HarmonyError:
    with pytest.raises(HarmonyError) as info, Database(folder) as database:
        for number in range(2000):
            database.get(b"%08d" % number)
    return info.value


def test_a_whole_database_is_read(copy: Path) -> None:
    with Database(copy) as database:
        assert database.get(b"00000007") == b"v" * 100
        assert database.get(b"absent") is None
        assert len(list(database.items(b"0000001", b"0000002"))) == 10
        assert database.table_count == 1


def test_a_file_and_nothing_at_all_are_refused(copy: Path) -> None:
    for path in (copy / "CURRENT", copy / "nowhere", Path("\0")):
        error = refusal(path)
        assert isinstance(error, ConfigurationError)
        assert error.code == "archive-folder"


@pytest.mark.parametrize("mark", ["OPTIONS-000007", "marker.format-version.000001.013", "data.mdb", None])
def test_other_databases_are_refused(copy: Path, mark: str | None) -> None:
    if mark is None:
        (copy / "CURRENT").unlink()
    else:
        (copy / mark).touch()
    error = refusal(copy)
    assert isinstance(error, ConfigurationError)
    assert error.code == "archive-foreign"


def test_another_order_of_keys_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "db"
    with plyvel.DB(
        str(folder),
        create_if_missing=True,
        comparator=lambda a, b: (a > b) - (a < b),
        comparator_name=b"other",
    ):
        pass
    assert refusal(folder).code == "archive-foreign"


def test_a_missing_manifest_is_named(copy: Path) -> None:
    next(copy.glob("MANIFEST-*")).unlink()
    error = refusal(copy)
    assert isinstance(error, MissingDataError)
    assert error.code == "archive-manifest-missing"


@pytest.mark.parametrize(
    "content", [b"", b"MANIFEST-000002", b"MANIFEST-x\n", b"../../etc/passwd\n", b"\xff\n"]
)
def test_a_damaged_current_is_refused(copy: Path, content: bytes) -> None:
    (copy / "CURRENT").write_bytes(content)
    error = refusal(copy)
    assert isinstance(error, DecodeError)
    assert error.code == "archive-manifest"


def test_a_damaged_manifest_is_refused(copy: Path) -> None:
    manifest = next(copy.glob("MANIFEST-*"))
    data = bytearray(manifest.read_bytes())
    for position in range(7, len(data)):
        altered = bytearray(data)
        altered[position] ^= 0xFF
        manifest.write_bytes(altered)
        assert isinstance(
            refusal(copy), DecodeError | DataSourceError | ConfigurationError | MissingDataError
        )
    manifest.write_bytes(bytes(data[:6]) + b"\x09" + bytes(data[7:]))
    assert refusal(copy).code == "archive-manifest"


def test_a_missing_table_is_named(copy: Path) -> None:
    table = next(copy.glob("*.ldb"))
    table.unlink()
    error = refusal(copy)
    assert isinstance(error, MissingDataError)
    assert error.code == "archive-file-missing"
    assert table.name in str(error.expected)


def test_a_missing_log_is_named(copy: Path) -> None:
    for log in copy.glob("*.log"):
        log.unlink()
    assert refusal(copy).code == "archive-file-missing"


def test_a_truncated_table_is_refused(copy: Path) -> None:
    table = next(copy.glob("*.ldb"))
    data = table.read_bytes()
    for size in (0, 1, len(data) // 2, len(data) - 1):
        table.write_bytes(data[:size])
        error = refusal(copy)
        assert isinstance(error, DecodeError)
        assert error.code == "archive-table-size"


def test_bytes_altered_in_a_table_are_found(copy: Path) -> None:
    """Every block of a table carries a checksum; only the padding of the last lines has none."""
    table = next(copy.glob("*.ldb"))
    data = table.read_bytes()
    for position in range(0, len(data) - 100, len(data) // 40):
        altered = bytearray(data)
        altered[position] ^= 0x55
        table.write_bytes(altered)
        assert refusal(copy).code == "archive-read", position


def test_a_log_altered_before_its_end_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "db"
    write_database(folder, fill, tables=False)
    log = next(folder.glob("*.log"))
    data = bytearray(log.read_bytes())
    data[50] ^= 1
    log.write_bytes(data)
    assert refusal(folder).code == "archive-read"


def test_a_database_in_use_by_this_process_is_refused(copy: Path) -> None:
    with plyvel.DB(str(copy)):
        error = refusal(copy)
    assert isinstance(error, DataSourceError)
    assert error.code == "archive-locked"


def test_a_database_in_use_by_another_process_is_refused(copy: Path) -> None:
    program = "import plyvel, sys; d = plyvel.DB(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(copy)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert refusal(copy).code == "archive-locked"
        process.communicate(b"")
    inspect_folder(copy)
    Database(copy).close()


def test_a_lock_as_goleveldb_takes_it_is_seen(copy: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    with (copy / "LOCK").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert refusal(copy).code == "archive-locked"


def test_links_are_followed_and_pipes_are_not_opened(copy: Path, tmp_path: Path) -> None:
    for name in ("CURRENT", next(copy.glob("*.ldb")).name):
        (copy / name).rename(tmp_path / name)
        (copy / name).symlink_to(tmp_path / name)
    (copy / "LOCK").unlink()
    os.mkfifo(copy / "LOCK")
    with Database(copy) as database:
        assert database.get(b"00000007") == b"v" * 100
    (copy / "CURRENT").unlink()
    (copy / "CURRENT").symlink_to(tmp_path / "nowhere")
    assert refusal(copy).code == "archive-foreign"
    (copy / "CURRENT").unlink()
    (copy / "CURRENT").symlink_to(copy / "CURRENT")
    assert refusal(copy).code == "archive-folder"


def test_a_folder_that_changes_meanwhile_is_noticed(copy: Path) -> None:
    with Database(copy) as database:
        database.require_unchanged()
        with plyvel.DB(str(copy)) as writer:
            writer.put(b"key", b"value")
        with pytest.raises(DataSourceError) as info:
            database.require_unchanged()
    assert info.value.code == "archive-changed"


def test_nothing_can_be_written(copy: Path) -> None:
    with Database(copy) as database, pytest.raises(DataSourceError) as info:
        database.put_many([(b"key", b"value")])
    assert info.value.code == "archive-read-only"
