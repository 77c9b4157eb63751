"""The senders of many transactions at once, in this process or in others."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import repeat
from typing import Final, TypeAlias

from cytoolz import partition_all

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
    refused: dict[int, HarmonyError] = {}

    def parts() -> Iterator[_Parts]:
        for index, (transaction, signer) in enumerate(zip(transactions, rules, strict=True)):
            try:
                yield signed_parts(transaction, signer)
            except HarmonyError as error:
                refused[index] = error

    # Made as they are taken, so that workers begin before the last transaction is prepared.
    chunks = partition_all(_CHUNK, parts())
    mapped = map(_recover, chunks) if executor is None else executor.map(_recover, chunks)
    found = iter([result for results in mapped for result in results])
    return [
        refused[index] if index in refused else _address(next(found)) for index in range(len(transactions))
    ]


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
