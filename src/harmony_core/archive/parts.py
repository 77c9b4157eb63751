"""The parts into which an audit of databases is split, and the functions that do one: they run in any process.

What a part finds and a ledger needs goes into a file of records of fixed length in the work folder; what it counts is
its result.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from harmony_core.archive.accounts import AccountTally, walk_accounts
from harmony_core.archive.database import CACHE_BYTES
from harmony_core.archive.node_database import NodeDatabase
from harmony_core.archive.walk import Problem, ProblemKind, Subtree
from harmony_core.archive.work import Result
from harmony_core.chain.validator_wrapper import ValidatorWrapper
from harmony_core.crypto import keccak256
from harmony_core.errors import DataSourceError, HarmonyError
from harmony_core.primitives import STRICT, Address, Compatibility, Hash32, ShardID

__all__ = [
    "ACCOUNT_RECORD",
    "CLAIM_RECORD",
    "AccountRecord",
    "ClaimRecord",
    "RecordFile",
    "StatePart",
    "close_databases",
    "holds_records",
    "opened",
    "problem_from_json",
    "problem_to_json",
    "read_records",
    "walk_part",
    "write_records",
]

ACCOUNT_RECORD: Final = 32 + 32 + 20
"""Key, balance and address (zero for unknown)."""

_SUM: Final = 40
"""Bytes of a sum: amounts of 32 bytes, however many."""

CLAIM_RECORD: Final = 32 + 20 + 4 * _SUM
"""Key, address, active stake, pending undelegation, unclaimed reward, pending cross-shard value."""

_WORD: Final = 32
_NO_ADDRESS: Final = bytes(20)
_READ: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class StatePart:
    """A part of a state to be walked.

    Attributes:
        database: the database's folder.
        shard_id: its shard.
        path: digits that lead to the part.
        child: how the parent holds the part.
        output: file for the accounts, with ``.claims`` beside it for the stake; None to check only.
        preimages: folders of databases in which addresses are looked up.
        compatibility: quirks to allow.
        scratch: where shadows are made; None for the system's temporary folder.
        cache_bytes: memory for blocks of tables in the process that does the part.
    """

    database: str
    shard_id: ShardID
    path: str
    child: bytes
    output: str | None = None
    preimages: tuple[str, ...] = ()
    compatibility: Compatibility = STRICT
    scratch: str | None = None
    cache_bytes: int = CACHE_BYTES


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account's liquid balance on one shard, in atto; its address where it is known."""

    key: bytes
    balance: int
    address: bytes | None

    def encode(self) -> bytes:
        """Return the record."""
        return self.key + self.balance.to_bytes(_WORD, "big") + (self.address or _NO_ADDRESS)

    @classmethod
    def decode(cls, record: bytes) -> Self:
        """Return what a record holds."""
        address = record[64:84]
        return cls(record[:32], int.from_bytes(record[32:64], "big"), _known(address, record[:32]))


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What an account owns besides its balances, in atto; all zero only tells its address."""

    key: bytes
    address: bytes
    active: int = 0
    pending: int = 0
    reward: int = 0
    cross_shard: int = 0

    @classmethod
    def of(cls, address: bytes, *amounts: int) -> Self:
        """Return the record of an address."""
        return cls(keccak256(address), address, *amounts)

    def encode(self) -> bytes:
        """Return the record."""
        amounts = (self.active, self.pending, self.reward, self.cross_shard)
        return self.key + self.address + b"".join(amount.to_bytes(_SUM, "big") for amount in amounts)

    @classmethod
    def decode(cls, record: bytes) -> Self:
        """Return what a record holds."""
        words = [
            int.from_bytes(record[start : start + _SUM], "big") for start in range(52, CLAIM_RECORD, _SUM)
        ]
        return cls(record[:32], record[32:52], *words)


def _known(address: bytes, key: bytes) -> bytes | None:
    # The zero address stands for an unknown one; it is itself an account on some networks.
    return address if address != _NO_ADDRESS or key == _ZERO_KEY else None


_ZERO_KEY: Final = bytes(keccak256(_NO_ADDRESS))
_databases: dict[tuple[str, ShardID | None, str | None], NodeDatabase] = {}


def opened(
    path: str,
    shard_id: ShardID | None = None,
    *,
    compatibility: Compatibility = STRICT,
    scratch: str | None = None,
    cache_bytes: int = CACHE_BYTES,
) -> NodeDatabase:
    """Return a database that this process opens once, however many parts are of it."""
    key = (path, shard_id, scratch)
    found = _databases.get(key)
    if found is None:
        for stale in [known for known in _databases if known[2] and not Path(known[2]).exists()]:
            _databases.pop(stale).close()  # of a run that is over: workers of a cluster outlive it
        found = _databases[key] = NodeDatabase(
            path,
            shard_id=shard_id,
            compatibility=compatibility,
            scratch=None if scratch is None else Path(scratch),
            cache_bytes=cache_bytes,
        )
    return found


def close_databases() -> None:
    """Close what `opened` opened in this process."""
    while _databases:
        _databases.popitem()[1].close()


def walk_part(part: StatePart) -> Result:
    """Walk a part of a state, write its accounts and stakes if asked to, and return what was counted.

    Raises:
        HarmonyError: where the database cannot be opened; what is wrong below the root is in the result.
    """
    options: dict[str, Any] = {
        "compatibility": part.compatibility,
        "scratch": part.scratch,
        "cache_bytes": part.cache_bytes,
    }
    database = opened(part.database, part.shard_id, **options)
    tally = AccountTally()
    sources = [opened(path, **options) for path in part.preimages]
    stakes: dict[bytes, list[int]] = {}
    accounts = 0
    digests: list[str] = []
    walk = walk_accounts(database, [Subtree(part.path, part.child)], tally, compatibility=part.compatibility)
    with ExitStack() as stack:
        output = None if part.output is None else stack.enter_context(RecordFile(Path(part.output)))
        for found in walk:
            accounts += 1
            if found.wrapper is not None:
                _add_stakes(stakes, found.wrapper)
            if output is not None:
                key = bytes.fromhex(found.key)
                address = _address_of(key, found.key, sources, tally)
                output.write(AccountRecord(key, found.balance, address).encode())
        if output is not None:
            digests.append(output.finish())
    if part.output is not None:
        claims = sorted(ClaimRecord.of(address, *amounts).encode() for address, amounts in stakes.items())
        digests.append(write_records(Path(f"{part.output}.claims"), claims))
    return _counted(tally, accounts, digests) | {
        "staked": sum(amounts[0] for amounts in stakes.values()),
        "undelegating": sum(amounts[1] for amounts in stakes.values()),
        "rewards": sum(amounts[2] for amounts in stakes.values()),
    }


def _counted(tally: AccountTally, accounts: int, digests: list[str]) -> Result:
    return {
        "accounts": accounts,
        "balance": tally.balance,
        "nodes": tally.nodes,
        "bytes": tally.size + tally.storage.size,
        "storage_nodes": tally.storage.nodes,
        "slots": tally.storage.leaves,
        "contracts": tally.contracts,
        "validators": tally.validators,
        "misplaced_wrappers": tally.misplaced,
        "problems": [problem_to_json(problem) for problem in tally.problems],
        "digests": digests,
    }


def _add_stakes(stakes: dict[bytes, list[int]], wrapper: ValidatorWrapper) -> None:
    for delegation in wrapper.delegations:
        amounts = stakes.setdefault(bytes(delegation.delegator), [0, 0, 0])
        amounts[0] += delegation.amount
        amounts[1] += sum(undelegation.amount for undelegation in delegation.undelegations)
        amounts[2] += delegation.reward


def _address_of(key: bytes, digits: str, sources: list[NodeDatabase], tally: AccountTally) -> bytes | None:
    """Return the address of a key as the first source that has it tells; a wrong preimage is a problem."""
    for source in sources:
        try:
            address = source.preimage(Hash32(key))
        except DataSourceError as error:
            tally.note(ProblemKind.UNREADABLE, "preimage", digits, key, error.message)
            continue
        except HarmonyError:
            tally.note(ProblemKind.ALTERED, "preimage", digits, key)
            continue
        if address is not None and len(address) == Address.LENGTH:
            return address
    return None


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as a JSON object."""
    return {
        "kind": problem.kind.value,
        "what": problem.what,
        "path": problem.path,
        "expected": None if problem.expected is None else str(problem.expected),
        "detail": problem.detail,
    }


