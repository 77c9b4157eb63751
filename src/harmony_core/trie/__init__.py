"""The Merkle-Patricia trie, ordered roots, and proofs of presence and absence."""

from harmony_core.trie.build import derive_sha
from harmony_core.trie.node import EMPTY_ROOT
from harmony_core.trie.proof import verify_proof
from harmony_core.trie.range_proof import prove_range, verify_range
from harmony_core.trie.statistics import TrieStatistics, trie_statistics
from harmony_core.trie.store import MemoryNodeStore, NodeStore
from harmony_core.trie.trie import MAX_KEY_LENGTH, Trie

__all__ = [
    "EMPTY_ROOT",
    "MAX_KEY_LENGTH",
    "MemoryNodeStore",
    "NodeStore",
    "Trie",
    "TrieStatistics",
    "derive_sha",
    "prove_range",
    "trie_statistics",
    "verify_proof",
    "verify_range",
]
