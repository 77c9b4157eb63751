"""A progress display on the standard error, for input long enough to wait for and only on a terminal."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from harmony_core.cli.terminal import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["ProgressDisplay"]

_PATIENCE: Final = 0.5
"""Seconds without a sign before the display appears."""


class ProgressDisplay:
    """Shows how far the work is, once it takes longer than half a second; nothing unless on a terminal.

    Args:
        time_left: also estimate the time left, where all steps take about the same time.
    """

    def __init__(self, *, time_left: bool = False) -> None:
        self._time_left = time_left
        self._shown = is_terminal(sys.stderr)
        self._started = time.monotonic()
        self._display: Progress | None = None
        self._task: TaskID | None = None
        self._description = ""
        self._total: int | None = None
        self._completed = 0
        self._note = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def begin(self, description: str, total: int | None) -> None:
        """Start a stage of ``total`` steps; None where their number is not known."""
        self._description, self._total, self._completed, self._note = description, total, 0, ""
        if self._display is not None and self._task is not None:
            self._display.reset(self._task, description=description, total=total, position=self._position())

    def advance(self, steps: int) -> None:
        """Report that so many more steps are done."""
        self.reach(self._completed + steps)

    def reach(self, completed: int, note: str = "") -> None:
        """Report how many steps of the stage are done, with a word on it such as a rate."""
        self._completed = completed
        self._note = note
        if not self._shown:
            return
        if self._display is None:
            if time.monotonic() - self._started < _PATIENCE:
                return
            self._show()
        if self._display is not None and self._task is not None:
            self._display.update(self._task, completed=completed, position=self._position())

    def close(self) -> None:
        """Take the display away."""
        if self._display is not None:
            self._display.stop()
            self._display = None

    def _position(self) -> str:
        reached = str(self._completed) if self._total is None else f"{self._completed} of {self._total}"
        return f"{reached}, {self._note}" if self._note else reached

    def _show(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - only for long input
        from rich.progress import (  # noqa: PLC0415 - the same
            BarColumn,
            Progress,
            ProgressColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        times: list[ProgressColumn] = [TimeElapsedColumn()]
        if self._time_left:
            times += [TextColumn("left", markup=False), TimeRemainingColumn()]
        self._display = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[position]}", markup=False),
            *times,
            console=Console(stderr=True, highlight=False),
            transient=True,
        )
        self._task = self._display.add_task(self._description, total=self._total, position=self._position())
        self._display.start()
