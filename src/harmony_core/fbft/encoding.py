"""Typed consensus messages to and from the protobuf bytes of the wire, and what a message's signature signs.

Source: harmony-one/harmony, consensus/fbft_log.go (parseFBFTMessage), consensus/view_change_construct.go
(ParseViewChangeMessage, ParseNewViewMessage), consensus/construct.go, consensus/consensus_service.go
(signConsensusMessage).
"""

from typing import Final, TypeVar

from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, require
from harmony_core.fbft.messages import (
    M1_PAYLOAD_MINIMUM,
    Announce,
    Committed,
    CommitVote,
    ConsensusMessage,
    LastSignPower,
    Message,
    NewView,
    Prepare,
    Prepared,
    ViewChange,
)
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    FixedBytes,
    Hash32,
    ShardID,
    ViewID,
)
from harmony_core.wire import (
    ConsensusRequest,
    Envelope,
    LastSignPowerRequest,
    MessageType,
    ServiceType,
    ViewChangeRequest,
    consensus_content,
    decode_envelope,
    open_consensus_content,
)

__all__ = [
    "content_of",
    "decode_content",
    "decode_message",
    "encode_message",
    "signing_bytes",
    "signing_hash",
    "to_envelope",
    "typed_message",
]

_ROUND: Final[dict[int, type[ConsensusMessage]]] = {
    kind.type: kind for kind in (Announce, Prepare, Prepared, CommitVote, Committed)
}
_VOTES: Final = frozenset({MessageType.PREPARE, MessageType.COMMIT})
_CERTIFICATES: Final = frozenset({MessageType.PREPARED, MessageType.COMMITTED})
_WITH_BLOCK: Final = frozenset({MessageType.ANNOUNCE, MessageType.PREPARED})

_Fixed = TypeVar("_Fixed", bound=FixedBytes)


def decode_message(data: bytes, *, compatibility: Compatibility = STRICT) -> Message:
    """Decode the protobuf bytes of a consensus message, without its category byte.

    Args:
        data: the protobuf message.
        compatibility: ``loose_protobuf`` as in `decode_envelope`, ``loose_message_fields`` as in `typed_message`.

    Raises:
        DecodeError: as `decode_envelope` and `typed_message`.
    """
    return typed_message(decode_envelope(data, compatibility=compatibility), compatibility=compatibility)


def encode_message(message: Message) -> bytes:
    """Return the protobuf bytes of a message, without a category byte."""
    return to_envelope(message).encode()


def decode_content(content: bytes, *, compatibility: Compatibility = STRICT) -> Message:
    """Decode the content of a consensus message: the category byte 0 and the protobuf message.

    Raises:
        DecodeError: as `decode_message`, and ``wire-category-consensus`` for another category.
    """
    return decode_message(open_consensus_content(content), compatibility=compatibility)


def content_of(message: Message) -> bytes:
    """Return the category byte and the protobuf message, as `harmony_core.wire.frame` takes it."""
    return consensus_content(encode_message(message))


def signing_bytes(message: Message) -> bytes:
    """Return the protobuf bytes of a message without its signature."""
    return to_envelope(message).unsigned().encode()


def signing_hash(message: Message) -> Hash32:
    """Return what a message's sender signs: Keccak-256 of the protobuf bytes without the signature.

    Source: harmony-one/harmony, consensus/consensus_service.go (signConsensusMessage).
    """
    return keccak256(signing_bytes(message))


