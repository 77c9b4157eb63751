"""The layout of reports, exit codes, and what goes to the terminal."""

import io
import sys

import pytest

from harmony_core.chain.header import Header, HeaderVersion
from harmony_core.cli import progress as progress_module
from harmony_core.cli import terminal
from harmony_core.cli.exit_codes import ExitCode, code_of_error, strongest
from harmony_core.cli.lines import Origin
from harmony_core.cli.progress import ProgressDisplay
from harmony_core.cli.verdict_json import report_to_json
from harmony_core.cli.verdict_table import percent, report_lines
from harmony_core.cli.verification import Judged, Problem, Report
from harmony_core.errors import (
    ConfigurationError,
    DataSourceError,
    DecodeError,
    HarmonyError,
    MissingDataError,
    UnsupportedRulesError,
    VerificationError,
)
from harmony_core.light_client import Basis, BasisKind, HeaderVerdict, Verdict
from harmony_core.primitives import BlockNumber, Dec, Epoch, Hash32

OTHER = Hash32(b"\xab" * 32)


def judged(number: int, error: HarmonyError | None) -> Judged:
    header = Header(version=HeaderVersion.V3, number=BlockNumber(number), epoch=Epoch(2))
    broken = isinstance(error, VerificationError)
    verdict = Verdict.BROKEN if broken else Verdict.UNKNOWN if error else Verdict.PROVEN
    basis = None if error else Basis(BasisKind.GENESIS_COMMITTEE, "committee derived from genesis data")
    size = None if error else 10
    return Judged(
        HeaderVerdict(header, verdict, basis, error, size, size, Dec.parse("0.9") if size else None),
        (Origin("a", 1),),
    )


def report() -> Report:
    rows = (
        judged(1, None),
        judged(2, VerificationError("Another hash.", code="x", expected=OTHER, actual=OTHER)),
        judged(1 << 63, MissingDataError("Not given.", code="y")),
    )
    return Report("localnet", 5, rows, (Problem(Origin("a", 9), DecodeError("No.", code="z")),))


@pytest.mark.parametrize("width", [1, 20, 80, 119, 120, 140, 200, 300, None])
def test_no_hash_is_wrapped_or_cut_at_any_width(width: int | None) -> None:
    lines = [line for line, _ in report_lines(report(), width)]
    words = [word for line in lines for word in line.split()]
    for item in report().judged:
        assert str(item.verdict.header.hash) in words
    assert sum(word.strip(",]") == str(OTHER) for word in words) == 2
    assert {"proven", "broken", "cannot"} <= {word.strip(":") for word in words}


@pytest.mark.parametrize("width", [1, 20, 80, 119, 120, 140, 200, 300])
def test_a_line_is_longer_than_the_terminal_only_for_a_single_word(width: int) -> None:
    for line, _ in report_lines(report(), width):
        assert len(line) <= width or len(line.split()) == 1


def test_a_wide_terminal_and_a_pipe_get_a_table_with_one_line_a_header() -> None:
    for width in (None, 400):
        lines = [line for line, _ in report_lines(report(), width)]
        assert lines[0].split()[:7] == ["shard", "number", "epoch", "hash", "signers", "power", "verdict"]
        assert len(lines) == 1 + 3 + 2
        assert "10/10    90%  proven" in lines[1]
        assert lines[1].endswith("signed by the committee derived from genesis data")


def test_the_summary_counts() -> None:
    *_, (summary, _) = report_lines(report(), None)
    assert summary == "localnet: 1 of 3 headers proven, 1 broken, 1 cannot tell, 1 line of input not usable."
    *_, (summary, _) = report_lines(Report("mainnet", 0, (), ()), None)
    assert summary == "mainnet: 0 of 0 headers proven, the input is empty."


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("1", "100%"),
        ("0.9", "90%"),
        ("0.666666666666666667", "66.6666%"),
        ("0", "0%"),
        ("0.000001", "0.0001%"),
    ],
)
def test_a_share_is_never_shown_as_more_than_it_is(raw: str, text: str) -> None:
    assert percent(Dec.parse(raw)) == text


def test_a_report_in_json_holds_the_same() -> None:
    document = report_to_json(report())
    assert (document["verdict"], document["exit_code"]) == ("broken", 1)
    first, second, third = document["headers"]
    assert first["basis"] == {"kind": "genesis committee", "detail": "committee derived from genesis data"}
    assert (first["power"], first["error"], first["signers"]) == ("0.9", None, 10)
    assert second["error"] == {
        "code": "x",
        "message": "Another hash.",
        "expected": str(OTHER),
        "actual": str(OTHER),
    }
    assert (third["verdict"], third["power"], third["basis"]) == ("cannot tell", None, None)
    [problem] = document["problems"]
    assert (problem["file"], problem["line"], problem["verdict"]) == ("a", 9, "undecodable")


@pytest.mark.parametrize(
    ("codes", "winner"),
    [
        ([], ExitCode.UNDECODABLE),
        ([ExitCode.PROVEN], ExitCode.PROVEN),
        ([ExitCode.PROVEN, ExitCode.UNKNOWN], ExitCode.UNKNOWN),
        ([ExitCode.UNKNOWN, ExitCode.UNDECODABLE], ExitCode.UNDECODABLE),
        ([ExitCode.UNKNOWN, ExitCode.UNDECODABLE, ExitCode.BROKEN, ExitCode.PROVEN], ExitCode.BROKEN),
    ],
)
def test_broken_comes_before_undecodable_before_cannot_tell(codes: list[ExitCode], winner: ExitCode) -> None:
    assert strongest(codes) is winner


@pytest.mark.parametrize(
    ("branch", "code"),
    [
        (VerificationError, 1),
        (ConfigurationError, 2),
        (DataSourceError, 2),
        (DecodeError, 4),
        (MissingDataError, 5),
        (UnsupportedRulesError, 5),
    ],
)
def test_the_branch_of_an_error_gives_the_exit_code(branch: type[HarmonyError], code: int) -> None:
    assert code_of_error(branch("No.", code="x")) == code


def test_nothing_that_steers_a_terminal_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    terminal.complain("a\x1b[31mb\nc\u202ed")
    assert stream.getvalue() == "harmony-core: a\\x1b[31mb\\nc\\u202ed\n"


def test_what_an_output_cannot_express_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    terminal.write_line("é")
    stream.flush()
    assert stream.buffer.getvalue() == b"\\xe9\n"


def test_a_process_without_output_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    terminal.write_line("lost")
    assert not terminal.is_terminal(None)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("patience", [0.0, 1000.0])
def test_progress_is_shown_on_a_terminal_once_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress_module, "_PATIENCE", patience)
    with ProgressDisplay() as display:
        display.begin("reading lines", None)
        display.advance(3)
        display.begin("verifying headers", 7)
        display.reach(7)
    shown = stream.getvalue()
    assert ("verifying headers" in shown and "7 of 7" in shown) == (patience == 0)
    assert patience == 0 or not shown


def test_progress_is_silent_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress_module, "_PATIENCE", 0.0)
    with ProgressDisplay() as display:
        display.begin("reading lines", None)
        display.advance(3)
    assert stream.getvalue() == ""
