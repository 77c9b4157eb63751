"""Giving up a view: what is carried over, what is refused, and what stays bounded."""

from dataclasses import replace

import pytest

from harmony_core.errors import DecodeError, HarmonyError, VerificationError
from harmony_core.fbft.engine import Finalise, Persist, Received, SafetyRecord, Timer, TimerFired
from harmony_core.fbft.engine.view_votes import VOTES_OF_A_MEMBER
from harmony_core.fbft.limits import MAX_VIEWS_AHEAD
from harmony_core.fbft.messages import Announce, Committed, CommitVote, NewView, Prepare, Prepared, ViewChange
from harmony_core.primitives import BlockNumber, Compatibility, ViewID, rlp
from support.consensus import Table

LEADER, NEXT = 1, 2
FORGETFUL = Compatibility(verified_blocks_forget_prepared=True)


def code_of(
    table: Table, number: int, message: Announce | Prepared | Committed | ViewChange | NewView
) -> str:
    with pytest.raises(HarmonyError) as info:
        table.engines[number].handle(Received(message, table.now))
    return info.value.code


def prepared_then_stuck(table: Table, *knowing: int) -> None:
    """Let a block be prepared, show the certificate to some nodes, and let everybody give up."""
    table.propose(LEADER)
    table.prepare_by(LEADER, 0, 2, 3)
    for number in knowing:
        table.receive(number, table.last(Prepared))
    table.time_out(0, 1, 2, 3)


def test_an_empty_view_change_leads_to_a_new_proposal() -> None:
    table = Table()
    table.time_out(0, 2, 3)
    table.pass_on(ViewChange, 0, 2, 3)
    new_view = table.last(NewView)
    assert not new_view.carries_m1
    assert new_view.m2_bitmap == new_view.m3_bitmap
    table.pass_on(NewView, 0, 3)
    assert {table.engines[number].state.view_id for number in (0, 2, 3)} == {2}
    table.propose(NEXT)
    table.prepare_by(NEXT, 0, 3)
    table.commit_by(NEXT, 0, 3)
    assert table.engines[NEXT].state.head.view_id == 2


def test_a_prepared_block_is_proposed_again_with_its_own_view() -> None:
    table = Table()
    prepared_then_stuck(table, 3)
    table.pass_on(ViewChange, NEXT, sender=0)
    table.pass_on(ViewChange, NEXT, sender=3)
    new_view = table.last(NewView)
    assert new_view.carries_m1
    for receiver in (0, 3):
        table.pass_on(ViewChange, receiver)
        table.receive(receiver, new_view)
        table.receive(NEXT, table.last(CommitVote, receiver))
    (final,) = [effect for number, effect in table.effects if number == NEXT and isinstance(effect, Finalise)]
    assert (final.block.view_id, final.final.proof.view_id) == (1, 2)


def test_a_view_change_is_persisted_before_it_is_sent() -> None:
    table = Table()
    table.time_out(0)
    effects = [effect for number, effect in table.effects if number == 0]
    persisted = next(place for place, effect in enumerate(effects) if isinstance(effect, Persist))
    sent = next(
        place
        for place, effect in enumerate(effects)
        if not isinstance(effect, Persist) and hasattr(effect, "message")
    )
    assert persisted < sent


def test_a_new_view_that_forgets_a_prepared_block_is_refused() -> None:
    table = Table()
    prepared_then_stuck(table, 3)
    # The leader of the new view hears only of those who know nothing.
    for sender in (0, 2):
        table.pass_on(ViewChange, 0, sender=sender)
    hidden = Table()
    hidden.time_out(0, 2, 3)
    hidden.pass_on(ViewChange, NEXT, sender=0)
    hidden.pass_on(ViewChange, NEXT, sender=3)
    table.pass_on(ViewChange, 0, sender=3)
    assert code_of(table, 0, hidden.last(NewView)) == "new-view-prepared"


def test_a_replayed_new_view_is_refused_and_the_reference_takes_it() -> None:
    """M2 signs a constant and M3 the view id: the sums of one height hold at another height of the same view."""
    for compatibility, is_taken in (
        (Compatibility(), False),
        (Compatibility(new_view_without_votes=True), True),
    ):
        table = Table(compatibility=compatibility)
        table.time_out(0, 2, 3)
        table.pass_on(ViewChange, NEXT)
        old = table.last(NewView)
        later = Table(compatibility=compatibility)
        later.propose(LEADER)
        later.prepare_by(LEADER, 0, 2, 3)
        later.commit_by(LEADER, 0, 2)
        later.pass_on(Committed, 0, 2, 3)
        state = later.engines[0].state
        assert state.number == 2
        state.view_id = ViewID(1)
        replayed = later.signed(replace(old, block_number=BlockNumber(2)))
        if is_taken:
            later.receive(0, replayed)
            assert later.engines[0].state.view_id == 2
        else:
            assert code_of(later, 0, replayed) == "new-view-votes"


