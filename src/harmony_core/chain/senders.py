"""The senders of many transactions at once, in this process or in others."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import repeat
from typing import Final, TypeAlias

from harmony_core.chain.signing import Signer, recover_signer, signed_parts
from harmony_core.chain.staking_transaction import StakingTransaction
from harmony_core.chain.transaction import Transaction
from harmony_core.errors import HarmonyError
from harmony_core.primitives import Address

__all__ = ["recover_senders"]

_CHUNK: Final = 64
_Parts: TypeAlias = tuple[bytes, bytes]
_new_bytes = bytes.__new__


def recover_senders(
    transactions: Sequence[Transaction | StakingTransaction],
    signers: Iterable[Signer | None] | None = None,
    *,
    executor: Executor | None = None,
) -> list[Address | HarmonyError]:
    """Recover many senders; one result for each transaction, in order, an error in the place of what is refused.

    With an executor, what was signed and the signatures go to its workers, addresses come back. Processes share the work
    between cores; threads gain little, since hashing and the way to the library hold the interpreter's lock.

    Args:
        transactions: the signed transactions.
        signers: the rules for each; by default those of the chain that each signature names.
        executor: whose workers recover; its start-up is the caller's, who keeps it for many blocks.
    """
    rules: Iterable[Signer | None] = repeat(None, len(transactions)) if signers is None else signers
    prepared = [
        _prepared(transaction, signer) for transaction, signer in zip(transactions, rules, strict=True)
    ]
    parts = [item for item in prepared if not isinstance(item, HarmonyError)]
    chunks = [parts[start : start + _CHUNK] for start in range(0, len(parts), _CHUNK)]
    mapped = map(_recover, chunks) if executor is None else executor.map(_recover, chunks)
    found: Iterator[bytes | HarmonyError] = (result for results in mapped for result in results)
    return [item if isinstance(item, HarmonyError) else _address(next(found)) for item in prepared]


def _prepared(transaction: Transaction | StakingTransaction, signer: Signer | None) -> _Parts | HarmonyError:
    try:
        return signed_parts(transaction, signer)
    except HarmonyError as error:
        return error


def _recover(chunk: Sequence[_Parts]) -> list[bytes | HarmonyError]:
    results: list[bytes | HarmonyError] = []
    for payload, signature in chunk:
        try:
            results.append(bytes(recover_signer(payload, signature)))  # plain bytes travel faster
        except HarmonyError as error:
            results.append(error)
    return results


def _address(result: bytes | HarmonyError) -> Address | HarmonyError:
    return result if isinstance(result, HarmonyError) else _new_bytes(Address, result)
