"""Blocks with transactions, receipts and arrivals, signed by committees whose keys are known, for tests."""

from dataclasses import dataclass, replace
from typing import Any, Final

from harmony_core.chain import (
    Block,
    Body,
    BodyVersion,
    CXReceipt,
    CXReceiptsProof,
    Header,
    HeaderVersion,
    Log,
    Receipt,
    StakingTransaction,
    Transaction,
    bloom_of_logs,
    incoming_receipts_root,
    outgoing_receipts_root,
    receipts_bloom,
    receipts_root,
    transactions_root,
)
from harmony_core.light_client import VerifiedBlock, verify_block
from harmony_core.primitives import BlockNumber, Bloom, Epoch, ShardID, ViewID
from harmony_core.quorum import VerifiedHeader
from support.cross_shard import EPOCH, verified
from support.sample_chain_data import KEY, a_transaction

__all__ = ["GAS", "SampleBlock", "receipt_for", "sent_by", "signed_transaction"]

GAS: Final = 21_000
"""What each transaction of a sample block uses."""

SENDER: Final = KEY.address


def signed_transaction(**changes: Any) -> Transaction:
    """Return a signed transaction of shard 0 of localnet."""
    return a_transaction(**changes).sign(KEY, 2)


def receipt_for(
    transaction: Transaction | StakingTransaction, place: int, *, logs: tuple[Log, ...] = (), **changes: Any
) -> Receipt:
    """Return the stored receipt of the transaction at a place of a block."""
    fields: dict[str, Any] = {
        "status": 1,
        "cumulative_gas_used": GAS * (place + 1),
        "bloom": Bloom.zero() if isinstance(transaction, StakingTransaction) else bloom_of_logs(logs),
        "logs": logs,
        "transaction_hash": transaction.hash,
        "gas_used": GAS,
        "effective_gas_price": transaction.gas_price,
    }
    return Receipt(**(fields | changes))


def sent_by(transaction: Transaction, **changes: Any) -> CXReceipt:
    """Return the cross-shard receipt that a transaction to another shard leaves."""
    made = CXReceipt(
        transaction.hash_by_type,
        SENDER,
        transaction.to,
        transaction.shard_id,
        transaction.to_shard_id,
        transaction.value,
    )
    return replace(made, **changes)


@dataclass(frozen=True)
class SampleBlock:
    """What a block of the sample network holds; every part may be altered by itself."""

    transactions: tuple[Transaction, ...] = ()
    staking: tuple[StakingTransaction, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    outgoing: tuple[CXReceipt, ...] = ()
    incoming: tuple[CXReceiptsProof, ...] = ()
    shard_id: int = 0

    @property
    def body(self) -> Body:
        return Body(
            version=BodyVersion.V2,
            transactions=self.transactions,
            staking_transactions=self.staking,
            incoming_receipts=self.incoming,
        )

    def header(self, **changes: Any) -> Header:
        """Return the header that commits to everything, with some fields altered."""
        fields: dict[str, Any] = {
            "version": HeaderVersion.V3,
            "number": BlockNumber(200),
            "view_id": ViewID(201),
            "epoch": Epoch(EPOCH),
            "shard_id": ShardID(self.shard_id),
            "gas_limit": 80_000_000,
            "gas_used": self.receipts[-1].cumulative_gas_used if self.receipts else 0,
            "transactions_root": transactions_root(self.transactions, self.staking),
            "receipts_root": receipts_root(self.receipts),
            "bloom": receipts_bloom(self.receipts),
            "outgoing_receipts_root": outgoing_receipts_root(self.outgoing),
            "incoming_receipts_root": incoming_receipts_root(self.incoming),
        }
        return Header(**(fields | changes))

    def sealed(self, **changes: Any) -> tuple[Block, VerifiedHeader]:
        """Return the block and the proof of its header."""
        header = self.header(**changes)
        return Block(header, self.body), verified(header)

    def verify(self, header_changes: dict[str, Any] | None = None, **pieces: Any) -> VerifiedBlock:
        """Verify the block with its receipts at hand."""
        block, proof = self.sealed(**(header_changes or {}))
        return verify_block(block, proof, **({"receipts": self.receipts} | pieces))
