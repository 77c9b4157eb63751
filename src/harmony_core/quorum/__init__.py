"""Quorum: voting power, quorum rules, commit payloads and the verification of commits.

`verify_commit` and `check_commits` turn a header, its commit and a `TrustedCommittee` into a `VerifiedHeader`, or say
why not.
"""

from harmony_core.quorum.commit import Commit, CommitTarget
from harmony_core.quorum.payload import commit_payload
from harmony_core.quorum.policy import (
    TWO_THIRDS,
    QuorumRule,
    StakeQuorum,
    UniformQuorum,
    check_quorum,
)
from harmony_core.quorum.trusted_committee import CommitteeSource, TrustedCommittee
from harmony_core.quorum.verification import (
    check_commit_targets,
    check_commits,
    is_commit_checked,
    submit_commits,
    verify_commit,
    verify_commit_target,
)
from harmony_core.quorum.verified_header import VerifiedCommit, VerifiedHeader
from harmony_core.quorum.vote_collector import Ballot, Phase, VoteCollector
from harmony_core.quorum.voting_power import Roster, ShardVote, Voter, aggregate_rosters

__all__ = [
    "TWO_THIRDS",
    "Ballot",
    "Commit",
    "CommitTarget",
    "CommitteeSource",
    "Phase",
    "QuorumRule",
    "Roster",
    "ShardVote",
    "StakeQuorum",
    "TrustedCommittee",
    "UniformQuorum",
    "VerifiedCommit",
    "VerifiedHeader",
    "VoteCollector",
    "Voter",
    "aggregate_rosters",
    "check_commit_targets",
    "check_commits",
    "check_quorum",
    "commit_payload",
    "is_commit_checked",
    "submit_commits",
    "verify_commit",
    "verify_commit_target",
]
