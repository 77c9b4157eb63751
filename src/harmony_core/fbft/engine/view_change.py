"""Giving up a view: VIEWCHANGE and NEWVIEW.

Source: harmony-one/harmony, consensus/view_change.go (startViewChange, onViewChange, startNewView, onNewView).
"""

from dataclasses import replace

from harmony_core.errors import HarmonyError, MissingDataError, VerificationError, require
from harmony_core.fbft.claims import Examined
from harmony_core.fbft.engine.block import BlockFacts, PreparedCertificate
from harmony_core.fbft.engine.compose import compose_new_view, compose_view_change
from harmony_core.fbft.engine.events import Broadcast, Persist, Timer
from harmony_core.fbft.engine.finality import try_to_finish
from harmony_core.fbft.engine.rounds import ask_proposal, follow_prepared
from harmony_core.fbft.engine.state import Round, State
from harmony_core.fbft.engine.verify import check_claims, check_parent, slot_of, verify_in
from harmony_core.fbft.engine.view_votes import HeldVote
from harmony_core.fbft.engine.votes import Votes
from harmony_core.fbft.engine.voting import keep_certificate, learn
from harmony_core.fbft.messages import NewView, ViewChange
from harmony_core.fbft.verification import examine_message, verified
from harmony_core.fbft.view_change_rules import check_new_view_votes, check_view_ahead
from harmony_core.primitives import ViewID

__all__ = ["begin_new_view", "on_new_view", "on_view_change", "start_view_change"]


def start_view_change(state: State) -> None:
    """Ask for the view that the clock says, with what a quorum has prepared as far as the node knows."""
    current = state.changing_to or state.view_id
    view_id, wait = state.settings.views.next_view(state.head, current, state.now)
    view_id = max(view_id, state.changing_to or ViewID(state.view_id + 1), state.record.view_id)
    state.changing_to = view_id
    state.stop_timer(Timer.PHASE)
    state.stop_timer(Timer.LATE_VOTES)
    state.set_timer(Timer.VIEW_CHANGE, wait)
    state.view_votes.forget_below(view_id)
    if not state.own_bits:
        return
    state.record = state.record.in_view(view_id)
    state.out.append(Persist(state.record))
    for key in state.own_keys:
        slot = state.electorate.slot_of[key]
        held = state.view_votes.find(view_id, slot)
        if held is None:
            message = compose_view_change(state, view_id, key)
            bitmap = state.electorate.bitmap(1 << slot)
            mine = state.record.certificate
            examined = Examined(bitmap, (), bitmap, mine.block.target if mine else None)
            proof = verified(message, state.known_view(view_id), examined)
            held = HeldVote(slot, proof, mine)
            state.view_votes.add(view_id, held)
        state.out.append(Broadcast(held.proof.message))
    _after_votes(state, view_id)


def on_view_change(state: State, message: ViewChange) -> None:
    """Hold a vote for another view, learn of the prepared block that it shows, and act on enough of them.

    Raises:
        HarmonyError: as `verify_in` and `check_view_ahead`; ``engine-view-vote-repeated`` for a member's second vote
            for a view, ``engine-parent``.
    """
    view_id = message.view_id
    check_view_ahead(view_id, current=state.view_id, changing_to=state.changing_to or state.view_id)
    examined = examine_message(message, state.known_view(view_id), compatibility=state.settings.compatibility)
    slot = slot_of(examined.sender_bitmap)
    require(
        not state.view_votes.has(view_id, slot),
        VerificationError,
        "engine-view-vote-repeated",
        "This member has asked for this view already.",
    )
    certificate = _prepared_of(state, message)
    check_claims(state, examined)
    if certificate is not None:
        # All members show the same block, which is kept once.
        message = replace(message, prepared_block=certificate.data)
    proof = verified(message, state.known_view(view_id), examined)
    state.view_votes.add(view_id, HeldVote(slot, proof, certificate))
    if certificate is not None:
        learn(state, certificate)
    _after_votes(state, view_id)


