"""States: time per account, proofs, bytes per shard, and the store on disk with the memory that it takes.

    python benchmarks/state.py [--quick] [--accounts N] [--json]

The yardstick is one keccak-256 of 110 bytes. Every measurement of memory runs in a process of its own.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import best

from harmony_core.crypto import keccak256
from harmony_core.primitives import Address, Hash32
from harmony_core.state import State, account_at_root, prove_account

SHARDS = 4
ROWS: list[dict[str, object]] = []


def row(name: str, microseconds: float, keccak: float) -> None:
    ROWS.append({"what": name, "us": microseconds, "keccaks": microseconds / keccak})
    print(f"{name:<58} {microseconds:8.2f} {microseconds / keccak:9.1f}")


def address(number: int) -> Address:
    return Address(keccak256(number.to_bytes(8, "big"))[:20])


def peak() -> float:
    """Return the peak of resident memory in MiB; where the system tells, without what was before this program."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def filled(count: int, first: int = 0) -> State:
    state = State()
    for number in range(first, first + count):
        state.set_balance(address(number), 10**18 + number)
    state.commit(delete_empty=True)
    return state


def in_memory(count: int, keccak: float) -> None:
    state = filled(count)
    source = random.Random(1)
    some = [address(number) for number in source.sample(range(count), min(2000, count))]

    def transfer() -> None:
        for account in some:
            state.add_balance(account, 1)
            state.end_transaction(delete_empty=True)
        state.root(delete_empty=True)

    row(f"crediting {len(some):,} accounts of {count:,}, to the new root", best(transfer, len(some)), keccak)

    def store() -> None:
        for account in some:
            state.set_storage(account, Hash32.zero(), Hash32(source.randbytes(32)))
        state.root(delete_empty=True)

    row("setting a slot of each, to the new root", best(store, len(some)), keccak)
    root = state.root(delete_empty=True)
    row(
        "reading a balance, warm",
        best(lambda: [state.balance(account) for account in some], len(some)),
        keccak,
    )
    proofs = [prove_account(state, account) for account in some]
    row("making an account proof", best(lambda: [prove_account(state, a) for a in some], len(some)), keccak)
    row(
        f"verifying an account proof of {len(proofs[0].nodes)} nodes",
        best(lambda: [account_at_root(root, proof) for proof in proofs], len(proofs)),
        keccak,
    )


def bytes_of(state: State) -> int:
    """Return the bytes of all nodes below the root."""
    return sum(len(key) + len(value) for key, value in state.store._nodes.items())  # type: ignore[attr-defined]  # noqa: SLF001


def sharded(count: int) -> None:
    whole = bytes_of(filled(count))
    parts = [bytes_of(filled(count // SHARDS, shard * (count // SHARDS))) for shard in range(SHARDS)]
    ROWS.append({"what": "bytes of state", "unsharded": whole, "per_shard": parts})
    share = max(parts) / whole
    print(
        f"{count:,} accounts: {whole:,} bytes in one trie; {SHARDS} shards hold {max(parts):,} at most, {share:.0%}"
    )


WRITE = """
import sys, time
sys.path.insert(0, sys.argv[1])
from state import address, peak
from harmony_core.state import State
from harmony_core.storage import LMDBNodeStore
count, batch, before = int(sys.argv[3]), 20_000, peak()
with LMDBNodeStore(sys.argv[2]) as store:
    state, start = State(store), time.perf_counter()
    for first in range(0, count, batch):
        for number in range(first, min(first + batch, count)):
            state.set_balance(address(number), 10**18 + number)
        root = state.commit(delete_empty=True, keep_accounts=False)
    store.set_root("head", root)
print((time.perf_counter() - start) / count * 1e6, peak() - before)
"""

READ = """
import sys, time
sys.path.insert(0, sys.argv[1])
from state import address, peak
from harmony_core.state import State
from harmony_core.storage import LMDBNodeStore
count, before = int(sys.argv[3]), peak()
with LMDBNodeStore(sys.argv[2], read_only=True) as store:
    state, start = State(store, store.root("head")), time.perf_counter()
    for number in range(0, count, max(count // 2000, 1)):
        assert state.balance(address(number)) == 10**18 + number
print((time.perf_counter() - start) / len(range(0, count, max(count // 2000, 1))) * 1e6, peak() - before)
"""

HELD = """
import sys
sys.path.insert(0, sys.argv[1])
from state import filled, peak
before, count = peak(), int(sys.argv[3])
state = filled(count)
print(0, peak() - before)
"""


def separately(program: str, folder: str, count: int) -> tuple[float, float]:
    """Return what a program says of its time and memory, run in a process of its own."""
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", program, here, folder, str(count)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(said[0]), float(said[1])


def memory_and_disk(count: int, keccak: float) -> None:
    _, held = separately(HELD, "", count)
    ROWS.append({"what": "state in memory", "accounts": count, "mib": held})
    print(
        f"{count:,} accounts held in memory: {held:.0f} MiB, {held * 2**20 / count:.0f} bytes each, store included"
    )
    with tempfile.TemporaryDirectory() as folder:
        time_written, peak_written = separately(WRITE, folder, count)
        row("writing an account to disk, in batches of 20,000", time_written, keccak)
        time_read, peak_read = separately(READ, folder, count)
        row("reading an account from disk, cold", time_read, keccak)
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    ROWS.append(
        {"what": "state on disk", "accounts": count, "bytes": size, "peaks_mib": [peak_written, peak_read]}
    )
    print(
        f"on disk, nodes of older roots included: {size / count:.0f} bytes each; memory above start: {peak_written:.0f} MiB writing, {peak_read:.0f} MiB reading"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5,000 accounts")
    parser.add_argument("--accounts", type=int, default=100_000, help="how many accounts; 100,000 by default")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON at the end")
    arguments = parser.parse_args()
    count = 5_000 if arguments.quick else arguments.accounts
    data = random.Random(1).randbytes(110)
    keccak = best(lambda: [keccak256(data) for _ in range(5000)], 5000)
    print(f"{'':<58} {'us':>8} {'keccaks':>9}")
    row("keccak-256 of 110 bytes", keccak, keccak)
    in_memory(count, keccak)
    sharded(count)
    memory_and_disk(count, keccak)
    ROWS.append({"what": "peak memory", "mib": peak()})
    print(f"peak memory: {peak():.0f} MiB")
    if arguments.json:
        print(json.dumps(ROWS))


if __name__ == "__main__":
    main()
