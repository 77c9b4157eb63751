"""`harmony-core tx decode` and `tx verify` on real transactions, altered ones and what is none."""

import json
from pathlib import Path

import pytest

from harmony_core.chain import StakingTransaction
from harmony_core.primitives import ShardID
from support.cli_runner import run
from support.sample_chain_data import CHAIN_ID, ETHEREUM, KEY, MESSAGES, SIGNED, STAKING, a_transaction

ROWS = json.loads((Path(__file__).parents[1] / "data" / "signed_transactions.json").read_text())["rows"]
LOCALNET = ("tx", "verify", "--network", "localnet", "--epoch", "5", "--shard", "0", "--json")


def test_transactions_of_wallets_are_decoded() -> None:
    text = "\n".join(row["raw"] for row in ROWS)
    outcome = run("tx", "decode", "--json", stdin=text)
    assert outcome.exit_code == 0
    for row, shown in zip(ROWS, outcome.document["transactions"], strict=True):
        assert (shown["format"], shown["hash"]) == (row["kind"], row["hash"])
        assert shown["sender"] == row["sender"].lower()
        assert shown["sender_bech32"] == row["sender_one"]
        assert str(shown["chain_id"]) == row["fields"]["chain_id"]
        if row["kind"] == "staking":
            assert shown["directive_name"].replace("-", "") == row["fields"]["directive"].lower()
        else:
            assert shown["hash_by_type"] == row["hash_by_type"]
            assert shown["value"] == row["fields"]["value"]
    table = run("tx", "decode", stdin=text)
    assert table.exit_code == 0
    for row in ROWS:
        assert row["hash"] in table.stdout
        assert row["sender_one"] in table.stdout


def test_every_format_is_decoded_from_the_argument() -> None:
    for transaction, kind in ((SIGNED, "harmony"), (ETHEREUM, "ethereum"), (STAKING, "staking")):
        shown = run("tx", "decode", transaction.encode().hex(), "--json").document["transactions"][0]
        assert (shown["format"], shown["sender"]) == (kind, str(KEY.address))
    record = json.dumps({"rlp": SIGNED.encode().hex(), "more": 1})
    assert run("tx", "decode", "--json", stdin=record).document["transactions"][0]["hash"] == str(SIGNED.hash)


def test_a_transaction_without_sender_is_shown_all_the_same() -> None:
    shown = run("tx", "decode", a_transaction().encode().hex(), "--json").document["transactions"][0]
    assert (shown["sender"], shown["sender_error"]) == (None, "transaction-signature")
    unreadable = StakingTransaction(directive=9, message=b"\xc0", nonce=0, gas_price=0, gas_limit=0)
    shown = run("tx", "decode", unreadable.encode().hex(), "--json").document["transactions"][0]
    assert (shown["directive_name"], shown["message_error"]) == (None, "staking-directive")
    assert "(none)" in run("tx", "decode", unreadable.encode().hex()).stdout
    for message in MESSAGES.values():
        text = StakingTransaction.of(message, nonce=0, gas_price=0, gas_limit=0).encode().hex()
        assert run("tx", "decode", text).exit_code == 0


def test_transactions_are_verified() -> None:
    for transaction in (SIGNED, ETHEREUM, STAKING):
        outcome = run(*LOCALNET, transaction.encode().hex())
        assert outcome.exit_code == 0
        row = outcome.document["transactions"][0]
        assert (row["verdict"], row["sender"]) == ("proven", str(KEY.address))


def test_a_broken_rule_is_named() -> None:
    foreign = a_transaction().sign(KEY, 1)
    elsewhere = a_transaction(shard_id=ShardID(1), to_shard_id=ShardID(1)).sign(KEY, CHAIN_ID)
    text = "\n".join(t.encode().hex() for t in (SIGNED, foreign, elsewhere))
    outcome = run(*LOCALNET, stdin=text)
    assert outcome.exit_code == 1
    verdicts = [(row["verdict"], row.get("code")) for row in outcome.document["transactions"]]
    assert verdicts == [("proven", None), ("broken", "transaction-chain-id"), ("broken", "transaction-shard")]
    assert "standard input:2" in outcome.stderr


def test_unknown_rules_are_no_verdict() -> None:
    arguments = ("tx", "verify", "--network", "mainnet", "--epoch", "2964", "--shard", "0")
    assert run(*arguments, SIGNED.encode().hex()).exit_code == 5


@pytest.mark.parametrize(
    "text",
    ["c0", "zz\n", "80", '{"rlp": 5}', "{}", "c483010203", SIGNED.encode().hex()[:-2], "f" * 3000, ""],
)
def test_what_is_no_transaction_is_undecodable(text: str) -> None:
    for arguments in (("tx", "decode"), LOCALNET):
        assert run(*arguments, stdin=text).exit_code == 4


def test_the_number_of_fields_decides() -> None:
    outcome = run(*LOCALNET, "c101")
    assert outcome.document["transactions"][0]["code"] == "transaction-format"


def test_usage() -> None:
    assert run("tx", "decode", "no such file").exit_code == 2
    assert run("tx", "verify", "--network", "localnet", "--epoch", "0", "00").exit_code == 2
    assert run("tx", "verify", "--network", "x", "--epoch", "0", "--shard", "0", "00").exit_code == 2
