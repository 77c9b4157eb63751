"""Verification of messages with the engine's own operations on signatures; the rules are those of the package."""

from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.fbft.claims import ClaimKind, Examined, judge
from harmony_core.fbft.engine.block import BlockFacts
from harmony_core.fbft.engine.state import State
from harmony_core.fbft.known_view import KnownView
from harmony_core.fbft.messages import Message, Prepared
from harmony_core.fbft.round_rules import check_leader, check_place, examine_certificate, message_claim
from harmony_core.fbft.senders import sender_bitmap_of
from harmony_core.fbft.verification import examine_message

__all__ = ["check_claims", "check_parent", "slot_of", "verify_in", "verify_sender"]


def verify_in(state: State, message: Message, view: KnownView) -> Examined:
    """Verify a message in a view, signatures included; raises as `harmony_core.fbft.verify_message`.

    What PREPARE and COMMIT votes sign is left open: votes are verified together, see `Votes`.
    """
    examined = examine_message(message, view, compatibility=state.settings.compatibility)
    check_claims(state, examined)
    return examined


def check_claims(state: State, examined: Examined) -> None:
    """Check the signatures of a message; a certificate that the node holds verified already is not verified again."""
    mine = state.record.certificate
    claims = [
        claim
        for claim in examined.claims
        if claim.kind is not ClaimKind.PREPARED
        or mine is None
        or claim.signed.signature + claim.signed.bitmap != mine.votes
        or claim.signed.payload != mine.block.block_hash
    ]
    signing, key_set = state.settings.signing, state.electorate.key_set
    if len(claims) > 1 and signing.all_hold(key_set, [claim.signed for claim in claims]):
        return
    for claim in claims:
        failure: HarmonyError | None = None
        try:
            signing.check(key_set, claim.signed)
        except HarmonyError as error:
            failure = error
        if failure is not None:
            judge(claim.kind, failure)


def examine_repeated(state: State, message: Prepared, view: KnownView) -> Examined:
    """Examine a PREPARED whose block is the one that was proposed and examined, so that it is not decoded again."""
    compatibility = state.settings.compatibility
    check_place(message, view)
    bitmap = sender_bitmap_of(message, view.committee, compatibility=compatibility)
    claim = message_claim(message, bitmap)
    check_leader(message, view)
    certificate = examine_certificate(
        message.payload, message.block_hash, ClaimKind.PREPARED, view, compatibility
    )
    return Examined(bitmap, (claim, certificate), certificate.signed.bitmap)


def verify_sender(state: State, message: Message) -> int:
    """Verify only that a member of the committee signed a message, and return its slot.

    Raises:
        HarmonyError: as `verify_in`, for the sender and the message's signature.
    """
    bitmap = sender_bitmap_of(message, state.electorate.committee)
    claim = message_claim(message, bitmap)  # type: ignore[arg-type]  # votes are handled before
    check_claims(state, Examined(bitmap, (claim,), bitmap))
    return slot_of(bitmap)


def slot_of(bitmap: bytes) -> int:
    """Return the slot of a sender with one key."""
    return int.from_bytes(bitmap, "little").bit_length() - 1


def check_parent(state: State, block: BlockFacts) -> None:
    """Refuse a block that does not stand on the head (``engine-parent``)."""
    require(
        block.parent_hash == state.head.block.block_hash,
        VerificationError,
        "engine-parent",
        "The block does not stand on the last final block.",
        expected=state.head.block.block_hash,
        actual=block.parent_hash,
    )
