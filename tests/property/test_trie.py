"""Properties of tries that hold for any entries, any changes and any attack on a proof."""

import contextlib

import rlp
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.errors import DecodeError, HarmonyError
from harmony_core.primitives import Hash32
from harmony_core.trie import MemoryNodeStore, Trie, derive_sha, prove_range, verify_proof, verify_range
from harmony_core.trie.decode import decode_node
from harmony_core.trie.node import encode_node

# Few different bytes make keys that share prefixes and are prefixes of each other.
KEYS = st.binary(max_size=4).map(lambda key: bytes(byte & 0x11 for byte in key)) | st.binary(max_size=40)
VALUES = st.binary(min_size=1, max_size=3) | st.binary(min_size=25, max_size=60)
ENTRIES = st.dictionaries(KEYS, VALUES, max_size=30)
CHANGES = st.dictionaries(KEYS, VALUES | st.just(b""), max_size=12)


def trie_of(entries: dict[bytes, bytes]) -> Trie:
    trie = Trie()
    trie.update(entries)
    return trie


@given(st.lists(st.tuples(CHANGES, st.sampled_from(["keep", "commit", "reopen"])), max_size=6))
def test_any_history_leads_to_the_trie_of_its_entries(history: list[tuple[dict[bytes, bytes], str]]) -> None:
    trie = Trie(MemoryNodeStore())
    entries: dict[bytes, bytes] = {}
    for changes, step in history:
        trie.update(changes)
        entries = {key: value for key, value in {**entries, **changes}.items() if value}
        assert trie.root == trie_of(entries).root
        if step == "reopen":
            trie = Trie(trie.store, trie.commit())
        elif step == "commit":
            trie.commit(keep_nodes=False)
        assert dict(trie.items()) == entries
        assert all(trie.get(key) == entries.get(key) for key in [*entries, *changes])


@given(ENTRIES, KEYS, KEYS)
def test_a_range_is_what_sorting_gives(entries: dict[bytes, bytes], start: bytes, stop: bytes) -> None:
    expected = [pair for pair in sorted(entries.items()) if start <= pair[0] < stop]
    assert list(trie_of(entries).items(start, stop)) == expected


@given(ENTRIES, KEYS)
def test_every_answer_can_be_proven(entries: dict[bytes, bytes], other: bytes) -> None:
    trie = trie_of(entries)
    for key in [*entries, other]:
        assert verify_proof(trie.root, key, trie.prove(key)) == entries.get(key)


@given(ENTRIES, KEYS, st.data())
@settings(max_examples=300)
def test_an_altered_proof_never_proves_anything_else(
    entries: dict[bytes, bytes], other: bytes, data: st.DataObject
) -> None:
    trie = trie_of(entries)
    key = data.draw(st.sampled_from([*entries, other]))
    proof = trie.prove(key)
    altered = data.draw(alterations(proof))
    try:
        value = verify_proof(trie.root, key, altered)
    except HarmonyError:
        assert altered != proof
    else:
        assert altered == proof
        assert value == entries.get(key)


@st.composite
def alterations(draw: st.DrawFn, proof: list[bytes]) -> list[bytes]:
    nodes = list(proof)
    kind = draw(st.sampled_from(["flip", "drop", "repeat", "insert", "swap", "cut", "extend"]))
    at = draw(st.integers(0, max(len(nodes) - 1, 0)))
    if kind == "insert" or not nodes:
        nodes.insert(at, draw(st.binary(max_size=60)))
    elif kind == "flip" and nodes[at]:
        node = bytearray(nodes[at])
        node[draw(st.integers(0, len(node) - 1))] ^= 1 << draw(st.integers(0, 7))
        nodes[at] = bytes(node)
    elif kind == "drop":
        del nodes[at]
    elif kind == "repeat":
        nodes.insert(at, nodes[at])
    elif kind == "swap":
        to = draw(st.integers(0, len(nodes) - 1))
        nodes[at], nodes[to] = nodes[to], nodes[at]
    elif kind == "cut":
        nodes[at] = nodes[at][: draw(st.integers(0, len(nodes[at])))]
    else:
        nodes[at] += draw(st.binary(max_size=3))
    return nodes


