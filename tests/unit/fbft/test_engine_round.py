"""A round of the engine: who votes for what, and what is refused."""

from dataclasses import replace

import pytest

from harmony_core.chain import decode_block
from harmony_core.errors import HarmonyError, MissingDataError, VerificationError
from harmony_core.fbft.encoding import encode_message
from harmony_core.fbft.engine import (
    Broadcast,
    CommitteeKnown,
    Finalise,
    LeaderEquivocated,
    Persist,
    ProposalReady,
    Received,
    ReportEvidence,
    Send,
    Synced,
    Timer,
    TimerFired,
)
from harmony_core.fbft.messages import (
    Announce,
    Committed,
    CommitVote,
    LastSignPower,
    NewView,
    Prepare,
    Prepared,
)
from harmony_core.primitives import BlockNumber, Hash32, ViewID
from support.consensus import Table

LEADER = 1
OTHERS = (0, 2, 3)


def refused(table: Table, number: int, event: object) -> str:
    """Return the code of the refusal of an event, after which nothing has changed."""
    before = str(table.engines[number].state)
    with pytest.raises(HarmonyError) as info:
        table.engines[number].handle(event)  # type: ignore[arg-type]  # any event
    assert not isinstance(info.value, TypeError)
    table.engines[number].state.out = []
    after = str(table.engines[number].state)
    assert _without_effects(before) == _without_effects(after)
    return info.value.code


def _without_effects(text: str) -> str:
    return text.partition("out=[")[0]


def finished(table: Table) -> None:
    """Decide one height."""
    table.propose(LEADER)
    table.prepare_by(LEADER, *OTHERS)
    table.commit_by(LEADER, *OTHERS[:2])


def test_a_round_ends_with_a_final_block_everywhere() -> None:
    table = Table()
    finished(table)
    table.pass_on(Committed, *OTHERS)
    finals = [effect for _, effect in table.effects if isinstance(effect, Finalise)]
    assert len({effect.block.block_hash for effect in finals}) == 1
    assert len(finals) == 4
    assert {engine.state.number for engine in table.engines} == {2}
    assert 2 in table.asked, "the next leader is asked for a block"


def test_every_vote_is_persisted_before_it_is_sent() -> None:
    table = Table()
    finished(table)
    for number in OTHERS[:2]:
        effects = [effect for other, effect in table.effects if other == number]
        kinds = [type(effect) for effect in effects if isinstance(effect, Persist | Send | Broadcast)]
        assert kinds == [Persist, Send, Persist, Send]


def test_late_votes_are_waited_for() -> None:
    table = Table(late_votes=1000)
    finished(table)
    assert table.engines[LEADER].state.number == 1
    table.commit_by(LEADER, 3)
    assert table.engines[LEADER].state.number == 2, "everybody has voted"
    again = Table(late_votes=1000)
    finished(again)
    again.time_out(LEADER, timer=Timer.LATE_VOTES)
    assert again.engines[LEADER].state.number == 2, "the time is over"


def test_a_proposal_that_nobody_asked_for_is_refused() -> None:
    table = Table()
    event = ProposalReady(table.block(LEADER), 0)
    assert refused(table, 0, event) == "engine-proposal-unasked"
    table.handle(LEADER, event)
    assert refused(table, LEADER, event) == "engine-proposal-unasked"


def test_a_proposal_of_another_view_is_refused() -> None:
    table = Table()
    table.asked[LEADER] = replace(table.asked[LEADER], view_id=ViewID(5))
    assert refused(table, LEADER, ProposalReady(table.block(LEADER), 0)) == "engine-proposal-place"


def test_a_block_on_another_parent_is_refused() -> None:
    table = Table()
    block = decode_block(table.block(LEADER))
    data = replace(block, header=replace(block.header, parent_hash=Hash32.zero())).encode()
    assert refused(table, LEADER, ProposalReady(data, 0)) == "engine-parent"


def test_a_second_vote_is_refused_and_a_false_first_one_does_no_harm() -> None:
    table = Table()
    table.propose(LEADER)
    announce = table.last(Announce)
    table.receive(0, announce)
    vote = table.last(Prepare, 0)
    false = replace(vote, payload=table.settings[0].signing.sign([vote.sender_key or b""], b"x"))  # type: ignore[list-item]
    table.receive(LEADER, false)
    table.receive(LEADER, vote)
    assert refused(table, LEADER, Received(vote, 0)) == "engine-vote-repeated"
    table.receive(2, announce)
    table.receive(LEADER, table.last(Prepare, 2))
    assert table.of(Prepared), "the true votes make a quorum"


