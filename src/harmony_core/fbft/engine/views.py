"""Which view comes next, who leads it, and how long a node waits. All three are rules that a network chooses."""

from dataclasses import dataclass
from typing import Final, Protocol

from harmony_core.fbft.engine.block import Head
from harmony_core.fbft.engine.electorate import Electorate
from harmony_core.primitives import BLSPublicKeyBytes, ViewID

__all__ = ["VIEW_SLOT", "VIEW_TIMEOUT", "ClockViews", "ViewRule"]

VIEW_TIMEOUT: Final = 27_000
"""How long a node waits for a view to come to an end, in milliseconds (consensus/config.go, viewChangeTimeout)."""

VIEW_SLOT: Final = 45_000
"""How long the clock asks for one and the same view, in milliseconds (consensus/config.go, viewChangeSlot)."""


class ViewRule(Protocol):
    """How views follow each other."""

    def first_view(self, head: Head) -> ViewID:
        """Return the view in which the height after ``head`` begins."""

    def next_view(self, head: Head, current: ViewID, now: int) -> tuple[ViewID, int]:
        """Return the view to ask for when ``current`` has failed, and how long to wait for it in milliseconds."""

    def leader(self, electorate: Electorate, head: Head, view_id: ViewID) -> BLSPublicKeyBytes:
        """Return the key that leads a view of the height after ``head``."""


@dataclass(frozen=True, slots=True)
class ClockViews:
    """Views by the clock, led by each slot in turn.

    All nodes derive the view to ask for from the age of the head, so that nodes with about the same time ask for the
    same view without talking, and the wait never grows however long the height is stuck.

    Attributes:
        slot: for how long the same view is asked for.
        timeout: how long to wait for it; shorter than the slot.
        tenure: how many views in a row one slot leads.

    Source: harmony-one/harmony, consensus/view_change.go (getNextViewID). The turn is simpler than the reference's,
    which `harmony_core.fbft` has as rules of their own.
    """

    slot: int = VIEW_SLOT
    timeout: int = VIEW_TIMEOUT
    tenure: int = 1

    def first_view(self, head: Head) -> ViewID:
        """Return the view after that in which the head became final."""
        return ViewID(head.view_id + 1)

    def next_view(self, head: Head, current: ViewID, now: int) -> tuple[ViewID, int]:
        """Return the view of the clock, which is above the first one; and the constant timeout.

        A clock that stands before the head's time asks for the next view by counting.
        """
        age = now - head.block.time
        if age < 0:
            return ViewID(current + 1), self.timeout
        view = head.block.view_id + 2 + age // self.slot
        return ViewID(max(view, self.first_view(head) + 1)), self.timeout

    def leader(self, electorate: Electorate, head: Head, view_id: ViewID) -> BLSPublicKeyBytes:
        """Return the key of the slot whose turn it is; the turns begin anew with each epoch."""
        del head
        return electorate.keys[view_id // self.tenure % len(electorate)]
