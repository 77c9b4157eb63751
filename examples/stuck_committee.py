"""More than a third of a committee is offline for fifty views, then comes back: the height becomes final after all.

Run it with ``python examples/stuck_committee.py``. Everything happens in this process, on a simulated network.
"""

from harmony_core.simulation.cluster import Cluster, Plan

VALIDATORS = 7
OFFLINE = 3
VIEWS = 50
VIEW_MILLISECONDS = 45_000


def main() -> None:
    """Let three of seven nodes be away, and print how the others wait and go on."""
    cluster = Cluster(Plan(validators=VALIDATORS, seed=1))
    here = cluster.nodes[OFFLINE:]
    for node in here:
        node.start()
    cluster.run(until=VIEWS * VIEW_MILLISECONDS + 2 * VIEW_MILLISECONDS)
    views = [node.engine.state.changing_to for node in here]
    votes = max(len(node.engine.state.view_votes) for node in here)
    print(f"{OFFLINE} of {VALIDATORS} nodes are away; the others ask for view {views[0]}, nothing is final")
    print(f"votes that a node keeps: {votes}; messages and timers under way: {len(cluster.network)}")
    for node in cluster.nodes[:OFFLINE]:
        node.start()
    resumed = cluster.network.now
    cluster.run(height=1, until=resumed + VIEWS * VIEW_MILLISECONDS)
    seconds = (cluster.network.now - resumed) // 1000
    print(
        f"they come back: height {cluster.height} is final after {seconds} seconds, in view {cluster.views[1][1]}"
    )
    print(f"heights with two blocks: {len(cluster.violations)}")


if __name__ == "__main__":
    main()
