"""`harmony-core archive info`, and what the archive's commands share."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harmony_core.archive import NodeDatabase
from harmony_core.archive.pair import network_of
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.progress import ProgressDisplay
from harmony_core.cli.terminal import write_json, write_table
from harmony_core.primitives import BlockNumber, ShardID
from harmony_core.trie import EMPTY_ROOT

__all__ = ["StageDisplay", "show_info", "write_pairs"]


class StageDisplay:
    """Shows how far a long work is, how many accounts it does in a second, and the time left.

    Args:
        display: where to show it.
    """

    def __init__(self, display: ProgressDisplay) -> None:
        self._display = display
        self._stage = ""
        self._started = 0.0

    def __call__(self, stage: str, done: int, total: int | None, accounts: int) -> None:
        """Take in how far a stage is."""
        if stage != self._stage:
            self._stage, self._started = stage, time.monotonic()
            self._display.begin(stage, total)
        seconds = time.monotonic() - self._started
        note = f"{accounts / seconds:,.0f} accounts/s" if accounts and seconds > 0 else ""
        self._display.reach(done, note)


def show_info(folder: Path, shard: int | None, *, as_json: bool) -> ExitCode:
    """Say what a database holds, and return the exit code."""
    with NodeDatabase(folder, shard_id=None if shard is None else ShardID(shard)) as database:
        document = _describe(database)
    if as_json:
        write_json(document)
    else:
        write_pairs(str(folder), document)
    return ExitCode.PROVEN


def _describe(database: NodeDatabase) -> dict[str, Any]:
    head = database.head
    genesis = database.canonical_hash(BlockNumber(0))
    commit = database.commit(head.number)
    states = {
        "newest": _has_state(database, head.number),
        "genesis": genesis is not None and _has_state(database, BlockNumber(0)),
        "middle": _has_state(database, BlockNumber(head.number // 2)),
    }
    return {
        "folder": str(database.path),
        "tables": database.database.table_count,
        "network": network_of(genesis, head.shard_id),
        "shard": int(head.shard_id),
        "genesis": None if genesis is None else str(genesis),
        "head": {
            "number": int(head.number),
            "hash": str(head.hash),
            "root": str(head.root),
            "epoch": int(head.epoch),
            "time": int(head.time),
        },
        "commit_on_head": commit is not None,
        "rewards_paid": _text(database.rewards_paid(head.number)),
        "states": states,
        "kind": "archive" if all(states.values()) else "pruned or partial",
    }


def _has_state(database: NodeDatabase, number: BlockNumber) -> bool:
    if database.canonical_hash(number) is None:
        return False
    root = database.header(number).root
    return root == EMPTY_ROOT or database.get(root) is not None


def _text(amount: int | None) -> str | None:
    return None if amount is None else str(amount)


def write_pairs(title: str, document: Mapping[str, Any]) -> None:
    """Write a JSON object as a table of names and values, inner objects flattened."""
    from rich.table import Table  # noqa: PLC0415 - slow to import

    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column("name")
    table.add_column("value", overflow="fold")
    for name, value in _flat("", document):
        table.add_row(name, value)
    write_table(table, gives_way="value")


def _flat(prefix: str, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in document.items():
        if isinstance(value, Mapping):
            rows += _flat(f"{prefix}{name} ", value)
        elif isinstance(value, list):
            rows.append((prefix + name, f"{len(value)} entries" if value else "none"))
        elif value is not None:
            rows.append((prefix + name, "yes" if value is True else "no" if value is False else str(value)))
    return rows