def to_envelope(message: Message) -> Envelope:
    """Return a typed message as the envelope of the wire."""
    request: ConsensusRequest | ViewChangeRequest | LastSignPowerRequest
    if isinstance(message, ViewChange):
        request = ViewChangeRequest(
            view_id=message.view_id,
            block_num=message.block_number,
            shard_id=message.shard_id,
            sender_pubkey=bytes(message.sender_key),
            leader_pubkey=bytes(message.leader_key),
            payload=message.payload,
            viewchange_sig=bytes(message.view_change_signature),
            viewid_sig=bytes(message.view_id_signature),
            prepared_block=message.prepared_block,
        )
    elif isinstance(message, NewView):
        request = ViewChangeRequest(
            view_id=message.view_id,
            block_num=message.block_number,
            shard_id=message.shard_id,
            sender_pubkey=bytes(message.sender_key),
            payload=message.payload,
            m2_aggsigs=bytes(message.m2_signature or b""),
            m2_bitmap=message.m2_bitmap,
            m3_aggsigs=bytes(message.m3_signature or b""),
            m3_bitmap=message.m3_bitmap,
            prepared_block=message.prepared_block,
        )
    elif isinstance(message, LastSignPower):
        request = LastSignPowerRequest(
            message.prepare, message.commit, message.change, bytes(message.sender_key), message.shard_id
        )
    elif isinstance(message, Announce | Prepare | Prepared | CommitVote | Committed):
        request = ConsensusRequest(
            view_id=message.view_id,
            block_num=message.block_number,
            shard_id=message.shard_id,
            block_hash=bytes(message.block_hash),
            block=message.block,
            sender_pubkey=bytes(message.sender_key or b""),
            payload=message.payload,
            sender_pubkey_bitmap=message.sender_bitmap,
        )
    else:
        raise TypeError(f"a consensus message is needed, not {type(message).__name__}")
    return Envelope(message.type, request, bytes(message.signature or b""))


def typed_message(envelope: Envelope, *, compatibility: Compatibility = STRICT) -> Message:
    """Return an envelope as a typed message.

    Args:
        envelope: the decoded envelope.
        compatibility: with ``loose_message_fields`` fields are taken as the reference takes them: a hash of another
            length is padded or cropped, a signature is cropped, a sender's key wins over a bitmap, fields of other
            types of message are dropped and payloads may have any length. Such a message does not encode back to
            the same bytes.

    Raises:
        DecodeError: ``message-type`` for a type that is none of the eight, ``message-request`` for a request of
            another type, ``message-service`` for another service, ``message-sender`` unless there is either a key or
            a bitmap, ``message-payload`` for a payload of the wrong length, ``message-field`` for a field that
            messages of this type do not have, ``message-announce-payload`` for an ANNOUNCE whose payload is not the
            block hash, ``message-vote-signature`` for a signed vote, ``message-m1`` for a VIEWCHANGE with a prepared
            block but without its hash, signature and bitmap, or the other way round, ``bytes-length`` for a key, hash
            or signature of another length.
    """
    loose = compatibility.loose_message_fields
    require(
        envelope.service_type == ServiceType.CONSENSUS or loose,
        DecodeError,
        "message-service",
        "This is not a message of consensus.",
        actual=envelope.service_type,
    )
    signature = _optional(BLSSignatureBytes, envelope.signature, loose)
    request = envelope.request
    if envelope.type in _ROUND and isinstance(request, ConsensusRequest):
        return _round_message(envelope.type, request, signature, loose)
    if envelope.type == MessageType.VIEWCHANGE and isinstance(request, ViewChangeRequest):
        return _view_change(request, signature, loose)
    if envelope.type == MessageType.NEWVIEW and isinstance(request, ViewChangeRequest):
        return _new_view(request, signature, loose)
    if envelope.type == MessageType.LAST_SIGN_POWER and isinstance(request, LastSignPowerRequest):
        return LastSignPower(
            ShardID(request.shard_id),
            _fixed(BLSPublicKeyBytes, request.sender_pubkey, loose),
            request.prepare,
            request.commit,
            request.change,
            signature,
        )
    known = {*_ROUND, MessageType.VIEWCHANGE, MessageType.NEWVIEW, MessageType.LAST_SIGN_POWER}
    require(
        envelope.type in known,
        DecodeError,
        "message-type",
        "This type of message does not exist or is not in use any more.",
        actual=envelope.type,
    )
    raise DecodeError("The message does not carry what its type announces.", code="message-request")


def _round_message(
    kind: int, request: ConsensusRequest, signature: BLSSignatureBytes | None, loose: bool
) -> ConsensusMessage:
    key, bitmap = request.sender_pubkey, request.sender_pubkey_bitmap
    if not loose:
        require(
            bool(key) != bool(bitmap),
            DecodeError,
            "message-sender",
            "A message names its sender either by a key or by a bitmap.",
        )
        _check_payload(kind, request)
        require(
            kind in _WITH_BLOCK or not request.block,
            DecodeError,
            "message-field",
            "A message of this type carries no block.",
        )
        require(
            signature is None or kind not in _VOTES,
            DecodeError,
            "message-vote-signature",
            "A vote has no signature besides the one in its payload.",
        )
    return _ROUND[kind](
        shard_id=ShardID(request.shard_id),
        view_id=ViewID(request.view_id),
        block_number=BlockNumber(request.block_num),
        block_hash=_fixed(Hash32, request.block_hash, loose),
        sender_key=_optional(BLSPublicKeyBytes, key, loose),
        payload=request.payload,
        sender_bitmap=bitmap,
        block=request.block,
        signature=signature,
    )


