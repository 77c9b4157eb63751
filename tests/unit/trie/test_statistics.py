"""The shape of tries, counted in another way."""

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import DecodeError, MissingDataError
from harmony_core.trie import EMPTY_ROOT, MemoryNodeStore, Trie, TrieStatistics, trie_statistics
from harmony_core.trie.node import Branch, encode_node


def built(entries: dict[bytes, bytes]) -> tuple[MemoryNodeStore, Trie]:
    trie = Trie(store := MemoryNodeStore())
    trie.update(entries)
    trie.commit()
    return store, trie


@given(st.dictionaries(st.binary(max_size=4), st.binary(min_size=1, max_size=40), max_size=40))
def test_entries_nodes_and_bytes_are_those_of_the_store(entries: dict[bytes, bytes]) -> None:
    store, trie = built(entries)
    found: list[bytes] = []
    shape = trie_statistics(store, trie.root, visit=found.append)
    assert sorted(found) == sorted(entries.values())
    assert (shape.entries, shape.value_bytes) == (len(entries), sum(map(len, entries.values())))
    assert shape.depths.total() == shape.entries
    reached: Counter[bytes] = Counter()
    for key in entries:
        reached.update(dict.fromkeys(trie.prove(key), 1))
    assert shape.node_bytes.total() >= sum(map(len, reached))
    assert shape.nodes.total() - shape.inlined >= len(reached)
    # Without parts that occur twice, nothing is counted that the store does not hold.
    assert len(reached) == len(store)


def test_a_known_trie() -> None:
    store, trie = built({bytes([first, 1]) * 16: b"v" * 40 for first in (0x10, 0x11, 0x20)})
    shape = trie_statistics(store, trie.root)
    assert shape.nodes == Counter(branch=2, leaf=3)
    assert (shape.tries, shape.inlined, shape.value_bytes) == (1, 0, 120)
    assert shape.depths == Counter({2: 1, 3: 2})
    assert shape.ways == Counter({2: 2})
    assert shape.node_bytes.total() == sum(len(store.get(key) or b"") for key in store._nodes)


def test_statistics_add_up() -> None:
    store, trie = built({b"a": b"1", b"b": b"2"})
    shape = trie_statistics(store, trie.root)
    twice = shape + shape
    assert (twice.tries, twice.entries, twice.depths.total()) == (2, 4, 4)
    assert TrieStatistics() + shape == shape
    assert trie_statistics(store, EMPTY_ROOT) == TrieStatistics(tries=1)


def test_a_missing_node_is_named() -> None:
    store, trie = built({bytes([key]) * 32: b"value" * 8 for key in range(40)})
    lacking = MemoryNodeStore(list(store._nodes.items())[1:])
    with pytest.raises(MissingDataError) as info:
        trie_statistics(lacking, trie.root)
    assert info.value.code == "trie-node-missing"


class Bottomless:
    """A store that leads from a branch to the same branch for ever, or until the reader should have given up."""

    reads = 0

    def get(self, node_hash: bytes) -> bytes:
        self.reads += 1
        assert self.reads < 1000
        return encode_node(Branch([b"\xa0" + node_hash, b"\xa0" + node_hash, *[b"\x80"] * 14], b""))

    def put_many(self, nodes: Iterable[tuple[bytes, bytes]]) -> None:
        raise NotImplementedError


def test_a_store_without_a_bottom_is_refused() -> None:
    with pytest.raises(DecodeError) as info:
        trie_statistics(Bottomless(), b"\x01" * 32)
    assert info.value.code == "trie-too-deep"
