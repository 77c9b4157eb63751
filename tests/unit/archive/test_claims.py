"""The ledger of claims of made-up networks with known totals."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import plyvel
import pytest

from harmony_core.archive import (
    BrokenStateError,
    ClaimsJob,
    NodeDatabase,
    ProcessRunner,
    ShardDatabases,
    make_claims,
    read_ledger,
    schema,
)
from harmony_core.archive.chain_audit import audit_chain
from harmony_core.archive.parts import AccountRecord, ClaimRecord
from harmony_core.archive.stored_body import restored_body
from harmony_core.archive.work import Result, SerialRunner, run_parts, runner_for
from harmony_core.archive.work_folder import work_folder
from harmony_core.crypto import keccak256
from harmony_core.errors import (
    ConfigurationError,
    DataSourceError,
    DecodeError,
    HarmonyError,
    MissingDataError,
    VerificationError,
)
from harmony_core.genesis import genesis_header
from harmony_core.params import load_network
from harmony_core.primitives import BlockNumber, ShardID
from harmony_core.storage import CheckpointFile
from support.node_databases import SampleNetwork, address_of, make_network


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> SampleNetwork:
    return make_network(tmp_path_factory.mktemp("network"), 300)


@pytest.fixture
def copy(network: SampleNetwork, tmp_path: Path) -> SampleNetwork:
    """Return databases that a test may spoil."""
    folder = network.folders[0].parents[1]
    shutil.copytree(folder, tmp_path / "copy")
    folders = {shard: tmp_path / "copy" / path.relative_to(folder) for shard, path in network.folders.items()}
    return replace(network, folders=folders)


def job(sample: SampleNetwork, out: Path, **options: Any) -> ClaimsJob:
    folders = {ShardID(shard): path for shard, path in sample.folders.items()}
    return ClaimsJob(folders, options.pop("heights", {}), out, **options)


def rows(path: Path) -> dict[bytes, list[int]]:
    return {claim.secure_key: list(claim.amounts) for claim, _ in read_ledger(path)}


def change(path: Path, *changes: tuple[bytes, bytes | None]) -> None:
    with plyvel.DB(str(path)) as database:
        for key, value in changes:
            if value is None:
                database.delete(key)
            else:
                database.put(key, value)


def refusal(sample: SampleNetwork, out: Path, **options: Any) -> HarmonyError:
    with pytest.raises(HarmonyError) as info:
        make_claims(job(sample, out, **options))
    assert not out.exists()
    assert not list(out.parent.glob("*.partial"))
    assert not list(out.parent.glob(f"{out.name}.summary*"))
    return info.value


def test_every_claim_of_ten_thousand_accounts_is_found(tmp_path: Path) -> None:
    made = make_network(tmp_path / "network", 10_000, tables=True)
    summary = make_claims(job(made, tmp_path / "claims.csv"))
    assert rows(tmp_path / "claims.csv") == made.claims
    assert list(summary["totals"].values())[:6] == [str(total) for total in made.totals()]
    assert summary["totals"]["native_total_claim"] == str(sum(made.totals()))
    assert summary["receipts"]["pending"] == made.pending
    elsewhere = {"shard": 3, "receipts": 1, "amount": str(made.elsewhere)}
    assert summary["receipts"]["to_shards_without_database"] == [elsewhere]
    assert [summary["heads"][shard]["accounts"] for shard in "01"] == [10_000, 10_000]
    assert json.loads((tmp_path / "claims.csv.summary.json").read_text()) == summary
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "claims.csv",
        "claims.csv.summary.json",
        "network",
    ]


def test_workers_and_forms_say_the_same(network: SampleNetwork, tmp_path: Path) -> None:
    for suffix, runner in (("csv", ProcessRunner(2)), ("parquet", SerialRunner())):
        one, two = tmp_path / f"one.{suffix}", tmp_path / f"two.{suffix}"
        first = make_claims(job(network, one))
        second = make_claims(job(network, two), runner)
        assert one.read_bytes() == two.read_bytes()
        assert first["ledger"]["sha256"] == second["ledger"]["sha256"]
        assert first["heads"] == second["heads"]
    assert rows(tmp_path / "one.csv") == rows(tmp_path / "one.parquet") == network.claims


def test_addresses_come_from_preimages_lists_and_further_databases(
    network: SampleNetwork, tmp_path: Path
) -> None:
    out = tmp_path / "claims.csv"
    known = make_claims(job(network, out))["ledger"]
    assert known["addresses"] == known["rows"]
    without = make_claims(job(network, out, preimages=False))["ledger"]["addresses"]
    assert 0 < without < known["rows"]  # those that wrappers and receipts name
    further = make_claims(
        job(network, out, preimages=False, more_preimages=(network.folders[0], network.folders[1]))
    )
    assert further["ledger"]["addresses"] == known["rows"]
    listed = tmp_path / "addresses.txt"
    listed.write_text(
        "".join(f"{address_of(number, shard)}\n" for number in range(300) for shard in (0, 1)) + "\n"
    )
    by_list = make_claims(job(network, out, preimages=False, address_lists=(listed,)))
    assert by_list["ledger"]["addresses"] == known["rows"]
    assert by_list["ledger"]["rows"] == known["rows"]
    for line in ("not an address\n", "0" * 5000):
        listed.write_text(line)
        error = refusal(network, tmp_path / "other.csv", address_lists=(listed,))
        assert (type(error), error.code) == (DecodeError, "address-list")
    error = refusal(network, tmp_path / "other.csv", address_lists=(tmp_path / "none",))
    assert (type(error), error.code) == (DataSourceError, "storage-read")


def test_an_older_height_is_looked_at_as_it_was(network: SampleNetwork, tmp_path: Path) -> None:
    """Before the head both states are empty here, so only receipts are left."""
    out = tmp_path / "claims.csv"
    for (first, second), pending in {(4, 4): 3, (1, 2): 4, (1, 3): 0, (2, 2): 7}.items():
        summary = make_claims(job(network, out, heights={ShardID(0): first, ShardID(1): second}))
        assert summary["receipts"]["pending"] == pending
        assert summary["totals"]["liquid_shard0"] == "0"


class Failing(SerialRunner):
    """Fails after some parts, as a kill would."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.done = 0

    def run(self, function: Callable[[Any], Result], parts: Any) -> Any:
        for item in super().run(function, parts):
            if self.done == self.after:
                raise KeyboardInterrupt
            self.done += 1
            yield item