def _check_payload(kind: int, request: ConsensusRequest) -> None:
    length = len(request.payload)
    require(
        kind != MessageType.ANNOUNCE or request.payload == request.block_hash,
        DecodeError,
        "message-announce-payload",
        "The payload of an ANNOUNCE is the hash of its block.",
    )
    fits = {True: length == BLSSignatureBytes.LENGTH, False: length > BLSSignatureBytes.LENGTH}
    require(
        kind not in _VOTES | _CERTIFICATES or fits[kind in _VOTES],
        DecodeError,
        "message-payload",
        "A vote's payload is a signature of 96 bytes; a certificate's has a bitmap after it.",
        actual=length,
    )


def _view_change(request: ViewChangeRequest, signature: BLSSignatureBytes | None, loose: bool) -> ViewChange:
    foreign = (request.m2_aggsigs, request.m2_bitmap, request.m3_aggsigs, request.m3_bitmap)
    require(
        loose or not any(foreign),
        DecodeError,
        "message-field",
        "A VIEWCHANGE carries no sums of signatures.",
    )
    if not loose:
        _check_m1(request)
    return ViewChange(
        shard_id=ShardID(request.shard_id),
        view_id=ViewID(request.view_id),
        block_number=BlockNumber(request.block_num),
        sender_key=_fixed(BLSPublicKeyBytes, request.sender_pubkey, loose),
        leader_key=_fixed(BLSPublicKeyBytes, request.leader_pubkey, loose),
        view_change_signature=_fixed(BLSSignatureBytes, request.viewchange_sig, loose),
        view_id_signature=_fixed(BLSSignatureBytes, request.viewid_sig, loose),
        payload=request.payload,
        prepared_block=request.prepared_block,
        signature=signature,
    )


def _new_view(request: ViewChangeRequest, signature: BLSSignatureBytes | None, loose: bool) -> NewView:
    require(
        loose or not any((request.leader_pubkey, request.viewchange_sig, request.viewid_sig)),
        DecodeError,
        "message-field",
        "A NEWVIEW names no next leader and carries no single signatures.",
    )
    if not loose:
        _check_m1(request)
    return NewView(
        shard_id=ShardID(request.shard_id),
        view_id=ViewID(request.view_id),
        block_number=BlockNumber(request.block_num),
        sender_key=_fixed(BLSPublicKeyBytes, request.sender_pubkey, loose),
        m3_signature=_optional(BLSSignatureBytes, request.m3_aggsigs, loose),
        m3_bitmap=request.m3_bitmap,
        m2_signature=_optional(BLSSignatureBytes, request.m2_aggsigs, loose),
        m2_bitmap=request.m2_bitmap,
        payload=request.payload,
        prepared_block=request.prepared_block,
        signature=signature,
    )


def _check_m1(request: ViewChangeRequest) -> None:
    """Refuse half an M1: a payload without a block, a block without a payload, a payload without a bitmap."""
    whole = len(request.payload) > M1_PAYLOAD_MINIMUM and bool(request.prepared_block)
    require(
        whole or not (request.payload or request.prepared_block),
        DecodeError,
        "message-m1",
        "A prepared block comes with its hash, a signature and a bitmap, and without one there is none of them.",
        actual=len(request.payload),
    )


def _fixed(kind: type[_Fixed], data: bytes, loose: bool) -> _Fixed:
    """Return a field of fixed length; ``loose`` crops it and pads a hash."""
    if loose:
        cropped = data[: kind.LENGTH]
        return kind(cropped.ljust(kind.LENGTH, b"\0") if kind is Hash32 else cropped)
    return kind(data)


def _optional(kind: type[_Fixed], data: bytes, loose: bool) -> _Fixed | None:
    return _fixed(kind, data, loose) if data else None
