"""What `harmony-core proof verify` reads: proofs as servers give them, in JSON or as hexadecimal RLP."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

from harmony_core.chain import (
    CXReceiptsProof,
    Receipt,
    decode_cx_receipts_proof,
    decode_receipt,
    decode_stored_receipts,
)
from harmony_core.cli.lines import Line
from harmony_core.cli.strict_json import parse_object
from harmony_core.errors import DecodeError, HarmonyError, require
from harmony_core.light_client import ReceiptProof
from harmony_core.primitives import Address, Hash32, bytes_from_hex, parse_address
from harmony_core.state import AccountProof, StorageProof

__all__ = [
    "AccountRecord",
    "CrossShardRecord",
    "Place",
    "ReceiptRecord",
    "Record",
    "account_record",
    "cross_shard_record",
    "objects_of",
    "receipt_record",
]

_WORD_DIGITS: Final = 64
_CROSS_SHARD_KEYS: Final = ("rlp", "proofRlp", "proofRlpWithDbSig", "proofRlpWithNextHeaderSig")
_MOST_NODES: Final = 1 << 12
_MOST_LINES: Final = 1 << 14  # of one object that is written over many


@dataclass(frozen=True, slots=True)
class Place:
    """Of which block a proof says that it is; each is None where it says nothing.

    Attributes:
        block_hash: hash of the block.
        number: height of the block.
        root: the root that the proof leads to, as it states it; nothing is believed of it.
    """

    block_hash: Hash32 | None = None
    number: int | None = None
    root: Hash32 | None = None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """A proof of an account and of some of its slots, with what the server says that they prove.

    Attributes:
        place: the block.
        proof: the proof of the account.
        slots: the proofs of slots, each with the value that the server states, or None.
        claims: fields of the account as the server states them.
    """

    place: Place
    proof: AccountProof
    slots: tuple[tuple[StorageProof, int | None], ...]
    claims: dict[str, object]


@dataclass(frozen=True, slots=True)
class ReceiptRecord:
    """A proof of one receipt, or all receipts of a block.

    Attributes:
        place: the block.
        proof: the proof of one receipt, or None.
        claimed: the receipt as the server states it, or None.
        receipts: all receipts of the block, if no single one is proven.
    """

    place: Place
    proof: ReceiptProof | None
    claimed: Receipt | None
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class CrossShardRecord:
    """A proof of the receipts that one block sends to one shard."""

    proof: CXReceiptsProof


Record: TypeAlias = AccountRecord | ReceiptRecord | CrossShardRecord


def objects_of(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield one line for each object: the lines as they are, or one for an object that is written over many lines."""
    rest = iter(lines)
    first = next(rest, None)
    if first is None:
        return
    others = [] if _is_complete(first.text) else list(islice(rest, _MOST_LINES))
    if others and all(line.error is None for line in others):
        yield Line(first.origin, "\n".join(line.text for line in (first, *others)))
    else:
        yield first
        yield from others
    yield from rest


def _is_complete(text: str) -> bool:
    """Return whether a line is no beginning of an object that goes on in the next."""
    if not text.startswith("{"):
        return True
    try:
        parse_object(text)
    except HarmonyError:
        return False
    return True


def account_record(text: str) -> AccountRecord:
    """Read a proof in the form of ``eth_getProof``, alone or in the envelope of a JSON-RPC answer, or of a recording.

    Raises:
        DecodeError: ``record-field-missing``, ``record-field-type``, ``proof-nodes``, ``proof-number``, or a code of JSON,
            of hexadecimal text or of addresses.
    """
    record = _object(text)
    nodes = _nodes(_first(record, "accountProof", "proof"))
    proof = AccountProof(_address(record), nodes)
    claims: dict[str, object] = {
        name: _number(record[name]) for name in ("balance", "nonce") if record.get(name) is not None
    }
    for name, keys in (("storage_root", ("storageHash", "storageRoot")), ("code_hash", ("codeHash",))):
        given = [record[key] for key in keys if record.get(key) is not None]
        if given:
            claims[name] = Hash32.from_hex(_text(given[0]))
    if record.get("exists") is not None:
        claims["exists"] = bool(record["exists"])
    listed = record.get("storageProof") or record.get("storageProofs") or []
    slots = tuple(_slot(item) for item in _list(listed))
    return AccountRecord(_place(record), proof, slots, claims)


