"""`harmony-core trie stats`: the shape of a state's tries as a table, as JSON, or as a picture."""

from pathlib import Path
from typing import Any

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.terminal import output_console, write_json, write_line
from harmony_core.cli.trie_source import StateShape, shape_of_dump, shape_of_store
from harmony_core.plotting import new_figure, png_of
from harmony_core.primitives import Hash32
from harmony_core.trie import TrieStatistics
from harmony_core.trie.statistics import NODE_KINDS

__all__ = ["draw_shape", "show_statistics"]

_DOTS_PER_INCH = 120


def show_statistics(
    source: Path, *, root: Hash32 | None, number: int | None, storage: bool, plot: Path | None, as_json: bool
) -> ExitCode:
    """Show the shape of a state and return the exit code."""
    if source.is_dir():
        if root is None:
            raise typer.BadParameter(
                "a node store holds many tries: give the root of one", param_hint="--root"
            )
        shape = shape_of_store(source, root, storage=storage)
    else:
        shape = shape_of_dump(str(source), number)
    if plot is not None:
        picture = draw_shape(shape)
        plot.write_bytes(picture)
    if as_json:
        write_json(
            {
                "root": str(shape.root),
                "number": shape.number,
                "accounts": _json(shape.accounts),
                "storage": None if shape.storage is None else _json(shape.storage),
            }
        )
        return ExitCode.PROVEN
    write_line(f"root {shape.root}" + ("" if shape.number is None else f", after block {shape.number}"))
    _show("accounts", shape.accounts)
    if shape.storage is not None:
        _show("storage", shape.storage)
    return ExitCode.PROVEN


def draw_shape(shape: StateShape) -> bytes:
    """Return a PNG: entries by depth, and nodes and bytes by kind.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
    """
    figure = new_figure(11, 4, dots_per_inch=_DOTS_PER_INCH)
    by_depth, by_kind, by_bytes = figure.subplots(1, 3)
    parts = [("accounts", shape.accounts)]
    if shape.storage is not None and shape.storage.entries:
        parts.append(("storage", shape.storage))
    width = 0.8 / len(parts)
    for position, (name, part) in enumerate(parts):
        shift = (position - (len(parts) - 1) / 2) * width
        by_depth.bar([depth + shift for depth in part.depths], list(part.depths.values()), width, label=name)
        places = [place + shift for place in range(len(NODE_KINDS))]
        by_kind.bar(places, [part.nodes[kind] for kind in NODE_KINDS], width, label=name)
        by_bytes.bar(places, [part.node_bytes[kind] for kind in NODE_KINDS], width, label=name)
    by_depth.set(title="entries by depth", xlabel="nodes on the way", ylabel="entries")
    for axes, title in ((by_kind, "nodes by kind"), (by_bytes, "bytes by kind")):
        axes.set(title=title)
        axes.set_xticks(range(len(NODE_KINDS)), NODE_KINDS)
    by_depth.legend()
    return png_of(figure)


def _json(part: TrieStatistics) -> dict[str, Any]:
    return {
        "tries": part.tries,
        "entries": part.entries,
        "value_bytes": part.value_bytes,
        "inlined_nodes": part.inlined,
        "nodes": {kind: part.nodes[kind] for kind in NODE_KINDS},
        "node_bytes": {kind: part.node_bytes[kind] for kind in NODE_KINDS},
        "depths": {str(depth): count for depth, count in sorted(part.depths.items())},
        "branch_ways": {str(ways): count for ways, count in sorted(part.ways.items())},
    }


def _show(name: str, part: TrieStatistics) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    write_line()
    plural = "trie" if part.tries == 1 else "tries"
    write_line(
        f"{name}: {part.tries} {plural}, {part.entries} entries of {part.value_bytes} bytes,"
        f" {part.inlined} nodes inlined in their parents"
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("kind", "nodes", "bytes"):
        table.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind in NODE_KINDS:
        table.add_row(kind, str(part.nodes[kind]), str(part.node_bytes[kind]))
    table.add_row("all", str(part.nodes.total()), str(part.node_bytes.total()))
    console = output_console()
    console.print(table)
    for depth, count in sorted(part.depths.items()):
        write_line(f"depth {depth}: {count} entries")
