"""Following and judging chains of headers without trusting whoever delivers them."""

from harmony_core.light_client.audit import HeaderVerdict, Verdict, audit_headers
from harmony_core.light_client.basis import Basis, BasisKind
from harmony_core.light_client.block_check import (
    BlockCheck,
    BlockContext,
    BlockPieces,
    Findings,
    NotChecked,
    ValidatorSource,
)
from harmony_core.light_client.block_election import StateValidators
from harmony_core.light_client.committee_book import CommitteeBook
from harmony_core.light_client.header_chain import verify_header_chain
from harmony_core.light_client.receipt_proof import (
    ReceiptProof,
    VerifiedReceipt,
    prove_receipt,
    receipt_at_root,
    verify_receipt_proof,
)
from harmony_core.light_client.signed_header import ProvenHeader, SignedHeader
from harmony_core.light_client.verified_block import VerifiedBlock, verify_block

__all__ = [
    "Basis",
    "BasisKind",
    "BlockCheck",
    "BlockContext",
    "BlockPieces",
    "CommitteeBook",
    "Findings",
    "HeaderVerdict",
    "NotChecked",
    "ProvenHeader",
    "ReceiptProof",
    "SignedHeader",
    "StateValidators",
    "ValidatorSource",
    "Verdict",
    "VerifiedBlock",
    "VerifiedReceipt",
    "audit_headers",
    "prove_receipt",
    "receipt_at_root",
    "verify_block",
    "verify_header_chain",
    "verify_receipt_proof",
]
