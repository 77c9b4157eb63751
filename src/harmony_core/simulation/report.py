"""What came of a simulated run, in numbers. Nothing here decides anything; fractions are for reading."""

from dataclasses import dataclass
from statistics import median

from harmony_core.simulation.cluster import Cluster

__all__ = ["HeightReport", "RunReport", "fbft_messages", "pbft_messages", "report_height", "report_run"]


@dataclass(frozen=True, slots=True)
class HeightReport:
    """How one height became final.

    Attributes:
        number: the height.
        block_view: the view in which the block was first proposed.
        final_view: the view in which it became final.
        views_lost: views that were given up before, the one of the proposal included if it was proposed again.
        delays: median time from the first proposal at this height until a node had the block final, in mean delays of
            a message; 5 where nothing goes wrong.
    """

    number: int
    block_view: int
    final_view: int
    views_lost: int
    delays: float


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run went.

    Attributes:
        validators: number of nodes.
        faulty: how many of them are.
        seed: of the run.
        heights: the heights that every honest node has made final.
        wanted: how many were wanted.
        simulated_seconds: how long the run took by the clock of the simulation.
        messages: how many messages of each type were sent to a receiver.
        bytes_sent: bytes of them all, framing included.
        violations: heights with different final blocks.
        evidence: how many double votes honest nodes have proven.
        refusals: how often honest nodes refused something, by rule.
    """

    validators: int
    faulty: int
    seed: int
    heights: tuple[HeightReport, ...]
    wanted: int
    simulated_seconds: float
    messages: dict[str, int]
    bytes_sent: int
    violations: tuple[int, ...]
    evidence: int
    refusals: dict[str, int]

    @property
    def blocks(self) -> int:
        """How many blocks are final everywhere."""
        return len(self.heights)

    @property
    def views(self) -> int:
        """How many views there were, those that failed included."""
        return self.blocks + sum(height.views_lost for height in self.heights)

    @property
    def messages_per_block(self) -> float:
        """Messages for each final block, view changes included."""
        return sum(self.messages.values()) / max(self.blocks, 1)

    @property
    def bytes_per_block(self) -> float:
        """Bytes for each final block, view changes included."""
        return self.bytes_sent / max(self.blocks, 1)

    @property
    def delays(self) -> float:
        """Median time to finality, in mean delays of a message."""
        return median([height.delays for height in self.heights]) if self.heights else 0.0


def fbft_messages(validators: int) -> int:
    """Return the messages of a round without faults: five times to or from the leader."""
    return 5 * (validators - 1)


def pbft_messages(validators: int) -> int:
    """Return the messages of a round of PBFT without faults, where prepares and commits go from all to all.

    The leader sends a pre-prepare to the others, each of these a prepare to everybody else, and then everybody a
    commit to everybody else (Castro and Liskov, 1999).
    """
    others = validators - 1
    return others + others * others + validators * others


def report_height(cluster: Cluster, number: int) -> HeightReport:
    """Return how a height became final, from what honest nodes have recorded."""
    block_view, final_view = cluster.views[number]
    before = cluster.views.get(number - 1, (0, 0))[1]
    begun = cluster.proposed.get(number, 0)
    waits = [time - begun for time in cluster.finals[number].values()]
    mean = cluster.plan.conditions.mean_delay or 1
    return HeightReport(number, block_view, final_view, final_view - before - 1, median(waits) / mean)


def report_run(cluster: Cluster, wanted: int) -> RunReport:
    """Return how a run went so far."""
    heights = range(cluster.first_number, cluster.height + 1)
    refusals: dict[str, int] = {}
    for node in cluster.honest:
        for code, count in node.refusals.items():
            refusals[code] = refusals.get(code, 0) + count
    return RunReport(
        cluster.plan.validators,
        len(cluster.faulty),
        cluster.plan.seed,
        tuple(report_height(cluster, number) for number in heights),
        wanted,
        cluster.network.now / 1000,
        dict(sorted(cluster.messages.items())),
        cluster.bytes_sent,
        tuple(sorted({violation.number for violation in cluster.violations})),
        len({(one.offender, one.moment) for node in cluster.honest for one in node.evidence}),
        dict(sorted(refusals.items())),
    )
