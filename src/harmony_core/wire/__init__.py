"""What nodes send each other, as bytes: framing, categories and the protobuf envelope of consensus messages."""

from harmony_core.wire.category import (
    PROTOCOL_VERSION,
    BlockMessageType,
    MessageCategory,
    NodeMessageKind,
    NodeMessageType,
    TransactionMessageType,
    consensus_content,
    message_category,
    message_type,
    open_consensus_content,
)
from harmony_core.wire.envelope import (
    ConsensusRequest,
    Envelope,
    LastSignPowerRequest,
    MessageType,
    RetiredRequest,
    ServiceType,
    ViewChangeRequest,
    decode_envelope,
)
from harmony_core.wire.framing import FRAME_PREFIX_BYTES, MAX_CONTENT_BYTES, frame, frame_prefix, unframe

__all__ = [
    "FRAME_PREFIX_BYTES",
    "MAX_CONTENT_BYTES",
    "PROTOCOL_VERSION",
    "BlockMessageType",
    "ConsensusRequest",
    "Envelope",
    "LastSignPowerRequest",
    "MessageCategory",
    "MessageType",
    "NodeMessageKind",
    "NodeMessageType",
    "RetiredRequest",
    "ServiceType",
    "TransactionMessageType",
    "ViewChangeRequest",
    "consensus_content",
    "decode_envelope",
    "frame",
    "frame_prefix",
    "message_category",
    "message_type",
    "open_consensus_content",
    "unframe",
]
