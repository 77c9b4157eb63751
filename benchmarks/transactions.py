"""Transactions: decoding, hashing, recovering senders and rooting, for one shard and for several with a process each.

    python benchmarks/transactions.py [--quick] [--json]

Each figure is the best of a few runs; beside it stands the same as a multiple of one keccak-256 of 110 bytes in this run.
The shards' figure is the time until the last process is done with its own blocks, after all have started.
"""

import argparse
import json
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from harmony_core.chain import (
    Transaction,
    decode_transaction,
    recover_sender,
    recover_senders,
    transactions_root,
)
from harmony_core.crypto import keccak256
from harmony_core.crypto.keccak import keccak_backend_report
from harmony_core.crypto.secp256k1 import PrivateKey, load_backend
from harmony_core.errors import HarmonyError
from harmony_core.primitives import Address, ShardID
from harmony_core.trie import derive_sha

REPEATS = 5
SHARDS = (1, 2, 4)
ROWS: list[dict[str, object]] = []


def best(action: Callable[[], object], count: int) -> float:
    """Return the shortest of a few runs, in microseconds for one of ``count`` operations."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times) / count * 1e6


def row(name: str, value: float, keccak: float, unit: str = "us") -> None:
    ROWS.append({"what": name, unit: value, "keccaks": value / keccak})
    print(f"{name:<58} {value:10.2f} {unit} {value / keccak:8.1f}")


def signed(count: int, shard: int) -> list[bytes]:
    """Return encodings of signed transfers of one shard."""
    keys = [PrivateKey(keccak256(bytes((shard, i)))) for i in range(16)]
    plain = (
        Transaction(
            nonce=i,
            gas_price=100 * 10**9,
            gas_limit=21_000,
            to=Address(keccak256(i.to_bytes(4, "big"))[:20]),
            value=10**18 + i,
            shard_id=ShardID(shard),
            to_shard_id=ShardID(shard),
        )
        for i in range(count)
    )
    return [transaction.sign(keys[i % 16], 2).encode() for i, transaction in enumerate(plain)]


def whole_block(encodings: list[bytes]) -> int:
    """Decode, recover and root one block; return how many transactions it had."""
    transactions = [decode_transaction(data) for data in encodings]
    senders = recover_senders(transactions)
    assert not any(isinstance(sender, HarmonyError) for sender in senders)
    transactions_root(transactions)
    return len(transactions)


def one_shard(shard: int, size: int, blocks: int, start: float) -> tuple[float, float, int]:
    """Work through the blocks of a shard from the common start on; return start, end and peak memory in KiB."""
    encodings = signed(size, shard)
    load_backend()
    time.sleep(max(0.0, start - time.monotonic()))
    begun = time.monotonic()
    for _ in range(blocks):
        whole_block(encodings)
    return begun, time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def shards(size: int, blocks: int, keccak: float) -> None:
    context = multiprocessing.get_context("spawn")
    for count in SHARDS:
        with ProcessPoolExecutor(count, mp_context=context) as pool:
            start = time.monotonic() + 3 + count
            jobs = [pool.submit(one_shard, shard, size, blocks, start) for shard in range(count)]
            results = [job.result() for job in jobs]
        elapsed = max(end for _, end, _ in results) - min(begun for begun, _, _ in results)
        row(
            f"{count} shards, a process each: transactions a second",
            count * size * blocks / elapsed,
            keccak,
            "per_s",
        )
        ROWS[-1]["peak_kib_of_a_process"] = max(peak for _, _, peak in results)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer transactions")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON at the end")
    options = parser.parse_args()
    size = 200 if options.quick else 1000
    print(f"{os.cpu_count()} cores, keccak {keccak_backend_report().in_use}, secp256k1 {load_backend().name}")
    keccak = best(lambda: [keccak256(b"\x01" * 110) for _ in range(2000)], 2000)
    row("keccak-256 of 110 bytes", keccak, keccak)
    encodings = signed(size, 0)
    row("decode a transaction", best(lambda: [decode_transaction(data) for data in encodings], size), keccak)
    transactions = [decode_transaction(data) for data in encodings]
    row("signing hash", best(lambda: [t.signing_hash(2) for t in transactions], size), keccak)
    digest, signature = transactions[0].signing_hash(2), PrivateKey(b"\x07" * 32).sign(keccak256(b""))
    assert len(digest) == 32
    backend = load_backend()
    hashed = keccak256(b"")
    row(
        "the library's recovery alone",
        best(lambda: [backend.recover(hashed, signature) for _ in range(200)], 200),
        keccak,
    )
    one = best(lambda: [recover_sender(t) for t in transactions], size)
    row("recover a sender", one, keccak)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        recover_senders(transactions, executor=pool)
        both = best(lambda: recover_senders(transactions, executor=pool), size)
    row("recover a sender, batch over two processes", both, keccak)
    row("  times faster", one / both, 1.0, "x")
    items = encodings[:1000]
    row(f"derived root of {len(items)} items, an item", best(lambda: derive_sha(items), len(items)), keccak)
    row("decode, recover and root, a transaction", best(lambda: whole_block(encodings), size), keccak)
    shards(size, 2 if options.quick else 10, keccak)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:.0f} MiB")
    if options.json:
        print(json.dumps({"rows": ROWS, "peak_mib": peak}))


if __name__ == "__main__":
    main()
