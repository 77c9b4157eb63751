"""`harmony-core fbft follow` on the recorded view changes, and on what is no recording."""

import gzip
import json
from pathlib import Path

from harmony_core.chain import decode_header
from support.cli_runner import Outcome, run

FOLDER = Path(__file__).parents[1] / "data" / "localnet" / "view_change"
MESSAGES, HEADERS = FOLDER / "consensus_msgs_shard0.jsonl.gz", FOLDER / "headers_shard0.jsonl.gz"


def follow(messages: Path, headers: Path, *more: str) -> Outcome:
    return run("fbft", "follow", str(messages), "--headers", str(headers), "--network", "localnet", *more)


def rows(path: Path) -> list[dict[str, object]]:
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


def test_every_height_is_followed_to_its_block() -> None:
    outcome = follow(MESSAGES, HEADERS, "--json")
    assert outcome.exit_code == 0, outcome.stderr
    report = outcome.document
    assert (report["refused"], report["contradictions"]) == ({}, 0)
    headers = {row["number"]: row["hash"] for row in rows(HEADERS)}
    decided = {height["number"]: height["block_hash"] for height in report["heights"] if height["block_hash"]}
    assert decided
    assert all(headers[number] == block_hash for number, block_hash in decided.items())
    changed = [height["number"] for height in report["heights"] if height["changes"]]
    assert changed == [8, 15]


def test_the_table_says_why_views_changed() -> None:
    outcome = follow(MESSAGES, HEADERS)
    assert outcome.exit_code == 0
    assert "288 messages, 0 refused, 0 contradictions" in outcome.stdout


def test_heights_that_no_header_tells_are_left_open(tmp_path: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("".join(f"{row['rlp']}\n" for row in rows(HEADERS)[:5]))
    outcome = follow(MESSAGES, few, "--json")
    assert outcome.exit_code == 5
    assert set(outcome.document["refused"]) == {"follow-height-unknown"}
    assert decode_header(bytes.fromhex(few.read_text().split()[4])).number == 4


def test_what_is_no_message_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    good = rows(MESSAGES)[0]["raw"]
    file.write_text(f'{good}\n{{"other": 1}}\nzz\n1080\n{{"raw": 5}}\n')
    outcome = follow(file, HEADERS, "--json")
    assert outcome.exit_code == 4
    assert outcome.document["messages"] == 1
    assert outcome.document["refused"] == {"follow-raw": 2, "hex-text": 1, "wire-protobuf": 1}


def test_a_message_that_was_altered_is_refused(tmp_path: Path) -> None:
    first, second = (str(row["raw"]) for row in rows(MESSAGES)[:2])
    file = tmp_path / "altered.jsonl"
    file.write_text(first + "\n" + second.replace(first[-64:], "00" * 32)[:-8] + "00000000\n")
    outcome = follow(file, HEADERS, "--json")
    assert outcome.exit_code in {1, 4}
    assert sum(outcome.document["refused"].values()) == 1
