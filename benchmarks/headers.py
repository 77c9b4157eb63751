"""Decoding and hashing headers: against the package rlp, against the Go node, and what a stream of headers keeps.

    python benchmarks/headers.py [--quick] [--json]

One header of each size that occurs: v3 in mid-epoch with its VRF and a bitmap of 250 bits, v3 that ends an epoch with
four committees, v1 from before staking. The Go node decodes and hashes a header in 4.5 us on the kind of machine that
the targets were set on; the target is 60 us.
"""

import argparse
import json
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import rlp as rlp_package

from harmony_core.chain import (
    Committee,
    Header,
    HeaderVersion,
    ShardState,
    Slot,
    decode_header,
    decode_shard_state,
)
from harmony_core.crypto.keccak import BACKENDS, keccak256, keccak_backend_report, load_keccak
from harmony_core.errors import ConfigurationError
from harmony_core.primitives import (
    Address,
    BlockNumber,
    Bloom,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    rlp,
)

GO_MICROSECONDS = 4.5
TARGET_MICROSECONDS = 60


def shard_state() -> ShardState:
    slots = tuple(
        Slot(
            Address(bytes([i % 251]) * 20), BLSPublicKeyBytes(bytes([i % 241]) * 48), Dec.from_int(10**6 + i)
        )
        for i in range(200)
    )
    return ShardState(Epoch(2152), tuple(Committee(ShardID(shard), slots) for shard in range(4)))


def headers() -> dict[str, bytes]:
    fields: dict[str, Any] = {
        "parent_hash": Hash32(b"\x11" * 32),
        "coinbase": Address(b"\x22" * 20),
        "root": Hash32(b"\x33" * 32),
        "transactions_root": Hash32(b"\x44" * 32),
        "receipts_root": Hash32(b"\x55" * 32),
        "bloom": Bloom(b"\x66" * 256),
        "number": BlockNumber(60_000_000),
        "gas_limit": 30_000_000,
        "gas_used": 1_234_567,
        "time": 1_720_000_000,
        "view_id": ViewID(60_000_123),
        "epoch": Epoch(2151),
        "last_commit_signature": BLSSignatureBytes(b"\x77" * 96),
        "last_commit_bitmap": b"\xff" * 32,
    }
    v3 = HeaderVersion.V3
    return {
        "v3, mid-epoch": Header(version=v3, vrf=b"\x88" * 128, **fields).encode(),
        "v3, end of epoch": Header(
            version=v3, vrf=b"\x88" * 128, shard_state=shard_state().encode(), **fields
        ).encode(),
        "v1": Header(version=HeaderVersion.V1, shard_state_hash=Hash32(b"\x99" * 32), **fields).encode(),
    }


def microseconds(function: Callable[[], object], count: int) -> float:
    """Return the median of seven runs of ``count`` calls, in microseconds a call."""
    runs = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(count):
            function()
        runs.append((time.perf_counter() - start) / count * 1e6)
    return median(runs)


def kept_by(data: bytes, count: int) -> int:
    """Return the bytes that one decoded and hashed header keeps."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [decode_header(bytes(bytearray(data))) for _ in range(count)]
    for header in kept:
        assert header.hash
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) // count


def hashed(data: bytes) -> Hash32:
    return decode_header(data).hash


def hashed_by_package(data: bytes) -> Hash32:
    return keccak256(rlp_package.encode(rlp_package.decode(data)))


def measure(count: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, data in headers().items():
        ours = microseconds(partial(hashed, data), count)
        package = microseconds(partial(hashed_by_package, data), count)
        rows.append(
            {
                "header": name,
                "bytes": len(data),
                "decode_and_hash_us": round(ours, 1),
                "of_which_rlp_us": round(microseconds(partial(rlp.decode, data), count), 1),
                "of_which_keccak_us": round(microseconds(partial(keccak256, data), count), 1),
                "ratio_to_rlp_package": round(ours / package, 2),
                "ratio_to_go": round(ours / GO_MICROSECONDS, 1),
                "kept_bytes": kept_by(data, 100),
            }
        )
    return rows


def keccak_rows(count: int) -> dict[str, float]:
    data = headers()["v3, mid-epoch"]
    found = {}
    for name in BACKENDS:
        try:
            function = load_keccak(name)
        except ConfigurationError:
            continue
        calls = 5 if name == "pure" else count
        found[name] = round(microseconds(partial(function, data), calls), 1)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    count = 200 if options.quick else 3000
    rows = measure(count)
    state = shard_state().encode()
    report = {
        "keccak": keccak_backend_report().in_use,
        "keccak_us": keccak_rows(count),
        "rows": rows,
        "shard_state_of_800_slots_ms": round(microseconds(lambda: decode_shard_state(state), 5) / 1000, 2),
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if options.json:
        print(json.dumps(report, indent=1))
    else:
        print(
            f"keccak by {report['keccak']}, us a header: {report['keccak_us']}; peak memory {report['peak_rss_mib']} MiB"
        )
        for row in rows:
            print("  ".join(f"{key} {value}" for key, value in row.items()))
        print(f"a shard state of 800 slots: {report['shard_state_of_800_slots_ms']} ms")
    slowest = max(float(str(row["decode_and_hash_us"])) for row in rows if "end" not in str(row["header"]))
    return 0 if slowest <= TARGET_MICROSECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
