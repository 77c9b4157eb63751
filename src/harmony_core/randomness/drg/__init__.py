"""Distributed randomness generation: the **paper protocol**, which no network of Harmony runs.

Many validators contribute a VRF each, the exclusive or of which is pRnd. The chain agrees on pRnd in block B. Only then,
after the delay Rnd = VDF(pRnd, T), does anybody learn the randomness, which is accepted from block B + k on.

Two variants were published, and are two modules:

- `harmony_core.randomness.drg.commit_collection`: at the end of an epoch the leader asks all validators for a VRF on the
  hash of the last block, and combines f + 1 of them (the whitepaper; the early node's ``drand``).
- `harmony_core.randomness.drg.epoch_collection`: over an epoch each new leader puts its VRF into a block, and those of
  more than two thirds of the validators are combined (Harmony's later documentation).

Both end in `harmony_core.randomness.drg.agreement`. Everything here is a state machine without network, disk or clock:
messages come as arguments and go as results.
"""

from harmony_core.randomness.drg.agreement import (
    DelayFunction,
    Preimage,
    RandomnessRound,
    VerifiedPreimage,
    VerifiedRandomness,
)
from harmony_core.randomness.drg.commit_collection import (
    CommitLeader,
    CommitValidator,
    Proposal,
    verify_proposal,
)
from harmony_core.randomness.drg.epoch_collection import EpochCollection
from harmony_core.randomness.drg.messages import DrandMessage, DrandType
from harmony_core.randomness.drg.schemes import BLSCommits, CommitScheme, P256Commits
from harmony_core.randomness.drg.session import Session

__all__ = [
    "BLSCommits",
    "CommitLeader",
    "CommitScheme",
    "CommitValidator",
    "DelayFunction",
    "DrandMessage",
    "DrandType",
    "EpochCollection",
    "P256Commits",
    "Preimage",
    "Proposal",
    "RandomnessRound",
    "Session",
    "VerifiedPreimage",
    "VerifiedRandomness",
    "verify_proposal",
]
