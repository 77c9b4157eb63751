"""A member floods a node with well signed messages of any height, view and content: refused or kept within bounds."""

from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.errors import HarmonyError
from harmony_core.fbft.encoding import signing_hash
from harmony_core.fbft.engine import AskSync, Finalise, LeaderEquivocated
from harmony_core.fbft.engine.view_votes import VOTES_OF_A_MEMBER
from harmony_core.fbft.messages import Committed, CommitVote, Message, NewView, Prepare, Prepared, ViewChange
from support.consensus import Table

LEADER, NEXT, FAULTY = 1, 2, 3
NUMBERS = (0, 1, 2, 3, 50, 2**63, 2**64 - 1)
VIEWS = (0, 1, 2, 3, 4, 7, 249, 250, 251, 2**63, 2**64 - 1)
KINDS = 7


@cache
def samples() -> tuple[Message, ...]:
    """Return messages of every kind, with and without a prepared block."""
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
    assert other.last(NewView).carries_m1
    return tuple(message for one in (table, other, empty) for _, message in one.sent)


def altered(data: st.DataObject, table: Table) -> Message:
    """Return a message of the faulty member, which signs as whoever it is."""
    message: Any = data.draw(st.sampled_from(samples()))
    key = table.settings[FAULTY].keys[0]
    changes: dict[str, Any] = {
        "block_number": data.draw(st.sampled_from(NUMBERS)),
        "view_id": data.draw(st.sampled_from(VIEWS)),
        "sender_key": key,
    }
    # The votes of a quorum prove that a block is final, whoever hands them on: that is no attack.
    proves = isinstance(message, Committed)
    if proves or data.draw(st.booleans()):
        payloads = [b"", b"\0" * 96, b"\xff" * 97, bytes(200), *([] if proves else [message.payload])]
        changes["payload"] = data.draw(st.sampled_from(payloads))
    if isinstance(message, Prepare | CommitVote):
        vote: Message = replace(message, **changes)
        return vote
    unsigned = replace(message, **changes)
    signing = table.settings[FAULTY].signing
    signed: Message = replace(unsigned, signature=signing.sign([key], signing_hash(unsigned)))
    return signed


@settings(max_examples=40, deadline=None)
@given(data=st.data(), moment=st.integers(0, 2))
def test_a_member_that_sends_anything_moves_nothing_and_fills_nothing(
    data: st.DataObject, moment: int
) -> None:
    table = Table()
    if moment >= 1:
        table.receive(0, table.propose(LEADER))
    if moment == 2:
        table.time_out(0)
    begun = len(table.effects)
    for _ in range(30):
        try:
            table.receive(0, altered(data, table))
        except HarmonyError:
            continue
    state = table.engines[0].state
    effects = [effect for number, effect in table.effects[begun:] if number == 0]
    assert not [effect for effect in effects if isinstance(effect, Finalise | LeaderEquivocated)]
    assert len([effect for effect in effects if isinstance(effect, AskSync)]) <= 1
    assert state.number == 1
    assert state.record.commit_hash is None
    assert len(state.view_votes) <= VOTES_OF_A_MEMBER + 1
    assert len(state.early) + len(state.early_view) <= 2 * KINDS
    assert len(state.commit_votes) <= 2
