"""The same seed gives the same run in another process, in whatever order that keeps its sets."""

import os
import subprocess
import sys

PROGRAM = """
from harmony_core.simulation.byzantine import Fault, faulty_nodes
from harmony_core.simulation.cluster import Cluster, Plan
from harmony_core.simulation.schedule import draw_schedule, play
for seed in (3, 568):
    print(play(draw_schedule(seed, validators=7, faulty=2)))
    print(play(draw_schedule(seed, validators=6, faulty=4, by_stake=True)))
for seed, fault in enumerate(Fault):
    cluster = Cluster(Plan(validators=7, seed=seed), faulty_nodes({2: fault, 5: Fault.EQUIVOCATING_LEADER}))
    cluster.start()
    cluster.run(height=1, until=1_000_000)
    print(cluster.messages, cluster.bytes_sent, cluster.network.now, cluster.finals)
    print([node.disk.hashes for node in cluster.nodes])
"""


def run(hash_seed: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_a_seed_decides_everything_in_every_process() -> None:
    first = run("1")
    assert first.count("\n") >= 2 * 12
    assert run("4711") == first
