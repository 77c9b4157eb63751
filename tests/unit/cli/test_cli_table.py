"""Tables in terminals and in pipes."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from harmony_core.cli import terminal

ACCOUNT = "one1uj3ftv67anm4e7x4xmvwr00f0z86daxfyuesfc"
AMOUNT = "7111.111111111111111111"


def written(monkeypatch: pytest.MonkeyPatch, columns: int, *, is_terminal: bool) -> list[str]:
    """Return the lines of a table with an account and an amount."""
    table = Table(box=None, pad_edge=False)
    table.add_column("account", no_wrap=True)
    table.add_column("owes", no_wrap=True)
    table.add_row(ACCOUNT, AMOUNT)
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=is_terminal, width=columns, color_system=None)
    monkeypatch.setattr(terminal, "output_console", lambda: console)
    terminal.write_table(table, gives_way="account")
    return stream.getvalue().splitlines()


def test_a_row_in_a_pipe_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, 40, is_terminal=False)[1:] == [f"{ACCOUNT}  {AMOUNT}"]


@pytest.mark.parametrize("columns", [120, 60, 40, 30])
def test_nothing_is_cut_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    lines = written(monkeypatch, columns, is_terminal=True)
    assert max(map(len, lines)) <= columns
    shown = [line.split() for line in lines[1:]]
    assert "".join(parts[0] for parts in shown) == ACCOUNT
    assert "".join(part for parts in shown for part in parts[1:]) == AMOUNT
