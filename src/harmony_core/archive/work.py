"""Doing the parts of a long work: one after the other, in processes, or on a cluster, with the same functions in all three.

A part is a function's argument that can be pickled, its result a JSON object. With a checkpoint file, parts that were done
before a kill are not done again; as every part is a function of its argument alone, the outcome is the same.
"""

import json
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

from harmony_core.errors import ConfigurationError, DataSourceError, DecodeError, HarmonyError, require
from harmony_core.storage import CheckpointFile

__all__ = ["ClusterRunner", "ProcessRunner", "Result", "Runner", "SerialRunner", "run_parts", "runner_for"]

Part = TypeVar("Part")
Result = dict[str, Any]

_AHEAD: Final = 4
"""Parts that wait for each worker, so that none is idle and few are lost."""

_SAVE_SECONDS: Final = 2.0
_ANSWER_SECONDS: Final = 10


class Runner(Protocol):
    """Something that does parts.

    Attributes:
        workers: how many processes of one machine share its memory.
    """

    workers: int

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[tuple[int, Part]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield each part's number with its result, in any order; an error of a part leaves as it is."""


class SerialRunner:
    """Does parts one after the other in this process."""

    workers = 1

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[tuple[int, Part]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield results in the order of the parts."""
        for number, part in parts:
            yield number, function(part)


class ProcessRunner:
    """Does parts in processes of this machine.

    Args:
        workers: how many.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[tuple[int, Part]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield results as they come; call this under ``if __name__ == "__main__":``.

        Raises:
            HarmonyError: a part's own; DataSourceError ``workers-lost`` where a process ended before its part did.
        """
        context = multiprocessing.get_context("spawn")
        waiting = iter(parts)
        with ProcessPoolExecutor(self.workers, mp_context=context, initializer=_end_with_parent) as executor:
            running: dict[Future[Result], int] = {}
            try:
                while True:
                    for number, part in islice(waiting, self.workers * _AHEAD - len(running)):
                        running[executor.submit(function, part)] = number
                    if not running:
                        return
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        yield running.pop(future), _result_of(future)
            finally:
                executor.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """Leave interrupts to the process that started this worker, and end when it does, instead of waiting for parts for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - for the type checker

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


class ClusterRunner:
    """Does parts on a Dask cluster, whose workers reach databases and the work folder under the same paths.

    Args:
        address: of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises:
        ConfigurationError: ``cluster-extra`` without the library.
        DataSourceError: ``cluster-address`` where no scheduler answers.
    """

    workers = 2

    def __init__(self, address: str) -> None:
        try:
            import distributed  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise ConfigurationError(
                "A cluster needs Dask: pip install 'harmony-core[cluster]'.", code="cluster-extra"
            ) from error
        self._library: Any = distributed
        try:
            _knock(address)
            self._client: Any = self._library.Client(address, timeout=_ANSWER_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise DataSourceError(
                f"No Dask scheduler answers: {error}.", code="cluster-address", actual=address
            ) from error

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[tuple[int, Part]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield results as they come.

        Raises:
            HarmonyError: a part's own; DataSourceError ``workers-lost`` where a worker ended before its part did.
        """
        waiting = iter(parts)
        limit = max(len(self._client.scheduler_info()["workers"]), 1) * _AHEAD
        try:
            numbers: dict[str, int] = {}
            first = self._submit(function, islice(waiting, limit), numbers)
            running = self._library.as_completed(first, loop=self._client.loop)
            for future in running:
                yield numbers.pop(future.key), _result_of(future)
                for more in self._submit(function, islice(waiting, 1), numbers):
                    running.add(more)
        finally:
            self._client.close()

    def _submit(self, function: Any, parts: Any, numbers: dict[str, int]) -> list[Any]:
        futures = []
        for number, part in parts:
            future = self._client.submit(function, part, pure=False)
            numbers[future.key] = number
            futures.append(future)
        return futures


def _knock(address: str) -> None:
    """Connect and leave again: a client that finds nobody would go on trying in the background."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdigit() or int(port) >= 1 << 16:
        raise ValueError("an address has the form tcp://host:port")
    socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_SECONDS).close()


def _result_of(future: Any) -> Result:
    """Return the result of a part that was done elsewhere.

    Raises:
        HarmonyError: the part's own; DataSourceError ``workers-lost`` where a worker ended before its part did.
    """
    try:
        result: Result = future.result()
    except HarmonyError:
        raise
    except (RuntimeError, OSError) as error:
        raise DataSourceError(
            f"A worker was lost: {type(error).__name__} {error}. Start again to go on from there.",
            code="workers-lost",
        ) from error
    return result


def runner_for(workers: int = 1, cluster: str | None = None) -> Runner:
    """Return the runner for a number of processes, or for the scheduler of a cluster.

    Raises:
        ConfigurationError: ``workers-count`` for fewer than one process; see `ClusterRunner`.
    """
    require(
        workers >= 1,
        ConfigurationError,
        "workers-count",
        "There is at least one worker.",
        actual=workers,
    )
    if cluster is not None:
        return ClusterRunner(cluster)
    return ProcessRunner(workers) if workers > 1 else SerialRunner()


def run_parts(
    runner: Runner,
    function: Callable[[Part], Result],
    parts: Sequence[Part],
    *,
    checkpoint: CheckpointFile | None = None,
    plan: str = "",
    is_kept: Callable[[Part, Result], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Do all parts that a checkpoint does not hold, and return every result, in the order of the parts.

    Args:
        runner: what does them.
        function: does one part.
        parts: the parts.
        checkpoint: where results are kept while parts are left; removed by the caller when all is done.
        plan: what this work is, so that the results of another are never taken for its own.
        is_kept: whether what a part of the checkpoint wrote is still whole; it is done again if not.
        progress: called with the number of parts done, and of the ``accounts`` that results say were walked since the start.

    Raises:
        DecodeError: ``archive-checkpoint`` for a checkpoint of another work.
        HarmonyError: as the runner, for a part that fails or whose worker is lost.
    """
    done = {} if checkpoint is None else _load(checkpoint, plan)
    if is_kept is not None:
        done = {number: result for number, result in done.items() if is_kept(parts[number], result)}
    left = [(number, part) for number, part in enumerate(parts) if number not in done]
    saved = time.monotonic()
    with _saving(checkpoint, plan, done):
        walked = 0
        if progress is not None:
            progress(len(done), walked)
        for number, result in runner.run(function, left):
            done[number] = result
            walked += result.get("accounts", 0)
            if progress is not None:
                progress(len(done), walked)
            if checkpoint is not None and time.monotonic() - saved > _SAVE_SECONDS:
                _save(checkpoint, plan, done)
                saved = time.monotonic()
    return [done[number] for number in range(len(parts))]


@contextmanager
def _saving(checkpoint: CheckpointFile | None, plan: str, done: dict[int, Result]) -> Iterator[None]:
    """Keep what is done however the work ends."""
    try:
        yield
    finally:
        if checkpoint is not None:
            _save(checkpoint, plan, done)


def _save(checkpoint: CheckpointFile, plan: str, done: dict[int, Result]) -> None:
    checkpoint.save(json.dumps({"plan": plan, "done": list(done.items())}).encode())


def _load(checkpoint: CheckpointFile, plan: str) -> dict[int, Result]:
    content = checkpoint.load()
    if content is None:
        return {}
    document = json.loads(content)
    require(
        document["plan"] == plan,
        DecodeError,
        "archive-checkpoint",
        "The checkpoint belongs to another work: other databases, heights or options. Remove its folder, or name another output.",
        actual=str(checkpoint.path),
    )
    return {int(number): result for number, result in document["done"]}
