"""Not a byte of a node's database changes, whoever reads it and however the reading ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harmony_core.archive import (
    ClaimsJob,
    NodeDatabase,
    ProcessRunner,
    SerialRunner,
    make_claims,
    walk_accounts,
)
from harmony_core.archive.accounts import AccountTally
from harmony_core.archive.state_audit import audit_state
from harmony_core.archive.walk import root_of_walk
from harmony_core.primitives import ShardID
from support.node_databases import SampleNetwork, make_network
from support.recorded_archives import digest_of


@pytest.fixture(scope="module", params=[False, True], ids=["log", "tables"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SampleNetwork:
    return make_network(tmp_path_factory.mktemp("network"), 300, tables=request.param)


def test_reading_walking_and_claiming_change_nothing(sample: SampleNetwork, tmp_path: Path) -> None:
    folder = sample.folders[0].parents[1]
    before = digest_of(folder)
    with NodeDatabase(sample.folders[0]) as database, NodeDatabase(sample.folders[0]) as second:
        tally = AccountTally()
        assert len(list(walk_accounts(database, root_of_walk(database.head.root), tally))) == 300
        assert not tally.problems
        assert second.head == database.head
        assert audit_state(database, database.head.root).is_whole
    folders = {ShardID(shard): path for shard, path in sample.folders.items()}
    runner = ProcessRunner(2) if any(sample.folders[0].glob("*.ldb")) else SerialRunner()
    make_claims(ClaimsJob(folders, {}, tmp_path / "claims.csv"), runner)
    assert digest_of(folder) == before


def test_a_folder_that_cannot_be_written_is_read(sample: SampleNetwork) -> None:
    path = sample.folders[0]
    mode = path.stat().st_mode
    path.chmod(0o555)
    try:
        with NodeDatabase(path) as database:
            assert database.head.number == 5
    finally:
        path.chmod(mode)


def test_a_killed_reader_changes_nothing(sample: SampleNetwork) -> None:
    path = sample.folders[0]
    before = digest_of(path)
    program = "import sys; from harmony_core.archive import NodeDatabase; d = NodeDatabase(sys.argv[1]); print(d.head.number, flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"5\n"
        os.kill(process.pid, signal.SIGKILL)
    assert digest_of(path) == before
    with NodeDatabase(path) as database:
        assert database.head.number == 5
