"""What the messages of a view change have to satisfy besides their signatures, and the strict rule for a NEWVIEW.

M2 signs one constant byte and M3 a view id, neither a block nor a shard, so that both can be taken from one view
change and shown in another; and a signature covers 48 bytes of what it signs, of an M1 the block hash and the first 16
bytes of the certificate. A NEWVIEW alone therefore proves nothing. The strict rule accepts one only together with the
view change votes themselves, each signed as a message with block and view, from a quorum of power.

Source: harmony-one/harmony, consensus/view_change_construct.go (ProcessViewChangeMsg, VerifyNewViewMsg),
consensus/view_change.go (onViewChange, onNewView), consensus/checks.go (onViewChangeSanityCheck).
"""

from collections.abc import Iterable

from harmony_core.chain.block import decode_block
from harmony_core.crypto.bitmap import bitmap_length, check_bitmap, count_enabled
from harmony_core.crypto.bls import SignedBitmap
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.fbft.claims import Claim, ClaimKind, Examined
from harmony_core.fbft.known_view import KnownView, VerifiedMessage
from harmony_core.fbft.limits import MAX_VIEWS_AHEAD
from harmony_core.fbft.messages import NIL_PAYLOAD, NewView, ViewChange, view_id_payload
from harmony_core.fbft.round_rules import (
    block_target,
    check_leader,
    check_place,
    examine_certificate,
    message_claim,
)
from harmony_core.fbft.senders import sender_bitmap_of
from harmony_core.primitives import Compatibility, Hash32, ViewID
from harmony_core.quorum import CommitTarget

__all__ = [
    "check_new_view_votes",
    "check_view_ahead",
    "examine_new_view",
    "examine_view_change",
]


def check_view_ahead(view_id: ViewID, *, current: ViewID, changing_to: ViewID) -> None:
    """Refuse a VIEWCHANGE for a view that is over or too far ahead.

    Args:
        view_id: the view that is asked for.
        current: the receiver's view.
        changing_to: the view that the receiver itself asks for, or its view.

    Raises:
        VerificationError: ``view-change-stale`` below the receiver's view, ``view-change-ahead`` more than
            `MAX_VIEWS_AHEAD` ahead.

    Source: harmony-one/harmony, consensus/checks.go (onViewChangeSanityCheck).
    """
    require(
        view_id >= current,
        VerificationError,
        "view-change-stale",
        "The view that is asked for is over.",
        expected=f"at least {current}",
        actual=view_id,
    )
    require(
        view_id <= changing_to + MAX_VIEWS_AHEAD,
        VerificationError,
        "view-change-ahead",
        "The view that is asked for is too far ahead.",
        expected=f"at most {changing_to + MAX_VIEWS_AHEAD}",
        actual=view_id,
    )


def examine_view_change(message: ViewChange, view: KnownView, compatibility: Compatibility) -> Examined:
    """Check a VIEWCHANGE but for its signatures.

    Raises:
        VerificationError: ``message-shard``, ``message-height``, ``message-view``, ``view-change-leader`` for a vote
            that expects another leader, what `sender_bitmap_of` and `message_claim` raise, and for an M1 the codes of
            its block and certificate (`prepared_claim`).
        DecodeError: as `decode_block`.
    """
    check_place(message, view)
    bitmap = sender_bitmap_of(message, view.committee, compatibility=compatibility)
    require(
        view.leader_key is None or message.leader_key == view.leader_key,
        VerificationError,
        "view-change-leader",
        "The vote expects another leader of the view.",
        expected=view.leader_key,
        actual=message.leader_key,
    )
    claims = [message_claim(message, bitmap), m3_claim(message, bitmap)]
    target = None
    if message.is_m1:
        target, certificate = prepared_claim(message, view, compatibility)
        claims += [m1_claim(message, bitmap), certificate]
    else:
        claims.append(m2_claim(message, bitmap))
    return Examined(bitmap, tuple(claims), bitmap, target)


def m1_claim(message: ViewChange, bitmap: bytes) -> Claim:
    """Return the claim that the sender signed its prepared block."""
    return Claim(ClaimKind.M1, SignedBitmap(message.payload, bitmap, message.view_change_signature))


def m2_claim(message: ViewChange, bitmap: bytes) -> Claim:
    """Return the claim that the sender signed that it has no prepared block."""
    return Claim(ClaimKind.M2, SignedBitmap(NIL_PAYLOAD, bitmap, message.view_change_signature))


def m3_claim(message: ViewChange, bitmap: bytes) -> Claim:
    """Return the claim that the sender signed the view id."""
    return Claim(
        ClaimKind.M3, SignedBitmap(view_id_payload(message.view_id), bitmap, message.view_id_signature)
    )


def prepared_claim(
    message: ViewChange | NewView, view: KnownView, compatibility: Compatibility
) -> tuple[CommitTarget, Claim]:
    """Check the prepared block of an M1, and return its identity and the claim of its certificate.

    Raises:
        VerificationError: ``message-block-hash``, ``message-block-place``, ``m1-block-view`` for a block that is not
            of an earlier view, and for the certificate what `examine_certificate` raises.
        DecodeError: as `decode_block`.
    """
    block_hash = Hash32(message.payload[:32])
    if compatibility.unbound_prepared_blocks:
        header = decode_block(message.prepared_block, compatibility=compatibility).header
        target = CommitTarget.of_header(header)
    else:
        target = block_target(message.prepared_block, view, block_hash, compatibility)
        require(
            target.view_id < message.view_id,
            VerificationError,
            "m1-block-view",
            "The prepared block is not of an earlier view.",
            expected=f"below {message.view_id}",
            actual=target.view_id,
        )
    claim = examine_certificate(
        message.payload[32:], bytes(block_hash), ClaimKind.PREPARED, view, compatibility
    )
    return target, claim


