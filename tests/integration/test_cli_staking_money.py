"""The commands on rewards, slashing and fees, over the recorded network."""

import base64
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harmony_core.chain import SlashRecord, decode_slash_records, encode_slash_records
from harmony_core.primitives import (
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    Epoch,
    ShardID,
    ViewID,
    address_to_bech32,
)
from support.cli_runner import Outcome, run

DATA = Path(__file__).parents[1] / "data" / "localnet"
OFFENDER = "0xe4a295b35eecf75cf8d536d8e1bde9788fa6f4c9"
RECORD = (DATA / "slash_record.rlp.hex").read_text().strip()


def rows(stem: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / f"{stem}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an auditor has: headers, committees, the offender's wrapper and snapshots."""
    folder = tmp_path_factory.mktemp("audit")
    headers = rows("headers_shard0")
    (folder / "headers").write_text("".join(row["rlp"] + "\n" for row in headers))
    for row in rows("committees_shard0"):
        (folder / f"committee{row['epoch']}").write_text(row["rlp"])
    for row in rows("validator_wrappers"):
        if row["address"].lower() == OFFENDER and row["number"] < 154:
            (folder / "validator").write_text(row["rlp"])
        if row["address"].lower() == OFFENDER and row["number"] == 154:
            (folder / "banned").write_text(row["rlp"])
    for row in rows("validator_snapshots"):
        if row["address"].lower() == OFFENDER:
            (folder / f"snapshot{row['epoch']}").write_text(row["rlp"])
        if row["epoch"] == 3:
            (folder / f"snapshot3_{row['address'].lower()}").write_text(row["rlp"])
    return folder


def slash(*arguments: str | Path, record: str = RECORD, epoch: int = 10) -> Outcome:
    return run("slash", "verify", record, "--network", "localnet", "--epoch", str(epoch), *arguments)


# slash verify


def test_recorded_evidence_is_proven_and_its_cost_is_shown(folder: Path) -> None:
    committee, validator, snapshot = (folder / name for name in ("committee10", "validator", "snapshot10"))
    options = ("--committee", committee, "--validator", validator, "--snapshot", snapshot)
    shown = slash(*options)
    assert shown.exit_code == 0
    assert "29034.859013186093674707 ONE are taken: 14517.429506593046837353 go to" in shown.stdout
    (record,) = slash(*options, "--json").document["records"]
    assert record["verdict"] == "proven"
    assert record["offender"] == address_to_bech32(Address.from_hex(OFFENDER))
    assert record["taken"] == str(int(record["to_the_coinbase"]) + int(record["burnt"]))
    assert len(record["losses"]) == 3


def test_without_a_committee_nothing_can_be_told(folder: Path) -> None:
    assert slash().exit_code == 5
    assert slash("--committee", folder / "committee9", "--json").exit_code == 5
    open_question = slash("--committee", folder / "committee10")
    assert (open_question.exit_code, "is banned already" in open_question.stdout) == (0, True)


def test_evidence_that_does_not_hold_is_refused(folder: Path) -> None:
    committee = ("--committee", folder / "committee10")
    altered = RECORD.replace("0a0181a081aa", "0a0181a081ab")
    assert altered != RECORD
    refused = slash(*committee, "--json", record=altered)
    assert refused.exit_code == 1
    assert refused.document["records"][0]["error"]["code"] == "slash-signature"
    assert slash(*committee, epoch=9).exit_code == 1
    assert slash(*committee, "--validator", folder / "banned").exit_code == 1


def test_one_list_slashes_a_validator_once(folder: Path, tmp_path: Path) -> None:
    (record,) = decode_slash_records(bytes.fromhex(RECORD))
    evidence = record.evidence
    swapped = replace(evidence, first_vote=evidence.second_vote, second_vote=evidence.first_vote)
    committee = ("--committee", folder / "committee10")
    again = replace(record, evidence=swapped)
    assert slash(*committee, record=encode_slash_records([again]).hex()).exit_code == 0
    for second in (record, again, replace(record, reporter=Address.zero())):
        both = slash(*committee, "--json", record=encode_slash_records([record, second]).hex())
        assert both.exit_code == 1
        codes = [shown["error"]["code"] for shown in both.document["records"]]
        assert codes == ["slash-offender-repeated"] * 2
    # On lines of their own they are two questions.
    path = tmp_path / "records"
    path.write_text(f"{record.encode().hex()}\n{again.encode().hex()}\n")
    assert slash(*committee, record=str(path)).exit_code == 0


def _altered(change: str) -> SlashRecord:
    (record,) = decode_slash_records(bytes.fromhex(RECORD))
    evidence = record.evidence
    first, second = evidence.votes
    other = replace(second, signer_public_keys=(BLSPublicKeyBytes(b"\x01" * 48),))
    changes: dict[str, Any] = {
        "same block": {"second_vote": replace(second, block_hash=first.block_hash)},
        "repeated vote": {"second_vote": first},
        "exchanged signatures": {
            "first_vote": replace(first, signature=second.signature),
            "second_vote": replace(second, signature=first.signature),
        },
        "another height": {"moment": replace(evidence.moment, height=BlockNumber(161))},
        "another view": {"moment": replace(evidence.moment, view_id=ViewID(171))},
        "another shard": {"moment": replace(evidence.moment, shard_id=ShardID(0))},
        "before staking": {"moment": replace(evidence.moment, epoch=Epoch(1))},
        "no common key": {"second_vote": other},
        "outside the committee": {
            "first_vote": replace(first, signer_public_keys=other.signer_public_keys),
            "second_vote": other,
        },
        "further signer": {
            "second_vote": replace(
                second, signer_public_keys=(*second.signer_public_keys, *other.signer_public_keys)
            )
        },
        "another offender": {"offender": Address(b"\x09" * 20)},
        "its own reporter": {"offender": record.reporter},
    }
    return replace(record, evidence=replace(evidence, **changes[change]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("same block", "slash-same-block"),
        ("repeated vote", "slash-same-block"),
        ("exchanged signatures", "slash-signature"),
        ("another height", "slash-signature"),
        ("another view", "slash-signature"),
        ("another shard", "key-not-in-committee"),
        ("before staking", "slash-before-staking"),
        ("no common key", "slash-no-common-key"),
        ("outside the committee", "key-not-in-committee"),
        ("further signer", "slash-extra-signers"),
        ("another offender", "slash-offender"),
        ("its own reporter", "slash-reporter"),
    ],
)
def test_each_way_to_fake_evidence_is_refused_on_the_command_line(
    folder: Path, change: str, code: str
) -> None:
    shown = slash("--committee", folder / "committee10", "--json", record=_altered(change).encode().hex())
    assert shown.exit_code == 1
    assert shown.document["records"][0]["error"]["code"] == code


def test_what_is_no_record_is_undecodable(tmp_path: Path) -> None:
    for text in ("c0ffee", "{}", '{"evidence": 5}', '{"rlp": "zz"}', '{"rlp": 7}'):
        path = tmp_path / "record"
        path.write_text(text)
        refused = slash(record=str(path))
        assert (refused.exit_code, "Traceback" in refused.stderr) == (4, False)
    empty = tmp_path / "empty"
    empty.write_text("")
    assert slash(record=str(empty)).exit_code == 4


def as_nodes_write(**changes: Any) -> dict[str, Any]:

    (record,) = decode_slash_records(bytes.fromhex(RECORD))
    evidence = record.evidence
    votes = [
        {
            "bls-public-keys": [key.hex() for key in vote.signer_public_keys],
            "block-header-hash": vote.block_hash.to_hex(),
            "bls-signature": base64.b64encode(vote.signature).decode(),
        }
        for vote in evidence.votes
    ]
    moment = evidence.moment
    return {
        "evidence": {
            "epoch": moment.epoch,
            "shard-id": moment.shard_id,
            "height": moment.height,
            "view-id": moment.view_id,
            "first-vote": votes[0],
            "second-vote": votes[1],
        },
        "reporter": address_to_bech32(record.reporter),
        "offender": address_to_bech32(evidence.offender),
        **changes,
    }


def test_records_are_read_as_nodes_write_them(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(as_nodes_write()))
    shown = slash("--committee", folder / "committee10", "--json", record=str(path))
    assert shown.exit_code == 0
    assert shown.document == slash("--committee", folder / "committee10", "--json").document


@pytest.mark.parametrize(
    "changes",
    [{"reporter": None}, {"offender": 5}, {"evidence": {"epoch": "5"}}, {"evidence": {"epoch": True}}],
)
def test_a_record_in_json_has_every_field(changes: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(as_nodes_write(**changes)))
    refused = slash(record=str(path))
    assert (refused.exit_code, "slash-record-json" in refused.stderr) == (4, True)


# staking reward


def reward(folder: Path, block: int, *options: str | Path) -> Outcome:
    return run(
        "staking", "reward", folder / "headers", "--network", "localnet", "--block", str(block), *options
    )


def test_a_recorded_payment_is_recomputed(folder: Path) -> None:
    committees = ("--committee", folder / "committee2", "--committee", folder / "committee3")
    snapshots = [part for path in sorted(folder.glob("snapshot3_*")) for part in ("--snapshot", str(path))]
    recorded = next(row for row in rows("rewards_shard0") if row["number"] == 47)
    document = reward(folder, 47, *committees, *snapshots, "--json").document
    assert document["total"] == recorded["total"]
    assert [key["amount"] for key in document["keys"]] == [row["earned"] for row in recorded["payouts"]]
    for account, parts in document["delegations"].items():
        assert sum(int(part["amount"]) for part in parts) == int(document["accounts"][account])
    shown = reward(folder, 47, *committees, *snapshots)
    assert "pays 237.999999999999999986 ONE for 34 commits" in shown.stdout
    assert "shares out:" in shown.stdout


def test_blocks_that_pay_nothing_or_before_staking(folder: Path) -> None:
    assert "pays 24 ONE for 1 commits" in reward(folder, 4).stdout
    assert reward(folder, 50, "--json").document["total"] == "0"


def test_what_is_missing_for_a_reward_is_named(folder: Path) -> None:
    absent = reward(folder, 10**6)
    assert (absent.exit_code, "reward-block-absent" in absent.stderr) == (5, True)
    unknown = reward(folder, 47)
    assert (unknown.exit_code, "reward-committees" in unknown.stderr) == (5, True)
    assert reward(folder, 47, "--committee", folder / "nowhere").exit_code == 2


# tx cost


def test_the_cost_of_a_recorded_transaction() -> None:
    transaction = rows("txs_shard0")[0]["rlp"]
    shown = run("tx", "cost", transaction, "--network", "localnet", "--epoch", "5")
    assert (shown.exit_code, "costs 0.0021 to 0.0021 ONE" in shown.stdout) == (0, True)
    assert "of the least fee 0.00105 to one1" in shown.stdout
    for epoch, where in ((0, "proposer of the block"), (186, "is burnt")):
        elsewhere = run("tx", "cost", transaction, "--network", "mainnet", "--epoch", str(epoch))
        assert where in elsewhere.stdout
    document = run("tx", "cost", transaction, "--network", "localnet", "--epoch", "5", "--json").document
    assert document["transactions"][0]["pool_takes"] is True


def test_the_cost_of_what_is_no_transaction() -> None:
    assert run("tx", "cost", "c0", "--network", "localnet", "--epoch", "5").exit_code == 4
    transaction = rows("txs_shard0")[0]["rlp"]
    assert run("tx", "cost", transaction, "--network", "mainnet", "--epoch", "2964").exit_code == 5


def test_input_that_does_not_decode_is_named(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    for text in ("c0ffee", '{"rlp": 5}', "zz"):
        broken.write_text(text)
        for refused in (
            run("staking", "reward", broken, "--network", "localnet", "--block", "5"),
            reward(folder, 47, "--committee", broken),
            reward(folder, 4, "--snapshot", broken),
            slash("--committee", folder / "committee10", "--validator", broken),
        ):
            assert (refused.exit_code, f"{broken}" in refused.stderr) == (4, True)
            assert "Traceback" not in refused.stderr
