"""The engine: events in, effects out."""

from harmony_core.errors import HarmonyError, MissingDataError, VerificationError, require
from harmony_core.fbft.encoding import decode_message
from harmony_core.fbft.engine.events import (
    Effect,
    Event,
    ProposalReady,
    Received,
    Send,
    Started,
    Synced,
    Timer,
    TimerFired,
    VerdictReached,
)
from harmony_core.fbft.engine.finality import (
    ask_sync,
    begin_height,
    finish,
    on_committed,
    on_committee,
    on_synced,
    place_proof,
)
from harmony_core.fbft.engine.normal import (
    on_announce,
    on_commit_vote,
    on_prepare,
    on_prepared,
    on_proposal,
    on_verdict,
)
from harmony_core.fbft.engine.record import SafetyRecord
from harmony_core.fbft.engine.settings import Settings
from harmony_core.fbft.engine.state import State
from harmony_core.fbft.engine.verify import verify_sender
from harmony_core.fbft.engine.view_change import (
    begin_new_view,
    on_new_view,
    on_view_change,
    start_view_change,
)
from harmony_core.fbft.messages import (
    Announce,
    Committed,
    CommitVote,
    LastSignPower,
    Message,
    NewView,
    Prepare,
    Prepared,
    ViewChange,
)
from harmony_core.fbft.round_rules import check_leader, check_shard
from harmony_core.fbft.view_change_rules import check_view_ahead

__all__ = ["Engine"]


class Engine:
    """Leader and validator of one shard as one state machine without input, output, clock, threads or randomness.

    The host feeds events in with `handle` and carries out the effects in their order; what has to be persisted comes
    before what depends on it. The first event is `Started`.

    Args:
        settings: the node's keys, its operations on signatures, and the rules of views.

    Attributes:
        state: what the node knows; for looking at, not for changing.
    """

    __slots__ = ("_settings", "state")

    state: State

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def handle(self, event: Event) -> tuple[Effect, ...]:
        """Take one event and return what has to be done.

        Raises:
            HarmonyError: the event is refused: a message that breaks a rule, comes too late, twice, or from the wrong
                sender. The state is as it was, except that votes which turn out false on a closer look are dropped, and
                that what cannot be judged yet may be kept, within bounds.
        """
        if not isinstance(event, Event):
            raise TypeError(f"an event is needed, not {type(event).__name__}")
        if isinstance(event, Started):
            return self._start(event)
        state = self.state
        state.out = []
        state.now = event.now
        if isinstance(event, Received):
            self._receive(event.message)
        elif isinstance(event, VerdictReached):
            on_verdict(state, event)
        elif isinstance(event, ProposalReady):
            on_proposal(state, event)
        elif isinstance(event, TimerFired):
            self._time_out(event)
        elif isinstance(event, Synced):
            on_synced(state, event)
        else:
            on_committee(state, event)
        if state.unplaced is not None:
            place_proof(state)
        self._replay_early()
        return tuple(state.out)

    def handle_bytes(self, data: bytes, now: int) -> tuple[Effect, ...]:
        """Take a message as the protobuf bytes of the wire, without a category byte.

        Raises:
            HarmonyError: as `handle`, and for bytes that are no message as `decode_message`.
        """
        return self.handle(Received(decode_message(data), now))

    def _start(self, event: Started) -> tuple[Effect, ...]:
        first = self._settings.views.first_view(event.head)
        number = event.head.block.number + 1
        record = event.record
        if record is None or record.number != number:
            record = SafetyRecord(type(event.head.block.number)(number), first)
        state = self.state = State(self._settings, event.head, event.electorate, record, first, event.now)
        begin_height(state)
        if record.view_id > first:
            # The node has asked for a later view or was in it: its promise holds, so it waits for one after that.
            start_view_change(state)
        return tuple(state.out)

    def _receive(self, message: Message) -> None:
        state = self.state
        if not isinstance(message, Message):
            raise TypeError(f"a consensus message is needed, not {type(message).__name__}")
        if isinstance(message, LastSignPower):
            return
        check_shard(message, state.known_view(state.view_id))
        require(
            not state.awaits_committee,
            MissingDataError,
            "engine-committee-awaited",
            "The committee of the next epoch is not known yet.",
        )
        if message.block_number != state.number:
            self._receive_other_height(message)
        elif isinstance(message, Announce | Prepared) and message.view_id > state.view_id:
            self._receive_early_view(message)
        else:
            self._receive_now(message)

    def _receive_now(
        self, message: Announce | Prepare | Prepared | CommitVote | Committed | ViewChange | NewView
    ) -> None:
        """Take a message of this height whose time has come."""
        state = self.state
        if isinstance(message, Announce):
            on_announce(state, message)
        elif isinstance(message, Prepare):
            on_prepare(state, message)
        elif isinstance(message, Prepared):
            on_prepared(state, message)
        elif isinstance(message, CommitVote):
            on_commit_vote(state, message)
        elif isinstance(message, Committed):
            on_committed(state, message)
        elif isinstance(message, ViewChange):
            on_view_change(state, message)
        else:
            on_new_view(state, message)

    def _receive_other_height(
        self, message: Announce | Prepare | Prepared | CommitVote | Committed | ViewChange | NewView
    ) -> None:
        """Help those who are behind, keep what comes a little early, and notice that others are ahead."""
        state = self.state
        is_vote = isinstance(message, Prepare | CommitVote)
        require(
            not is_vote and message.block_number >= state.head.block.number,
            VerificationError,
            "engine-height",
            "The message is about another height.",
            expected=state.number,
            actual=message.block_number,
        )
        if is_vote:
            return
        slot = verify_sender(state, message)
        if message.block_number == state.head.block.number:
            require(
                isinstance(message, ViewChange) and state.last_final is not None,
                VerificationError,
                "engine-late",
                "The height of the message is decided.",
            )
            if state.last_final is not None:
                state.out.append(Send(state.electorate.keys[slot], state.last_final))
            return
        if message.block_number == state.number + 1:
            state.early.keep(message.block_number, None, slot, message)
        if message.block_number > state.number + 1 or not isinstance(message, Announce):
            ask_sync(state)

    def _receive_early_view(self, message: Announce | Prepared) -> None:
        """Keep what the leader of a later view sends until the NEWVIEW has come."""
        state = self.state
        view_id = message.view_id
        check_view_ahead(view_id, current=state.view_id, changing_to=state.changing_to or state.view_id)
        check_leader(message, state.known_view(view_id))
        slot = verify_sender(state, message)
        state.early_view.keep(state.number, view_id, slot, message)

    def _replay_early(self) -> None:
        """Take up what came early for the height or the view that has begun."""
        state = self.state
        for early, place in ((state.early, None), (state.early_view, state.view_id)):
            if early.place != (state.number, place) or state.awaits_committee:
                continue
            for message in early.take():
                done = len(state.out)
                try:
                    self._receive(message)
                except HarmonyError:
                    del state.out[done:]

    def _time_out(self, event: TimerFired) -> None:
        state = self.state
        require(
            state.tokens.get(event.timer) == event.token and not state.awaits_committee,
            VerificationError,
            "engine-timer-stale",
            "The timer has been set anew or stopped.",
        )
        if event.timer is not Timer.LATE_VOTES:
            start_view_change(state)
        elif state.changing_to is not None:
            if state.electorate.has_quorum(state.view_votes.bits(state.changing_to)):
                begin_new_view(state, state.changing_to)
        elif state.round is not None:
            finish(state, state.round)
