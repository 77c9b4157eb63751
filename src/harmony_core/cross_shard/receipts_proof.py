"""Verifying the proof that value has left another shard for this one.

Everything that a proof states is held against the verified header of its source, and the rules are those of the
committee that the verifier trusts. Nothing is taken from the proof itself.

Source: harmony-one/harmony, core/block_validator.go (ValidateCXReceiptsProof); core/types/cx_receipt.go. The reference
does not check all that is checked here: see `harmony_core.primitives.Compatibility`.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from harmony_core.chain.cross_shard_receipt import CXReceipt, CXReceiptsProof, receipts_root_of_shard
from harmony_core.chain.header import Header
from harmony_core.cross_shard.outgoing import check_receipt_shards
from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    ShardID,
)
from harmony_core.quorum import Commit, CommitteeSource, VerifiedHeader, verify_commit
from harmony_core.trie import EMPTY_ROOT

__all__ = [
    "SpentMark",
    "VerifiedReceipts",
    "verify_receipts_proof",
    "verify_receipts_proof_claims",
    "verify_receipts_proof_with_commit",
]

_MINT: Final = object()
"""Known to the verification of this module only."""

_SIGNATURE: Final = BLSSignatureBytes.LENGTH


@dataclass(frozen=True, slots=True, order=True)
class SpentMark:
    """What a shard remembers of receipts that it has credited: the source block that they come from.

    The hash is no part of it: of two signed blocks at one height at most one is ever credited.

    Attributes:
        shard_id: shard of the source block.
        number: height of the source block.
    """

    shard_id: ShardID
    number: BlockNumber


@dataclass(frozen=True, slots=True, init=False)
class VerifiedReceipts:
    """The receipts that one block sends to one shard, all of them; made by verification only.

    Attributes:
        source: the verified header of the source block.
        to_shard_id: the destination.
        receipts: the receipts in order.
        proof: the proof that was verified.
        spent_mark: what the destination marks as spent when it credits them.
    """

    source: VerifiedHeader
    to_shard_id: ShardID
    receipts: tuple[CXReceipt, ...]
    proof: CXReceiptsProof
    spent_mark: SpentMark

    def __init__(
        self, mint: object, source: VerifiedHeader, proof: CXReceiptsProof, spent_mark: SpentMark
    ) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("VerifiedReceipts come from verification and cannot be made by hand")
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "to_shard_id", proof.receipts[0].to_shard_id)
        object.__setattr__(self, "receipts", proof.receipts)
        object.__setattr__(self, "proof", proof)
        object.__setattr__(self, "spent_mark", spent_mark)

    @property
    def total(self) -> int:
        """Value of all receipts in atto."""
        return sum(receipt.amount for receipt in self.receipts)


def verify_receipts_proof(
    proof: CXReceiptsProof,
    source: VerifiedHeader,
    *,
    to_shard_id: ShardID,
    compatibility: Compatibility = STRICT,
) -> VerifiedReceipts:
    """Verify the receipts that a block sends to one shard against the verified header of that block.

    The signature and bitmap that the proof carries play no part: ``source`` has been verified by itself.

    Args:
        proof: the proof, from any server.
        source: the verified header of the source block.
        to_shard_id: the shard for which the receipts are meant, the verifier's own.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: with one of these codes.
            ``cx-proof-epoch``: cross-shard transactions are not accepted in the epoch of the source.
            ``cx-proof-receipts``: there are no receipts.
            ``cx-proof-mixed``: the receipts have more than one destination.
            ``cx-proof-destination``: the destination is another shard than ``to_shard_id``.
            ``cx-receipt-source``, ``cx-receipt-destination``: a receipt of another source shard, or one that leads back
            to the source.
            ``cx-proof-lengths``: not as many roots as destinations.
            ``cx-proof-order``: destinations that are repeated or not in rising order.
            ``cx-proof-no-root``: the destination is not among those of the block.
            ``cx-proof-receipts-root``: the receipts are not those of the root for the destination.
            ``cx-proof-outgoing-root``: the roots do not give the hash that the proof names.
            ``cx-proof-header-root``: that hash is not the one in the header.
            ``cx-proof-header``: the proof carries another header than ``source``.
            ``cx-proof-block-hash``, ``cx-proof-block-number``, ``cx-proof-shard``: the proof names another block,
            height or shard than those of ``source``.
    """
    for value, kind in ((proof, CXReceiptsProof), (source, VerifiedHeader)):
        if not isinstance(value, kind):
            raise TypeError(f"a {kind.__name__} is needed, not {type(value).__name__}")
    network = source.committee.network
    _check_claims(proof, source.header, network, to_shard_id=to_shard_id, compatibility=compatibility)
    return VerifiedReceipts(_MINT, source, proof, _mark(proof, source, compatibility))


def verify_receipts_proof_claims(
    proof: CXReceiptsProof,
    network: Network,
    *,
    to_shard_id: ShardID,
    compatibility: Compatibility = STRICT,
) -> None:
    """Check that the parts of a proof belong together, before or without a look at who signed its header.

    A proof that passes is whole, no more: anybody can make one around a header of his own.

    Args:
        proof: the proof, from any server.
        network: the verifier's network.
        to_shard_id: the shard for which the receipts are meant, the verifier's own.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: a code of `verify_receipts_proof`.
    """
    if not isinstance(proof, CXReceiptsProof):
        raise TypeError(f"a CXReceiptsProof is needed, not {type(proof).__name__}")
    _check_claims(proof, proof.header, network, to_shard_id=to_shard_id, compatibility=compatibility)


def _check_claims(
    proof: CXReceiptsProof,
    source: Header,
    network: Network,
    *,
    to_shard_id: ShardID,
    compatibility: Compatibility,
) -> None:
    _check_epoch(source, network)
    _check_parts(proof, source, to_shard_id, compatibility)


def _check_epoch(source: Header, network: Network) -> None:
    require(
        network.config.accepts_cross_tx(source.epoch),
        VerificationError,
        "cx-proof-epoch",
        "No value leaves a shard in this epoch yet.",
        actual=source.epoch,
    )


def _check_parts(
    proof: CXReceiptsProof, source: Header, to_shard_id: ShardID, compatibility: Compatibility
) -> None:
    _check_receipts(proof, to_shard_id)
    check_receipt_shards(proof.receipts, source.shard_id, compatibility)
    _check_roots(proof, compatibility)
    _check_source(proof, source, compatibility)


def verify_receipts_proof_with_commit(
    proof: CXReceiptsProof,
    committees: CommitteeSource,
    *,
    to_shard_id: ShardID,
    latest_epoch: Epoch,
    compatibility: Compatibility = STRICT,
) -> VerifiedReceipts:
    """Verify a proof by the commit that it carries, as a node does that has no headers of the source shard.

    What is cheap to refuse is refused before any signature is checked, and an epoch that the verifier does not know
    before anything is looked up, so that a flood of proofs costs little and none is kept for later.

    Args:
        proof: the proof, from any server.
        committees: the committees that the verifier trusts.
        to_shard_id: the verifier's own shard.
        latest_epoch: the latest epoch of which the verifier knows by itself.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: ``cx-proof-future`` for a later epoch; a code of `verify_receipts_proof` or `verify_commit`.
        DecodeError: ``commit-signature-length``, or the signature is no point of the right group.
        MissingDataError: the source knows no committee for the header's shard and epoch.
    """
    if not isinstance(proof, CXReceiptsProof):
        raise TypeError(f"a CXReceiptsProof is needed, not {type(proof).__name__}")
    header = proof.header
    require(
        header.epoch <= latest_epoch,
        VerificationError,
        "cx-proof-future",
        "The proof is of an epoch that has not begun.",
        expected=f"at most {latest_epoch}",
        actual=header.epoch,
    )
    _check_parts(proof, header, to_shard_id, compatibility)
    signature = proof.commit_signature
    if compatibility.padded_proof_signatures:
        signature = signature[:_SIGNATURE].ljust(_SIGNATURE, b"\0")
    commit = Commit.from_bytes(signature, proof.commit_bitmap)
    committee = committees.committee(header.shard_id, header.epoch)
    _check_epoch(header, committee.network)
    source = verify_commit(header, commit, committee, compatibility=compatibility)
    return VerifiedReceipts(_MINT, source, proof, _mark(proof, source, compatibility))


def _check_receipts(proof: CXReceiptsProof, to_shard_id: ShardID) -> None:
    require(
        proof.receipts, VerificationError, "cx-proof-receipts", "The proof carries no cross-shard receipts."
    )
    destinations = {receipt.to_shard_id for receipt in proof.receipts}
    require(
        len(destinations) < 2,  # noqa: PLR2004 - none is refused above
        VerificationError,
        "cx-proof-mixed",
        "The receipts of one proof have one destination.",
        actual=", ".join(map(str, sorted(destinations)[:8])),
    )
    require(
        destinations <= {to_shard_id},
        VerificationError,
        "cx-proof-destination",
        "The receipts are meant for another shard.",
        expected=to_shard_id,
        actual=next(iter(destinations), None),
    )


def _check_roots(proof: CXReceiptsProof, compatibility: Compatibility) -> None:
    """Check that receipts, roots of destinations and the hash over these roots belong together."""
    merkle = proof.merkle_proof
    shard_ids, roots = merkle.shard_ids, merkle.shard_roots
    require(
        len(roots) == len(shard_ids) or (compatibility.extra_proof_roots and len(roots) > len(shard_ids)),
        VerificationError,
        "cx-proof-lengths",
        "The proof has a root for each destination and no other.",
        expected=len(shard_ids),
        actual=len(roots),
    )
    require(
        compatibility.unordered_proof_destinations
        or all(first < second for first, second in pairwise(shard_ids)),
        VerificationError,
        "cx-proof-order",
        "The destinations of a proof rise from one to the next.",
        actual=", ".join(map(str, shard_ids[:8])),
    )
    pairs = list(zip(shard_ids, roots, strict=False))
    destination = proof.receipts[0].to_shard_id if proof.receipts else None
    root = dict(pairs).get(destination) if destination is not None else None
    require(
        root is not None,
        VerificationError,
        "cx-proof-no-root",
        "The block sends nothing to this shard.",
        expected=destination,
    )
    actual = receipts_root_of_shard(proof.receipts)
    require(
        actual == root,
        VerificationError,
        "cx-proof-receipts-root",
        "The receipts are not those that the block sends to this shard.",
        expected=root,
        actual=actual,
    )
    joined = b"".join(shard_id.to_bytes(4, "big") + root for shard_id, root in pairs)
    outgoing = keccak256(joined) if joined else EMPTY_ROOT
    require(
        outgoing == merkle.receipts_hash,
        VerificationError,
        "cx-proof-outgoing-root",
        "The roots of the proof do not give the hash that it names.",
        expected=merkle.receipts_hash,
        actual=outgoing,
    )


def _check_source(proof: CXReceiptsProof, source: Header, compatibility: Compatibility) -> None:
    """Hold everything that the proof states of its source against the header of the source."""
    merkle = proof.merkle_proof
    require(
        proof.header.hash == source.hash,
        VerificationError,
        "cx-proof-header",
        "The proof carries another header than the one that was verified.",
        expected=source.hash,
        actual=proof.header.hash,
    )
    require(
        merkle.block_hash == source.hash,
        VerificationError,
        "cx-proof-block-hash",
        "The proof names another block than the one that was verified.",
        expected=source.hash,
        actual=merkle.block_hash,
    )
    require(
        merkle.receipts_hash == source.outgoing_receipts_root,
        VerificationError,
        "cx-proof-header-root",
        "The header of the source block commits to other receipts.",
        expected=source.outgoing_receipts_root,
        actual=merkle.receipts_hash,
    )
    require(
        compatibility.unchecked_proof_source or merkle.block_number == source.number,
        VerificationError,
        "cx-proof-block-number",
        "The proof names another height than that of its header.",
        expected=source.number,
        actual=merkle.block_number,
    )
    require(
        compatibility.unchecked_proof_source or merkle.shard_id == source.shard_id,
        VerificationError,
        "cx-proof-shard",
        "The proof names another shard than that of its header.",
        expected=source.shard_id,
        actual=merkle.shard_id,
    )


def _mark(proof: CXReceiptsProof, source: VerifiedHeader, compatibility: Compatibility) -> SpentMark:
    if compatibility.unchecked_proof_source:
        return SpentMark(proof.merkle_proof.shard_id, proof.merkle_proof.block_number)
    return SpentMark(source.shard_id, source.number)
