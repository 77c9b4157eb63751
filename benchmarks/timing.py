"""How the benchmarks take the time."""

import gc
import time
from collections.abc import Callable


def seconds(action: Callable[[], object]) -> float:
    """Processor time of one run, which other work on the machine disturbs less than the clock."""
    start = time.process_time()
    action()
    return time.process_time() - start


def best(action: Callable[[], object], count: int = 1, repeats: int = 3) -> float:
    """Return the shortest of a few runs by the clock, in microseconds for one of ``count`` operations."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times) / count * 1e6
