"""Proving that a database holds the whole state of a root: every node, code, storage and validator wrapper."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harmony_core.archive.accounts import AccountTally
from harmony_core.archive.database import CACHE_BYTES
from harmony_core.archive.node_database import NodeDatabase
from harmony_core.archive.parts import StatePart, close_databases, problem_from_json, walk_part
from harmony_core.archive.walk import Problem, split
from harmony_core.archive.work import Runner, SerialRunner, run_parts
from harmony_core.primitives import STRICT, Compatibility, Hash32

__all__ = ["StateReport", "audit_state"]

_COUNTS: Final = (
    "accounts",
    "nodes",
    "storage_nodes",
    "slots",
    "contracts",
    "validators",
    "misplaced_wrappers",
    "bytes",
    "balance",
    "staked",
    "undelegating",
    "rewards",
)


@dataclass(frozen=True, slots=True)
class StateReport:
    """What a walk of a whole state has found.

    Attributes:
        root: the state's root.
        counts: accounts, nodes, storage_nodes, slots, contracts, validators, misplaced_wrappers (wrappers that the node
            keeps as a contract's code), bytes of nodes, and sums in atto: balance, staked, undelegating, rewards.
        problems: everything that is missing or altered, in ascending order of paths; empty if the state is whole.
    """

    root: Hash32
    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing and nothing altered."""
        return not self.problems


def audit_state(
    database: NodeDatabase,
    root: Hash32,
    runner: Runner | None = None,
    *,
    compatibility: Compatibility = STRICT,
    progress: Callable[[int, int, int], None] | None = None,
) -> StateReport:
    """Walk a whole state and report everything that is not as its root says.

    Args:
        database: the node's database.
        root: the state's root, from a header that the caller trusts.
        runner: what does the parts; this process alone if None.
        compatibility: quirks to allow in wrappers.
        progress: called with the parts done, their number and the accounts walked; all parts are about equal.

    Raises:
        HarmonyError: where another process cannot open the database. What is wrong with the state is in the report.
    """
    top = AccountTally()
    subtrees = split(database.get, root, top, "account node")
    scratch = Path(tempfile.mkdtemp(prefix="harmony-core-archive-"))
    runner = runner or SerialRunner()
    parts = [
        StatePart(
            str(database.path),
            database.shard_id,
            subtree.path,
            subtree.child,
            compatibility=compatibility,
            scratch=str(scratch),
            cache_bytes=CACHE_BYTES // runner.workers,
        )
        for subtree in subtrees
    ]

    def report(done: int, walked: int) -> None:
        if progress is not None:
            progress(done, len(parts), walked)

    try:
        results = run_parts(runner, walk_part, parts, progress=report)
    finally:
        close_databases()
        shutil.rmtree(scratch, ignore_errors=True)
    counts = {name: sum(result[name] for result in results) for name in _COUNTS}
    counts["nodes"] += top.nodes
    counts["bytes"] += top.size
    problems = [*top.problems]
    for result in results:
        problems += map(problem_from_json, result["problems"])
    problems.sort(key=lambda problem: problem.path)
    return StateReport(root, counts, tuple(problems))
