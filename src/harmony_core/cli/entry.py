"""The entrance of the `harmony-core` command."""

import os
import sys
import warnings

__all__ = ["main"]

_INTERRUPTED = 130


def main() -> None:
    """Run the command with the arguments of the process and end the process with its exit code."""
    warnings.formatwarning = _one_line
    try:
        # The commands load typer; an interrupt during that is as quiet as a later one.
        from harmony_core.cli.app import app  # noqa: PLC0415 - see above

        app(prog_name="harmony-core")
    except KeyboardInterrupt:
        # No flushing, no hooks: the user wants the prompt back.
        os._exit(_INTERRUPTED)
    except BrokenPipeError:
        from harmony_core.cli.guard import close_quietly  # noqa: PLC0415 - rarely needed

        sys.exit(close_quietly())


def _one_line(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    del category, filename, lineno, line  # where in the code a warning arose does not help a user
    return f"Warning: {message}\n"
