"""The `harmony-core` command: verify headers, show headers, committees and back ends.

Only this package reads files, the clock and the terminal. The commands are described in docs/cli.md.
"""

from harmony_core.cli.entry import main

__all__ = ["main"]
