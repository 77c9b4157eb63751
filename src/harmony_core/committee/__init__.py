"""Committees: who signs in which epoch."""

from harmony_core.committee.assignment import (
    NextCommittees,
    assign_seats,
    committees_for_epoch,
    election_for_epoch,
    keeps_committees,
)
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
from harmony_core.committee.epoch_change import (
    BeaconView,
    BlockPlace,
    CommitteeRecords,
    VerifiedNextCommittees,
    committees_to_expect,
    committees_to_propose,
    encode_next_committees,
    epoch_of_child,
    verify_carried_committees,
    verify_next_shard_state,
    with_next_committees,
)
from harmony_core.committee.explanation import explain, explain_election
from harmony_core.committee.pre_staking import (
    committee_for_epoch,
    committee_of_instance,
    slots_of_harmony,
)

__all__ = [
    "BOUND",
    "EXTENDED_BOUND",
    "Auction",
    "BeaconView",
    "Bid",
    "BlockPlace",
    "Candidate",
    "CandidateOutcome",
    "CommitteeRecords",
    "Election",
    "ElectionRules",
    "NextCommittees",
    "Purchase",
    "RankedBid",
    "Verdict",
    "VerifiedNextCommittees",
    "assign_seats",
    "committee_for_epoch",
    "committee_of_instance",
    "committees_for_epoch",
    "committees_to_expect",
    "committees_to_propose",
    "elect",
    "election_for_epoch",
    "encode_next_committees",
    "epoch_of_child",
    "explain",
    "explain_election",
    "hold_auction",
    "is_eligible",
    "keeps_committees",
    "median_stake",
    "shard_of_key",
    "slots_of_harmony",
    "verify_carried_committees",
    "verify_next_shard_state",
    "with_next_committees",
]
