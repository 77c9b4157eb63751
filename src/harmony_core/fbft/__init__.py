"""The meaning of the FBFT messages, leader rotation, view change, and the consensus engine."""

from harmony_core.fbft.encoding import (
    content_of,
    decode_content,
    decode_message,
    encode_message,
    signing_hash,
)
from harmony_core.fbft.known_view import KnownView, VerifiedMessage
from harmony_core.fbft.messages import (
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
from harmony_core.fbft.verification import check_messages, verify_message

__all__ = [
    "Announce",
    "CommitVote",
    "Committed",
    "ConsensusMessage",
    "KnownView",
    "LastSignPower",
    "Message",
    "NewView",
    "Prepare",
    "Prepared",
    "VerifiedMessage",
    "ViewChange",
    "check_messages",
    "content_of",
    "decode_content",
    "decode_message",
    "encode_message",
    "signing_hash",
    "verify_message",
]
