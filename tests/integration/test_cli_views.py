"""The commands that show: headers, committees, back ends, help, version, completion."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harmony_core.chain.header import Header, HeaderVersion, decode_header
from harmony_core.chain.header_fields import FIELDS
from harmony_core.committee import committee_for_epoch
from harmony_core.params import load_network
from harmony_core.primitives import Epoch, ShardID
from support.cli_runner import command, localnet, mainnet, run, write_lines

COMMITTEE = ("committee", "show", "--network", "mainnet")


@pytest.mark.parametrize("version", list(HeaderVersion))
def test_a_header_is_shown_with_every_field(version: HeaderVersion) -> None:
    header = Header(version=version, extra=b"\x01\x02")
    outcome = run("header", "show", header.encode().hex())
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    shown = dict(line.split(maxsplit=1) for line in outcome.stdout.splitlines())
    assert list(shown) == ["version", "hash", *(layout.name for layout in FIELDS[version])]
    assert (shown["version"], shown["hash"], shown["extra"]) == (version.value, str(header.hash), "0x0102")
    assert (shown["bloom"], shown["last_commit_bitmap"]) == ("(256 bytes, all zero)", "(empty)")


@pytest.mark.parametrize("record", [mainnet()[1], localnet(0)[20], localnet(1)[9]])
def test_a_header_in_json_holds_all_its_bytes(record: dict[str, str], tmp_path: Path) -> None:
    header = decode_header(bytes.fromhex(record["rlp"].removeprefix("0x")))
    path = write_lines(tmp_path / "header", [record])
    for outcome in (
        run("header", "show", path, "--json"),
        run("header", "show", "--json", record["rlp"]),
        run("header", "show", "--json", stdin=record["rlp"]),
        run("header", "show", "--json", "-", stdin=json.dumps(record)),
    ):
        assert outcome.exit_code == 0
        [fields] = outcome.document["headers"]
        assert (fields["hash"], fields["version"]) == (str(header.hash), header.version.value)
        for layout in FIELDS[header.version]:
            value = getattr(header, layout.name)
            assert fields[layout.name] == ("0x" + value.hex() if isinstance(value, bytes) else value)


def test_the_committees_in_a_header_are_summed_up() -> None:
    outcome = run("header", "show", mainnet()[1]["rlp"])
    assert "committees before staking, slots of shard 0: 250, shard 1: 250" in outcome.stdout
    outcome = run("header", "show", localnet(0)[20]["rlp"])
    assert "committees for epoch 2, slots of shard 0: 8, shard 1: 10; hash 0x" in outcome.stdout
    garbage = Header(version=HeaderVersion.V3, shard_state=b"\xff" * 200, slashes=b"\x01" * 200)
    outcome = run("header", "show", garbage.encode().hex())
    assert "(200 bytes, no shard state: " in outcome.stdout
    assert "(200 bytes; --json shows them)" in outcome.stdout


def test_headers_beside_one_that_cannot_be_read_are_shown(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "headers", [localnet(0)[1], "zz", localnet(0)[2]])
    outcome = run("header", "show", path)
    assert outcome.exit_code == 4
    assert outcome.stdout.count("parent_hash") == 2
    assert f"{path}:2: This is not hexadecimal text." in outcome.stderr


@pytest.mark.parametrize(
    ("argument", "code"), [("00", 4), ("0x", 2), ("no-such-file", 2), ("abc", 4), ("ab" * 5000, 4), ("\0", 2)]
)
def test_a_header_that_is_none_is_refused(argument: str, code: int) -> None:
    outcome = run("header", "show", argument)
    assert (outcome.exit_code, outcome.stdout) == (code, "")
    assert outcome.stderr


def test_no_header_at_all_is_undecodable() -> None:
    outcome = run("header", "show", stdin="\n")
    assert (outcome.exit_code, outcome.stdout) == (4, "")
    assert "there is no header in the input" in outcome.stderr


def test_a_committee_before_staking_is_shown() -> None:
    committee = committee_for_epoch(load_network("mainnet"), Epoch(86)).committee(ShardID(2))
    outcome = run(*COMMITTEE, "--epoch", "86", "--shard", "2", "--json")
    assert outcome.exit_code == 0
    document = outcome.document
    assert (document["network"], document["epoch"], document["shard"]) == ("mainnet", 86, 2)
    assert len(document["slots"]) == 250
    for index, (shown, slot) in enumerate(zip(document["slots"], committee.slots, strict=True)):
        assert shown["slot"] == index
        assert shown["address"].startswith("one1")
        assert shown["address_hex"] == str(slot.address)
        assert shown["bls_public_key"] == str(slot.bls_public_key)
        assert shown["effective_stake"] is None
    text = run(*COMMITTEE, "--epoch", "86", "--shard", "2", environment={"COLUMNS": "20"}).stdout
    assert all(str(slot.bls_public_key) in text.split() for slot in committee.slots)
    assert len(text.splitlines()) == 251


@pytest.mark.parametrize(("epoch", "reason"), [("186", "committee-elected"), ("2964", "rules-unknown")])
def test_an_elected_committee_cannot_be_told(epoch: str, reason: str) -> None:
    outcome = run(*COMMITTEE, "--epoch", epoch, "--shard", "0")
    assert (outcome.exit_code, outcome.stdout) == (5, "")
    assert reason in outcome.stderr


def test_a_shard_that_does_not_exist_is_a_matter_of_usage() -> None:
    outcome = run(*COMMITTEE, "--epoch", "0", "--shard", "4")
    assert outcome.exit_code == 2
    assert "[committee-shard: expected 0 to 3, actual 4]" in outcome.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--epoch", "0"),
        ("--shard", "0"),
        ("--epoch", "-1", "--shard", "0"),
        ("--epoch", "1" * 400, "--shard", "0"),
        ("--epoch", "x", "--shard", "0"),
    ],
)
def test_a_committee_needs_epoch_and_shard(arguments: tuple[str, ...]) -> None:
    assert run(*COMMITTEE, *arguments).exit_code == 2
    assert run("committee", "show", "--network", "x", "--epoch", "0", "--shard", "0").exit_code == 2


def test_back_ends_in_use_prove_themselves() -> None:
    outcome = run("backends", "--json")
    assert outcome.exit_code == 0
    backends = outcome.document["backends"]
    assert {"BLS", "Keccak-256"} <= {backend["primitive"] for backend in backends}
    assert all(backend["self_test_passed"] and backend["in_use"] for backend in backends)
    text = run("backends").stdout
    for backend in backends:
        assert f"{backend['primitive']}: {backend['in_use']}" in text
        assert f"choose with {backend['environment_variable']}" in text


def test_a_back_end_that_does_not_exist_is_a_matter_of_usage() -> None:
    process = command("backends", environment={"HARMONY_CORE_BLS_BACKEND": "none"})
    out, error = process.communicate()
    assert (process.returncode, error) == (2, b"")
    assert b"BLS: NOT USABLE" in out


def test_the_slow_back_end_is_warned_of_in_one_line() -> None:
    program = (
        "import sys; sys.modules['py_arkworks_bls12381'] = None\n"
        "sys.argv[1:] = ['backends']\nfrom harmony_core.cli import main; main()"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 0
    assert "py-ecc" in finished.stdout
    [warning] = finished.stderr.splitlines()
    assert warning.startswith("Warning: BLS runs on py-ecc")


def test_help_and_version() -> None:
    for option in ("-h", "--help"):
        outcome = run(option)
        assert outcome.exit_code == 0
        assert all(name in outcome.stdout for name in ("verify", "header", "committee", "backends"))
    assert "1 comes before 4" in " ".join(run("verify", "-h").stdout.split())
    assert run("--version").stdout.startswith("harmony-core ")
    assert run().exit_code == 2


def test_help_loads_nothing_but_itself() -> None:
    program = (
        "import sys; sys.argv[1:] = ['--help']\nfrom harmony_core.cli import main\n"
        "try: main()\nfinally: print([m for m in sys.modules if m.startswith('harmony_core')])"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = finished.stdout.splitlines()[-1]
    assert "harmony_core.cli.app" in loaded
    assert not any(
        f"harmony_core.{name}" in loaded for name in ("crypto", "chain", "params", "light_client", "quorum")
    )


@pytest.mark.parametrize(("typed", "offered"), [("ma", "mainnet"), ("p", "pangaea"), ("p", "partner")])
def test_the_shell_completes_networks(typed: str, offered: str) -> None:
    words = f"harmony-core verify --network {typed}"
    environment = {"_HARMONY_CORE_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "3"}
    process = command(environment=environment)
    out, _ = process.communicate()
    assert offered in out.decode().split()
