"""`harmony-core backends`: what computes each primitive, proven on a vector."""

from typing import Any

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.terminal import write_json, write_line
from harmony_core.crypto.backends import BackendReport, backend_reports
from harmony_core.randomness.vdf import vdf_engine_report

__all__ = ["show_backends"]


def show_backends(*, as_json: bool) -> ExitCode:
    """Load and test every back end, show the outcome, and return the exit code."""
    reports = (*backend_reports(), vdf_engine_report())
    if as_json:
        write_json({"backends": [_report_to_json(report) for report in reports]})
    else:
        for report in reports:
            _write(report)
    if any(report.problem is not None for report in reports):
        return ExitCode.USAGE
    return ExitCode.PROVEN if all(report.self_test_passed for report in reports) else ExitCode.BROKEN


def _report_to_json(report: BackendReport) -> dict[str, Any]:
    return {
        "primitive": report.primitive,
        "in_use": report.in_use or None,
        "version": report.version or None,
        "self_test_passed": report.self_test_passed,
        "problem": report.problem,
        "environment_variable": report.environment_variable,
        "alternatives": [{"name": other.name, "reason": other.reason} for other in report.alternatives],
    }


def _write(report: BackendReport) -> None:
    if report.problem is None:
        verdict = "gives the known answers" if report.self_test_passed else "FAILS its self-test"
        name = f"{report.in_use} {report.version}".rstrip()
        write_line(f"{report.primitive}: {name}, {verdict}")
    else:
        write_line(f"{report.primitive}: NOT USABLE, {report.problem}")
    for other in report.alternatives:
        write_line(f"  not in use: {other.name}: {other.reason}")
    write_line(f"  choose with {report.environment_variable}")
