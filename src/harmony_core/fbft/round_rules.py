"""What the messages of a round have to satisfy besides their signatures.

Source: harmony-one/harmony, consensus/leader.go (onPrepare, onCommit), consensus/validator.go (onAnnounce,
onPrepared, onCommitted), consensus/checks.go, consensus/double_sign.go.
"""

from harmony_core.chain.block import decode_block
from harmony_core.chain.header import Header
from harmony_core.crypto.bitmap import check_bitmap
from harmony_core.crypto.bls import SignedBitmap
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.fbft.claims import Claim, ClaimKind, Examined
from harmony_core.fbft.encoding import signing_hash
from harmony_core.fbft.known_view import KnownView
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
from harmony_core.fbft.senders import check_single_account, sender_bitmap_of
from harmony_core.primitives import Compatibility, Hash32
from harmony_core.quorum import CommitTarget, check_quorum, commit_payload

__all__ = [
    "block_target",
    "check_place",
    "check_shard",
    "examine_certificate",
    "examine_leader_message",
    "examine_vote",
    "message_claim",
]


def check_shard(message: Message, view: KnownView) -> None:
    """Refuse a message of another shard than the trusted committee's (``message-shard``)."""
    require(
        message.shard_id == view.committee.shard_id,
        VerificationError,
        "message-shard",
        "The message is of another shard.",
        expected=view.committee.shard_id,
        actual=message.shard_id,
    )


def check_place(
    message: Announce | Prepare | Prepared | CommitVote | Committed | ViewChange | NewView, view: KnownView
) -> None:
    """Refuse a message of another shard (``message-shard``), height (``message-height``) or view (``message-view``)."""
    check_shard(message, view)
    require(
        message.block_number == view.block_number,
        VerificationError,
        "message-height",
        "The message is about another height.",
        expected=view.block_number,
        actual=message.block_number,
    )
    require(
        message.view_id == view.view_id,
        VerificationError,
        "message-view",
        "The message is of another view.",
        expected=view.view_id,
        actual=message.view_id,
    )


def message_claim(
    message: Announce | Prepared | Committed | ViewChange | NewView | LastSignPower, sender_bitmap: bytes
) -> Claim:
    """Return the claim that the sender signed the message.

    Raises:
        VerificationError: ``message-single-sender`` unless the sender is one key, ``message-unsigned`` without a
            signature.
    """
    require(
        int.from_bytes(sender_bitmap, "little").bit_count() == 1,
        VerificationError,
        "message-single-sender",
        "A signed message has one key as its sender.",
    )
    require(
        message.signature is not None,
        VerificationError,
        "message-unsigned",
        "The message has no signature.",
    )
    signature = bytes(message.signature or b"")
    return Claim(ClaimKind.MESSAGE, SignedBitmap(signing_hash(message), sender_bitmap, signature))


def block_target(
    block: bytes, view: KnownView, block_hash: Hash32, compatibility: Compatibility
) -> CommitTarget:
    """Return the identity of a block that came as RLP; raises as `block_header`."""
    return CommitTarget.of_header(block_header(block, view, block_hash, compatibility))


def block_header(block: bytes, view: KnownView, block_hash: Hash32, compatibility: Compatibility) -> Header:
    """Return the header of a block that came as RLP, after holding it against what is known.

    Raises:
        DecodeError: as `decode_block`.
        VerificationError: ``message-block-hash`` for a block of another hash, ``message-block-place`` for one of
            another shard, height or epoch.
    """
    header = decode_block(block, compatibility=compatibility).header
    require(
        header.hash == block_hash,
        VerificationError,
        "message-block-hash",
        "The message carries another block than it names.",
        expected=block_hash,
        actual=header.hash,
    )
    place = (view.committee.shard_id, view.block_number, view.committee.epoch)
    require(
        (header.shard_id, header.number, header.epoch) == place,
        VerificationError,
        "message-block-place",
        "The block is of another shard, height or epoch than is being decided.",
        expected=place,
        actual=(header.shard_id, header.number, header.epoch),
    )
    return header


def examine_vote(message: Prepare | CommitVote, view: KnownView, compatibility: Compatibility) -> Examined:
    """Check a vote but for its signature.

    Raises:
        VerificationError: ``message-shard``, ``message-height``, ``message-view``, ``message-target`` for a vote on
            another block than the known one, ``message-target-place`` if that is of another height, shard or epoch,
            ``message-several-accounts``, and what `sender_bitmap_of` raises.
        MissingDataError: ``message-target-unknown`` for a COMMIT while the block is not known: what it signs has the
            view id of the block's header.
    """
    check_place(message, view)
    bitmap = sender_bitmap_of(message, view.committee, compatibility=compatibility)
    check_single_account(bitmap, view.committee)
    _check_target(message.block_hash, view)
    if isinstance(message, CommitVote):
        kind, payload = ClaimKind.COMMIT, _commit_payload(_known_target(view), view, compatibility)
    else:
        kind, payload = ClaimKind.PREPARE, bytes(message.block_hash)
    claim = Claim(kind, SignedBitmap(payload, bitmap, message.payload))
    return Examined(bitmap, (claim,), bitmap, view.target)