def test_a_false_vote_is_sorted_out_of_a_quorum() -> None:
    table = Table()
    table.propose(LEADER)
    for voter in OTHERS:
        table.receive(voter, table.last(Announce))
    false = replace(table.last(Prepare, 0), payload=b"\x01" * 96)
    for vote in (false, table.last(Prepare, 2)):
        table.receive(LEADER, vote)
    assert not table.of(Prepared)
    table.receive(LEADER, table.last(Prepare, 3))
    certificate = table.last(Prepared).certificate
    assert certificate.bitmap == b"\x0e"


def test_votes_go_to_the_leader_only() -> None:
    table = Table()
    table.propose(LEADER)
    table.receive(0, table.last(Announce))
    assert refused(table, 2, Received(table.last(Prepare, 0), 0)) == "engine-not-collecting"


def test_the_same_proposal_again_is_refused() -> None:
    table = Table()
    table.propose(LEADER)
    table.receive(0, table.last(Announce))
    assert refused(table, 0, Received(table.last(Announce), 0)) == "engine-repeated"


def test_two_proposals_end_the_view() -> None:
    table = Table()
    first = table.propose(LEADER)
    table.start(LEADER)
    second = table.propose(LEADER, extra=b"another")
    table.receive(0, first)
    effects = table.receive(0, second)
    assert any(isinstance(effect, LeaderEquivocated) for effect in effects)
    assert table.engines[0].state.changing_to == 2


def test_a_node_votes_once_in_a_view_even_after_a_crash() -> None:
    table = Table()
    first = table.propose(LEADER)
    table.receive(0, first)
    record = table.engines[0].state.record
    table.start(LEADER)
    second = table.propose(LEADER, extra=b"another")
    table.start(0, record)
    assert refused(table, 0, Received(second, 0)) == "engine-prepared-another"
    # The leader too: it does not propose again what it may have proposed before.
    table.asked.clear()
    table.start(LEADER, table.engines[LEADER].state.record)
    assert not table.asked


def test_a_node_that_knows_of_a_prepared_block_votes_for_no_other() -> None:
    table = Table()
    table.propose(LEADER)
    table.prepare_by(LEADER, *OTHERS)
    table.receive(0, table.last(Prepared))
    record = table.engines[0].state.record
    table.start(0, replace(record, prepared_view=None, prepared_hash=None))
    table.start(LEADER)
    second = table.propose(LEADER, extra=b"another")
    assert refused(table, 0, Received(second, 0)) == "engine-locked"


def test_a_node_that_has_given_up_the_view_takes_no_proposal() -> None:
    table = Table()
    table.propose(LEADER)
    table.time_out(0)
    assert refused(table, 0, Received(table.last(Announce), table.now)) == "engine-changing-view"


def test_a_certificate_is_taken_once() -> None:
    table = Table()
    table.propose(LEADER)
    table.prepare_by(LEADER, *OTHERS)
    table.receive(0, table.last(Prepared))
    assert refused(table, 0, Received(table.last(Prepared), 0)) == "engine-prepared-known"


def test_a_node_commits_to_one_block_of_a_height() -> None:
    table = Table()
    table.propose(LEADER)
    table.prepare_by(LEADER, *OTHERS)
    table.receive(0, table.last(Prepared))
    mine = table.engines[0].state.record
    assert mine.commit_hash is not None
    # Everybody else forgets and prepares another block.
    for number in (1, 2, 3):
        table.start(number)
    other = Table()
    other.propose(LEADER, extra=b"another")
    other.prepare_by(LEADER, 2, 3)
    before = len(table.of(CommitVote))
    table.start(0, mine)
    table.receive(0, other.last(Prepared))
    assert len(table.of(CommitVote)) == before
    assert table.engines[0].state.record.commit_hash == mine.commit_hash


def test_votes_of_views_to_come_are_refused() -> None:
    table = Table()
    finished(table)
    vote = replace(table.last(CommitVote), block_number=BlockNumber(1), view_id=ViewID(9))
    assert refused(table, 3, Received(vote, 0)) == "engine-commit-view"


