"""`harmony-core archive` on a recorded network's databases and on spoiled ones."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import plyvel
import pytest

from harmony_core.archive import ClaimsJob, ClusterRunner, NodeDatabase, SerialRunner, make_claims, schema
from harmony_core.cli.archive_view import StageDisplay
from harmony_core.errors import DataSourceError
from harmony_core.primitives import BlockNumber, ShardID
from support.cli_runner import Outcome, command, run
from support.node_databases import SampleNetwork, make_network
from support.recorded_archives import archive_folders, unpack

NAME = "network_b"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder, name = next(found for found in archive_folders() if found[1] == NAME)
    return unpack(folder, name, tmp_path_factory.mktemp("recorded"))[0]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleNetwork:
    return make_network(tmp_path_factory.mktemp("network"), 300, tables=True)


def archive(*arguments: str | Path) -> Outcome:
    return run("archive", *arguments)


def test_info_says_what_a_database_holds(folders: dict[int, Path]) -> None:
    shown = archive("info", folders[1] / "harmony_db_1", "--json").document
    assert (shown["network"], shown["shard"], shown["head"]["number"], shown["kind"]) == (
        "localnet",
        1,
        251,
        "archive",
    )
    beacon = archive("info", folders[1] / "harmony_db_0", "--json").document
    assert (beacon["shard"], beacon["kind"]) == (0, "pruned or partial")
    assert "localnet" in archive("info", folders[0], "--shard", "0").stdout


def test_a_recorded_database_is_proven(folders: dict[int, Path]) -> None:
    outcome = archive(
        "verify",
        folders[0] / "harmony_db_0",
        "--other",
        folders[1] / "harmony_db_1",
        "--json",
        "--now",
        "4000000000",
    )
    assert outcome.exit_code == 0
    shown = outcome.document
    assert shown["verdict"] == "proven"
    assert (shown["state"]["accounts"], shown["state"]["validators"], shown["state"]["problems"]) == (
        121,
        7,
        [],
    )
    assert shown["chain"]["headers_proven"] == shown["chain"]["blocks_verified"] == 222
    text = archive(
        "verify", folders[0], "--shard", "0", "--no-chain", "--height", "100", "--reference", "--reference"
    )
    assert (text.exit_code, "proven" in text.stdout) == (0, True)


def test_damage_is_listed_with_its_path(sample: SampleNetwork, tmp_path: Path) -> None:
    folder = shutil.copytree(sample.folders[0], tmp_path / "db")
    with NodeDatabase(folder) as database:
        node = database.get(database.head.root) or b""
    with plyvel.DB(str(folder)) as writer:
        writer.put(node[4:36], b"altered")
        writer.delete(node[-33:-1])
    outcome = archive("verify", folder, "--no-chain", "--json")
    assert outcome.exit_code == 1
    problems = outcome.document["state"]["problems"]
    assert sorted((problem["path"], problem["kind"]) for problem in problems) == [
        ("0", "altered"),
        ("f", "missing"),
    ]
    assert "account node at 0 is altered" in archive("verify", folder, "--no-chain").stderr
    with plyvel.DB(str(folder)) as writer:
        writer.delete(node[4:36])
    assert archive("verify", folder, "--no-chain").exit_code == 5
    claims: list[str | Path] = [
        "claims",
        "--shard0",
        folder,
        "--shard1",
        sample.folders[1],
        "--out",
        tmp_path / "claims.csv",
    ]
    outcome = archive(*claims, "--json")
    assert (outcome.exit_code, len(outcome.document["problems"])) == (1, 2)
    assert archive(*claims).stderr.count("is missing") == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db"]


def test_claims_are_written_checked_drawn_and_compared(folders: dict[int, Path], tmp_path: Path) -> None:
    claims: list[str | Path] = ["claims", "--shard0", folders[0], "--shard1", folders[1]]
    outcome = archive(*claims, "--out", tmp_path / "claims.csv", "--json", "--plot", tmp_path / "claims.png")
    assert outcome.exit_code == 0
    assert outcome.document["totals"]["native_total_claim"] == "39999987321856153846153846169"
    assert (tmp_path / "claims.png").read_bytes().startswith(b"\x89PNG")
    assert archive(*claims, "--out", tmp_path / "claims.parquet").exit_code == 0
    equal = archive("claims", "verify", tmp_path / "claims.csv", tmp_path / "claims.parquet", "--json")
    assert (equal.exit_code, equal.document["equal"], equal.document["rows"]) == (0, True, 126)
    older: list[str | Path] = [
        "--height0",
        "200",
        "--height1",
        "240",
        "--out",
        tmp_path / "older.csv",
        "--network",
        "localnet",
    ]
    assert archive(*claims, *older).exit_code == 0
    other = archive("claims", "verify", tmp_path / "claims.csv", tmp_path / "older.csv", "--json")
    assert (other.exit_code, other.document["equal"]) == (1, False)
    assert archive("claims", "verify", tmp_path / "claims.csv", tmp_path / "older.csv").exit_code == 1
    (tmp_path / "other.csv").write_text("a,b\n")
    assert archive("claims", "verify", tmp_path / "other.csv").exit_code == 4


def test_a_difference_is_that_of_two_ledgers(folders: dict[int, Path], tmp_path: Path) -> None:
    folder = folders[0] / "harmony_db_0"
    ledgers = {}
    for height in (150, 210):
        out = tmp_path / f"{height}.csv"
        claims: list[str | Path] = [
            "claims",
            "--shard0",
            folders[0],
            "--shard1",
            folders[1],
            "--height0",
            str(height),
        ]
        assert archive(*claims, "--out", out).exit_code == 0
        rows = [line.split(",") for line in out.read_text().splitlines()[1:]]
        ledgers[height] = {row[0]: [int(row[column]) for column in (2, 6, 8, 10)] for row in rows}
    shown = archive("diff", folder, "--from", "150", "--to", "210", "--json").document
    none = [0, 0, 0, 0]
    expected = {
        key: [b - a for a, b in zip(ledgers[150].get(key, none), ledgers[210].get(key, none), strict=True)]
        for key in ledgers[150].keys() | ledgers[210].keys()
    }
    names = ("liquid", "active_staked_or_delegated", "pending_undelegation", "unclaimed_staking_reward")
    found = {row["secure_key"]: [int(row[name]) for name in names] for row in shown["changes"]}
    assert found == {key: row for key, row in expected.items() if any(row)}
    assert list(found) == sorted(found)
    assert shown["nodes_read"] < 300
    assert archive("claims", "diff", folder, "--from", "150", "--out", tmp_path / "diff.csv").exit_code == 0
    assert (tmp_path / "diff.csv").read_text().startswith("secure_key,address,delta_liquid_atto,")


def test_the_supply_closes_to_the_last_atto(folders: dict[int, Path]) -> None:
    shown: dict[int, dict[str, Any]] = {}
    for shard in (0, 1):
        outcome = archive("supply", folders[shard], "--shard", str(shard), "--json")
        assert outcome.exit_code == 0
        shown[shard] = outcome.document
    total = sum(int(one["total"]) for one in shown.values())
    on_the_way = sum(int(one["sent_to_shards"]) - int(one["received_from_shards"]) for one in shown.values())
    assert total + on_the_way == 39999987321856153846153846169
    assert {int(one["total_at_genesis"]) for one in shown.values()} == {20_000_000_000 * 10**18}
    explained = {item["block"]: item for item in shown[0]["explanations"]}
    assert {number for number, item in explained.items() if item["unexplained"] != "0"} == set()
    assert explained[154]["burnt_by_slashing"] == "14534143846153846153831"
    assert [explained[number]["withheld_from_banned"] for number in (159, 175)] == [
        f"{n}{'0' * 18}" for n in (105, 70)
    ]
    assert (
        "every atto is accounted for"
        in archive("supply", folders[0], "--shard", "0", "--from", "100", "--to", "120", "--step", "1").stdout
    )


def test_money_from_nowhere_shows(folders: dict[int, Path], tmp_path: Path) -> None:
    """A node's database in which a block received more than was sent does not close."""
    folder = shutil.copytree(folders[1] / "harmony_db_1", tmp_path / "db")
    with NodeDatabase(folder) as database:
        headers = database.canonical_headers(0, 252)
        header = next(h for h in headers if database.body(h).incoming_receipts)
        body = database.body(header).encode()
    amount = database_amount(folders[1] / "harmony_db_1", int(header.number))
    with plyvel.DB(str(folder)) as writer:
        changed = body.replace(amount.to_bytes(8, "big"), (amount + 1).to_bytes(8, "big"), 1)
        assert changed != body
        writer.put(schema.body_key(header.number, header.hash), changed)
    outcome = archive("supply", folder, "--json")
    assert outcome.exit_code == 1
    assert [(item["block"], item["unexplained"]) for item in outcome.document["explanations"]] == [
        (header.number, "-1")
    ]