def test_a_new_view_waits_for_its_votes() -> None:
    table = Table()
    table.time_out(0, 2, 3)
    table.pass_on(ViewChange, NEXT)
    assert code_of(table, 0, table.last(NewView)) == "new-view-votes"
    assert table.engines[0].state.changing_to == 2
    table.pass_on(ViewChange, 0)
    assert table.engines[0].state.view_id == 2


def test_a_second_vote_for_a_view_is_refused() -> None:
    table = Table()
    table.time_out(0)
    vote = table.last(ViewChange, 0)
    table.receive(3, vote)
    assert code_of(table, 3, vote) == "engine-view-vote-repeated"


def test_a_node_does_not_go_back_to_a_view_that_it_has_given_up() -> None:
    table = Table()
    table.time_out(0, 2, 3)
    table.pass_on(ViewChange, 0, 2, 3)
    new_view = table.last(NewView)
    table.now += 100_000
    table.time_out(0, timer=Timer.VIEW_CHANGE)
    assert table.engines[0].state.changing_to > 2  # type: ignore[operator]  # it asks for one
    assert code_of(table, 0, new_view) == "engine-new-view-stale"


def test_the_highest_prepared_block_wins() -> None:
    """Two blocks of one height are prepared; who knows the later one makes everybody propose it again."""
    table = Table()
    prepared_then_stuck(table)
    first = table.engines[LEADER].state.record.certificate
    assert first is not None
    # The leader is cut off; the others know of nothing and prepare another block in view 2, which only 3 hears of.
    for number in (0, 2, 3):
        table.pass_on(ViewChange, number, sender=0)
        table.pass_on(ViewChange, number, sender=2)
        table.pass_on(ViewChange, number, sender=3)
    for number in (0, 3):
        table.receive(number, table.last(NewView))
    table.propose(NEXT, extra=b"another")
    table.prepare_by(NEXT, 0, 3)
    table.receive(3, table.last(Prepared, NEXT))
    second = table.engines[3].state.record.certificate
    assert second is not None
    assert second.block.view_id > first.block.view_id
    table.now = 45_000
    table.time_out(0, 2, 3)
    table.time_out(1, timer=Timer.VIEW_CHANGE)
    votes = [message for _, message in table.of(ViewChange) if message.view_id == 3]
    for vote in votes:
        if vote.sender_key != table.cluster.keys_of(3)[0]:
            table.receive(3, vote)
    new_view = table.last(NewView, 3)
    assert new_view.prepared_hash == second.block.block_hash


def test_a_node_that_has_voted_keeps_showing_what_it_voted_for() -> None:
    table = Table()
    prepared_then_stuck(table, 0)
    vote = table.last(ViewChange, 0)
    assert vote.is_m1
    assert vote.prepared_hash == table.last(Announce).block_hash
    forgetful = Table(compatibility=FORGETFUL)
    prepared_then_stuck(forgetful, 0)
    assert not forgetful.last(ViewChange, 0).is_m1, "the habit of the reference"


def test_a_certificate_that_comes_late_is_shown_in_the_next_view_change() -> None:
    table = Table()
    prepared_then_stuck(table)
    assert not table.last(ViewChange, 0).is_m1
    table.receive(0, table.last(Prepared))
    assert not [m for n, m in table.of(CommitVote) if n == 0], "the view is given up"
    table.now = 100_000
    table.time_out(0, timer=Timer.VIEW_CHANGE)
    assert table.last(ViewChange, 0).is_m1


def test_a_restarted_node_keeps_its_promise() -> None:
    table = Table()
    prepared_then_stuck(table, 0)
    record = table.engines[0].state.record
    table.start(0, record)
    assert table.engines[0].state.changing_to == record.view_id
    assert table.last(ViewChange, 0).is_m1
    assert code_of(table, 0, table.last(Announce)) == "engine-changing-view"


def test_those_who_have_given_up_draw_others_along() -> None:
    table = Table()
    table.time_out(0, 2)
    table.pass_on(ViewChange, 3)
    assert table.engines[3].state.changing_to == 2


def test_a_new_leader_waits_for_late_votes_once() -> None:
    table = Table(late_view_votes=500)
    table.time_out(0, 2, 3)
    table.pass_on(ViewChange, NEXT)
    assert not table.of(NewView)
    table.time_out(NEXT, timer=Timer.LATE_VOTES)
    assert table.of(NewView)


def test_what_comes_before_the_new_view_is_kept() -> None:
    table = Table()
    table.time_out(0, 2, 3)
    table.pass_on(ViewChange, 0, 2, 3)
    table.propose(NEXT)
    table.receive(0, table.last(Announce, NEXT))
    assert not [m for n, m in table.of(Prepare) if n == 0]
    table.receive(0, table.last(NewView))
    assert [m for n, m in table.of(Prepare) if n == 0]


