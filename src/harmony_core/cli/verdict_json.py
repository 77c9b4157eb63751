"""The report of `harmony-core verify` as JSON; its fields are documented in docs/cli.md."""

from typing import Any

from harmony_core.cli.block_verification import JudgedBlock
from harmony_core.cli.exit_codes import code_of_error
from harmony_core.cli.lines import Origin
from harmony_core.cli.verdict_table import reason_of
from harmony_core.cli.verification import Judged, Problem, Report
from harmony_core.errors import HarmonyError

__all__ = ["error_to_json", "report_to_json"]


def report_to_json(report: Report) -> dict[str, Any]:
    """Return the report as a JSON-like object. Shares of the vote are decimal text, hashes hexadecimal."""
    return {
        "network": report.network,
        "now": report.now,
        "verdict": report.exit_code.verdict,
        "exit_code": int(report.exit_code),
        "headers": [_judged(item) for item in report.judged],
        "blocks": [_block(item) for item in report.blocks],
        "problems": [_problem(problem) for problem in report.problems],
    }


def error_to_json(error: HarmonyError) -> dict[str, Any]:
    """Return an error as a JSON-like object; expected and actual are text or null."""
    return {
        "code": error.code,
        "message": error.message,
        "expected": _detail(error.expected),
        "actual": _detail(error.actual),
    }


def _judged(item: Judged) -> dict[str, Any]:
    verdict = item.verdict
    header = verdict.header
    return {
        "shard": int(header.shard_id),
        "number": int(header.number),
        "epoch": int(header.epoch),
        "hash": str(header.hash),
        "signers": verdict.signer_count,
        "committee_size": verdict.committee_size,
        "power": None if verdict.power is None else str(verdict.power),
        "verdict": str(verdict.verdict),
        "reason": reason_of(item),
        "basis": None
        if verdict.basis is None
        else {"kind": str(verdict.basis.kind), "detail": str(verdict.basis)},
        "error": None if verdict.error is None else error_to_json(verdict.error),
        "sources": [_origin(origin) for origin in item.origins],
    }


def _block(item: JudgedBlock) -> dict[str, Any]:
    header, verified = item.given.record.block.header, item.verified
    return {
        "shard": int(header.shard_id),
        "number": int(header.number),
        "epoch": int(header.epoch),
        "hash": str(header.hash),
        "verdict": str(item.verdict),
        "proven": [] if verified is None else list(verified.proven),
        "not_checked": []
        if verified is None
        else [{"rule": left.rule, "code": left.code, "reason": left.reason} for left in verified.not_checked],
        "error": None if item.error is None else error_to_json(item.error),
        "source": _origin(item.given.origin),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        **_origin(problem.origin),
        "verdict": code_of_error(problem.error).verdict,
        "error": error_to_json(problem.error),
    }


def _origin(origin: Origin) -> dict[str, Any]:
    return {"file": origin.file, "line": origin.line}


def _detail(value: object) -> str | None:
    if value is None:
        return None
    return "0x" + value.hex() if isinstance(value, bytes | bytearray) else str(value)
