"""The state of a sharded chain: a state for each shard, each with a trie and a root of its own."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from harmony_core.chain.cross_shard_receipt import CXReceipt
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.primitives import Address, Hash32, ShardID
from harmony_core.state.state import State

__all__ = ["ShardedState", "credit_receipt"]

_NOBODY = Address.zero()


def credit_receipt(state: State, shard_id: ShardID, receipt: CXReceipt, *, delete_empty: bool) -> None:
    """Credit a cross-shard receipt to its recipient, as a transaction of its own.

    Nothing is verified here but the destination: credit what `harmony_core.cross_shard` has verified and marked spent,
    and nothing else.

    Source: harmony-one/harmony, core/state_processor.go, ApplyIncomingReceipt.

    Args:
        state: the state of shard ``shard_id``.
        shard_id: the shard of the state.
        receipt: the receipt.
        delete_empty: whether touched accounts that are empty are deleted in this epoch.

    Raises:
        VerificationError: ``credit-shard`` for a receipt with another destination, ``credit-recipient`` for one
            without a recipient, ``account-balance-range`` past 256 bits.
    """
    require(
        receipt.to_shard_id == shard_id,
        VerificationError,
        "credit-shard",
        "A receipt is credited on its destination shard only.",
        expected=receipt.to_shard_id,
        actual=shard_id,
    )
    require(
        receipt.recipient is not None, VerificationError, "credit-recipient", "The receipt has no recipient."
    )
    recipient = receipt.recipient or _NOBODY
    if not state.exists(recipient):
        state.create_account(recipient)
    state.add_balance(recipient, receipt.amount)
    state.end_transaction(delete_empty=delete_empty)


class ShardedState:
    """A state for each shard of a network; nothing of one shard is visible in another.

    Args:
        states: the states by shard.
    """

    __slots__ = ("_states",)

    def __init__(self, states: Mapping[ShardID, State]) -> None:
        self._states = dict(states)

    @classmethod
    def empty(cls, shard_ids: Iterable[ShardID]) -> "ShardedState":
        """Return states without accounts, each over a memory store of its own."""
        return cls({shard_id: State() for shard_id in shard_ids})

    @property
    def shard_ids(self) -> tuple[ShardID, ...]:
        """The shards in rising order."""
        return tuple(sorted(self._states))

    def shard(self, shard_id: ShardID) -> State:
        """Return the state of a shard.

        Raises:
            MissingDataError: ``state-shard`` for a shard whose state is not at hand.
        """
        state = self._states.get(shard_id)
        require(
            state is not None,
            MissingDataError,
            "state-shard",
            "The state of this shard is not at hand.",
            actual=shard_id,
        )
        return State() if state is None else state

    def roots(self, *, delete_empty: bool) -> Mapping[ShardID, Hash32]:
        """End the transaction of every shard and return the roots by shard."""
        return MappingProxyType(
            {shard_id: self._states[shard_id].root(delete_empty=delete_empty) for shard_id in self.shard_ids}
        )

    def credit(self, receipt: CXReceipt, *, delete_empty: bool) -> None:
        """Credit a verified cross-shard receipt on its destination shard.

        Raises:
            MissingDataError: ``state-shard``.
            VerificationError: as for `credit_receipt`.
        """
        credit_receipt(
            self.shard(receipt.to_shard_id), receipt.to_shard_id, receipt, delete_empty=delete_empty
        )
