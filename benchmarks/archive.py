"""Archives: accounts a second of a walk that checks every hash, with one worker and with two, and the memory that it takes.

    python benchmarks/archive.py [--quick] [--accounts N ...] [--json]

The databases are made anew in a temporary folder, with contracts, storages, validators and preimages, all in tables, and
are in the cache of the operating system when they are read. Every measurement runs in a process of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from harmony_core.crypto import keccak256

TESTS = Path(__file__).parents[1] / "tests"
SIZES = (100_000, 1_000_000, 3_000_000)
QUICK = (20_000,)
TARGET = 40_000
RATIO = 1.8
REPEATS = 3
ROWS: list[dict[str, object]] = []

MAKE = """
import sys
sys.path.insert(0, sys.argv[1])
import plyvel
from harmony_core.archive import schema
from support.node_databases import _Chains, SampleNetwork, wrapper, write_state
count, folder = int(sys.argv[2]), sys.argv[3]
chain = _Chains(SampleNetwork({}), b"", 5, {})
owners = {place * (count // 101) + 1: wrapper(place * (count // 101) + 1, range(place, place + count // 4000)) for place in range(100)}
database = plyvel.DB(folder, create_if_missing=True, write_buffer_size=16 << 20)
put = lambda key, value: database.put(bytes(key), bytes(value))
root, _ = write_state(put, count, 0, validators=owners, keep_balances=False)
chain.finish(0, root, put)
database.compact_range()
database.close()
"""

WALK = """
import sys, time
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from harmony_core.archive import NodeDatabase, runner_for
from harmony_core.archive.state_audit import audit_state
if __name__ == "__main__":
    workers = int(sys.argv[2])
    with NodeDatabase(Path(sys.argv[1])) as database:
        report = audit_state(database, database.head.root, runner_for(workers)) if workers > 1 else None
        start = time.perf_counter()
        report = audit_state(database, database.head.root, runner_for(workers))
        taken = time.perf_counter() - start
    assert report.is_whole
    peak = max(getrusage(RUSAGE_SELF).ru_maxrss, getrusage(RUSAGE_CHILDREN).ru_maxrss) / 1024
    print(report.counts["accounts"], taken, peak)
"""

CLAIMS = """
import sys, time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
sys.path.insert(0, sys.argv[1])
from harmony_core.archive import ClaimsJob, make_claims
from support.node_databases import make_network
folder = Path(sys.argv[2])
network = make_network(folder / "small", 100)
start = time.perf_counter()
summary = make_claims(ClaimsJob({0: Path(sys.argv[3]), 1: network.folders[1]}, {}, folder / "claims.csv"))
print(summary["ledger"]["rows"], time.perf_counter() - start, getrusage(RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(program: str, *arguments: str) -> list[float]:
    """Run a program in a process of its own and return the numbers that it prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(program)
        script.flush()
        said = subprocess.run(
            [sys.executable, script.name, *arguments], capture_output=True, text=True, check=False
        )
    if said.returncode:
        raise SystemExit(said.stderr)
    return [float(number) for number in said.stdout.split()]


def keccak_rate() -> float:
    data = bytes(range(110))
    best = min(_timed(lambda: [keccak256(data) for _ in range(20_000)]) for _ in range(REPEATS))
    return 20_000 / best


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure(count: int, repeats: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "db"
        run(MAKE, str(TESTS), str(count), str(folder))
        size = sum(path.stat().st_size for path in folder.iterdir())
        rates = {}
        for workers in (1, 2):
            found = [run(WALK, str(folder), str(workers)) for _ in range(repeats)]
            taken, peak = min(row[1] for row in found), max(row[2] for row in found)
            rates[workers] = count / taken
            ROWS.append(
                {
                    "accounts": count,
                    "workers": workers,
                    "per_second": rates[workers],
                    "peak_mib": peak,
                    "bytes": size,
                }
            )
            times = f"{rates[workers] / rates[1]:5.2f}x" if workers > 1 else ""
            print(
                f"{count:>10,} accounts, {workers} worker{'s' if workers > 1 else ' '} {rates[workers]:>10,.0f} accounts/s {times:>7} peak {peak:5.0f} MiB a process, {size / count:4.0f} bytes on disk each",
                flush=True,
            )
        rows, taken, peak = run(CLAIMS, str(TESTS), temporary, str(folder))
        ROWS.append({"claims": rows, "seconds": taken, "peak_mib": peak})
        print(
            f"{count:>10,} accounts, ledger of {rows:,.0f} claims: {rows / taken:,.0f} claims/s, peak {peak:.0f} MiB",
            flush=True,
        )
    return rates[1], rates[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 accounts")
    parser.add_argument("--accounts", type=int, nargs="+", help="other sizes")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON at the end")
    arguments = parser.parse_args()
    print(f"keccak-256 of 110 bytes: {keccak_rate():,.0f} a second; {os.cpu_count()} cores")
    rates = [
        measure(count, arguments.repeats)
        for count in arguments.accounts or (QUICK if arguments.quick else SIZES)
    ]
    slowest = min(one for one, _ in rates)
    scale = max(two / one for one, two in rates)
    print(
        f"slowest walk {slowest:,.0f} accounts/s (target {TARGET:,}); two workers {scale:.2f}x (target {RATIO})"
    )
    if arguments.json:
        print(json.dumps(ROWS))
    missed = not arguments.quick and (slowest < TARGET or scale < RATIO)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
