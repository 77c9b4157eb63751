"""Faulty nodes that work together: they propose two blocks at once and vote for whatever comes along."""

from dataclasses import dataclass, field, replace
from typing import TypeVar

from harmony_core.errors import HarmonyError
from harmony_core.fbft.encoding import signing_hash
from harmony_core.fbft.engine import AskProposal, BlockFacts, Settings
from harmony_core.fbft.engine.votes import Votes
from harmony_core.fbft.messages import Announce, Committed, CommitVote, Message, Prepare, Prepared
from harmony_core.fbft.senders import sender_fields
from harmony_core.primitives import Hash32
from harmony_core.simulation.cluster import Cluster
from harmony_core.simulation.node import Disk, SimulatedNode

__all__ = ["Coalition", "Colluder"]

_PROPOSED, _PREPARED, _FINAL = range(3)
_Signed = TypeVar("_Signed", Announce, Prepared, Committed)


@dataclass(slots=True)
class Fork:
    """One of the two blocks of a faulty leader, and who is shown it.

    Attributes:
        announce: the proposal.
        audience: the nodes that see it.
        prepares: PREPARE votes on it.
        commits: COMMIT votes on it.
        stage: how far it has come.
    """

    announce: Announce
    audience: tuple[int, ...]
    prepares: Votes
    commits: Votes
    stage: int = _PROPOSED


@dataclass(slots=True)
class Coalition:
    """What the members share.

    Attributes:
        members: the nodes.
        forks: the blocks that they try to make final, by hash.
    """

    members: list["Colluder"] = field(default_factory=list)
    forks: dict[Hash32, Fork] = field(default_factory=dict)


class Colluder(SimulatedNode):
    """A member: when it leads it shows two halves of the honest nodes two blocks and takes each as far as it goes.

    All members vote for both. With no more of them than the protocol allows for, at most one gets a quorum.
    """

    def __init__(
        self, coalition: Coalition, index: int, cluster: Cluster, settings: Settings, disk: Disk
    ) -> None:
        super().__init__(index, cluster, settings, disk)
        self.coalition = coalition
        coalition.members.append(self)

    def broadcast(self, message: Message) -> None:
        """Replace the proposal by two; let everything pass that is of no round of its own."""
        if isinstance(message, Announce):
            self._fork(message)
        elif not isinstance(message, Prepared | Committed) or message.block_hash not in self.coalition.forks:
            super().broadcast(message)

    def receive(self, message: Message, now: int) -> None:
        """Collect the votes on both blocks, and vote for every proposal of others."""
        if isinstance(message, Prepare | CommitVote) and message.block_hash in self.coalition.forks:
            self._count(self.coalition.forks[message.block_hash], message)
            return
        super().receive(message, now)
        if isinstance(message, Announce | Prepared):
            self._vote_for(message)

    def _fork(self, message: Announce) -> None:
        state = self.engine.state
        wanted = AskProposal(message.block_number, message.view_id, state.head.block.block_hash)
        other = self.propose(wanted, extra=b"the other block")
        blocks = [message.block, other]
        honest = [node.index for node in self.cluster.honest if node.engine.state.own_bits]
        self.cluster.network.random.shuffle(honest)
        # Whole powers are hard to halve: the split by number is near enough for a search.
        middle = (len(honest) + 1) // 2
        for data, audience in zip(blocks, (honest[:middle], honest[middle:]), strict=True):
            block = BlockFacts.of_block(data)
            announce = self._signed(
                replace(
                    message,
                    block_hash=block.block_hash,
                    payload=bytes(block.block_hash),
                    block=data,
                    signature=None,
                )
            )
            payload = state.electorate.commit_payload(block.target)
            fork = Fork(
                announce,
                tuple(audience),
                Votes(state.electorate, bytes(block.block_hash)),
                Votes(state.electorate, payload),
            )
            self.coalition.forks[block.block_hash] = fork
            for member in self.coalition.members:
                if member.is_up and (own := member.engine.state.own_keys):
                    bits = state.electorate.bits_of_keys(own)
                    signing = member.settings.signing
                    fork.prepares.add_own(bits, signing.sign(own, block.block_hash))
                    fork.commits.add_own(bits, signing.sign(own, payload))
            for index in audience:
                self.send(index, announce)
            # Who votes for both leaves the evidence with everybody.
            sender, bitmap = sender_fields(state.own_keys, state.electorate.keys)
            fields = (announce.shard_id, announce.view_id, announce.block_number, announce.block_hash)
            vote = self.settings.signing.sign(state.own_keys, payload)
            super().broadcast(CommitVote(*fields, sender, vote, bitmap))
            self._advance(fork)

    def _count(self, fork: Fork, message: Prepare | CommitVote) -> None:
        state = self.engine.state
        bits = (
            state.electorate.bits_of_keys([message.sender_key])
            if message.sender_key is not None
            else int.from_bytes(message.sender_bitmap, "little")
        )
        box = fork.prepares if isinstance(message, Prepare) else fork.commits
        try:
            box.add(self.settings.signing, bits, message.payload)
        except HarmonyError:
            return
        self._advance(fork)

    def _advance(self, fork: Fork) -> None:
        signing = self.settings.signing
        announce = fork.announce
        fields = (announce.shard_id, announce.view_id, announce.block_number, announce.block_hash)
        if fork.stage == _PROPOSED and fork.prepares.has_quorum(signing):
            fork.stage = _PREPARED
            votes = fork.prepares.certificate(signing)
            self._show(
                fork, self._signed(Prepared(*fields, announce.sender_key, votes, block=announce.block))
            )
        if fork.stage == _PREPARED and fork.commits.has_quorum(signing):
            fork.stage = _FINAL
            votes = fork.commits.certificate(signing)
            self._show(fork, self._signed(Committed(*fields, announce.sender_key, votes)))

    def _show(self, fork: Fork, message: Message) -> None:
        for index in fork.audience:
            self.send(index, message)

    def _vote_for(self, message: Announce | Prepared) -> None:
        """Send both votes for a block of another leader, whatever else was voted for."""
        state = self.engine.state
        own = state.own_keys
        if not own or message.block_number != state.number or message.sender_key is None:
            return
        block = BlockFacts.of_block(message.block)
        payload = state.electorate.commit_payload(block.target)
        signing = self.settings.signing
        sender, bitmap = sender_fields(own, state.electorate.keys)
        fields = (message.shard_id, message.view_id, message.block_number, message.block_hash)
        to = self.cluster.owner_of(message.sender_key)
        if isinstance(message, Announce):
            self.send(to, Prepare(*fields, sender, signing.sign(own, block.block_hash), bitmap))
        self.send(to, CommitVote(*fields, sender, signing.sign(own, payload), bitmap))

    def _signed(self, message: _Signed) -> _Signed:
        # The votes on a fork may come to another member than the one that led when it was proposed.
        leader = next(one for one in self.coalition.members if message.sender_key in one.settings.keys)
        keys = [key for key in leader.settings.keys if key == message.sender_key]
        return replace(message, signature=leader.settings.signing.sign(keys, signing_hash(message)))
