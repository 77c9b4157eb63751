"""What does the parts of a long work, and what is missing or lost on the way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harmony_core.archive import ClusterRunner, Database, LedgerWriter, ProcessRunner, SerialRunner
from harmony_core.archive.work import Result, run_parts
from harmony_core.errors import ConfigurationError, DataSourceError, HarmonyError, MissingDataError
from harmony_core.storage import CheckpointFile
from support.node_databases import write_database


def double(part: int) -> Result:
    return {"twice": 2 * part}


def vanish(part: int) -> Result:
    os._exit(part)


def fail(part: int) -> Result:
    raise MissingDataError("Not here.", code="archive-block-missing", expected=part)


def test_processes_do_what_one_process_does() -> None:
    parts = list(range(40))
    expected = [{"twice": 2 * part} for part in parts]
    seen: list[tuple[int, int]] = []
    assert run_parts(SerialRunner(), double, parts) == expected
    assert run_parts(ProcessRunner(2), double, parts, progress=lambda *said: seen.append(said)) == expected
    assert seen == [(done, 0) for done in range(41)]


def test_a_lost_worker_is_said() -> None:
    with pytest.raises(DataSourceError) as info:
        run_parts(ProcessRunner(2), vanish, [1])
    assert info.value.code == "workers-lost"


def stay(part: int) -> Result:
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    time.sleep(60)
    return {"part": part}


def test_workers_end_with_a_killed_parent() -> None:
    """Their standard output is closed only when the last of them is gone."""
    program = (
        "import sys; sys.path += sys.argv[1:]\n"
        "from test_runners import stay\n"
        "from harmony_core.archive import ProcessRunner\n"
        'if __name__ == "__main__": list(ProcessRunner(2).run(stay, [(0, 0), (1, 1)]))'
    )
    script = [sys.executable, "-c", program, *(str(Path(__file__).parents[up]) for up in (0, 2))]
    with subprocess.Popen(script, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        workers = [int(process.stdout.readline()) for _ in range(2)]
        assert process.pid not in workers
        os.kill(process.pid, signal.SIGKILL)
        started = time.monotonic()
        process.stdout.read()
        assert time.monotonic() - started < 30


def test_an_error_of_a_part_keeps_its_code() -> None:
    with pytest.raises(HarmonyError) as info:
        run_parts(ProcessRunner(2), fail, [7])
    assert (info.value.code, info.value.expected) == ("archive-block-missing", 7)


def test_done_parts_are_not_done_again(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "checkpoint", "test", 1 << 20)
    assert run_parts(SerialRunner(), double, [1, 2], checkpoint=file, plan="a") == [
        {"twice": 2},
        {"twice": 4},
    ]
    assert run_parts(SerialRunner(), fail, [1, 2], checkpoint=file, plan="a") == [{"twice": 2}, {"twice": 4}]
    with pytest.raises(MissingDataError):
        run_parts(SerialRunner(), fail, [1, 2], checkpoint=file, plan="a", is_kept=lambda part, _: part == 1)


def test_a_missing_library_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_database(tmp_path / "db", lambda put: put(b"key", b"value"), tables=False)
    for name in ("rocksdict", "pyarrow", "distributed"):
        monkeypatch.setitem(sys.modules, name, None)
    for action, code in (
        (lambda: Database(tmp_path / "db"), "archive-extra"),
        (lambda: LedgerWriter(tmp_path / "ledger.parquet"), "archive-extra"),
        (lambda: ClusterRunner("tcp://127.0.0.1:1"), "cluster-extra"),
    ):
        with pytest.raises(ConfigurationError) as info:
            action()
        assert info.value.code == code
        assert "pip install 'harmony-core[" in info.value.message