def examine_new_view(message: NewView, view: KnownView, compatibility: Compatibility) -> Examined:
    """Check a NEWVIEW but for its signatures and the votes that it rests on.

    Raises:
        VerificationError: ``message-shard``, ``message-height``, ``message-view``, ``message-leader``,
            ``new-view-m3-missing``, ``new-view-quorum`` if those who signed the view id are no quorum,
            ``new-view-m2-outside`` if somebody signed to have no prepared block but not the view id,
            ``new-view-payload`` if somebody did not sign to have none and no prepared block is shown, and the codes
            of the prepared block.
        DecodeError: as `decode_block`.
    """
    check_place(message, view)
    bitmap = sender_bitmap_of(message, view.committee, compatibility=compatibility)
    claims = [message_claim(message, bitmap)]
    check_leader(message, view)
    m3, m2 = _voters(message, view, compatibility)
    _check_m3_quorum(m3, view)
    claims.append(
        Claim(
            ClaimKind.SUM_OF_M3,
            SignedBitmap(view_id_payload(message.view_id), m3, bytes(message.m3_signature or b"")),
        )
    )
    if message.m2_signature is not None:
        claims.append(Claim(ClaimKind.SUM_OF_M2, SignedBitmap(NIL_PAYLOAD, m2, message.m2_signature)))
    _check_voters(message, m3, m2, view, compatibility)
    target = None
    if message.carries_m1:
        target, certificate = prepared_claim(message, view, compatibility)
        claims.append(certificate)
    return Examined(bitmap, tuple(claims), m3, target)


def _voters(message: NewView, view: KnownView, compatibility: Compatibility) -> tuple[bytes, bytes]:
    """Return who signed the view id and who signed to have no prepared block."""
    require(
        message.m3_signature is not None,
        VerificationError,
        "new-view-m3-missing",
        "A NEWVIEW shows the signatures on its view id.",
    )
    bitmaps = [message.m3_bitmap]
    if message.m2_signature is not None:
        bitmaps.append(message.m2_bitmap)
    for bitmap in bitmaps:
        check_bitmap(bitmap, len(view.committee), compatibility=compatibility)
    nobody = bytes(bitmap_length(len(view.committee)))
    return message.m3_bitmap, message.m2_bitmap if message.m2_signature is not None else nobody


def _check_m3_quorum(m3: bytes, view: KnownView) -> None:
    rule = view.committee.rule
    require(
        rule.is_enough(rule.power(m3)),
        VerificationError,
        "new-view-quorum",
        "Those who signed the view id hold no quorum.",
        expected=rule.threshold,
        actual=rule.power(m3),
    )


def _check_voters(
    message: NewView, m3: bytes, m2: bytes, view: KnownView, compatibility: Compatibility
) -> None:
    size = len(view.committee)
    outside = int.from_bytes(m2, "little") & ~int.from_bytes(m3, "little")
    require(
        compatibility.new_view_without_votes or outside == 0,
        VerificationError,
        "new-view-m2-outside",
        "Somebody signed to have no prepared block, but not the view id.",
    )
    require(
        message.carries_m1 or count_enabled(m3, size) <= count_enabled(m2, size),
        VerificationError,
        "new-view-payload",
        "Not everybody signed to have no prepared block, and none is shown.",
    )


def check_new_view_votes(message: NewView, view: KnownView, votes: Iterable[VerifiedMessage]) -> None:
    """Hold a NEWVIEW against the view change votes that the receiver has verified itself.

    Votes for another committee, height or view do not count, and a key counts once.

    Raises:
        MissingDataError: ``new-view-votes`` if the votes at hand come from less than a quorum of power.
        VerificationError: ``new-view-prepared`` if a vote shows a prepared block and the NEWVIEW none,
            ``new-view-highest`` if a vote shows a prepared block of a later view than the NEWVIEW's.
    """
    rule = view.committee.rule
    voted = 0
    highest: CommitTarget | None = None
    for vote in votes:
        if not _is_vote_for(vote, view):
            continue
        voted |= int.from_bytes(vote.sender_bitmap, "little")
        if vote.target is not None and (highest is None or vote.target.view_id > highest.view_id):
            highest = vote.target
    power = rule.power(voted.to_bytes(bitmap_length(len(view.committee)), "little"))
    require(
        rule.is_enough(power),
        MissingDataError,
        "new-view-votes",
        "A NEWVIEW proves nothing without the view change votes of a quorum, each signed for this block and view.",
        expected=rule.threshold,
        actual=power,
    )
    require(
        highest is None or message.carries_m1,
        VerificationError,
        "new-view-prepared",
        "A vote for the view shows a prepared block, and the NEWVIEW shows none.",
        expected=highest.block_hash if highest else None,
    )
    if highest is not None:
        _check_highest(message, highest)


def _check_highest(message: NewView, highest: CommitTarget) -> None:
    shown = decode_block(message.prepared_block).header
    require(
        shown.hash == highest.block_hash or shown.view_id > highest.view_id,
        VerificationError,
        "new-view-highest",
        "A vote for the view shows a block prepared later than the NEWVIEW's.",
        expected=highest.block_hash,
        actual=shown.hash,
    )


def _is_vote_for(vote: VerifiedMessage, view: KnownView) -> bool:
    message = vote.message
    if not isinstance(message, ViewChange) or vote.view.committee != view.committee:
        return False
    return (message.block_number, message.view_id) == (view.block_number, view.view_id)