def receipt_record(text: str) -> ReceiptRecord:
    """Read the proof of a receipt, or all receipts of a block.

    An object has ``index``, ``proof`` and optionally ``receipt``; or ``receipts`` or ``dbRlp``, the list as a node's
    database holds it.

    Raises:
        DecodeError: as `account_record`, or a code of receipts.
    """
    record = _object(text)
    place = _place(record)
    for name in ("dbRlp", "receipts"):
        if isinstance(record.get(name), str):
            return ReceiptRecord(place, None, None, decode_stored_receipts(bytes_from_hex(record[name])))
    proof = ReceiptProof(_number(_first(record, "index")), _nodes(_first(record, "proof", "receiptProof")))
    claimed = record.get("receipt")
    return ReceiptRecord(
        place, proof, None if claimed is None else decode_receipt(bytes_from_hex(_text(claimed))), ()
    )


def cross_shard_record(text: str) -> CrossShardRecord:
    """Read the proof of cross-shard receipts.

    It is hexadecimal RLP, alone or under one of the keys ``rlp``, ``proofRlp``, ``proofRlpWithDbSig`` and
    ``proofRlpWithNextHeaderSig``.

    Raises:
        DecodeError: as `account_record`, or a code of proofs.
    """
    if text.startswith("{"):
        record = _object(text)
        text = _text(_first(record, *(key for key in _CROSS_SHARD_KEYS if record.get(key))))
    return CrossShardRecord(decode_cx_receipts_proof(bytes_from_hex(text)))


def _object(text: str) -> dict[str, Any]:
    record = parse_object(text)
    inner = record.get("result")
    return dict(inner) if isinstance(inner, dict) and "address" not in record else record


def _first(record: dict[str, Any], *names: str) -> Any:
    given = [record[name] for name in names if record.get(name) is not None]
    require(
        given,
        DecodeError,
        "record-field-missing",
        "The JSON object lacks a part of the proof.",
        expected=" or ".join(names) or "the proof",
    )
    return given[0] if given else ""


def _address(record: dict[str, Any]) -> Address:
    return parse_address(_text(_first(record, "address")))


def _slot(item: Any) -> tuple[StorageProof, int | None]:
    record = item if isinstance(item, dict) else {}
    text = _text(_first(record, "slot", "key")).removeprefix("0x").rjust(_WORD_DIGITS, "0")
    value = record.get("value")
    return StorageProof(
        Hash32.from_hex(text), _nodes(_first(record, "proof"))
    ), None if value is None else _number(value)


def _place(record: dict[str, Any]) -> Place:
    def optional(*names: str) -> Any:
        return next((record[name] for name in names if record.get(name) is not None), None)

    block_hash, root = optional("blockHash", "hash"), optional("root")
    number = optional("blockNumber", "number")
    return Place(
        None if block_hash is None else Hash32.from_hex(_text(block_hash)),
        None if number is None else _number(number),
        None if root is None else Hash32.from_hex(_text(root)),
    )


def _nodes(value: Any) -> tuple[bytes, ...]:
    items = _list(value)
    require(
        len(items) <= _MOST_NODES,
        DecodeError,
        "proof-nodes",
        "A proof has not so many nodes.",
        actual=len(items),
    )
    return tuple(bytes_from_hex(_text(item)) for item in items)


def _list(value: Any) -> list[Any]:
    require(
        isinstance(value, list),
        DecodeError,
        "record-field-type",
        "A proof is a list of its nodes.",
        actual=type(value).__name__,
    )
    return list(value)


def _text(value: Any) -> str:
    require(
        isinstance(value, str),
        DecodeError,
        "record-field-type",
        "Bytes in a proof are hexadecimal text in quotes.",
        actual=type(value).__name__,
    )
    return str(value)


def _number(value: Any) -> int:
    """Return a number that is written as one, in decimal text, or in hexadecimal text with 0x."""
    digits = value if isinstance(value, str) else ""
    base = 16 if digits[:2] in {"0x", "0X"} else 10
    try:
        number = int(digits, base) if digits and len(digits) <= _WORD_DIGITS + 18 else value
    except ValueError:
        number = None
    require(
        isinstance(number, int) and not isinstance(number, bool) and number >= 0,
        DecodeError,
        "proof-number",
        "A number in a proof is a natural number, in decimal text, or in hexadecimal text with 0x.",
        actual=str(value)[:80],
    )
    return int(number or 0)
