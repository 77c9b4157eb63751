"""The commands on committees: elections held, explained and drawn, and voting power."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from harmony_core.chain.validator_wrapper import decode_validator_wrapper
from harmony_core.committee import committees_for_epoch
from harmony_core.params import load_network
from harmony_core.primitives import Address, Epoch, address_to_bech32
from support.cli_runner import Outcome, run
from support.elections import ONE, candidate, key_in
from support.recorded import recordings

LOCALNET = load_network("localnet")
BASE = ("--network", "localnet")
RECORDED = [recording for recording in recordings() if recording.rows("epos_rounds")]


def plain(*rows: dict[str, Any], **more: Any) -> str:
    return json.dumps({"epoch": 5, "candidates": list(rows), **more})


def standing(number: int, one: int, /, **more: Any) -> dict[str, Any]:
    return {
        "address": address_to_bech32(Address(bytes([number]) * 20)),
        "keys": [key_in(number, number).to_hex()],
        "stake": str(one * ONE),
        **more,
    }


SEVEN = plain(
    *(standing(number, 10 * number) for number in range(1, 8)),
    standing(8, 90, status="inactive"),
    standing(9, 95, last_epoch_in_committee=4, signed=2, to_sign=3),
)


def committee(command: str, text: str, *arguments: str | Path) -> Outcome:
    return run("committee", command, *BASE, "-", *arguments, stdin=text)


def file_of(recording: Any) -> Path:
    return Path(recording.folder) / "epos_rounds.jsonl.gz"


@pytest.mark.parametrize("recording", RECORDED, ids=lambda recording: recording.folder.name)
def test_recorded_elections_are_held_from_their_rows(recording: Any) -> None:
    if recording.network.schedule != LOCALNET.schedule:
        return
    for row in [row for row in recording.rows("epos_rounds") if row["winners"]][:3]:
        outcome = run(
            "committee", "elect", *BASE, file_of(recording), "--epoch", str(row["forEpoch"]), "--json"
        )
        assert outcome.exit_code == 0
        document = outcome.document
        assert document["median"] == row["median"]
        assert [(seat["bls_public_key"][2:], seat["effective_stake"]) for seat in document["winners"]] == [
            (winner["bls"], winner["eposStake"]) for winner in row["winners"]
        ]
        assert document["shard_state"] == "0x" + row["computedShardStateRlp"]
        verdicts = {entry["address"]: entry["verdict"] for entry in document["candidates"]}
        for entry in row["eligibility"]:
            address = address_to_bech32(Address.from_hex(entry["validator"]))
            refused = verdicts[address] in {"not-active", "below-signing-threshold"}
            assert refused is not entry["eligible"]


def test_a_plain_election_is_held() -> None:
    outcome = committee("elect", SEVEN)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert "localnet: election for epoch 5" in outcome.stdout
    assert "6 of 6 seats taken; median 45, effective stakes between" in outcome.stdout
    for words in ("elected", "outbid", "not active", "signed too little"):
        assert words in outcome.stdout
    document = committee("elect", SEVEN, "--json").document
    expected = committees_for_epoch(LOCALNET, Epoch(5), [candidate(n, 10 * n) for n in range(1, 8)])
    assert document["shard_state"] == "0x" + expected.state.encode().hex()
    assert document["kept_committees"] is False
    assert [entry["verdict"] for entry in document["candidates"]] == [
        "outbid",
        *["elected"] * 6,
        "not-active",
        "below-signing-threshold",
    ]


def test_a_pretty_printed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "candidates.json"
    path.write_text(json.dumps(json.loads(SEVEN), indent=1))
    assert (
        run("committee", "elect", *BASE, path, "--json").document
        == committee("elect", SEVEN, "--json").document
    )


def test_validators_are_read_from_their_encodings() -> None:
    for recording in RECORDED:
        rows = {row["epoch"]: row for row in recording.rows("validator_snapshots")}
        later = sorted(rows)[-2:]
        if len(later) < 2:
            continue
        before, now = (rows[epoch]["rlp"] for epoch in later)
        if (
            decode_validator_wrapper(bytes.fromhex(before)).validator.address
            != decode_validator_wrapper(bytes.fromhex(now)).validator.address
        ):
            continue
        text = json.dumps({"epoch": 9, "candidates": [{"wrapper": now, "snapshot": before}, standing(1, 5)]})
        assert committee("elect", text).exit_code == 0
    alone = json.dumps({"epoch": 9, "candidates": [{"wrapper": "0xc0", "snapshot": "0xc0"}]})
    assert committee("elect", alone).exit_code == 4


@pytest.mark.parametrize(
    ("number", "verdict", "rule"),
    [
        (1, "outbid", "auction-seats"),
        (7, "elected", "effective-stake"),
        (8, "not-active", "validator-status"),
        (9, "below-signing-threshold", "signing-threshold"),
    ],
)
def test_a_validator_is_told_why(number: int, verdict: str, rule: str) -> None:
    address = address_to_bech32(Address(bytes([number]) * 20))
    document = committee("explain", SEVEN, address, "--json").document
    assert (document["verdict"], document["trace"][-1]["rule"]) == (verdict, rule)
    text = committee("explain", SEVEN, address).stdout
    assert text.startswith(f"{address}: ")
    assert f"[{rule}]" in text
    assert document["trace"][-1]["text"] in text


def test_the_election_as_a_whole_is_explained() -> None:
    document = committee("explain", SEVEN, "--json").document
    assert [step["rule"] for step in document["trace"]][-1] == "election-median"
    assert "verdict" not in document
    assert "1. The election is held in epoch 4 for epoch 5." in committee("explain", SEVEN).stdout


def test_an_election_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for name, text in (
        ("seven", SEVEN),
        ("zero", plain(standing(1, 0), standing(2, 5))),
        ("none", plain(previous="0xc0")),
    ):
        path = tmp_path / f"{name}.png"
        assert committee("elect", text, "--plot", path).exit_code == 0
        assert path.read_bytes().startswith(b"\x89PNG")


def test_a_missing_extra_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    outcome = committee("elect", SEVEN, "--plot", tmp_path / "e.png")
    assert outcome.exit_code == 2
    assert "plots-missing" in outcome.stderr
    assert not (tmp_path / "e.png").exists()


def test_where_nobody_is_elected_the_committees_before_stay() -> None:
    previous = committees_for_epoch(LOCALNET, Epoch(4), [candidate(1, 10)]).state.encode().hex()
    kept = committee("elect", plain(previous=previous))
    assert kept.exit_code == 0
    assert "nobody was elected" in kept.stdout
    without = committee("elect", plain())
    assert without.exit_code == 5
    assert "previous-committees-missing" in without.stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{}", "election-input"),
        (plain({"address": "one1"}), "address"),
        (plain(standing(1, 5, keys="0x")), "election-input"),
        (plain(standing(1, 5, stake=1.5)), "election-input"),
        (plain(standing(1, 5, stake=True)), "election-input"),
        (plain(standing(1, 5, status="sleeping")), "election-input"),
        (plain(standing(1, 5, last_epoch_in_committee=-1)), "election-input"),
        (plain(standing(1, 5, stake="5 ONE")), "election-input"),
        ('{"candidates": 7}', "election-input"),
        ('{"forEpoch": 5, "candidates": [], "eligibility": [{}]}', "election-input"),
        ("[]", "json-text"),
        ("", "json-text"),
    ],
)
def test_what_is_no_election_is_undecodable(text: str, code: str) -> None:
    outcome = committee("elect", text, "--epoch", "5")
    assert outcome.exit_code == 4
    assert code in outcome.stderr


def test_input_of_any_size_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harmony_core.cli.election_input._LARGEST", 100)
    outcome = committee("elect", "\n".join(["{"] * 101))
    assert outcome.exit_code == 4
    assert "election-input-size" in outcome.stderr


def test_one_of_several_elections_has_to_be_named() -> None:
    both = "\n".join([plain(standing(1, 5)), json.dumps({**json.loads(plain(standing(2, 5))), "epoch": 6})])
    assert committee("elect", both, "--epoch", "6", "--json").document["epoch"] == 6
    for arguments in ((), ("--epoch", "9")):
        outcome = committee("elect", both, *arguments)
        assert outcome.exit_code == 5
        assert "election-input-epoch" in outcome.stderr


def test_broken_rules_and_unknown_ones() -> None:
    assert committee("elect", plain(standing(1, 5), standing(1, 6))).exit_code == 1
    assert committee("elect", plain(standing(1, 0))).exit_code == 1
    unknown = run("committee", "elect", "--network", "mainnet", "-", "--epoch", "2964", stdin=SEVEN)
    assert unknown.exit_code == 5
    assert "rules-unknown" in unknown.stderr
    assert committee("explain", SEVEN, Address(b"\x44" * 20).to_hex()).exit_code == 5
    assert committee("explain", SEVEN, "one1nobody").exit_code == 4


def test_wrong_usage() -> None:
    without_epoch = json.dumps({"candidates": []})
    assert committee("elect", without_epoch).exit_code == 2
    assert "committee show" in committee("elect", SEVEN, "--epoch", "1").stderr.replace("\n", " ")
    assert run("committee", "elect", *BASE, "/nowhere").exit_code == 2
    assert run("committee", "elect", "--network", "x", "-").exit_code == 2


STATE = committees_for_epoch(LOCALNET, Epoch(5), [candidate(n, 10 * n) for n in range(1, 8)]).state


def test_voting_power_is_shown() -> None:
    text = STATE.encode().hex()
    outcome = run("committee", "power", *BASE, text)
    assert outcome.exit_code == 0
    assert "localnet, epoch 5, shard 1: voting power" in outcome.stdout
    assert "6 slots of Harmony hold 68.00 %, 3 elected slots 32.00 %" in outcome.stdout
    document = run("committee", "power", *BASE, text, "--json").document
    assert [len(one["voters"]) for one in document["committees"]] == [9, 9]
    assert len(document["accounts"]) == 6
    one = run("committee", "power", *BASE, "-", "--shard", "1", "--json", stdin=text).document
    assert one["committees"] == document["committees"][1:]


@pytest.mark.parametrize("recording", RECORDED, ids=lambda recording: recording.folder.name)
def test_recorded_voting_power_is_shown(recording: Any) -> None:
    path = recording.folder / "committees_shard0.jsonl.gz"
    rows = recording.rows("committees_shard0")
    elected = [row for row in rows if LOCALNET.config.is_staking(Epoch(row["epoch"]))]
    for row in [row for row in elected if row.get("votingPower")][-1:]:
        found = run("committee", "power", *BASE, path, "--epoch", str(row["epoch"]), "--json").document
        assert [one["staked_power"] for one in found["committees"]] == [
            power["stakedTotal"] for power in row["votingPower"]
        ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("c0",), 2, "does not tell its epoch"),
        (("c0", "--epoch", "1"), 2, "every slot has one vote"),
        ((STATE.encode().hex(), "--shard", "7"), 5, "shard-not-in-state"),
        (("c1",), 4, "rlp"),
        (("no such file",), 2, "neither a file nor hexadecimal"),
    ],
)
def test_power_of_what_has_none(arguments: tuple[str, ...], code: int, words: str) -> None:
    outcome = run("committee", "power", *BASE, *arguments)
    assert outcome.exit_code == code
    assert words in outcome.stderr


def test_states_of_power_are_told_apart() -> None:
    line = json.dumps({"rlp": STATE.encode().hex()})
    assert run("committee", "power", *BASE, "-", stdin=line).exit_code == 0
    twice = run("committee", "power", *BASE, "-", "--epoch", "5", stdin=f"{line}\n{line}")
    assert (twice.exit_code, "power-input-epoch" in twice.stderr) == (5, True)
    bare = run("committee", "power", *BASE, "-", stdin='{"rlp": 5}')
    assert (bare.exit_code, "power-input" in bare.stderr) == (4, True)
