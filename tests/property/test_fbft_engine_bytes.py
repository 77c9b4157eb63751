"""Any bytes as a message, at any moment: a typed refusal or a message, and never anything else."""

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.errors import HarmonyError
from harmony_core.fbft.encoding import encode_message
from harmony_core.fbft.messages import Committed, NewView, Prepared, ViewChange
from support.consensus import Table

LEADER, NEXT = 1, 2


@cache
def messages() -> tuple[bytes, ...]:
    """Return an encoding of every kind of message, with and without a prepared block."""
    table = Table()
    table.propose(LEADER)
    table.prepare_by(LEADER, 0, 2, 3)
    table.commit_by(LEADER, 0, 2)
    other = Table()
    other.propose(LEADER)
    other.prepare_by(LEADER, 0, 2, 3)
    other.receive(3, other.last(Prepared))
    other.time_out(0, 1, 2, 3)
    other.pass_on(ViewChange, NEXT)
    empty = Table()
    empty.time_out(0, 2, 3)
    empty.pass_on(ViewChange, NEXT)
    assert table.of(Committed)
    assert other.last(NewView).carries_m1
    sent = [message for one in (table, other, empty) for _, message in one.sent]
    return tuple(encode_message(message) for message in sent)


def node(moment: int) -> Table:
    """Return a table whose node 3 is at some point of a round."""
    table = Table()
    if moment >= 1:
        table.receive(3, table.propose(LEADER))
    if moment == 2:
        table.time_out(3)
    return table


@settings(max_examples=150, deadline=None)
@given(data=st.data(), moment=st.integers(0, 2))
def test_altered_messages_are_refused_or_taken(data: st.DataObject, moment: int) -> None:
    table = node(moment)
    for _ in range(6):
        good = bytearray(data.draw(st.sampled_from(messages())))
        for _ in range(data.draw(st.integers(0, 3))):
            place = data.draw(st.integers(0, len(good) - 1))
            good[place] = data.draw(st.integers(0, 255))
        number = data.draw(st.sampled_from([LEADER, 3]))
        try:
            table.carry_out(number, table.engines[number].handle_bytes(bytes(good), 0))
        except HarmonyError:
            continue


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_without_a_trace(data: bytes) -> None:
    table = Table(validators=1)
    before = str(table.engines[0].state).partition("out=[")[0]
    try:
        table.engines[0].handle_bytes(data, 0)
    except HarmonyError:
        assert str(table.engines[0].state).partition("out=[")[0] == before
