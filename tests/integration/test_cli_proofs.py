"""`harmony-core proof verify` on recorded proofs, in every form, and on altered ones."""

import gzip
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harmony_core.chain import decode_stored_receipts
from harmony_core.light_client import prove_receipt
from support.cli_runner import NOW, localnet, run, write_lines

DATA = Path(__file__).parents[1] / "data" / "localnet"
LAST = 30
"""The last block of the headers that are verified here."""

Row = dict[str, Any]


@cache
def rows(stem: str) -> tuple[Row, ...]:
    with gzip.open(DATA / f"{stem}.jsonl.gz", "rt") as lines:
        found = [json.loads(line) for line in lines]
    return tuple(row for row in found if row["number"] <= LAST)


@pytest.fixture(scope="module")
def headers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    records = [record for shard in (0, 1) for record in localnet(shard)[: LAST + 2]]
    return write_lines(tmp_path_factory.mktemp("headers") / "headers.jsonl", records)


def verify(kind: str, *options: str | Path, given: list[Row] | list[str] | str) -> tuple[int, list[Row]]:
    lines = (
        given
        if isinstance(given, str)
        else "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in given)
    )
    outcome = run(
        "proof", "verify", kind, "-", "--network", "localnet", "--now", NOW, "--json", *options, stdin=lines
    )
    document = outcome.document
    assert (document["kind"], document["network"]) == (kind, "localnet")
    assert document["exit_code"] == outcome.exit_code
    return outcome.exit_code, document["proofs"]


def eth_form(row: Row) -> Row:
    """Return a recorded proof as an ``eth_getProof`` answer has it."""
    return {
        "jsonrpc": "2.0",
        "id": 1,
        "result": {
            "address": row["address"],
            "accountProof": ["0x" + node for node in row["proof"]],
            "balance": hex(int(row["balance"])),
            "nonce": hex(int(row["nonce"])),
            "codeHash": row["codeHash"],
            "storageHash": row["storageRoot"],
            "storageProof": [
                {
                    "key": hex(int(item["slot"], 16)),
                    "value": hex(int(item["value"], 16)),
                    "proof": ["0x" + node.removeprefix("0x") for node in item["proof"]],
                }
                for item in row.get("storageProofs") or []
            ],
        },
    }


def with_slots() -> Row:
    return next(row for row in rows("proofs_shard0") if row.get("storageProofs"))


def test_recorded_accounts_are_proven_by_headers(headers: Path) -> None:
    code, proofs = verify("account", "--headers", headers, "--shard", "0", given=list(rows("proofs_shard0")))
    assert code == 0
    for proof, row in zip(proofs, rows("proofs_shard0"), strict=True):
        assert proof["verdict"] == "proven"
        assert proof["basis"].startswith(f"header of block {row['number']} of shard 0: ")
        assert (proof["exists"], proof["address"].lower()) == (row["exists"], row["address"].lower())
        if row["exists"]:
            assert (proof["balance"], proof["nonce"]) == (row["balance"], row["nonce"])


@pytest.mark.parametrize("form", [lambda row: row, eth_form], ids=["recorded", "eth_getProof"])
def test_slots_are_proven_against_a_root(form: Callable[[Row], Row]) -> None:
    row = with_slots()
    assert verify("account", "--root", row["root"], given=[form(row)])[0] == 0
    code, [proof] = verify("storage", "--root", row["root"], given=[form(row)])
    assert (code, proof["basis"]) == (0, "the given root")
    assert [(item["slot"], item["value"]) for item in proof["slots"]] == [
        (item["slot"], item["value"]) for item in row["storageProofs"]
    ]


def test_an_object_over_many_lines_is_read() -> None:
    row = with_slots()
    code, _ = verify("storage", "--root", row["root"], given=json.dumps(eth_form(row), indent=2))
    assert code == 0


def test_an_account_that_is_not_there_is_proven_absent() -> None:
    row = next(row for row in rows("proofs_shard0") if not row["exists"])
    code, [proof] = verify("account", "--root", row["root"], given=[row])
    assert (code, proof["exists"], proof["balance"]) == (0, False, "0")


@pytest.mark.parametrize(
    "change",
    [
        {"balance": "1"},
        {"nonce": 9},
        {"codeHash": "0x" + "11" * 32},
        {"storageRoot": "0x" + "11" * 32},
        {"exists": False},
    ],
)
def test_a_claim_that_the_proof_does_not_bear_out_is_refused(change: Row) -> None:
    row = with_slots()
    code, [proof] = verify("account", "--root", row["root"], given=[row | change])
    assert (code, proof["error"]["code"]) == (1, "proof-claim")


def test_another_value_of_a_slot_is_refused() -> None:
    row = with_slots()
    bent = row | {"storageProofs": [row["storageProofs"][0] | {"value": "0x07"}]}
    code, [proof] = verify("storage", "--root", row["root"], given=[bent])
    assert (code, proof["error"]["code"]) == (1, "proof-claim")


def test_a_proof_for_another_root_is_refused(headers: Path) -> None:
    row, other = rows("proofs_shard0")[0], with_slots()
    code, [proof] = verify("account", "--root", other["root"], given=[row])
    assert (code, proof["error"]["code"]) == (1, "proof-root")
    bare = {name: row[name] for name in ("address", "proof")}
    code, [proof] = verify("account", "--root", other["root"], given=[bare])
    assert (code, proof["error"]["code"]) == (1, "trie-proof-hash")
    code, [proof] = verify(
        "account", "--headers", headers, "--shard", "0", given=[row | {"root": other["root"]}]
    )
    assert (code, proof["error"]["code"]) == (1, "proof-header-root")


