"""Running the `harmony-core` command on example data, inside the test's process or as one of its own."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from typer.testing import CliRunner

from harmony_core.cli.app import app

__all__ = ["NOW", "Outcome", "command", "localnet", "mainnet", "run", "write_lines"]

NOW: Final = "1795352700"
"""A clock past the recorded chain."""

_DATA: Final = Path(__file__).parents[2] / "examples" / "data"


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The standard output as JSON."""
        value = json.loads(self.stdout)
        assert isinstance(value, dict)
        return value


def run(*arguments: str | Path, stdin: str = "", environment: dict[str, str] | None = None) -> Outcome:
    """Run the command inside this process; an exception that is no exit fails the test."""
    result = CliRunner().invoke(
        app, [str(argument) for argument in arguments], input=stdin, env=environment, prog_name="harmony-core"
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


def command(
    *arguments: str | Path, environment: dict[str, str] | None = None, **options: Any
) -> subprocess.Popen[bytes]:
    """Start the command as a process."""
    return subprocess.Popen(
        [sys.executable, "-c", "from harmony_core.cli import main; main()", *map(str, arguments)],
        env={**os.environ, **(environment or {})},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )


@cache
def mainnet() -> tuple[dict[str, str], ...]:
    """Return the records of the real mainnet headers."""
    return _records((_DATA / "mainnet_headers.jsonl").read_text())


@cache
def localnet(shard: int) -> tuple[dict[str, str], ...]:
    """Return the records of a shard of the recorded chain, from genesis."""
    return _records(gzip.decompress((_DATA / f"localnet_shard{shard}.jsonl.gz").read_bytes()).decode())


def write_lines(path: Path, records: Iterable[dict[str, str] | str]) -> Path:
    """Write records and plain lines to a file and return its path."""
    lines = (record if isinstance(record, str) else json.dumps(record) for record in records)
    path.write_text("".join(line + "\n" for line in lines))
    return path


def _records(text: str) -> tuple[dict[str, str], ...]:
    return tuple(json.loads(line) for line in text.splitlines())
