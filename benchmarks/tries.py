"""Tries: time per key and memory, beside the `trie` package in the same run.

    python benchmarks/tries.py [--quick] [--json]

Both sides hash with the back ends that are installed; the yardstick is one keccak-256 of 110 bytes, the size of an
account's leaf.
"""

import argparse
import gc
import json
import random
import resource
import sys
import tracemalloc
from typing import Any

import rlp
from timing import best
from trie.hexary import HexaryTrie

from harmony_core.crypto import keccak256
from harmony_core.trie import Trie, derive_sha, verify_proof

ORACLE: Any = HexaryTrie
ORACLE_KEYS = 2000
REPEATS = 3


ROWS: list[dict[str, object]] = []


def row(name: str, ours: float, theirs: float | None, keccak: float) -> None:
    ROWS.append({"what": name, "us": ours, "keccaks": ours / keccak, "trie_package_us": theirs})
    beside = "" if theirs is None else f"{theirs:10.1f} {theirs / ours:8.1f}x"
    print(f"{name:<44} {ours:8.2f} {ours / keccak:9.1f} {beside}")


def entries_of(count: int, seed: random.Random) -> dict[bytes, bytes]:
    return {keccak256(i.to_bytes(8, "big")): b"\xf8\x46" + seed.randbytes(70) for i in range(count)}


def ordered_root(seed: random.Random, keccak: float) -> None:
    items = [seed.randbytes(120) for _ in range(1000)]

    def theirs() -> bytes:
        oracle = ORACLE({})
        for index, item in enumerate(items):
            oracle[rlp.encode(index)] = item
        return bytes(oracle.root_hash)

    assert theirs() == derive_sha(items)
    row(
        "ordered root of 1,000 items, per item",
        best(lambda: derive_sha(items), 1000),
        best(theirs, 1000),
        keccak,
    )


def large_trie(count: int, seed: random.Random, keccak: float) -> None:
    entries = entries_of(count, seed)
    held: list[Trie] = []

    def build() -> None:
        trie = Trie()
        trie.update(entries)
        held[:] = [trie]
        trie.commit()

    row(f"building and storing {count:,} keys, per key", best(build, count), None, keccak)
    trie = held[0]
    keys = list(entries)
    oracle = ORACLE({})
    for key in keys[:ORACLE_KEYS]:
        oracle[key] = entries[key]
    some = seed.sample(keys, min(20_000, count))
    changes = {key: b"\xf8\x46" + seed.randbytes(70) for key in some}
    few = keys[:ORACLE_KEYS]

    def update() -> bytes:
        changed = trie.copy()
        changed.update(changes)
        return changed.root

    def update_oracle() -> None:
        for key in few:
            oracle[key] = b"\xf8\x46" + bytes(70)

    row(
        f"changing {len(some):,} keys at once, to the new root",
        best(update, len(some)),
        best(update_oracle, len(few)),
        keccak,
    )
    reads = best(lambda: [trie.get(key) for key in some], len(some))
    row("reading a key, warm", reads, best(lambda: [oracle[key] for key in few], len(few)), keccak)
    cold = best(
        lambda: [fresh.get(key) for fresh in [Trie(trie.store, trie.root)] for key in some], len(some)
    )
    row("reading a key, nodes from the store", cold, None, keccak)
    proofs = [trie.prove(key) for key in few]
    row(
        "making a proof",
        best(lambda: [trie.prove(key) for key in few], len(few)),
        best(lambda: [oracle.get_proof(key) for key in few], len(few)),
        keccak,
    )
    nodes = [[rlp.decode(node) for node in proof] for proof in proofs[:200]]
    root = trie.root
    row(
        f"verifying a proof of {len(proofs[0])} nodes",
        best(
            lambda: [verify_proof(root, key, proof) for key, proof in zip(few, proofs, strict=True)], len(few)
        ),
        best(
            lambda: [ORACLE.get_from_proof(root, key, n) for key, n in zip(few, nodes, strict=False)],
            len(nodes),
        ),
        keccak,
    )


def ten_times_larger(count: int, seed: random.Random, keccak: float) -> None:
    """Change keys in a tenth of the trie and in all of it: as many, and the same share; in turns, since clocks drift."""
    small, large = count // 10, count
    few = max(small // 15, 1)
    cases = ((small, few), (large, few), (large, 10 * few))
    tries: dict[int, tuple[Trie, list[bytes]]] = {}
    for size in (small, large):
        entries = entries_of(size, seed)
        trie = Trie()
        trie.update(entries)
        trie.commit()
        tries[size] = trie, list(entries)

    def update(trie: Trie, changes: dict[bytes, bytes]) -> bytes:
        changed = trie.copy()
        changed.update(changes)
        return changed.root

    batches = [
        (
            tries[size][0],
            {key: b"\xf8\x46" + seed.randbytes(70) for key in seed.sample(tries[size][1], changed)},
        )
        for size, changed in cases
    ]
    times = [[best(lambda b=b: update(*b), len(b[1])) for b in batches] for _ in range(REPEATS)]  # type: ignore[misc]
    costs = [min(column) for column in zip(*times, strict=True)]
    for (size, changed), cost in zip(cases, costs, strict=True):
        row(f"changing {changed:,} keys of {size:,}", cost, None, keccak)
    same_number, same_share = costs[1] / costs[0], costs[2] / costs[0]
    ROWS.append({"what": "ten times larger", "same_number": same_number, "same_share": same_share})
    print(f"  ten times larger: {same_number:.2f}x for as many keys, {same_share:.2f}x for the same share")


def memory(count: int, seed: random.Random) -> None:
    entries = entries_of(count, seed)
    tracemalloc.start()
    trie = Trie()
    trie.update(entries)
    nodes, _ = tracemalloc.get_traced_memory()
    trie.commit(keep_nodes=False)
    gc.collect()
    stored, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    ROWS.append({"what": "memory", "bytes_as_nodes": nodes / count, "bytes_in_store": stored / count})
    print(
        f"memory per key of {count:,}: {nodes / count:.0f} bytes as nodes, {stored / count:.0f} bytes in the memory store"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a trie of 5,000 keys instead of 300,000")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON at the end")
    arguments = parser.parse_args()
    count = 5_000 if arguments.quick else 300_000
    seed = random.Random(1)
    data = seed.randbytes(110)
    keccak = best(lambda: [keccak256(data) for _ in range(5000)], 5000)
    print(f"{'':<44} {'us':>8} {'keccaks':>9} {'trie, us':>10} {'faster':>9}")
    row("keccak-256 of 110 bytes", keccak, None, keccak)
    ordered_root(seed, keccak)
    large_trie(count, seed, keccak)
    ten_times_larger(count, seed, keccak)
    memory(min(count, 20_000), seed)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    ROWS.append({"what": "peak memory", "mib": peak})
    print(f"peak memory: {peak:.0f} MiB")
    if arguments.json:
        print(json.dumps(ROWS))


if __name__ == "__main__":
    main()
