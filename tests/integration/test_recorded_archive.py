"""Databases of real nodes: every claim of a recorded network to the last atto, every state and block, every altered byte."""

import random
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from harmony_core.archive import (
    AccountTally,
    ClaimsJob,
    NodeDatabase,
    ProcessRunner,
    ShardDatabases,
    make_claims,
    read_ledger,
    schema,
    walk_accounts,
)
from harmony_core.archive.chain_audit import ChainReport, _audit_block, _signed_headers, audit_chain
from harmony_core.archive.ledger_check import verify_ledger
from harmony_core.archive.state_audit import audit_state
from harmony_core.archive.supply import audit_supply
from harmony_core.archive.walk import root_of_walk
from harmony_core.chain import Receipt, decode_stored_receipts
from harmony_core.errors import HarmonyError
from harmony_core.light_client import ProvenHeader, verify_header_chain
from harmony_core.params import load_network
from harmony_core.primitives import BlockNumber, ShardID
from support.recorded_archives import archive_folders, digest_of, unpack

NOW = 4_000_000_000
NETWORK = load_network("localnet")
NAMES = {
    "liquid_shard0": "liquid_shard0",
    "liquid_shard1": "liquid_shard1",
    "active_stake": "active_staked_or_delegated",
    "pending_undelegation": "pending_undelegation",
    "unclaimed_reward": "unclaimed_staking_reward",
    "pending_cross_shard": "pending_cross_shard",
    "total": "native_total_claim",
}


@dataclass(frozen=True)
class Recorded:
    """A pair of databases with the claims of the Go node."""

    folders: dict[int, Path]
    claims: dict[str, Any]

    @cached_property
    def job_folders(self) -> dict[ShardID, Path]:
        return {ShardID(shard): folder for shard, folder in self.folders.items()}

    @property
    def heights(self) -> dict[ShardID, int]:
        return {ShardID(int(shard)): head["number"] for shard, head in self.claims["heads"].items()}


@pytest.fixture(scope="module", params=archive_folders(), ids=lambda found: found[1])
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder, name = request.param
    return Recorded(*unpack(folder, name, tmp_path_factory.mktemp(name)))


def test_every_claim_is_reproduced_to_the_last_atto(recorded: Recorded, tmp_path: Path) -> None:
    before = [digest_of(folder) for folder in recorded.folders.values()]
    out = tmp_path / "claims.csv"
    summary = make_claims(ClaimsJob(recorded.job_folders, recorded.heights, out))
    assert [digest_of(folder) for folder in recorded.folders.values()] == before
    found = {claim.secure_key: claim for claim, _ in read_ledger(out)}
    expected = {
        bytes.fromhex(row["secure_key"][2:]): row for row in recorded.claims["rows"] if int(row["total"])
    }
    assert list(found) == sorted(expected)
    for key, row in expected.items():
        claim = found[key]
        for name, ours in NAMES.items():
            assert (claim.total if name == "total" else getattr(claim, ours)) == int(row[name])
        if claim.address is not None and row.get("address"):
            assert claim.address == bytes.fromhex(row["address"][2:])
    totals = recorded.claims["totals"]
    assert {name: summary["totals"][ours] for name, ours in NAMES.items()} == {
        name: totals[name] for name in NAMES
    }
    assert summary["receipts"]["pending"] == recorded.claims["pending_receipts"]
    assert summary["heads"]["0"]["validators"] == recorded.claims["validators"]
    for shard, head in recorded.claims["heads"].items():
        assert {name: summary["heads"][shard][name] for name in head} == head
    assert verify_ledger(out).rows == len(expected)


