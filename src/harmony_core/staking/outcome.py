"""What a directive does, where it is carried out."""

from dataclasses import dataclass

from harmony_core.chain.log import Log
from harmony_core.primitives import Address, Trace
from harmony_core.staking.staking_state import StakingState

__all__ = ["DirectiveOutcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectiveOutcome:
    """The state after a directive and what else came of it.

    Attributes:
        state: the state afterwards; the one before is as it was.
        balance_change: by how many atto the sender's balance changed, fees not counted.
        logs: the logs of the receipt.
        delegated: delegator and validator of a delegation that may be new, for the indexes kept after the block.
        trace: which rules were applied, with their numbers.
    """

    state: StakingState
    balance_change: int = 0
    logs: tuple[Log, ...] = ()
    delegated: tuple[Address, Address] | None = None
    trace: Trace = ()
