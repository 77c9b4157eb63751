"""The votes for other views, and how many of them are kept."""

from dataclasses import dataclass, field
from typing import Final

from harmony_core.fbft.engine.block import PreparedCertificate
from harmony_core.fbft.known_view import VerifiedMessage
from harmony_core.primitives import ViewID

__all__ = ["VOTES_OF_A_MEMBER", "HeldVote", "ViewVotes"]

VOTES_OF_A_MEMBER: Final = 4
"""For how many views at once the votes of one member are kept: the highest ones that it asked for."""


@dataclass(frozen=True, slots=True)
class HeldVote:
    """A verified vote of one member for a view.

    Attributes:
        slot: the member.
        proof: the verified message.
        certificate: its prepared block, None for an M2.
    """

    slot: int
    proof: VerifiedMessage
    certificate: PreparedCertificate | None


@dataclass(slots=True)
class ViewVotes:
    """All votes for views of one height, at most `VOTES_OF_A_MEMBER` a member."""

    _of_view: dict[ViewID, dict[int, HeldVote]] = field(default_factory=dict)
    _of_member: dict[int, list[ViewID]] = field(default_factory=dict)

    def has(self, view_id: ViewID, slot: int) -> bool:
        """Return whether a member's vote for a view is there."""
        return slot in self._of_view.get(view_id, ())

    def find(self, view_id: ViewID, slot: int) -> HeldVote | None:
        """Return a member's vote for a view."""
        return self._of_view.get(view_id, {}).get(slot)

    def add(self, view_id: ViewID, vote: HeldVote) -> None:
        """Keep a vote, and of too many from one member not those for its lowest views."""
        views = self._of_member.setdefault(vote.slot, [])
        views.append(view_id)
        self._of_view.setdefault(view_id, {})[vote.slot] = vote
        if len(views) > VOTES_OF_A_MEMBER:
            lowest = min(views)
            views.remove(lowest)
            self._drop(lowest, vote.slot)

    def of_view(self, view_id: ViewID) -> tuple[HeldVote, ...]:
        """Return the votes for a view in the order in which they came."""
        return tuple(self._of_view.get(view_id, {}).values())

    def bits(self, view_id: ViewID) -> int:
        """Return who has asked for a view."""
        return sum(1 << slot for slot in self._of_view.get(view_id, ()))

    def bits_above(self, view_id: ViewID) -> int:
        """Return who has asked for any view above this one."""
        bits = 0
        for slot, views in self._of_member.items():
            if max(views) > view_id:
                bits |= 1 << slot
        return bits

    def highest_prepared(self, view_id: ViewID) -> PreparedCertificate | None:
        """Return, of the prepared blocks in the votes for a view, the one with the highest view of its own."""
        found = [vote.certificate for vote in self._of_view.get(view_id, {}).values() if vote.certificate]
        return max(found, key=lambda one: one.block.view_id, default=None)

    def forget_below(self, view_id: ViewID) -> None:
        """Drop the votes for lower views, which nobody needs any more."""
        for view in [view for view in self._of_view if view < view_id]:
            for slot in list(self._of_view[view]):
                self._of_member[slot].remove(view)
                self._drop(view, slot)

    def __len__(self) -> int:
        return sum(map(len, self._of_view.values()))

    def _drop(self, view_id: ViewID, slot: int) -> None:
        votes = self._of_view[view_id]
        del votes[slot]
        if not votes:
            del self._of_view[view_id]
        if not self._of_member[slot]:
            del self._of_member[slot]