def test_two_workers_say_the_same_as_one(recorded: Recorded, tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    make_claims(ClaimsJob(recorded.job_folders, recorded.heights, one))
    make_claims(ClaimsJob(recorded.job_folders, recorded.heights, two), ProcessRunner(2))
    assert one.read_bytes() == two.read_bytes()


def test_every_state_that_a_database_holds_is_whole(recorded: Recorded) -> None:
    with ShardDatabases(recorded.job_folders) as pair:
        for database in pair.databases.values():
            assert audit_state(database, database.head.root).is_whole
            roots = {header.root for header in database.canonical_headers(0, int(database.head.number) + 1)}
            for root in sorted(roots)[:: max(len(roots) // 60, 1)]:
                if database.get(root) is None:
                    continue
                tally = AccountTally()
                assert sum(1 for _ in walk_accounts(database, root_of_walk(root), tally)) > 0
                assert not tally.problems


def test_the_chain_in_a_database_is_proven(recorded: Recorded) -> None:
    with ShardDatabases(recorded.job_folders) as pair:
        for shard_id, database in pair.databases.items():
            others = {other: held for other, held in pair.databases.items() if other != shard_id}
            report = audit_chain(database, NETWORK, now=NOW, others=others)
            blocks = int(database.head.number) + 1
            assert not report.refusals
            assert not report.missing
            assert (report.proven, report.blocks) == (blocks, blocks)
            for rule in (
                "block-transactions-root",
                "block-receipts-root",
                "block-outgoing-root",
                "block-receipts",
            ):
                assert report.rules[rule] == blocks
            # Of a body that lost its bitmaps for good, only that is not proven.
            unproven = report.not_checked["block-incoming-root", "incoming-proof-bitmap-lost"]
            assert report.rules["block-incoming-root"] + unproven == blocks


def test_every_atto_of_the_supply_is_accounted_for(recorded: Recorded) -> None:
    with ShardDatabases(recorded.job_folders) as pair:
        for database in pair.databases.values():
            report = audit_supply(database, NETWORK)
            assert report.closes, report.explanations


class Spoiled(NodeDatabase):
    """A database one of whose values is another."""

    def __init__(self, below: NodeDatabase, key: bytes, value: bytes) -> None:
        self._compatibility = below._compatibility
        self.database = Overlay(below, key, value)  # type: ignore[assignment]


class Overlay:
    def __init__(self, below: NodeDatabase, key: bytes, value: bytes) -> None:
        self._below, self._key, self._value = below, key, value

    def get(self, key: bytes) -> bytes | None:
        return self._value if key == self._key else self._below.database.get(key)

    get_hashed = get


def test_a_byte_altered_in_any_value_that_a_root_commits_to_is_found(recorded: Recorded) -> None:
    """Two hundred positions over nodes, codes, wrappers, headers, transactions, receipts and cross-shard receipts."""
    source = random.Random(200)
    with ShardDatabases(recorded.job_folders) as pair:
        places = {
            (kind, shard_id): found
            for shard_id in pair.databases
            for kind, found in values_of(pair, shard_id).items()
            if found
        }
        proofs = {shard_id: proven(database) for shard_id, database in pair.databases.items()}
        # Each kind in its turn, so that none is left out however few values it has.
        turns = list(islice(cycle(places), 200))
        checked = 0
        for turn, (kind, shard_id) in enumerate(turns):
            key, number = source.choice(places[kind, shard_id])
            database = pair.databases[shard_id]
            others = {other: held for other, held in pair.databases.items() if other != shard_id}
            value = bytearray(database.database.get(key) or b"")
            value[source.randrange(len(value))] ^= source.randrange(1, 256)
            spoiled = Spoiled(database, key, bytes(value))
            if kind in STATE_KINDS:
                tally = AccountTally()
                for _ in walk_accounts(spoiled, root_of_walk(database.head.root), tally):
                    pass
                assert tally.problems, (turn, kind)
            elif kind == "receipts" and consensus_form(bytes(value)) == [
                r.encode() for r in stored(database, number)
            ]:
                continue  # what no root commits to, such as the place of a log
            else:
                assert refusals(spoiled, proofs[shard_id][number], others), (turn, kind, number)
            checked += 1
        assert checked >= 150


STATE_KINDS = frozenset({"account node", "storage node", "code", "validator"})


def values_of(pair: ShardDatabases, shard_id: ShardID) -> dict[str, list[tuple[bytes, int]]]:
    """Return, by kind, the keys of values that a root commits to, each with the height of its block."""
    database = pair.databases[shard_id]
    others = {other: held for other, held in pair.databases.items() if other != shard_id}
    found = {kind: [(key, 0) for key in keys] for kind, keys in state_keys(database).items()}
    found |= {kind: [] for kind in ("header", "transactions", "receipts", "outgoing", "incoming")}
    for proof in proven(database):
        number, block_hash = proof.header.number, proof.header.hash
        body = database.body(proof.header)
        found["header"].append((schema.header_key(number, block_hash), number))
        if body.transactions and not body.incoming_receipts:
            found["transactions"].append((schema.body_key(number, block_hash), number))
        if stored(database, number):
            found["receipts"].append((schema.receipts_key(number, block_hash), number))
        found["outgoing"] += [
            (schema.outgoing_key(other, number, block_hash), number)
            for other in others
            if database.outgoing_receipts(proof.header, other)
        ]
        if body.incoming_receipts and is_whole(database, proof, others):
            found["incoming"].append((schema.body_key(number, block_hash), number))
    return found


def proven(database: NodeDatabase) -> list[ProvenHeader]:
    headers = _signed_headers(database, 0, int(database.head.number) + 1)
    return list(verify_header_chain(headers, NETWORK, shard_id=database.shard_id, now=NOW))


def refusals(
    database: NodeDatabase, proof: ProvenHeader, others: dict[ShardID, NodeDatabase]
) -> list[HarmonyError]:
    """Return why a block is refused, its header read anew."""
    try:
        database.header(proof.header.number)
    except HarmonyError as error:
        return [error]
    report = ChainReport(0)
    _audit_block(
        database, proof, report, network=NETWORK, others=others, compatibility=database._compatibility
    )
    return [error for _, error in report.refusals]


def stored(database: NodeDatabase, number: int) -> tuple[Receipt, ...]:
    return database.receipts(database.header(BlockNumber(number)))


def consensus_form(data: bytes) -> list[bytes] | None:
    try:
        return [receipt.encode() for receipt in decode_stored_receipts(data)]
    except HarmonyError:
        return None


def is_whole(database: NodeDatabase, proof: ProvenHeader, others: dict[ShardID, NodeDatabase]) -> bool:
    """Whether the bitmaps that the node lost were found again, so that the root of what arrives is proven."""
    report = ChainReport(0)
    _audit_block(
        database, proof, report, network=NETWORK, others=others, compatibility=database._compatibility
    )
    return report.rules["block-incoming-root"] == 1


def state_keys(database: NodeDatabase) -> dict[str, list[bytes]]:
    """Return the keys of what the newest state's root commits to, by kind."""
    seen: dict[str, list[bytes]] = {"account node": [], "storage node": [], "code": [], "validator": []}
    for account in walk_accounts(database, root_of_walk(database.head.root), AccountTally()):
        if account.wrapper is not None:
            seen["validator"].append(b"vc" + account.code_hash)
        elif database.get(b"c" + account.code_hash) is not None:
            seen["code"].append(b"c" + account.code_hash)
        if database.get(account.storage_root) is not None:
            seen["storage node"].append(account.storage_root)
    seen["account node"].append(bytes(database.head.root))
    node = database.get(database.head.root) or b""
    seen["account node"] += [node[start + 1 : start + 33] for start in range(3, len(node) - 33, 33)]
    seen["account node"] = [key for key in seen["account node"] if database.get(key) is not None]
    return seen
