"""The commands on security, run as a user runs them."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harmony_core.cli import security_view, spread_view
from harmony_core.committee.safety import Draw, chance_in_any_shard, scientific
from support.cli_runner import run

SMALL = ("--shards", "3", "--seats", "20")


def test_the_exact_table_alone() -> None:
    shown = run("security", "committee", *SMALL, "--epochs", "0", "--share", "1/5")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "3 shards of 20 seats, drawn at random: exact chances" in shown.stdout
    assert "in 481 epochs" in shown.stdout
    assert scientific(chance_in_any_shard(Draw(3, 20, 12))) in shown.stdout
    assert "simulated" not in shown.stdout


def test_everything_in_json() -> None:
    arguments = (
        "security",
        "committee",
        *SMALL,
        "--epochs",
        "60",
        "--history",
        "20",
        "--cuckoo",
        "--grind",
        "--json",
    )
    report = json.loads(run(*arguments).stdout)
    assert [row["share"] for row in report["exact"]][:3] == [0.1, 0.15, 0.2]
    assert report["exact"][3]["any_shard_over_third"] == scientific(chance_in_any_shard(Draw(3, 20, 15)), 12)
    assert report["ground_keys"] == {"share_for_a_third": "1/7", "share_for_two_thirds": "2/5"}
    assert 0.2 < report["share_of_power"] < 0.3
    simulated = {one["scheme"]: one for one in report["simulated"]}
    assert list(simulated) == ["drawn_anew", "cuckoo", "placed_once", "by_key", "by_ground_key"]
    assert all(one["epochs"] == 60 and one["histories"] == 3 for one in simulated.values())
    assert simulated["drawn_anew"]["epochs_seats_over_third_expected"] > 0
    assert simulated["by_ground_key"]["epochs_over_third"] > 50
    assert json.loads(run(*arguments, "--workers", "2").stdout) == report


def test_both_tables_are_not_broken_in_a_pipe() -> None:
    shown = run("security", "committee", *SMALL, "--epochs", "20", "--cuckoo", "--grind")
    assert shown.exit_code == 0
    for scheme in ("drawn anew each epoch", "bounded Cuckoo rule", "key modulo shards, keys ground"):
        assert scheme in shown.stdout
    assert "…" not in shown.stdout


def test_a_narrow_terminal_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Console(width=70, force_terminal=True, no_color=True, legacy_windows=False)
    monkeypatch.setattr(spread_view, "output_console", lambda: narrow)
    with narrow.capture() as captured:
        run("security", "committee", *SMALL, "--epochs", "20", "--cuckoo", "--grind")
    assert captured.get()
    assert "…" not in captured.get()


def test_plots_are_saved(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for arguments in (
        ("committee", *SMALL, "--epochs", "20", "--grind"),
        ("committee", *SMALL, "--epochs", "0"),
        ("decentralisation", *SMALL),
    ):
        target = tmp_path / f"{'-'.join(arguments)}.png"
        shown = run("security", *arguments, "--plot", str(target))
        assert (shown.exit_code, shown.stderr) == (0, "")
        assert target.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_plot_without_matplotlib_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    shown = run("security", "decentralisation", *SMALL, "--plot", str(tmp_path / "plot.png"))
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "harmony-core[plots]" in shown.stderr


def test_the_spread_of_power() -> None:
    shown = run("security", "decentralisation")
    assert shown.exit_code == 0
    for name in ("equal", "linear", "zipf", "steep", "whale"):
        assert name in shown.stdout
    report: Any = json.loads(run("security", "decentralisation", "--stakes", "whale", "--json").stdout)
    (whale,) = report["distributions"]
    assert whale["plain"]["validators_with_more_than_a_third"] == 1
    assert whale["elected"]["validators_with_more_than_a_third"] > 30
    assert whale["plain"]["largest_share"] == pytest.approx(0.5)


def test_stakes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "stakes.json"
    file.write_text(json.dumps(["1000000"] * 30))
    report = json.loads(run("security", "decentralisation", *SMALL, "--stakes", str(file), "--json").stdout)
    assert report["distributions"][0]["name"] == "stakes.json"
    assert report["distributions"][0]["plain"]["gini"] == 0
    shown = run("security", "committee", *SMALL, "--stakes", str(file), "--epochs", "20", "--json")
    assert json.loads(shown.stdout)["simulated"][0]["epochs"] == 20
    file.write_text("{}")
    refused = run("security", "committee", *SMALL, "--stakes", str(file), "--epochs", "20")
    assert (refused.exit_code, refused.stdout) == (4, "")
    assert "stake-distribution-json" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("committee", "--share", "1.5"),
        ("committee", "--share", "1/0"),
        ("committee", "--share", "-1"),
        ("committee", "--share", "1e-3"),
        ("committee", "--share", "a quarter"),
        ("committee", "--shards", "0"),
        ("committee", "--shards", "100", "--seats", "5000"),
        ("committee", "--stakes", "flat"),
        ("committee", "--evicted", "0.6", "--epochs", "1", "--cuckoo"),
        ("decentralisation", "--bound", "2"),
        ("decentralisation", "--stakes", "nowhere.json"),
    ],
)
def test_what_cannot_be_carried_out_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    shown = run("security", *arguments)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr


def test_a_simulation_that_departs_from_the_exact_chance_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_view, "_ALARM", 0.0)
    shown = run("security", "committee", *SMALL, "--epochs", "20")
    assert shown.exit_code == 1
    assert "departs from the exact chance" in shown.stderr
