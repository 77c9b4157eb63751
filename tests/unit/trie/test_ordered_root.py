import pytest
import rlp

from harmony_core.trie import EMPTY_ROOT, Trie, derive_sha


def test_no_items_have_the_empty_root() -> None:
    assert derive_sha([]) == EMPTY_ROOT


@pytest.mark.parametrize("count", [1, 2, 16, 17, 127, 128, 129, 255, 256, 257, 1000])
def test_items_are_keyed_by_their_encoded_index(count: int) -> None:
    items = [b"item" * 9 + bytes([i % 256]) for i in range(count)]
    trie = Trie()
    for index, item in enumerate(items):
        trie.set(rlp.encode(index), item)
    assert derive_sha(items) == trie.root
    assert derive_sha(iter(items)) == trie.root


def test_order_and_number_matter() -> None:
    items = [b"a" * 40, b"b" * 40, b"c" * 40]
    assert (
        len({derive_sha(items), derive_sha(items[::-1]), derive_sha(items[:2]), derive_sha([*items, b"d"])})
        == 4
    )


def test_an_empty_item_leaves_its_index_out() -> None:
    trie = Trie()
    trie.update({rlp.encode(0): b"a", rlp.encode(2): b"c"})
    assert derive_sha([b"a", b"", b"c"]) == trie.root


def test_an_item_that_is_not_bytes_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        derive_sha(["text"])  # type: ignore[list-item]
