"""What surrounds every command: errors become a sentence and an exit code, never a traceback."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

from harmony_core.cli.exit_codes import ExitCode, code_of_error
from harmony_core.cli.terminal import complain
from harmony_core.errors import HarmonyError

__all__ = ["close_quietly", "guarded"]

P = ParamSpec("P")


def guarded(command: Callable[P, ExitCode]) -> Callable[P, None]:
    """Wrap a command that returns its exit code, so that it ends the process with it.

    Errors of harmony-core end with their sentence on the standard error; a closed pipe or an interrupt ends
    without a word.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
            _flush()
        except HarmonyError as error:
            complain(str(error))
            code = code_of_error(error)
        except BrokenPipeError:
            code = close_quietly()
        except OSError as error:
            complain(f"Reading or writing failed: {error.strerror or error}")
            code = ExitCode.USAGE
        except KeyboardInterrupt:
            code = ExitCode.INTERRUPTED
        raise typer.Exit(int(code))

    return run


def close_quietly() -> ExitCode:
    """Send what is still buffered for a closed pipe nowhere, so that the exit stays silent."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        pass  # not a real file: nothing is flushed at exit
    return ExitCode.BROKEN_PIPE


def _flush() -> None:
    # At exit a failed flush would be an unraisable error; here it is one like any other.
    if sys.stdout is not None:
        sys.stdout.flush()
