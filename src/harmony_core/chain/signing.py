"""Who sent a transaction: the rules of signers by epoch, and the checks that a block's verifier makes of it.

Before EIP-155 a signature holds for every chain and its s may have either form. From EIP-155 on it names its chain, and s
has the low form; signatures without a chain id are still taken. Transactions in Ethereum's format, which their chain id
tells, are taken from an epoch of their own, each shard with a chain id of its own.

Source: harmony-one/harmony, core/types/transaction_signing.go (MakeSigner, the signers' Sender, recoverPlain) and
core/state_processor.go (getTransactionType, ApplyTransaction).
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Final

from harmony_core.chain.intrinsic_gas import staking_gas, transaction_gas
from harmony_core.chain.staking_transaction import StakingTransaction
from harmony_core.chain.transaction import Transaction
from harmony_core.crypto.secp256k1 import address_of_public_key, load_backend
from harmony_core.crypto.secp256k1.backend import HALF_ORDER, ORDER
from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.params import ChainConfig, Network
from harmony_core.primitives import BEACON_SHARD_ID, STRICT, Address, Compatibility, Epoch, ShardID

__all__ = [
    "FRONTIER",
    "HOMESTEAD",
    "Signer",
    "VerifiedTransaction",
    "recover_sender",
    "recover_senders",
    "signer_of",
    "verify_staking_transaction",
    "verify_transaction",
]

_FIRST_PROTECTED_V: Final = 35
_FIRST_UNPROTECTED_V: Final = 27
_CHUNKS_PER_WORKER: Final = 4


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
    v, r, s = transaction.v, transaction.r, transaction.s
    if signer is None:
        signer = Signer(transaction.chain_id) if transaction.is_protected else HOMESTEAD
    chain_id = signer.chain_id if transaction.is_protected else None
    if chain_id is None:
        recovery_id = v - _FIRST_UNPROTECTED_V
    else:
        if transaction.chain_id != chain_id:
            _refuse_chain(chain_id, transaction.chain_id)
        recovery_id = v - _FIRST_PROTECTED_V - 2 * chain_id
    if not (recovery_id in {0, 1} and 0 < r < ORDER and 0 < s < ORDER):
        _refuse_signature()
    if s > HALF_ORDER and signer.low_s:
        _refuse_high_s()
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((recovery_id,))
    try:
        public_key = load_backend().recover(transaction.signing_hash(chain_id), signature)
    except ArithmeticError as error:
        raise VerificationError("No key makes this signature.", code="signature-recovery") from error
    return address_of_public_key(public_key)


def recover_senders(
    transactions: Sequence[Transaction | StakingTransaction],
    signers: Iterable[Signer | None] | None = None,
    *,
    workers: int = 1,
) -> list[Address | HarmonyError]:
    """Recover many senders; one result for each transaction, in order, an error in the place of what is refused.

    The library gives up the interpreter's lock while it recovers, so threads help until hashing fills one core.

    Args:
        transactions: the signed transactions.
        signers: the rules for each; by default those of the chain that each signature names.
        workers: number of threads.
    """
    rules = repeat(None, len(transactions)) if signers is None else signers
    pairs = list(zip(transactions, rules, strict=True))
    if workers <= 1 or len(pairs) < workers:
        return _recover_all(pairs)
    load_backend()
    size = -(-len(pairs) // (workers * _CHUNKS_PER_WORKER))
    chunks = [pairs[start : start + size] for start in range(0, len(pairs), size)]
    with ThreadPoolExecutor(workers) as pool:
        return list(chain.from_iterable(pool.map(_recover_all, chunks)))


def _recover_all(
    pairs: Sequence[tuple[Transaction | StakingTransaction, Signer | None]],
) -> list[Address | HarmonyError]:
    results: list[Address | HarmonyError] = []
    for transaction, signer in pairs:
        try:
            results.append(recover_sender(transaction, signer))
        except HarmonyError as error:
            results.append(error)
    return results


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
    require(
        transaction.shard_id == shard_id,
        VerificationError,
        "transaction-shard",
        "The transaction is for another shard.",
        expected=shard_id,
        actual=transaction.shard_id,
    )
    # Before cross-shard transactions the destination was ignored.
    leaves = transaction.is_cross_shard and config.accepts_cross_tx(epoch)
    if leaves:
        num_shards = network.schedule.instance_for_epoch(epoch).num_shards
        require(
            transaction.to_shard_id < num_shards,
            VerificationError,
            "transaction-destination",
            "The transaction goes to a shard that does not exist.",
            expected=f"below {num_shards}",
            actual=transaction.to_shard_id,
        )
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


def _refuse_chain(expected: int, actual: int) -> None:
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