def database_amount(folder: Path, number: int) -> int:
    with NodeDatabase(folder) as database:
        body = database.body(database.header(BlockNumber(number)))
        return body.incoming_receipts[0].receipts[0].amount


def test_proofs_are_made_and_verified(folders: dict[int, Path], tmp_path: Path) -> None:
    folder = folders[0] / "harmony_db_0"
    with NodeDatabase(folder) as database:
        roots = {number: database.header(BlockNumber(number)) for number in (3, 12, 221)}
    account = ["--account", "0xae18c4d1db31fe4fc881986565831220d57bc042"]
    cases = [
        ("account", [*account], ["--root", str(roots[221].root)]),
        ("account", ["--account", "0x" + "77" * 20], ["--root", str(roots[221].root)]),
        ("storage", [*account, "--slot", "0x0"], ["--root", str(roots[221].root)]),
        ("receipt", ["--receipt", "1", "--height", "3"], ["--root", str(roots[3].receipts_root)]),
        ("cross-shard", ["--to-shard", "1", "--height", "12"], []),
    ]
    for kind, options, trust in cases:
        made = archive("proof", folder, *options)
        assert made.exit_code == 0
        (tmp_path / "proof.json").write_text(made.stdout)
        outcome = run("proof", "verify", kind, tmp_path / "proof.json", "--network", "localnet", *trust)
        assert outcome.exit_code == 0, outcome.stderr
    header = archive("proof", folder, "--header", "--height", "12")
    (tmp_path / "header.jsonl").write_text(json.dumps(header.document) + "\n")
    assert (
        run("verify", "--network", "localnet", tmp_path / "header.jsonl", "--now", "4000000000").exit_code
        == 0
    )
    assert archive("proof", folder, "--to-shard", "2", "--height", "12").exit_code == 5
    assert archive("proof", folder).exit_code == 2
    assert archive("proof", folder, "--receipt", "99", "--height", "3").exit_code == 1


