"""What a transaction costs before anything is executed.

Source: harmony-one/harmony, core/vm/gas.go, IntrinsicGas; internal/params/protocol_params.go.
"""

from typing import Final

from harmony_core.chain.staking_transaction import Directive, StakingTransaction
from harmony_core.chain.transaction import EthereumTransaction, Transaction
from harmony_core.params import ChainConfig
from harmony_core.primitives import Epoch

__all__ = ["intrinsic_gas", "staking_gas", "transaction_gas"]

_BASE: Final = 21_000
_CONTRACT_CREATION: Final = 53_000
_VALIDATOR_CREATION: Final = 5_300_000
_ZERO_BYTE: Final = 4
_OTHER_BYTE: Final = 16
_OTHER_BYTE_BEFORE_ISTANBUL: Final = 68


def intrinsic_gas(
    data: bytes,
    *,
    creates_contract: bool = False,
    creates_validator: bool = False,
    after_s3: bool = True,
    after_istanbul: bool = True,
) -> int:
    """Return the gas for sending a transaction with this data.

    Args:
        data: call data, contract code, or the encoded message of a staking transaction.
        creates_contract: whether there is no recipient; it costs more from the S3 switch on.
        creates_validator: whether it is a staking transaction that makes a validator.
        after_s3: whether the S3 switch is on.
        after_istanbul: whether the Istanbul switch is on, from which data is cheaper.
    """
    base = _BASE
    if creates_contract and after_s3:
        base = _CONTRACT_CREATION
    elif creates_validator:
        base = _VALIDATOR_CREATION
    zeros = data.count(0)
    price = _OTHER_BYTE if after_istanbul else _OTHER_BYTE_BEFORE_ISTANBUL
    return base + zeros * _ZERO_BYTE + (len(data) - zeros) * price


def transaction_gas(transaction: Transaction | EthereumTransaction, config: ChainConfig, epoch: Epoch) -> int:
    """Return the intrinsic gas of a transaction at an epoch."""
    return intrinsic_gas(
        transaction.data,
        creates_contract=transaction.creates_contract,
        after_s3=config.is_s3(epoch),
        after_istanbul=config.is_istanbul(epoch),
    )


def staking_gas(transaction: StakingTransaction, config: ChainConfig, epoch: Epoch) -> int:
    """Return the intrinsic gas of a staking transaction at an epoch; its data is the encoded message.

    Source: core/state_transition.go, StakingTransitionDb.
    """
    return intrinsic_gas(
        transaction.message,
        creates_validator=transaction.directive == Directive.CREATE_VALIDATOR,
        after_s3=config.is_s3(epoch),
        after_istanbul=config.is_istanbul(epoch),
    )
