"""What faulty nodes do. Each kind runs an honest engine and bends what goes out of it, or speaks for itself."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from harmony_core.crypto.bitmap import bitmap_length
from harmony_core.fbft.encoding import signing_hash
from harmony_core.fbft.engine import Settings
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
from harmony_core.primitives import BLSSignatureBytes
from harmony_core.simulation.cluster import Cluster
from harmony_core.simulation.coalition import Coalition, Colluder
from harmony_core.simulation.node import Disk, SimulatedNode

__all__ = ["Fault", "faulty_nodes"]

_REMEMBERED = 64


class Fault(StrEnum):
    """A way of being faulty."""

    CRASHED = "crashed"
    """Never runs."""

    SILENT_LEADER = "silent-leader"
    """Votes, but says nothing when it leads."""

    EQUIVOCATING_LEADER = "equivocating-leader"
    """Proposes one block to one half and another to the other; all such nodes work together and vote for everything."""

    SELECTIVE_LEADER = "selective-leader"
    """Shows the certificate of the PREPARE votes to a single node, and no block is ever final through it."""

    WITHHOLDS_VOTES = "withholds-votes"
    """Sends no votes in rounds."""

    WITHHOLDS_COMMITS = "withholds-commits"
    """Helps to prepare blocks and never to commit them."""

    INVALID_SIGNATURES = "invalid-signatures"
    """Signs nonsense."""

    FORGED_CERTIFICATES = "forged-certificates"
    """Claims certificates of votes that were never cast, when it leads and in view changes."""

    REPLAYED_VOTES = "replayed-votes"
    """Sends the view change votes of others again, and a NEWVIEW built from those of an earlier view."""

    STALE_MESSAGES = "stale-messages"
    """Sends what it has heard again, to everybody."""


class _SilentLeader(SimulatedNode):
    def broadcast(self, message: Message) -> None:
        if isinstance(message, ViewChange):
            super().broadcast(message)


class _SelectiveLeader(SimulatedNode):
    def broadcast(self, message: Message) -> None:
        if isinstance(message, Prepared):
            others = [one.index for one in self.cluster.honest if one.index != self.index]
            self.send(self.cluster.network.random.choice(others), message)
        elif not isinstance(message, Committed):
            super().broadcast(message)


class _WithholdsVotes(SimulatedNode):
    def send(self, to: int, message: Message) -> None:
        if not isinstance(message, Prepare | CommitVote):
            super().send(to, message)


class _WithholdsCommits(SimulatedNode):
    def send(self, to: int, message: Message) -> None:
        if not isinstance(message, CommitVote):
            super().send(to, message)


class _InvalidSignatures(SimulatedNode):
    def broadcast(self, message: Message) -> None:
        super().broadcast(self._spoilt(message))

    def send(self, to: int, message: Message) -> None:
        super().send(to, self._spoilt(message))

    def _spoilt(self, message: Message) -> Message:
        keys = self.engine.state.own_keys
        false = self.settings.signing.sign(keys, b"something else altogether") if keys else None
        chance = self.cluster.network.random.random()
        if isinstance(message, Prepare | CommitVote):
            return replace(message, payload=false or b"")
        if isinstance(message, ViewChange) and false is not None:
            if chance < 1 / 2:
                return self._signed(replace(message, view_id_signature=false))
            return self._signed(replace(message, view_change_signature=false))
        return replace(message, signature=false) if chance < 1 / 2 else self._without(message)

    def _signed(self, message: ViewChange) -> ViewChange:
        signature = self.settings.signing.sign([message.sender_key], signing_hash(message))
        return replace(message, signature=signature)

    @staticmethod
    def _without(message: Message) -> Message:
        if isinstance(message, Prepare | CommitVote):
            return message
        return replace(message, signature=BLSSignatureBytes(bytes(96)))


class _ForgedCertificates(SimulatedNode):
    """Turns its ANNOUNCE into a PREPARED and a COMMITTED of everybody, and its M2 into an M1."""

    def broadcast(self, message: Message) -> None:
        super().broadcast(message)
        if isinstance(message, Announce):
            votes = self._votes(message.block_hash)
            fields = (message.shard_id, message.view_id, message.block_number, message.block_hash)
            for forged in (
                Prepared(*fields, message.sender_key, votes, block=message.block),
                Committed(*fields, message.sender_key, votes),
            ):
                super().broadcast(self._signed(forged))
        elif isinstance(message, ViewChange) and not message.is_m1 and self.engine.state.round:
            this = self.engine.state.round
            payload = bytes(this.block.block_hash) + self._votes(this.block.block_hash)
            signing = self.settings.signing
            forged_vote = replace(
                message,
                payload=payload,
                prepared_block=this.data,
                view_change_signature=signing.sign([message.sender_key], payload),
            )
            super().broadcast(self._signed(forged_vote))

    def _votes(self, payload: bytes) -> bytes:
        size = len(self.engine.state.electorate)
        own = self.settings.signing.sign(self.engine.state.own_keys, payload)
        return own + ((1 << size) - 1).to_bytes(bitmap_length(size), "little")

    def _signed(self, message: Prepared | Committed | ViewChange) -> Message:
        keys = [message.sender_key] if message.sender_key else []
        return replace(message, signature=self.settings.signing.sign(keys, signing_hash(message)))


class _ReplaysVotes(SimulatedNode):
    def __init__(self, index: int, cluster: Cluster, settings: Settings, disk: Disk) -> None:
        super().__init__(index, cluster, settings, disk)
        self._heard: list[ViewChange] = []
        self._last: NewView | None = None

    def receive(self, message: Message, now: int) -> None:
        if isinstance(message, ViewChange) and len(self._heard) < _REMEMBERED:
            self._heard.append(message)
        super().receive(message, now)

    def broadcast(self, message: Message) -> None:
        super().broadcast(message)
        if isinstance(message, ViewChange):
            for old in self._heard[-3:]:
                super().broadcast(old)
                super().broadcast(replace(old, view_id=message.view_id, block_number=message.block_number))
            if self._last is not None and self.engine.state.leads(message.view_id):
                again = replace(
                    self._last, view_id=message.view_id, block_number=message.block_number, signature=None
                )
                signature = self.settings.signing.sign([again.sender_key], signing_hash(again))
                super().broadcast(replace(again, signature=signature))
        elif isinstance(message, NewView):
            self._last = message


class _StaleMessages(SimulatedNode):
    def __init__(self, index: int, cluster: Cluster, settings: Settings, disk: Disk) -> None:
        super().__init__(index, cluster, settings, disk)
        self._heard: list[Message] = []

    def receive(self, message: Message, now: int) -> None:
        super().receive(message, now)
        chance = self.cluster.network.random
        if len(self._heard) < _REMEMBERED:
            self._heard.append(message)
        else:
            self._heard[chance.randrange(_REMEMBERED)] = message
        if chance.random() < 1 / 4:
            super().broadcast(chance.choice(self._heard))


class _Crashed(SimulatedNode):
    def start(self) -> None:
        """Do nothing."""


_KINDS: dict[Fault, Callable[[int, Cluster, Settings, Disk], SimulatedNode]] = {
    Fault.CRASHED: _Crashed,
    Fault.SILENT_LEADER: _SilentLeader,
    Fault.SELECTIVE_LEADER: _SelectiveLeader,
    Fault.WITHHOLDS_VOTES: _WithholdsVotes,
    Fault.WITHHOLDS_COMMITS: _WithholdsCommits,
    Fault.INVALID_SIGNATURES: _InvalidSignatures,
    Fault.FORGED_CERTIFICATES: _ForgedCertificates,
    Fault.REPLAYED_VOTES: _ReplaysVotes,
    Fault.STALE_MESSAGES: _StaleMessages,
}


@dataclass(slots=True)
class _Maker:
    faults: dict[int, Fault]
    coalition: Coalition = field(default_factory=Coalition)

    def __call__(self, index: int, cluster: Cluster, settings: Settings, disk: Disk) -> SimulatedNode:
        fault = self.faults.get(index)
        if fault is None:
            return SimulatedNode(index, cluster, settings, disk)
        cluster.faulty.add(index)
        if fault is Fault.EQUIVOCATING_LEADER:
            return Colluder(self.coalition, index, cluster, settings, disk)
        return _KINDS[fault](index, cluster, settings, disk)


def faulty_nodes(faults: dict[int, Fault]) -> Callable[[int, Cluster, Settings, Disk], SimulatedNode]:
    """Return what makes a cluster's nodes so that some of them are faulty.

    Args:
        faults: the kind of fault by the node's number; all others are honest.
    """
    return _Maker(dict(faults))
