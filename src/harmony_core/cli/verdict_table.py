"""The report of `harmony-core verify` for a human: a table, or a block of lines a header where that is too wide.

A hash is one word, and no word is ever broken or cut; lines are broken between words only, and in a pipe or a
file not at all.
"""

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from harmony_core.cli.block_verification import JudgedBlock
from harmony_core.cli.terminal import output_console, printable, width_of
from harmony_core.cli.verification import Judged, Report
from harmony_core.light_client import Basis, BasisKind, Verdict
from harmony_core.primitives import Dec

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["percent", "reason_of", "report_lines", "write_report"]

_HEADINGS: Final = (
    "shard",
    "number",
    "epoch",
    "hash",
    "signers",
    "power",
    "verdict",
    "reason and basis of trust",
)
_RIGHT_ALIGNED: Final = frozenset({0, 1, 2, 4, 5})
_GAP: Final = "  "
_INDENT: Final = "      "
_LEAST_REASON: Final = 40
_STYLES: Final = {Verdict.PROVEN: "green", Verdict.BROKEN: "bold red", Verdict.UNKNOWN: "yellow"}
_COMMITTEES: Final = frozenset(
    {BasisKind.GENESIS_COMMITTEE, BasisKind.ELECTED_COMMITTEE, BasisKind.GIVEN_COMMITTEE}
)
_PERCENT_STEP: Final = 10**12  # raw units of a hundredth of a hundredth of a percent


def write_report(report: Report) -> None:
    """Write the table and the summary to the standard output."""
    console = output_console()
    for line, style in report_lines(report, width_of(console)):
        _print(console, line, style)


def report_lines(report: Report, width: int | None) -> Iterator[tuple[str, str]]:
    """Yield the lines of the report with the style of each.

    Args:
        report: what to show.
        width: columns of the terminal, None where lines have no limit.
    """
    cells = [_cells(item) for item in report.judged]
    styles = [_STYLES[item.verdict.verdict] for item in report.judged]
    if cells:
        yield from _body(cells, styles, width)
        yield "", ""
    for item in report.blocks:
        yield from ((line, _STYLES[item.verdict]) for line in _block(item, width))
    if report.blocks:
        yield "", ""
    yield from ((line, "bold") for line in _wrapped(_summary(report), width))


def reason_of(item: Judged) -> str:
    """Return why the header has its verdict: the basis of trust if proven, else what stands in the way."""
    verdict = item.verdict
    parts = []
    if verdict.error is not None:
        parts.append(str(verdict.error))
    if verdict.basis is not None:
        parts.append(_basis(verdict.basis) if verdict.error is None else f"({_basis(verdict.basis)})")
    return " ".join(parts) or "no reason given"


def _block(item: JudgedBlock, width: int | None) -> Iterator[str]:
    header, verified = item.given.record.block.header, item.verified
    name = f"block {header.number} of shard {header.shard_id}"
    if verified is None:
        yield from _wrapped(printable(f"{name} {item.verdict}: {item.error}"), width)
        return
    yield from _wrapped(f"{name} {item.verdict}: {', '.join(verified.proven)}", width)
    left = ", ".join(f"{rule.rule} ({rule.code})" for rule in verified.not_checked)
    yield from _wrapped(f"not checked: {left or 'nothing'}", width, "  ")


def percent(power: Dec) -> str:
    """Return a share as a percentage, truncated to four decimals: it is at least what is shown."""
    whole, decimals = divmod(power.raw // _PERCENT_STEP, 10**4)
    return f"{whole}.{decimals:04d}".rstrip("0").rstrip(".") + "%"


def _basis(basis: Basis) -> str:
    detail = str(basis)
    if basis.kind in _COMMITTEES:
        return f"signed by the {detail.removeprefix('the ')}"
    return detail


def _cells(item: Judged) -> tuple[str, ...]:
    verdict = item.verdict
    header = verdict.header
    counted = verdict.signer_count is not None and verdict.committee_size is not None
    cells = (
        str(header.shard_id),
        str(header.number),
        str(header.epoch),
        str(header.hash),
        f"{verdict.signer_count}/{verdict.committee_size}" if counted else "-",
        percent(verdict.power) if verdict.power is not None else "-",
        str(verdict.verdict),
        reason_of(item),
    )
    return tuple(printable(cell) for cell in cells)


def _body(
    cells: Sequence[tuple[str, ...]], styles: Sequence[str], width: int | None
) -> Iterator[tuple[str, str]]:
    """Yield a table, the reason on a line of its own where that helps, or a block of lines for each header."""
    widths = [max(len(row[column]) for row in (_HEADINGS, *cells)) for column in range(len(_HEADINGS) - 1)]
    taken = sum(widths) + len(_GAP) * len(widths)
    longest = max(len(word) for row in cells for word in row[-1].split())
    beside = width is None or width - taken >= max(longest, _LEAST_REASON)
    if not beside and width is not None and width < taken:
        for row, style in zip(cells, styles, strict=True):
            yield from ((line, style) for line in _record(row, width))
        return
    yield _aligned(_HEADINGS, widths) + (_HEADINGS[-1] if beside else ""), "bold"
    for row, style in zip(cells, styles, strict=True):
        indent = " " * taken if beside else _INDENT
        first, *rest = _wrapped(row[-1], width, indent)
        if beside:
            yield _aligned(row, widths) + first.removeprefix(indent), style
        else:
            yield _aligned(row, widths).rstrip(), style
            yield first, style
        yield from ((line, style) for line in rest)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    """Return all cells but the last, the reason, padded to their columns."""
    return "".join(
        (cell.rjust(width) if column in _RIGHT_ALIGNED else cell.ljust(width)) + _GAP
        for column, (cell, width) in enumerate(zip(row[:-1], widths, strict=True))
    )


def _record(row: tuple[str, ...], width: int | None) -> Iterator[str]:
    shard, number, epoch, block_hash, signers, power, verdict, reason = row
    yield from _wrapped(f"shard {shard} number {number} epoch {epoch}", width)
    yield from _wrapped(f"hash {block_hash}", width, "  ")
    yield from _wrapped(f"signers {signers} power {power}", width, "  ")
    yield from _wrapped(f"{verdict}: {reason}", width, "  ")


def _wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    if width is None:
        return [indent + text]
    return textwrap.wrap(
        text,
        max(width, len(indent) + 1),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent]


def _summary(report: Report) -> str:
    total = len(report.judged)
    parts = [f"{report.count(Verdict.PROVEN)} of {total} header{'' if total == 1 else 's'} proven"]
    if report.blocks:
        held = sum(item.verdict is Verdict.PROVEN for item in report.blocks)
        plural = "" if len(report.blocks) == 1 else "s"
        parts.append(f"{held} of {len(report.blocks)} block{plural} proven as far as checked")
    parts += [
        f"{count} {verdict}"
        for verdict in (Verdict.BROKEN, Verdict.UNKNOWN)
        if (count := report.count(verdict))
    ]
    if report.problems:
        count = len(report.problems)
        parts.append(f"{count} line{'' if count == 1 else 's'} of input not usable")
    if not total and not report.problems:
        parts.append("the input is empty")
    return f"{report.network}: {', '.join(parts)}."


def _print(console: "Console", line: str, style: str) -> None:
    from rich.text import Text  # noqa: PLC0415 - slow to import

    # soft_wrap: rich neither wraps nor crops; what is wrapped has been wrapped between words above.
    console.print(Text(line, style), soft_wrap=True)
