"""The body of a block: that the header commits to it, and that each transaction may stand in it.

Source: harmony-one/harmony, core/block_validator.go (ValidateBody); core/state_processor.go (ApplyTransaction,
StakingToMessage); core/state_transition.go (preCheck, buyGas) and core/gaspool.go.
"""

from collections.abc import Sequence

from harmony_core.chain import VerifiedTransaction, verify_staking_transaction, verify_transaction
from harmony_core.errors import VerificationError, require
from harmony_core.light_client.block_check import BlockContext, Findings
from harmony_core.primitives import Address

__all__ = ["check_body", "check_transactions"]


def check_body(context: BlockContext, findings: Findings) -> None:
    """Check that the header commits to the transactions, and that there are no uncles.

    Raises:
        VerificationError: ``block-transactions-root`` or ``block-uncles``.
    """
    block = context.block
    actual = block.transactions_root
    require(
        actual == block.header.transactions_root,
        VerificationError,
        "block-transactions-root",
        "The header commits to other transactions.",
        expected=block.header.transactions_root,
        actual=actual,
    )
    findings.prove("block-transactions-root")
    require(
        not block.body.uncles or context.compatibility.blocks_with_uncles,
        VerificationError,
        "block-uncles",
        "A block has no uncles: no header would commit to them.",
        actual=len(block.body.uncles),
    )
    findings.prove("block-uncles")


def check_transactions(context: BlockContext, findings: Findings) -> None:
    """Check every transaction as far as no state is needed: signature, shards, gas, and nonces within the block.

    Raises:
        VerificationError: ``block-gas-limit`` for a transaction that needs more gas than the block has, ``block-nonces``
            for one that stands in the block twice or out of its sender's order, or a code of
            `harmony_core.chain.verify_transaction` or `harmony_core.chain.verify_staking_transaction`.
        UnsupportedRulesError: ``rules-unknown``.
    """
    header, body = context.header, context.block.body
    network, compatibility = context.network, context.compatibility
    limits = [transaction.gas_limit for transaction in body.transactions]
    limits += [transaction.gas_limit for transaction in body.staking_transactions]
    for limit in limits:
        require(
            limit <= header.gas_limit,
            VerificationError,
            "block-gas-limit",
            "A transaction may use more gas than the whole block.",
            expected=f"at most {header.gas_limit}",
            actual=limit,
        )
    plain = [
        verify_transaction(
            transaction, network, epoch=header.epoch, shard_id=header.shard_id, compatibility=compatibility
        )
        for transaction in body.transactions
    ]
    staking = [
        verify_staking_transaction(
            transaction, network, epoch=header.epoch, shard_id=header.shard_id, compatibility=compatibility
        )
        for transaction in body.staking_transactions
    ]
    findings.transactions = (*plain, *staking)
    if not context.moves_balances:
        _check_nonces(findings.transactions)
    findings.prove("block-transactions")


def _check_nonces(transactions: Sequence[VerifiedTransaction]) -> None:
    """Refuse a transaction twice, and any other order of a sender's transactions than that of their nonces.

    Every transaction that stands in a block has raised its sender's nonce by one, whether it succeeded or not. With
    which nonce a sender begins is for the state to tell.
    """
    following: dict[Address, int] = {}
    for verified in transactions:
        nonce = verified.transaction.nonce
        expected = following.get(verified.sender, nonce)
        require(
            nonce == expected,
            VerificationError,
            "block-nonces",
            "The nonces of a sender rise by one from each of its transactions in a block to the next.",
            expected=expected,
            actual=nonce,
        )
        following[verified.sender] = nonce + 1
