"""Following consensus from outside: who led each view, who voted, what was decided, and why a view changed.

Only verified messages are taken, so that a report holds whoever sent the traffic. What a monitor did not hear it
cannot report: a leader's own votes, for example, are in its certificates only.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from harmony_core.crypto.bitmap import aggregate_masks, bitmap_length
from harmony_core.fbft.known_view import VerifiedMessage
from harmony_core.fbft.messages import (
    Announce,
    Committed,
    CommitVote,
    LastSignPower,
    NewView,
    Prepare,
    Prepared,
    ViewChange,
)
from harmony_core.primitives import BlockNumber, BLSPublicKeyBytes, Dec, Hash32, ViewID
from harmony_core.quorum import Commit, TrustedCommittee

__all__ = ["Change", "HeightReport", "RoundFollower", "ViewChanged", "ViewReport"]

_HEIGHTS_KEPT: Final = 64
_VIEWS_KEPT: Final = 256


class Change(Enum):
    """Why a view did not bring its height to an end, as far as a monitor can tell."""

    NONE = "it did: a certificate was shown, and whoever asked for another view had missed it"
    SILENT = "no proposal was seen"
    TWO_PROPOSALS = "its leader proposed more than one block"
    NO_PREPARE_QUORUM = "the PREPARE votes that were seen hold no quorum"
    NOT_PREPARED = "its leader showed no certificate of the PREPARE votes"
    NO_COMMIT_QUORUM = "the COMMIT votes that were seen hold no quorum"
    NOT_COMMITTED = "its leader showed no certificate of the COMMIT votes"


@dataclass(slots=True)
class ViewReport:
    """What was seen of one view.

    Attributes:
        committee: the committee of the height.
        view_id: the view.
        proposals: who proposed which block, in the order of arrival.
        prepare_bitmap: whose PREPARE votes were seen, those of a certificate included.
        commit_bitmap: the same of COMMIT votes.
        prepared: the block of a PREPARED, or of the M1 of a NEWVIEW.
        committed: the block of a COMMITTED.
        certificate: signature and bitmap of that COMMITTED; of several the one with the most signers.
        asked_m1: who asked for this view and showed a prepared block.
        asked_m2: who asked for this view without one.
        new_view: who opened the view with a NEWVIEW.
    """

    committee: TrustedCommittee
    view_id: ViewID
    proposals: list[tuple[BLSPublicKeyBytes, Hash32]] = field(default_factory=list)
    prepare_bitmap: bytes = b""
    commit_bitmap: bytes = b""
    prepared: Hash32 | None = None
    committed: Hash32 | None = None
    certificate: Commit | None = None
    asked_m1: bytes = b""
    asked_m2: bytes = b""
    new_view: BLSPublicKeyBytes | None = None

    def __post_init__(self) -> None:
        nobody = bytes(bitmap_length(len(self.committee)))
        self.prepare_bitmap = self.commit_bitmap = self.asked_m1 = self.asked_m2 = nobody

    @property
    def leader(self) -> BLSPublicKeyBytes | None:
        """Who led: the sender of the NEWVIEW, or of the first proposal; None if neither was seen."""
        return self.new_view or (self.proposals[0][0] if self.proposals else None)

    def share(self, bitmap: bytes) -> Dec:
        """Return the share of the vote that the slots of a bitmap hold, between 0 and 1."""
        rule = self.committee.rule
        return rule.share(rule.power(bitmap))

    @property
    def change(self) -> Change:
        """Why the view did not end its height."""
        rule = self.committee.rule
        if self.committed is not None:
            return Change.NONE
        if len({block_hash for _, block_hash in self.proposals}) > 1:
            return Change.TWO_PROPOSALS
        if self.prepared is None:
            if not self.proposals:
                return Change.SILENT
            enough = rule.is_enough(rule.power(self.prepare_bitmap))
            return Change.NOT_PREPARED if enough else Change.NO_PREPARE_QUORUM
        enough = rule.is_enough(rule.power(self.commit_bitmap))
        return Change.NOT_COMMITTED if enough else Change.NO_COMMIT_QUORUM


@dataclass(frozen=True, slots=True)
class ViewChanged:
    """One change of view.

    Attributes:
        to_view: the view that was asked for.
        from_view: the latest view before it of which anything was seen; None if nothing was.
        reason: why that one did not end the height.
    """

    to_view: ViewID
    from_view: ViewID | None
    reason: Change


@dataclass(slots=True)
class HeightReport:
    """What was seen of one height.

    Attributes:
        number: the height.
        views: its views by their id, in the order in which they were first heard of.
    """

    number: BlockNumber
    views: OrderedDict[ViewID, ViewReport] = field(default_factory=OrderedDict)

    @property
    def decided(self) -> ViewReport | None:
        """The first view in which a COMMITTED was seen, None without one."""
        return next((view for view in self.views.values() if view.committed is not None), None)

    @property
    def block_hash(self) -> Hash32 | None:
        """The block that is final, None while no certificate was seen."""
        return self.decided.committed if self.decided else None

    @property
    def changes(self) -> tuple[ViewChanged, ...]:
        """Every view that somebody asked for, by its id, with the reason."""
        ordered = sorted(self.views)
        found = []
        for at, view_id in enumerate(ordered):
            view = self.views[view_id]
            if not any(view.asked_m1 + view.asked_m2):
                continue
            before = self.views[ordered[at - 1]] if at else None
            reason = before.change if before else Change.SILENT
            found.append(ViewChanged(view_id, before.view_id if before else None, reason))
        return tuple(found)

    @property
    def is_contradictory(self) -> bool:
        """Whether certificates of different blocks were seen: consensus is broken."""
        return len({view.committed for view in self.views.values() if view.committed is not None}) > 1


class RoundFollower:
    """Takes verified messages in the order of arrival and keeps a report of each of the latest heights.

    Args:
        heights_kept: how many heights are kept; the first heard of is forgotten first.
        views_kept: how many views of a height are kept.
    """

    def __init__(self, *, heights_kept: int = _HEIGHTS_KEPT, views_kept: int = _VIEWS_KEPT) -> None:
        self._heights_kept = heights_kept
        self._views_kept = views_kept
        self._heights: OrderedDict[BlockNumber, HeightReport] = OrderedDict()

    @property
    def heights(self) -> tuple[HeightReport, ...]:
        """The reports, by height."""
        return tuple(self._heights[number] for number in sorted(self._heights))

    def height(self, number: BlockNumber) -> HeightReport | None:
        """Return the report of a height, None if nothing of it was seen or it is forgotten."""
        return self._heights.get(number)

    def observe(self, verified: VerifiedMessage) -> None:
        """Take a message."""
        message = verified.message
        if isinstance(message, LastSignPower):
            return
        view = self._view(verified, message.block_number, message.view_id)
        if isinstance(message, Announce):
            proposal = (message.sender_key or BLSPublicKeyBytes.zero(), message.block_hash)
            if proposal not in view.proposals and len(view.proposals) < len(view.committee):
                view.proposals.append(proposal)
        elif isinstance(message, Prepare):
            view.prepare_bitmap = aggregate_masks(view.prepare_bitmap, verified.sender_bitmap)
        elif isinstance(message, CommitVote):
            view.commit_bitmap = aggregate_masks(view.commit_bitmap, verified.sender_bitmap)
        elif isinstance(message, Prepared):
            view.prepared = message.block_hash
            view.prepare_bitmap = aggregate_masks(view.prepare_bitmap, message.certificate.bitmap)
        elif isinstance(message, Committed):
            _take_committed(view, message)
        elif isinstance(message, ViewChange):
            _take_view_change(view, verified, message)
        else:
            _take_new_view(view, message)

    def _view(self, verified: VerifiedMessage, number: BlockNumber, view_id: ViewID) -> ViewReport:
        report = self._heights.get(number)
        if report is None:
            report = self._heights[number] = HeightReport(number)
            if len(self._heights) > self._heights_kept:
                self._heights.popitem(last=False)
        view = report.views.get(view_id)
        if view is None:
            view = report.views[view_id] = ViewReport(verified.view.committee, view_id)
            if len(report.views) > self._views_kept:
                report.views.popitem(last=False)
        return view


def _take_committed(view: ViewReport, message: Committed) -> None:
    certificate = message.certificate
    if view.certificate is None or _signers(certificate) > _signers(view.certificate):
        view.certificate = certificate
    view.committed = message.block_hash
    view.commit_bitmap = aggregate_masks(view.commit_bitmap, certificate.bitmap)


def _take_view_change(view: ViewReport, verified: VerifiedMessage, message: ViewChange) -> None:
    if message.is_m1:
        view.asked_m1 = aggregate_masks(view.asked_m1, verified.sender_bitmap)
    else:
        view.asked_m2 = aggregate_masks(view.asked_m2, verified.sender_bitmap)


def _take_new_view(view: ViewReport, message: NewView) -> None:
    view.new_view = message.sender_key
    certificate = message.certificate
    if certificate is not None:
        view.prepared = message.prepared_hash
        view.prepare_bitmap = aggregate_masks(view.prepare_bitmap, certificate.bitmap)


def _signers(certificate: Commit) -> int:
    return int.from_bytes(certificate.bitmap, "little").bit_count()
