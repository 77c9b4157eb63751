"""A range of a shard's canonical blocks, read for the cross-shard receipts that they send and receive.

Hashes, parents and the roots of outgoing receipts are checked on the way, and so is that the databases of both shards tell
one history: crosslinks and received receipts name blocks of the other shard by their hashes.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harmony_core.archive.database import CACHE_BYTES
from harmony_core.archive.node_database import NodeDatabase
from harmony_core.archive.parts import opened, write_records
from harmony_core.archive.stored_body import restored_body
from harmony_core.archive.work import Result
from harmony_core.chain.cross_shard_receipt import (
    CXReceipt,
    CXReceiptsProof,
    incoming_receipts_root,
    legacy_outgoing_receipts_root,
    outgoing_receipts_root,
)
from harmony_core.chain.crosslink import decode_cross_links
from harmony_core.chain.header import Header
from harmony_core.cross_shard import has_lost_bitmap
from harmony_core.errors import ConfigurationError, VerificationError, require
from harmony_core.primitives import (
    BEACON_SHARD_ID,
    STRICT,
    BlockNumber,
    Compatibility,
    Hash32,
    ShardID,
)
from harmony_core.trie import EMPTY_ROOT

__all__ = ["RECEIVED_RECORD", "SENT_RECORD", "ReceiptsPart", "scan_receipts"]

SENT_RECORD: Final = 4 + 8 + 20 + 32 + 32
"""Destination, height, recipient, amount, hash of the transaction."""

RECEIVED_RECORD: Final = 4 + 8 + 8 + 40
"""Source, its height, height here, amount."""

_SHARDS: Final = 8
"""Destinations that are looked for; no network had more than four shards."""

_NOTHING: Final = frozenset({None, EMPTY_ROOT, Hash32.zero()})


@dataclass(frozen=True, slots=True)
class ReceiptsPart:
    """A range of blocks.

    Attributes:
        database: the database's folder.
        shard_id: its shard.
        others: folders of the other shards' databases, by shard.
        start: first height.
        stop: height after the last.
        output: file for what is sent; ``.received`` beside it for what is received.
        compatibility: quirks to allow.
        scratch: where shadows are made.
        cache_bytes: memory for blocks of tables in the process that does the part.
    """

    database: str
    shard_id: ShardID
    others: tuple[tuple[ShardID, str], ...]
    start: int
    stop: int
    output: str
    compatibility: Compatibility = STRICT
    scratch: str | None = None
    cache_bytes: int = CACHE_BYTES


@dataclass(slots=True)
class _Scan:
    part: ReceiptsPart
    database: NodeDatabase
    others: dict[ShardID, NodeDatabase]
    sent: list[bytes] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    links: int = 0
    incoming_proven: int = 0
    incoming_unproven: int = 0
    unbacked: list[dict[str, object]] = field(default_factory=list)


def scan_receipts(part: ReceiptsPart) -> Result:
    """Read a range of blocks, write what they send and receive, and return what was counted.

    Raises:
        MissingDataError: ``archive-block-missing``.
        VerificationError: ``archive-chain`` for a block that does not follow from the one before, ``archive-receipts-root``
            for outgoing receipts that are not those of the header, ``archive-incoming-root`` for incoming ones that are
            not, ``archive-histories`` for a database of the other
            shard that tells another history.
        ConfigurationError: ``archive-shard`` for a block of another shard.
    """
    options: dict[str, Any] = {
        "compatibility": part.compatibility,
        "scratch": part.scratch,
        "cache_bytes": part.cache_bytes,
    }
    database = opened(part.database, part.shard_id, **options)
    others = {shard_id: opened(path, shard_id, **options) for shard_id, path in part.others}
    scan = _Scan(part, database, others)
    parent = database.canonical_hash(BlockNumber(part.start - 1)) if part.start else None
    for header in database.canonical_headers(part.start, part.stop):
        require(
            parent is None or header.parent_hash == parent,
            VerificationError,
            "archive-chain",
            f"Block {header.number} does not follow from the canonical block before it; take a fresh copy.",
            expected=parent,
            actual=header.parent_hash,
        )
        require(
            header.shard_id == part.shard_id,
            ConfigurationError,
            "archive-shard",
            f"Block {header.number} is of another shard.",
            expected=part.shard_id,
            actual=header.shard_id,
        )
        parent = header.hash
        _scan_links(scan, header)
        if header.outgoing_receipts_root not in _NOTHING:
            _scan_sent(scan, header)
        if header.incoming_receipts_root not in _NOTHING:
            _scan_incoming(scan, header)
    return {
        "blocks": part.stop - part.start,
        "links": scan.links,
        "sent": len(scan.sent),
        "received": len(scan.received),
        "unbacked": scan.unbacked,
        "incoming_proven": scan.incoming_proven,
        "incoming_unproven": scan.incoming_unproven,
        "digests": [
            write_records(Path(part.output), scan.sent),
            write_records(Path(f"{part.output}.received"), scan.received),
        ],
    }


def _scan_links(scan: _Scan, header: Header) -> None:
    """Hold the crosslinks of a beacon header, or to another shard's block, against the other database."""
    shard_id = header.shard_id
    if shard_id == BEACON_SHARD_ID:
        for link in decode_cross_links(header.cross_links or b"", compatibility=scan.part.compatibility):
            other = scan.others.get(link.shard_id)
            known = other and other.canonical_hash(link.number)
            if known:
                scan.links += 1
                _require_same_history(link.block_hash, known, f"block {link.number} of shard {link.shard_id}")
        return
    beacon = scan.others.get(BEACON_SHARD_ID)
    stored = beacon and beacon.cross_link(shard_id, header.number)
    if stored:
        scan.links += 1
        _require_same_history(stored.block_hash, header.hash, f"block {header.number} of shard {shard_id}")


