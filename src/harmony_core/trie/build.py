"""Building a trie, or only its root, from entries in the order of their keys: every node is made once."""

from collections.abc import Iterable, Iterator
from typing import Final

from harmony_core.crypto import keccak256
from harmony_core.primitives import Hash32
from harmony_core.primitives.rlp import encode_bytes, encode_uint
from harmony_core.trie.node import (
    EMPTY_CHILD,
    EMPTY_ROOT,
    NIBBLES,
    Branch,
    Child,
    Extension,
    Leaf,
    Node,
    Reference,
    compact_path,
    encode_branch,
    encode_pair,
    reference_to_encoding,
)

__all__ = [
    "Entry",
    "build",
    "derive_sha",
    "derive_sha_at",
    "reference_of_sorted",
    "root_of_sorted",
    "shared_depth",
    "ways",
]

Entry = tuple[str, bytes]
"""A key as hexadecimal digits and its value."""

_SCAN_LIMIT: Final = 64


def shared_depth(first: str, last: str, depth: int) -> int:
    """Return how many leading digits two keys share that are known to share ``depth``."""
    limit = min(len(first), len(last))
    while depth < limit and first[depth] == last[depth]:
        depth += 1
    return depth


def ways(entries: list[Entry], low: int, high: int, depth: int) -> Iterator[tuple[int, int, int]]:
    """Yield (nibble, low, high) for each run of entries that have the same digit at ``depth``.

    The entries ``[low:high]`` are sorted and longer than ``depth``.
    """
    while low < high:
        digit = entries[low][0][depth]
        stop = low + 1
        if entries[high - 1][0][depth] == digit:
            stop = high
        elif high - low > _SCAN_LIMIT:
            stop = _end_of_run(entries, low, high, depth, digit)
        else:
            while entries[stop][0][depth] == digit:
                stop += 1
        yield NIBBLES[digit], low, stop
        low = stop


def _end_of_run(entries: list[Entry], low: int, high: int, depth: int, digit: str) -> int:
    """Return the first index in ``[low:high]`` whose digit at ``depth`` is greater, by bisection."""
    while low < high:
        middle = (low + high) // 2
        if entries[middle][0][depth] <= digit:
            low = middle + 1
        else:
            high = middle
    return low


def build(entries: list[Entry], low: int, high: int, depth: int) -> Node:
    """Return the node that holds the entries ``[low:high]`` below a path of ``depth`` digits.

    The entries are sorted by key, without doubles, at least one, with values that are not empty.
    """
    first, value = entries[low]
    if high - low == 1:
        return Leaf(first[depth:], value)
    fork = shared_depth(first, entries[high - 1][0], depth)
    if fork > depth:
        return Extension(first[depth:fork], build(entries, low, high, fork))
    ends_here = len(first) == depth
    children: list[Child] = [EMPTY_CHILD] * 16
    for nibble, start, stop in ways(entries, low + ends_here, high, depth):
        children[nibble] = build(entries, start, stop, depth + 1)
    return Branch(children, value if ends_here else b"")


def _reference(entries: list[Entry], low: int, high: int, depth: int) -> Reference:
    """Return the reference of the node that `build` would make, without making it."""
    return reference_to_encoding(_encoding(entries, low, high, depth))


def _encoding(entries: list[Entry], low: int, high: int, depth: int) -> bytes:
    first, value = entries[low]
    if high - low == 1:
        return encode_pair(compact_path(first[depth:], leaf=True), encode_bytes(value))
    fork = shared_depth(first, entries[high - 1][0], depth)
    if fork > depth:
        path = compact_path(first[depth:fork], leaf=False)
        return encode_pair(path, _reference(entries, low, high, fork))
    ends_here = len(first) == depth
    references = [EMPTY_CHILD] * 16
    for nibble, start, stop in ways(entries, low + ends_here, high, depth):
        references[nibble] = _reference(entries, start, stop, depth + 1)
    return encode_branch(references, value if ends_here else b"")


def root_of_sorted(entries: list[Entry]) -> Hash32:
    """Return the root of the trie with these entries and no others, keeping no node of it.

    The entries are sorted by key, without doubles, with values that are not empty.
    """
    return Hash32(keccak256(_encoding(entries, 0, len(entries), 0))) if entries else EMPTY_ROOT


def reference_of_sorted(entries: list[Entry], low: int, high: int, depth: int) -> Reference:
    """Return the reference by which a parent holds the entries ``[low:high]`` below a path of ``depth`` digits.

    They are as for `build`, but there may be none: the reference is ``EMPTY_CHILD`` then.
    """
    return _reference(entries, low, high, depth) if low < high else EMPTY_CHILD


def derive_sha(items: Iterable[bytes]) -> Hash32:
    """Return the ordered root of encoded items: the root of the trie from rlp(index) to item.

    Headers commit in this way to their transactions, staking transactions and receipts. The index counts from zero
    through all items, so lists that share a root are simply chained. An empty item leaves its index out.

    Source: harmony-one/harmony, core/types/derive_sha.go, DeriveSha.

    Args:
        items: the RLP encodings, in order.

    Returns:
        The 32-byte root, `EMPTY_ROOT` without items.
    """
    return derive_sha_at(enumerate(items))


def derive_sha_at(items: Iterable[tuple[int, bytes]]) -> Hash32:
    """Return the root that `derive_sha` gives for items at these indexes, every other index left out.

    Args:
        items: indexes, each once and rising, with the RLP encodings there.
    """
    entries = [(_index_key(index), item) for index, item in items if item]
    # The keys are in order but for index 0, whose encoding 0x80 comes after 0x01 to 0x7f.
    entries.sort()
    return root_of_sorted(entries)


def _index_key(index: int) -> str:
    return encode_bytes(encode_uint(index)).hex()
