"""Whatever a server answers, proofs are proven or refused with an error of this package."""

import contextlib
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.chain import Block, decode_block
from harmony_core.cli.proof_records import account_record, cross_shard_record, receipt_record
from harmony_core.cross_shard import SpentMarks
from harmony_core.errors import HarmonyError
from harmony_core.light_client import verify_block
from harmony_core.state import account_at_root
from support.cross_shard import Known, proof_of, receipt
from support.sample_blocks import SampleBlock

DATA = Path(__file__).parents[1] / "data" / "localnet"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("0x00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
READERS = [account_record, receipt_record, cross_shard_record]


def row_of(stem: str) -> dict[str, Any]:
    with gzip.open(DATA / f"{stem}.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return max(rows, key=lambda row: len(row.get("storageProofs") or []))


ROWS = [row_of("proofs_shard0"), row_of("receipts_shard0"), row_of("cx_out_shard0")]


@pytest.mark.parametrize("place", range(3))
@given(data=st.data())
def test_an_object_with_other_fields_is_read_or_refused(place: int, data: st.DataObject) -> None:
    row, read = ROWS[place], READERS[place]
    changes = data.draw(st.dictionaries(st.sampled_from([*row, "result", "index"]), VALUES, max_size=3))
    with contextlib.suppress(HarmonyError):
        read(json.dumps(row | changes))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in READERS:
        for given_text in (text, "{" + text, json.dumps({"proof": text, "rlp": text, "address": text})):
            with contextlib.suppress(HarmonyError):
                read(given_text)


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_any_nodes_are_refused(nodes: list[bytes]) -> None:
    record = account_record(json.dumps(ROWS[0] | {"proof": [node.hex() for node in nodes]}))
    with pytest.raises(HarmonyError):
        account_at_root(record.place.root or _no_root(), record.proof)


def _no_root() -> Any:
    raise AssertionError("the recorded proof names its root")


SAMPLE = SampleBlock(incoming=(proof_of([receipt(1, number=0)], number=100),), shard_id=1)
BLOCK, PROOF = SAMPLE.sealed()
ENCODED = BLOCK.encode()


@given(st.lists(st.tuples(st.integers(0, len(ENCODED) - 1), st.integers(1, 255)), min_size=1, max_size=3))
def test_no_altered_block_passes_for_the_proven_one(changes: list[tuple[int, int]]) -> None:
    bent = bytearray(ENCODED)
    for position, mask in changes:
        bent[position] ^= mask
    if bytes(bent) == ENCODED:
        return
    try:
        block: Block = decode_block(bytes(bent))
        verified = verify_block(block, PROOF, receipts=(), committees=Known(), spent=SpentMarks())
    except HarmonyError:
        return
    # A bitmap that became equal to the signature would be a body as stored: never proven.
    assert "block-incoming-root" not in verified.proven
