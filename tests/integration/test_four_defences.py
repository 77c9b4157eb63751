"""Several packages together: what meets a corrupt leader over three epochs, and a committee that is stuck for long."""

from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.fbft.engine.view_votes import VOTES_OF_A_MEMBER
from harmony_core.simulation.byzantine import faulty_nodes
from harmony_core.simulation.cluster import Cluster, Plan, simulated_secret
from harmony_core.simulation.defences import SHARD, run_defences


def test_a_leader_that_equivocates_loses_the_view_its_stake_and_its_seat() -> None:
    report = run_defences()
    assert (report.height, report.violations) == (9, 0)
    first, second, third = report.epochs
    assert report.offender in first.committee
    assert first.views_lost >= 1
    (record,) = first.slashed
    assert first.outcome is not None
    assert first.outcome.total_slashed > 0
    assert report.banned == (record.evidence.offender,)
    wrapper = first.outcome.state.validator(record.evidence.offender)
    assert wrapper.validator.status is ValidatorStatus.BANNED
    key = simulated_secret(report.offender)[1]
    assert key in first.resharding.left
    for epoch in (second, third):
        assert report.offender not in epoch.committee
        assert not epoch.slashed
    for committee in first.resharding.state.committees:
        assert key not in committee.public_keys
    drawn = first.resharding.state.committee(SHARD)
    assert tuple(map(simulated_key_number, drawn.public_keys)) == second.committee
    assert len({epoch.seed for epoch in report.epochs}) == 3


def simulated_key_number(key: bytes) -> int:
    return next(index for index in range(64) if simulated_secret(index)[1] == key)


def test_a_committee_that_is_stuck_for_fifty_views_goes_on_when_members_return() -> None:
    validators, gone = 7, 3
    cluster = Cluster(Plan(validators=validators), faulty_nodes({}))
    for node in cluster.nodes[gone:]:
        node.start()
    for node in cluster.nodes[:gone]:
        node.crash()
    assert not cluster.run(height=1, until=50 * 45_000 + 100_000)
    here = cluster.nodes[gone:]
    assert min(node.engine.state.changing_to or 0 for node in here) >= 50
    for node in here:
        state = node.engine.state
        assert len(state.view_votes) <= validators * VOTES_OF_A_MEMBER
        assert len(state.early) + len(state.early_view) <= 2 * validators
        waits = state.settings.views.next_view(state.head, state.view_id, cluster.network.now)[1]
        assert waits == 27_000, "the wait does not grow"
    # Timers and messages on their way do not pile up either; each timer that was stopped stays until its time.
    assert len(cluster.network) < 20 * validators
    for node in cluster.nodes[:gone]:
        node.start()
    resumed = cluster.network.now
    assert cluster.run(height=3, until=resumed + 300_000)
    assert not cluster.violations
    assert cluster.network.now - resumed < 150_000
