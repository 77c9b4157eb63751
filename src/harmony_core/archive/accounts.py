"""Walking a state: every account with its code, its storage and, of a validator, its wrapper, all checked.

Source: harmony-one/harmony, core/types/state_account.go; core/state/state_object.go (Code, IsValidator).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from harmony_core.archive.node_database import NodeDatabase
from harmony_core.archive.walk import ProblemKind, Subtree, Tally, root_of_walk, walk_trie
from harmony_core.chain.validator_wrapper import ValidatorWrapper, decode_validator_wrapper
from harmony_core.crypto import keccak256
from harmony_core.errors import DataSourceError, HarmonyError, VerificationError
from harmony_core.primitives import STRICT, Compatibility, Hash32
from harmony_core.state import EMPTY_CODE_HASH, decode_account
from harmony_core.state.account import decode_slot_value
from harmony_core.state.validators import VALIDATOR_FLAG_SLOT
from harmony_core.trie import EMPTY_ROOT

__all__ = ["AccountTally", "FoundAccount", "inspect_account", "walk_accounts"]

_FLAG_KEY: Final = keccak256(VALIDATOR_FLAG_SLOT).hex()
_NO_CODE: Final = bytes(EMPTY_CODE_HASH)
_NO_STORAGE: Final = bytes(EMPTY_ROOT)
_REMEMBERED: Final = 1 << 16
_SHORTEST: Final = 70
_HASH: Final = Hash32.LENGTH


class FoundAccount(NamedTuple):
    """An account of a walk.

    Attributes:
        key: its key, 64 hexadecimal digits.
        nonce: transactions sent.
        balance: atto.
        storage_root: 32 bytes.
        code_hash: 32 bytes.
        wrapper: of a validator, its wrapper.
    """

    key: str
    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes
    wrapper: ValidatorWrapper | None


@dataclass(slots=True)
class AccountTally(Tally):
    """What a walk through accounts has seen, besides nodes of the accounts' trie.

    Attributes:
        storage: nodes and slots of storages.
        contracts: accounts with code whose hash was right, validators left out.
        validators: validators whose wrapper was decoded.
        misplaced: validators whose wrapper is kept among the contracts' code.
        balance: sum of all balances, atto.
    """

    storage: Tally = field(default_factory=Tally)
    contracts: int = 0
    validators: int = 0
    misplaced: int = 0
    balance: int = 0


def walk_accounts(
    database: NodeDatabase,
    parts: list[Subtree],
    tally: AccountTally,
    *,
    compatibility: Compatibility = STRICT,
) -> Iterator[FoundAccount]:
    """Yield every account in ascending order of keys, having checked everything that its leaf commits to.

    Args:
        database: the node's database.
        parts: parts of the state's trie, in ascending order.
        tally: counts, and takes the problems.
        compatibility: quirks to allow in wrappers.
    """
    inspector = _Inspector(database, tally, compatibility)
    for key, value in walk_trie(database.database.get_hashed, parts, tally, what="account node"):
        found = inspector.account(key, value)
        if found is not None:
            yield found


def inspect_account(
    database: NodeDatabase,
    key: str,
    value: bytes,
    tally: AccountTally,
    compatibility: Compatibility = STRICT,
) -> FoundAccount | None:
    """Return an account from its leaf's value, with everything checked that it commits to; None where it is none.

    Args:
        database: the node's database.
        key: its key, 64 hexadecimal digits.
        value: the leaf's value.
        tally: counts, and takes the problems.
        compatibility: quirks to allow in wrappers.
    """
    return _Inspector(database, tally, compatibility).account(key, value)


class _Inspector:
    """Checks storages and codes; what was found whole once is remembered, for many contracts share their code."""

    def __init__(self, database: NodeDatabase, tally: AccountTally, compatibility: Compatibility) -> None:
        self._database = database
        self._tally = tally
        self._compatibility = compatibility
        self._codes: set[bytes] = set()
        self._storages: dict[bytes, bool] = {}

    def account(self, key: str, value: bytes) -> FoundAccount | None:
        """Return the account of a leaf."""
        account = _plain_account(value)
        if account is None:
            try:
                strict = decode_account(value)
            except HarmonyError as error:
                self._tally.note(ProblemKind.UNDECODABLE, "account", key, None, str(error))
                return None
            account = strict.nonce, strict.balance, bytes(strict.storage_root), bytes(strict.code_hash)
        nonce, balance, storage_root, code_hash = account
        self._tally.balance += balance
        wrapper = None
        if code_hash != _NO_CODE or storage_root != _NO_STORAGE:
            wrapper = self._inspect(key, storage_root, code_hash)
        return FoundAccount(key, nonce, balance, storage_root, code_hash, wrapper)

    def _inspect(self, key: str, storage_root: bytes, code_hash: bytes) -> ValidatorWrapper | None:
        is_validator = storage_root != _NO_STORAGE and self._storage(key, storage_root)
        if code_hash == _NO_CODE:
            if is_validator:
                self._refuse(key, code_hash, "a validator has a wrapper")
            return None
        if not is_validator and code_hash in self._codes:
            self._tally.contracts += 1
            return None
        code = self._code(key, Hash32(code_hash), is_validator)
        if code is None:
            return None
        if is_validator:
            return self._wrapper(key, code, code_hash)
        self._tally.contracts += 1
        if len(self._codes) < _REMEMBERED:
            self._codes.add(code_hash)
        return None

    def _storage(self, key: str, root: bytes) -> bool:
        """Walk a storage; return whether it marks the account as a validator's."""
        known = self._storages.get(root)
        if known is not None:
            return known
        tally, problems, flag = self._tally.storage, len(self._tally.storage.problems), False
        parts = root_of_walk(Hash32(root))
        for slot, value in walk_trie(self._database.get, parts, tally, what="storage node", owner=f"{key}/"):
            if not _is_plain_slot(value):
                try:
                    decode_slot_value(value)
                except HarmonyError as error:
                    tally.note(ProblemKind.UNDECODABLE, "slot", f"{key}/{slot}", None, str(error))
            # The reference takes any value but zero for the mark.
            flag |= slot == _FLAG_KEY
        if len(tally.problems) == problems and len(self._storages) < _REMEMBERED:
            self._storages[root] = flag
        self._tally.problems += tally.problems[problems:]
        return flag

    def _code(self, key: str, code_hash: Hash32, is_validator: bool) -> bytes | None:
        try:
            code = self._database.code(code_hash, validator=is_validator)
        except VerificationError:
            self._tally.note(ProblemKind.ALTERED, "code", key, code_hash)
            return None
        except DataSourceError as error:
            self._tally.note(ProblemKind.UNREADABLE, "code", key, code_hash, error.message)
            return None
        if code is None:
            self._tally.note(ProblemKind.MISSING, "code", key, code_hash)
        return code

    def _wrapper(self, key: str, code: bytes, code_hash: bytes) -> ValidatorWrapper | None:
        try:
            wrapper = decode_validator_wrapper(code, compatibility=self._compatibility)
        except HarmonyError as error:
            self._refuse(key, code_hash, str(error))
            return None
        if keccak256(wrapper.validator.address).hex() != key:
            self._refuse(key, code_hash, "the wrapper is that of another account")
            return None
        self._tally.validators += 1
        self._tally.misplaced += self._database.is_contract_code(Hash32(code_hash))
        return wrapper

    def _refuse(self, key: str, code_hash: bytes, detail: str) -> None:
        self._tally.note(ProblemKind.UNDECODABLE, "validator", key, code_hash, detail)


