"""What the strict rule for NEWVIEW costs in views, as docs/protocol/fbft-engine.md says it."""

import pytest

from harmony_core.primitives import STRICT, Compatibility
from harmony_core.simulation.byzantine import Fault, faulty_nodes
from harmony_core.simulation.cluster import Cluster, Plan
from harmony_core.simulation.network import Conditions
from harmony_core.simulation.report import report_run

BLOCKS = 10
LENIENT = Compatibility(new_view_without_votes=True)
SILENT = dict.fromkeys((1, 4, 7), Fault.SILENT_LEADER)


def views_a_block(seeds: int, loss: float, faults: dict[int, Fault], compatibility: Compatibility) -> float:
    views = blocks = 0
    for seed in range(seeds):
        conditions = Conditions(loss=loss)
        plan = Plan(validators=10, seed=seed, conditions=conditions, compatibility=compatibility)
        cluster = Cluster(plan, faulty_nodes(faults))
        cluster.start()
        assert cluster.run(height=BLOCKS, until=10_000_000)
        report = report_run(cluster, BLOCKS)
        views += report.views
        blocks += report.blocks
    return round(views / blocks, 1)


def test_with_silent_leaders_it_costs_nothing() -> None:
    assert views_a_block(2, 0.0, SILENT, STRICT) == views_a_block(2, 0.0, SILENT, LENIENT) == 1.5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loss", "faults", "strict", "lenient"),
    [(0.0, SILENT, 1.5, 1.5), (0.1, {}, 1.3, 1.3), (0.2, {}, 5.6, 3.9)],
)
def test_the_figures_of_the_page(
    loss: float, faults: dict[int, Fault], strict: float, lenient: float
) -> None:
    found = [views_a_block(20, loss, faults, mode) for mode in (STRICT, LENIENT)]
    assert found == [strict, lenient]
