"""A committee whose engines are driven by hand: the test decides which message reaches whom."""

from dataclasses import replace
from typing import TypeVar

from harmony_core.fbft.encoding import signing_hash
from harmony_core.fbft.engine import (
    AskProposal,
    Broadcast,
    Effect,
    Engine,
    Event,
    Finalise,
    ProposalReady,
    Received,
    SafetyRecord,
    Send,
    SetTimer,
    Settings,
    Started,
    Timer,
    TimerFired,
    ValidateBlock,
    VerdictReached,
)
from harmony_core.fbft.messages import (
    Announce,
    Committed,
    CommitVote,
    Message,
    NewView,
    Prepare,
    Prepared,
    ViewChange,
)
from harmony_core.primitives import STRICT, Compatibility
from harmony_core.simulation.cluster import Cluster, Plan
from harmony_core.simulation.network import Conditions

__all__ = ["Table"]

M = TypeVar("M", bound=Message)
S = TypeVar("S", Announce, Prepared, Committed, ViewChange, NewView)


class Table:
    """Engines around a table. Blocks are valid at once; messages go nowhere unless the test passes them on.

    Args:
        validators: how many; slot and number are the same, and node ``view % validators`` leads a view.
        compatibility: habits of the reference.
        changes: settings to change.
    """

    def __init__(
        self, validators: int = 4, *, compatibility: Compatibility = STRICT, **changes: object
    ) -> None:
        plan = Plan(validators=validators, compatibility=compatibility, conditions=Conditions())
        self.cluster = Cluster(plan)
        self.now = 0
        self.sent: list[tuple[int, Message]] = []
        self.effects: list[tuple[int, Effect]] = []
        self.asked: dict[int, AskProposal] = {}
        self.engines: list[Engine] = []
        self.settings: list[Settings] = []
        for node in self.cluster.nodes:
            settings = replace(node.settings, **changes)  # type: ignore[arg-type]  # the test knows the fields
            self.settings.append(settings)
            self.engines.append(Engine(settings))
        for number in range(validators):
            self.start(number)

    def start(self, number: int, record: SafetyRecord | None = None) -> None:
        node = self.cluster.nodes[number]
        self.engines[number] = node.engine = Engine(self.settings[number])
        self.handle(number, Started(node.disk.head, node.disk.electorate, record, self.now))

    def handle(self, number: int, event: Event) -> tuple[Effect, ...]:
        """Feed an event and follow up on what has one answer only."""
        effects = self.engines[number].handle(event)
        self.carry_out(number, effects)
        return effects

    def carry_out(self, number: int, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self.effects.append((number, effect))
            if isinstance(effect, Broadcast | Send):
                self.sent.append((number, effect.message))
            elif isinstance(effect, AskProposal):
                self.asked[number] = effect
            elif isinstance(effect, ValidateBlock):
                self.handle(number, VerdictReached(effect.block.block_hash, True, self.now))
            elif isinstance(effect, Finalise):
                disk = self.cluster.nodes[number].disk
                disk.head = self.engines[number].state.head

    def receive(self, number: int, message: Message) -> tuple[Effect, ...]:
        return self.handle(number, Received(message, self.now))

    def block(self, number: int, extra: bytes = b"") -> bytes:
        """Return a block as the leader of a view would make it."""
        return self.cluster.nodes[number].propose(self.asked[number], extra)

    def propose(self, number: int, extra: bytes = b"") -> Announce:
        self.handle(number, ProposalReady(self.block(number, extra), self.now))
        return self.last(Announce, number)

    def last(self, kind: type[M], sender: int | None = None) -> M:
        """Return the newest message of a kind."""
        found = [m for number, m in self.sent if isinstance(m, kind) and sender in (None, number)]
        return found[-1]

    def of(self, kind: type[M]) -> list[tuple[int, M]]:
        return [(number, message) for number, message in self.sent if isinstance(message, kind)]

    def pass_on(self, kind: type[Message], *to: int, sender: int | None = None) -> None:
        """Give the messages of a kind that were sent so far to some nodes."""
        for number, message in list(self.sent):
            if isinstance(message, kind) and sender in (None, number):
                for receiver in to:
                    if receiver != number:
                        self.receive(receiver, message)

    def signed(self, message: S) -> S:
        """Return a message signed anew by its sender."""
        key = message.sender_key
        assert key is not None
        signing = self.settings[self.cluster.owner_of(key)].signing
        return replace(message, signature=signing.sign([key], signing_hash(message)))

    def time_out(self, *numbers: int, timer: Timer = Timer.PHASE) -> None:
        """Let a timer of some nodes run off, at the time for which the first of them set it."""
        for number in numbers:
            asked = [
                effect
                for other, effect in self.effects
                if other == number and isinstance(effect, SetTimer) and effect.timer is timer
            ]
            self.now = max(self.now, asked[-1].at)
            self.handle(number, TimerFired(timer, asked[-1].token, self.now))

    def prepare_by(self, leader: int, *voters: int) -> None:
        """Bring a proposal of the leader to a certificate with the votes of some nodes."""
        announce = self.last(Announce, leader)
        for voter in voters:
            self.receive(voter, announce)
            self.receive(leader, self.last(Prepare, voter))

    def commit_by(self, leader: int, *voters: int) -> None:
        """Show the certificate to some nodes and bring their votes back."""
        prepared = self.last(Prepared, leader)
        for voter in voters:
            self.receive(voter, prepared)
            self.receive(leader, self.last(CommitVote, voter))
