"""A simulated node: the host of one engine, with a disk that survives crashes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harmony_core.chain.block import Block
from harmony_core.chain.body import Body, body_version_of
from harmony_core.chain.header import Header, HeaderVersion
from harmony_core.chain.slash import Evidence
from harmony_core.crypto.bls import address_of_key
from harmony_core.errors import HarmonyError
from harmony_core.fbft.engine import (
    AskCommittee,
    AskProposal,
    AskSync,
    BlockFacts,
    Broadcast,
    CommitteeKnown,
    Effect,
    Electorate,
    Engine,
    Event,
    FinalBlock,
    Finalise,
    Head,
    LeaderEquivocated,
    Persist,
    ProposalReady,
    Received,
    ReportEvidence,
    SafetyRecord,
    Send,
    SetTimer,
    Settings,
    Started,
    Synced,
    TimerFired,
    ValidateBlock,
    VerdictReached,
)
from harmony_core.fbft.messages import Message
from harmony_core.primitives import Hash32

if TYPE_CHECKING:
    from harmony_core.simulation.cluster import Cluster

__all__ = ["Disk", "SimulatedNode", "SyncAnswer", "SyncRequest", "block_on"]


@dataclass(slots=True)
class Disk:
    """What a node keeps through a crash.

    Attributes:
        head: its last final block.
        electorate: who decides the next height.
        record: its record of votes.
        chain: the final blocks, from the first height on.
    """

    head: Head
    electorate: Electorate
    record: SafetyRecord | None = None
    chain: list[FinalBlock] = field(default_factory=list)
    hashes: list[Hash32] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """One node asks another for a final block."""

    sender: int
    number: int


@dataclass(frozen=True, slots=True)
class SyncAnswer:
    """The answer: the block that was asked for."""

    final: FinalBlock


def block_on(facts: BlockFacts, template: Header, time: int) -> Block:
    """Return an empty block on top of another.

    Args:
        facts: the block before.
        template: what the header says beside height, parent and time.
        time: the time in milliseconds; a block is at least as late as the one before.
    """
    header = replace(
        template,
        parent_hash=facts.block_hash,
        number=type(facts.number)(facts.number + 1),
        time=max(time, facts.time) // 1000,
    )
    return Block(header, Body(version=body_version_of(header.version)))


class SimulatedNode:
    """One node of the cluster, honest unless its behaviour is changed.

    Args:
        index: its number.
        cluster: where it runs.
        settings: of its engine.
        disk: what it starts from.

    Attributes:
        is_up: whether it runs.
        refusals: how often each rule has refused an event.
        evidence: double votes that it has noticed.
    """

    def __init__(self, index: int, cluster: "Cluster", settings: Settings, disk: Disk) -> None:
        self.index = index
        self.cluster = cluster
        self.settings = settings
        self.disk = disk
        self.is_up = False
        self.refusals: dict[str, int] = {}
        self.evidence: list[Evidence] = []
        self.equivocations: list[LeaderEquivocated] = []
        self.engine = Engine(settings)
        self._life = 0

    def start(self) -> None:
        """Begin, or begin again after a crash with what is on the disk."""
        self.is_up = True
        self._life += 1
        self.engine = Engine(self.settings)
        disk = self.disk
        self.feed(Started(disk.head, disk.electorate, disk.record, self.cluster.network.now))

    def crash(self) -> None:
        """Stop, and forget everything that is not on the disk."""
        self.is_up = False

    def take(self, thing: object) -> None:
        """Let something that was queued happen to this node."""
        if callable(thing):
            thing()
            return
        if not self.is_up:
            return
        now = self.cluster.network.now
        if isinstance(thing, _Later):
            if thing.life == self._life:
                self.feed(thing.make(now))
        elif isinstance(thing, SyncRequest):
            self._answer(thing)
        elif isinstance(thing, SyncAnswer):
            self.feed(Synced(thing.final, now))
        else:
            self.receive(thing, now)  # type: ignore[arg-type]  # nothing else is sent

    def receive(self, message: Message, now: int) -> None:
        """Take a message from the network; Byzantine nodes look at it first."""
        self.feed(Received(message, now))

    def feed(self, event: Event) -> None:
        """Let the engine handle an event and do what it asks for."""
        try:
            effects = self.engine.handle(event)
        except HarmonyError as refusal:
            self.refusals[refusal.code] = self.refusals.get(refusal.code, 0) + 1
            return
        for effect in effects:
            self.carry_out(effect)

    def carry_out(self, effect: Effect) -> None:
        """Do what the engine asks for."""
        if isinstance(effect, Broadcast):
            self.broadcast(effect.message)
        elif isinstance(effect, Send):
            self.send(self.cluster.owner_of(effect.to), effect.message)
        elif isinstance(effect, Persist):
            self.disk.record = effect.record
        elif isinstance(effect, Finalise):
            self._store(effect)
        elif isinstance(effect, AskSync):
            self._ask(effect.number)
        elif isinstance(effect, ReportEvidence):
            self.evidence.append(effect.evidence)
        elif isinstance(effect, LeaderEquivocated):
            self.equivocations.append(effect)
        else:
            self._answer_later(effect)

    def _answer_later(self, effect: ValidateBlock | SetTimer | AskProposal | AskCommittee) -> None:
        """Let the event happen that answers an effect."""
        cluster = self.cluster
        if isinstance(effect, ValidateBlock):
            block_hash, is_valid = effect.block.block_hash, cluster.is_valid(effect.data)
            self.later(cluster.validation_time, lambda now: VerdictReached(block_hash, is_valid, now))
        elif isinstance(effect, SetTimer):
            timer, token = effect.timer, effect.token
            self.later(effect.at - cluster.network.now, lambda now: TimerFired(timer, token, now))
        elif isinstance(effect, AskProposal):
            data = self.propose(effect)
            self.later(cluster.block_interval, lambda now: ProposalReady(data, now))
        else:
            electorate = cluster.committee_after(effect.epoch)
            self.disk.electorate = electorate
            self.later(0, lambda now: CommitteeKnown(electorate, now))

    def propose(self, wanted: AskProposal, extra: bytes = b"") -> bytes:
        """Return the RLP of a block for the height and view that the engine leads."""
        state = self.engine.state
        epoch = state.electorate.epoch
        header = Header(
            version=HeaderVersion.V3,
            parent_hash=wanted.parent_hash,
            number=wanted.number,
            view_id=wanted.view_id,
            epoch=epoch,
            shard_id=state.electorate.committee.shard_id,
            coinbase=address_of_key(state.leader(wanted.view_id)),
            extra=extra,
        )
        header = self.cluster.finish_header(header)
        return block_on(state.head.block, header, self.cluster.network.now).encode()

    def broadcast(self, message: Message) -> None:
        """Send a message to all others."""
        self.cluster.count(message, len(self.cluster.nodes) - 1)
        send = self.cluster.network.send
        for other in range(len(self.cluster.nodes)):
            if other != self.index:
                send(self.index, other, message)

    def send(self, to: int, message: Message) -> None:
        """Send a message to one other."""
        self.cluster.count(message, 1)
        self.cluster.network.send(self.index, to, message)

    def later(self, delay: int, make: Callable[[int], Event]) -> None:
        """Let an event happen to this node in a while, unless it crashes before."""
        network = self.cluster.network
        network.at(network.now + delay, self.index, _Later(self._life, make))

    def _store(self, effect: Finalise) -> None:
        proof = effect.final.proof
        self.disk.head = Head(effect.block, proof.view_id, proof.sender_key)
        self.disk.chain.append(effect.final)
        self.disk.hashes.append(effect.block.block_hash)
        self.cluster.note_final(self, effect)

    def _ask(self, number: int) -> None:
        others = [other for other in range(len(self.cluster.nodes)) if other != self.index]
        peer = self.cluster.network.random.choice(others)
        self.cluster.network.send(self.index, peer, SyncRequest(self.index, number))

    def _answer(self, request: SyncRequest) -> None:
        place = request.number - self.cluster.first_number
        if 0 <= place < len(self.disk.chain):
            answer = SyncAnswer(self.disk.chain[place])
            self.cluster.network.send(self.index, request.sender, answer)


@dataclass(frozen=True, slots=True)
class _Later:
    """An event of one life of a node: a crash ends it."""

    life: int
    make: Callable[[int], Event]
