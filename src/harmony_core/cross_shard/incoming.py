"""Receipts that arrive in a block: each proof is true, none was credited before, and the header commits to all.

Source: harmony-one/harmony, core/blockchain_impl.go (VerifyIncomingReceipts, IsSpent, WriteCXReceiptsProofSpent).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from harmony_core.chain.cross_shard_receipt import CXReceipt, CXReceiptsProof, incoming_receipts_root
from harmony_core.chain.header import Header
from harmony_core.cross_shard.receipts_proof import (
    SpentMark,
    VerifiedReceipts,
    verify_receipts_proof_with_commit,
)
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, Compatibility, Epoch, Hash32
from harmony_core.quorum import CommitteeSource
from harmony_core.trie import EMPTY_ROOT

__all__ = [
    "SpentMarks",
    "VerifiedIncoming",
    "has_lost_bitmap",
    "verify_incoming_receipts",
    "verify_incoming_root",
    "with_bitmap",
]

_MINT: Final = object()
"""Known to the verification of this module only."""


class SpentMarks:
    """The source blocks whose receipts one shard has credited.

    Args:
        marks: what was credited before.
    """

    __slots__ = ("_marks",)

    def __init__(self, marks: Iterable[SpentMark] = ()) -> None:
        self._marks = set(marks)

    def verify_unspent(self, receipts: VerifiedReceipts) -> None:
        """Refuse receipts of a source block that was credited before.

        Raises:
            VerificationError: ``cx-spent``.
        """
        mark = receipts.spent_mark
        require(
            mark not in self._marks,
            VerificationError,
            "cx-spent",
            "The receipts of this source block were credited before.",
            actual=f"shard {mark.shard_id}, block {mark.number}",
        )

    def spend(self, receipts: VerifiedReceipts) -> None:
        """Mark receipts as credited; whoever credits them does this first.

        Raises:
            VerificationError: ``cx-spent`` if they were before; nothing changes then.
        """
        self.verify_unspent(receipts)
        self._marks.add(receipts.spent_mark)

    def unspend(self, receipts: VerifiedReceipts) -> None:
        """Take the mark away when the block that credited the receipts is reverted."""
        self._marks.discard(receipts.spent_mark)

    def __contains__(self, mark: object) -> bool:
        return mark in self._marks

    def __iter__(self) -> Iterator[SpentMark]:
        """Iterate over the marks in the order of source shards and heights."""
        return iter(sorted(self._marks))

    def __len__(self) -> int:
        return len(self._marks)


@dataclass(frozen=True, slots=True, init=False)
class VerifiedIncoming:
    """Everything that arrives in a block; made by `verify_incoming_receipts` only.

    Attributes:
        header: the header of the block; that it is final is not said here.
        arrived: the receipts of each source block, in the order of the block.
    """

    header: Header
    arrived: tuple[VerifiedReceipts, ...]

    def __init__(self, mint: object, header: Header, arrived: tuple[VerifiedReceipts, ...]) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedIncoming comes from verification and cannot be made by hand")
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "arrived", arrived)

    @property
    def receipts(self) -> tuple[CXReceipt, ...]:
        """All receipts to credit, in order."""
        return tuple(receipt for receipts in self.arrived for receipt in receipts.receipts)


def verify_incoming_root(header: Header, proofs: Sequence[CXReceiptsProof]) -> None:
    """Verify that the header of a block commits to these proofs.

    Bodies as the reference's database returns them have lost the bitmaps of their proofs (see `has_lost_bitmap`) and
    do not give the root.

    Raises:
        VerificationError: ``cx-incoming-root``.
    """
    expected = EMPTY_ROOT if header.incoming_receipts_root is None else header.incoming_receipts_root
    actual: Hash32 = incoming_receipts_root(proofs)
    require(
        actual == expected,
        VerificationError,
        "cx-incoming-root",
        "The header commits to other incoming receipts.",
        expected=expected,
        actual=actual,
    )


def verify_incoming_receipts(
    header: Header,
    proofs: Sequence[CXReceiptsProof],
    committees: CommitteeSource,
    spent: SpentMarks,
    *,
    latest_epoch: Epoch,
    compatibility: Compatibility = STRICT,
) -> VerifiedIncoming:
    """Verify everything that arrives in a block. Nothing is marked as spent: that is for whoever credits it.

    Args:
        header: the header of the block; its shard is the destination.
        proofs: the proofs in the body of the block.
        committees: the committees that the verifier trusts.
        spent: what the shard has credited before this block.
        latest_epoch: the latest epoch of any shard of which the verifier knows by itself. It is not that of ``header``:
            a shard that lags behind takes in receipts of epochs that it has not reached.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: ``cx-incoming-repeated`` for two proofs of one source block, ``cx-spent``,
            ``cx-incoming-root``, or a code of `verify_receipts_proof_with_commit`.
        DecodeError, MissingDataError: as for `verify_receipts_proof_with_commit`.
    """
    if not isinstance(header, Header):
        raise TypeError(f"a Header is needed, not {type(header).__name__}")
    verify_incoming_root(header, proofs)
    arrived = []
    seen: set[object] = set()
    for proof in proofs:
        receipts = verify_receipts_proof_with_commit(
            proof,
            committees,
            to_shard_id=header.shard_id,
            latest_epoch=latest_epoch,
            compatibility=compatibility,
        )
        spent.verify_unspent(receipts)
        # The reference tells the proofs of one block apart by the hash of their source.
        name = receipts.source.hash if compatibility.unchecked_proof_source else receipts.spent_mark
        require(
            name not in seen,
            VerificationError,
            "cx-incoming-repeated",
            "A block takes the receipts of a source block once.",
            actual=receipts.source.hash,
        )
        seen.add(name)
        arrived.append(receipts)
    return VerifiedIncoming(_MINT, header, tuple(arrived))


def has_lost_bitmap(proof: CXReceiptsProof) -> bool:
    """Return whether a proof has the signature in the place of the bitmap, as bodies in the reference's database do.

    Source: core/types/cx_receipt.go, CXReceiptsProof.Copy.
    """
    return bool(proof.commit_signature) and proof.commit_bitmap == proof.commit_signature


def with_bitmap(proof: CXReceiptsProof, bitmap: bytes) -> CXReceiptsProof:
    """Return the proof with another bitmap, for one that has lost its own."""
    return replace(proof, commit_bitmap=bitmap)
