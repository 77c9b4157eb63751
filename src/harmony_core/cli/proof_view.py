"""`harmony-core proof verify`: proofs of accounts, slots, receipts and cross-shard receipts, one verdict for each."""

from collections.abc import Callable
from typing import Any, Final

from harmony_core.chain import CXReceipt, Receipt, receipts_root
from harmony_core.cli.exit_codes import ExitCode, code_of_error, strongest
from harmony_core.cli.lines import Line, Patience
from harmony_core.cli.proof_records import (
    AccountRecord,
    CrossShardRecord,
    ReceiptRecord,
    account_record,
    cross_shard_record,
    objects_of,
    receipt_record,
)
from harmony_core.cli.proof_trust import Trust, said_of
from harmony_core.cli.source import lines_of
from harmony_core.cli.terminal import complain, write_json, write_line
from harmony_core.cli.verdict_json import error_to_json
from harmony_core.cross_shard import (
    has_lost_bitmap,
    verify_receipts_proof,
    verify_receipts_proof_claims,
    verify_receipts_proof_with_commit,
)
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, VerificationError, require
from harmony_core.light_client import receipt_at_root
from harmony_core.primitives import Hash32, address_to_bech32
from harmony_core.state import EMPTY_ACCOUNT, Account, account_at_root, slot_at_root

__all__ = ["KINDS", "verify_proofs"]

_ROOT_SAID: Final = "the given root"


def verify_proofs(kind: str, source: str, trust: Trust, *, as_json: bool) -> ExitCode:
    """Verify the proofs of a source, write a verdict for each, and return the exit code."""
    verify = KINDS[kind]
    rows = []
    codes = []
    patience = Patience()
    for line in objects_of(lines_of(source)):
        row, code = _judged(verify, line, trust, patience)
        rows.append(row)
        codes.append(code)
    if not codes:
        complain("there is no proof in the input")
    total = strongest(codes)
    if as_json:
        write_json(
            {
                "network": trust.network.name,
                "kind": kind,
                "verdict": total.verdict,
                "exit_code": int(total),
                "proofs": rows,
            }
        )
        return total
    for position, row in enumerate(rows):
        if position:
            write_line()
        _write(row)
    return total


def _judged(
    verify: Callable[[str, Trust], dict[str, Any]], line: Line, trust: Trust, patience: Patience
) -> tuple[dict[str, Any], ExitCode]:
    row: dict[str, Any] = {"source": {"file": line.origin.file, "line": line.origin.line}}
    try:
        if line.error is not None:
            raise line.error
        shown = verify(line.text, trust)
    except HarmonyError as error:
        complain(f"{line.origin}: {error}")
        patience.note(error)
        code = code_of_error(error)
        return {"verdict": code.verdict, "error": error_to_json(error)} | row, code
    return {"verdict": ExitCode.PROVEN.verdict, "error": None} | row | shown, ExitCode.PROVEN


def _account(text: str, trust: Trust) -> dict[str, Any]:
    record = account_record(text)
    root, said = _root(record, trust, "root")
    return {"basis": said} | _account_fields(record, _proven_account(record, root))


def _storage(text: str, trust: Trust) -> dict[str, Any]:
    record = account_record(text)
    require(
        record.slots,
        DecodeError,
        "record-field-missing",
        "The JSON object lacks a part of the proof.",
        expected="storageProof",
    )
    root, said = _root(record, trust, "root")
    account = _proven_account(record, root)
    shown = []
    for proof, claimed in record.slots:
        value = slot_at_root((account or EMPTY_ACCOUNT).storage_root, proof)
        _require_claim(claimed in {None, int.from_bytes(value, "big")}, "value", value, claimed)
        shown.append({"slot": str(proof.slot), "value": str(value)})
    return {"basis": said} | _account_fields(record, account) | {"slots": shown}


def _receipt(text: str, trust: Trust) -> dict[str, Any]:
    record = receipt_record(text)
    root, said = _root(record, trust, "receipts_root")
    if record.proof is None:
        actual = receipts_root(record.receipts)
        require(
            actual == root,
            VerificationError,
            "block-receipts-root",
            "The header commits to other receipts.",
            expected=root,
            actual=actual,
        )
        return {
            "basis": said,
            "receipts": [_receipt_fields(i, item) for i, item in enumerate(record.receipts)],
        }
    receipt = receipt_at_root(root, record.proof)
    _require_claim(record.claimed in {None, receipt}, "receipt", None, None)
    return {"basis": said, "receipts": [_receipt_fields(record.proof.index, receipt)]}


