"""What a transaction costs, and where its fee goes.

Source: harmony-one/harmony, core/state_transition.go (buyGas, collectGas); core/tx_pool.go (DefaultTxPoolConfig).
"""

from dataclasses import dataclass
from typing import Final

from harmony_core.chain.intrinsic_gas import staking_gas, transaction_gas
from harmony_core.chain.staking_transaction import StakingTransaction
from harmony_core.chain.transaction import EthereumTransaction, Transaction
from harmony_core.errors import VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import Address, Dec, Epoch

__all__ = ["POOL_PRICE_FLOOR", "FeeSplit", "TransactionCost", "fee_split", "transaction_cost"]

POOL_PRICE_FLOOR: Final = 100 * 10**9
"""Least gas price that a node's pool takes from others, in atto: 100 gwei. A block may hold cheaper transactions."""


@dataclass(frozen=True, slots=True)
class FeeSplit:
    """Where a fee goes, in atto.

    Attributes:
        proposer: what the block's coinbase gets.
        collectors: what each fee collector gets, parts of an atto dropped.
        burnt: what nobody gets.
    """

    proposer: int
    collectors: tuple[tuple[Address, int], ...]
    burnt: int


@dataclass(frozen=True, slots=True)
class TransactionCost:
    """What a transaction costs its sender at least and at most, in atto.

    Attributes:
        intrinsic_gas: gas for sending it, before anything is executed.
        gas_limit: the most gas that it may use.
        gas_price: atto for each gas.
        least_fee: fee of the intrinsic gas.
        largest_fee: fee of the whole limit, which the sender must own beforehand.
        enough_gas: whether the limit covers the intrinsic gas.
        pool_takes: whether the price reaches the floor of a node's pool.
        least_split: where the least fee goes.
    """

    intrinsic_gas: int
    gas_limit: int
    gas_price: int
    least_fee: int
    largest_fee: int
    enough_gas: bool
    pool_takes: bool
    least_split: FeeSplit


def fee_split(network: Network, epoch: Epoch, *, gas_used: int, gas_price: int) -> FeeSplit:
    """Return where the fee of a transaction goes.

    Before staking to the block's proposer; from staking on to nobody at first, later to the fee collectors.

    Args:
        network: the network.
        epoch: epoch of the block.
        gas_used: gas that the transaction used.
        gas_price: atto for each gas.

    Raises:
        VerificationError: ``fee-amount`` for a negative number, ``dec-overflow`` for a fee past 315 bits.

    Source: core/state_transition.go, collectGas.
    """
    require(
        gas_used >= 0 and gas_price >= 0,
        VerificationError,
        "fee-amount",
        "Gas and its price are not negative.",
        actual=min(gas_used, gas_price),
    )
    fee = gas_used * gas_price
    if not network.config.is_staking(epoch):
        return FeeSplit(fee, (), 0)
    collectors = network.schedule.instance_for_epoch(epoch).fee_collectors
    parts = tuple(
        (collector.address, (collector.share * Dec.from_int(fee)).truncate_int()) for collector in collectors
    )
    return FeeSplit(0, parts, fee - sum(amount for _, amount in parts))


def transaction_cost(
    transaction: Transaction | EthereumTransaction | StakingTransaction, network: Network, epoch: Epoch
) -> TransactionCost:
    """Return what a transaction costs at an epoch: gas before it is executed, fees in atto.

    Args:
        transaction: the transaction; whether it is signed and valid is not looked at.
        network: the network.
        epoch: epoch of the block.

    Raises:
        UnsupportedRulesError: ``rules-unknown``.
        VerificationError: as for `fee_split`.
    """
    network.require_known_rules(epoch)
    if isinstance(transaction, StakingTransaction):
        gas = staking_gas(transaction, network.config, epoch)
    else:
        gas = transaction_gas(transaction, network.config, epoch)
    price = transaction.gas_price
    return TransactionCost(
        intrinsic_gas=gas,
        gas_limit=transaction.gas_limit,
        gas_price=price,
        least_fee=gas * price,
        largest_fee=transaction.gas_limit * price,
        enough_gas=transaction.gas_limit >= gas,
        pool_takes=price >= POOL_PRICE_FLOOR,
        least_split=fee_split(network, epoch, gas_used=gas, gas_price=price),
    )
