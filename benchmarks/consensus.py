"""Rounds of the consensus engine on the simulated network, in processor time of one core.

    python benchmarks/consensus.py [--quick] [--json]

A round of 200 validators with real signatures, where every node verifies everything itself; the same with the stand-in
for signatures; and many rounds of 10 validators. Targets: 3 s, 100 ms, 10,000 rounds a minute. The yardstick, the BLS
back end's own check of a product of two pairings, is measured beside them: 200 validators verify 1,000 signatures.
"""

import argparse
import json
import resource
import sys
import time
from statistics import median

from harmony_core.crypto.bls import SecretKey, load_backend
from harmony_core.simulation.cluster import Cluster, Plan

LARGE, SMALL = 200, 10
TARGETS = {"real": 3.0, "stand-in": 0.1, "small": 60 / 10_000}


def seconds_per_round(validators: int, rounds: int, *, real: bool) -> float:
    """Return processor seconds for a round, after one round that decodes keys."""
    cluster = Cluster(Plan(validators=validators, seed=1, real_signatures=real))
    cluster.start()
    assert cluster.run(height=1)
    taken = []
    for height in range(2, rounds + 2):
        start = time.process_time()
        assert cluster.run(height=height)
        taken.append(time.process_time() - start)
    return median(taken) if validators == LARGE else sum(taken) / len(taken)


def yardstick() -> float:
    """Return seconds for the back end's check of a product of two pairings."""
    backend = load_backend()
    secret = SecretKey(7)
    key, signature = secret.public_key(), secret.sign(b"yardstick")
    points, signatures = [key.point, (-key).point], [signature.point, signature.point]
    start = time.process_time()
    for _ in range(50):
        backend.pairings_are_one(points, signatures)
    return (time.process_time() - start) / 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    unit = yardstick()
    found = {
        "real": seconds_per_round(LARGE, 1 if options.quick else 3, real=True),
        "stand-in": seconds_per_round(LARGE, 3 if options.quick else 10, real=False),
        "small": seconds_per_round(SMALL, 300 if options.quick else 10_000, real=False),
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if options.json:
        print(json.dumps({"yardstick": unit, **found, "targets": TARGETS, "peak_mib": peak}, indent=2))
    else:
        print(f"yardstick (product of two pairings)          {unit * 1000:8.2f} ms")
        print(
            f"round of {LARGE}, real signatures               {found['real']:8.2f} s   {found['real'] / unit:.0f} yardsticks"
        )
        print(f"round of {LARGE}, stand-in                      {found['stand-in'] * 1000:8.1f} ms")
        print(
            f"round of {SMALL}, stand-in                       {found['small'] * 1000:8.2f} ms  {60 / found['small']:.0f} a minute"
        )
        print(f"peak memory                                  {peak:8.0f} MiB")
    return 1 if any(found[name] > target for name, target in TARGETS.items()) else 0


if __name__ == "__main__":
    sys.exit(main())
