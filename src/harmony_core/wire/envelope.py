"""The protobuf envelope of consensus messages, as plain values: what the bytes say, before any of it is judged.

Protobuf has many encodings of one message; nodes produce one of them, and only that one is decoded here, so that what
decodes encodes back to the same bytes and a hash over the encoding means the same to everybody.

Source: harmony-one/harmony, api/proto/message/harmonymessage.proto.
"""

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Final, Self

from google.protobuf.message import DecodeError as ProtobufDecodeError

from harmony_core.errors import DecodeError, require
from harmony_core.primitives import STRICT, Compatibility
from harmony_core.wire import messages_pb2
from harmony_core.wire.framing import MAX_CONTENT_BYTES

__all__ = [
    "ConsensusRequest",
    "Envelope",
    "LastSignPowerRequest",
    "MessageType",
    "Request",
    "RetiredRequest",
    "ServiceType",
    "ViewChangeRequest",
    "decode_envelope",
]


class ServiceType(IntEnum):
    """What part of a node a message is for."""

    CONSENSUS = 0
    STAKING = 1
    DRAND = 2
    CLIENT_SUPPORT = 3


class MessageType(IntEnum):
    """What a message is; the values are those on the wire."""

    NEWNODE_BEACON_STAKING = 0
    ANNOUNCE = 1
    PREPARE = 2
    PREPARED = 3
    COMMIT = 4
    COMMITTED = 5
    VIEWCHANGE = 6
    NEWVIEW = 7
    DRAND_INIT = 10
    DRAND_COMMIT = 11
    LOTTERY_REQUEST = 12
    LAST_SIGN_POWER = 13


@dataclass(frozen=True, slots=True)
class ConsensusRequest:
    """What the messages of a round carry. An absent field is zero or empty.

    Attributes:
        view_id: the view, 64 bits.
        block_num: the height, 64 bits.
        shard_id: the shard, 32 bits.
        block_hash: hash of the block's header.
        block: RLP of the block, in ANNOUNCE and PREPARED.
        sender_pubkey: BLS key of a sender with one key.
        payload: depends on the type.
        sender_pubkey_bitmap: keys of a sender with several, by their slots.
    """

    view_id: int = 0
    block_num: int = 0
    shard_id: int = 0
    block_hash: bytes = b""
    block: bytes = b""
    sender_pubkey: bytes = b""
    payload: bytes = b""
    sender_pubkey_bitmap: bytes = b""


@dataclass(frozen=True, slots=True)
class ViewChangeRequest:
    """What the messages of a view change carry. An absent field is zero or empty.

    Attributes:
        view_id: the view that is moved to, 64 bits.
        block_num: the height that is stuck, 64 bits.
        shard_id: the shard, 32 bits.
        sender_pubkey: BLS key of the sender.
        leader_pubkey: BLS key of the next leader, in VIEWCHANGE.
        payload: block hash, prepared signature and bitmap of a prepared block.
        viewchange_sig: the sender's signature on the payload or on one constant byte.
        viewid_sig: the sender's signature on the view id.
        m2_aggsigs: in NEWVIEW, the sum of the signatures on the constant byte.
        m2_bitmap: who is in that sum.
        m3_aggsigs: in NEWVIEW, the sum of the signatures on the view id.
        m3_bitmap: who is in that sum.
        prepared_block: RLP of the prepared block.
    """

    view_id: int = 0
    block_num: int = 0
    shard_id: int = 0
    sender_pubkey: bytes = b""
    leader_pubkey: bytes = b""
    payload: bytes = b""
    viewchange_sig: bytes = b""
    viewid_sig: bytes = b""
    m2_aggsigs: bytes = b""
    m2_bitmap: bytes = b""
    m3_aggsigs: bytes = b""
    m3_bitmap: bytes = b""
    prepared_block: bytes = b""


@dataclass(frozen=True, slots=True)
class LastSignPowerRequest:
    """What a leader tells of the votes of the last round, for display only.

    Attributes:
        prepare: power of the PREPARE votes, a signed number of 64 bits.
        commit: power of the COMMIT votes.
        change: power of the view change votes.
        sender_pubkey: BLS key of the leader.
        shard_id: the shard, 32 bits.
    """

    prepare: int = 0
    commit: int = 0
    change: int = 0
    sender_pubkey: bytes = b""
    shard_id: int = 0


