import pytest
import rlp

from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, MissingDataError
from harmony_core.primitives import Hash32
from harmony_core.trie import EMPTY_ROOT, MAX_KEY_LENGTH, MemoryNodeStore, NodeStore, Trie, verify_proof

LONG = b"a value that is too long to be inlined in its parent"


def trie_of(entries: dict[bytes, bytes]) -> Trie:
    trie = Trie()
    trie.update(entries)
    return trie


def reopened(trie: Trie) -> Trie:
    return Trie(trie.store, trie.commit())


def many(count: int) -> dict[bytes, bytes]:
    return {keccak256(bytes([i // 256, i % 256])): LONG + bytes([i % 256]) for i in range(count)}


def test_the_empty_trie_has_the_empty_root() -> None:
    assert Trie().root == EMPTY_ROOT == keccak256(b"\x80")
    assert Trie().get(b"key") is None
    assert list(Trie().items()) == []
    assert Trie().commit(keep_nodes=False) == EMPTY_ROOT


def test_values_are_found_under_their_keys() -> None:
    trie = trie_of({b"": b"0", b"a": b"1", b"ab": b"2", b"abcd": b"3", b"b": LONG})
    for opened in (trie, reopened(trie)):
        assert [opened.get(key) for key in (b"", b"a", b"ab", b"abcd", b"b")] == [
            b"0",
            b"1",
            b"2",
            b"3",
            LONG,
        ]
        assert [opened.get(key) for key in (b"abc", b"abce", b"c", b"bb", b"abcde")] == [None] * 5
        assert b"ab" in opened
        assert b"abc" not in opened


def test_the_order_of_changes_does_not_matter() -> None:
    entries = many(50)
    one_by_one = Trie()
    for key in sorted(entries, reverse=True):
        one_by_one.set(key, entries[key])
    assert one_by_one.root == trie_of(entries).root


def test_deleting_leaves_the_trie_that_never_had_the_entry() -> None:
    entries = many(60)
    gone = sorted(entries)[::3]
    rest = {key: value for key, value in entries.items() if key not in gone}
    trie = trie_of(entries)
    for key in gone:
        trie.delete(key)
    assert trie.root == trie_of(rest).root
    trie.update(dict.fromkeys(rest, b""))
    assert trie.root == EMPTY_ROOT


@pytest.mark.parametrize(
    "keys", [[b"ab", b"abcd"], [b"abcd", b"abce", b"x"], [b"a", b"ab", b"abc"], [b"\x12"]]
)
def test_deleting_absent_keys_changes_nothing(keys: list[bytes]) -> None:
    trie = trie_of(dict.fromkeys(keys, LONG))
    root = trie.root
    for absent in (b"", b"abx", b"abcde", b"\x13", b"y", b"\x61\x70"):
        trie.delete(absent)
        assert trie.root == root


def test_an_empty_value_deletes() -> None:
    trie = trie_of({b"a": b"1", b"b": b"2"})
    trie.set(b"a", b"")
    assert trie.root == trie_of({b"b": b"2"}).root


def test_of_several_pairs_with_one_key_the_last_counts() -> None:
    trie = Trie()
    trie.update([(b"a", b"1"), (b"b", b"2"), (b"a", b"3"), (b"b", b"")])
    assert list(trie.items()) == [(b"a", b"3")]


def test_items_come_in_the_order_of_keys() -> None:
    entries = many(300) | {b"": b"x", b"\x00": b"y", b"\xff" * 40: b"z"}
    trie = trie_of(entries)
    assert list(trie.items()) == sorted(entries.items())
    assert list(reopened(trie).items()) == sorted(entries.items())


def test_a_range_of_keys_includes_its_start_and_excludes_its_stop() -> None:
    entries = sorted(many(300).items())
    trie = reopened(trie_of(dict(entries)))
    assert list(trie.items(entries[20][0], entries[70][0])) == entries[20:70]
    assert list(trie.items(entries[20][0] + b"\x00")) == entries[21:]
    assert list(trie.items(stop=entries[5][0][:4])) == entries[:5]
    assert list(trie.items(entries[9][0], entries[9][0])) == []


def test_a_copy_is_independent() -> None:
    trie = trie_of(many(20))
    root = trie.root
    twin = trie.copy()
    twin.set(b"new", b"value")
    assert trie.root == root
    assert twin.root != root
    assert twin.get(b"new") == b"value"
    assert trie.get(b"new") is None


def test_changes_do_not_reach_the_store_before_the_commit() -> None:
    store = MemoryNodeStore()
    trie = Trie(store)
    trie.update(many(20))
    assert trie.root != EMPTY_ROOT
    assert len(store) == 0
    root = trie.commit()
    assert store.get(bytes(root)) is not None
    assert dict(Trie(store, root).items()) == many(20)


def test_earlier_roots_stay_readable() -> None:
    store = MemoryNodeStore()
    trie = Trie(store)
    trie.update(many(40))
    before = trie.commit()
    trie.update(dict.fromkeys(list(many(40))[:20], b"other"))
    after = trie.commit(keep_nodes=False)
    assert dict(Trie(store, before).items()) == many(40)
    assert dict(Trie(store, after).items()) == dict(trie.items())


def test_a_short_root_is_found_by_its_hash() -> None:
    for entries in ({b"a": b"1"}, {b"\x11": b"1", b"\x21": b"2"}, {b"\x11\x11": b"1", b"\x11\x21": b"2"}):
        trie = reopened(trie_of(entries))
        assert dict(trie.items()) == entries
        trie.set(b"\x11\x33", b"3")
        assert trie.root == trie_of(entries | {b"\x11\x33": b"3"}).root


def test_children_are_stored_before_their_parents() -> None:
    class Recorder(MemoryNodeStore):
        order: list[bytes]

        def put_many(self, nodes: object) -> None:
            pairs = list(nodes)  # type: ignore[call-overload]
            self.order = [encoding for _, encoding in pairs]
            super().put_many(pairs)

    store = Recorder()
    trie = Trie(store)
    trie.update(many(100))
    trie.commit()
    for position, encoding in enumerate(store.order):
        later = store.order[position + 1 :]
        assert not any(bytes(keccak256(child)) in encoding for child in later)


def test_only_new_nodes_are_written() -> None:
    class Counter(MemoryNodeStore):
        written = 0

        def put_many(self, nodes: object) -> None:
            pairs = list(nodes)  # type: ignore[call-overload]
            self.written = len(pairs)
            super().put_many(pairs)

    store = Counter()
    trie = Trie(store)
    trie.update(many(2000))
    trie.commit()
    trie.set(next(iter(many(1))), b"changed" * 8)
    trie.commit()
    assert 0 < store.written < 6
    trie.commit()
    assert store.written == 0


def test_a_missing_node_is_named() -> None:
    root = Hash32(b"\x07" * 32)
    for action in (
        lambda: Trie(root=root).get(b"key"),
        lambda: Trie(root=root).set(b"key", b"value"),
        lambda: Trie(root=root).prove(b"key"),
        lambda: list(Trie(root=root).items()),
    ):
        with pytest.raises(MissingDataError) as info:
            action()
        assert info.value.code == "trie-node-missing"
        assert info.value.expected == root


def test_a_failed_change_leaves_the_trie_as_it_was() -> None:
    entries = {b"\x10" * 32: LONG, b"\x20" * 32: LONG + b"2", b"\x21" * 32: LONG + b"3"}
    whole = trie_of(entries)
    root = whole.commit()
    held = {n: whole.store.get(n) for n in (keccak256(e) for e in whole.prove(b"\x20" * 32)[:2])}
    trie = Trie(MemoryNodeStore({n: e for n, e in held.items() if e is not None}.items()), root)
    with pytest.raises(MissingDataError):
        trie.update({b"\x30": b"1", b"\x20" * 32: b""})
    assert trie.root == root
    trie.set(b"\x30", b"1")
    assert trie.root == trie_of(entries | {b"\x30": b"1"}).root


def test_collapsing_a_branch_needs_the_node_that_is_left() -> None:
    entries = {b"\x10" * 32: LONG, b"\x20" * 32: LONG}
    whole = trie_of(entries)
    root = whole.commit()
    kept = whole.prove(b"\x10" * 32)
    trie = Trie(MemoryNodeStore((keccak256(e), e) for e in kept), root)
    with pytest.raises(MissingDataError) as info:
        trie.delete(b"\x10" * 32)
    assert info.value.expected == keccak256(whole.prove(b"\x20" * 32)[1])


def test_too_long_keys_are_refused() -> None:
    trie = trie_of({b"k" * MAX_KEY_LENGTH: b"v"})
    assert dict(trie.items()) == {b"k" * MAX_KEY_LENGTH: b"v"}
    for action in (trie.get, trie.delete, trie.prove, lambda key: trie.set(key, b"v")):
        with pytest.raises(DecodeError) as info:
            action(b"k" * (MAX_KEY_LENGTH + 1))
        assert info.value.code == "trie-key-length"


def test_a_stored_key_of_half_a_byte_is_refused() -> None:
    leaf = bytes.fromhex("c2 31 07")
    trie = Trie(MemoryNodeStore([(keccak256(leaf), leaf)]), keccak256(leaf))
    with pytest.raises(DecodeError) as info:
        list(trie.items())
    assert info.value.code == "trie-key-length"


def test_stored_bytes_that_are_no_node_are_refused() -> None:
    trie = Trie(MemoryNodeStore([(keccak256(b"junk"), b"junk")]), keccak256(b"junk"))
    with pytest.raises(DecodeError):
        trie.get(b"key")


def test_wrong_types_are_type_errors() -> None:
    trie = Trie()
    for action in (
        lambda: trie.get("key"),  # type: ignore[arg-type]
        lambda: trie.set(b"key", 7),  # type: ignore[arg-type]
        lambda: trie.update({b"key": None}),  # type: ignore[arg-type]
        lambda: Trie(root=7),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            action()


def test_the_memory_store_is_a_node_store() -> None:
    assert isinstance(MemoryNodeStore(), NodeStore)
    assert MemoryNodeStore([(b"h", b"e")]).get(b"h") == b"e"


def test_the_deepest_trie_is_no_burden() -> None:
    digits = "1" * (2 * MAX_KEY_LENGTH)
    keys = [bytes.fromhex(digits[:at] + "2" + digits[at + 1 :]) for at in range(len(digits))]
    trie = Trie()
    trie.update(dict.fromkeys(keys, LONG))
    opened = Trie(trie.store, trie.commit(keep_nodes=False))
    assert [key for key, _ in opened.items()] == sorted(keys)
    assert verify_proof(opened.root, keys[-1], opened.prove(keys[-1])) == LONG
    assert len(opened.prove(keys[-1])) == 2 * MAX_KEY_LENGTH
    for key in keys:
        opened.delete(key)
    assert opened.root == EMPTY_ROOT


def test_changes_reach_below_an_extension_that_is_not_loaded() -> None:
    entries = {b"\x11\x11\x10": LONG, b"\x11\x11\x20": LONG, b"\x11\x11\x30": LONG}
    for key in entries:
        trie = reopened(trie_of(entries))
        trie.set(key, b"changed")
        assert trie.root == trie_of(entries | {key: b"changed"}).root
        trie = reopened(trie_of(entries))
        trie.update({key: b"", b"\x11\x12": b"beside"})
        rest = {other: value for other, value in entries.items() if other != key}
        assert trie.root == trie_of(rest | {b"\x11\x12": b"beside"}).root


def test_a_store_of_endless_paths_is_refused() -> None:
    leaf = rlp.encode([b"\x20", LONG])
    branch = rlp.encode([keccak256(leaf)] * 16 + [b""])
    extension = rlp.encode([b"\x00" + bytes(MAX_KEY_LENGTH), keccak256(branch)])
    nodes = [(keccak256(node), node) for node in (leaf, branch, extension)]
    trie = Trie(MemoryNodeStore(nodes), nodes[-1][0])
    assert trie.get(bytes(MAX_KEY_LENGTH)) is None
    with pytest.raises(DecodeError) as info:
        list(trie.items())
    assert info.value.code == "trie-key-length"