def _require_same_history(named: Hash32, held: Hash32, block: str) -> None:
    require(
        named == held,
        VerificationError,
        "archive-histories",
        f"The databases tell different histories: one names another {block} than the other holds. Take both from one network and one branch of it.",
        expected=named,
        actual=held,
    )


def _scan_sent(scan: _Scan, header: Header) -> None:
    receipts: list[CXReceipt] = []
    for number in range(_SHARDS):
        receipts += scan.database.outgoing_receipts(header, ShardID(number))
    roots = {outgoing_receipts_root(receipts), legacy_outgoing_receipts_root(receipts)}
    require(
        header.outgoing_receipts_root in roots,
        VerificationError,
        "archive-receipts-root",
        f"The outgoing receipts that the database holds of block {header.number} are not those of its header; take a fresh copy.",
        expected=header.outgoing_receipts_root,
    )
    for receipt in receipts:
        scan.sent.append(
            receipt.to_shard_id.to_bytes(4, "big")
            + header.number.to_bytes(8, "big")
            + (receipt.recipient or bytes(20))
            + receipt.amount.to_bytes(32, "big")
            + receipt.transaction_hash
        )


def _scan_incoming(scan: _Scan, header: Header) -> None:
    """Hold what a body takes in against the root in its header, unless the bitmaps that the node lost are nowhere."""
    proofs = restored_body(scan.database.body(header), scan.others).incoming_receipts
    if proofs and all(map(has_lost_bitmap, proofs)):
        scan.incoming_unproven += 1
    else:
        actual = incoming_receipts_root(proofs)
        require(
            actual == header.incoming_receipts_root,
            VerificationError,
            "archive-incoming-root",
            f"The incoming receipts that the database holds of block {header.number} are not those of its header; take a fresh copy.",
            expected=header.incoming_receipts_root,
            actual=actual,
        )
        scan.incoming_proven += 1
    for proof in proofs:
        _scan_received(scan, header, proof)


def _scan_received(scan: _Scan, header: Header, proof: CXReceiptsProof) -> None:
    source_id, number = proof.header.shard_id, proof.header.number
    amount = sum(receipt.amount for receipt in proof.receipts)
    source = scan.others.get(source_id)
    known = source and source.canonical_hash(number)
    if source is not None and known:
        _require_same_history(proof.header.hash, known, f"block {number} of shard {source_id}")
        if source.outgoing_receipts(proof.header, scan.part.shard_id) != proof.receipts:
            scan.unbacked.append(
                {
                    "shard": header.shard_id,
                    "block": header.number,
                    "source": source_id,
                    "source_block": number,
                }
                | {"amount": str(amount)}
            )
    scan.received.append(
        source_id.to_bytes(4, "big")
        + number.to_bytes(8, "big")
        + header.number.to_bytes(8, "big")
        + amount.to_bytes(40, "big")
    )
