"""What a block's verifier checks of each transaction before any state is touched: signature, shards and gas.

Source: harmony-one/harmony, core/state_processor.go (getTransactionType, ApplyTransaction, StakingToMessage).
"""

from dataclasses import dataclass

from harmony_core.chain.intrinsic_gas import staking_gas, transaction_gas
from harmony_core.chain.routing import Route, route_transaction
from harmony_core.chain.signing import Signer, recover_sender, signer_of
from harmony_core.chain.staking_transaction import StakingTransaction
from harmony_core.chain.transaction import Transaction
from harmony_core.errors import VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import BEACON_SHARD_ID, STRICT, Address, Compatibility, Epoch, ShardID

__all__ = ["VerifiedTransaction", "verify_staking_transaction", "verify_transaction"]


@dataclass(frozen=True, slots=True)
class VerifiedTransaction:
    """A transaction whose sender and shards are proven to fit the rules of its epoch.

    That the sender can pay, and that the nonce is the next one, is for the state to say.

    Attributes:
        transaction: the transaction.
        sender: the account that signed it.
        leaves_shard: whether its value goes to another shard.
    """

    transaction: Transaction | StakingTransaction
    sender: Address
    leaves_shard: bool


def verify_transaction(
    transaction: Transaction,
    network: Network,
    *,
    epoch: Epoch,
    shard_id: ShardID,
    compatibility: Compatibility = STRICT,
) -> VerifiedTransaction:
    """Check a transaction of a block of the given epoch and shard: signature, shards and gas.

    Args:
        transaction: the transaction.
        network: whose rules hold.
        epoch: epoch of the block, from the verifier's own context.
        shard_id: shard of the block.
        compatibility: ``ethereum_transactions_across_shards`` takes transactions in Ethereum's format whose destination
            was set to another shard: the signature does not cover it.

    Raises:
        UnsupportedRulesError: code ``rules-unknown``.
        VerificationError: code ``transaction-shard`` (of another shard), ``transaction-destination`` (to a shard that
            does not exist), ``transaction-eth-epoch``, ``transaction-eth-destination``, ``transaction-gas`` (its gas
            limit does not pay for itself), or a code of `recover_sender`.
    """
    network.require_known_rules(epoch)
    config = network.config
    signer = signer_of(transaction, config, epoch=epoch, shard_id=shard_id)
    route = route_transaction(
        network,
        epoch=epoch,
        block_shard_id=shard_id,
        shard_id=transaction.shard_id,
        to_shard_id=transaction.to_shard_id,
    )
    leaves = route is Route.CROSS_SHARD
    if leaves:
        require(
            not transaction.is_eth_compatible or compatibility.ethereum_transactions_across_shards,
            VerificationError,
            "transaction-eth-destination",
            "A transaction in Ethereum's format stays in its shard; no signature covers another destination.",
            actual=transaction.to_shard_id,
        )
    _require_gas(transaction.gas_limit, transaction_gas(transaction, config, epoch))
    return VerifiedTransaction(transaction, recover_sender(transaction, signer), leaves)


def verify_staking_transaction(
    transaction: StakingTransaction,
    network: Network,
    *,
    epoch: Epoch,
    shard_id: ShardID,
    compatibility: Compatibility = STRICT,
) -> VerifiedTransaction:
    """Check a staking transaction of a block of the given epoch and shard: signature, place and gas.

    Whether the directive may be carried out is for the staking rules to say.

    Args:
        transaction: the staking transaction.
        network: whose rules hold.
        epoch: epoch of the block, from the verifier's own context.
        shard_id: shard of the block.
        compatibility: ``staking_transactions_of_any_chain`` takes those signed for another chain, which the
            reference's block processing does not look at.

    Raises:
        UnsupportedRulesError: code ``rules-unknown``.
        VerificationError: code ``staking-transaction-shard`` (not on the beacon shard), ``staking-transaction-epoch``
            (before staking transactions are taken), ``transaction-gas``, or a code of `recover_sender`.
    """
    network.require_known_rules(epoch)
    require(
        shard_id == BEACON_SHARD_ID,
        VerificationError,
        "staking-transaction-shard",
        "Staking transactions are on the beacon shard only.",
        actual=shard_id,
    )
    require(
        network.config.is_pre_staking(epoch),
        VerificationError,
        "staking-transaction-epoch",
        "Staking transactions are not taken at this epoch yet.",
        expected=network.config.pre_staking_epoch,
        actual=epoch,
    )
    _require_gas(transaction.gas_limit, staking_gas(transaction, network.config, epoch))
    any_chain = compatibility.staking_transactions_of_any_chain
    signer = Signer(transaction.chain_id if any_chain else network.config.chain_id)
    return VerifiedTransaction(transaction, recover_sender(transaction, signer), leaves_shard=False)


def _require_gas(limit: int, needed: int) -> None:
    require(
        limit >= needed,
        VerificationError,
        "transaction-gas",
        "The gas limit does not pay for the transaction itself.",
        expected=f"at least {needed}",
        actual=limit,
    )
