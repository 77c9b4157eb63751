"""What a node knows while it decides a height. Everything here is plain data; the rules stand in other modules."""

from dataclasses import dataclass, field

from harmony_core.fbft.engine.block import BlockFacts, Head, PreparedCertificate
from harmony_core.fbft.engine.early import EarlyMessages
from harmony_core.fbft.engine.electorate import Electorate
from harmony_core.fbft.engine.events import Effect, SetTimer, Timer
from harmony_core.fbft.engine.evidence import CommitVoteLog
from harmony_core.fbft.engine.record import SafetyRecord
from harmony_core.fbft.engine.settings import Settings
from harmony_core.fbft.engine.view_votes import ViewVotes
from harmony_core.fbft.engine.votes import Votes
from harmony_core.fbft.known_view import KnownView
from harmony_core.fbft.messages import Announce, Committed, NewView
from harmony_core.primitives import BlockNumber, BLSPublicKeyBytes, Hash32, ViewID

__all__ = ["Round", "State"]


@dataclass(slots=True)
class Round:
    """The block that is being decided in the present view.

    Attributes:
        block: its facts.
        data: its RLP.
        announce: the proposal, None where a NEWVIEW brought the block.
        prepares: PREPARE votes, at the leader.
        commits: COMMIT votes, at the leader.
        certificate: the quorum of PREPARE votes, once it is known.
        waits_for_late_votes: whether the leader has a quorum of COMMIT votes and waits for more.
    """

    block: BlockFacts
    data: bytes
    announce: Announce | None = None
    prepares: Votes | None = None
    commits: Votes | None = None
    certificate: PreparedCertificate | None = None
    waits_for_late_votes: bool = False


@dataclass(slots=True)
class State:
    """A node between two events.

    Attributes:
        settings: what never changes.
        head: the last final block.
        electorate: who decides the next height.
        record: what is (or is about to be) persisted.
        own_bits: the node's slots.
        own_keys: its keys in slot order.
        view_id: the view that the node is in, or was in before it asked for another.
        changing_to: the view that it asks for, None in normal operation.
        round: the block of the present view, once there is one.
        view_votes: votes for other views of this height.
        new_view: a NEWVIEW that waits for the votes that it rests on.
        collecting: the view for which this node, its leader, has a quorum of votes and waits for more.
        verdicts: what the host said of blocks of this height.
        early: messages of the next height.
        early_view: messages of a later view of this height.
        commit_votes: COMMIT votes as they came, to notice who votes twice.
        last_final: proof of the head, for nodes that are behind.
        awaits_committee: whether an epoch has ended and the next committee is not known.
        sync_asked_at: when the block of this height was asked for last; None if it was not.
        unplaced: the newest proof of finality whose block is not known yet.
        out: effects of the event that is being handled.
    """

    settings: Settings
    head: Head
    electorate: Electorate
    record: SafetyRecord
    view_id: ViewID
    now: int = 0
    own_bits: int = 0
    own_keys: tuple[BLSPublicKeyBytes, ...] = ()
    changing_to: ViewID | None = None
    round: Round | None = None
    view_votes: ViewVotes = field(default_factory=ViewVotes)
    new_view: NewView | None = None
    collecting: ViewID | None = None
    verdicts: dict[Hash32, bool] = field(default_factory=dict)
    early: EarlyMessages = field(default_factory=EarlyMessages)
    early_view: EarlyMessages = field(default_factory=EarlyMessages)
    commit_votes: CommitVoteLog = field(default_factory=CommitVoteLog)
    last_final: Committed | None = None
    awaits_committee: bool = False
    sync_asked_at: int | None = None
    unplaced: Committed | None = None
    tokens: dict[Timer, int] = field(default_factory=dict)
    out: list[Effect] = field(default_factory=list)
    _led: tuple[ViewID | None, BLSPublicKeyBytes] = field(init=False)

    def __post_init__(self) -> None:
        """Begin without a known leader."""
        self.forget_leader()

    @property
    def number(self) -> BlockNumber:
        """The height that is being decided."""
        return BlockNumber(self.head.block.number + 1)

    def leader(self, view_id: ViewID) -> BLSPublicKeyBytes:
        """Return who leads a view of this height."""
        if view_id != self._led[0]:
            self._led = (view_id, self.settings.views.leader(self.electorate, self.head, view_id))
        return self._led[1]

    def forget_leader(self) -> None:
        """Work out leaders anew: head or committee have changed."""
        self._led = (None, self.electorate.keys[0])

    def leads(self, view_id: ViewID) -> bool:
        """Return whether this node leads a view of this height."""
        return self.leader(view_id) in self.own_keys

    def known_view(self, view_id: ViewID, block: BlockFacts | None = None) -> KnownView:
        """Return a view of this height as the rules of messages want it."""
        return KnownView(
            self.electorate.committee,
            self.number,
            view_id,
            self.leader(view_id),
            block.target if block else None,
        )

    def known_block(self, block_hash: Hash32) -> tuple[BlockFacts, bytes] | None:
        """Return a block of this height that came with a verified message, or None."""
        if self.round is not None and self.round.block.block_hash == block_hash:
            return self.round.block, self.round.data
        mine = self.record.certificate
        if mine is not None and mine.block.block_hash == block_hash:
            return mine.block, mine.data
        return None

    def set_timer(self, timer: Timer, delay: int) -> None:
        """Ask for a timer, which takes the place of one of the same kind."""
        token = self.tokens[timer] = self.tokens.get(timer, 0) + 1
        self.out.append(SetTimer(timer, token, self.now + delay))

    def stop_timer(self, timer: Timer) -> None:
        """Let a timer that was set count no longer."""
        self.tokens[timer] = self.tokens.get(timer, 0) + 1
