"""The state of one shard: accounts with balances, nonces, code and storage, under one root."""

from dataclasses import replace
from typing import Final

from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Address, Hash32
from harmony_core.state.account import EMPTY_ACCOUNT, Account, account_key, decode_account
from harmony_core.state.batch import Batch
from harmony_core.state.journal import Journal, Undo
from harmony_core.state.live_account import ZERO_WORD, LiveAccount
from harmony_core.trie import EMPTY_ROOT, MemoryNodeStore, NodeStore, Trie

__all__ = ["State"]

_RIPEMD: Final = Address(bytes(19) + b"\x03")


class State:
    """The accounts of one shard, over a node store.

    Changes stay in memory. `end_transaction` closes a transaction, `root` writes what changed into the tries and
    returns the root, `commit` puts it into the store as one batch. Code lies in the store under its keccak-256, beside
    the nodes. Between the ends of transactions everything can be reverted to a `snapshot`, nested to any depth.

    Whether empty accounts are deleted depends on the epoch of the block: pass ``config.is_s3(epoch)``. Only accounts
    that were touched since the last root are.

    Source: harmony-one/harmony, core/state/statedb.go and state_object.go.

    Args:
        store: where nodes and code are kept; a new `MemoryNodeStore` if None.
        root: the root of a state that the store holds.

    Raises:
        MissingDataError: from every operation, ``trie-node-missing`` or ``state-code-missing``, where the store lacks
            something that is needed.
        DecodeError: from every operation, where the store holds something else than a state.
    """

    __slots__ = ("_accounts", "_changed", "_journal", "_next_snapshot", "_pending", "_store", "_trie")

    def __init__(self, store: NodeStore | None = None, root: bytes = EMPTY_ROOT) -> None:
        self._store = Batch(MemoryNodeStore() if store is None else store)
        self._trie = Trie(self._store, root)
        self._accounts: dict[Address, LiveAccount] = {}
        self._pending: set[Address] = set()
        self._changed: set[Address] = set()
        self._journal = Journal()
        self._next_snapshot = 0

    @property
    def store(self) -> NodeStore:
        """The node store, which holds this state as of the last commit."""
        return self._store.store

    @property
    def trie(self) -> Trie:
        """A copy of the trie of accounts as of the last `root` or `commit`."""
        return self._trie.copy()

    def storage_trie(self, address: Address) -> Trie:
        """Return a copy of the trie of an account's slots as of the last `root` or `commit`."""
        found = self._find(address)
        return Trie(self._store) if found is None else found.trie.copy()

    # Reading.

    def exists(self, address: Address) -> bool:
        """Return whether the state has the account, be it empty."""
        return self._find(address) is not None

    def is_empty(self, address: Address) -> bool:
        """Return whether the account is absent, or has no nonce, balance or code."""
        return self.account(address).is_empty

    def account(self, address: Address) -> Account:
        """Return the account, `EMPTY_ACCOUNT` if it is absent; its storage root is that of the last `root`."""
        found = self._find(address)
        return EMPTY_ACCOUNT if found is None else found.account

    def balance(self, address: Address) -> int:
        """Return a balance in atto."""
        return self.account(address).balance

    def nonce(self, address: Address) -> int:
        """Return a nonce."""
        return self.account(address).nonce

    def code_hash(self, address: Address) -> Hash32:
        """Return the keccak-256 of an account's code, zero where there is no account."""
        found = self._find(address)
        return ZERO_WORD if found is None else found.account.code_hash

    def code(self, address: Address) -> bytes:
        """Return an account's code: a contract's, or a validator's encoded wrapper."""
        found = self._find(address)
        return b"" if found is None else found.code

    def storage(self, address: Address, slot: Hash32) -> Hash32:
        """Return what a slot holds now, 32 bytes, zero if it was never set."""
        found = self._find(address)
        return ZERO_WORD if found is None else found.value(slot)

    def committed_storage(self, address: Address, slot: Hash32) -> Hash32:
        """Return what a slot held when the current transaction began."""
        found = self._find(address)
        return ZERO_WORD if found is None else found.committed_value(slot)

    def is_destructed(self, address: Address) -> bool:
        """Return whether the account was destructed in the current transaction."""
        found = self._find(address)
        return found is not None and found.destructed

    # Changing.

    def create_account(self, address: Address) -> None:
        """Begin an account anew: nonce, code and storage are gone, the balance stays.

        By itself this does not count as a change of an account that exists, as in the reference; the nonce that a new
        contract is given right after does.
        """
        previous = self._create(address)
        if previous is not None:
            created = self._accounts[address]
            created.account = replace(created.account, balance=previous.account.balance)

    def set_balance(self, address: Address, balance: int) -> None:
        """Give an account a balance in atto.

        Raises:
            VerificationError: ``account-balance-range`` for a negative balance or one over 256 bits.
        """
        live = self._find_or_create(address)
        self._replace(live, replace(live.account, balance=balance))

    def add_balance(self, address: Address, amount: int) -> None:
        """Add to a balance; adding nothing still touches an empty account, which may then be deleted.

        Raises:
            VerificationError: ``state-amount`` for a negative amount, ``account-balance-range`` past 256 bits.
        """
        _check_amount(amount)
        live = self._find_or_create(address)
        if amount:
            self._replace(live, replace(live.account, balance=live.account.balance + amount))
        elif live.account.is_empty:
            self._journal.record(_nothing, address)
            if address == _RIPEMD:
                # The one account that stays touched when the touch is reverted, since a block of Ethereum's.
                self._journal.touched[address] += 1

    def subtract_balance(self, address: Address, amount: int) -> None:
        """Take from a balance.

        Raises:
            VerificationError: ``state-amount`` for a negative amount, ``account-balance-range`` for more than there is.
        """
        _check_amount(amount)
        live = self._find_or_create(address)
        if amount:
            self._replace(live, replace(live.account, balance=live.account.balance - amount))

    def set_nonce(self, address: Address, nonce: int) -> None:
        """Give an account a nonce.

        Raises:
            VerificationError: ``account-nonce-range`` for a negative nonce or one over 64 bits.
        """
        live = self._find_or_create(address)
        self._replace(live, replace(live.account, nonce=nonce))

    def set_code(self, address: Address, code: bytes) -> None:
        """Give an account code."""
        if not isinstance(code, bytes):
            raise TypeError(f"code is bytes, not {type(code).__name__}")
        live = self._find_or_create(address)
        before, was_new = live.code, live.code_is_new
        self._journal.record(lambda: live.set_code(before, is_new=was_new), address)
        live.set_code(code)

    def set_storage(self, address: Address, slot: Hash32, value: Hash32) -> None:
        """Let a slot hold a value; zero clears it."""
        if not isinstance(value, Hash32):
            raise TypeError(f"the value of a slot is a Hash32, not {type(value).__name__}")
        live = self._find_or_create(address)
        before = live.value(slot)
        if before != value:
            self._journal.record(lambda: live.set_value(slot, before), address)
            live.set_value(slot, value)

    def destruct(self, address: Address) -> bool:
        """Destruct an account: its balance is gone now, the account itself when the transaction ends.

        Returns:
            Whether there was such an account.
        """
        live = self._find(address)
        if live is None:
            return False
        before, was_destructed = live.account, live.destructed

        def undo() -> None:
            live.destructed, live.account = was_destructed, before

        self._journal.record(undo, address)
        live.destructed = True
        live.account = replace(before, balance=0)
        return True

    # Snapshots and roots.

    def snapshot(self) -> int:
        """Return a number to which `revert` can return within this transaction."""
        self._next_snapshot += 1
        self._journal.snapshot(self._next_snapshot)
        return self._next_snapshot

    def revert(self, snapshot: int) -> None:
        """Take back every change since a snapshot; later snapshots become invalid.

        Raises:
            VerificationError: ``state-snapshot`` for a number that is not, or no longer, a snapshot.
        """
        self._journal.revert(snapshot)

    def on_revert(self, undo: Undo) -> None:
        """Let a host note a change of its own (a log, a refund), which `revert` takes back in order with the others."""
        self._journal.record(undo)

    def end_transaction(self, *, delete_empty: bool) -> None:
        """Make the changes since the last end final: destructed accounts go, and with ``delete_empty`` empty ones."""
        for address in self._journal.touched_addresses():
            live = self._accounts.get(address)
            if live is None:
                continue
            if live.destructed or (delete_empty and live.account.is_empty):
                live.deleted = True
            else:
                live.end_transaction()
            self._pending.add(address)
        self._journal.clear()

    def root(self, *, delete_empty: bool) -> Hash32:
        """End the transaction and return the root over all accounts, 32 bytes."""
        self.end_transaction(delete_empty=delete_empty)
        changes: dict[bytes, bytes] = {}
        for address in self._pending:
            live = self._accounts[address]
            if live.deleted:
                changes[live.key] = b""
            else:
                live.write_slots()
                changes[live.key] = live.account.encode()
        if changes:
            self._trie.update(changes)
        self._changed |= self._pending
        self._pending.clear()
        return self._trie.root

    def commit(self, *, delete_empty: bool, keep_accounts: bool = True) -> Hash32:
        """Put everything that changed into the store, as one batch with the root last, and return the root.

        Args:
            delete_empty: whether touched accounts that are empty are deleted.
            keep_accounts: whether accounts and nodes stay in memory for later use; if not, only the root does.
        """
        self.root(delete_empty=delete_empty)
        for address in self._changed:
            live = self._accounts[address]
            if not live.deleted:
                live.commit()
        root = self._trie.commit(keep_nodes=keep_accounts)
        self._store.write()
        self._changed.clear()
        if not keep_accounts:
            self._accounts.clear()
        return root

    # Within.

    def _find(self, address: Address) -> LiveAccount | None:
        live = self._lookup(address)
        return None if live is None or live.deleted else live

    def _lookup(self, address: Address) -> LiveAccount | None:
        """Return the account that was there last, be it deleted."""
        live = self._accounts.get(address)
        if live is None:
            held = self._trie.get(account_key(address))
            if held is None:
                return None
            live = self._accounts[address] = LiveAccount(self._store, address, decode_account(held))
        return live

    def _find_or_create(self, address: Address) -> LiveAccount:
        live = self._find(address)
        if live is None:
            self._create(address)
            live = self._accounts[address]
        return live

    def _create(self, address: Address) -> LiveAccount | None:
        """Put a new account in place, and return the one that was there."""
        previous = self._lookup(address)

        def undo() -> None:
            if previous is None:
                del self._accounts[address]
            else:
                self._accounts[address] = previous

        self._journal.record(undo, address if previous is None else None)
        self._accounts[address] = LiveAccount(self._store, address)
        return None if previous is None or previous.deleted else previous

    def _replace(self, live: LiveAccount, account: Account) -> None:
        before = live.account

        def undo() -> None:
            live.account = before

        self._journal.record(undo, live.address)
        live.account = account


def _nothing() -> None:
    """Take back a mere touch."""


def _check_amount(amount: int) -> None:
    if type(amount) is not int:
        raise TypeError(f"an amount is an int in atto, not {type(amount).__name__}")
    require(
        amount >= 0, VerificationError, "state-amount", "An amount to move is not negative.", actual=amount
    )
