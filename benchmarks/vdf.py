"""The delay function: time per squaring of every engine, evaluation, proof and verification, beside the Go figures.

    python benchmarks/vdf.py [--quick] [--json] [--plot FILE.png]

Engines take turns in short slices of processor time, so that a change of the machine's speed meets all of them. PARI is
measured too where cypari is installed.
"""

import argparse
import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from timing import seconds

from harmony_core.randomness import vdf
from harmony_core.randomness.vdf.discriminant import discriminant
from harmony_core.randomness.vdf.form import generator, square
from harmony_core.randomness.vdf.loading import ENGINE_NAMES

GO_US = 1090.0
"""Microseconds per iteration of harmony-one/vdf at T = 1000, evaluation and proof, on this kind of machine."""
GO_VERIFY_MS = {100: 59.0, 1000: 177.0}
SEED = bytes(range(32))
MAINNET = 50_000
GROWTH = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
SLICE = {"flint": 200, "gmpy2": 20, "pure": 2, "pari": 60}


def squarings() -> dict[str, Callable[[int], object]]:
    """Return for each engine what squares a number of times, from a form of full length on."""
    of_seed = discriminant(SEED)
    found: dict[str, Callable[[int], object]] = {}
    start = generator(of_seed)
    for _ in range(20):
        start = square(start)
    for name in ENGINE_NAMES:
        group = vdf.load_engine(name).group(of_seed)
        found[name] = partial(group.squared, group.element(start))
    try:
        cypari: Any = importlib.import_module("cypari")
    except ImportError:  # the project does not need it
        return found
    pari = cypari.pari
    pari.allocatemem(10**8, silent=True)
    pari(f"vdfstart = Qfb({start.a}, {start.b}, {start.c});")
    pari("vdfsquare(n) = my(q = vdfstart); for (i = 1, n, q = qfbnupow(q, 2)); q;")
    found["pari"] = lambda times: pari(f"vdfsquare({times});")
    return found


def per_squaring(rounds: int) -> dict[str, float]:
    """Return the microseconds of one squaring on each engine: the median of slices taken by turns."""
    actions = squarings()
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            count = SLICE[name]
            taken[name].append(seconds(partial(action, count)) / count * 1e6)
    return {name: median(times) for name, times in taken.items()}


def evaluation(iterations: int) -> tuple[float, float]:
    """Return the seconds of the squarings and of what comes after them."""
    started = time.process_time()
    squared: list[float] = []

    def watch(progress: vdf.Progress) -> None:
        if progress.squarings == iterations and not squared:
            squared.append(time.process_time())

    vdf.evaluate(SEED, iterations, progress=watch)
    return squared[0] - started, time.process_time() - squared[0]


def verification(iterations: int, rounds: int) -> float:
    """Return the milliseconds of a verification, the discriminant being known."""
    output = vdf.evaluate(SEED, iterations)
    return median(seconds(lambda: vdf.verify(SEED, iterations, output)) for _ in range(rounds)) * 1e3


def measure(*, quick: bool) -> dict[str, Any]:
    rounds = 5 if quick else 25
    seeds = [b"benchmark %d" % number for number in range(5 if quick else 20)]
    derived = sorted(seconds(partial(discriminant, seed)) * 1e3 for seed in seeds)
    whole = [evaluation(MAINNET) for _ in range(1 if quick else 5)]
    squared, proved = min(whole, key=sum)
    growth = [evaluation(iterations) for iterations in GROWTH[: 5 if quick else None]]
    return {
        "engine": vdf.load_engine().name,
        "squaring_us": per_squaring(rounds),
        "discriminant_ms": {"median": median(derived), "least": derived[0], "most": derived[-1]},
        "mainnet": {
            "iterations": MAINNET,
            "us_per_iteration": (squared + proved) / MAINNET * 1e6,
            "proof_overhead": proved / squared,
            "go_ratio": GO_US / ((squared + proved) / MAINNET * 1e6),
        },
        "verify_ms": {iterations: verification(iterations, rounds) for iterations in (100, 1_000, MAINNET)},
        "growth_s": {
            iterations: sum(times) for iterations, times in zip(GROWTH[: len(growth)], growth, strict=True)
        },
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def failures(found: dict[str, Any]) -> list[str]:
    """Return what misses its target."""
    mainnet = found["mainnet"]
    targets = [
        ("evaluation and proof, us per iteration", mainnet["us_per_iteration"], 20),
        ("proof over evaluation", mainnet["proof_overhead"], 0.25),
        ("gmpy2, us per squaring", found["squaring_us"]["gmpy2"], 250),
        *((f"verification of T={count}, ms", ms, 8) for count, ms in found["verify_ms"].items()),
    ]
    return [f"{name}: {value:.2f}, target {target}" for name, value, target in targets if value > target]


def show(found: dict[str, Any]) -> None:
    fastest = min(found["squaring_us"].values())
    print(f"engine {found['engine']}, peak memory {found['peak_rss_mib']} MiB")
    for name, taken in found["squaring_us"].items():
        print(f"one squaring on {name:8} {taken:9.1f} us {taken / fastest:7.1f}x")
    mainnet = found["mainnet"]
    print(
        f"T={MAINNET}: {mainnet['us_per_iteration']:.1f} us per iteration with proof, proof overhead "
        f"{mainnet['proof_overhead']:.0%}; Go {GO_US:.0f} us at T=1000, {mainnet['go_ratio']:.0f}x"
    )
    for iterations, taken in found["verify_ms"].items():
        go = GO_VERIFY_MS.get(iterations)
        beside = f"  Go {go:.0f} ms with the discriminant" if go else ""
        print(f"verification of T={iterations:<6} {taken:6.2f} ms{beside}")
    derived = found["discriminant_ms"]
    print(
        f"discriminant {derived['median']:.0f} ms in the median, {derived['least']:.0f} to {derived['most']:.0f} ms"
    )
    for iterations, taken in found["growth_s"].items():
        print(f"growth T={iterations:<7} {taken:7.3f} s {taken / iterations * 1e6:6.1f} us per iteration")


def plot(found: dict[str, Any], path: str) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - only for pictures

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the choice of output

    counts, taken = list(found["growth_s"]), list(found["growth_s"].values())
    figure, axes = plt.subplots(figsize=(7, 4.5))
    axes.loglog(counts, taken, "o-", label=f"harmony-core on {found['engine']}")
    axes.loglog(counts, [count * GO_US / 1e6 for count in counts], "--", label="harmony-one/vdf (1,090 us)")
    axes.set_xlabel("iterations T")
    axes.set_ylabel("seconds, evaluation and proof")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, short growth")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--plot", metavar="FILE", help="save the growth as a picture")
    options = parser.parse_args()
    found = measure(quick=options.quick)
    if options.plot:
        plot(found, options.plot)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        show(found)
    missed = failures(found)
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
