"""What leaves a block: the root in the header, and the transactions that sent it.

A transaction that names another shard, or calls the cross-shard precompile, leaves a receipt that follows from it; so may
one whose contract calls the precompile, which only the execution tells. So the receipts are needed, unless those that follow from the transactions give the root.

Source: harmony-one/harmony, core/block_validator.go (ValidateState); core/state_processor.go (ApplyTransaction);
core/vm/contracts_write.go (crossShardXferPrecompile).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from harmony_core.chain import CXReceipt, Transaction, VerifiedTransaction
from harmony_core.cross_shard import (
    gives_outgoing_root,
    receipt_of_precompile_call,
    verify_outgoing_root,
    verify_senders_of_receipts,
)
from harmony_core.errors import VerificationError, require
from harmony_core.light_client.block_check import BlockContext, Findings
from harmony_core.primitives import Hash32
from harmony_core.trie import EMPTY_ROOT

__all__ = ["check_outgoing"]

_ROOT: Final = "block-outgoing-root"
_TRANSACTIONS: Final = "block-outgoing-transactions"


def check_outgoing(context: BlockContext, findings: Findings) -> None:
    """Check the cross-shard receipts of the block, given or as they follow from its transactions.

    Raises:
        VerificationError: ``cx-outgoing-root``, ``cx-outgoing-epoch``, ``cx-receipt-source``, ``cx-receipt-destination``,
            ``cx-outgoing-transaction``, ``cx-outgoing-failed``; ``block-outgoing-order`` (not in the order of the
            transactions, or two of one), ``block-outgoing-direct`` (not what follows from a transaction),
            ``block-outgoing-none`` (the header says that nothing leaves, its transactions say otherwise).
    """
    if context.pieces.outgoing is not None:
        _check_given(context, findings, tuple(context.pieces.outgoing))
        return
    header, network = context.header, context.network
    succeeded = _statuses(context, findings)
    direct = _direct(context, findings.transactions, succeeded)
    if gives_outgoing_root(header, network.config, direct, compatibility=context.compatibility):
        findings.outgoing = direct
        findings.prove(_ROOT, _TRANSACTIONS)
        return
    require(
        header.outgoing_receipts_root not in {None, EMPTY_ROOT}
        or context.pieces.receipts is None
        or not direct,
        VerificationError,
        "block-outgoing-none",
        "The header says that nothing leaves, but a transaction has sent value to another shard.",
    )
    for rule in (_ROOT, _TRANSACTIONS):
        findings.leave(
            rule,
            "outgoing-receipts-missing",
            "The cross-shard receipts were not given, and they do not follow from the transactions alone.",
        )


def _check_given(context: BlockContext, findings: Findings, receipts: tuple[CXReceipt, ...]) -> None:
    verify_outgoing_root(
        context.header, context.network.config, receipts, compatibility=context.compatibility
    )
    findings.prove(_ROOT)
    findings.outgoing = receipts
    if context.moves_balances:
        findings.leave(
            _TRANSACTIONS, "balances-moved", "Balances of a vanishing shard leave without a transaction."
        )
        return
    succeeded = _statuses(context, findings)
    verify_senders_of_receipts(receipts, succeeded)
    places = {name: place for place, name in enumerate(succeeded)}
    order = [places.get(receipt.transaction_hash, -1) for receipt in receipts]
    require(
        all(first < second for first, second in pairwise(order)),
        VerificationError,
        "block-outgoing-order",
        "A transaction leaves one cross-shard receipt at most, and they are in the order of the transactions.",
    )
    direct = {
        receipt.transaction_hash: receipt for receipt in _direct(context, findings.transactions, succeeded)
    }
    given = {receipt.transaction_hash: receipt for receipt in receipts}
    for name, expected in direct.items():
        actual = given.get(name)
        require(
            actual == expected or (actual is None and context.pieces.receipts is None),
            VerificationError,
            "block-outgoing-direct",
            "A transaction to another shard has left another cross-shard receipt than it should, or none.",
            expected=expected,
            actual=actual,
        )
    if context.pieces.receipts is None:
        findings.leave(_TRANSACTIONS, "receipts-missing", "Which transactions succeeded was not given.")
    else:
        findings.prove(_TRANSACTIONS)


def _statuses(context: BlockContext, findings: Findings) -> dict[Hash32, bool]:
    """Return for each plain transaction whether it succeeded, by the name that cross-shard receipts give it.

    Without receipts, and before receipts had a status, all are taken to have succeeded: the root tells.
    """
    receipts = context.pieces.receipts
    plain = [item.transaction for item in findings.transactions if isinstance(item.transaction, Transaction)]
    outcomes: Sequence[bool | None] = (
        [None] * len(plain) if receipts is None else [receipt.succeeded for receipt in receipts]
    )
    return {
        transaction.hash_by_type: outcome is not False
        for transaction, outcome in zip(plain, outcomes, strict=False)
    }


def _direct(
    context: BlockContext, transactions: Sequence[VerifiedTransaction], succeeded: dict[Hash32, bool]
) -> tuple[CXReceipt, ...]:
    """Return the cross-shard receipts that follow from the transactions that succeeded."""
    found = []
    for verified in transactions:
        transaction = verified.transaction
        if not isinstance(transaction, Transaction) or not succeeded.get(transaction.hash_by_type, False):
            continue
        if verified.leaves_shard:
            found.append(
                CXReceipt(
                    transaction.hash_by_type,
                    verified.sender,
                    transaction.to,
                    transaction.shard_id,
                    transaction.to_shard_id,
                    transaction.value,
                )
            )
            continue
        called = receipt_of_precompile_call(
            transaction, verified.sender, context.network.config, context.header.epoch
        )
        if called is not None:
            found.append(called)
    return tuple(found)
