"""Simulated nodes that decide blocks together, and what can be said of it afterwards."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from random import Random

from harmony_core.chain import Committee, Header, HeaderVersion, Slot
from harmony_core.crypto.bls import SecretKey, address_of_key
from harmony_core.errors import ConfigurationError, require
from harmony_core.fbft.encoding import encode_message
from harmony_core.fbft.engine import BlockFacts, ClockViews, Electorate, Finalise, Head, Settings, ViewRule
from harmony_core.fbft.messages import Announce, LastSignPower, Message
from harmony_core.fbft.signing import BLSSigning, Signing
from harmony_core.params import load_network
from harmony_core.primitives import (
    STRICT,
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
)
from harmony_core.quorum import TrustedCommittee
from harmony_core.simulation.cheap_signatures import CheapSigning
from harmony_core.simulation.network import Conditions, Network
from harmony_core.simulation.node import Disk, SimulatedNode

__all__ = ["NETWORK", "Cluster", "Plan", "Violation", "simulated_secret"]

_FRAME_BYTES = 6
NETWORK = "partner"
"""A network in which staked slots hold the whole vote, from some epoch on."""

_EPOCH = Epoch(1000)
_FIRST_HEIGHT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who takes part, and under which conditions.

    Attributes:
        validators: number of nodes.
        stakes: effective stake of each node's keys together, in whole tokens; None for equal ones.
        keys_of_a_node: number of keys that each node has in the committee.
        conditions: of the network.
        seed: of everything that is left to chance.
        views: the rule of views and leaders.
        compatibility: which habits of the reference the nodes have.
        real_signatures: whether nodes use BLS instead of `CheapSigning`.
        phase_timeout: milliseconds until a node gives up a view.
        late_view_votes: milliseconds that a new leader waits for votes beyond the quorum.
    """

    validators: int
    stakes: tuple[int, ...] | None = None
    keys_of_a_node: int = 1
    conditions: Conditions = field(default_factory=Conditions)
    seed: int = 0
    views: ViewRule = field(default_factory=ClockViews)
    compatibility: Compatibility = STRICT
    real_signatures: bool = False
    phase_timeout: int = 27_000
    late_view_votes: int = 0

    def __post_init__(self) -> None:
        """Check the numbers."""
        require(
            self.validators >= 1
            and self.keys_of_a_node >= 1
            and (self.stakes is None or len(self.stakes) == self.validators),
            ConfigurationError,
            "simulation-plan",
            "These numbers describe no committee.",
        )


@dataclass(frozen=True, slots=True)
class Violation:
    """Two honest nodes hold different blocks to be final at one height.

    Attributes:
        number: the height.
        first: one node and its block.
        second: the other.
    """

    number: int
    first: tuple[int, Hash32]
    second: tuple[int, Hash32]


@lru_cache(maxsize=4096)
def simulated_secret(index: int) -> tuple[SecretKey, BLSPublicKeyBytes]:
    """Return the key pair that simulations use under a number."""
    secret = SecretKey(int.from_bytes(sha256(b"simulated key %d" % index).digest(), "big") >> 2)
    return secret, secret.public_key().to_bytes()