def test_an_interrupted_run_goes_on_where_it_stood(network: SampleNetwork, tmp_path: Path) -> None:
    out, whole = tmp_path / "claims.csv", tmp_path / "whole.csv"
    make_claims(job(network, whole))
    with pytest.raises(KeyboardInterrupt):
        make_claims(job(network, out), Failing(10))
    assert not out.exists()
    part = next((tmp_path / "claims.csv.work" / "parts").iterdir())
    part.write_bytes(b"torn")  # as after a loss of power
    rest = Failing(10**9)
    make_claims(job(network, out), rest)
    assert 0 < rest.done < 34
    assert out.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "claims.csv.work").exists()


def test_a_killed_run_goes_on_with_the_same_outcome(network: SampleNetwork, tmp_path: Path) -> None:
    out, whole = tmp_path / "claims.csv", tmp_path / "whole.csv"
    make_claims(job(network, whole))
    program = (
        "import sys, time; from pathlib import Path; from harmony_core.archive import *; import harmony_core.archive.work as w\n"
        "class Slow(SerialRunner):\n"
        "    def run(self, function, parts):\n"
        "        for item in super().run(function, parts): time.sleep(0.1); yield item\n"
        "w._SAVE_SECONDS = 0.1\n"
        "make_claims(ClaimsJob({0: Path(sys.argv[1]), 1: Path(sys.argv[2])}, {}, Path(sys.argv[3])), Slow())"
    )
    folders = [str(network.folders[shard]) for shard in (0, 1)]
    with subprocess.Popen([sys.executable, "-c", program, *folders, str(out)]) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "claims.csv.work" / "checkpoint").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert not out.exists()
    rest = Failing(10**9)
    make_claims(job(network, out), rest)
    assert rest.done < 34
    assert out.read_bytes() == whole.read_bytes()