@given(st.binary(max_size=600), st.binary(max_size=70), st.lists(st.binary(max_size=80), max_size=5))
def test_any_bytes_are_decided_by_a_typed_error(root: bytes, key: bytes, nodes: list[bytes]) -> None:
    with contextlib.suppress(HarmonyError):
        verify_proof(root, key, nodes)


ITEMS = st.recursive(
    st.binary(max_size=3) | st.just(bytes(range(32))) | st.sampled_from([b"\x20", b"\x11", b"\x00\x12"]),
    lambda inner: st.lists(inner, min_size=2, max_size=2) | st.lists(inner, min_size=17, max_size=17),
    max_leaves=40,
)


@given(ITEMS.map(rlp.encode) | st.binary(max_size=600))
@settings(max_examples=300)
def test_what_decodes_encodes_back_to_the_same_bytes(encoding: bytes) -> None:
    try:
        node = decode_node(encoding)
    except DecodeError:
        return
    assert encode_node(node) == encoding


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=200))
def test_the_ordered_root_is_that_of_the_trie_by_index(items: list[bytes]) -> None:
    trie = Trie()
    trie.update({rlp.encode(index): item for index, item in enumerate(items)})
    root = derive_sha(items)
    assert isinstance(root, Hash32)
    assert root == trie.root


def ranges_of(entries: dict[bytes, bytes], start: bytes, stop: bytes) -> list[tuple[bytes, bytes]]:
    return [pair for pair in sorted(entries.items()) if start <= pair[0] < stop]


@given(ENTRIES, KEYS, KEYS)
def test_every_range_can_be_proven(entries: dict[bytes, bytes], one: bytes, other: bytes) -> None:
    start, stop = sorted((one, other))
    trie = trie_of(entries)
    expected = ranges_of(entries, start, stop)
    nodes = prove_range(trie, start, stop)
    assert verify_range(trie.root, expected, nodes, start=start, stop=stop) == tuple(expected)
    tail = [pair for pair in sorted(entries.items()) if pair[0] >= start]
    assert verify_range(trie.root, tail, prove_range(trie, start), start=start) == tuple(tail)


@given(ENTRIES.filter(bool), st.tuples(KEYS, KEYS), KEYS, VALUES, st.data())
@settings(max_examples=200)
def test_no_other_entries_of_a_range_can_be_proven(
    entries: dict[bytes, bytes], edges: tuple[bytes, bytes], key: bytes, value: bytes, data: st.DataObject
) -> None:
    """Leave a key out, add one, alter a value; with the honest nodes, fewer, more, or in another order."""
    start, stop = sorted(edges)
    trie = trie_of(entries)
    honest = ranges_of(entries, start, stop)
    nodes = prove_range(trie, start, stop)
    bent = dict(honest)
    kind = data.draw(st.sampled_from(["leave out", "add", "alter", "nodes"]))
    if kind == "add" and start <= key < stop:
        bent[key] = value
    elif honest and kind in {"leave out", "alter"}:
        chosen = data.draw(st.sampled_from(honest))[0]
        bent[chosen] = value
        if kind == "leave out":
            del bent[chosen]
    elif nodes:
        shape = data.draw(st.permutations([*nodes, *data.draw(st.lists(st.sampled_from(nodes), max_size=1))]))
        nodes = shape[: data.draw(st.integers(0, len(shape)))]
    given_entries = sorted(bent.items())
    if given_entries == honest and nodes == prove_range(trie, start, stop):
        return
    with contextlib.suppress(HarmonyError):
        verify_range(trie.root, given_entries, nodes, start=start, stop=stop)
        raise AssertionError("what is not in the trie was proven")
