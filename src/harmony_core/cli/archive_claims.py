"""`harmony-core archive claims`: writing ledgers, checking and comparing them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from harmony_core.archive import BrokenStateError, ClaimsJob, make_claims, runner_for
from harmony_core.archive.ledger import decimal
from harmony_core.archive.ledger_check import compare_ledgers, verify_ledger
from harmony_core.archive.parts import problem_to_json
from harmony_core.cli.archive_view import StageDisplay, write_pairs
from harmony_core.cli.exit_codes import ExitCode, code_of_error
from harmony_core.cli.options import network_option
from harmony_core.cli.progress import ProgressDisplay
from harmony_core.cli.terminal import complain, write_json, write_line
from harmony_core.primitives import STRICT, Compatibility, ShardID
from harmony_core.storage import write_file_atomically

__all__ = ["ClaimsOptions", "check_ledger", "write_claims"]

_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class ClaimsOptions:
    """The options of the command."""

    folders: Mapping[int, Path]
    heights: Mapping[int, int]
    out: Path
    network: str | None
    preimages: bool
    more_preimages: tuple[Path, ...]
    address_lists: tuple[Path, ...]
    plot: Path | None
    reference: bool


def write_claims(options: ClaimsOptions, *, workers: int, cluster: str | None, as_json: bool) -> ExitCode:
    """Write a ledger, show its summary, and return the exit code."""
    job = ClaimsJob(
        {ShardID(shard): folder for shard, folder in options.folders.items()},
        {ShardID(shard): height for shard, height in options.heights.items()},
        options.out,
        None if options.network is None else network_option(options.network),
        options.preimages,
        options.more_preimages,
        options.address_lists,
        Compatibility.reference() if options.reference else STRICT,
    )
    if options.plot is not None:
        _require_plots()
    with ProgressDisplay(time_left=True) as display:
        try:
            summary = make_claims(job, runner_for(workers, cluster), progress=StageDisplay(display))
        except BrokenStateError as error:
            display.close()
            return _report_broken(error, as_json=as_json)
    if options.plot is not None:
        _draw(options.out, options.plot)
    if as_json:
        write_json(summary)
    else:
        shown = {**summary, "totals": _in_one(summary["totals"])}
        write_pairs(f"claims written to {options.out}", shown)
    return ExitCode.PROVEN


def _report_broken(error: BrokenStateError, *, as_json: bool) -> ExitCode:
    if as_json:
        problems = [{"shard": int(shard), **problem_to_json(problem)} for shard, problem in error.problems]
        write_json(
            {
                "verdict": "broken",
                "error": {"code": error.code, "message": error.message},
                "problems": problems,
            }
        )
    else:
        for shard, problem in error.problems:
            complain(f"shard {shard}: {problem}")
        complain(str(error))
    return code_of_error(error)


def check_ledger(ledger: Path, other: Path | None, plot: Path | None, *, as_json: bool) -> ExitCode:
    """Check a ledger, compare it with another if one is given, and return the exit code."""
    with ProgressDisplay() as display:
        display.begin("checking rows", None)
        found = verify_ledger(ledger, progress=display.reach)
        if other is not None:
            verify_ledger(other, progress=display.reach)
    document: dict[str, Any] = {
        "ledger": str(ledger),
        "rows": found.rows,
        "addresses": found.addresses,
        "totals": {name: str(amount) for name, amount in found.totals.items()}
        | {"native_total_claim": str(found.total)},
    }
    code = ExitCode.PROVEN
    if other is not None:
        differences = compare_ledgers(ledger, other)
        listed = [
            {
                "secure_key": "0x" + difference.secure_key.hex(),
                "changes": {name: str(amount) for name, amount in difference.changes.items()},
            }
            for difference in islice(differences, _LISTED)
        ]
        more = sum(1 for _ in differences)
        document |= {
            "other": str(other),
            "equal": not listed,
            "differences": listed,
            "more_differences": more,
        }
        code = ExitCode.BROKEN if listed else ExitCode.PROVEN
    if plot is not None:
        _draw(ledger, plot)
    if as_json:
        write_json(document)
    else:
        write_pairs(f"ledger {ledger}", {**document, "totals": _in_one(document["totals"])})
        for item in document.get("differences", ()):
            changes = ", ".join(f"{name} {amount} atto" for name, amount in item["changes"].items())
            write_line(f"{item['secure_key']}: {changes}")
    return code


def _in_one(totals: Mapping[str, str]) -> dict[str, str]:
    return {name: f"{decimal(int(amount))} ONE" for name, amount in totals.items()}


def _require_plots() -> None:
    from harmony_core.plotting import require_plots  # noqa: PLC0415 - loaded when it is needed

    require_plots()


def _draw(ledger: Path, plot: Path) -> None:
    from harmony_core.archive.plots import draw_ledger  # noqa: PLC0415 - an optional extra

    write_file_atomically(plot, draw_ledger(ledger))
