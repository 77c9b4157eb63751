"""What is on the chain, its encodings and hashes."""

from harmony_core.chain.cross_shard_receipt import (
    CXReceipt,
    CXReceiptsProof,
    MerkleProof,
    decode_cx_receipt,
    decode_cx_receipts,
    decode_cx_receipts_proof,
    decode_merkle_proof,
    incoming_receipts_root,
    outgoing_receipts_root,
)
from harmony_core.chain.header import (
    Header,
    HeaderVersion,
    decode_header,
    header_version_for_epoch,
)
from harmony_core.chain.shard_state import Committee, ShardState, Slot, decode_shard_state

__all__ = [
    "CXReceipt",
    "CXReceiptsProof",
    "Committee",
    "Header",
    "HeaderVersion",
    "MerkleProof",
    "ShardState",
    "Slot",
    "decode_cx_receipt",
    "decode_cx_receipts",
    "decode_cx_receipts_proof",
    "decode_header",
    "decode_merkle_proof",
    "decode_shard_state",
    "header_version_for_epoch",
    "incoming_receipts_root",
    "outgoing_receipts_root",
]
