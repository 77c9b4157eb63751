"""What `harmony-core simulate` runs and shows: the rounds as they become final, and the report."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.progress import ProgressDisplay
from harmony_core.cli.terminal import complain, is_terminal, output_console, write_json, write_line
from harmony_core.primitives import STRICT, Compatibility
from harmony_core.simulation.byzantine import Fault, faulty_nodes
from harmony_core.simulation.cluster import Cluster, Plan
from harmony_core.simulation.message_plot import COMMITTEE_SIZES, draw_messages, measure_messages
from harmony_core.simulation.network import Conditions, Partition
from harmony_core.simulation.report import RunReport, fbft_messages, pbft_messages, report_height, report_run
from harmony_core.storage import write_file_atomically

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["SimulationJob", "simulate"]

_SHOWN: Final = 15
_STEPS: Final = 2_000
_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationJob:
    """The options of the command, as they were given."""

    validators: int
    blocks: int
    faults: tuple[str, ...]
    seed: int
    delay: str
    loss: float
    duplication: float
    partitions: tuple[str, ...]
    crashes: tuple[str, ...]
    patience: int
    real_signatures: bool
    reference: bool


def simulate(job: SimulationJob, *, plot: Path | None, as_json: bool) -> ExitCode:
    """Run the simulation, show it and its report, and return the exit code.

    Raises:
        ConfigurationError: ``plots-missing``, ``network-conditions``.
        DataSourceError: ``storage-write``.
    """
    cluster = _cluster(job)
    cluster.start()
    with _live(cluster, shown=not as_json) as refresh:
        until = job.patience * _MILLISECONDS
        while not cluster.run(height=job.blocks, until=until, steps=_STEPS):
            refresh()
            next_time = cluster.network.next_time
            if next_time is None or next_time > until:
                break
        refresh()
    report = report_run(cluster, job.blocks)
    measured = _draw(plot, job.seed) if plot is not None else None
    if as_json:
        write_json(_as_json(job, report, measured))
    else:
        _write(report)
    if report.violations:
        complain("honest nodes hold different blocks to be final")
        return ExitCode.BROKEN
    if report.blocks < job.blocks:
        complain(f"only {report.blocks} of {job.blocks} blocks are final everywhere")
        return ExitCode.UNKNOWN
    return ExitCode.PROVEN


def _cluster(job: SimulationJob) -> Cluster:
    fastest, slowest = _matched(r"(\d{1,7})-(\d{1,7})", job.delay, "--delay")
    conditions = Conditions(
        fastest=int(fastest),
        slowest=int(slowest),
        loss=job.loss,
        duplication=job.duplication,
        partitions=tuple(_partition(text, job.validators) for text in job.partitions),
    )
    plan = Plan(
        validators=job.validators,
        conditions=conditions,
        seed=job.seed,
        real_signatures=job.real_signatures,
        compatibility=Compatibility.reference() if job.reference else STRICT,
    )
    cluster = Cluster(plan, faulty_nodes(_faults(job)))
    for text in job.crashes:
        down, up, name = _matched(r"(\d{1,6})-(\d{1,6}):(\d{1,6})", text, "--crash")
        node = cluster.nodes[_number(name, job.validators, "--crash")]
        cluster.at(int(down) * _MILLISECONDS, node.crash)
        cluster.at(int(up) * _MILLISECONDS, node.start)
    return cluster


def _faults(job: SimulationJob) -> dict[int, Fault]:
    groups: list[list[Fault]] = []
    for text in job.faults:
        kind, count = _matched(r"([a-z-]+)(?:=(\d{1,6}))?", text, "--faults")
        if kind not in set(Fault):
            known = ", ".join(Fault)
            raise typer.BadParameter(f"no fault is called {kind!r}; known are {known}", param_hint="--faults")
        groups.append([Fault(kind)] * min(int(count or 1), job.validators))
    kinds = [kind for turn in zip_longest(*groups) for kind in turn if kind is not None]
    if len(kinds) >= job.validators:
        raise typer.BadParameter("at least one node is honest", param_hint="--faults")
    # Spread over the committee, so that their turns to lead come among those of the honest ones.
    return {(2 * at + 1) * job.validators // (2 * len(kinds)): kind for at, kind in enumerate(kinds)}


def _partition(text: str, validators: int) -> Partition:
    start, end, names = _matched(r"(\d{1,6})-(\d{1,6}):(\d{1,6}(?:,\d{1,6})*)", text, "--partition")
    group = frozenset(_number(name, validators, "--partition") for name in names.split(","))
    return Partition(int(start) * _MILLISECONDS, int(end) * _MILLISECONDS, group)


def _matched(pattern: str, text: str, hint: str) -> tuple[str, ...]:
    found = re.fullmatch(pattern, text)
    if found is None:
        raise typer.BadParameter(f"{text!r} has another form than the one in the help", param_hint=hint)
    return found.groups()


def _number(text: str, validators: int, hint: str) -> int:
    if int(text) >= validators:
        raise typer.BadParameter(f"nodes are numbered from 0 to {validators - 1}", param_hint=hint)
    return int(text)


class _Refresh:
    """Shows the newest heights in a terminal."""

    def __init__(self, cluster: Cluster, update: "object") -> None:
        self._cluster = cluster
        self._update = update

    def __call__(self) -> None:
        if callable(self._update):
            self._update(_rounds(self._cluster))


@contextmanager
def _live(cluster: Cluster, *, shown: bool) -> Iterator[_Refresh]:
    if not shown or not is_terminal(sys.stdout):
        yield _Refresh(cluster, None)
        return
    from rich.live import Live  # noqa: PLC0415 - only in a terminal

    with Live(console=output_console(), transient=True, refresh_per_second=8) as live:
        yield _Refresh(cluster, live.update)


def _rounds(cluster: Cluster) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - slow to import

    table = Table(title=f"{cluster.network.now / _MILLISECONDS:.1f} simulated seconds", title_justify="left")
    for heading in ("height", "view of the block", "final in view", "views lost", "delays", "nodes"):
        table.add_column(heading, justify="right")
    for number in sorted(cluster.finals)[-_SHOWN:]:
        height = report_height(cluster, number)
        table.add_row(
            str(number),
            str(height.block_view),
            str(height.final_view),
            str(height.views_lost),
            f"{height.delays:.1f}",
            f"{len(cluster.finals[number])} of {len(cluster.honest)}",
        )
    return table


def _write(report: RunReport) -> None:
    size = report.validators
    write_line(f"{size} validators, {report.faulty} of them faulty, seed {report.seed}")
    write_line(f"blocks final everywhere  {report.blocks} of {report.wanted}")
    write_line(f"views                    {report.views}")
    write_line(f"simulated seconds        {report.simulated_seconds:.1f}")
    write_line(f"time to finality         {report.delays:.1f} network delays (median)")
    write_line(f"messages per block       {report.messages_per_block:.0f}")
    write_line(f"  of a round, computed   {fbft_messages(size)} (PBFT: {pbft_messages(size)})")
    write_line(f"bytes per block          {report.bytes_per_block:.0f}")
    write_line(f"double votes proven      {report.evidence}")
    broken = ", ".join(map(str, report.violations)) or "none"
    write_line(f"heights with two blocks  {broken}")
    if report.refusals:
        write_line("refused by honest nodes  " + ", ".join(f"{k} {v}" for k, v in report.refusals.items()))


def _draw(plot: Path, seed: int) -> dict[int, tuple[float, float]]:
    with ProgressDisplay() as display:
        display.begin("measuring committees from 4 to 400", len(COMMITTEE_SIZES))
        measured = measure_messages(seed=seed, progress=display.reach)
    write_file_atomically(plot, draw_messages(measured))
    return measured


def _as_json(
    job: SimulationJob, report: RunReport, measured: dict[int, tuple[float, float]] | None
) -> dict[str, object]:
    return {
        "validators": report.validators,
        "faulty": report.faulty,
        "seed": report.seed,
        "real_signatures": job.real_signatures,
        "reference": job.reference,
        "blocks": report.blocks,
        "wanted": report.wanted,
        "views": report.views,
        "simulated_seconds": report.simulated_seconds,
        "delays_to_finality": round(report.delays, 3),
        "messages_per_block": round(report.messages_per_block, 1),
        "bytes_per_block": round(report.bytes_per_block, 1),
        "fbft_messages_per_round": fbft_messages(report.validators),
        "pbft_messages_per_round": pbft_messages(report.validators),
        "messages": report.messages,
        "double_votes": report.evidence,
        "violations": list(report.violations),
        "refusals": report.refusals,
        "heights": [
            {
                "number": height.number,
                "block_view": height.block_view,
                "final_view": height.final_view,
                "views_lost": height.views_lost,
                "delays": round(height.delays, 3),
            }
            for height in report.heights
        ],
        "measured": None
        if measured is None
        else {
            str(size): {"messages": found[0], "bytes": round(found[1], 1)} for size, found in measured.items()
        },
    }