def test_double_votes_are_noticed_by_any_node() -> None:
    table = Table()
    table.propose(LEADER)
    table.prepare_by(LEADER, *OTHERS)
    table.receive(0, table.last(Prepared))
    first = table.last(CommitVote, 0)
    other = Table()
    other.propose(LEADER, extra=b"another")
    other.prepare_by(LEADER, *OTHERS)
    other.receive(0, other.last(Prepared))
    second = other.last(CommitVote, 0)
    table.receive(3, first)
    effects = table.receive(3, second)
    (report,) = [effect for effect in effects if isinstance(effect, ReportEvidence)]
    assert {vote.block_hash for vote in report.evidence.votes} == {first.block_hash, second.block_hash}
    assert report.evidence.offender == table.cluster.electorate.account_of(0)
    assert not table.receive(3, first), "reported once"


def test_messages_of_other_heights() -> None:
    table = Table()
    finished(table)
    vote = table.last(CommitVote)
    assert refused(table, LEADER, Received(vote, 0)) == "engine-height"
    assert refused(table, LEADER, Received(table.last(Prepared), 0)) == "engine-late"


def test_a_node_that_is_behind_is_told_and_catches_up() -> None:
    table = Table()
    finished(table)
    table.time_out(3)
    effects = table.receive(LEADER, table.engines[3].state.view_votes.of_view(ViewID(2))[0].proof.message)
    (answer,) = [effect for effect in effects if isinstance(effect, Send)]
    assert isinstance(answer.message, Committed)
    table.receive(3, answer.message)
    assert table.engines[3].state.number == 2


def test_a_block_can_be_fetched() -> None:
    table = Table()
    finished(table)
    final = next(effect.final for _, effect in table.effects if isinstance(effect, Finalise))
    table.handle(3, Synced(final, 0))
    assert table.engines[3].state.number == 2
    assert refused(table, 3, Synced(final, 0)) == "engine-synced-number"


def test_finality_in_a_view_far_ahead_is_refused() -> None:
    table = Table()
    finished(table)
    ahead = replace(table.last(Committed), view_id=ViewID(1000))
    leader = table.cluster.keys_of(1000 % 4)[0]
    ahead = table.signed(replace(ahead, sender_key=leader))
    assert refused(table, 3, Received(ahead, 0)) == "engine-committed-ahead"


def test_timers_that_were_set_anew_are_refused() -> None:
    table = Table()
    assert refused(table, 0, TimerFired(Timer.PHASE, 0, 0)) == "engine-timer-stale"


def test_committees_change_at_the_end_of_an_epoch_only() -> None:
    table = Table()
    event = CommitteeKnown(table.cluster.electorate, 0)
    assert refused(table, 0, event) == "engine-committee-unasked"
    table.engines[0].state.awaits_committee = True
    assert refused(table, 0, event) == "engine-committee-epoch"
    assert refused(table, 0, Received(table.propose(LEADER), 0)) == "engine-committee-awaited"


def test_notes_on_votes_change_nothing() -> None:
    table = Table()
    shard = table.cluster.electorate.committee.shard_id
    note = LastSignPower(shard, table.cluster.keys_of(0)[0])
    assert table.receive(1, note) == ()


def test_bytes_that_are_no_message_are_refused() -> None:
    table = Table()
    table.propose(LEADER)
    good = encode_message(table.last(Announce))
    before = _without_effects(str(table.engines[0].state))
    for cut in range(0, len(good), 37):
        with pytest.raises(HarmonyError):
            table.engines[0].handle_bytes(good[:cut], 0)
    assert _without_effects(str(table.engines[0].state)) == before
    assert table.engines[0].handle_bytes(good, 0)


def test_what_is_no_event_is_a_mistake_of_the_host() -> None:
    with pytest.raises(TypeError):
        Table().handle(0, "an event")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Table().receive(0, "a message")  # type: ignore[arg-type]


def test_unsigned_and_foreign_messages_are_refused() -> None:
    table = Table()
    announce = table.propose(LEADER)
    unsigned = replace(announce, signature=None)
    assert refused(table, 0, Received(unsigned, 0)) == "message-unsigned"
    foreign = table.signed(replace(announce, sender_key=table.cluster.keys_of(3)[0]))
    assert refused(table, 0, Received(foreign, 0)) == "message-leader"
    with pytest.raises(VerificationError):
        table.receive(0, replace(announce, shard_id=type(announce.shard_id)(1)))


def test_a_new_view_without_votes_cannot_be_judged() -> None:
    table = Table()
    for number in OTHERS:
        table.time_out(number)
    from harmony_core.fbft.messages import ViewChange  # noqa: PLC0415 - used here only

    table.pass_on(ViewChange, 2)
    with pytest.raises(MissingDataError) as info:
        table.receive(0, table.last(NewView))
    assert info.value.code == "new-view-votes"