def test_what_comes_before_the_height_is_kept() -> None:
    table = Table()
    table.propose(LEADER)
    table.prepare_by(LEADER, 0, 2, 3)
    table.commit_by(LEADER, 0, 2)
    table.receive(2, table.last(Committed))
    table.propose(2)
    table.receive(3, table.last(Announce, 2))
    table.receive(3, table.last(Prepared, LEADER))
    table.receive(3, table.last(Committed))
    assert [m for n, m in table.of(Prepare) if n == 3 and m.block_number == 2]


def test_floods_of_views_and_heights_fill_no_memory() -> None:
    table = Table()
    state = table.engines[0].state
    table.time_out(3)
    vote = table.last(ViewChange, 3)
    signing = table.settings[3].signing
    for view in range(2, 2 + MAX_VIEWS_AHEAD):
        leader = state.leader(ViewID(view))
        again = replace(vote, view_id=ViewID(view), leader_key=leader)
        again = replace(
            again,
            view_id_signature=signing.sign([vote.sender_key], view.to_bytes(8, "little")),
            signature=None,
        )
        table.receive(0, table.signed(again))
    assert len(state.view_votes) == VOTES_OF_A_MEMBER
    ahead = table.signed(replace(vote, view_id=ViewID(5000)))
    assert code_of(table, 0, ahead) == "view-change-ahead"
    announce = table.propose(LEADER)
    for number in range(2, 300):
        table.receive(0, table.signed(replace(announce, block_number=BlockNumber(number))))
        ahead_in_view = replace(announce, view_id=ViewID(number), sender_key=state.leader(ViewID(number)))
        if number <= MAX_VIEWS_AHEAD:
            table.receive(0, table.signed(ahead_in_view))
    assert len(state.early) + len(state.early_view) <= 2
    for view in range(40):
        fake = CommitVote(
            announce.shard_id, ViewID(view), BlockNumber(1), announce.block_hash, vote.sender_key, b""
        )
        try:
            table.receive(0, fake)
        except VerificationError:
            continue
    assert len(state.commit_votes) <= 8


def test_a_record_survives_the_disk() -> None:
    table = Table()
    records = [table.engines[0].state.record]
    prepared_then_stuck(table, 0)
    records += [engine.state.record for engine in table.engines]
    for record in records:
        data = record.encode()
        assert SafetyRecord.decode(data) == record
        assert SafetyRecord.decode(data).encode() == data
        for cut in (0, 1, len(data) // 2, len(data) - 1):
            with pytest.raises(DecodeError):
                SafetyRecord.decode(data[:cut])
    with pytest.raises(DecodeError) as info:
        SafetyRecord.decode(rlp.encode([b"\x01"] * 6))
    assert info.value.code == "engine-record"


def test_the_gap_in_liveness_is_real_and_no_fork() -> None:
    """Two honest nodes have voted to commit different blocks; without the faulty one's vote the height stands still."""
    table = Table()
    prepared_then_stuck(table, 0)
    first = table.engines[0].state.record.commit_hash
    table.start(LEADER)  # the faulty leader, which pretends to know nothing
    token = table.engines[LEADER].state.tokens[Timer.PHASE]
    table.handle(LEADER, TimerFired(Timer.PHASE, token, table.now))
    for receiver in (1, 2, 3):
        for sender in (1, 2, 3):
            votes = [m for n, m in table.of(ViewChange) if n == sender and not m.is_m1]
            if sender != receiver:
                table.receive(receiver, votes[-1])
    for receiver in (1, 3):
        table.receive(receiver, table.last(NewView, NEXT))
    table.propose(NEXT, extra=b"another")
    table.prepare_by(NEXT, 1, 3)
    table.receive(3, table.last(Prepared, NEXT))
    table.receive(NEXT, table.last(CommitVote, 3))
    second = table.engines[3].state.record.commit_hash
    assert len({first, second, None}) == 3
    # From now on the faulty node is silent, and everything reaches everybody.
    table.now = 90_000
    table.time_out(2, 3)
    table.time_out(0, timer=Timer.VIEW_CHANGE)
    asked = [m for n, m in table.of(ViewChange) if m.view_id == table.engines[3].state.changing_to]
    assert {m.prepared_hash for m in asked} == {first, second}
    assert not [effect for _, effect in table.effects if isinstance(effect, Finalise)]
    assert [m.block_hash for n, m in table.of(CommitVote) if n == 0] == [first]
    # With the faulty node's vote the second block is final; the first never can be.
    table.engines[NEXT].state.changing_to = None
    table.receive(1, table.last(Prepared, NEXT))
    table.receive(NEXT, table.last(CommitVote, 1))
    (final,) = [effect for _, effect in table.effects if isinstance(effect, Finalise)]
    assert final.block.block_hash == second
