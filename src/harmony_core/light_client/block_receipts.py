"""The receipts of a block: that the header commits to them, and that each belongs to its transaction.

Source: harmony-one/harmony, core/block_validator.go (ValidateState); core/state_processor.go (ApplyTransaction,
ApplyStakingTransaction).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from harmony_core.chain import (
    Receipt,
    StakingTransaction,
    VerifiedTransaction,
    receipts_bloom,
    receipts_root,
)
from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError, require
from harmony_core.light_client.block_check import BlockContext, Findings
from harmony_core.primitives import Address, Hash32, rlp

__all__ = ["check_receipts"]

_RULES: Final = ("block-receipts-root", "block-bloom", "block-gas-used", "block-receipts")
_NO_HASH: Final = Hash32.zero()


def check_receipts(context: BlockContext, findings: Findings) -> None:
    """Check the receipts if they are at hand: their root, the bloom and the gas in the header, and each by itself.

    What only the node that stored a receipt has added (the transaction's hash, the gas of this transaction, the price,
    the contract made) is held against the transaction where it is there; where its logs stand is not looked at.

    Raises:
        VerificationError: ``block-receipts-root``, ``block-bloom``, ``block-gas-used``, ``block-receipts-count`` (not one
            for each transaction), ``block-receipt-gas`` (gas that falls, exceeds what the transaction allows, or does
            not fit into the block), ``block-receipt-form`` (a status before the S3 switch, a root after),
            ``receipt-bloom``, or ``block-receipt-transaction`` (it says that it is another transaction's).
    """
    receipts = context.pieces.receipts
    header = context.header
    if receipts is None:
        for rule in _RULES:
            findings.leave(rule, "receipts-missing", "The receipts of the block were not given.")
        return
    actual = receipts_root(receipts)
    require(
        actual == header.receipts_root,
        VerificationError,
        "block-receipts-root",
        "The header commits to other receipts.",
        expected=header.receipts_root,
        actual=actual,
    )
    bloom = receipts_bloom(receipts)
    require(
        bloom == header.bloom,
        VerificationError,
        "block-bloom",
        "The bloom in the header is not that of the logs.",
    )
    used = receipts[-1].cumulative_gas_used if receipts else 0
    require(
        used == header.gas_used,
        VerificationError,
        "block-gas-used",
        "The header states another amount of gas than its receipts.",
        expected=used,
        actual=header.gas_used,
    )
    executed = () if context.moves_balances and not receipts else findings.transactions
    require(
        len(receipts) == len(executed),
        VerificationError,
        "block-receipts-count",
        "A block has one receipt for each transaction.",
        expected=len(executed),
        actual=len(receipts),
    )
    _check_gas(context, receipts, executed)
    for receipt, verified in zip(receipts, executed, strict=False):
        _check_one(context, receipt, verified)
    _check_stored(receipts, executed)
    findings.prove(*_RULES)


def _check_gas(
    context: BlockContext, receipts: Sequence[Receipt], executed: Sequence[VerifiedTransaction]
) -> None:
    totals = [0, *(receipt.cumulative_gas_used for receipt in receipts)]
    for (before, after), verified in zip(pairwise(totals), executed, strict=False):
        limit = verified.transaction.gas_limit
        require(
            0 <= after - before <= limit <= context.header.gas_limit - before,
            VerificationError,
            "block-receipt-gas",
            "A transaction used gas that it, or the block, did not have.",
            expected=f"{before} to {before + limit}",
            actual=after,
        )


def _check_one(context: BlockContext, receipt: Receipt, verified: VerifiedTransaction) -> None:
    by_status = context.network.config.is_s3(context.header.epoch)
    require(
        by_status != bool(receipt.post_state),
        VerificationError,
        "block-receipt-form",
        "A receipt has a state root before the S3 switch and a status from then on.",
        expected="status" if by_status else "state root",
    )
    receipt.verify_bloom(staking=isinstance(verified.transaction, StakingTransaction))


def _check_stored(receipts: Sequence[Receipt], executed: Sequence[VerifiedTransaction]) -> None:
    """Hold what the header does not commit to against the transactions."""
    before = 0
    for receipt, verified in zip(receipts, executed, strict=False):
        transaction = verified.transaction
        used, before = receipt.cumulative_gas_used - before, receipt.cumulative_gas_used
        made = _contract_address(verified)
        require(
            receipt.transaction_hash in {_NO_HASH, transaction.hash}
            and receipt.gas_used in {0, used}
            and receipt.contract_address in {Address.zero(), made}
            and receipt.effective_gas_price in {None, transaction.gas_price},
            VerificationError,
            "block-receipt-transaction",
            "A receipt says that it belongs to another transaction, or states another gas, price or contract.",
            expected=transaction.hash,
            actual=receipt.transaction_hash,
        )


def _contract_address(verified: VerifiedTransaction) -> Address:
    """Return the address of the contract that a transaction makes, zero if it makes none."""
    transaction = verified.transaction
    if isinstance(transaction, StakingTransaction) or transaction.to is not None:
        return Address.zero()
    return Address(keccak256(rlp.encode([verified.sender, rlp.encode_uint(transaction.nonce)]))[12:])
