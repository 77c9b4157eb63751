"""Receipts that leave a shard: that they are those of a block, and the proofs that carry them away.

Source: harmony-one/harmony, core/block_validator.go (ValidateState); core/types/cx_receipt.go and derive_sha.go;
core/state_processor.go (getTransactionType), core/tx_pool.go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harmony_core.chain.cross_shard_receipt import (
    CXReceipt,
    CXReceiptsProof,
    MerkleProof,
    group_by_destination,
    legacy_outgoing_receipts_root,
    outgoing_receipts_root,
    receipts_root_of_shard,
)
from harmony_core.chain.header import Header
from harmony_core.errors import VerificationError, require
from harmony_core.params import ChainConfig
from harmony_core.primitives import STRICT, Compatibility, Hash32, ShardID
from harmony_core.quorum import VerifiedHeader
from harmony_core.trie import EMPTY_ROOT

__all__ = [
    "VerifiedOutgoing",
    "gives_outgoing_root",
    "prove_receipts",
    "verify_outgoing_receipts",
    "verify_outgoing_root",
    "verify_outgoing_transactions",
    "verify_senders_of_receipts",
]

_MINT: Final = object()
"""Known to the verification of this module only."""


@dataclass(frozen=True, slots=True, init=False)
class VerifiedOutgoing:
    """All cross-shard receipts of a block; made by `verify_outgoing_receipts` only.

    Attributes:
        source: the verified header of the block.
        receipts: its receipts in order, none left out.
    """

    source: VerifiedHeader
    receipts: tuple[CXReceipt, ...]

    def __init__(self, mint: object, source: VerifiedHeader, receipts: tuple[CXReceipt, ...]) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedOutgoing comes from verification and cannot be made by hand")
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "receipts", receipts)

    @property
    def by_destination(self) -> Mapping[ShardID, tuple[CXReceipt, ...]]:
        """The receipts by destination shard, in rising order of shards."""
        return group_by_destination(self.receipts)


def verify_outgoing_receipts(
    source: VerifiedHeader, receipts: Sequence[CXReceipt], *, compatibility: Compatibility = STRICT
) -> VerifiedOutgoing:
    """Verify that these are all cross-shard receipts of a block, in order.

    Blocks from before staking may hold the older hash, in which a receipt keeps its index among all receipts of the
    block; by the time staking began every node wrote the hash of today.

    Args:
        source: the verified header of the block.
        receipts: the receipts in the order of the block.
        compatibility: ``legacy_outgoing_roots`` takes the older hash in every epoch, ``unchecked_receipt_source``
            receipts of another source shard.

    Raises:
        VerificationError: ``cx-outgoing-epoch`` for receipts in an epoch without cross-shard transactions,
            ``cx-receipt-source`` or ``cx-receipt-destination`` for receipts that do not leave the shard of the block,
            ``cx-outgoing-root`` where the hash in the header is that of other receipts.
    """
    if not isinstance(source, VerifiedHeader):
        raise TypeError(f"a VerifiedHeader is needed, not {type(source).__name__}")
    receipts = tuple(receipts)
    config = source.committee.network.config
    verify_outgoing_root(source.header, config, receipts, compatibility=compatibility)
    return VerifiedOutgoing(_MINT, source, receipts)


def verify_outgoing_root(
    header: Header,
    config: ChainConfig,
    receipts: Sequence[CXReceipt],
    *,
    compatibility: Compatibility = STRICT,
) -> None:
    """Verify that the header of a block commits to these cross-shard receipts; that it is final is not said here.

    Args:
        header: the header of the block.
        config: the rules of the verifier's network.
        receipts: the receipts in the order of the block.
        compatibility: as for `verify_outgoing_receipts`.

    Raises:
        VerificationError: as for `verify_outgoing_receipts`.
    """
    require(
        not receipts or config.accepts_cross_tx(header.epoch),
        VerificationError,
        "cx-outgoing-epoch",
        "No value leaves a shard in this epoch yet.",
        actual=header.epoch,
    )
    check_receipt_shards(receipts, header.shard_id, compatibility)
    require(
        gives_outgoing_root(header, config, receipts, compatibility=compatibility),
        VerificationError,
        "cx-outgoing-root",
        "These are not the cross-shard receipts of the block.",
        expected=header.outgoing_receipts_root,
        actual=outgoing_receipts_root(receipts),
    )


def gives_outgoing_root(
    header: Header,
    config: ChainConfig,
    receipts: Sequence[CXReceipt],
    *,
    compatibility: Compatibility = STRICT,
) -> bool:
    """Return whether receipts give the hash in a header, or the older one where that counts."""
    expected = EMPTY_ROOT if header.outgoing_receipts_root is None else header.outgoing_receipts_root
    if outgoing_receipts_root(receipts) == expected:
        return True
    takes_legacy = compatibility.legacy_outgoing_roots or not config.is_staking(header.epoch)
    return takes_legacy and legacy_outgoing_receipts_root(receipts) == expected


def check_receipt_shards(
    receipts: Sequence[CXReceipt], source_shard: ShardID, compatibility: Compatibility
) -> None:
    """Refuse receipts that were not sent by a shard, or do not leave it.

    Raises:
        VerificationError: ``cx-receipt-source`` or ``cx-receipt-destination``.
    """
    if compatibility.unchecked_receipt_source:
        return
    for receipt in receipts:
        require(
            receipt.shard_id == source_shard,
            VerificationError,
            "cx-receipt-source",
            "A cross-shard receipt names another source than the shard of its block.",
            expected=source_shard,
            actual=receipt.shard_id,
        )
        require(
            receipt.to_shard_id != source_shard,
            VerificationError,
            "cx-receipt-destination",
            "A cross-shard receipt leads back to the shard that it comes from.",
            actual=receipt.to_shard_id,
        )


def verify_outgoing_transactions(outgoing: VerifiedOutgoing, succeeded: Mapping[Hash32, bool]) -> None:
    """Verify that every receipt belongs to a transaction of the block that succeeded.

    A transaction leaves none when it fails. That the reference lets it leave one at most is not checked here, but in
    `harmony_core.light_client.verify_block`.

    Args:
        outgoing: the receipts of the block.
        succeeded: for every transaction of the block, whether it succeeded, by the hash that receipts name: the
            Ethereum hash of a transaction in that format.

    Raises:
        VerificationError: ``cx-outgoing-transaction`` for a receipt without its transaction, ``cx-outgoing-failed`` for
            one of a transaction that failed.
    """
    verify_senders_of_receipts(outgoing.receipts, succeeded)


def verify_senders_of_receipts(receipts: Sequence[CXReceipt], succeeded: Mapping[Hash32, bool]) -> None:
    """Verify what `verify_outgoing_transactions` does of receipts that are held against the header elsewhere."""
    for receipt in receipts:
        require(
            receipt.transaction_hash in succeeded,
            VerificationError,
            "cx-outgoing-transaction",
            "No transaction of the block has left this cross-shard receipt.",
            actual=receipt.transaction_hash,
        )
        require(
            succeeded.get(receipt.transaction_hash, True),
            VerificationError,
            "cx-outgoing-failed",
            "A transaction that failed leaves no cross-shard receipt.",
            actual=receipt.transaction_hash,
        )


def prove_receipts(outgoing: VerifiedOutgoing, to_shard_id: ShardID) -> CXReceiptsProof:
    """Return the proof that carries the receipts of a block to one shard.

    Source: harmony-one/harmony, core/blockchain_impl.go (CXMerkleProof); node/harmony/node_cross_shard.go.

    Args:
        outgoing: all receipts of the block.
        to_shard_id: the destination.

    Raises:
        VerificationError: ``cx-proof-empty`` where no receipt has this destination; ``cx-proof-legacy-root`` for a
            block with the older hash over several shards, for which no proof exists.
    """
    source = outgoing.source
    groups = group_by_destination(outgoing.receipts)
    require(
        to_shard_id in groups,
        VerificationError,
        "cx-proof-empty",
        "The block sends nothing to this shard.",
        actual=to_shard_id,
    )
    receipts_hash = outgoing_receipts_root(outgoing.receipts)
    require(
        receipts_hash == source.header.outgoing_receipts_root,
        VerificationError,
        "cx-proof-legacy-root",
        "The block holds the older hash over its receipts, from which none can be proven by itself.",
        expected=source.header.outgoing_receipts_root,
        actual=receipts_hash,
    )
    return CXReceiptsProof(
        groups.get(to_shard_id, ()),
        MerkleProof(
            source.number,
            source.hash,
            source.shard_id,
            receipts_hash,
            tuple(groups),
            tuple(receipts_root_of_shard(group) for group in groups.values()),
        ),
        source.header,
        bytes(source.commit.signature),
        source.commit.bitmap,
    )
