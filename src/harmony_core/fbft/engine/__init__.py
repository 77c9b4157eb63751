"""The consensus engine: leader and validator as one state machine without input, output, clock or randomness."""

from harmony_core.fbft.engine.block import BlockFacts, Head, PreparedCertificate
from harmony_core.fbft.engine.core import Engine
from harmony_core.fbft.engine.electorate import Electorate
from harmony_core.fbft.engine.epoch_views import EpochViews, Tenure
from harmony_core.fbft.engine.events import (
    AskCommittee,
    AskProposal,
    AskSync,
    Broadcast,
    CommitteeKnown,
    Effect,
    Event,
    FinalBlock,
    Finalise,
    LeaderEquivocated,
    Persist,
    ProposalReady,
    Received,
    ReportEvidence,
    Send,
    SetTimer,
    Started,
    Synced,
    Timer,
    TimerFired,
    ValidateBlock,
    VerdictReached,
)
from harmony_core.fbft.engine.record import SafetyRecord
from harmony_core.fbft.engine.settings import Settings
from harmony_core.fbft.engine.views import ClockViews, ViewRule

__all__ = [
    "AskCommittee",
    "AskProposal",
    "AskSync",
    "BlockFacts",
    "Broadcast",
    "ClockViews",
    "CommitteeKnown",
    "Effect",
    "Electorate",
    "Engine",
    "EpochViews",
    "Event",
    "FinalBlock",
    "Finalise",
    "Head",
    "LeaderEquivocated",
    "Persist",
    "PreparedCertificate",
    "ProposalReady",
    "Received",
    "ReportEvidence",
    "SafetyRecord",
    "Send",
    "SetTimer",
    "Settings",
    "Started",
    "Synced",
    "Tenure",
    "Timer",
    "TimerFired",
    "ValidateBlock",
    "VerdictReached",
    "ViewRule",
]