def examine_leader_message(
    message: Announce | Prepared | Committed, view: KnownView, compatibility: Compatibility
) -> Examined:
    """Check what a leader sends but for its signatures.

    Raises:
        VerificationError: as for a vote, and ``message-leader`` for a sender that does not lead the view,
            ``message-single-sender``, ``message-unsigned``, ``message-block-hash``, ``message-block-place``,
            ``message-block-view`` for an ANNOUNCE of a block of another view than the message's or a PREPARED of a
            block of a later one, and for a certificate ``commit-quorum-uniform`` or ``commit-quorum-stake``.
        DecodeError: as `decode_block`.
        MissingDataError: ``message-target-unknown`` for a COMMITTED while the block is not known.
    """
    check_place(message, view)
    bitmap = sender_bitmap_of(message, view.committee, compatibility=compatibility)
    claim = message_claim(message, bitmap)
    check_leader(message, view)
    _check_target(message.block_hash, view)
    if isinstance(message, Committed):
        target = _known_target(view)
        payload = _commit_payload(target, view, compatibility)
        certificate = examine_certificate(message.payload, payload, ClaimKind.COMMITTED, view, compatibility)
        return Examined(bitmap, (claim, certificate), certificate.signed.bitmap, target)
    header = block_header(message.block, view, message.block_hash, compatibility)
    target = CommitTarget.of_header(header)
    is_announce = isinstance(message, Announce)
    require(
        target.view_id == message.view_id or (not is_announce and target.view_id < message.view_id),
        VerificationError,
        "message-block-view",
        "The block is of another view than the message.",
        expected=message.view_id,
        actual=target.view_id,
    )
    if is_announce:
        return Examined(bitmap, (claim,), bitmap, target, header)
    certificate = examine_certificate(
        message.payload, message.block_hash, ClaimKind.PREPARED, view, compatibility
    )
    return Examined(bitmap, (claim, certificate), certificate.signed.bitmap, target, header)


def examine_certificate(
    certificate: bytes, payload: bytes, kind: ClaimKind, view: KnownView, compatibility: Compatibility
) -> Claim:
    """Return the claim of a certificate (signature and bitmap) whose signers hold a quorum.

    Raises:
        VerificationError: ``bitmap-length``, ``bitmap-padding``, ``commit-quorum-uniform``, ``commit-quorum-stake``,
            ``committee-repeated-key``.
    """
    signature, bitmap = certificate[:96], certificate[96:]
    check_bitmap(bitmap, len(view.committee), compatibility=compatibility)
    check_quorum(view.committee.rule, bitmap)
    return Claim(kind, SignedBitmap(payload, bitmap, signature))


def check_leader(message: Announce | Prepared | Committed | NewView, view: KnownView) -> None:
    """Refuse a sender that does not lead the view (``message-leader``), where the leader is known."""
    require(
        view.leader_key is None or message.sender_key == view.leader_key,
        VerificationError,
        "message-leader",
        "The sender does not lead this view.",
        expected=view.leader_key,
        actual=message.sender_key,
    )


def _known_target(view: KnownView) -> CommitTarget:
    if view.target is None:
        raise MissingDataError(
            "A COMMIT signs the view id of the block's header, and the block is not known.",
            code="message-target-unknown",
        )
    return view.target


def _check_target(block_hash: Hash32, view: KnownView) -> None:
    target = view.target
    if target is None:
        return
    require(
        block_hash == target.block_hash,
        VerificationError,
        "message-target",
        "The message is about another block than the one that is being decided.",
        expected=target.block_hash,
        actual=block_hash,
    )
    place = (view.committee.shard_id, view.block_number, view.committee.epoch)
    require(
        (target.shard_id, target.number, target.epoch) == place,
        VerificationError,
        "message-target-place",
        "The block that the message is about is of another shard, height or epoch.",
        expected=place,
        actual=(target.shard_id, target.number, target.epoch),
    )


def _commit_payload(target: CommitTarget, view: KnownView, compatibility: Compatibility) -> bytes:
    return commit_payload(
        view.committee.network.config,
        block_hash=target.block_hash,
        number=target.number,
        view_id=target.view_id,
        epoch=view.committee.epoch,
        compatibility=compatibility,
    )
