"""Merging what the parts found, by secure key and in streams: balances of two shards, stakes, pending receipts, addresses."""

import heapq
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Final

from harmony_core.archive.ledger import Claim
from harmony_core.archive.parts import (
    ACCOUNT_RECORD,
    CLAIM_RECORD,
    AccountRecord,
    ClaimRecord,
    read_records,
)
from harmony_core.archive.receipts_part import RECEIVED_RECORD, SENT_RECORD
from harmony_core.primitives import ShardID

__all__ = ["Buckets", "PendingReceipts", "merge_claims", "note_pending"]

_PAGE_BITS: Final = 15
_PAGE_MASK: Final = (1 << _PAGE_BITS) - 1
_NONE: Final[Container[int]] = frozenset()


class Buckets:
    """Claim records on disk, put down in any order and taken up by ascending key.

    Args:
        folder: a folder of their own.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[int, BinaryIO] = {}

    def add(self, record: bytes) -> None:
        """Put down an encoded record."""
        file = self._files.get(record[0])
        if file is None:
            file = self._files[record[0]] = (self._folder / f"{record[0]:02x}").open("wb")
        file.write(record)

    def close(self) -> None:
        """Close the files; nothing more is put down."""
        for file in self._files.values():
            file.close()

    def records(self) -> Iterator[ClaimRecord]:
        """Take up all records, those of one key summed into one."""
        self.close()
        for number in sorted(self._files):
            path = self._folder / f"{number:02x}"
            decoded = map(ClaimRecord.decode, sorted(read_records(path, CLAIM_RECORD)))
            for key, group in groupby(decoded, key=lambda record: record.key):
                yield _summed(key, list(group))


def _summed(key: bytes, records: Sequence[ClaimRecord]) -> ClaimRecord:
    return ClaimRecord(
        key,
        records[0].address,
        sum(record.active for record in records),
        sum(record.pending for record in records),
        sum(record.reward for record in records),
        sum(record.cross_shard for record in records),
    )


def merge_claims(accounts: Mapping[ShardID, Sequence[Path]], buckets: Buckets) -> Iterator[Claim]:
    """Yield the claim of every account that owns anything, in ascending order.

    Args:
        accounts: of shards 0 and 1, the files of accounts in ascending order.
        buckets: everything else.
    """
    streams: list[Iterator[tuple[bytes, int, AccountRecord | ClaimRecord]]] = [
        _accounts(shard_id, files) for shard_id, files in sorted(accounts.items())
    ]
    streams.append((record.key, -1, record) for record in buckets.records())
    merged = heapq.merge(*streams, key=lambda entry: entry[0])
    for key, group in groupby(merged, key=lambda entry: entry[0]):
        liquid = [0, 0]
        address: bytes | None = None
        more = ClaimRecord(key, b"")
        for _, shard_id, record in group:
            if isinstance(record, AccountRecord):
                liquid[shard_id] = record.balance
                address = address or record.address
            else:
                more = record
                address = address or record.address
        claim = Claim(
            key, address, liquid[0], liquid[1], more.active, more.pending, more.reward, more.cross_shard
        )
        if claim.total:
            yield claim


def _accounts(
    shard_id: ShardID, files: Sequence[Path]
) -> Iterator[tuple[bytes, int, AccountRecord | ClaimRecord]]:
    for path in files:
        for record in read_records(path, ACCOUNT_RECORD):
            yield record[:32], shard_id, AccountRecord.decode(record)


@dataclass(slots=True)
class PendingReceipts:
    """Cross-shard receipts at the cutoffs, amounts in atto.

    Attributes:
        pending: sent, and not received by a shard whose database is at hand.
        pending_amount: their value.
        elsewhere: by destination, count and value of the receipts sent to shards without a database: nobody can tell here
            whether they were received.
        ahead: received although the source's cutoff lies before the source block: count of blocks and value, which both
            shards' balances hold.
        twice: blocks of receipts that a destination received more than once: source, height, destination, value.
        foreign: count and value of what was received from shards without a database.
    """

    pending: int = 0
    pending_amount: int = 0
    elsewhere: dict[int, tuple[int, int]] = field(default_factory=dict)
    ahead: tuple[int, int] = (0, 0)
    twice: list[dict[str, object]] = field(default_factory=list)
    foreign: tuple[int, int] = (0, 0)


def note_pending(
    files: Mapping[ShardID, Sequence[Path]], cutoffs: Mapping[ShardID, int], buckets: Buckets
) -> PendingReceipts:
    """Put the pending receipts into the buckets, and return what is to be said of receipts.

    Args:
        files: of each shard with a database, the files of what it sends; with ``.received`` behind, of what it receives.
        cutoffs: the last height of each of these shards.
        buckets: where claims go.
    """
    found = PendingReceipts()
    received = {shard_id: _received(shard_id, files[shard_id], cutoffs, found) for shard_id in files}
    elsewhere: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for source_id, paths in files.items():
        for path in paths:
            for record in read_records(path, SENT_RECORD):
                destination = int.from_bytes(record[:4], "big")
                number = int.from_bytes(record[4:12], "big")
                amount = int.from_bytes(record[32:64], "big")
                if destination not in files:
                    elsewhere[destination][0] += 1
                    elsewhere[destination][1] += amount
                elif number not in received[ShardID(destination)].get(source_id, _NONE):
                    found.pending += 1
                    found.pending_amount += amount
                    buckets.add(ClaimRecord.of(record[12:32], 0, 0, 0, amount).encode())
    found.elsewhere = {shard_id: (count, amount) for shard_id, (count, amount) in sorted(elsewhere.items())}
    return found


def _received(
    shard_id: ShardID, paths: Sequence[Path], cutoffs: Mapping[ShardID, int], found: PendingReceipts
) -> dict[ShardID, "_Heights"]:
    """Return, by source, the heights of the blocks whose receipts a shard received."""
    heights: defaultdict[ShardID, _Heights] = defaultdict(_Heights)
    for path in paths:
        for record in read_records(path.with_name(path.name + ".received"), RECEIVED_RECORD):
            source_id = ShardID(int.from_bytes(record[:4], "big"))
            number, amount = int.from_bytes(record[4:12], "big"), int.from_bytes(record[20:60], "big")
            if source_id not in cutoffs:
                found.foreign = found.foreign[0] + 1, found.foreign[1] + amount
                continue
            if number > cutoffs[source_id]:
                found.ahead = found.ahead[0] + 1, found.ahead[1] + amount
            if not heights[source_id].add(number):
                found.twice.append({"source": source_id, "source_block": number, "shard": shard_id})
    return heights


class _Heights:
    """A set of heights that takes a bit for each where they are dense: twelve megabytes for a hundred million."""

    __slots__ = ("_pages",)

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, number: int) -> bool:
        """Add a height; return whether it was not there."""
        page = self._pages.setdefault(number >> _PAGE_BITS, bytearray(1 << (_PAGE_BITS - 3)))
        place, bit = (number & _PAGE_MASK) >> 3, 1 << (number & 7)
        is_new = not page[place] & bit
        page[place] |= bit
        return is_new

    def __contains__(self, number: int) -> bool:
        page = self._pages.get(number >> _PAGE_BITS)
        return page is not None and bool(page[(number & _PAGE_MASK) >> 3] & 1 << (number & 7))
