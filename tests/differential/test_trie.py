"""Our trie against that of the `trie` package, which knows nothing of it."""

from typing import Any

import rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie.exceptions import BadTrieProof
from trie.hexary import HexaryTrie

from harmony_core.errors import VerificationError
from harmony_core.trie import Trie, derive_sha, verify_proof

ORACLE: Any = HexaryTrie
KEYS = st.binary(max_size=4).map(lambda key: bytes(byte & 0x11 for byte in key)) | st.binary(max_size=40)
VALUES = st.binary(min_size=1, max_size=3) | st.binary(min_size=25, max_size=60)
CHANGES = st.dictionaries(KEYS, VALUES | st.just(b""), max_size=12)


def oracle_of(entries: dict[bytes, bytes]) -> Any:
    oracle = ORACLE({})
    for key, value in entries.items():
        oracle[key] = value
    return oracle


@given(st.lists(CHANGES, max_size=5))
def test_roots_after_any_changes_are_equal(history: list[dict[bytes, bytes]]) -> None:
    ours = Trie()
    oracle = ORACLE({})
    for changes in history:
        ours.update(changes)
        for key, value in changes.items():
            oracle[key] = value
        assert ours.root == oracle.root_hash


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=30), KEYS)
def test_proofs_are_the_same_nodes_and_verify_on_both_sides(
    entries: dict[bytes, bytes], other: bytes
) -> None:
    ours = Trie()
    ours.update(entries)
    oracle = oracle_of(entries)
    for key in [*entries, other]:
        proof = ours.prove(key)
        theirs = [rlp.encode(node) for node in oracle.get_proof(key)]
        # The oracle lists inlined nodes by themselves as well.
        assert proof == [node for at, node in enumerate(theirs) if at == 0 or len(node) >= 32]
        assert verify_proof(ours.root, key, proof) == entries.get(key)
        nodes = [rlp.decode(node) for node in proof]
        assert ORACLE.get_from_proof(ours.root, key, nodes) == entries.get(key, b"")


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=30), st.data())
@settings(max_examples=50)
def test_a_proof_without_a_node_fails_on_both_sides(entries: dict[bytes, bytes], data: st.DataObject) -> None:
    ours = Trie()
    ours.update(entries)
    key = data.draw(st.sampled_from(sorted(entries)))
    proof = ours.prove(key)
    del proof[data.draw(st.integers(0, len(proof) - 1))]
    for check, failure in (
        (lambda: verify_proof(ours.root, key, proof), VerificationError),
        (lambda: ORACLE.get_from_proof(ours.root, key, [rlp.decode(n) for n in proof]), BadTrieProof),
    ):
        try:
            check()
        except failure:
            continue
        raise AssertionError("the proof was accepted")


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=150))
@settings(max_examples=30)
def test_ordered_roots_are_equal(items: list[bytes]) -> None:
    oracle = oracle_of({rlp.encode(index): item for index, item in enumerate(items)})
    assert derive_sha(items) == oracle.root_hash
