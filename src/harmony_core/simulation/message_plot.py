"""The picture of messages per block against the size of the committee. It needs matplotlib, the extra ``plots``."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from harmony_core.plotting import new_figure, png_of
from harmony_core.simulation.cluster import Cluster, Plan
from harmony_core.simulation.network import Conditions
from harmony_core.simulation.report import fbft_messages, pbft_messages, report_run

__all__ = ["COMMITTEE_SIZES", "draw_messages", "measure_messages"]

COMMITTEE_SIZES: Final = (4, 10, 25, 50, 100, 200, 400)
"""Sizes of committees from 4 to 400."""

_BLOCKS: Final = 2
_DOTS_PER_INCH: Final = 120


def measure_messages(
    sizes: tuple[int, ...] = COMMITTEE_SIZES, *, seed: int = 0, progress: Callable[[int], None] | None = None
) -> dict[int, tuple[float, float]]:
    """Return messages and bytes per block of simulated committees without faults, by their size."""
    found = {}
    plan = Plan(validators=1, seed=seed, conditions=Conditions())
    for count, size in enumerate(sizes):
        cluster = Cluster(replace(plan, validators=size))
        cluster.start()
        cluster.run(height=_BLOCKS)
        report = report_run(cluster, _BLOCKS)
        # What was sent for a block that is not final yet belongs to no block.
        found[size] = (
            sum(cluster.messages_of.get(number, 0) for number in range(1, _BLOCKS + 1)) / _BLOCKS,
            report.bytes_per_block,
        )
        if progress is not None:
            progress(count + 1)
    return found


def draw_messages(measured: dict[int, tuple[float, float]]) -> bytes:
    """Return a PNG: messages per block as measured, with the lines of FBFT and of PBFT computed.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
    """
    figure = new_figure(7, 4.5, dots_per_inch=_DOTS_PER_INCH)
    axes: Any = figure.subplots()
    sizes = sorted(measured)
    axes.plot(sizes, [pbft_messages(size) for size in sizes], color="C3", label="PBFT, computed: 2n(n-1)")
    axes.plot(sizes, [fbft_messages(size) for size in sizes], color="C0", label="FBFT, computed: 5(n-1)")
    axes.plot(sizes, [measured[size][0] for size in sizes], "o", color="C0", label="FBFT, simulated")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.set_xlabel("validators")
    axes.set_ylabel("messages per block")
    axes.set_title("Votes are aggregated by the leader: messages grow linearly")
    axes.legend(fontsize="small")
    return png_of(figure)
