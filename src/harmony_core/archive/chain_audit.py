"""Proving the chain in a database: its headers by the light client, its blocks against them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harmony_core.archive.node_database import NodeDatabase
from harmony_core.archive.stored_body import restored_body
from harmony_core.chain import Block, CXReceipt, Header
from harmony_core.chain.shard_state import ShardState
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.light_client import (
    NotChecked,
    ProvenHeader,
    SignedHeader,
    verify_block,
    verify_header_chain,
)
from harmony_core.params import Network
from harmony_core.primitives import STRICT, Compatibility, Hash32, ShardID

__all__ = ["ChainReport", "audit_chain"]

_SHARDS = 8


@dataclass(slots=True)
class ChainReport:
    """How far the chain in a database is proven.

    Attributes:
        start: first height looked at.
        proven: headers proven.
        blocks: blocks held against their header without a refusal.
        refusals: height and reason of every block that was refused; of headers only the first, on which all later ones rest.
        missing: heights of blocks whose body or receipts the database lacks, with the reason.
        rules: how many blocks each rule was proven of.
        not_checked: how many blocks each rule was not looked at, with the reason's code.
    """

    start: int
    proven: int = 0
    blocks: int = 0
    refusals: list[tuple[int, HarmonyError]] = field(default_factory=list)
    missing: list[tuple[int, HarmonyError]] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)
    not_checked: Counter[tuple[str, str]] = field(default_factory=Counter)


def audit_chain(
    database: NodeDatabase,
    network: Network,
    *,
    now: int,
    start: int = 0,
    stop: int | None = None,
    trusted_hash: Hash32 | None = None,
    committees: Sequence[ShardState] = (),
    others: Mapping[ShardID, NodeDatabase] | None = None,
    workers: int = 1,
    compatibility: Compatibility = STRICT,
    progress: Callable[[int], None] | None = None,
) -> ChainReport:
    """Verify the canonical headers of a database from genesis on, and hold each block against its header.

    Args:
        database: the node's database.
        network: the verifier's network.
        now: the verifier's clock, Unix seconds.
        start: first height; other than 0 with ``trusted_hash`` or ``committees`` to begin from.
        stop: height after the last; that after the newest block if None.
        trusted_hash: hash of a header for which the caller vouches.
        committees: shard states for which the caller vouches.
        others: databases of other shards, in which the bitmaps are found that stored bodies have lost.
        workers: processes that check commits and VRFs.
        compatibility: quirks of the reference to allow.
        progress: called with the number of blocks done.
    """
    report = ChainReport(start)
    end = int(database.head.number) + 1 if stop is None else stop
    proofs = verify_header_chain(
        _signed_headers(database, start, end),
        network,
        shard_id=database.shard_id,
        now=now,
        trusted_hash=trusted_hash,
        committees=committees,
        workers=workers,
        compatibility=compatibility,
    )
    try:
        for proof in proofs:
            report.proven += 1
            _audit_block(
                database, proof, report, network=network, others=others or {}, compatibility=compatibility
            )
            if progress is not None:
                progress(report.proven)
    except HarmonyError as error:
        report.refusals.append((start + report.proven, error))
    return report


def _signed_headers(database: NodeDatabase, start: int, stop: int) -> Iterator[SignedHeader]:
    for header in database.canonical_headers(start, stop):
        commit = database.commit(header.number) if header.number else None
        yield SignedHeader(header, () if commit is None else (commit,))


def _audit_block(
    database: NodeDatabase,
    proof: ProvenHeader,
    report: ChainReport,
    *,
    network: Network,
    others: Mapping[ShardID, NodeDatabase],
    compatibility: Compatibility,
) -> None:
    header = proof.header
    try:
        block = Block(header, restored_body(database.body(header), others))
        verified = verify_block(
            block,
            proof,
            network=network,
            receipts=database.receipts(header),
            outgoing=_outgoing(database, header),
            compatibility=compatibility,
        )
    except MissingDataError as error:
        report.missing.append((header.number, error))
        return
    except HarmonyError as error:
        report.refusals.append((header.number, error))
        return
    report.blocks += 1
    report.rules.update(verified.proven)
    report.not_checked.update(_named(item) for item in verified.not_checked)


def _named(item: NotChecked) -> tuple[str, str]:
    return item.rule, item.code


def _outgoing(database: NodeDatabase, header: Header) -> tuple[CXReceipt, ...]:
    receipts: list[CXReceipt] = []
    for shard_id in range(_SHARDS):
        receipts += database.outgoing_receipts(header, ShardID(shard_id))
    return tuple(receipts)