def problem_from_json(document: dict[str, Any]) -> Problem:
    """Return the problem that `problem_to_json` wrote."""
    expected = document["expected"]
    return Problem(
        ProblemKind(document["kind"]),
        document["what"],
        document["path"],
        None if expected is None else Hash32.from_hex(expected),
        document["detail"],
    )


class RecordFile:
    """A file of records that takes its name only when it is whole.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_name(path.name + ".new")
        self._file = self._new.open("wb")
        self._digest = hashlib.sha256()

    def write(self, record: bytes) -> None:
        """Add an encoded record."""
        self._digest.update(record)
        self._file.write(record)

    def finish(self) -> str:
        """Give the file its name, and return its SHA-256 in hexadecimal."""
        # Not forced to the disk: its hash is checked before anything is built on it after a crash.
        self._file.close()
        self._new.replace(self._path)
        return self._digest.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def write_records(path: Path, records: Iterable[bytes]) -> str:
    """Write records to a file and return its SHA-256 in hexadecimal."""
    with RecordFile(path) as file:
        for record in records:
            file.write(record)
        return file.finish()


def holds_records(path: Path, digest: str) -> bool:
    """Whether a file is there whole, by its SHA-256."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def read_records(path: Path, length: int) -> Iterator[bytes]:
    """Yield the records of a file.

    Raises:
        DataSourceError: ``archive-work`` for a file that cannot be read or ends within a record.
    """
    try:
        with path.open("rb") as file:
            while data := file.read(_READ // length * length):
                if len(data) % length:
                    raise DataSourceError(
                        "A file of the work folder is torn; remove the folder and begin anew.",
                        code="archive-work",
                        actual=str(path),
                    )
                for start in range(0, len(data), length):
                    yield data[start : start + length]
    except OSError as error:
        raise DataSourceError(
            f"A file of the work folder cannot be read: {error.strerror}.",
            code="archive-work",
            actual=str(path),
        ) from error