def test_a_proof_without_its_header_cannot_be_judged(headers: Path) -> None:
    row = {name: value for name, value in rows("proofs_shard0")[0].items() if name != "root"}
    for number in (None, 10**6):
        code, [proof] = verify("account", "--headers", headers, given=[row | {"number": number}])
        assert (code, proof["error"]["code"]) == (5, "proof-header-missing")
    only = [localnet(0)[20]]
    code, [proof] = verify("account", "--headers", write_lines(headers.parent / "one", only), given=[row])
    assert code == 5


@pytest.mark.parametrize("number", ["-1", "0xzz", 1.5, True, "9" * 100])
def test_what_is_no_number_is_refused(number: object) -> None:
    row = with_slots()
    code, [proof] = verify("account", "--root", row["root"], given=[row | {"balance": number}])
    assert (code, proof["error"]["code"]) == (4, "proof-number")


def test_too_many_nodes_are_refused_unread() -> None:
    row = with_slots()
    code, [proof] = verify("account", "--root", row["root"], given=[row | {"proof": ["80"] * 5000}])
    assert (code, proof["error"]["code"]) == (4, "proof-nodes")


@pytest.mark.parametrize("change", [{"proof": "80"}, {"proof": [5]}, {"address": 7}, {"address": None}])
def test_parts_of_another_kind_are_refused(change: Row) -> None:
    row = with_slots()
    code, [proof] = verify("account", "--root", row["root"], given=[row | change])
    assert code == 4
    assert proof["error"]["code"] in {"record-field-type", "record-field-missing"}


def test_receipts_are_proven_one_by_one_and_all_together(headers: Path) -> None:
    found = [row for row in rows("receipts_shard0") if row["receipts"]]
    code, proofs = verify("receipt", "--headers", headers, "--shard", "0", given=found)
    assert code == 0
    assert [len(proof["receipts"]) for proof in proofs] == [len(row["receipts"]) for row in found]
    row = max(found, key=lambda row: len(row["receipts"]))
    receipts = decode_stored_receipts(bytes.fromhex(row["dbRlp"]))
    single = [
        {
            "index": index,
            "proof": [node.hex() for node in prove_receipt(receipts, index).nodes],
            "receipt": row["receipts"][index]["consensusRlp"],
        }
        for index in range(len(receipts))
    ]
    code, proofs = verify("receipt", "--root", row["derivedRoot"], given=single)
    assert code == 0
    assert [proof["receipts"][0]["index"] for proof in proofs] == list(range(len(receipts)))
    bent = single[0] | {"receipt": receipts[-1].encode().hex()}
    code, [proof] = verify("receipt", "--root", row["derivedRoot"], given=[bent])
    assert (code, proof["error"]["code"]) == (1, "proof-claim")
    code, [proof] = verify("receipt", "--root", "11" * 32, given=[{"dbRlp": row["dbRlp"]}])
    assert (code, proof["error"]["code"]) == (1, "block-receipts-root")


def test_cross_shard_receipts_are_proven_by_headers_by_their_commit_and_by_hash(headers: Path) -> None:
    sent = list(rows("cx_out_shard0"))
    assert sent
    code, proofs = verify("cross-shard", "--headers", headers, given=sent)
    assert code == 0
    for proof, row in zip(proofs, sent, strict=True):
        assert (proof["source_hash"], proof["to_shard"]) == (row["hash"], row["toShard"])
        assert len(proof["receipts"]) == len([r for r in row["receipts"] if r["toShardID"] == row["toShard"]])
    code, [proof] = verify("cross-shard", given=[sent[0]["proofRlpWithDbSig"]])
    assert code == 0
    assert "signed by the committee derived from genesis data" in proof["basis"]
    code, [proof] = verify(
        "cross-shard", "--trust", sent[0]["hash"], given=[{"rlp": sent[0]["proofRlpWithDbSig"]}]
    )
    assert (code, proof["basis"]) == (0, "the given hash of the source block")


def test_an_altered_cross_shard_proof_is_refused() -> None:
    encoded = rows("cx_out_shard0")[0]["proofRlpWithDbSig"]
    bent = encoded[:60] + ("0" if encoded[60] != "0" else "1") + encoded[61:]
    code, [proof] = verify("cross-shard", given=[bent])
    assert (code, proof["error"]["code"]) == (1, "cx-proof-receipts-root")


def test_a_proof_that_has_lost_its_bitmap_needs_the_header_of_its_source(headers: Path) -> None:
    row = rows("cx_in_shard0")[0]
    code, [proof] = verify("cross-shard", given=[row])
    assert (code, proof["error"]["code"]) == (5, "proof-bitmap-lost")
    assert verify("cross-shard", "--headers", headers, given=[row])[0] == 0


def test_a_human_reads_names_and_values() -> None:
    row = with_slots()
    options = ("proof", "verify", "storage", "-", "--network", "localnet", "--root", row["root"])
    outcome = run(*options, stdin=json.dumps(row))
    assert outcome.exit_code == 0
    assert outcome.stdout.splitlines()[0].split() == ["verdict", "proven"]
    outcome = run(*options, stdin=json.dumps(row | {"nonce": 10**6}))
    assert outcome.exit_code == 1
    assert "broken: The proof shows another nonce" in outcome.stdout


def test_nothing_proves_nothing_and_something_has_to_be_trusted() -> None:
    assert verify("account", "--root", "11" * 32, given="")[0] == 4
    assert run("proof", "verify", "account", "-", "--network", "localnet", stdin="{}").exit_code == 2
    assert run("proof", "verify", "account", "-", "--root", "zz", stdin="{}").exit_code == 2
