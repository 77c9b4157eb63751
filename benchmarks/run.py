"""Run every benchmark, one after the other, each in a process of its own.

    python benchmarks/run.py [--quick]

Close other programs first: every figure is a ratio measured in one run, but a busy machine still disturbs it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

SCRIPTS = (
    "bls.py",
    "commits.py",
    "elections.py",
    "headers.py",
    "header_chain.py",
    "tries.py",
    "state.py",
    "archive.py",
    "rewards.py",
    "delegations.py",
    "transactions.py",
    "blocks.py",
    "vrf.py",
    "vdf.py",
    "fbft.py",
    "consensus.py",
    "committee_safety.py",
)


def main() -> int:
    """Run the scripts; the exit code is 1 if one of them failed or missed a target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    options = ["--quick"] if parser.parse_args().quick else []
    failed = 0
    for script in SCRIPTS:
        print(f"\n== {script}", flush=True)
        path = Path(__file__).parent / script
        failed |= subprocess.run([sys.executable, str(path), *options], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
