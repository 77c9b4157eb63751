"""How a block becomes final: by a quorum of COMMIT votes here, by COMMITTED from the leader, or fetched from others.

Source: harmony-one/harmony, consensus/consensus_v2.go (finalCommit, commitBlock, setupForNewConsensus, tryCatchup),
consensus/validator.go (onCommitted).
"""

from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.fbft.engine.block import BlockFacts, Head
from harmony_core.fbft.engine.compose import compose_committed
from harmony_core.fbft.engine.events import (
    AskCommittee,
    AskSync,
    Broadcast,
    CommitteeKnown,
    FinalBlock,
    Finalise,
    Synced,
    Timer,
)
from harmony_core.fbft.engine.record import SafetyRecord
from harmony_core.fbft.engine.rounds import ask_proposal
from harmony_core.fbft.engine.state import Round, State
from harmony_core.fbft.engine.verify import check_parent, verify_in, verify_sender
from harmony_core.fbft.engine.view_votes import ViewVotes
from harmony_core.fbft.engine.voting import cast_commit
from harmony_core.fbft.limits import MAX_VIEWS_AHEAD
from harmony_core.fbft.messages import Committed

__all__ = [
    "ask_sync",
    "begin_height",
    "finish",
    "on_committed",
    "on_committee",
    "on_synced",
    "place_proof",
    "try_to_finish",
]


def try_to_finish(state: State, this: Round) -> None:
    """Finish the round, at the leader, if there is a quorum of COMMIT votes; wait for late ones if that is wanted.

    The leader votes last, when its vote decides: if nobody hears of its certificate, it stays free to vote for another.
    """
    signing = state.settings.signing
    if this.commits is None or not this.commits.has_quorum(signing, state.own_bits):
        return
    if state.own_bits & ~this.commits.verified:
        cast_commit(state, this)
    if not this.commits.has_quorum(signing):
        return
    if state.settings.late_votes and not this.commits.everyone_voted(signing):
        if not this.waits_for_late_votes:
            this.waits_for_late_votes = True
            state.set_timer(Timer.LATE_VOTES, state.settings.late_votes)
        return
    finish(state, this)


def finish(state: State, this: Round) -> None:
    """Make the round's block final with the COMMIT votes at hand, which are a quorum, and tell everybody."""
    if this.commits is None:
        return
    committed = compose_committed(state, this.block, this.commits.certificate(state.settings.signing))
    _finalise(state, this.block, FinalBlock(this.data, committed))
    state.out.append(Broadcast(committed))
    begin_height(state)


def on_committed(state: State, message: Committed) -> None:
    """Take the leader's proof that a block is final; a block that is not at hand is fetched.

    Raises:
        HarmonyError: as `verify_in`; ``engine-committed-ahead`` for a view that is too far ahead.
    """
    known = state.known_block(message.block_hash)
    if known is None:
        verify_sender(state, message)
        state.unplaced = message
        ask_sync(state)
        return
    _accept_proof(state, known[0], FinalBlock(known[1], message))


def on_synced(state: State, event: Synced) -> None:
    """Take a final block that the host has fetched.

    Raises:
        HarmonyError: as `verify_in` for its proof; ``engine-synced-number`` for another height than the next,
            ``engine-parent``.
    """
    block = BlockFacts.of_block(event.final.data)
    require(
        block.number == state.number and not state.awaits_committee,
        VerificationError,
        "engine-synced-number",
        "The block is not the next one.",
        expected=state.number,
        actual=block.number,
    )
    check_parent(state, block)
    _accept_proof(state, block, event.final)


def ask_sync(state: State) -> None:
    """Ask the host for the block of this height, with a pause before it is asked again."""
    asked = state.sync_asked_at
    if asked is None or state.now - asked >= state.settings.sync_pause:
        state.sync_asked_at = state.now
        state.out.append(AskSync(state.number))


def place_proof(state: State) -> None:
    """Look again at a proof of finality whose block has come."""
    message = state.unplaced
    if message is None or state.known_block(message.block_hash) is None:
        return
    state.unplaced = None
    done = len(state.out)
    try:
        on_committed(state, message)
    except HarmonyError:
        del state.out[done:]


def on_committee(state: State, event: CommitteeKnown) -> None:
    """Begin the next epoch with its committee.

    Raises:
        VerificationError: code ``engine-committee-unasked`` if no committee is awaited, ``engine-committee-epoch``
            for one that serves no later epoch.
    """
    require(
        state.awaits_committee,
        VerificationError,
        "engine-committee-unasked",
        "The committee changes at the end of an epoch only.",
    )
    require(
        event.electorate.epoch > state.electorate.epoch,
        VerificationError,
        "engine-committee-epoch",
        "The next committee serves a later epoch.",
        expected=f"above {state.electorate.epoch}",
        actual=event.electorate.epoch,
    )
    state.electorate = event.electorate
    state.awaits_committee = False
    begin_height(state)


def begin_height(state: State) -> None:
    """Forget everything about the height that is decided, and begin the next."""
    if state.awaits_committee:
        state.out.append(AskCommittee(state.head.block.block_hash, state.head.block.target.epoch))
        return
    state.own_bits = state.electorate.bits_of_keys(state.settings.keys)
    state.own_keys = state.electorate.keys_of(state.own_bits)
    state.forget_leader()
    state.view_id = state.settings.views.first_view(state.head)
    if state.record.number != state.number:
        state.record = SafetyRecord(state.number, state.view_id)
    state.round = state.changing_to = state.new_view = state.collecting = None
    state.view_votes = ViewVotes()
    state.verdicts.clear()
    state.commit_votes.clear()
    state.stop_timer(Timer.VIEW_CHANGE)
    state.stop_timer(Timer.LATE_VOTES)
    state.set_timer(Timer.PHASE, state.settings.phase_timeout)
    ask_proposal(state)


def _accept_proof(state: State, block: BlockFacts, final: FinalBlock) -> None:
    message = final.proof
    latest = max(state.view_id, state.changing_to or state.view_id, block.view_id) + MAX_VIEWS_AHEAD
    require(
        message.view_id <= latest,
        VerificationError,
        "engine-committed-ahead",
        "The block is said to have become final in a view that is too far ahead.",
        expected=f"at most {latest}",
        actual=message.view_id,
    )
    verify_in(state, message, state.known_view(message.view_id, block))
    _finalise(state, block, final)
    begin_height(state)


def _finalise(state: State, block: BlockFacts, final: FinalBlock) -> None:
    state.head = Head(block, final.proof.view_id, final.proof.sender_key)
    state.last_final = final.proof
    state.sync_asked_at = state.unplaced = None
    state.out.append(Finalise(block, final))
    state.awaits_committee = block.ends_epoch
