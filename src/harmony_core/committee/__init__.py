"""Committees: who signs in which epoch."""

from harmony_core.committee.assignment import NextCommittees, assign_seats, committees_for_epoch
from harmony_core.committee.auction import (
    BOUND,
    EXTENDED_BOUND,
    Auction,
    Bid,
    Purchase,
    RankedBid,
    hold_auction,
    median_stake,
)
from harmony_core.committee.candidates import Candidate, Verdict, is_eligible
from harmony_core.committee.election import (
    CandidateOutcome,
    Election,
    ElectionRules,
    elect,
    shard_of_key,
)
from harmony_core.committee.pre_staking import (
    committee_for_epoch,
    committee_of_instance,
    slots_of_harmony,
)

__all__ = [
    "BOUND",
    "EXTENDED_BOUND",
    "Auction",
    "Bid",
    "Candidate",
    "CandidateOutcome",
    "Election",
    "ElectionRules",
    "NextCommittees",
    "Purchase",
    "RankedBid",
    "Verdict",
    "assign_seats",
    "committee_for_epoch",
    "committee_of_instance",
    "committees_for_epoch",
    "elect",
    "hold_auction",
    "is_eligible",
    "median_stake",
    "shard_of_key",
    "slots_of_harmony",
]