def _plain_account(value: bytes) -> tuple[int, int, bytes, bytes] | None:
    """Read an account in its canonical form: None for anything else, which the strict decoder then refuses."""
    size = len(value)
    if size < _SHORTEST or value[0] != 0xF8 or value[1] != size - 2 or not value[-66] == value[-33] == 0xA0:  # noqa: PLR2004 - an RLP list that ends with two hashes
        return None
    end = size - 66
    middle = _end_of_integer(value, 2, 8)
    if middle is None or middle >= end or _end_of_integer(value, middle, _HASH) != end:
        return None
    # A byte below 0x80 stands for itself, which 0x80 alone, the empty string, does not.
    nonce = int.from_bytes(value[3:middle], "big") if middle > 3 else value[2] & 0x7F  # noqa: PLR2004 - as above
    start = middle + 1
    balance = int.from_bytes(value[start:end], "big") if end > start else value[middle] & 0x7F
    return nonce, balance, value[-65:-33], value[-32:]


def _end_of_integer(value: bytes, position: int, limit: int) -> int | None:
    """Return where a canonical integer of at most ``limit`` bytes ends, None for any other item."""
    head = value[position]
    if head <= 0x80:  # noqa: PLR2004 - one byte, or none for zero
        return position + 1 if head else None
    first = value[position + 1]
    if head > 0x80 + limit or not first or (head == 0x81 and first < 0x80):  # noqa: PLR2004 - the canonical form
        return None
    return position + head - 0x7F


def _is_plain_slot(value: bytes) -> bool:
    """Whether a slot's value is in its canonical form; the strict decoder says what is wrong with another."""
    size = len(value)
    if size == 1:
        return 0 < value[0] < 0x80  # noqa: PLR2004 - stands for itself
    if not 1 < size <= 33 or value[0] != 0x7F + size:  # noqa: PLR2004 - at most 32 bytes
        return False
    return value[1] >= 0x80 if size == 2 else value[1] != 0  # noqa: PLR2004 - the canonical form