def test_a_proof_from_an_altered_database_is_not_made(folders: dict[int, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(folders[0] / "harmony_db_0", tmp_path / "db")
    with NodeDatabase(folder) as database:
        header = database.header(BlockNumber(3))
        receipts = database.database.get(schema.receipts_key(header.number, header.hash)) or b""
        later = (
            database.database.get(schema.receipts_key(BlockNumber(4), database.header(BlockNumber(4)).hash))
            or b""
        )
    assert receipts != later
    with plyvel.DB(str(folder)) as writer:
        writer.put(schema.receipts_key(header.number, header.hash), later)
        writer.delete(schema.commit_key(BlockNumber(221)))
    outcome = archive("proof", folder, "--receipt", "0", "--height", "3")
    assert (outcome.exit_code, "archive-receipts" in outcome.stderr) == (1, True)
    outcome = archive("proof", folder, "--header")
    assert (outcome.exit_code, "archive-no-commit" in outcome.stderr) == (5, True)
    outcome = archive("proof", folder, "--to-shard", "9", "--height", "12")
    assert (outcome.exit_code, "archive-no-receipts" in outcome.stderr) == (5, True)


def test_an_unknown_network_has_to_be_named(sample: SampleNetwork, tmp_path: Path) -> None:
    folder = shutil.copytree(sample.folders[0], tmp_path / "db")
    with plyvel.DB(str(folder)) as writer:
        writer.delete(schema.canonical_key(BlockNumber(0)))
    outcome = archive("supply", folder)
    assert (outcome.exit_code, "archive-network-unknown" in outcome.stderr) == (5, True)
    assert archive("verify", folder).exit_code == 5


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["info", "nowhere"], 2),
        (["claims"], 2),
        (["claims", "--shard0", "x", "--shard1", "y", "--out", "z.csv"], 2),
        (["claims", "verify", "nowhere.csv"], 2),
        (["diff", "nowhere", "--from", "1"], 2),
        (["verify", "nowhere", "--network", "nonet"], 2),
    ],
)
def test_what_cannot_be_carried_out_is_said(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = archive(*arguments)
    assert outcome.exit_code == code
    assert "Traceback" not in outcome.stderr
    assert not list(tmp_path.iterdir())


def test_a_killed_command_goes_on(sample: SampleNetwork, tmp_path: Path) -> None:
    out = tmp_path / "claims.csv"
    arguments: list[str | Path] = [
        "archive",
        "claims",
        "--shard0",
        sample.folders[0],
        "--shard1",
        sample.folders[1],
        "--out",
        out,
    ]
    process = command(*arguments, "--workers", "2")
    deadline = time.monotonic() + 30
    while not (tmp_path / "claims.csv.work" / "parts").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert run(*arguments).exit_code == 0
    whole = tmp_path / "whole.csv"
    assert run(*arguments[:-1], whole).exit_code == 0
    assert out.read_bytes() == whole.read_bytes()


CLUSTER = """
import sys, warnings
warnings.simplefilter("ignore")
from distributed import LocalCluster
from harmony_core.cli import main
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        sys.argv += ["--cluster", cluster.scheduler_address]
        main()
"""


def test_a_cluster_says_what_one_process_says(sample: SampleNetwork, tmp_path: Path) -> None:
    """The test starts a cluster of two workers; a scheduler of one's own is reached in the same way."""
    pytest.importorskip("distributed")
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    out = tmp_path / "cluster.csv"
    arguments = [
        "archive",
        "claims",
        "--shard0",
        sample.folders[0],
        "--shard1",
        sample.folders[1],
        "--out",
        out,
    ]
    program = [sys.executable, str(script), *map(str, arguments)]
    ended = subprocess.run(program, capture_output=True, timeout=100, check=False)
    assert ended.returncode == 0, ended.stderr
    folders = {ShardID(shard): path for shard, path in sample.folders.items()}
    make_claims(ClaimsJob(folders, {}, tmp_path / "alone.csv"), SerialRunner())
    assert out.read_bytes() == (tmp_path / "alone.csv").read_bytes()


def test_a_cluster_that_is_not_there_is_said() -> None:
    pytest.importorskip("distributed")
    for address in ("nonsense", "tcp://127.0.0.1:x", "tcp://127.0.0.1:1", "tcp://127.0.0.1:99999"):
        with pytest.raises(DataSourceError) as info:
            ClusterRunner(address)
        assert info.value.code == "cluster-address"


def test_a_long_run_shows_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, ...]] = []

    class Shown:
        def begin(self, *said: object) -> None:
            seen.append(said)

        reach = begin

    clock = iter([10.0, 10.0, 14.0, 20.0, 20.0])
    monkeypatch.setattr("harmony_core.cli.archive_view.time.monotonic", lambda: next(clock))
    show = StageDisplay(Shown())  # type: ignore[arg-type]
    show("walking", 0, 16, 0)
    show("walking", 4, 16, 8000)
    show("writing", 5, None, 5)
    assert seen == [("walking", 16), (0, ""), (4, "2,000 accounts/s"), ("writing", None), (5, "")]
