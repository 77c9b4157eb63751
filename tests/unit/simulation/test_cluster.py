"""Simulated committees: what is counted, and that a seed decides everything."""

from dataclasses import replace

import pytest

from harmony_core.errors import ConfigurationError
from harmony_core.simulation.byzantine import Fault, faulty_nodes
from harmony_core.simulation.cluster import Cluster, Plan
from harmony_core.simulation.message_plot import measure_messages
from harmony_core.simulation.network import Conditions, Partition
from harmony_core.simulation.report import fbft_messages, pbft_messages, report_run
from harmony_core.simulation.schedule import draw_schedule, play


def run(plan: Plan, faults: dict[int, Fault] | None = None, height: int = 3) -> Cluster:
    cluster = Cluster(plan, faulty_nodes(faults or {}))
    cluster.start()
    assert cluster.run(height=height, until=10_000_000)
    return cluster


def test_senseless_conditions_are_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        Conditions(fastest=9, slowest=5)
    assert info.value.code == "network-conditions"


def test_senseless_plans_are_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        Plan(validators=3, stakes=(1, 2))
    assert info.value.code == "simulation-plan"


def test_a_round_takes_five_delays_and_five_messages_a_node() -> None:
    plan = Plan(validators=7, conditions=Conditions(fastest=100, slowest=100))
    cluster = run(plan)
    report = report_run(cluster, 3)
    assert report.delays == 5
    assert [cluster.messages_of[number] for number in (1, 2)] == [fbft_messages(7)] * 2
    assert report.blocks == report.views == 3
    assert report.bytes_per_block > 0
    assert not report.violations


def test_real_signatures_serve_as_well() -> None:
    cluster = run(Plan(validators=4, real_signatures=True), {3: Fault.SILENT_LEADER})
    assert len({tuple(node.disk.hashes[:3]) for node in cluster.honest}) == 1


def test_a_node_with_several_keys_sends_one_vote() -> None:
    cluster = run(Plan(validators=4, keys_of_a_node=3))
    assert cluster.messages["PREPARE"] <= 3 * 4


@pytest.mark.parametrize("fault", list(Fault))
def test_a_third_of_any_kind_of_fault_is_withstood(fault: Fault) -> None:
    cluster = run(Plan(validators=4, seed=1), {2: fault}, height=4)
    assert not cluster.violations


def test_partitions_and_crashes_are_survived() -> None:
    cut = Partition(0, 60_000, frozenset({0, 1}))
    cluster = Cluster(Plan(validators=4, conditions=Conditions(loss=0.1, duplication=0.2, partitions=(cut,))))
    cluster.start()
    cluster.at(100, cluster.nodes[2].crash)
    cluster.at(70_000, cluster.nodes[2].start)
    assert cluster.run(height=3, until=1_000_000)
    assert not cluster.violations


def test_stake_decides_and_not_the_number_of_nodes() -> None:
    cluster = run(Plan(validators=4, stakes=(10, 1, 1, 10)), {1: Fault.CRASHED, 2: Fault.CRASHED})
    assert not cluster.violations
    stuck = Cluster(Plan(validators=4, stakes=(10, 1, 1, 10)), faulty_nodes({0: Fault.CRASHED}))
    stuck.start()
    assert not stuck.run(height=1, until=300_000)


def test_a_seed_decides_everything() -> None:
    schedule = draw_schedule(7, validators=4, faulty=1)
    assert play(schedule) == play(schedule)
    first, second = (run(replace(schedule.plan, conditions=Conditions())) for _ in range(2))
    assert first.messages == second.messages
    assert first.network.now == second.network.now


def test_messages_grow_linearly() -> None:
    measured = measure_messages((4, 16, 40))
    assert {size: found[0] for size, found in measured.items()} == {
        size: fbft_messages(size) for size in (4, 16, 40)
    }
    assert pbft_messages(40) == 2 * 40 * 39
