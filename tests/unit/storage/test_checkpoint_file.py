"""Checkpoint files: whole or refused, whatever happens while they are written."""

import os
from pathlib import Path

import pytest

from harmony_core.errors import DataSourceError, DecodeError
from harmony_core.storage import CheckpointFile, read_file, write_file_atomically


@pytest.fixture
def file(tmp_path: Path) -> CheckpointFile:
    return CheckpointFile(tmp_path / "state", "test state", 1000)


def refusal(file: CheckpointFile) -> str:
    with pytest.raises(DecodeError) as info:
        file.load()
    return info.value.code


@pytest.mark.parametrize("content", [b"", b"content", bytes(1000)])
def test_what_is_saved_is_loaded(file: CheckpointFile, content: bytes) -> None:
    assert file.load() is None
    file.save(b"older")
    file.save(content)
    assert file.load() == content
    assert [path.name for path in file.path.parent.iterdir()] == ["state"]
    file.remove()
    file.remove()
    assert file.load() is None


def test_a_torn_file_is_refused_at_any_length(file: CheckpointFile) -> None:
    file.save(b"some content")
    whole = file.path.read_bytes()
    for length in range(len(whole)):
        file.path.write_bytes(whole[:length])
        assert refusal(file) == "checkpoint-integrity"
    file.path.write_bytes(whole + b"\0")
    assert refusal(file) == "checkpoint-integrity"


def test_an_altered_bit_is_refused(file: CheckpointFile) -> None:
    file.save(b"some content")
    whole = file.path.read_bytes()
    for position in range(8 * len(whole)):
        altered = bytearray(whole)
        altered[position // 8] ^= 1 << position % 8
        file.path.write_bytes(altered)
        assert refusal(file) == "checkpoint-integrity"


def test_a_file_of_another_kind_is_refused(file: CheckpointFile) -> None:
    CheckpointFile(file.path, "another state", 1000).save(b"content")
    assert refusal(file) == "checkpoint-kind"


def test_a_file_that_is_too_large_is_refused_unread(file: CheckpointFile) -> None:
    CheckpointFile(file.path, "test state", 1 << 20).save(bytes(1001))
    assert refusal(file) == "checkpoint-size"


def test_a_crash_while_writing_leaves_the_old_content(
    file: CheckpointFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.save(b"old")

    def crash(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(DataSourceError) as info:
        file.save(b"new")
    assert info.value.code == "storage-write"
    assert file.load() == b"old"


def test_what_a_crash_left_beside_the_file_is_written_over(file: CheckpointFile) -> None:
    file.path.with_name("state.new").write_bytes(b"half of a sta")
    file.save(b"content")
    assert file.load() == b"content"


def test_a_folder_that_does_not_exist_is_a_failure_of_the_data_source(tmp_path: Path) -> None:
    with pytest.raises(DataSourceError) as info:
        write_file_atomically(tmp_path / "no" / "folder", b"")
    assert info.value.code == "storage-write"
    with pytest.raises(DataSourceError) as info:
        read_file(tmp_path, limit=10)
    assert info.value.code == "storage-read"
    folder = CheckpointFile(tmp_path, "test state", 10)
    with pytest.raises(DataSourceError) as info:
        folder.remove()
    assert info.value.code == "storage-write"
