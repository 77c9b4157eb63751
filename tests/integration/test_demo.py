"""The demo runs, shows what it promises, and notices when something deviates."""

import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "demo.py")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    return tmp_path / "examples"


def test_the_demo_shows_what_it_promises() -> None:
    finished = demo(EXAMPLES)
    assert (finished.returncode, finished.stderr) == (0, "")
    for words in (
        "0xb4d158b82ac8a653c42b78697ab1cd0c6a0d9a15ab3bc34130f0b719fb174d2a",
        "0x143b5bf9588a742d7dc57e58f884530d29dd1ac7fce09a13522b491e839bf069",
        "226 of 250",
        "committee elected in block 100 of shard 0",
        "267 headers proven",
        "[commit-quorum-uniform: expected 167, actual 0]",
        "[bls-signature]",
        "[commit-committee-epoch: expected 6, actual 5]",
        "Everything came out as it has to",
    ):
        assert words in finished.stdout
    assert "ACCEPTED" not in finished.stdout


def test_the_demo_notices_an_altered_real_header(copy: Path) -> None:
    path = copy / "data" / "mainnet_headers.jsonl"
    path.write_text(path.read_text().replace('"commit_bitmap": "0x7f', '"commit_bitmap": "0x7e', 1))
    finished = demo(copy)
    assert finished.returncode == 1
    assert "DEVIATION: block 1753086 of shard 0: broken" in " ".join(finished.stdout.split())


def test_the_demo_notices_a_missing_part_of_the_chain(copy: Path) -> None:
    path = copy / "data" / "localnet_shard1.jsonl.gz"
    rows = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(rows[:50] + rows[51:])))
    (copy / "data" / "localnet_shard0.jsonl.gz").write_bytes(gzip.compress(b""))
    finished = demo(copy)
    assert finished.returncode == 1
    assert "DEVIATION" in finished.stdout
