"""Noticing who votes twice: what is kept stays bounded, and false votes keep no evidence away."""

from itertools import combinations

from harmony_core.fbft.engine.evidence import CommitVoteLog
from harmony_core.fbft.messages import CommitVote
from harmony_core.primitives import BlockNumber, BLSSignatureBytes, Hash32, ViewID
from harmony_core.quorum import CommitTarget
from harmony_core.simulation.cluster import Cluster, Plan

CLUSTER = Cluster(Plan(validators=4, keys_of_a_node=4))
ELECTORATE = CLUSTER.electorate
NODE = CLUSTER.nodes[2]
SIGNING = NODE.settings.signing
OWN = ELECTORATE.bits_of_keys(NODE.settings.keys)
FIRST, SECOND = Hash32(b"\x01" * 32), Hash32(b"\x02" * 32)


def vote(block_hash: Hash32, bits: int = OWN, *, is_false: bool = False, view: int = 7) -> CommitVote:
    committee = ELECTORATE.committee
    target = CommitTarget(committee.shard_id, committee.epoch, BlockNumber(3), ViewID(view), block_hash)
    keys = ELECTORATE.keys_of(bits)
    signature = SIGNING.sign(keys, b"else" if is_false else ELECTORATE.commit_payload(target))
    return CommitVote(
        committee.shard_id,
        target.view_id,
        target.number,
        block_hash,
        None,
        BLSSignatureBytes(signature),
        ELECTORATE.bitmap(bits),
    )


def note(log: CommitVoteLog, one: CommitVote) -> bool:
    bits = int.from_bytes(one.sender_bitmap, "little")
    return log.note(ELECTORATE, SIGNING, bits, one) is not None


def test_every_set_of_keys_fills_no_memory() -> None:
    log = CommitVoteLog()
    slots = [1 << slot for slot in range(len(ELECTORATE)) if OWN >> slot & 1]
    for size in range(1, len(slots) + 1):
        for chosen in combinations(slots, size):
            for view in (7, 8, 9):
                assert not note(log, vote(FIRST, sum(chosen), is_false=True, view=view))
    assert len(log) <= 2 * len(slots)


def test_false_votes_before_and_after_the_first_keep_no_evidence_away() -> None:
    log = CommitVoteLog()
    some_keys = OWN & -OWN
    assert not note(log, vote(SECOND, some_keys, is_false=True))
    assert not note(log, vote(FIRST))
    assert not note(log, vote(SECOND, is_false=True))
    assert not note(log, vote(SECOND, some_keys, is_false=True))
    assert note(log, vote(SECOND))
    assert not note(log, vote(SECOND)), "it is reported once"


def test_the_same_vote_again_is_no_evidence() -> None:
    log = CommitVoteLog()
    assert not note(log, vote(FIRST))
    assert not note(log, vote(FIRST))
    assert not note(log, vote(SECOND, view=8))
