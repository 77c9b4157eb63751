"""`harmony-core vdf`: evaluation with a progress display and a checkpoint file, and verification."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.progress import ProgressDisplay
from harmony_core.cli.refusal import report_refusal
from harmony_core.cli.terminal import write_json, write_line
from harmony_core.errors import DecodeError, HarmonyError
from harmony_core.primitives import bytes_from_hex
from harmony_core.randomness import vdf
from harmony_core.storage import CheckpointFile

__all__ = ["EvaluationJob", "evaluate", "verify"]

_LARGEST_STATE: Final = 1 << 23
_LONGEST_OUTPUT: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class EvaluationJob:
    """What to evaluate, and where to keep the state.

    Attributes:
        seed: the seed, hexadecimal.
        iterations: T.
        engine: name of the engine; None for the fastest.
        checkpoint: file for the state; None for none.
        checkpoint_seconds: seconds between two states.
    """

    seed: str
    iterations: int
    engine: str | None
    checkpoint: Path | None
    checkpoint_seconds: float


def evaluate(job: EvaluationJob, *, as_json: bool) -> ExitCode:
    """Evaluate, show the output, and return the exit code.

    Raises:
        HarmonyError: as `vdf.Evaluation` and `CheckpointFile`.
    """
    seed = _seed(job.seed)
    file = job.checkpoint and CheckpointFile(job.checkpoint, "vdf evaluation", _LARGEST_STATE)
    state = file.load() if file else None
    started = time.monotonic()
    evaluation = vdf.Evaluation(seed, job.iterations, engine=job.engine, resume=state)
    resumed_at = evaluation.progress.done
    try:
        output = _run(evaluation, file or None, job.checkpoint_seconds)
    except _InterruptedError:
        return ExitCode.INTERRUPTED
    if as_json:
        write_json(
            {
                "seed": "0x" + seed.hex(),
                "iterations": job.iterations,
                "engine": vdf.load_engine(job.engine).name,
                "resumed_at": resumed_at,
                "seconds": round(time.monotonic() - started, 3),
                "output": "0x" + output.hex(),
            }
        )
    else:
        write_line("0x" + output.hex())
    sys.stdout.flush()
    if file:
        file.remove()
    return ExitCode.PROVEN


def verify(seed: str, iterations: int, output: str, *, engine: str | None, as_json: bool) -> ExitCode:
    """Verify an output, say so, and return the exit code.

    Raises:
        HarmonyError: as `vdf.verify`, unless JSON is asked for, which then holds the error.
    """
    given = _seed(seed)
    try:
        text = sys.stdin.read(_LONGEST_OUTPUT) if output == "-" else output
        proven = vdf.verify(given, iterations, bytes_from_hex(text.strip()), engine=engine)
    except HarmonyError as error:
        return report_refusal(error, as_json=as_json, is_proof=True)
    if as_json:
        write_json(
            {
                "verdict": ExitCode.PROVEN.verdict,
                "iterations": iterations,
                "result": "0x" + proven.result.hex(),
            }
        )
    else:
        write_line(f"proven: the output of {iterations} squarings from this seed")
    return ExitCode.PROVEN


class _InterruptedError(Exception):
    """The user or the system ended the evaluation; its state has been written."""


def _run(evaluation: vdf.Evaluation, file: CheckpointFile | None, interval: float) -> bytes:
    """Advance the evaluation to its end, writing the state down at times and when a signal comes."""
    with ProgressDisplay(time_left=True) as display, _signals() as received:
        display.begin("evaluating", evaluation.progress.total)
        written = time.monotonic()

        def pause() -> None:
            nonlocal written
            display.reach(evaluation.progress.done)
            is_due = time.monotonic() - written >= interval
            if file is not None and (received or is_due):
                file.save(evaluation.state().to_bytes())
                written = time.monotonic()
            if received:
                raise _InterruptedError

        while (output := evaluation.output) is None:
            pause()
            evaluation.advance(pause)
        return output


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Collect interrupts and requests to end instead of letting them strike in the middle of a step."""
    received: list[int] = []
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda got, _frame: received.append(got)) for number in wanted}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _seed(text: str) -> bytes:
    try:
        return bytes_from_hex(text)
    except DecodeError as error:
        raise typer.BadParameter("a seed is hexadecimal", param_hint="--seed") from error