def on_new_view(state: State, message: NewView) -> None:
    """Begin the view if a quorum has asked for it and its leader has forgotten no prepared block.

    The votes that it rests on have to be here, each signed as a message; until they are, one NEWVIEW is kept.

    Raises:
        MissingDataError: code ``new-view-votes`` while there are too few; it is taken up when they come.
        HarmonyError: as `verify_in`, `check_view_ahead` and `check_new_view_votes`; ``engine-new-view-stale`` for a
            view below one that the node has asked for, ``engine-parent``.
    """
    view_id = message.view_id
    check_view_ahead(view_id, current=state.view_id, changing_to=state.changing_to or state.view_id)
    require(
        state.view_id < view_id >= state.record.view_id,
        VerificationError,
        "engine-new-view-stale",
        "This node has gone on to a later view.",
        expected=f"at least {state.record.view_id}",
        actual=view_id,
    )
    verify_in(state, message, state.known_view(view_id))
    certificate = _prepared_of(state, message)
    _take_up(state, message, certificate)


def retry_new_view(state: State) -> None:
    """Look again at the NEWVIEW that waits for votes."""
    message, state.new_view = state.new_view, None
    if message is None or message.view_id <= state.view_id or message.view_id < state.record.view_id:
        return
    try:
        _take_up(state, message, _prepared_of(state, message))
    except HarmonyError:
        return


def begin_new_view(state: State, view_id: ViewID) -> None:
    """Begin a view that this node leads with the votes for it, which are a quorum."""
    votes = state.view_votes.of_view(view_id)
    prepared = state.view_votes.highest_prepared(view_id)
    message = compose_new_view(state, view_id, votes, prepared)
    _enter(state, view_id)
    state.out.append(Broadcast(message))
    if prepared is None:
        ask_proposal(state)
        return
    this = state.round = Round(prepared.block, prepared.data, certificate=prepared)
    this.commits = Votes(state.electorate, state.electorate.commit_payload(prepared.block.target))
    keep_certificate(state, this)
    try_to_finish(state, this)


def _take_up(state: State, message: NewView, certificate: PreparedCertificate | None) -> None:
    view = state.known_view(message.view_id)
    if not state.settings.compatibility.new_view_without_votes:
        proofs = [vote.proof for vote in state.view_votes.of_view(message.view_id)]
        try:
            check_new_view_votes(message, view, proofs)
        except MissingDataError:
            state.new_view = message
            raise
    _enter(state, message.view_id)
    if certificate is not None:
        learn(state, certificate)
        follow_prepared(state, certificate)


def _enter(state: State, view_id: ViewID) -> None:
    """Leave the view change."""
    state.view_id = view_id
    state.record = state.record.in_view(view_id)
    state.changing_to = state.round = state.new_view = state.collecting = None
    state.stop_timer(Timer.VIEW_CHANGE)
    state.stop_timer(Timer.LATE_VOTES)
    state.set_timer(Timer.PHASE, state.settings.phase_timeout)


def _after_votes(state: State, view_id: ViewID) -> None:
    """Act on the votes for a view: lead it, or take up its NEWVIEW, or join those who have given up the present one."""
    votes = state.view_votes
    if state.new_view is not None and state.new_view.view_id == view_id:
        retry_new_view(state)
    elif state.changing_to is None:
        if state.electorate.can_block(votes.bits_above(state.view_id)):
            start_view_change(state)
    elif view_id == state.changing_to and state.leads(view_id):
        bits = votes.bits(view_id)
        if not state.electorate.has_quorum(bits):
            return
        if state.settings.late_view_votes and bits != state.electorate.everyone:
            if state.collecting != view_id:
                state.collecting = view_id
                state.set_timer(Timer.LATE_VOTES, state.settings.late_view_votes)
        else:
            begin_new_view(state, view_id)


def _prepared_of(state: State, message: ViewChange | NewView) -> PreparedCertificate | None:
    """Return the prepared block that a message shows, None for none; one that the node has is not kept twice."""
    shows = message.is_m1 if isinstance(message, ViewChange) else message.carries_m1
    if not shows:
        return None
    block = BlockFacts.of_block(message.prepared_block)
    check_parent(state, block)
    mine = state.record.certificate
    data = mine.data if mine and mine.block.block_hash == block.block_hash else message.prepared_block
    return PreparedCertificate(block, data, message.payload[32:])
