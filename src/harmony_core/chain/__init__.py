"""What is on the chain, its encodings and hashes."""

from harmony_core.chain.block import Block, decode_block
from harmony_core.chain.body import Body, BodyVersion, decode_body, transactions_root
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
from harmony_core.chain.crosslink import CrossLink, decode_cross_link, decode_cross_links, encode_cross_links
from harmony_core.chain.header import (
    Header,
    HeaderVersion,
    decode_header,
    header_version_for_epoch,
)
from harmony_core.chain.intrinsic_gas import intrinsic_gas
from harmony_core.chain.log import Log, bloom_may_contain, bloom_of_logs
from harmony_core.chain.receipt import (
    Receipt,
    decode_receipt,
    decode_stored_receipt,
    decode_stored_receipts,
    receipts_bloom,
    receipts_root,
)
from harmony_core.chain.senders import recover_senders
from harmony_core.chain.shard_state import Committee, ShardState, Slot, decode_shard_state
from harmony_core.chain.signing import FRONTIER, HOMESTEAD, Signer, recover_sender
from harmony_core.chain.slash import (
    Evidence,
    Moment,
    SlashRecord,
    Vote,
    decode_slash_record,
    decode_slash_records,
    encode_slash_records,
)
from harmony_core.chain.staking_transaction import (
    Directive,
    StakingTransaction,
    decode_staking_transaction,
)
from harmony_core.chain.transaction import EthereumTransaction, Transaction
from harmony_core.chain.transaction_decoding import decode_ethereum_transaction, decode_transaction
from harmony_core.chain.transaction_rules import (
    VerifiedTransaction,
    verify_staking_transaction,
    verify_transaction,
)

__all__ = [
    "FRONTIER",
    "HOMESTEAD",
    "Block",
    "Body",
    "BodyVersion",
    "CXReceipt",
    "CXReceiptsProof",
    "Committee",
    "CrossLink",
    "Directive",
    "EthereumTransaction",
    "Evidence",
    "Header",
    "HeaderVersion",
    "Log",
    "MerkleProof",
    "Moment",
    "Receipt",
    "ShardState",
    "Signer",
    "SlashRecord",
    "Slot",
    "StakingTransaction",
    "Transaction",
    "VerifiedTransaction",
    "Vote",
    "bloom_may_contain",
    "bloom_of_logs",
    "decode_block",
    "decode_body",
    "decode_cross_link",
    "decode_cross_links",
    "decode_cx_receipt",
    "decode_cx_receipts",
    "decode_cx_receipts_proof",
    "decode_ethereum_transaction",
    "decode_header",
    "decode_merkle_proof",
    "decode_receipt",
    "decode_shard_state",
    "decode_slash_record",
    "decode_slash_records",
    "decode_staking_transaction",
    "decode_stored_receipt",
    "decode_stored_receipts",
    "decode_transaction",
    "encode_cross_links",
    "encode_slash_records",
    "header_version_for_epoch",
    "incoming_receipts_root",
    "intrinsic_gas",
    "outgoing_receipts_root",
    "receipts_bloom",
    "receipts_root",
    "recover_sender",
    "recover_senders",
    "transactions_root",
    "verify_staking_transaction",
    "verify_transaction",
]
