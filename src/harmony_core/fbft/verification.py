"""Verifying consensus messages, one at a time or many together.

Each function takes what the verifier knows itself (`KnownView`) and returns a proof value or says why not.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from cytoolz import partition_all

from harmony_core.crypto import keccak256
from harmony_core.crypto.bls import (
    KeySet,
    PublicKey,
    Signature,
    SignedBitmap,
    check_bitmap_signatures,
    verify,
    verify_bitmap_signature,
)
from harmony_core.errors import HarmonyError, VerificationError
from harmony_core.fbft.claims import ClaimKind, Examined, judge
from harmony_core.fbft.known_view import _MINT, KnownView, VerifiedMessage
from harmony_core.fbft.messages import (
    Announce,
    Committed,
    CommitVote,
    LastSignPower,
    Message,
    NewView,
    Prepare,
    Prepared,
    ViewChange,
)
from harmony_core.fbft.round_rules import check_shard, examine_leader_message, examine_vote, message_claim
from harmony_core.fbft.senders import sender_bitmap_of
from harmony_core.fbft.view_change_rules import check_new_view_votes, examine_new_view, examine_view_change
from harmony_core.primitives import STRICT, Compatibility
from harmony_core.wire import Envelope

__all__ = ["check_messages", "examine_message", "verified", "verify_envelope_signature", "verify_message"]

_BATCH = 1024
"""Signatures that are checked together: a bad one costs the search of a batch only."""


def verify_message(
    message: Message,
    view: KnownView,
    *,
    votes: Iterable[VerifiedMessage] = (),
    compatibility: Compatibility = STRICT,
) -> VerifiedMessage:
    """Verify a message in a view.

    Args:
        message: any consensus message.
        view: what the verifier knows of the view.
        votes: for a NEWVIEW, the verified view change votes that the receiver holds.
        compatibility: ``new_view_without_votes`` takes a NEWVIEW without votes, ``unbound_prepared_blocks`` an M1 of
            another height or view, and the quirks of decoding, bitmaps and BLS points.

    Raises:
        VerificationError: a rule or a signature does not hold; see `examine_message` and `judge` for the codes.
        DecodeError: a block, key or signature in the message does not decode.
        MissingDataError: ``message-target-unknown`` for a COMMIT or COMMITTED without a known block,
            ``new-view-votes`` for a NEWVIEW without the votes of a quorum.

    Source: harmony-one/harmony, consensus/checks.go, leader.go, validator.go and view_change.go.
    """
    examined = examine_message(message, view, compatibility=compatibility)
    for claim in examined.claims:
        failure: HarmonyError | None = None
        try:
            verify_bitmap_signature(view.committee.key_set, claim.signed, compatibility=compatibility)
        except HarmonyError as error:
            failure = error
        judge(claim.kind, failure)
    return _proven(message, view, examined, votes, compatibility)


def check_messages(
    items: Sequence[tuple[Message, KnownView]],
    *,
    votes: Iterable[VerifiedMessage] = (),
    compatibility: Compatibility = STRICT,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> list[VerifiedMessage | HarmonyError]:
    """Verify many messages of any mix of views at once, and return a proof or the reason for each.

    The verdicts are those of `verify_message`; only the signatures are checked together, with random coefficients,
    which lets a wrong batch pass with a probability of about 2^-64. A NEWVIEW is judged by ``votes`` and by those
    that stand before it among the items.

    Args:
        items: each message with what is known of its view.
        votes: verified view change votes besides those among the items.
        compatibility: as for `verify_message`.
        entropy: source of the coefficients; must be unpredictable to whoever made the messages.
    """
    verdicts: list[Examined | HarmonyError] = []
    for message, view in items:
        try:
            verdicts.append(examine_message(message, view, compatibility=compatibility))
        except HarmonyError as error:
            verdicts.append(error)
    failures = _check_claims(items, verdicts, compatibility, entropy)
    known = list(votes)
    results: list[VerifiedMessage | HarmonyError] = []
    for position, (message, view) in enumerate(items):
        examined = verdicts[position]
        if isinstance(examined, HarmonyError):
            results.append(examined)
            continue
        try:
            for at, claim in enumerate(examined.claims):
                judge(claim.kind, failures.get((position, at)))
            proven = _proven(message, view, examined, known, compatibility)
        except HarmonyError as error:
            results.append(error)
        else:
            results.append(proven)
            if isinstance(message, ViewChange):
                known.append(proven)
    return results


def _check_claims(
    items: Sequence[tuple[Message, KnownView]],
    verdicts: Sequence[Examined | HarmonyError],
    compatibility: Compatibility,
    entropy: Callable[[int], bytes],
) -> dict[tuple[int, int], HarmonyError]:
    """Return what fails, by the positions of the message and of the claim; kinds of claims are batched apart."""
    groups: dict[tuple[ClaimKind, int], list[tuple[int, int]]] = defaultdict(list)
    signed: dict[tuple[int, int], tuple[KeySet, SignedBitmap]] = {}
    for position, examined in enumerate(verdicts):
        if isinstance(examined, Examined):
            key_set = items[position][1].committee.key_set
            for at, claim in enumerate(examined.claims):
                groups[claim.kind, id(key_set)].append((position, at))
                signed[position, at] = (key_set, claim.signed)
    failures: dict[tuple[int, int], HarmonyError] = {}
    for places in groups.values():
        for part in partition_all(_BATCH, places):
            found = check_bitmap_signatures(
                [signed[place] for place in part],
                compatibility=compatibility,
                entropy=entropy,
            )
            failures |= {place: error for place, error in zip(part, found, strict=True) if error is not None}
    return failures


def examine_message(message: Message, view: KnownView, *, compatibility: Compatibility = STRICT) -> Examined:
    """Check everything about a message but its signatures, and return these.

    Raises:
        HarmonyError: as `examine_vote`, `examine_leader_message`, `examine_view_change` and `examine_new_view`.
    """
    if not isinstance(view, KnownView):
        raise TypeError(f"a KnownView is needed, not {type(view).__name__}")
    if isinstance(message, Prepare | CommitVote):
        return examine_vote(message, view, compatibility)
    if isinstance(message, Announce | Prepared | Committed):
        return examine_leader_message(message, view, compatibility)
    if isinstance(message, ViewChange):
        return examine_view_change(message, view, compatibility)
    if isinstance(message, NewView):
        return examine_new_view(message, view, compatibility)
    if isinstance(message, LastSignPower):
        check_shard(message, view)
        bitmap = sender_bitmap_of(message, view.committee, compatibility=compatibility)
        return Examined(bitmap, (message_claim(message, bitmap),), bitmap)
    raise TypeError(f"a consensus message is needed, not {type(message).__name__}")


def verify_envelope_signature(
    envelope: Envelope, key: PublicKey, *, compatibility: Compatibility = STRICT
) -> None:
    """Check that ``key`` signed an envelope, whatever it holds.

    Args:
        envelope: the decoded envelope.
        key: the key that is claimed to have signed.
        compatibility: quirks of BLS points to allow.

    Raises:
        VerificationError: ``message-signature``.
        DecodeError: the signature is no point of the right group.

    Source: harmony-one/harmony, consensus/checks.go (verifyMessageSig).
    """
    payload = keccak256(envelope.unsigned().encode())
    signature = Signature.from_bytes(envelope.signature, compatibility=compatibility, backend=key.backend)
    failure: HarmonyError | None = None
    try:
        verify(key, payload, signature, compatibility=compatibility)
    except VerificationError as error:
        failure = error
    judge(ClaimKind.MESSAGE, failure)


def _proven(
    message: Message,
    view: KnownView,
    examined: Examined,
    votes: Iterable[VerifiedMessage],
    compatibility: Compatibility,
) -> VerifiedMessage:
    if isinstance(message, NewView) and not compatibility.new_view_without_votes:
        check_new_view_votes(message, view, votes)
    return verified(message, view, examined)


def verified(message: Message, view: KnownView, examined: Examined) -> VerifiedMessage:
    """Return the proof value of a message whose claims all hold, or that this node has made itself."""
    rule = view.committee.rule
    return VerifiedMessage(
        _MINT,
        message=message,
        view=view,
        sender_bitmap=examined.sender_bitmap,
        power=rule.share(rule.power(examined.counted)),
        target=examined.target,
    )
