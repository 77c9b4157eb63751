"""The meaning of the FBFT messages, leader rotation, view change, and the consensus engine."""

from harmony_core.fbft.encoding import (
    content_of,
    decode_content,
    decode_message,
    encode_message,
    signing_hash,
)
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

__all__ = [
    "Announce",
    "CommitVote",
    "Committed",
    "ConsensusMessage",
    "LastSignPower",
    "Message",
    "NewView",
    "Prepare",
    "Prepared",
    "ViewChange",
    "content_of",
    "decode_content",
    "decode_message",
    "encode_message",
    "signing_hash",
]
