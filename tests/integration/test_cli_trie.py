"""`harmony-core trie stats` on recorded states, from a dump and from a node store on disk."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from harmony_core.primitives import Hash32
from harmony_core.state import slot_key
from harmony_core.storage import LMDBNodeStore
from harmony_core.trie import Trie
from support.cli_runner import Outcome, run

DUMP = Path(__file__).parents[1] / "data" / "localnet" / "state_dump_shard0.jsonl.gz"


def dumped() -> list[dict[str, Any]]:
    with gzip.open(DUMP, "rt") as lines:
        return [json.loads(line) for line in lines]


def stats(*arguments: str | Path) -> Outcome:
    return run("trie", "stats", *arguments, "--json")


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_every_dumped_state_is_built_again_and_measured() -> None:
    for row in dumped():
        outcome = stats(DUMP, "--number", str(row["number"]))
        assert outcome.exit_code == 0
        document = outcome.document
        assert (document["root"], document["number"]) == (row["root"], row["number"])
        assert document["accounts"]["entries"] == len(row["accounts"])
        assert sum(document["accounts"]["depths"].values()) == len(row["accounts"])
        slots = sum(len(account.get("storage") or []) for account in row["accounts"])
        assert document["storage"]["entries"] == slots
    assert stats(DUMP).document["number"] == dumped()[-1]["number"]


def test_a_node_store_gives_the_same_as_the_dump(tmp_path: Path) -> None:
    row = dumped()[-1]
    store = LMDBNodeStore(tmp_path / "nodes")
    for account in row["accounts"]:
        storage = Trie(store)
        for slot in account.get("storage") or []:
            storage.set(
                slot_key(Hash32.from_hex(slot["slot"])), bytes.fromhex(slot["value"].removeprefix("0x"))
            )
        storage.commit()
    trie = Trie(store)
    trie.update({bytes.fromhex(item["key"]): bytes.fromhex(item["rlp"]) for item in row["accounts"]})
    trie.commit()
    store.close()
    expected = stats(DUMP).document
    found = stats(tmp_path / "nodes", "--root", row["root"]).document
    assert found == expected | {"number": None}
    assert stats(tmp_path / "nodes", "--root", row["root"], "--no-storage").document["storage"] is None
    assert stats(tmp_path / "nodes", "--root", "11" * 32).exit_code == 5
    assert stats(tmp_path / "nodes").exit_code == 2


def test_a_picture_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "shape.png"
    outcome = run("trie", "stats", DUMP, "--plot", picture)
    assert outcome.exit_code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "accounts: 1 trie, " in outcome.stdout
    assert run("trie", "stats", DUMP, "--plot", tmp_path / "none" / "shape.png").exit_code == 2


def test_without_matplotlib_a_picture_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.backends.backend_agg", None)
    outcome = run("trie", "stats", DUMP, "--plot", tmp_path / "shape.png")
    assert outcome.exit_code == 2
    assert "harmony-core[plots]" in outcome.stderr


def test_a_dump_that_does_not_give_its_root_is_refused(tmp_path: Path) -> None:
    row = dumped()[0]
    for bent in (row | {"root": "0x" + "11" * 32}, row | {"accounts": row["accounts"][1:]}):
        outcome = stats(write(tmp_path / "dump.jsonl", [bent]))
        assert outcome.exit_code == 1
        assert "[dump-root" in outcome.stderr


def test_a_state_that_is_not_in_the_file_is_missed(tmp_path: Path) -> None:
    outcome = stats(DUMP, "--number", "3")
    assert outcome.exit_code == 5
    assert "[dump-number" in outcome.stderr
    assert stats(write(tmp_path / "empty.jsonl", [])).exit_code == 5


@pytest.mark.parametrize(
    "row", [{}, {"accounts": 5, "root": "0x"}, {"accounts": [5]}, {"accounts": [], "root": 5}]
)
def test_what_is_no_dump_is_refused(row: dict[str, Any], tmp_path: Path) -> None:
    outcome = stats(write(tmp_path / "dump.jsonl", [row]))
    assert outcome.exit_code == 4
    assert "[dump-shape" in outcome.stderr or "[bytes-length" in outcome.stderr
