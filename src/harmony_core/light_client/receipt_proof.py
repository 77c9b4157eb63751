"""Proofs that a block's transaction ended as its receipt says.

Source: harmony-one/harmony, core/types/derive_sha.go (DeriveSha), over the receipts of a block.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harmony_core.chain import Receipt, decode_receipt
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Hash32, rlp
from harmony_core.quorum import VerifiedHeader
from harmony_core.trie import Trie, verify_proof

__all__ = ["ReceiptProof", "VerifiedReceipt", "prove_receipt", "receipt_at_root", "verify_receipt_proof"]

_MINT: Final = object()
"""Known to the verification of this module only."""

_LARGEST_INDEX: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class ReceiptProof:
    """The way from the root of a block's receipts to one of them. Nothing about it is verified yet.

    Attributes:
        index: place of the transaction in the block, staking transactions after the others.
        nodes: encodings of the trie nodes on the way, the root's first.
    """

    index: int
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, init=False)
class VerifiedReceipt:
    """A receipt of a verified header's block; made by `verify_receipt_proof` only.

    Attributes:
        header: the header.
        index: place of the transaction in the block.
        receipt: the receipt, with what the header commits to: status, cumulative gas, bloom and logs.
    """

    header: VerifiedHeader
    index: int
    receipt: Receipt

    def __init__(self, mint: object, header: VerifiedHeader, index: int, receipt: Receipt) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedReceipt comes from verification and cannot be made by hand")
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "receipt", receipt)


def prove_receipt(receipts: Sequence[Receipt], index: int) -> ReceiptProof:
    """Return the proof of one receipt of a block.

    Args:
        receipts: all receipts of the block in order.
        index: which of them.

    Raises:
        VerificationError: ``receipt-proof-index`` for an index beyond the last.
    """
    _check_index(index, len(receipts))
    trie = Trie()
    trie.update((_key(place), receipt.encode()) for place, receipt in enumerate(receipts))
    return ReceiptProof(index, tuple(trie.prove(_key(index))))


def receipt_at_root(root: Hash32, proof: ReceiptProof) -> Receipt:
    """Return the receipt that a root commits to.

    Args:
        root: a receipts root that the caller trusts; `verify_receipt_proof` takes it from a verified header.
        proof: the proof.

    Raises:
        VerificationError: ``receipt-proof-absent`` where the block has no such receipt, ``receipt-proof-index``, or a
            ``trie-proof-`` code of `harmony_core.trie.verify_proof`.
        DecodeError: the nodes or the receipt are not canonical.
    """
    _check_index(proof.index, _LARGEST_INDEX)
    value = verify_proof(root, _key(proof.index), proof.nodes)
    require(
        value is not None,
        VerificationError,
        "receipt-proof-absent",
        "The block has no receipt at this place.",
        actual=proof.index,
    )
    return decode_receipt(value or b"")


def verify_receipt_proof(header: VerifiedHeader, proof: ReceiptProof) -> VerifiedReceipt:
    """Verify a receipt against the receipts root of a verified header.

    Args:
        header: the header; a quorum of the committee signed it.
        proof: the proof, from any server.

    Raises:
        VerificationError, DecodeError: as for `receipt_at_root`.
    """
    if not isinstance(header, VerifiedHeader):
        raise TypeError(f"a VerifiedHeader is needed, not {type(header).__name__}")
    receipt = receipt_at_root(header.header.receipts_root, proof)
    return VerifiedReceipt(_MINT, header, proof.index, receipt)


def _check_index(index: int, bound: int) -> None:
    require(
        0 <= index < bound,
        VerificationError,
        "receipt-proof-index",
        "A receipt's place in its block is counted from 0.",
        expected=f"0 to {bound - 1}",
        actual=index,
    )


def _key(index: int) -> bytes:
    return rlp.encode(rlp.encode_uint(index))