class Cluster:
    """A committee of simulated nodes.

    Args:
        plan: who takes part.
        make: makes a node, to put a Byzantine one in the place of an honest one; None for all honest.

    Attributes:
        network: the network and the queue of events.
        nodes: the nodes.
        faulty: numbers of the nodes that are not honest: they do not count in what is checked.
        messages: how many messages of each type were sent.
        messages_of: how many were sent about each height.
        proposed: when a block was first proposed at each height.
        bytes_sent: how many bytes they had, framing included.
        violations: safety broken: empty unless too many nodes are faulty.
        finals: when each node made each height final.
    """

    def __init__(
        self,
        plan: Plan,
        make: Callable[[int, "Cluster", Settings, Disk], SimulatedNode] = SimulatedNode,
    ) -> None:
        self.plan = plan
        self.network = Network(plan.conditions, Random(plan.seed))  # noqa: S311 - chance of a simulation
        self.validation_time = 0
        self.block_interval = 0
        self.first_number = _FIRST_HEIGHT
        self.messages: Counter[str] = Counter()
        self.messages_of: Counter[int] = Counter()
        self.proposed: dict[int, int] = {}
        self.bytes_sent = 0
        self.violations: list[Violation] = []
        self.finals: dict[int, dict[int, int]] = {}
        self.decided: dict[int, tuple[int, Hash32]] = {}
        self.views: dict[int, tuple[ViewID, ViewID]] = {}
        self.faulty: set[int] = set()
        self.watchers: list[Callable[[SimulatedNode, Finalise], None]] = []
        self.electorate = self._electorate()
        head = Head(_genesis(self.electorate), ViewID(0))
        self._owners = {key: i for i in range(plan.validators) for key in self.keys_of(i)}
        self.nodes: list[SimulatedNode] = []
        for index in range(plan.validators):
            settings = Settings(
                keys=self.keys_of(index),
                signing=self._signing(index),
                views=plan.views,
                phase_timeout=plan.phase_timeout,
                late_view_votes=plan.late_view_votes,
                compatibility=plan.compatibility,
            )
            self.nodes.append(make(index, self, settings, Disk(head, self.electorate)))

    def keys_of(self, index: int) -> tuple[BLSPublicKeyBytes, ...]:
        """Return the keys of a node: a node's keys do not stand together in the committee."""
        count = self.plan.validators
        return tuple(simulated_secret(index + turn * count)[1] for turn in range(self.plan.keys_of_a_node))

    def owner_of(self, key: BLSPublicKeyBytes) -> int:
        """Return the number of the node that has a key."""
        return self._owners[key]

    def committee_after(self, epoch: Epoch) -> Electorate:
        """Return who decides after an epoch; here always the same."""
        del epoch
        return self.electorate

    def finish_header(self, header: Header) -> Header:
        """Complete the header of a proposal; here it is complete."""
        return header

    def is_valid(self, data: bytes) -> bool:
        """Return what an honest node finds of a block; here all blocks are empty and valid."""
        del data
        return True

    def count(self, message: Message, copies: int) -> None:
        """Count a message that is sent to so many nodes."""
        self.messages[message.type.name] += copies
        if not isinstance(message, LastSignPower):
            self.messages_of[message.block_number] += copies
            if isinstance(message, Announce):
                self.proposed.setdefault(message.block_number, self.network.now)
        self.bytes_sent += copies * (len(encode_message(message)) + _FRAME_BYTES)

    def note_final(self, node: SimulatedNode, effect: Finalise) -> None:
        """Hold a node's final block against those of all honest nodes."""
        number = effect.block.number
        if node.index not in self.faulty:
            mine = (node.index, effect.block.block_hash)
            first = self.decided.setdefault(number, mine)
            if first[1] != mine[1]:
                self.violations.append(Violation(number, first, mine))
            self.finals.setdefault(number, {})[node.index] = self.network.now
            self.views[number] = (effect.block.view_id, effect.final.proof.view_id)
        for watcher in self.watchers:
            watcher(node, effect)

    @property
    def honest(self) -> list[SimulatedNode]:
        """The nodes that follow the rules, whether they are up or not."""
        return [node for node in self.nodes if node.index not in self.faulty]

    @property
    def height(self) -> int:
        """The height that every honest node that is up has made final."""
        return min(
            (node.disk.head.block.number for node in self.honest if node.is_up), default=BlockNumber(0)
        )

    def start(self) -> None:
        """Start all nodes."""
        for node in self.nodes:
            if not node.is_up:
                node.start()

    def run(self, *, height: int | None = None, until: int | None = None, steps: int = 10_000_000) -> bool:
        """Let things happen until every honest node has made a height final, or a time has come.

        Args:
            height: stop when every honest node that is up is there.
            until: stop before anything that happens later than this, in milliseconds.
            steps: stop after so many things.

        Returns:
            Whether the height was reached.
        """
        network, nodes = self.network, self.nodes
        waiting = self._below(height)
        for _ in range(steps):
            if height is not None and not waiting and self.height >= height:
                return True
            time = network.next_time
            if time is None or (until is not None and time > until):
                break
            found = network.next()
            if found is None:
                break
            number, thing = found
            node = nodes[number]
            node.take(thing)
            if number in waiting and height is not None and node.disk.head.block.number >= height:
                waiting.discard(number)
            elif callable(thing):
                waiting = self._below(height)
        return height is not None and self.height >= height

    def _below(self, height: int | None) -> set[int]:
        """Return the honest nodes that are up and have not made a height final."""
        return {
            node.index
            for node in self.honest
            if height is not None and node.is_up and node.disk.head.block.number < height
        }

    def at(self, time: int, action: Callable[[], None]) -> None:
        """Do something at a time: crash a node, start it again."""
        self.network.at(time, 0, action)

    def _signing(self, index: int) -> Signing:
        if not self.plan.real_signatures:
            return CheapSigning(self.keys_of(index))
        count = self.plan.validators
        return BLSSigning(
            [simulated_secret(index + turn * count)[0] for turn in range(self.plan.keys_of_a_node)]
        )

    def _electorate(self) -> Electorate:
        return electorate_of(
            tuple(self.plan.stakes or (1,) * self.plan.validators), self.plan.keys_of_a_node, _EPOCH
        )


@lru_cache(maxsize=64)
def electorate_of(stakes: tuple[int, ...], keys_of_a_node: int, epoch: Epoch = _EPOCH) -> Electorate:
    """Return the committee of simulated nodes with these stakes, where staked slots hold the whole vote."""
    count = len(stakes)
    slots = [
        Slot(
            Address(sha256(b"account %d" % index).digest()[:20]),
            simulated_secret(index + turn * count)[1],
            Dec.from_int(stakes[index]) / Dec.from_int(keys_of_a_node),
        )
        for turn in range(keys_of_a_node)
        for index in range(count)
    ]
    committee = Committee(ShardID(0), tuple(slots))
    return Electorate(TrustedCommittee(load_network(NETWORK), epoch, committee))


def _genesis(electorate: Electorate) -> BlockFacts:
    header = Header(
        version=HeaderVersion.V3,
        epoch=electorate.epoch,
        shard_id=electorate.committee.shard_id,
        coinbase=address_of_key(electorate.keys[0]),
    )
    return BlockFacts.of_header(header)
