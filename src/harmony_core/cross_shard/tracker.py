"""Where a cross-shard transfer stands, as far as the verified pieces at hand tell."""

from dataclasses import dataclass
from enum import IntEnum

from harmony_core.chain.cross_shard_receipt import CXReceipt
from harmony_core.cross_shard.cross_links import VerifiedCrossLink
from harmony_core.cross_shard.incoming import VerifiedIncoming
from harmony_core.cross_shard.outgoing import VerifiedOutgoing
from harmony_core.cross_shard.receipts_proof import VerifiedReceipts
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import BlockNumber, Hash32, ShardID
from harmony_core.quorum import VerifiedHeader

__all__ = ["Stage", "TransferStatus", "TransferTracker"]


class Stage(IntEnum):
    """What is shown of a transfer, in the order in which it usually happens."""

    SENT = 1
    """A verified block of the source shard holds the receipt."""

    PROVEN = 2
    """There is a proof of the receipt that the destination can take."""

    LINKED = 3
    """The beacon chain carries a crosslink to the source block."""

    RECEIVED = 4
    """A verified block of the destination shard has taken the receipt in."""


@dataclass(frozen=True, slots=True)
class TransferStatus:
    """Where one receipt stands.

    Attributes:
        receipt: the receipt.
        source_hash: hash of the source block.
        source_number: height of the source block.
        stages: everything that is shown; a stage that is missing may have happened all the same.
        received_in: hash of the destination's block, or None.
    """

    receipt: CXReceipt
    source_hash: Hash32
    source_number: BlockNumber
    stages: frozenset[Stage]
    received_in: Hash32 | None

    @property
    def stage(self) -> Stage:
        """The furthest stage that is shown."""
        return max(self.stages)


class TransferTracker:
    """Gathers verified pieces in any order and tells where the receipts of a transaction stand.

    Only proof values are taken, so nothing that it says rests on a claim. Receipts of two signed blocks at one height are
    kept apart.
    """

    __slots__ = ("_links", "_proven", "_received", "_sent", "_sources")

    def __init__(self) -> None:
        self._sources: dict[Hash32, VerifiedHeader] = {}
        self._sent: dict[tuple[Hash32, ShardID], tuple[CXReceipt, ...]] = {}
        self._proven: dict[tuple[Hash32, ShardID], tuple[CXReceipt, ...]] = {}
        self._received: dict[tuple[Hash32, ShardID], Hash32] = {}
        self._links: dict[Hash32, VerifiedCrossLink] = {}

    def note_sent(self, outgoing: VerifiedOutgoing) -> None:
        """Take in the receipts of a source block."""
        self._sources[outgoing.source.hash] = outgoing.source
        for to_shard_id, receipts in outgoing.by_destination.items():
            self._sent[outgoing.source.hash, to_shard_id] = receipts

    def note_proven(self, receipts: VerifiedReceipts) -> None:
        """Take in a verified proof, which shows that its receipts were sent as well."""
        self._sources[receipts.source.hash] = receipts.source
        self._proven[receipts.source.hash, receipts.to_shard_id] = receipts.receipts

    def note_linked(self, link: VerifiedCrossLink) -> None:
        """Take in a crosslink of the beacon chain."""
        self._links[link.block_hash] = link

    def note_received(self, block: VerifiedHeader, incoming: VerifiedIncoming) -> None:
        """Take in a block of a destination shard with everything that arrived in it.

        Raises:
            VerificationError: ``tracker-block`` where the receipts arrived in another block than the verified one.
        """
        require(
            incoming.header.hash == block.hash,
            VerificationError,
            "tracker-block",
            "The receipts arrived in another block.",
            expected=block.hash,
            actual=incoming.header.hash,
        )
        for receipts in incoming.arrived:
            self.note_proven(receipts)
            self._received[receipts.source.hash, receipts.to_shard_id] = block.hash

    def transfers(self, transaction_hash: Hash32) -> tuple[TransferStatus, ...]:
        """Return where each receipt of a transaction stands; none if no piece at hand names it.

        They are in the order of source blocks (shard, height, hash), destinations and receipts.
        """
        places = sorted((self._sent | self._proven).items(), key=self._order)
        return tuple(
            self._status(receipt, source_hash, to_shard_id)
            for (source_hash, to_shard_id), receipts in places
            for receipt in receipts
            if receipt.transaction_hash == transaction_hash
        )

    def _order(
        self, entry: tuple[tuple[Hash32, ShardID], tuple[CXReceipt, ...]]
    ) -> tuple[int, int, Hash32, int]:
        (source_hash, to_shard_id), _ = entry
        source = self._sources[source_hash]
        return source.shard_id, source.number, source_hash, to_shard_id

    def _status(self, receipt: CXReceipt, source_hash: Hash32, to_shard_id: ShardID) -> TransferStatus:
        place = source_hash, to_shard_id
        received_in = self._received.get(place)
        shown = {
            Stage.SENT: True,
            Stage.PROVEN: place in self._proven,
            Stage.LINKED: source_hash in self._links,
            Stage.RECEIVED: received_in is not None,
        }
        return TransferStatus(
            receipt,
            source_hash,
            self._sources[source_hash].number,
            frozenset(stage for stage, is_shown in shown.items() if is_shown),
            received_in,
        )
