"""The meaning of the FBFT messages, leader rotation, view change, and the consensus engine."""

from harmony_core.fbft.build import (
    Place,
    PreparedBlock,
    build_announce,
    build_commit_vote,
    build_committed,
    build_last_sign_power,
    build_new_view,
    build_prepare,
    build_prepared,
    build_view_change,
)
from harmony_core.fbft.encoding import (
    content_of,
    decode_content,
    decode_message,
    encode_message,
    signing_hash,
)
from harmony_core.fbft.equivocation import (
    Equivocation,
    EquivocationWatch,
)
from harmony_core.fbft.known_view import KnownView, VerifiedMessage
from harmony_core.fbft.leader import (
    LeaderRule,
    NextView,
    RotationMeta,
    Successor,
    leader_rule,
    next_leader,
    next_view,
    rotated_leader,
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
from harmony_core.fbft.round_follower import (
    Change,
    HeightReport,
    RoundFollower,
    ViewChanged,
    ViewReport,
)
from harmony_core.fbft.traffic import (
    check_traffic,
)
from harmony_core.fbft.verification import check_messages, verify_message
from harmony_core.fbft.view_tally import (
    ViewTally,
)
from harmony_core.fbft.vote_batch import (
    CheckedVotes,
    VoteChecker,
)

__all__ = [
    "Announce",
    "Change",
    "CheckedVotes",
    "CommitVote",
    "Committed",
    "ConsensusMessage",
    "Equivocation",
    "EquivocationWatch",
    "HeightReport",
    "KnownView",
    "LastSignPower",
    "LeaderRule",
    "Message",
    "NewView",
    "NextView",
    "Place",
    "Prepare",
    "Prepared",
    "PreparedBlock",
    "RotationMeta",
    "RoundFollower",
    "Successor",
    "VerifiedMessage",
    "ViewChange",
    "ViewChanged",
    "ViewReport",
    "ViewTally",
    "VoteChecker",
    "build_announce",
    "build_commit_vote",
    "build_committed",
    "build_last_sign_power",
    "build_new_view",
    "build_prepare",
    "build_prepared",
    "build_view_change",
    "check_messages",
    "check_traffic",
    "content_of",
    "decode_content",
    "decode_message",
    "encode_message",
    "leader_rule",
    "next_leader",
    "next_view",
    "rotated_leader",
    "signing_hash",
    "verify_message",
]