def test_two_runs_never_write_one_ledger(network: SampleNetwork, tmp_path: Path) -> None:
    task = job(network, tmp_path / "claims.csv")
    with work_folder(task.work_folder) as work:
        error = refusal(network, task.output)
        assert (type(error), error.code) == (DataSourceError, "archive-work-in-use")
        assert work.scratch.is_dir()
    make_claims(task)


def test_a_ledger_is_of_both_shards(network: SampleNetwork, tmp_path: Path) -> None:
    for folders in ({}, {0: network.folders[0]}, {**network.folders, 2: network.folders[1]}):
        error = refusal(replace(network, folders=folders), tmp_path / "claims.csv")
        assert (type(error), error.code) == (ConfigurationError, "archive-shards")
    assert not list(tmp_path.iterdir())


def test_relative_paths_will_do(
    network: SampleNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    near = {shard: Path(os.path.relpath(path)) for shard, path in network.folders.items()}
    make_claims(job(replace(network, folders=near), Path("claims.csv")), ProcessRunner(2))
    assert rows(tmp_path / "claims.csv") == network.claims


def test_a_checkpoint_of_other_work_is_refused(network: SampleNetwork, tmp_path: Path) -> None:
    out = tmp_path / "claims.csv"
    with pytest.raises(KeyboardInterrupt):
        make_claims(job(network, out), Failing(3))
    error = refusal(network, out, preimages=False)
    assert (type(error), error.code) == (DecodeError, "archive-checkpoint")


def test_a_broken_state_gives_no_ledger_and_all_problems(copy: SampleNetwork, tmp_path: Path) -> None:
    with NodeDatabase(copy.folders[0]) as database, NodeDatabase(copy.folders[1]) as other:
        first, second = database.get(database.head.root), other.get(other.head.root)
    assert first is not None
    assert second is not None
    change(copy.folders[0], (first[-33:-1], None), (first[4:36], b"altered"))
    change(copy.folders[1], (second[4:36], None))
    error = refusal(copy, tmp_path / "claims.csv")
    assert isinstance(error, BrokenStateError)
    assert error.code == "archive-state"
    assert max((int(shard), problem.kind.value) for shard, problem in error.problems) == (1, "missing")
    assert {"altered"} <= {problem.kind.value for _, problem in error.problems}
    assert not (tmp_path / "claims.csv.work").exists()


def test_a_preimage_that_does_not_match_is_found(copy: SampleNetwork, tmp_path: Path) -> None:
    key = keccak256(address_of(5))
    change(copy.folders[0], (schema.preimage_key(key), bytes(address_of(6))))
    error = refusal(copy, tmp_path / "claims.csv")
    assert isinstance(error, BrokenStateError)
    assert [problem.what for _, problem in error.problems][:1] == ["preimage"]
    assert rows_without_preimages(copy, tmp_path) == copy.claims
    with NodeDatabase(copy.folders[0]) as database, pytest.raises(DecodeError) as info:
        database.preimage(key)
    assert info.value.code == "archive-preimage"


def rows_without_preimages(network: SampleNetwork, folder: Path) -> dict[bytes, list[int]]:
    make_claims(job(network, folder / "without.csv", preimages=False))
    return rows(folder / "without.csv")


def test_a_database_of_another_shard_is_refused(network: SampleNetwork, tmp_path: Path) -> None:
    swapped = replace(network, folders={0: network.folders[1], 1: network.folders[0]})
    error = refusal(swapped, tmp_path / "claims.csv")
    assert (type(error), error.code) == (ConfigurationError, "archive-shard")


def test_a_state_that_is_not_there_is_refused(copy: SampleNetwork, tmp_path: Path) -> None:
    change(copy.folders[0], (bytes(copy.heads[0].root), None))
    error = refusal(copy, tmp_path / "claims.csv")
    assert (type(error), error.code) == (MissingDataError, "archive-root-missing")


def test_a_height_that_is_not_there_is_refused(network: SampleNetwork, tmp_path: Path) -> None:
    error = refusal(network, tmp_path / "claims.csv", heights={ShardID(1): 6})
    assert (type(error), error.code) == (MissingDataError, "archive-height")


def test_a_database_without_a_chain_is_refused(copy: SampleNetwork, tmp_path: Path) -> None:
    for height in (b"", b"\xff" * 9):
        change(copy.folders[0], (schema.number_key(copy.heads[0].hash), height))
        error = refusal(copy, tmp_path / "claims.csv")
        assert (type(error), error.code) == (ConfigurationError, "archive-head")
    change(copy.folders[0], (schema.HEAD_BLOCK, None), (schema.HEAD_HEADER, None))
    error = refusal(copy, tmp_path / "claims.csv")
    assert (type(error), error.code) == (ConfigurationError, "archive-head")


def test_a_missing_block_is_named(copy: SampleNetwork, tmp_path: Path) -> None:
    change(copy.folders[0], (schema.canonical_key(BlockNumber(2)), None))
    error = refusal(copy, tmp_path / "claims.csv")
    assert (type(error), error.code) == (MissingDataError, "archive-block-missing")


def test_an_altered_header_is_refused(copy: SampleNetwork, tmp_path: Path) -> None:
    with NodeDatabase(copy.folders[0]) as database:
        header = database.header(BlockNumber(2))
    other = replace(header, time=header.time + 1)
    change(copy.folders[0], (schema.header_key(header.number, header.hash), other.encode()))
    error = refusal(copy, tmp_path / "claims.csv")
    assert (type(error), error.code) == (VerificationError, "archive-header")


def test_a_chain_with_a_foreign_block_is_refused(copy: SampleNetwork, tmp_path: Path) -> None:
    with NodeDatabase(copy.folders[0]) as database:
        header = database.header(BlockNumber(3))
    other = replace(header, time=header.time + 1)
    change(
        copy.folders[0],
        (schema.header_key(other.number, other.hash), other.encode()),
        (schema.canonical_key(other.number), bytes(other.hash)),
    )
    error = refusal(copy, tmp_path / "claims.csv")
    assert (type(error), error.code) == (VerificationError, "archive-chain")


def test_outgoing_receipts_that_are_not_the_header_s_are_refused(copy: SampleNetwork, tmp_path: Path) -> None:
    with NodeDatabase(copy.folders[0]) as database:
        header = database.header(BlockNumber(2))
    change(copy.folders[0], (schema.outgoing_key(ShardID(1), header.number, header.hash), None))
    error = refusal(copy, tmp_path / "claims.csv")
    assert (type(error), error.code) == (VerificationError, "archive-receipts-root")


def test_databases_of_different_networks_are_refused(copy: SampleNetwork, tmp_path: Path) -> None:
    genesis = genesis_header(load_network("testnet"), ShardID(1))
    change(
        copy.folders[1],
        (schema.canonical_key(BlockNumber(0)), bytes(genesis.hash)),
        (schema.header_key(BlockNumber(0), genesis.hash), genesis.encode()),
    )
    error = refusal(copy, tmp_path / "claims.csv")
    assert (type(error), error.code) == (VerificationError, "archive-networks")


def test_another_network_than_asked_for_is_refused(network: SampleNetwork, tmp_path: Path) -> None:
    error = refusal(network, tmp_path / "claims.csv", network=load_network("testnet"))
    assert (type(error), error.code) == (ConfigurationError, "archive-network")
    make_claims(job(network, tmp_path / "claims.csv", network=load_network("localnet")))


def test_databases_of_different_histories_are_refused(network: SampleNetwork, tmp_path: Path) -> None:
    """Same genesis: a crosslink and received receipts name other blocks than the other database holds."""
    other = make_network(tmp_path / "other", 300, salt=b"another history")
    for folders in (
        {0: network.folders[0], 1: other.folders[1]},
        {0: other.folders[0], 1: network.folders[1]},
    ):
        error = refusal(replace(network, folders=folders), tmp_path / "claims.csv")
        assert (type(error), error.code) == (VerificationError, "archive-histories")
    # Without any crosslink, the receipts tell.
    link = schema.cross_link_key(ShardID(1), BlockNumber(1))
    change(other.folders[0], (link, None))
    error = refusal(
        replace(network, folders={0: other.folders[0], 1: network.folders[1]}), tmp_path / "claims.csv"
    )
    assert error.code == "archive-histories"


def test_a_forged_receipt_is_listed(copy: SampleNetwork, tmp_path: Path) -> None:
    with NodeDatabase(copy.folders[1]) as database:
        header = database.header(BlockNumber(3))
        body = database.body(header)
    proof = body.incoming_receipts[0]
    # As a node stores it, without its bitmap; nothing in the source's database has that signature.
    proof = replace(proof, commit_signature=b"\x01" * 96, commit_bitmap=b"\x01" * 96)
    forged = replace(proof, receipts=(replace(proof.receipts[0], amount=10**30), *proof.receipts[1:]))
    spoiled = replace(body, incoming_receipts=(forged, forged))
    change(copy.folders[1], (schema.body_key(header.number, header.hash), spoiled.encode()))
    receipts = make_claims(job(copy, tmp_path / "claims.csv"))["receipts"]
    assert [item["block"] for item in receipts["received_but_not_sent"]] == [3, 3]
    assert receipts["received_twice"] == [{"source": 0, "source_block": 1, "shard": 1}]
    assert (receipts["incoming_roots_proven"], receipts["incoming_roots_not_proven"]) == (0, 1)


def test_incoming_receipts_that_are_not_the_header_s_are_refused(copy: SampleNetwork, tmp_path: Path) -> None:
    """A body that hides what arrived, or claims that more did, would change what is pending."""
    assert make_claims(job(copy, tmp_path / "whole.csv"))["receipts"]["incoming_roots_proven"] == 1
    with NodeDatabase(copy.folders[1]) as database:
        header = database.header(BlockNumber(3))
        body = database.body(header)
    proof = body.incoming_receipts[0]
    lost = replace(proof, commit_bitmap=proof.commit_signature)
    for proofs in ((), (proof, proof), (proof, lost)):
        spoiled = replace(body, incoming_receipts=proofs)
        change(copy.folders[1], (schema.body_key(header.number, header.hash), spoiled.encode()))
        error = refusal(copy, tmp_path / "claims.csv")
        assert (type(error), error.code) == (VerificationError, "archive-incoming-root")


def test_lost_bitmaps_are_found_in_the_source_s_database(copy: SampleNetwork, tmp_path: Path) -> None:
    with NodeDatabase(copy.folders[1]) as database:
        header = database.header(BlockNumber(3))
        body = database.body(header)
    proof = body.incoming_receipts[0]
    stored = replace(body, incoming_receipts=(replace(proof, commit_bitmap=proof.commit_signature),))
    change(copy.folders[1], (schema.body_key(header.number, header.hash), stored.encode()))
    change(copy.folders[0], (schema.commit_key(BlockNumber(1)), proof.commit_signature + proof.commit_bitmap))
    receipts = make_claims(job(copy, tmp_path / "claims.csv"))["receipts"]
    assert (receipts["incoming_roots_proven"], receipts["incoming_roots_not_proven"]) == (1, 0)
    with NodeDatabase(copy.folders[0]) as source:
        sources = {ShardID(0): source}
        assert restored_body(stored, sources) == body
        other = replace(proof, commit_signature=b"\x02" * 96, commit_bitmap=b"\x02" * 96)
        both = replace(stored, incoming_receipts=(*stored.incoming_receipts, other))
        assert restored_body(both, sources) == both


def test_a_disk_that_takes_nothing_leaves_nothing(network: SampleNetwork, tmp_path: Path) -> None:
    with pytest.raises(DataSourceError):
        make_claims(job(network, tmp_path / "nowhere" / "claims.csv"))
    with pytest.raises(ConfigurationError) as info:
        make_claims(job(network, tmp_path / "claims.xlsx"))
    assert info.value.code == "ledger-format"
    assert not list(tmp_path.iterdir())


def test_sums_are_held_against_what_was_walked(
    network: SampleNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ClaimRecord.decode
    monkeypatch.setattr(
        ClaimRecord, "decode", lambda record: replace(plain(record), reward=plain(record).reward + 1)
    )
    error = refusal(network, tmp_path / "claims.csv")
    assert (type(error), error.code) == (DataSourceError, "archive-sums")


def test_a_torn_work_file_is_noticed(
    network: SampleNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = AccountRecord.encode
    monkeypatch.setattr(AccountRecord, "encode", lambda record: plain(record)[:-1])
    error = refusal(network, tmp_path / "claims.csv")
    assert (type(error), error.code) == (DataSourceError, "archive-work")


def test_fewer_than_one_worker_is_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        runner_for(0)
    assert info.value.code == "workers-count"
    assert run_parts(runner_for(1), lambda part: {"part": part}, [1, 2]) == [{"part": 1}, {"part": 2}]


def test_sums_have_room_for_any_amounts() -> None:
    most = (1 << 256) - 1
    record = ClaimRecord.of(bytes(20), *[most << 32] * 4)
    assert ClaimRecord.decode(record.encode()) == record


def test_typed_readers_say_what_the_database_holds(network: SampleNetwork) -> None:
    folders = {ShardID(shard): path for shard, path in network.folders.items()}
    with ShardDatabases(folders) as pair:
        database, other = pair.databases[ShardID(0)], pair.databases[ShardID(1)]
        assert (pair.network_name, database.shard_id, other.shard_id) == ("localnet", 0, 1)
        header = database.header(BlockNumber(2))
        assert database.receipts(header) == ()
        assert len(database.outgoing_receipts(header, ShardID(1))) == 3
        assert other.is_marked_spent(ShardID(0), BlockNumber(1))
        assert not other.is_marked_spent(ShardID(0), BlockNumber(2))
        link = database.cross_link(ShardID(1), BlockNumber(1))
        assert link is not None
        assert link.block_hash == other.canonical_hash(BlockNumber(1))
        assert database.last_cross_link(ShardID(1)) is None
        assert database.commit(BlockNumber(1)) is None
        assert database.canonical_hash(BlockNumber(99)) is None
        assert database.shard_state(header.epoch) is None
        assert database.rewards_paid(BlockNumber(1)) is None
        assert database.code(keccak256(b"absent")) is None


def test_code_of_another_hash_is_refused(copy: SampleNetwork) -> None:
    key = keccak256(b"code")
    change(copy.folders[0], (schema.code_key(key), b"other code"))
    with NodeDatabase(copy.folders[0]) as database, pytest.raises(VerificationError) as info:
        database.code(key)
    assert info.value.code == "archive-code"


def test_an_unsigned_chain_is_not_proven(network: SampleNetwork) -> None:
    with NodeDatabase(network.folders[0]) as database:
        report = audit_chain(database, load_network("localnet"), now=4_000_000_000)
    assert report.proven == 1
    assert [number for number, _ in report.refusals] == [1]


def test_a_checkpoint_is_of_its_kind(tmp_path: Path) -> None:
    CheckpointFile(tmp_path / "checkpoint", "something else", 1 << 20).save(b"{}")
    with pytest.raises(DecodeError):
        run_parts(
            SerialRunner(),
            lambda part: {"part": part},
            [1],
            checkpoint=CheckpointFile(tmp_path / "checkpoint", "archive claims", 1 << 20),
        )
