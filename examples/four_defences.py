"""A leader that proposes two blocks at once: how consensus, evidence, slashing and resharding meet it.

Run it with ``python examples/four_defences.py``. Everything happens in this process, with real signatures.
"""

from harmony_core.simulation.defences import run_defences


def main() -> None:
    """Play three epochs and print what happened."""
    report = run_defences()
    print(f"node {report.offender} shows two halves of its committee two blocks")
    for epoch in report.epochs:
        print(f"epoch {epoch.epoch}: nodes {', '.join(map(str, epoch.committee))} decide")
        if epoch.views_lost:
            print(f"  views given up: {epoch.views_lost}")
        for record in epoch.slashed:
            moment = record.evidence.moment
            print(f"  two votes at height {moment.height}, view {moment.view_id} are verified as evidence")
        if epoch.outcome is not None:
            print(f"  slashed: {epoch.outcome.total_slashed // 10**18} ONE; the validator is banned")
        print(f"  the next committees are drawn from {epoch.seed}")
    print(f"heights final: {report.height}; heights with two blocks: {report.violations}")


if __name__ == "__main__":
    main()
