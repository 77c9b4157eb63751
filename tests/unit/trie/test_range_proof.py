"""Proofs of all entries in a range of keys."""

from collections.abc import Sequence
from hashlib import sha256

import pytest

from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, HarmonyError
from harmony_core.trie import EMPTY_ROOT, MemoryNodeStore, Trie, prove_range, verify_proof, verify_range
from harmony_core.trie.node import Branch, Extension, Leaf, encode_node, reference_of

ENTRIES = sorted((sha256(b"%d" % number).digest(), b"value %d" % number * 5) for number in range(300))
TRIE = Trie(MemoryNodeStore())
TRIE.update(ENTRIES)
ROOT = TRIE.commit(keep_nodes=False)
START, STOP = ENTRIES[40][0], ENTRIES[90][0]
WITHIN = ENTRIES[40:90]


def proof(start: bytes = START, stop: bytes | None = STOP) -> list[bytes]:
    return prove_range(TRIE, start, stop)


def refused(
    entries: Sequence[tuple[bytes, bytes]],
    nodes: Sequence[bytes],
    start: bytes = START,
    stop: bytes | None = STOP,
) -> str:
    with pytest.raises(HarmonyError) as info:
        verify_range(ROOT, entries, nodes, start=start, stop=stop)
    return info.value.code


def test_a_range_is_proven_with_the_nodes_of_its_edges_only() -> None:
    nodes = proof()
    assert verify_range(ROOT, WITHIN, nodes, start=START, stop=STOP) == tuple(WITHIN)
    assert set(nodes) <= {node for key in (START, STOP) for node in TRIE.prove(key)}
    assert len(nodes) == len(set(nodes)) < 10


def test_the_whole_trie_needs_no_nodes() -> None:
    assert prove_range(TRIE) == []
    assert verify_range(ROOT, ENTRIES, []) == tuple(ENTRIES)
    assert verify_range(EMPTY_ROOT, [], [], start=b"a", stop=b"b") == ()
    assert prove_range(Trie(), b"a", b"b") == []


def test_a_range_may_be_open_at_either_end_and_begin_between_keys() -> None:
    between = START[:-1] + bytes([START[-1] ^ 1])
    cases: list[tuple[bytes, bytes | None]] = [
        (START, None),
        (b"", STOP),
        (between, STOP),
        (START[:1], START[:2]),
        (b"\xff" * 40, None),
        (b"", b""),
        (START, START),
        (START, START + b"\x00"),
    ]
    for start, stop in cases:
        expected = [(key, value) for key, value in ENTRIES if start <= key and (stop is None or key < stop)]
        assert verify_range(ROOT, expected, proof(start, stop), start=start, stop=stop) == tuple(expected)


def test_an_empty_range_is_proven_empty_and_no_other() -> None:
    start = START + b"\x00"
    stop = ENTRIES[41][0]
    assert verify_range(ROOT, [], proof(start, stop), start=start, stop=stop) == ()
    assert refused([], proof()) == "trie-range-entries"


@pytest.mark.parametrize("place", [0, 1, 25, 49])
def test_an_entry_that_is_left_out_is_missed(place: int) -> None:
    assert refused(WITHIN[:place] + WITHIN[place + 1 :], proof()) == "trie-range-entries"


@pytest.mark.parametrize("place", [0, 1, 25, 49])
def test_another_value_or_an_added_entry_is_refused(place: int) -> None:
    key, value = WITHIN[place]
    assert (
        refused([*WITHIN[:place], (key, value + b"!"), *WITHIN[place + 1 :]], proof()) == "trie-range-entries"
    )
    added = sorted([*WITHIN, (key[:-1] + bytes([key[-1] ^ 1]), b"new")])
    assert refused([entry for entry in added if entry[0] >= START], proof()) == "trie-range-entries"


def test_entries_out_of_order_or_out_of_the_range_are_refused() -> None:
    for entries in (
        WITHIN[::-1],
        [*WITHIN, WITHIN[-1]],
        [ENTRIES[39], *WITHIN],
        [*WITHIN, ENTRIES[90]],
        [(WITHIN[0][0], b""), *WITHIN[1:]],
    ):
        assert refused(entries, proof()) == "trie-range-order"


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    assert refused([], [], start=STOP, stop=START) == "trie-range-bounds"
    with pytest.raises(HarmonyError):
        prove_range(TRIE, STOP, START)


def test_missing_extra_altered_and_reordered_nodes_are_refused() -> None:
    nodes = proof()
    assert refused(WITHIN, nodes[:-1]) == "trie-proof-incomplete"
    assert refused(WITHIN, [*nodes, nodes[-1]]) == "trie-proof-extra-node"
    assert refused(WITHIN, [nodes[0], *nodes]) == "trie-proof-hash"
    assert refused(WITHIN, nodes[::-1]) == "trie-proof-hash"
    for place, node in enumerate(nodes):
        for bit in range(0, len(node) * 8, 13):
            bent = bytearray(node)
            bent[bit // 8] ^= 1 << bit % 8
            assert refused(WITHIN, [*nodes[:place], bytes(bent), *nodes[place + 1 :]]) == "trie-proof-hash"


def test_the_proof_of_one_range_is_none_of_another() -> None:
    assert refused(ENTRIES[40:200], proof(), stop=ENTRIES[200][0]) in {
        "trie-proof-hash",
        "trie-proof-incomplete",
    }
    assert refused(ENTRIES[60:90], proof(), start=ENTRIES[60][0]) == "trie-proof-hash"


def test_wrong_types_are_errors_of_the_caller() -> None:
    with pytest.raises(TypeError):
        verify_range(ROOT, WITHIN, b"node", start=START, stop=STOP)  # type: ignore[arg-type]
    with pytest.raises(DecodeError):
        verify_range(ROOT, [], [], start=b"k" * 65)


def forged(child: Leaf | Extension, path: str) -> tuple[bytes, list[bytes]]:
    """Return the root and the nodes of a trie in which an extension leads to something else than a branch."""
    extension = Extension(path, b"\xa0" + keccak256(encode_node(child)))
    other = Leaf("2" * 63, b"other" * 8)
    branch = Branch([b"\x80", reference_of(extension), reference_of(other), *[b"\x80"] * 13], b"")
    encoded = encode_node(branch)
    return keccak256(encoded), [encoded, encode_node(extension), encode_node(child)]


@pytest.mark.parametrize("start", [b"\x11" * 32, b"\x11"])
def test_an_extension_that_leads_to_no_branch_is_refused(start: bytes) -> None:
    leaf = Leaf("1" * 60, b"forged" * 8)
    root, nodes = forged(leaf, "111")
    key, stop = b"\x11" * 32, b"\x11" * 33
    codes = []
    for given in (nodes, nodes[:2]):
        with pytest.raises(HarmonyError) as info:
            verify_range(root, [(key, leaf.value)], given, start=start, stop=stop)
        codes.append(info.value.code)
    assert "trie-proof-extension" in codes
    with pytest.raises(HarmonyError):
        verify_proof(root, key, nodes)
