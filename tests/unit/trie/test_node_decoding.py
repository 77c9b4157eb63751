import pytest
import rlp

from harmony_core.errors import DecodeError
from harmony_core.trie.decode import decode_node
from harmony_core.trie.node import Branch, Extension, Leaf, encode_node

HASH = bytes(range(32))
LEAF = [b"\x20\xab", b"v"]
SMALL_BRANCH = [b""] * 14 + [[b"\x31", b"1"], [b"\x32", b"2"], b""]


def branch(*ways: object, value: bytes = b"") -> list[object]:
    return [*ways, *([b""] * (16 - len(ways))), value]


def refused(item: object, code: str) -> None:
    with pytest.raises(DecodeError) as info:
        decode_node(rlp.encode(item))
    assert info.value.code == code


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (LEAF, Leaf),
        ([b"\x3a", b"v" * 5000], Leaf),
        ([b"\x20", b"v"], Leaf),
        ([b"\x00\xab", HASH], Extension),
        ([b"\x1a", HASH], Extension),
        ([b"\x1a", SMALL_BRANCH], Extension),
        (branch(HASH, HASH), Branch),
        (branch(HASH, b"", HASH), Branch),
        (branch(*[HASH] * 16), Branch),
        (branch(*[HASH] * 16, value=b"v"), Branch),
        (branch(HASH, LEAF, value=b""), Branch),
        (branch(HASH, value=b"v"), Branch),
        (branch(HASH, SMALL_BRANCH), Branch),
        (branch(HASH, value=b"\xf9" * 300), Branch),
    ],
)
def test_canonical_nodes_decode_and_encode_back(item: object, kind: type) -> None:
    encoding = rlp.encode(item)
    node = decode_node(encoding)
    assert type(node) is kind
    assert encode_node(node) == encoding


@pytest.mark.parametrize(
    "item",
    [
        b"",
        b"bytes",
        [],
        [b"\x20"],
        [b"\x20", b"v", b""],
        [b""] * 16,
        [b""] * 18,
        [[], b"v"],
        [b"\x20", [b"v"]],
    ],
)
def test_what_has_not_the_shape_of_a_node_is_refused(item: object) -> None:
    refused(item, "trie-node-shape")


@pytest.mark.parametrize("path", ["", "0a", "2f", "40", "80ab", "ff"])
def test_paths_that_are_not_compact_are_refused(path: str) -> None:
    refused([bytes.fromhex(path), HASH], "trie-node-path")


def test_references_of_another_length_are_refused() -> None:
    for reference in (b"\x01", HASH[:31], HASH + b"\x00", [b"\x20" + HASH[:29], b"vv"]):
        refused(branch(HASH, reference), "trie-node-child")
        refused([b"\x1a", reference], "trie-node-child")


def test_a_leaf_without_a_value_is_refused() -> None:
    refused([b"\x20\xab", b""], "trie-leaf-value")
    refused(branch(HASH, [b"\x31", b""]), "trie-leaf-value")


def test_an_extension_without_a_path_is_refused() -> None:
    refused([b"\x00", HASH], "trie-extension-path")


@pytest.mark.parametrize("child", [b"", LEAF, [b"\x11", SMALL_BRANCH]])
def test_an_extension_to_anything_but_a_branch_is_refused(child: object) -> None:
    refused([b"\x1a", child], "trie-extension-child")


@pytest.mark.parametrize(
    "item", [branch(), branch(HASH), branch(LEAF), branch(value=b"v"), branch(value=b"v" * 60)]
)
def test_a_branch_of_fewer_than_two_ways_is_refused(item: object) -> None:
    refused(item, "trie-branch-ways")


@pytest.mark.parametrize("item", [branch(HASH, HASH), branch(*[HASH] * 16), LEAF])
def test_every_truncation_and_every_trailing_byte_is_refused(item: object) -> None:
    encoding = rlp.encode(item)
    for length in range(len(encoding)):
        with pytest.raises(DecodeError):
            decode_node(encoding[:length])
    with pytest.raises(DecodeError):
        decode_node(encoding + b"\x80")


@pytest.mark.parametrize(
    "encoding", ["f80420820a0b", "f90052" + "a0" + "00" * 32 + "a0" + "00" * 32 + "80" * 15, "c28120" + "07"]
)
def test_lengths_that_are_not_canonical_are_refused(encoding: str) -> None:
    with pytest.raises(DecodeError):
        decode_node(bytes.fromhex(encoding))


def test_bombs_are_refused() -> None:
    mebibyte = 1 << 20
    nested = b"\xc0"
    for _ in range(2000):
        nested = (
            b"\xf9" + len(nested).to_bytes(2, "big") + nested
            if len(nested) > 255
            else rlp.encode([rlp.decode(nested)])
        )
        if len(nested) > 200:
            break
    for encoding in (
        b"\xfa" + (mebibyte).to_bytes(3, "big") + b"\x80" * mebibyte,
        b"\xfa" + (mebibyte).to_bytes(3, "big") + b"\xc0" * mebibyte,
        b"\xc1" * mebibyte,
        b"\xf8" * mebibyte,
        b"\xa0" * mebibyte,
        nested,
    ):
        with pytest.raises(DecodeError):
            decode_node(encoding)
