import pytest
import rlp

from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, HarmonyError, VerificationError
from harmony_core.trie import EMPTY_ROOT, MAX_KEY_LENGTH, Trie, verify_proof

LONG = b"a value that is too long to be inlined in its parent"
KEYS = [keccak256(bytes([i])) for i in range(80)]


@pytest.fixture(name="trie")
def trie_fixture() -> Trie:
    trie = Trie()
    trie.update({key: LONG + key for key in KEYS})
    return trie


def refused(code: str, root: bytes, key: bytes, nodes: list[bytes]) -> None:
    with pytest.raises(HarmonyError) as info:
        verify_proof(root, key, nodes)
    assert info.value.code == code


def test_presence_is_proven(trie: Trie) -> None:
    for key in KEYS:
        assert verify_proof(trie.root, key, trie.prove(key)) == LONG + key


def test_absence_is_proven(trie: Trie) -> None:
    for number in range(40):
        key = keccak256(b"absent" + bytes([number]))
        assert verify_proof(trie.root, key, trie.prove(key)) is None


def test_each_way_of_being_absent_is_proven() -> None:
    trie = Trie()
    trie.update({b"\x12\x34": LONG, b"\x12\x35\x11": LONG, b"\x12\x35\x22": LONG})
    for key in (b"", b"\x12", b"\x12\x3f", b"\x13", b"\x12\x35", b"\x12\x34\x00", b"\x12\x35\x12"):
        assert verify_proof(trie.root, key, trie.prove(key)) is None


def test_nodes_that_are_inlined_travel_in_their_parent() -> None:
    trie = Trie()
    trie.update({b"\x11": b"1", b"\x12": b"2", b"\x21": b"3"})
    assert len(trie.prove(b"\x12")) == 1
    assert verify_proof(trie.root, b"\x12", trie.prove(b"\x12")) == b"2"
    assert verify_proof(trie.root, b"\x13", trie.prove(b"\x13")) is None


def test_the_empty_trie_proves_absence_by_no_nodes() -> None:
    assert Trie().prove(b"key") == []
    assert verify_proof(EMPTY_ROOT, b"key", []) is None
    refused("trie-proof-extra-node", EMPTY_ROOT, b"key", [b"\x80"])


def test_a_missing_node_at_the_end_is_refused(trie: Trie) -> None:
    proof = trie.prove(KEYS[0])
    for length in range(len(proof)):
        refused("trie-proof-incomplete", trie.root, KEYS[0], proof[:length])


def test_another_order_is_refused(trie: Trie) -> None:
    proof = trie.prove(KEYS[0])
    refused("trie-proof-hash", trie.root, KEYS[0], proof[::-1])
    refused("trie-proof-hash", trie.root, KEYS[0], proof[1:])
    refused("trie-proof-hash", trie.root, KEYS[0], [proof[0], proof[0], *proof[1:]])


def test_a_proof_under_another_root_or_key_is_refused(trie: Trie) -> None:
    refused("trie-proof-hash", keccak256(b"root"), KEYS[0], trie.prove(KEYS[0]))
    with pytest.raises(VerificationError):
        verify_proof(trie.root, KEYS[1], trie.prove(KEYS[0]))


def test_extra_nodes_are_refused(trie: Trie) -> None:
    proof = trie.prove(KEYS[0])
    refused("trie-proof-extra-node", trie.root, KEYS[0], [*proof, proof[-1]])
    refused("trie-proof-extra-node", trie.root, KEYS[0], [*proof, b""])
    refused("trie-proof-extra-node", trie.root, KEYS[0], [*proof, *trie.prove(KEYS[1])[1:]])
    refused("trie-proof-extra-node", trie.root, KEYS[0], proof * 1000)


def test_more_nodes_than_any_key_has_are_refused_unread() -> None:
    refused("trie-proof-extra-node", EMPTY_ROOT, b"", [b""] * 10_000_000)


def test_an_inlined_node_given_by_itself_is_refused() -> None:
    trie = Trie()
    trie.update({b"\x11": b"1", b"\x21": b"2"})
    refused("trie-proof-extra-node", trie.root, b"\x11", [*trie.prove(b"\x11"), rlp.encode([b"\x31", b"1"])])


def test_a_short_node_held_by_its_hash_is_refused() -> None:
    leaf = rlp.encode([b"\x31", b"1"])
    root = rlp.encode([b""] * 14 + [keccak256(leaf), bytes(32), b""])
    refused("trie-proof-inline", keccak256(root), b"\xe1", [root, leaf])


def test_an_extension_that_leads_to_a_leaf_is_refused() -> None:
    leaf = rlp.encode([b"\x20", LONG])
    root = rlp.encode([b"\x00\x12", keccak256(leaf)])
    refused("trie-proof-extension", keccak256(root), b"\x12", [root, leaf])


def test_nodes_that_are_not_canonical_are_refused() -> None:
    for root, code in (
        (rlp.encode([b"\x20\x12", b""]), "trie-leaf-value"),
        (rlp.encode([b"\x00", bytes(32)]), "trie-extension-path"),
        (rlp.encode([b""] * 16 + [b"value"]), "trie-branch-ways"),
        (rlp.encode([b"\x20\x12", LONG]) + b"\x00", "rlp-trailing-bytes"),
    ):
        refused(code, keccak256(root), b"\x12", [root])


def test_a_chain_of_extensions_ends(trie: Trie) -> None:
    # Hash after hash of extensions that consume no path would go on for ever.
    root = rlp.encode([b"\x00", trie.root])
    refused("trie-extension-path", keccak256(root), KEYS[0], [root, *trie.prove(KEYS[0])])


def test_wrong_lengths_are_refused(trie: Trie) -> None:
    refused("bytes-length", bytes(31), KEYS[0], trie.prove(KEYS[0]))
    refused("trie-key-length", trie.root, bytes(MAX_KEY_LENGTH + 1), [])


def test_wrong_types_are_type_errors(trie: Trie) -> None:
    for nodes in (b"bytes", "text", [b"\x80".hex()], [None]):
        with pytest.raises(TypeError):
            verify_proof(trie.root, KEYS[0], nodes)  # type: ignore[arg-type]


def test_a_large_value_is_proven() -> None:
    trie = Trie()
    trie.update({b"a": b"x" * (1 << 20), b"b": b"y"})
    assert verify_proof(trie.root, b"a", trie.prove(b"a")) == b"x" * (1 << 20)


def test_a_bomb_as_a_node_is_refused() -> None:
    bomb = b"\xfa\x10\x00\x00" + b"\xc0" * (1 << 20)
    with pytest.raises(DecodeError):
        verify_proof(keccak256(bomb), b"key", [bomb])
