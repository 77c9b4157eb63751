"""The commands on randomness, run as a user runs them: a process, its output and its exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from harmony_core.crypto.bls import SecretKey
from harmony_core.randomness import vdf, vrf
from harmony_core.storage import CheckpointFile
from support.recorded import recordings
from support.synthetic_chain import FIRST_EPOCH, build_chain, rebuilt, shard_state

COMMAND = [sys.executable, "-c", "from harmony_core.cli import main; main()"]
SEED = bytes(range(32))
HEX_SEED = "0x" + SEED.hex()
LONG = 60_000


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=300, **options
    )


def value_of(finished: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(finished.stdout)


def eval_arguments(iterations: int, *more: str) -> list[str]:
    return ["vdf", "eval", "--seed", HEX_SEED, "--iterations", str(iterations), *more]


def verify_arguments(iterations: int, output: str) -> list[str]:
    return ["vdf", "verify", "--seed", HEX_SEED, "--iterations", str(iterations), "--output", output]


def test_an_evaluation_is_shown_and_verified() -> None:
    shown = run(*eval_arguments(100))
    assert (shown.returncode, shown.stderr) == (0, "")
    output = shown.stdout.strip()
    assert output == "0x" + vdf.evaluate(SEED, 100).hex()
    report = value_of(run(*eval_arguments(100, "--json", "--engine", "gmpy2")))
    assert report["output"] == output
    assert report["engine"] == "gmpy2"
    assert report["seed"] == HEX_SEED
    assert run(*verify_arguments(100, output)).returncode == 0
    assert run(*verify_arguments(100, "-"), input=output + "\n").returncode == 0


def test_an_output_of_something_else_is_broken_or_undecodable() -> None:
    output = "0x" + vdf.evaluate(SEED, 200).hex()
    for arguments, code in (
        (verify_arguments(201, output), 1),
        (["vdf", "verify", "--seed", "0x00", "--iterations", "200", "--output", output], 1),
        (verify_arguments(200, output[:-2]), 4),
        (verify_arguments(200, "0xzz"), 4),
    ):
        refused = run(*arguments)
        assert (refused.returncode, refused.stdout) == (code, "")
        assert refused.stderr.startswith("harmony-core: ")
        report = run(*arguments, "--json")
        assert report.returncode == code
        assert value_of(report)["error"]["code"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["vdf", "eval", "--seed", "0xzz", "--iterations", "10"],
        ["vdf", "eval", "--seed", "0x00", "--iterations", "-1"],
        ["vdf", "eval", "--seed", "0x00", "--iterations", "10", "--engine", "steam"],
        ["vrf", "verify"],
        ["vrf", "verify", "--public-key", "0x00", "--alpha", "0x"],
        ["vrf", "verify", "--network", "nowhere", "--header", "0x"],
        ["randomness", "attack", "--members", "5", "--coalition", "6"],
    ],
)
def test_what_cannot_be_carried_out_is_a_usage_error(arguments: list[str]) -> None:
    finished = run(*arguments)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr


def started(checkpoint: Path, iterations: int) -> subprocess.Popen[str]:
    """Start an evaluation, and return it once it has written a state."""
    more = ["--checkpoint", str(checkpoint), "--checkpoint-seconds", "0.02"]
    process = subprocess.Popen(
        [*COMMAND, *eval_arguments(iterations, *more)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    return process


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name
)
def test_an_evaluation_goes_on_after_it_was_ended(tmp_path: Path, number: signal.Signals) -> None:
    checkpoint = tmp_path / "state"
    process = started(checkpoint, LONG)
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert output == ""
    assert process.returncode == (-signal.SIGKILL if number is signal.SIGKILL else 130)
    state = CheckpointFile(checkpoint, "vdf evaluation", 1 << 23).load()
    assert state is not None
    reached = vdf.EvaluationState.from_bytes(state).squarings
    assert reached > 0
    resumed = run(*eval_arguments(LONG, "--checkpoint", str(checkpoint), "--json"))
    assert resumed.returncode == 0
    assert value_of(resumed)["resumed_at"] >= reached
    assert not checkpoint.exists()
    proven = vdf.verify(SEED, LONG, bytes.fromhex(value_of(resumed)["output"][2:]))
    assert proven.iterations == LONG


def test_a_torn_or_foreign_checkpoint_is_refused(tmp_path: Path) -> None:
    checkpoint = tmp_path / "state"
    process = started(checkpoint, LONG)
    process.kill()
    process.communicate(timeout=60)
    whole = checkpoint.read_bytes()
    arguments = eval_arguments(LONG, "--checkpoint", str(checkpoint))
    for torn in (
        whole[: len(whole) // 2],
        whole[:-1],
        b"",
        whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
    ):
        checkpoint.write_bytes(torn)
        refused = run(*arguments)
        assert (refused.returncode, refused.stdout) == (4, "")
        assert "checkpoint-integrity" in refused.stderr
        assert checkpoint.read_bytes() == torn
    checkpoint.write_bytes(whole)
    other = run(*eval_arguments(LONG + 1, "--checkpoint", str(checkpoint)))
    assert (other.returncode, other.stdout) == (2, "")
    assert "vdf-state-job" in other.stderr
    assert checkpoint.read_bytes() == whole


def test_nothing_but_the_output_is_written_to_a_pipe() -> None:
    finished = run(*eval_arguments(LONG))
    assert finished.stderr == ""
    assert len(finished.stdout) == 2 + 2 * 516 + 1


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_terminal_sees_how_far_it_is_and_the_time_left(tmp_path: Path) -> None:
    import pty  # noqa: PLC0415 - exists on POSIX only

    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(
        [*COMMAND, *eval_arguments(150_000)],
        stdout=subprocess.PIPE,
        stderr=follower,
        env=environment,
        cwd=tmp_path,
    )
    os.close(follower)
    seen = b""
    try:
        while chunk := os.read(leader, 65_536):
            seen += chunk
    except OSError:
        pass  # the other end is closed
    output, _ = process.communicate(timeout=60)
    os.close(leader)
    assert process.returncode == 0
    assert output.startswith(b"0x")
    assert b"evaluating" in seen
    assert b"left" in seen


KEY = SecretKey(4242)
PROVEN = vrf.evaluate(KEY, b"alpha")


def vrf_arguments(proof: bytes, alpha: bytes = b"alpha") -> list[str]:
    public = KEY.public_key().to_bytes().hex()
    return [
        "vrf",
        "verify",
        "--public-key",
        public,
        "--alpha",
        "0x" + alpha.hex(),
        "--proof",
        "0x" + proof.hex(),
    ]


def test_a_vrf_alone() -> None:
    for proof in (PROVEN.proof, PROVEN.to_bytes()):
        finished = run(*vrf_arguments(proof))
        assert (finished.returncode, finished.stdout) == (0, f"proven: {PROVEN.beta}\n")
        assert value_of(run(*vrf_arguments(proof), "--json"))["beta"] == str(PROVEN.beta)
    for proof, alpha, code, word in (
        (PROVEN.proof, b"another", 1, "vrf-proof"),
        (bytes(32) + bytes(PROVEN.proof), b"alpha", 1, "vrf-beta"),
        (PROVEN.proof[:-1], b"alpha", 4, "vrf-length"),
        (b"\xff" * 96, b"alpha", 1, "bls-signature"),
    ):
        refused = run(*vrf_arguments(proof, alpha))
        assert (refused.returncode, refused.stdout) == (code, "")
        assert word in refused.stderr
        assert word in value_of(run(*vrf_arguments(proof, alpha), "--json"))["error"]["code"]


def test_the_vrf_of_a_header(tmp_path: Path) -> None:
    header = build_chain(2)[-1].header
    given = tmp_path / "committee"
    given.write_text(shard_state(FIRST_EPOCH).encode(staking=True).hex())
    arguments = ["vrf", "verify", "--network", "localnet", "--header"]
    encoded = "0x" + header.encode().hex()
    proven = run(*arguments, encoded, "--committee", str(given), "--json")
    assert proven.returncode == 0
    assert value_of(proven)["beta"] == "0x" + header.vrf[:32].hex()
    unknown = run(*arguments, encoded)
    assert (unknown.returncode, unknown.stdout) == (5, "")
    assert "committee-unknown" in unknown.stderr
    stolen = rebuilt(header, vrf=build_chain(1)[-1].header.vrf).encode().hex()
    assert run(*arguments, stolen, "--committee", str(given)).returncode == 1
    assert run(*arguments, encoded[:-2]).returncode == 4


def test_the_vrf_of_a_recorded_header_of_the_genesis_committee() -> None:
    chains = [recording.headers(shard) for recording in recordings() for shard in recording.shards]
    header = next(item.header for chain in chains for item in chain if item.header.number == 1)
    finished = run("vrf", "verify", "--network", "localnet", "--header", header.encode().hex())
    assert finished.returncode == 0
    assert "0x" + header.vrf[:32].hex() in finished.stdout


def test_the_attack_is_shown_beside_its_theory(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot = tmp_path / "attack.png"
    finished = run("randomness", "attack", "--rounds", "2000", "--seed", "3", "--plot", str(plot), "--json")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert plot.read_bytes().startswith(b"\x89PNG")
    rows = {row["scheme"]: row for row in value_of(finished)["baselines"]}
    assert set(rows) == {"block_hash", "commit_reveal", "block_vrf", "vrfs", "delayed_vrfs"}
    assert all(abs(row["deviations"]) < 5 for row in rows.values())
    assert rows["delayed_vrfs"]["expected_bias"] == pytest.approx(0)
    assert rows["vrfs"]["bias"] > 0.1
    table = run("randomness", "attack", "--rounds", "500")
    assert table.returncode == 0
    assert "it protects." in table.stdout
    fast = run("randomness", "attack", "--rounds", "500", "--speed", "10")
    assert "it protects no more." in fast.stdout
