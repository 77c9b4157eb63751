"""What arrives in a block: the root in the header, every proof, and that nothing is credited twice.

Source: harmony-one/harmony, core/blockchain_impl.go (VerifyIncomingReceipts).
"""

from contextlib import suppress
from typing import Final

from harmony_core.chain import CXReceiptsProof
from harmony_core.cross_shard import (
    SpentMark,
    SpentMarks,
    VerifiedIncoming,
    has_lost_bitmap,
    verify_incoming_receipts,
    verify_incoming_root,
    verify_receipts_proof,
    verify_receipts_proof_claims,
    verify_receipts_proof_with_commit,
)
from harmony_core.crypto.bls import Signature
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.light_client.block_check import BlockContext, Findings
from harmony_core.primitives import BLSSignatureBytes, Epoch, Hash32
from harmony_core.trie import EMPTY_ROOT

__all__ = ["check_incoming"]

_ROOT: Final = "block-incoming-root"
_CLAIMS: Final = "block-incoming-claims"
_SIGNATURES: Final = "block-incoming-signatures"
_SPENT: Final = "block-incoming-spent"
_LOST: Final = "incoming-proof-bitmap-lost"
_LOST_REASON: Final = "The body comes from a node's database, which lost the bitmaps of the proofs; the block as sent between nodes has them."


def check_incoming(context: BlockContext, findings: Findings) -> None:
    """Check everything that arrives in a block.

    Bodies from the reference's database have the signature of every proof in the place of its bitmap: neither root nor
    signatures can be checked then. Everything else is, as `verify_receipts_proof_claims` says. A body in which only some
    proofs have lost theirs is no such body, and the header does not commit to it.

    Raises:
        VerificationError: ``cx-incoming-root``, ``cx-incoming-repeated``, ``cx-spent``, ``cx-proof-future``, or a code of
            `harmony_core.cross_shard.verify_receipts_proof_with_commit`.
        DecodeError: as for that function; of a proof that has lost its bitmap, the signature is no point.
    """
    proofs = context.block.body.incoming_receipts
    lost = bool(proofs) and all(map(_is_lost, proofs))
    if lost:
        _check_stored_root(context)
        findings.leave(_ROOT, _LOST, _LOST_REASON)
        findings.leave(_SIGNATURES, _LOST, _LOST_REASON)
    else:
        verify_incoming_root(context.header, proofs)
        findings.prove(_ROOT)
    if not proofs:
        findings.prove(_CLAIMS, _SIGNATURES, _SPENT)
        if context.pieces.committees is not None:
            findings.incoming = _all_together(context)
        return
    for proof in proofs:
        verify_receipts_proof_claims(
            proof,
            context.network,
            to_shard_id=context.header.shard_id,
            compatibility=context.compatibility,
        )
    _check_spent(context)
    findings.prove(_CLAIMS)
    if context.pieces.spent is None:
        findings.leave(
            _SPENT, "spent-marks-missing", "Which receipts the shard has credited before was not given."
        )
    else:
        findings.prove(_SPENT)
    if not lost:
        _check_signatures(context, findings)
    else:
        _check_one_by_one(context)


def _is_lost(proof: CXReceiptsProof) -> bool:
    return has_lost_bitmap(proof) and len(proof.commit_signature) == BLSSignatureBytes.LENGTH


def _check_stored_root(context: BlockContext) -> None:
    """Refuse what no bitmap could mend: receipts in a block whose header says that none arrive."""
    require(
        context.header.incoming_receipts_root not in {None, EMPTY_ROOT},
        VerificationError,
        "cx-incoming-root",
        "The header says that nothing arrives, but the body holds receipts.",
        expected=EMPTY_ROOT,
    )


def _check_spent(context: BlockContext) -> None:
    spent = SpentMarks() if context.pieces.spent is None else context.pieces.spent
    by_claim = context.compatibility.unchecked_proof_source
    seen: set[SpentMark | Hash32] = set()
    for proof in context.block.body.incoming_receipts:
        source = proof.merkle_proof if by_claim else None
        mark = SpentMark(
            proof.header.shard_id if source is None else source.shard_id,
            proof.header.number if source is None else source.block_number,
        )
        # The reference tells the proofs of one block apart by the hash of their source.
        name = proof.header.hash if by_claim else mark
        require(
            name not in seen,
            VerificationError,
            "cx-incoming-repeated",
            "A block takes the receipts of a source block once.",
            actual=proof.header.hash,
        )
        require(
            mark not in spent,
            VerificationError,
            "cx-spent",
            "The receipts of this source block were credited before.",
            actual=proof.header.hash,
        )
        seen.add(name)


def _check_signatures(context: BlockContext, findings: Findings) -> None:
    if context.pieces.committees is None:
        findings.leave(
            _SIGNATURES, "committees-missing", "No committees were given to verify the proofs with."
        )
        _check_one_by_one(context)
        return
    try:
        findings.incoming = _all_together(context)
    except MissingDataError as error:
        _check_one_by_one(context)
        findings.leave(_SIGNATURES, error.code, error.message)
    else:
        findings.prove(_SIGNATURES)


def _all_together(context: BlockContext) -> VerifiedIncoming:
    pieces = context.pieces
    assert pieces.committees is not None  # noqa: S101 - for the type checker
    return verify_incoming_receipts(
        context.header,
        context.block.body.incoming_receipts,
        pieces.committees,
        SpentMarks() if pieces.spent is None else pieces.spent,
        latest_epoch=_latest_epoch(context),
        compatibility=context.compatibility,
    )


def _check_one_by_one(context: BlockContext) -> None:
    """Check each proof as far as its source is known: by its verified header, or by the commit that it carries."""
    pieces = context.pieces
    for proof in context.block.body.incoming_receipts:
        source = pieces.source_headers.get(proof.header.hash)
        if source is not None:
            verify_receipts_proof(
                proof, source, to_shard_id=context.header.shard_id, compatibility=context.compatibility
            )
        if _is_lost(proof):
            _check_without_bitmap(context, proof)
            continue
        if pieces.committees is None:
            continue
        # What cannot be told of one proof does not hide what is wrong with another.
        with suppress(MissingDataError):
            verify_receipts_proof_with_commit(
                proof,
                pieces.committees,
                to_shard_id=context.header.shard_id,
                latest_epoch=_latest_epoch(context),
                compatibility=context.compatibility,
            )


def _check_without_bitmap(context: BlockContext, proof: CXReceiptsProof) -> None:
    """Refuse what no bitmap could mend: an epoch that has not begun, a signature that is none."""
    latest = context.pieces.latest_epoch
    require(
        latest is None or proof.header.epoch <= latest,
        VerificationError,
        "cx-proof-future",
        "The proof is of an epoch that has not begun.",
        expected=f"at most {latest}",
        actual=proof.header.epoch,
    )
    Signature.from_bytes(proof.commit_signature, compatibility=context.compatibility)


def _latest_epoch(context: BlockContext) -> Epoch:
    """Return the given epoch; without one, what the committees reach is the bound."""
    if context.pieces.latest_epoch is not None:
        return context.pieces.latest_epoch
    epochs = [proof.header.epoch for proof in context.block.body.incoming_receipts]
    return Epoch(max(epochs, default=context.header.epoch))
