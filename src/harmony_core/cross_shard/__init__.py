"""Value between shards: receipts that leave and arrive, their proofs, spent marks, crosslinks and routing."""

from harmony_core.chain.routing import Route, route_transaction
from harmony_core.cross_shard.cross_links import (
    CrossLinkBook,
    VerifiedCrossLink,
    verify_cross_link,
    verify_cross_link_places,
    verify_cross_links,
    verify_linked_header,
)
from harmony_core.cross_shard.incoming import (
    SpentMarks,
    VerifiedIncoming,
    has_lost_bitmap,
    verify_incoming_receipts,
    verify_incoming_root,
    with_bitmap,
)
from harmony_core.cross_shard.outgoing import (
    VerifiedOutgoing,
    gives_outgoing_root,
    prove_receipts,
    verify_outgoing_receipts,
    verify_outgoing_root,
    verify_outgoing_transactions,
    verify_senders_of_receipts,
)
from harmony_core.cross_shard.precompile import CROSS_SHARD_PRECOMPILE, receipt_of_precompile_call
from harmony_core.cross_shard.receipts_proof import (
    SpentMark,
    VerifiedReceipts,
    verify_receipts_proof,
    verify_receipts_proof_claims,
    verify_receipts_proof_with_commit,
)
from harmony_core.cross_shard.tracker import Stage, TransferStatus, TransferTracker

__all__ = [
    "CROSS_SHARD_PRECOMPILE",
    "CrossLinkBook",
    "Route",
    "SpentMark",
    "SpentMarks",
    "Stage",
    "TransferStatus",
    "TransferTracker",
    "VerifiedCrossLink",
    "VerifiedIncoming",
    "VerifiedOutgoing",
    "VerifiedReceipts",
    "gives_outgoing_root",
    "has_lost_bitmap",
    "prove_receipts",
    "receipt_of_precompile_call",
    "route_transaction",
    "verify_cross_link",
    "verify_cross_link_places",
    "verify_cross_links",
    "verify_incoming_receipts",
    "verify_incoming_root",
    "verify_linked_header",
    "verify_outgoing_receipts",
    "verify_outgoing_root",
    "verify_outgoing_transactions",
    "verify_receipts_proof",
    "verify_receipts_proof_claims",
    "verify_receipts_proof_with_commit",
    "verify_senders_of_receipts",
    "with_bitmap",
]
