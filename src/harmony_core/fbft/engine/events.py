"""What can happen to the engine, and what it asks of its host. Times are whole milliseconds, of the host's clock."""

from dataclasses import dataclass
from enum import Enum

from harmony_core.chain.slash import Evidence
from harmony_core.fbft.engine.block import BlockFacts, Head
from harmony_core.fbft.engine.electorate import Electorate
from harmony_core.fbft.engine.record import SafetyRecord
from harmony_core.fbft.messages import Announce, Committed, Message
from harmony_core.primitives import BlockNumber, BLSPublicKeyBytes, Epoch, Hash32, ViewID

__all__ = [
    "AskCommittee",
    "AskProposal",
    "AskSync",
    "Broadcast",
    "CommitteeKnown",
    "Effect",
    "Event",
    "FinalBlock",
    "Finalise",
    "LeaderEquivocated",
    "Persist",
    "ProposalReady",
    "Received",
    "ReportEvidence",
    "Send",
    "SetTimer",
    "Started",
    "Synced",
    "Timer",
    "TimerFired",
    "ValidateBlock",
    "VerdictReached",
]


class Timer(Enum):
    """What a timer is for."""

    PHASE = "phase"
    """The block of this view should have become final by now."""

    VIEW_CHANGE = "view change"
    """The new view should have begun by now."""

    LATE_VOTES = "late votes"
    """The leader has waited long enough for votes beyond the quorum."""


# Events


@dataclass(frozen=True, slots=True)
class Started:
    """The node begins, or begins again after a crash.

    Attributes:
        head: the last final block that it has stored.
        electorate: the committee that decides the next height.
        record: what it persisted last; None for a node that has never voted.
        now: the time.
    """

    head: Head
    electorate: Electorate
    record: SafetyRecord | None
    now: int


@dataclass(frozen=True, slots=True)
class Received:
    """A message came in. Nothing about it is known; not even who it is from."""

    message: Message
    now: int


@dataclass(frozen=True, slots=True)
class ProposalReady:
    """The host answers `AskProposal` with a block, as RLP, that it has made and vouches for."""

    data: bytes
    now: int


@dataclass(frozen=True, slots=True)
class VerdictReached:
    """The host answers `ValidateBlock`."""

    block_hash: Hash32
    is_valid: bool
    now: int


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that `SetTimer` has set ran off; ``token`` tells it from those set before."""

    timer: Timer
    token: int
    now: int


@dataclass(frozen=True, slots=True)
class CommitteeKnown:
    """The host answers `AskCommittee`: after the last block of an epoch, who decides from now on."""

    electorate: Electorate
    now: int


@dataclass(frozen=True, slots=True)
class FinalBlock:
    """A block with the proof that it is final.

    Attributes:
        data: the block's RLP.
        proof: the COMMITTED message of the view in which it became final.
    """

    data: bytes
    proof: Committed


@dataclass(frozen=True, slots=True)
class Synced:
    """The host answers `AskSync` with the block after the head, from another node: nothing about it is known."""

    final: FinalBlock
    now: int


Event = Started | Received | ProposalReady | VerdictReached | TimerFired | CommitteeKnown | Synced
"""Anything that can happen."""


# Effects


@dataclass(frozen=True, slots=True)
class Persist:
    """Write the record down durably before carrying out any effect that follows."""

    record: SafetyRecord


@dataclass(frozen=True, slots=True)
class ValidateBlock:
    """Say with `VerdictReached` whether this block is valid on top of the head."""

    block: BlockFacts
    data: bytes


@dataclass(frozen=True, slots=True)
class AskProposal:
    """This node leads: make a block for this height and view on top of this parent, then `ProposalReady`."""

    number: BlockNumber
    view_id: ViewID
    parent_hash: Hash32


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Send a message to every other member of the committee."""

    message: Message


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to the node that has a key."""

    to: BLSPublicKeyBytes
    message: Message


@dataclass(frozen=True, slots=True)
class Finalise:
    """The block is final: store it with its proof."""

    block: BlockFacts
    final: FinalBlock


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Fire `TimerFired` with this token at that time; a timer of the same kind set before no longer counts."""

    timer: Timer
    token: int
    at: int


@dataclass(frozen=True, slots=True)
class AskSync:
    """Others are ahead: fetch the block of this height from any node, then `Synced`."""

    number: BlockNumber


@dataclass(frozen=True, slots=True)
class AskCommittee:
    """The epoch has ended: say with `CommitteeKnown` who decides in the next one.

    Attributes:
        after: the last block of the epoch.
        epoch: the epoch that it ends.
    """

    after: Hash32
    epoch: Epoch


@dataclass(frozen=True, slots=True)
class ReportEvidence:
    """A member has voted to commit two blocks of one height and view."""

    evidence: Evidence


@dataclass(frozen=True, slots=True)
class LeaderEquivocated:
    """The leader has signed two proposals for one view. The chain does not punish it; the view is given up."""

    first: Announce
    second: Announce


Effect = (
    Persist
    | ValidateBlock
    | AskProposal
    | Broadcast
    | Send
    | Finalise
    | SetTimer
    | AskSync
    | AskCommittee
    | ReportEvidence
    | LeaderEquivocated
)
"""Anything that the engine asks for, in the order in which it has to be done."""
