"""`harmony-core simulate`: report, JSON, picture, exit codes."""

from pathlib import Path

import pytest

from support.cli_runner import run

FAULTY = (
    "simulate",
    "--validators",
    "7",
    "--blocks",
    "3",
    "--faults",
    "silent-leader",
    "--faults",
    "crashed=1",
)


def test_a_run_with_faults_is_reported() -> None:
    done = run(*FAULTY, "--json")
    assert done.exit_code == 0
    report = done.document
    assert (report["blocks"], report["faulty"], report["violations"]) == (3, 2, [])
    assert [height["number"] for height in report["heights"]] == [1, 2, 3]
    assert report["pbft_messages_per_round"] == 84
    assert run(*FAULTY, "--json").stdout == done.stdout, "the seed decides everything"
    assert "heights with two blocks  none" in run(*FAULTY).stdout


def test_partitions_and_crashes_are_carried_out() -> None:
    options = ("--partition", "0-30:0,1", "--crash", "0-40:2", "--loss", "0.05", "--duplication", "0.1")
    report = run("simulate", "--validators", "4", "--blocks", "2", *options, "--json").document
    assert report["blocks"] == 2
    assert report["simulated_seconds"] > 30


def test_a_committee_without_a_quorum_runs_out_of_patience() -> None:
    done = run("simulate", "--validators", "4", "--faults", "crashed=2", "--patience", "60")
    assert done.exit_code == 5
    assert "only 0 of 10 blocks" in done.stderr


def test_too_many_faulty_nodes_fork_the_chain() -> None:
    codes = {
        run(
            "simulate",
            "--validators",
            "4",
            "--faults",
            "equivocating-leader=2",
            "--seed",
            str(seed),
            "--patience",
            "300",
        ).exit_code
        for seed in range(4)
    }
    assert 1 in codes


@pytest.mark.parametrize(
    "options",
    [
        ("--faults", "nonsense"),
        ("--faults", "crashed=4"),
        ("--delay", "fast"),
        ("--delay", "9-1"),
        ("--partition", "0-1:9"),
        ("--crash", "0-1"),
        ("--validators", "0"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(options: tuple[str, ...]) -> None:
    assert run("simulate", "--validators", "4", *options).exit_code == 2


def test_the_picture_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(
        "harmony_core.cli.simulation_view.measure_messages", lambda **_: {4: (15.0, 1.0), 10: (45.0, 1.0)}
    )
    path = tmp_path / "messages.png"
    done = run("simulate", "--validators", "4", "--blocks", "1", "--plot", str(path), "--json")
    assert done.exit_code == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    assert done.document["measured"]["4"]["messages"] == 15