def _cross_shard(text: str, trust: Trust) -> dict[str, Any]:
    record = cross_shard_record(text)
    proof = record.proof
    to_shard_id = proof.receipts[0].to_shard_id if proof.receipts else proof.header.shard_id
    verify_receipts_proof_claims(proof, trust.network, to_shard_id=to_shard_id)
    said = _source_of(record, trust)
    return {
        "basis": said,
        "source_shard": int(proof.header.shard_id),
        "source_block": int(proof.header.number),
        "source_hash": str(proof.header.hash),
        "to_shard": int(to_shard_id),
        "receipts": [_cx_fields(receipt) for receipt in proof.receipts],
    }


def _source_of(record: CrossShardRecord, trust: Trust) -> str:
    """Return on what the source of a proof is believed, whose parts belong together."""
    proof = record.proof
    header, to_shard_id = proof.header, proof.receipts[0].to_shard_id
    if header.hash in trust.hashes:
        return "the given hash of the source block"
    verdict = trust.verdict_of(header.hash)
    if verdict is not None:
        if verdict.error is not None:
            raise verdict.error
        for verified in verdict.proof.verified[:1] if verdict.proof else ():
            verify_receipts_proof(proof, verified, to_shard_id=to_shard_id)
        return said_of(header, verdict)
    require(
        not has_lost_bitmap(proof),
        MissingDataError,
        "proof-bitmap-lost",
        "The proof comes from a node's database, which lost its bitmap: the header of the source block has to be given.",
    )
    verify_receipts_proof_with_commit(proof, trust.book, to_shard_id=to_shard_id, latest_epoch=header.epoch)
    return f"the commit in the proof: signed by the {trust.book.entry(header.shard_id, header.epoch)[1]}"


KINDS: Final[dict[str, Callable[[str, Trust], dict[str, Any]]]] = {
    "account": _account,
    "storage": _storage,
    "receipt": _receipt,
    "cross-shard": _cross_shard,
}
"""What verifies each kind of proof."""


def _root(record: AccountRecord | ReceiptRecord, trust: Trust, kind: str) -> tuple[Hash32, str]:
    if trust.root is not None:
        require(
            record.place.root in {None, trust.root},
            VerificationError,
            "proof-root",
            "The proof is for another root than the one given.",
            expected=trust.root,
            actual=record.place.root,
        )
        return trust.root, _ROOT_SAID
    verdict = trust.header_for(record.place, kind)
    return getattr(verdict.header, kind), said_of(verdict.header, verdict)


def _proven_account(record: AccountRecord, root: Hash32) -> Account | None:
    account = account_at_root(root, record.proof)
    proven = account or EMPTY_ACCOUNT
    for name, claimed in record.claims.items():
        if name == "exists":
            _require_claim(claimed == (account is not None), name, account is not None, claimed)
        elif account is not None or claimed not in {0, Hash32.zero()}:
            # Of an account that is not there, servers state zeros or the fields of an empty one.
            actual = getattr(proven, name)
            _require_claim(claimed == actual, name, actual, claimed)
    return account


def _require_claim(holds: bool, name: str, expected: object, actual: object) -> None:
    require(
        holds,
        VerificationError,
        "proof-claim",
        f"The proof shows another {name} than the one stated beside it.",
        expected=expected,
        actual=actual,
    )


def _account_fields(record: AccountRecord, account: Account | None) -> dict[str, Any]:
    shown = account or EMPTY_ACCOUNT
    return {
        "address": record.proof.address.to_hex(),
        "address_bech32": address_to_bech32(record.proof.address),
        "exists": account is not None,
        "balance": str(shown.balance),
        "nonce": shown.nonce,
        "storage_root": str(shown.storage_root),
        "code_hash": str(shown.code_hash),
    }


def _receipt_fields(index: int, receipt: Receipt) -> dict[str, Any]:
    return {
        "index": index,
        "succeeded": receipt.succeeded,
        "cumulative_gas_used": receipt.cumulative_gas_used,
        "logs": len(receipt.logs),
    }


def _cx_fields(receipt: CXReceipt) -> dict[str, Any]:
    return {
        "transaction_hash": str(receipt.transaction_hash),
        "from": address_to_bech32(receipt.sender),
        "to": None if receipt.recipient is None else address_to_bech32(receipt.recipient),
        "amount": str(receipt.amount),
    }


def _write(row: dict[str, Any]) -> None:
    error = row.get("error")
    if error is not None:
        write_line(f"{row['verdict']}: {error['message']} [{error['code']}]")
        return
    plain = {name: value for name, value in row.items() if name not in {"error", "source"}}
    width = max(map(len, plain))
    for name, value in plain.items():
        if isinstance(value, list):
            for item in value:
                write_line(f"{name:{width}}  " + ", ".join(f"{key} {inner}" for key, inner in item.items()))
        else:
            write_line(f"{name:{width}}  {value}")
