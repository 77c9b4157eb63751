"""What a state offers to whatever executes transactions on it, for example the host of an EVM."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from harmony_core.primitives import Address, Hash32

__all__ = ["StateHost"]


@runtime_checkable
class StateHost(Protocol):
    """Accounts that can be read and changed, with snapshots that nest; `State` is one.

    A host that keeps more than accounts (logs, refunds, access lists, transient storage) lets `on_revert` know how to
    take each change back, so that everything reverts together and in order.
    """

    def exists(self, address: Address) -> bool:
        """Return whether there is such an account, be it empty."""
        ...

    def is_empty(self, address: Address) -> bool:
        """Return whether the account is absent, or has no nonce, balance or code."""
        ...

    def balance(self, address: Address) -> int:
        """Return a balance in atto."""
        ...

    def nonce(self, address: Address) -> int:
        """Return a nonce."""
        ...

    def code_hash(self, address: Address) -> Hash32:
        """Return the keccak-256 of an account's code, zero where there is no account."""
        ...

    def code(self, address: Address) -> bytes:
        """Return an account's code."""
        ...

    def storage(self, address: Address, slot: Hash32) -> Hash32:
        """Return what a slot holds now."""
        ...

    def committed_storage(self, address: Address, slot: Hash32) -> Hash32:
        """Return what a slot held when the transaction began."""
        ...

    def is_destructed(self, address: Address) -> bool:
        """Return whether the account was destructed in this transaction."""
        ...

    def create_account(self, address: Address) -> None:
        """Begin an account anew, keeping its balance."""
        ...

    def add_balance(self, address: Address, amount: int) -> None:
        """Add atto to a balance."""
        ...

    def subtract_balance(self, address: Address, amount: int) -> None:
        """Take atto from a balance."""
        ...

    def set_nonce(self, address: Address, nonce: int) -> None:
        """Give an account a nonce."""
        ...

    def set_code(self, address: Address, code: bytes) -> None:
        """Give an account code."""
        ...

    def set_storage(self, address: Address, slot: Hash32, value: Hash32) -> None:
        """Let a slot hold a value."""
        ...

    def destruct(self, address: Address) -> bool:
        """Destruct an account at the end of the transaction; return whether there was one."""
        ...

    def snapshot(self) -> int:
        """Return a number to which `revert` can return."""
        ...

    def revert(self, snapshot: int) -> None:
        """Take back every change since a snapshot."""
        ...

    def on_revert(self, undo: Callable[[], None]) -> None:
        """Note a change of the host's own."""
        ...

    def end_transaction(self, *, delete_empty: bool) -> None:
        """Make the changes since the last end final."""
        ...
