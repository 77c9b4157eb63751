"""An account while a state works with it: its fields, its slots and its own trie."""

from dataclasses import replace

from harmony_core.crypto import keccak256
from harmony_core.errors import MissingDataError, require
from harmony_core.primitives import Address, Hash32
from harmony_core.state.account import (
    EMPTY_ACCOUNT,
    EMPTY_CODE_HASH,
    Account,
    account_key,
    decode_slot_value,
    encode_slot_value,
    slot_key,
)
from harmony_core.trie import NodeStore, Trie

__all__ = ["ZERO_WORD", "LiveAccount"]

ZERO_WORD = Hash32.zero()
"""What a slot that was never set holds."""


class _Slots:
    """What is known of the slots of one account, by how final it is; most accounts never need it."""

    __slots__ = ("dirty", "origin", "pending")

    def __init__(self) -> None:
        self.origin: dict[Hash32, Hash32] = {}
        self.pending: dict[Hash32, Hash32] = {}
        self.dirty: dict[Hash32, Hash32] = {}


class LiveAccount:
    """One account of a `State`; the state alone works with it.

    Attributes:
        address: its address.
        key: its key in the state's trie.
        account: its fields. The storage root is the one of the last time that slots were written to the trie.
        destructed: whether it will be gone at the end of the transaction.
        deleted: whether it is gone.
        code_is_new: whether its code is not in the store yet.
    """

    __slots__ = (
        "_code",
        "_slots",
        "_store",
        "_trie",
        "account",
        "address",
        "code_is_new",
        "deleted",
        "destructed",
        "key",
    )

    def __init__(self, store: NodeStore, address: Address, account: Account = EMPTY_ACCOUNT) -> None:
        self.address = address
        self.key = account_key(address)
        self.account = account
        self.destructed = False
        self.deleted = False
        self.code_is_new = False
        self._store = store
        self._code: bytes | None = b"" if account.code_hash == EMPTY_CODE_HASH else None
        self._trie: Trie | None = None
        self._slots: _Slots | None = None

    @property
    def trie(self) -> Trie:
        """The trie of slots, as of the last time that slots were written to it."""
        if self._trie is None:
            self._trie = Trie(self._store, self.account.storage_root)
        return self._trie

    @property
    def code(self) -> bytes:
        """The code, read from the store when it is first needed."""
        if self._code is None:
            self._code = self._store.get(self.account.code_hash)
            require(
                self._code is not None,
                MissingDataError,
                "state-code-missing",
                "The store does not hold the code of this account.",
                expected=self.account.code_hash,
            )
        return self._code or b""

    def set_code(self, code: bytes, *, is_new: bool = True) -> None:
        """Replace the code and its hash."""
        self._code = code
        self.code_is_new = is_new
        self.account = replace(self.account, code_hash=keccak256(code))

    def value(self, slot: Hash32) -> Hash32:
        """Return what a slot holds now."""
        value = None if self._slots is None else self._slots.dirty.get(slot)
        return self.committed_value(slot) if value is None else value

    def committed_value(self, slot: Hash32) -> Hash32:
        """Return what a slot held when the current transaction began."""
        slots = self._slots
        if slots is None:
            slots = self._slots = _Slots()
        value = slots.pending.get(slot)
        if value is None:
            value = slots.origin.get(slot)
        if value is None:
            held = self.trie.get(slot_key(slot))
            value = slots.origin[slot] = ZERO_WORD if held is None else decode_slot_value(held)
        return value

    def set_value(self, slot: Hash32, value: Hash32) -> None:
        """Let a slot hold a value until the transaction ends."""
        if self._slots is None:
            self._slots = _Slots()
        self._slots.dirty[slot] = value

    def end_transaction(self) -> None:
        """Keep the slots that the transaction set."""
        if self._slots is not None:
            self._slots.pending |= self._slots.dirty
            self._slots.dirty.clear()

    def write_slots(self) -> None:
        """Write the slots that changed to the trie of slots, and take its root."""
        slots = self._slots
        if slots is None or not slots.pending:
            return
        changes = {
            slot_key(slot): encode_slot_value(value)
            for slot, value in slots.pending.items()
            if value != slots.origin.get(slot, ZERO_WORD)
        }
        slots.origin |= slots.pending
        slots.pending = {}
        if changes:
            self.trie.update(changes)
            self.account = replace(self.account, storage_root=self.trie.root)

    def commit(self) -> None:
        """Put new nodes of the trie of slots, and new code, into the store."""
        if self._trie is not None:
            self._trie.commit()
        if self.code_is_new and self._code:
            self._store.put_many([(self.account.code_hash, self._code)])
        self.code_is_new = False
