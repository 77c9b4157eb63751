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
from harmony_core.chain.intrinsic_gas import intrinsic_gas
from harmony_core.chain.shard_state import Committee, ShardState, Slot, decode_shard_state
from harmony_core.chain.signing import (
    FRONTIER,
    HOMESTEAD,
    Signer,
    VerifiedTransaction,
    recover_sender,
    recover_senders,
    verify_staking_transaction,
    verify_transaction,
)
from harmony_core.chain.staking_transaction import (
    Directive,
    StakingTransaction,
    decode_staking_transaction,
)
from harmony_core.chain.transaction import EthereumTransaction, Transaction
from harmony_core.chain.transaction_decoding import decode_ethereum_transaction, decode_transaction

__all__ = [
    "FRONTIER",
    "HOMESTEAD",
    "CXReceipt",
    "CXReceiptsProof",
    "Committee",
    "Directive",
    "EthereumTransaction",
    "Header",
    "HeaderVersion",
    "MerkleProof",
    "ShardState",
    "Signer",
    "Slot",
    "StakingTransaction",
    "Transaction",
    "VerifiedTransaction",
    "decode_cx_receipt",
    "decode_cx_receipts",
    "decode_cx_receipts_proof",
    "decode_ethereum_transaction",
    "decode_header",
    "decode_merkle_proof",
    "decode_shard_state",
    "decode_staking_transaction",
    "decode_transaction",
    "header_version_for_epoch",
    "incoming_receipts_root",
    "intrinsic_gas",
    "outgoing_receipts_root",
    "recover_sender",
    "recover_senders",
    "verify_staking_transaction",
    "verify_transaction",
]
