"""Who sent a transaction: the rules of signers by epoch.

Before EIP-155 a signature holds for every chain and its s may have either form. From EIP-155 on it names its chain, and s
has the low form; signatures without a chain id are still taken. Transactions in Ethereum's format, which their chain id
tells, are taken from an epoch of their own, each shard with a chain id of its own.

Source: harmony-one/harmony, core/types/transaction_signing.go (MakeSigner, the signers' Sender, recoverPlain) and
core/state_processor.go (ApplyTransaction).
"""

from dataclasses import dataclass
from typing import Final

from harmony_core.chain.staking_transaction import StakingTransaction
from harmony_core.chain.transaction import Transaction
from harmony_core.crypto.keccak import keccak256
from harmony_core.crypto.secp256k1 import address_of_public_key, load_backend
from harmony_core.crypto.secp256k1.backend import HALF_ORDER, ORDER
from harmony_core.errors import VerificationError, require
from harmony_core.params import ChainConfig
from harmony_core.primitives import Address, Epoch, ShardID

__all__ = [
    "FRONTIER",
    "HOMESTEAD",
    "Signer",
    "recover_sender",
    "recover_signer",
    "signed_parts",
    "signer_of",
]

_FIRST_PROTECTED_V: Final = 35
_FIRST_UNPROTECTED_V: Final = 27


@dataclass(frozen=True, slots=True)
class Signer:
    """Rules by which a sender is recovered.

    Attributes:
        chain_id: the chain that a protected signature has to name; None knows no chain ids.
        low_s: whether s has to be in its low form.
    """

    chain_id: int | None
    low_s: bool = True


FRONTIER: Final = Signer(None, low_s=False)
"""The rules before EIP-155."""

HOMESTEAD: Final = Signer(None)
"""The rules for signatures without a chain id from EIP-155 on."""


def signer_of(transaction: Transaction, config: ChainConfig, *, epoch: Epoch, shard_id: ShardID) -> Signer:
    """Return the rules for a transaction in a block of an epoch and shard.

    Raises:
        VerificationError: code ``transaction-eth-epoch`` for one in Ethereum's format before its epoch.
    """
    if transaction.is_eth_compatible:
        require(
            config.is_eth_compatible(epoch),
            VerificationError,
            "transaction-eth-epoch",
            "Transactions in Ethereum's format are not taken at this epoch yet.",
            expected=config.eth_compatible_epoch,
            actual=epoch,
        )
        return Signer(config.eth_chain_id_of_shard(shard_id))
    return Signer(config.chain_id) if config.is_eip155(epoch) else FRONTIER


def recover_sender(transaction: Transaction | StakingTransaction, signer: Signer | None = None) -> Address:
    """Return the account that signed a transaction.

    Args:
        transaction: a signed transaction.
        signer: the rules; by default those of the chain that the signature itself names, whichever that is.

    Raises:
        VerificationError: code ``transaction-chain-id`` (signed for another chain), ``transaction-signature`` (v is no
            recovery id, r or s out of range), ``transaction-high-s`` or ``signature-recovery``.
    """
    payload, signature = signed_parts(transaction, signer)
    return recover_signer(payload, signature)


def signed_parts(transaction: Transaction | StakingTransaction, signer: Signer | None) -> tuple[bytes, bytes]:
    """Return the encoding that was signed and its signature of 65 bytes, once v, r and s fit the rules.

    Raises:
        VerificationError: as `recover_sender`, but for ``signature-recovery``.
    """
    v, r, s = transaction.v, transaction.r, transaction.s
    named = transaction.chain_id if transaction.is_protected else None
    chain_id = named if signer is None or named is None else signer.chain_id
    if chain_id is None:
        recovery_id = v - _FIRST_UNPROTECTED_V
    else:
        if named != chain_id:
            _refuse_chain(chain_id, named)
        recovery_id = v - _FIRST_PROTECTED_V - 2 * chain_id
    if not (recovery_id in {0, 1} and 0 < r < ORDER and 0 < s < ORDER):
        _refuse_signature()
    if s > HALF_ORDER and (signer is None or signer.low_s):
        _refuse_high_s()
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((recovery_id,))
    return transaction.signing_payload(chain_id), signature


def recover_signer(payload: bytes, signature: bytes) -> Address:
    """Return the account that signed the Keccak-256 of a payload.

    Raises:
        VerificationError: code ``signature-recovery``.
    """
    try:
        public_key = load_backend().recover(keccak256(payload), signature)
    except ArithmeticError as error:
        raise VerificationError("No key makes this signature.", code="signature-recovery") from error
    return address_of_public_key(public_key)


def _refuse_chain(expected: int, actual: int | None) -> None:
    require(
        False,
        VerificationError,
        "transaction-chain-id",
        "The transaction is signed for another chain.",
        expected=expected,
        actual=actual,
    )


def _refuse_signature() -> None:
    require(
        False,
        VerificationError,
        "transaction-signature",
        "The transaction's v, r and s are no signature.",
    )


def _refuse_high_s() -> None:
    require(
        False,
        VerificationError,
        "transaction-high-s",
        "The s of the signature is in its high form, which would give the transaction a second hash.",
    )
