import gzip
import io
import sys
from pathlib import Path

import pytest

from harmony_core.cli import lines as module
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.lines import Line, Origin, Patience, read_lines, read_text
from harmony_core.errors import DataSourceError, DecodeError, MissingDataError
from support.cli_runner import run


@pytest.fixture(autouse=True)
def short_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LINE_BYTES", 16)


def written(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "input"
    path.write_bytes(data)
    return str(path)


def texts(found: list[Line]) -> list[tuple[int, str, str | None]]:
    return [(line.origin.line, line.text, line.error.code if line.error else None) for line in found]


def test_blank_lines_white_space_and_a_byte_order_mark_are_skipped(tmp_path: Path) -> None:
    name = written(tmp_path, b"\xef\xbb\xbf 0x01 \r\n\n \t\n02")
    assert texts(list(read_lines([name]))) == [(1, "0x01", None), (4, "02", None)]


def test_files_are_read_in_turn_and_lines_are_counted_in_each(tmp_path: Path) -> None:
    name = written(tmp_path, b"aa\nbb\n")
    assert [str(line.origin) for line in read_lines([name, name])] == [
        f"{name}:{number}" for number in (1, 2, 1, 2)
    ]


def test_the_standard_input_is_read_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"aa\n")))
    [line] = read_lines(["-"])
    assert (line.text, str(line.origin)) == ("aa", "standard input:1")
    assert not sys.stdin.closed


def test_too_long_a_line_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    name = written(tmp_path, b"a" * 16 + b"\n" + b"b" * 1000 + b"\ncc\n" + b"d" * 17)
    steps: list[int] = []
    found = texts(list(read_lines([name], steps.append)))
    assert found == [
        (1, "", "input-line-size"),
        (2, "", "input-line-size"),
        (3, "cc", None),
        (4, "", "input-line-size"),
    ]
    assert sum(steps) == Path(name).stat().st_size


def test_bytes_that_are_no_text_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    name = written(tmp_path, b"\xff\xfe\naa\n")
    assert texts(list(read_lines([name]))) == [(1, "", "input-text"), (2, "aa", None)]


def test_a_file_that_cannot_be_read_is_a_failure_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(DataSourceError) as info:
        list(read_lines([str(tmp_path / "missing")]))
    assert info.value.code == "input-file"
    with pytest.raises(DataSourceError) as info:
        read_text(str(tmp_path))
    assert info.value.code == "input-file"


def test_a_process_without_standard_input_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataSourceError) as info:
        list(read_lines(["-"]))
    assert info.value.code == "input-file"


def test_a_small_file_is_read_whole_and_a_large_one_refused(tmp_path: Path) -> None:
    assert read_text(written(tmp_path, b" 01\n02\n ")) == "01\n02"
    with pytest.raises(DecodeError) as info:
        read_text(written(tmp_path, b"0" * 17))
    assert info.value.code == "input-line-size"


def test_an_origin_names_file_and_line() -> None:
    assert str(Origin("headers.jsonl", 7)) == "headers.jsonl:7"


def test_a_compressed_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    path = tmp_path / "lines.gz"
    path.write_bytes(gzip.compress(b"first\n\nthird\n"))
    assert [(line.text, line.origin.line) for line in read_lines([str(path)])] == [("first", 1), ("third", 3)]


@pytest.mark.parametrize("damage", [slice(0, 12), slice(0, -1)])
def test_a_torn_compressed_file_cannot_be_read(tmp_path: Path, damage: slice) -> None:
    path = tmp_path / "torn.gz"
    path.write_bytes(gzip.compress(b"some text\n" * 100)[damage])
    with pytest.raises(DataSourceError) as info:
        list(read_lines([str(path)]))
    assert info.value.code == "input-file"


def test_a_file_of_something_else_ends_the_patience() -> None:
    patience = Patience()
    for _ in range(module.MOST_UNDECODABLE):
        patience.note(DecodeError("no hexadecimal text", code="hex-text"))
        patience.note(MissingDataError("no committee", code="committee-unknown"))
    with pytest.raises(DecodeError) as info:
        patience.note(DecodeError("no hexadecimal text", code="hex-text"))
    assert info.value.code == "input-undecodable"


@pytest.mark.parametrize(
    "arguments",
    [
        ("proof", "verify", "account", "--network", "localnet", "--root", "0x" + "11" * 32),
        ("tx", "decode"),
        ("tx", "verify", "--network", "localnet", "--epoch", "5", "--shard", "0"),
        ("verify", "--network", "localnet"),
    ],
)
def test_commands_stop_at_a_file_of_something_else(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_UNDECODABLE", 5)
    outcome = run(*arguments, written(tmp_path, b"{}\n" * 20))
    assert outcome.exit_code == ExitCode.UNDECODABLE
    assert outcome.stdout == ""
    assert ":6: " in outcome.stderr or arguments[0] == "verify"
    assert ":7: " not in outcome.stderr
