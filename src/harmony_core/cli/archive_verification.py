"""`harmony-core archive verify`: a whole state, and the chain that leads to it."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmony_core.archive import NodeDatabase, Runner, runner_for
from harmony_core.archive.chain_audit import ChainReport, audit_chain
from harmony_core.archive.pair import Cutoff, ShardDatabases
from harmony_core.archive.parts import problem_to_json
from harmony_core.archive.state_audit import StateReport, audit_state
from harmony_core.archive.walk import ProblemKind
from harmony_core.cli.archive_view import StageDisplay, write_pairs
from harmony_core.cli.exit_codes import ExitCode, code_of_error, strongest
from harmony_core.cli.options import network_option
from harmony_core.cli.progress import ProgressDisplay
from harmony_core.cli.terminal import complain, write_json
from harmony_core.errors import MissingDataError
from harmony_core.params import Network, load_network
from harmony_core.primitives import STRICT, Compatibility, ShardID

__all__ = ["Verification", "verify"]

_CODES = {
    ProblemKind.ALTERED: ExitCode.BROKEN,
    ProblemKind.UNDECODABLE: ExitCode.BROKEN,
    ProblemKind.MISSING: ExitCode.UNKNOWN,
    ProblemKind.UNREADABLE: ExitCode.UNDECODABLE,
}


@dataclass(frozen=True, slots=True)
class Verification:
    """What to verify."""

    folder: Path
    shard: int | None
    height: int | None
    network: str | None
    chain: bool
    state: bool
    others: tuple[Path, ...]
    now: int | None
    reference: bool

    @property
    def compatibility(self) -> Compatibility:
        """The quirks to allow."""
        return Compatibility.reference() if self.reference else STRICT


def verify(job: Verification, *, workers: int, cluster: str | None, as_json: bool) -> ExitCode:
    """Verify a database, show what was found, and return the exit code."""
    network = None if job.network is None else network_option(job.network)
    with ExitStack() as stack:
        shard = job.shard
        if shard is None:
            with NodeDatabase(job.folder, compatibility=job.compatibility) as probe:
                shard = int(probe.shard_id)
        shard_id = ShardID(shard)
        heights = {} if job.height is None else {shard_id: job.height}
        pair = stack.enter_context(
            ShardDatabases(
                {shard_id: job.folder},
                heights,
                network=network,
                needs_state=job.state,
                compatibility=job.compatibility,
            )
        )
        database, cutoff = pair.databases[shard_id], pair.cutoffs[shard_id]
        if network is None and pair.network_name is not None:
            network = load_network(pair.network_name)
        others = [
            stack.enter_context(NodeDatabase(path, compatibility=job.compatibility)) for path in job.others
        ]
        document: dict[str, Any] = {
            "folder": str(database.path),
            "network": pair.network_name,
            "shard": shard,
            "block": int(cutoff.header.number),
            "hash": str(cutoff.header.hash),
            "root": str(cutoff.header.root),
        }
        codes = [ExitCode.PROVEN]
        if job.state:
            report = _audit_state(database, cutoff, runner_for(workers, cluster), job.compatibility)
            document["state"] = _state_to_json(report)
            codes += [_CODES[problem.kind] for problem in report.problems]
        if job.chain:
            chain = _audit_chain(database, network, cutoff, others, job=job, workers=workers)
            document["chain"] = _chain_to_json(chain)
            codes += [code_of_error(error) for _, error in (*chain.refusals, *chain.missing)]
        pair.require_unchanged()
    code = strongest(codes)
    document = {"verdict": code.verdict, **document}
    if as_json:
        write_json(document)
    else:
        _write(document)
    return code


def _audit_state(
    database: NodeDatabase, cutoff: Cutoff, runner: Runner, compatibility: Compatibility
) -> StateReport:
    with ProgressDisplay(time_left=True) as display:
        show = StageDisplay(display)

        def progress(done: int, total: int, walked: int) -> None:
            show("walking the state", done, total, walked)

        return audit_state(database, cutoff.root, runner, compatibility=compatibility, progress=progress)


def _audit_chain(
    database: NodeDatabase,
    network: Network | None,
    cutoff: Cutoff,
    others: list[NodeDatabase],
    *,
    job: Verification,
    workers: int,
) -> ChainReport:
    if network is None:
        raise MissingDataError(
            "The database begins with a block of no known network: name the network, or leave the chain out with --no-chain.",
            code="archive-network-unknown",
        )
    with ProgressDisplay(time_left=True) as display:
        stop = int(cutoff.header.number) + 1
        display.begin("proving the chain", stop)
        return audit_chain(
            database,
            network,
            now=int(time.time()) if job.now is None else job.now,
            stop=stop,
            others={other.shard_id: other for other in others},
            workers=workers,
            compatibility=job.compatibility,
            progress=display.reach,
        )


def _state_to_json(report: StateReport) -> dict[str, Any]:
    amounts = {"balance", "staked", "undelegating", "rewards"}
    counts = {name: str(count) if name in amounts else count for name, count in report.counts.items()}
    return {
        "is_whole": report.is_whole,
        **counts,
        "problems": [problem_to_json(problem) for problem in report.problems],
    }


def _chain_to_json(report: ChainReport) -> dict[str, Any]:
    return {
        "headers_proven": report.proven,
        "blocks_verified": report.blocks,
        "refused": [_error_to_json(number, error) for number, error in report.refusals],
        "missing": [_error_to_json(number, error) for number, error in report.missing],
        "rules_proven": dict(sorted(report.rules.items())),
        "rules_not_checked": [
            {"rule": rule, "code": code, "blocks": count}
            for (rule, code), count in sorted(report.not_checked.items())
        ],
    }


def _error_to_json(number: int, error: Any) -> dict[str, Any]:
    return {"block": number, "code": error.code, "message": error.message}


def _write(document: dict[str, Any]) -> None:
    write_pairs(f"{document['folder']}: {document['verdict']}", document)
    for problem in document.get("state", {}).get("problems", ()):
        expected = f" {problem['expected']}" if problem["expected"] else ""
        detail = f": {problem['detail']}" if problem["detail"] else ""
        complain(
            f"{problem['what']} at {problem['path'] or 'the root'} is {problem['kind']}{expected}{detail}"
        )
    for name in ("refused", "missing"):
        for item in document.get("chain", {}).get(name, ()):
            complain(f"block {item['block']} {name}: {item['message']} [{item['code']}]")
