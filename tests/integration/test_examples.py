"""The examples run and type-check against the built wheel, not against the source tree."""

import gzip
import json
import os
import runpy
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from harmony_core import decode_header
from harmony_core.fbft import Announce, decode_message, encode_message
from harmony_core.primitives import ViewID, bytes_from_hex
from support.rule_list import ROOT, SOURCE

EXAMPLES = ROOT / "examples"
CONSUMERS = sorted(path.name for path in EXAMPLES.glob("*.py") if path.name != "demo.py")
MYPY_SETTINGS = """[mypy]
strict = true
[mypy-rlp.*,py_ecc.*,trie.*,bech32.*,Crypto.*,gmpy2.*,py_arkworks_bls12381.*,cytoolz.*,hexbytes.*]
ignore_missing_imports = true
"""


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command far from the source tree, with nothing of this process' import path."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "MYPYPATH"}
    }
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the back end of pyproject.toml that `make setup` installs."""
    target = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    [path] = target.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel, and the dependencies of this one."""
    home = tmp_path_factory.mktemp("environment")
    created = run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    assert created.returncode == 0, created.stderr
    scheme = {"base": str(home), "platbase": str(home)}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=scheme))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # Path files named in a path file are not read, so the editable install of the source tree stays out.
    outer = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (packages / "dependencies.pth").write_text("\n".join(outer))
    return Path(sysconfig.get_path("scripts", "venv", vars=scheme)) / Path(sys.executable).name


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples and their data in a folder of their own."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "data").symlink_to(EXAMPLES / "data")
    for name in CONSUMERS:
        (folder / name).write_text((EXAMPLES / name).read_text())
    return folder


def test_the_wheel_holds_the_package_its_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    source = {
        path.relative_to(SOURCE.parent).as_posix()
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == source
    assert "harmony_core/py.typed" in held


def test_the_environment_imports_the_wheel(installed: Path, copied: Path) -> None:
    shown = run(installed, "-c", "import harmony_core; print(harmony_core.__file__)", cwd=copied)
    assert shown.returncode == 0, shown.stderr
    assert Path(shown.stdout.strip()).is_relative_to(installed.parents[1])


@pytest.mark.parametrize("name", CONSUMERS)
def test_an_example_runs_on_the_wheel(name: str, installed: Path, copied: Path) -> None:
    finished = run(installed, name, cwd=copied)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stderr == ""


def test_the_examples_type_check_against_the_wheel(installed: Path, copied: Path) -> None:
    settings = copied / "mypy.ini"
    settings.write_text(MYPY_SETTINGS)
    checked = run(
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        settings,
        "--python-executable",
        installed,
        *CONSUMERS,
        cwd=copied,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", CONSUMERS)
def test_an_example_is_short(name: str) -> None:
    lines = (EXAMPLES / name).read_text().splitlines()
    assert len([line for line in lines if line.strip()]) < 50


def test_the_wallet_refuses_a_header_with_one_altered_bit(
    installed: Path, copied: Path, tmp_path: Path
) -> None:
    row = json.loads((EXAMPLES / "data" / "mainnet_headers.jsonl").read_text().splitlines()[0])
    header = decode_header(bytes_from_hex(row["rlp"]))
    row["rlp"] = replace(header, time=header.time ^ 1).encode().hex()
    forged = tmp_path / "forged.jsonl"
    forged.write_text(json.dumps(row))
    finished = run(installed, "wallet_verify_header.py", forged, cwd=copied)
    assert finished.returncode == 1
    assert "broken" in finished.stdout


def exit_code(name: str, given: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run an example in this process with a file of one's own."""
    monkeypatch.setattr(sys, "argv", [name, str(given)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    return ended.value.code


def test_the_auditor_sees_that_others_would_be_elected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((EXAMPLES / "data" / "audit" / "election.json").read_text())
    given = tmp_path / "election.json"
    given.write_text(json.dumps({**document, "candidates": document["candidates"][1:]}))
    assert exit_code("auditor_recompute.py", given, monkeypatch) == 1
    assert "block 132 carries other committees" in capsys.readouterr().out


def test_the_node_refuses_a_message_with_one_altered_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with gzip.open(EXAMPLES / "data" / "consensus" / "messages.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines][:3]
    announce = decode_message(bytes_from_hex(rows[0]["raw"]))
    assert isinstance(announce, Announce)
    rows[0]["raw"] = encode_message(replace(announce, view_id=ViewID(announce.view_id ^ 1))).hex()
    given = tmp_path / "messages.jsonl.gz"
    given.write_bytes(
        gzip.compress("".join(json.dumps(row) + "\n" for row in [*rows, {"raw": "1080"}]).encode())
    )
    assert exit_code("node_verify_messages.py", given, monkeypatch) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("line 4: ")
    assert "ANNOUNCE refused: " in printed
