"""Leaders that are cut off with the certificate they have just formed: no two honest nodes are split by that alone."""

from harmony_core.errors import HarmonyError
from harmony_core.fbft.encoding import encode_message
from harmony_core.fbft.engine import Finalise, Persist, Timer
from harmony_core.fbft.messages import CommitVote, NewView, Prepared, ViewChange
from harmony_core.primitives import Compatibility
from support.consensus import Table

FIRST, SECOND, THIRD, FOURTH = 1, 2, 3, 0


def exchange(table: Table, now: int, *numbers: int) -> int:
    """Let the given nodes ask for the view of the clock, hear each other, and return that view."""
    table.now = now
    for number in numbers:
        state = table.engines[number].state
        table.time_out(number, timer=Timer.PHASE if state.changing_to is None else Timer.VIEW_CHANGE)
    asked = [m for n, m in table.of(ViewChange) if n in numbers]
    view_id = max(message.view_id for message in asked)
    for sender, message in table.of(ViewChange):
        for receiver in numbers:
            if message.view_id == view_id and sender in numbers and receiver != sender:
                try:
                    table.receive(receiver, message)
                except HarmonyError:
                    continue
    return view_id


def two_certificates(table: Table) -> None:
    """Let two leaders in a row each prepare a block of its own and be cut off before anybody hears of it."""
    table.propose(FIRST)
    table.prepare_by(FIRST, 0, 2, 3)
    exchange(table, 30_000, 0, 2, 3)
    for receiver in (0, 3):
        table.receive(receiver, table.last(NewView, SECOND))
    table.propose(SECOND, extra=b"another")
    table.prepare_by(SECOND, 0, 3)
    first, second = (table.engines[number].state.record.certificate for number in (FIRST, SECOND))
    assert first
    assert second
    assert first.block.block_hash != second.block.block_hash


def conclude(table: Table, leader: int, *voters: int) -> None:
    """Let a leader show its NEWVIEW to some nodes, and get their votes."""
    for voter in voters:
        table.receive(voter, table.last(NewView, leader))
        for sender, message in table.of(CommitVote):
            if sender == voter and message.view_id == table.engines[leader].state.view_id:
                table.receive(leader, message)


def test_a_leader_persists_its_certificate_and_votes_last() -> None:
    table = Table()
    table.propose(FIRST)
    table.prepare_by(FIRST, 0, 2)
    record = table.engines[FIRST].state.record
    assert record.certificate
    assert record.commit_hash is None
    effects = [effect for number, effect in table.effects if number == FIRST]
    persisted = [place for place, one in enumerate(effects) if one == Persist(record)]
    shown = [
        place for place, one in enumerate(effects) if isinstance(getattr(one, "message", None), Prepared)
    ]
    assert persisted[0] < shown[0]
    table.receive(0, table.last(Prepared))
    table.receive(FIRST, table.last(CommitVote, 0))
    assert table.engines[FIRST].state.record.commit_hash is None
    table.receive(2, table.last(Prepared))
    table.receive(FIRST, table.last(CommitVote, 2))
    effects = [effect for number, effect in table.effects if number == FIRST]
    (final,) = [place for place, one in enumerate(effects) if isinstance(one, Finalise)]
    voted = [
        place
        for place, one in enumerate(effects)
        if isinstance(one, Persist) and one.record.commit_hash == record.certificate.block.block_hash
    ]
    assert voted
    assert voted[0] < final


def test_three_leaders_in_a_row_cut_off_with_their_certificates_divide_nobody() -> None:
    table = Table()
    two_certificates(table)
    second = table.engines[SECOND].state.record.certificate
    assert second
    assert exchange(table, 60_000, 0, 1, 3) == THIRD  # the first block again, of which nobody hears either
    assert table.last(NewView, THIRD).carries_m1
    assert {engine.state.record.commit_hash for engine in table.engines} == {None}
    exchange(table, 100_000, 0, 1, 2, 3)
    assert table.last(NewView, FOURTH).prepared_hash == second.block.block_hash
    conclude(table, FOURTH, 1, 2)
    finals = [effect for _, effect in table.effects if isinstance(effect, Finalise)]
    assert [final.block.block_hash for final in finals] == [second.block.block_hash]


def test_two_leaders_cut_off_and_a_third_node_that_crashes_for_good_divide_nobody() -> None:
    table = Table()
    two_certificates(table)
    assert exchange(table, 60_000, 0, 1, 2) == THIRD
    exchange(table, 100_000, 0, 1, 2)
    conclude(table, FOURTH, 1, 2)
    assert [effect for _, effect in table.effects if isinstance(effect, Finalise)]


def test_a_prepared_block_that_everybody_shows_is_kept_once() -> None:
    table = Table()
    table.propose(FIRST)
    table.prepare_by(FIRST, 0, 2, 3)
    for number in (2, 3):
        table.receive(number, table.last(Prepared))
    for number in (1, 2, 3):
        table.time_out(number)
        message = table.last(ViewChange, number)
        assert message.is_m1
        table.carry_out(0, table.engines[0].handle_bytes(encode_message(message), table.now))
    held = table.engines[0].state.view_votes.of_view(table.last(ViewChange).view_id)
    assert len(held) >= 3
    shown = [vote.proof.message for vote in held]
    blocks = {id(one.prepared_block) for one in shown if isinstance(one, ViewChange)}
    assert len(blocks) == 1


def test_as_the_reference_a_leader_votes_first() -> None:
    table = Table(compatibility=Compatibility(commits_several_blocks=True))
    table.propose(FIRST)
    table.prepare_by(FIRST, 0, 2)
    assert table.engines[FIRST].state.record.commit_hash


def test_lost_votes_after_that_can_divide_honest_nodes_for_good_and_nothing_forks() -> None:
    """The limit that is left, without any faulty node: three failed views, and the votes of the third are lost."""
    table = Table()
    two_certificates(table)
    assert exchange(table, 60_000, 0, 1, 3) == THIRD
    for voter in (0, 1):
        table.receive(
            voter, table.last(NewView, THIRD)
        )  # both vote to commit the first block; the votes are lost
    # From now on every message reaches everybody: views go by, each ends with two votes against two.
    for turn in range(4):
        exchange(table, 100_000 + 45_000 * turn, 0, 1, 2, 3)
        leader = table.last(NewView).view_id % 4
        conclude(table, leader, *({0, 1, 2, 3} - {leader}))
    voted = [engine.state.record.commit_hash for engine in table.engines]
    assert voted[0] == voted[1]
    assert len({*voted[1:], None}) == 3
    assert not [effect for _, effect in table.effects if isinstance(effect, Finalise)]
