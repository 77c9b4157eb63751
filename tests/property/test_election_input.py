"""Whatever JSON stands in an election's file, only a typed error leaves its reader."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harmony_core.cli.election_input import ElectionInput, read_election
from harmony_core.committee import committees_for_epoch
from harmony_core.params import load_network
from harmony_core.primitives import Epoch
from support.elections import key_in
from support.outcome import outcome

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["0x" + "11" * 20, "active", "banned forever", "5", "-5", "0xc0", key_in(0, 1).to_hex()]),
)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
CANDIDATE = st.dictionaries(
    st.sampled_from(
        [
            "address",
            "keys",
            "stake",
            "status",
            "last_epoch_in_committee",
            "signed",
            "to_sign",
            "wrapper",
            "snapshot",
            "validator",
            "eligible",
            "lastEpochInCommittee",
            "toSign",
        ]
    ),
    ANYTHING,
    max_size=8,
)
DOCUMENT = st.dictionaries(
    st.sampled_from(["epoch", "current_epoch", "previous", "forEpoch", "candidates", "eligibility"]),
    st.one_of(ANYTHING, st.lists(CANDIDATE, max_size=3)),
    max_size=5,
)
USUAL: dict[str, Any] = {
    "address": "0x" + "22" * 20,
    "keys": [key_in(0, 2).to_hex()],
    "stake": "7",
    "status": "active",
}


def read(documents: list[dict[str, Any]], epoch: int | None) -> ElectionInput:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "election.json"
        path.write_text("\n".join(json.dumps(document) for document in documents))
        return read_election(str(path), epoch)


@given(st.lists(DOCUMENT, max_size=2), st.one_of(st.none(), st.integers(0, 3)))
def test_any_document_is_read_or_refused(documents: list[dict[str, Any]], epoch: int | None) -> None:
    outcome(lambda: read(documents, epoch))


@given(CANDIDATE)
def test_an_altered_candidate_is_elected_or_refused(change: dict[str, Any]) -> None:
    found, _ = outcome(lambda: read([{"candidates": [{**USUAL, **change}]}], None))
    if found is not None:
        outcome(lambda: committees_for_epoch(load_network("localnet"), Epoch(5), found.candidates))
