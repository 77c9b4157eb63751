"""What was done in the current transaction, so that it can be undone to any snapshot."""

from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Address

__all__ = ["Journal", "Undo"]

Undo: TypeAlias = Callable[[], None]
"""Takes one change back."""


class Journal:
    """The changes of a transaction in order, and which accounts they touch."""

    __slots__ = ("_entries", "_snapshots", "touched")

    def __init__(self) -> None:
        self._entries: list[tuple[Address | None, Undo]] = []
        self._snapshots: dict[int, int] = {}
        self.touched: Counter[Address] = Counter()

    def record(self, undo: Undo, address: Address | None = None) -> None:
        """Note a change: how to take it back, and the account that it touches, if any."""
        self._entries.append((address, undo))
        if address is not None:
            self.touched[address] += 1

    def snapshot(self, number: int) -> None:
        """Remember the present under a number that is larger than all before."""
        self._snapshots[number] = len(self._entries)

    def revert(self, number: int) -> None:
        """Take back everything since a snapshot, which is then forgotten together with all later ones.

        Raises:
            VerificationError: ``state-snapshot`` for a number that is not, or no longer, a snapshot.
        """
        require(
            number in self._snapshots,
            VerificationError,
            "state-snapshot",
            "There is no such snapshot in this transaction, or it was reverted already.",
            actual=number,
        )
        length = self._snapshots.get(number, len(self._entries))
        while len(self._entries) > length:
            address, undo = self._entries.pop()
            undo()
            if address is not None:
                self.touched[address] -= 1
        self._snapshots = {other: at for other, at in self._snapshots.items() if other < number}

    def clear(self) -> None:
        """Forget everything: the transaction is over and cannot be reverted."""
        self._entries.clear()
        self._snapshots.clear()
        self.touched.clear()

    def touched_addresses(self) -> list[Address]:
        """Return the accounts that are touched by changes which were not taken back."""
        return [address for address, count in self.touched.items() if count > 0]
