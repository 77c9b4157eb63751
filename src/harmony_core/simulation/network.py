"""A simulated network: messages travel in an order that a seed decides. Times are whole milliseconds."""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random

from harmony_core.errors import ConfigurationError, require

__all__ = ["Conditions", "Network", "Partition"]


@dataclass(frozen=True, slots=True)
class Partition:
    """For a time no message passes between two groups of nodes.

    Attributes:
        start: when it begins.
        end: when it is over.
        group: one of the groups; all other nodes are the other.
    """

    start: int
    end: int
    group: frozenset[int]

    def separates(self, first: int, second: int, now: int) -> bool:
        """Return whether a message between two nodes is lost now."""
        return self.start <= now < self.end and (first in self.group) != (second in self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the network does to messages.

    Attributes:
        fastest: the least time that a message takes.
        slowest: the most; in between all times are equally likely, so that messages overtake each other.
        loss: share of the messages that are lost, 0 to 1.
        duplication: share of the messages that arrive twice.
        partitions: when which nodes are cut off.
        calm_from: from this time on nothing is lost or duplicated any more; None for never.
        calm_slowest: the most that a message takes from then on; None for as before.

    Raises:
        ConfigurationError: code ``network-conditions`` for numbers that make no sense.
    """

    fastest: int = 50
    slowest: int = 150
    loss: float = 0.0
    duplication: float = 0.0
    partitions: tuple[Partition, ...] = ()
    calm_from: int | None = None
    calm_slowest: int | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        require(
            0 <= self.fastest <= self.slowest and 0 <= self.loss <= 1 and 0 <= self.duplication <= 1,
            ConfigurationError,
            "network-conditions",
            "These numbers describe no network.",
        )

    @property
    def mean_delay(self) -> float:
        """The mean time that a message takes."""
        return (self.fastest + self.slowest) / 2


@dataclass(slots=True)
class Network:
    """The queue of everything that is going to happen, and the fate of messages.

    Attributes:
        conditions: what happens to messages.
        random: the source of chance; the same seed gives the same run.
        now: the time.
    """

    conditions: Conditions
    random: Random
    now: int = 0
    _queue: list[tuple[int, int, int, object]] = field(default_factory=list)
    _count: int = 0

    def at(self, time: int, node: int, thing: object) -> None:
        """Let something happen to a node at a time."""
        self._count += 1
        heappush(self._queue, (time, self._count, node, thing))

    def send(self, sender: int, receiver: int, thing: object) -> None:
        """Let something travel from one node to another, unless it gets lost; it may arrive twice."""
        conditions = self.conditions
        chance = self.random.random
        rough = conditions.calm_from is None or self.now < conditions.calm_from
        if rough and conditions.loss and chance() < conditions.loss:
            return
        if self.is_cut(sender, receiver):
            return
        slowest = conditions.slowest
        if not rough and conditions.calm_slowest is not None:
            slowest = max(conditions.calm_slowest, conditions.fastest)
        span = slowest - conditions.fastest + 1
        self.at(self.now + conditions.fastest + int(chance() * span), receiver, thing)
        if rough and conditions.duplication and chance() < conditions.duplication:
            self.at(self.now + conditions.fastest + int(chance() * span), receiver, thing)

    def is_cut(self, first: int, second: int) -> bool:
        """Return whether a partition separates two nodes now."""
        return any(one.separates(first, second, self.now) for one in self.conditions.partitions)

    def next(self) -> tuple[int, object] | None:
        """Go on to what happens next and return the node and what it is; None if nothing ever happens again."""
        if not self._queue:
            return None
        self.now, _, node, thing = heappop(self._queue)
        return node, thing

    @property
    def next_time(self) -> int | None:
        """When something happens next."""
        return self._queue[0][0] if self._queue else None

    def __len__(self) -> int:
        return len(self._queue)