@dataclass(frozen=True, slots=True)
class RetiredRequest:
    """A request of a kind that no node sends any more.

    Attributes:
        name: name of its field in the envelope.
        data: its protobuf encoding.
    """

    name: str
    data: bytes


Request = ConsensusRequest | ViewChangeRequest | LastSignPowerRequest | RetiredRequest
"""What an envelope holds."""

_FIELDS: Final[dict[type, str]] = {
    ConsensusRequest: "consensus",
    ViewChangeRequest: "viewchange",
    LastSignPowerRequest: "last_sign_power",
}
_REQUESTS: Final = {name: kind for kind, name in _FIELDS.items()}
_NAMES: Final = {kind: tuple(field.name for field in fields(kind)) for kind in _FIELDS}


@dataclass(frozen=True, slots=True)
class Envelope:
    """A consensus message as its bytes say it.

    Attributes:
        type: what the message is; unknown types have a number only.
        request: what it carries, or None.
        signature: the sender's signature, 96 bytes, or empty.
        service_type: what part of a node it is for; 0 in every consensus message.
        unknown: further fields, which only ``Compatibility.loose_protobuf`` admits, in their encoding.
    """

    type: int
    request: Request | None
    signature: bytes = b""
    service_type: int = ServiceType.CONSENSUS
    unknown: bytes = b""

    def encode(self) -> bytes:
        """Return the protobuf encoding that nodes produce."""
        parsed = messages_pb2.Message()
        parsed.service_type = self.service_type  # type: ignore[assignment]  # protobuf takes any int32
        parsed.type = self.type  # type: ignore[assignment]
        parsed.signature = self.signature
        if isinstance(self.request, RetiredRequest):
            field = getattr(parsed, self.request.name)
            field.SetInParent()
            field.MergeFromString(self.request.data)
        elif self.request is not None:
            field = getattr(parsed, _FIELDS[type(self.request)])
            field.SetInParent()
            for name in _NAMES[type(self.request)]:
                setattr(field, name, getattr(self.request, name))
        return parsed.SerializeToString(deterministic=True) + self.unknown

    def unsigned(self) -> Self:
        """Return the envelope without its signature, as it was when it was signed."""
        return replace(self, signature=b"")


def decode_envelope(data: bytes, *, compatibility: Compatibility = STRICT) -> Envelope:
    """Decode the protobuf message of a consensus message.

    Args:
        data: the bytes after the category.
        compatibility: with ``loose_protobuf`` any encoding, and unknown fields, are taken.

    Raises:
        DecodeError: ``wire-size`` for too many bytes, ``wire-protobuf`` for what is no such message,
            ``wire-canonical`` for one with unknown fields or in another encoding than nodes produce.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"a message is bytes, not {type(data).__name__}")
    require(
        len(data) <= MAX_CONTENT_BYTES,
        DecodeError,
        "wire-size",
        "The message is longer than any message of the protocol.",
        expected=f"at most {MAX_CONTENT_BYTES}",
        actual=len(data),
    )
    content = bytes(data)
    parsed = messages_pb2.Message()
    try:
        parsed.ParseFromString(content)
    except (ProtobufDecodeError, ValueError) as error:
        raise DecodeError("This is no protobuf message.", code="wire-protobuf") from error
    envelope = Envelope(
        type=int(parsed.type),
        request=_request(parsed),
        signature=parsed.signature,
        service_type=int(parsed.service_type),
    )
    if compatibility.loose_protobuf:
        return replace(envelope, unknown=_unknown_of(parsed, envelope.encode()))
    parsed.DiscardUnknownFields()
    require(
        parsed.SerializeToString(deterministic=True) == content,
        DecodeError,
        "wire-canonical",
        "The message has unknown fields or is not encoded in the one way of the nodes.",
    )
    return envelope


def _request(parsed: messages_pb2.Message) -> Request | None:
    name = parsed.WhichOneof("request")
    if name is None:
        return None
    field = getattr(parsed, name)
    kind = _REQUESTS.get(name)
    if kind is None:
        return RetiredRequest(name, field.SerializeToString(deterministic=True))
    request: Request = kind(*[getattr(field, name) for name in _NAMES[kind]])
    return request


def _unknown_of(parsed: messages_pb2.Message, encoded: bytes) -> bytes:
    """Return what protobuf keeps of unknown fields at the end of the message."""
    kept = parsed.SerializeToString(deterministic=True)
    return kept[len(encoded) :] if kept.startswith(encoded) else b""
