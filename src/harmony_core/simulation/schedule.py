"""Schedules drawn from a seed: who is faulty and how, what the network does and when, who crashes and comes back."""

from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

from harmony_core.primitives import STRICT, Compatibility
from harmony_core.simulation.byzantine import Fault, faulty_nodes
from harmony_core.simulation.cluster import Cluster, Plan, Violation, electorate_of
from harmony_core.simulation.network import Conditions, Partition
from harmony_core.simulation.node import SimulatedNode

__all__ = ["Outcome", "Schedule", "draw_schedule", "play"]

_CALM: Final = 150_000
_PATIENCE: Final = 1_500_000
_HEIGHTS: Final = 3
_WHOLE: Final = 10**18


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that is left to chance in a run, besides single messages.

    Attributes:
        plan: committee, network and seed.
        faults: the kind of fault of each faulty node.
        crashes: node, when it crashes and when it comes back, in milliseconds.
    """

    plan: Plan
    faults: dict[int, Fault]
    crashes: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a schedule.

    Attributes:
        violations: heights at which honest nodes hold different blocks to be final.
        height: the height that every honest node has made final.
        wanted: the height that they had to reach.
        is_split: whether honest nodes have voted to commit different blocks of the height that is stuck.
        views: the highest view that any honest node came to.
    """

    violations: tuple[Violation, ...]
    height: int
    wanted: int
    is_split: bool
    views: int

    @property
    def is_live(self) -> bool:
        """Whether every height became final."""
        return self.height >= self.wanted


def draw_schedule(
    seed: int,
    *,
    validators: int = 4,
    faulty: int = 1,
    by_stake: bool = False,
    compatibility: Compatibility = STRICT,
    kinds: tuple[Fault, ...] = tuple(Fault),
) -> Schedule:
    """Return the schedule of a seed.

    Args:
        seed: the seed: the same arguments give the same schedule and the same run.
        validators: number of nodes.
        faulty: number of faulty nodes; with ``by_stake`` the most there may be, and as many are taken as together
            leave the honest ones a quorum.
        by_stake: whether the nodes' stakes differ.
        compatibility: which habits of the reference the honest nodes have.
        kinds: the kinds of faults to choose from.
    """
    chance = Random(seed)  # noqa: S311 - chance of a simulation
    stakes = tuple(chance.randint(1, 9) for _ in range(validators)) if by_stake else None
    numbers = list(range(validators))
    chance.shuffle(numbers)
    chosen = numbers[:faulty]
    if stakes is not None:
        chosen = _affordable(stakes, chosen)
    one_kind = chance.choice(kinds) if chance.random() < 1 / 2 else None
    faults = {number: one_kind or chance.choice(kinds) for number in sorted(chosen)}
    honest = [number for number in range(validators) if number not in faults]
    slowest = chance.choice((60, 200, 2_000, 20_000))
    conditions = Conditions(
        fastest=chance.choice((10, 50)),
        slowest=slowest,
        loss=chance.choice((0.0, 0.0, 0.1, 0.4)),
        duplication=chance.choice((0.0, 0.1)),
        partitions=tuple(
            _partition(chance, validators, slowest) for _ in range(chance.choice((0, 0, 1, 2, 4)))
        ),
        calm_from=_CALM,
        calm_slowest=min(slowest, 2_000),
    )
    crashes = tuple(_crash(chance, honest, slowest) for _ in range(chance.choice((0, 0, 1, 3))))
    plan = Plan(
        validators=validators,
        stakes=stakes,
        conditions=conditions,
        seed=seed,
        compatibility=compatibility,
        late_view_votes=chance.choice((0, 2_000)),
    )
    return Schedule(plan, faults, crashes)


def play(schedule: Schedule) -> Outcome:
    """Run a schedule until three heights are final everywhere, or patience is at its end."""
    cluster = Cluster(schedule.plan, faulty_nodes(schedule.faults))
    cluster.start()
    for number, down, up in schedule.crashes:
        node = cluster.nodes[number]
        cluster.at(down, node.crash)
        cluster.at(up, partial(_restart, node))
    cluster.run(height=_HEIGHTS, until=_CALM)
    cluster.run(height=_HEIGHTS, until=_PATIENCE)
    states = [node.engine.state for node in cluster.honest]
    stuck = [state for state in states if state.number == cluster.height + 1]
    voted = {state.record.commit_hash for state in stuck if state.record.commit_hash is not None}
    return Outcome(
        tuple(cluster.violations),
        cluster.height,
        _HEIGHTS,
        len(voted) > 1,
        max(state.view_id for state in states),
    )


def _restart(node: SimulatedNode) -> None:
    if not node.is_up:
        node.start()


def _affordable(stakes: tuple[int, ...], chosen: list[int]) -> list[int]:
    """Return as many of the chosen as hold less than a third and leave the others a quorum."""
    electorate = electorate_of(stakes, 1)
    taken: list[int] = []
    for number in chosen:
        bits = sum(1 << one for one in [*taken, number])
        if 3 * electorate.power(bits).raw < _WHOLE and not electorate.can_block(bits):
            taken.append(number)
    return taken


def _moment(chance: Random, slowest: int) -> int:
    """Return a time in the first rounds, or after a view change or two."""
    return chance.choice((0, 0, 27_000, 54_000)) + chance.randrange(_HEIGHTS * 4 * slowest)


def _while(chance: Random, slowest: int) -> int:
    """Return for how long something lasts: some messages or some views."""
    return chance.choice((chance.randrange(1, 4 * slowest), chance.randrange(1, 60_000)))


def _partition(chance: Random, validators: int, slowest: int) -> Partition:
    start = min(_moment(chance, slowest), _CALM - 1)
    alone = frozenset({chance.randrange(validators)})
    half = frozenset(number for number in range(validators) if chance.random() < 1 / 2)
    group = chance.choice((alone, half))
    return Partition(start, min(start + _while(chance, slowest), _CALM), group)


def _crash(chance: Random, honest: list[int], slowest: int) -> tuple[int, int, int]:
    down = min(_moment(chance, slowest), _CALM - 1)
    return chance.choice(honest), down, min(down + _while(chance, slowest), _CALM)
