"""Raw tries: roots after changes, proofs, and proofs that do not hold."""

from collections.abc import Mapping
from typing import Any

from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.primitives import Compatibility, bytes_from_hex
from harmony_core.trie import EMPTY_ROOT, Trie, verify_proof
from support.conformance import Case, reader, top_level_reader


@top_level_reader("trie", keys=("emptyRoot", "emptyCodeHash"))
def constants(_document: Mapping[str, Any], _compatibility: Compatibility) -> dict[str, object]:
    return {"emptyRoot": EMPTY_ROOT.to_hex(), "emptyCodeHash": keccak256(b"").to_hex()}


@reader("trie", "rawTrie", inputs=("ops",))
def raw_trie(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    operations = [(bytes_from_hex(key), bytes_from_hex(value)) for key, value in case["ops"]]
    one_by_one = Trie()
    for key, value in operations:
        one_by_one.set(key, value)
    at_once = Trie()
    at_once.update(operations)
    assert one_by_one.root == at_once.root
    return {"root": at_once.root.to_hex()}


@reader("trie", "rawTrieProofs", inputs=("items",))
def raw_trie_proofs(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    trie = Trie()
    trie.update((bytes_from_hex(key), bytes_from_hex(value)) for key, value in case["items"])
    # Which keys are asked for is an input that stands inside the outputs.
    keys = [bytes_from_hex(proof["key"]) for proof in case.fields["proofs"]]
    return {"root": trie.root.to_hex(), "proofs": [_proof(trie, key) for key in keys]}


def _proof(trie: Trie, key: bytes) -> dict[str, object]:
    nodes = trie.prove(key)
    value = verify_proof(trie.root, key, nodes)
    return {
        "key": "0x" + key.hex(),
        "present": value is not None,
        "proof": ["0x" + node.hex() for node in nodes],
        "value": "0x" + (value or b"").hex(),
        "verifyError": None,
    }


@reader("trie", "rawTrieProofBad", inputs=("root", "key", "proof"))
def raw_trie_proof_bad(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    try:
        verify_proof(
            bytes_from_hex(case["root"]),
            bytes_from_hex(case["key"]),
            [bytes_from_hex(node) for node in case["proof"]],
        )
    except HarmonyError as error:
        return {"error": error.code}
    return {"error": None}
