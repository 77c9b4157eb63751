"""Following the headers of one shard, in order and as a stream."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Self

from harmony_core.chain.header import Header
from harmony_core.chain.shard_state import ShardState
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.light_client.anchors import anchor, verify_genesis
from harmony_core.light_client.basis import Basis, best_basis
from harmony_core.light_client.committee_book import CommitteeBook
from harmony_core.light_client.epoch_end import EpochEnd, epoch_end
from harmony_core.light_client.header_rules import (
    located,
    require_basis,
    verify_link,
    verify_shard,
    verify_standalone,
)
from harmony_core.light_client.signed_header import ProvenHeader, SignedHeader, carried_commit, proven
from harmony_core.params import Network
from harmony_core.primitives import STRICT, Compatibility, Hash32, ShardID
from harmony_core.quorum import Commit, TrustedCommittee, VerifiedHeader, check_commits, submit_commits
from harmony_core.randomness.vrf import HeaderVRF, VerifiedVRF, check_header_vrfs, submit_header_vrfs

__all__ = ["verify_header_chain"]


def verify_header_chain(
    headers: Iterable[SignedHeader],
    network: Network,
    *,
    shard_id: ShardID,
    now: int,
    trusted_hash: Hash32 | None = None,
    committees: Sequence[ShardState] = (),
    batch_size: int = 128,
    workers: int = 1,
    compatibility: Compatibility = STRICT,
) -> Iterator[ProvenHeader]:
    """Verify consecutive headers of one shard and yield each as soon as it is proven.

    The first header is genesis, has the trusted hash, or is signed by a committee that is known without its parent:
    one given, or before staking the one from the genesis account lists. Every later header has to follow from the one
    before. Every commit present is verified, those given with a header and the one that its child carries, and each
    header needs one. The leader's VRF is verified in the epochs that have one, and refused in those that have none.
    Committees come from the proven headers that end an epoch.

    Memory does not grow with the length of the stream; headers are held for one batch.

    Args:
        headers: headers in ascending order without gaps.
        network: the verifier's network.
        shard_id: the shard to follow.
        now: the verifier's clock, Unix seconds.
        trusted_hash: hash of a header for which the caller vouches.
        committees: shard states for which the caller vouches.
        batch_size: headers whose commits and VRFs are checked together.
        workers: processes that check commits and VRFs; with more than one, call this from under
            ``if __name__ == "__main__":``.
        compatibility: quirks of the reference to allow.

    Yields:
        A proof for each header, in order.

    Raises:
        HarmonyError: for the first header that is not proven, after all before it were yielded; the sentence names
            the block.
    """
    follower = _Follower(
        network,
        shard_id=shard_id,
        now=now,
        trusted_hash=trusted_hash,
        committees=tuple(committees),
        compatibility=compatibility,
    )
    with _worker_processes(workers) as executor:
        yield from _follow(headers, follower, _Batches(executor, workers, compatibility), batch_size)


_CommitClaim = tuple[Header, Commit, TrustedCommittee]
_Verdict = VerifiedHeader | HarmonyError
_VRFVerdict = VerifiedVRF | HarmonyError | None


@dataclass(slots=True)
class _Candidate:
    """A header that keeps all rules, whose commits and VRF are still to be checked."""

    header: Header
    anchor: Basis | None
    committee: TrustedCommittee | None
    committee_basis: Basis | None
    commits: list[Commit] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return bool(self.commits) or self.anchor is not None

    def commit_claims(self) -> list[_CommitClaim]:
        committee = self.committee
        return [] if committee is None else [(self.header, commit, committee) for commit in self.commits]

    def vrf_claims(self) -> list[HeaderVRF]:
        if self.committee is None or self.header.number == 0:
            return []
        return [HeaderVRF(self.header, self.committee)]

    def conclude(self, verdicts: Sequence[_Verdict], vrf: _VRFVerdict) -> ProvenHeader:
        verified: list[VerifiedHeader] = []
        for verdict in verdicts:
            if isinstance(verdict, HarmonyError):
                raise located(verdict, self.header)
            verified.append(verdict)
        try:
            basis = require_basis(best_basis(self.anchor, self.committee_basis if verified else None))
        except MissingDataError as error:
            raise located(error, self.header) from error
        if isinstance(vrf, HarmonyError):
            raise located(vrf, self.header)
        return proven(self.header, basis, verified, vrf)


class _Follower:
    """The rules of a chain of headers, applied one header at a time."""

    def __init__(
        self,
        network: Network,
        *,
        shard_id: ShardID,
        now: int,
        trusted_hash: Hash32 | None,
        committees: tuple[ShardState, ...],
        compatibility: Compatibility,
    ) -> None:
        self._network = network
        self._shard_id = shard_id
        self._now = now
        self._trusted = frozenset() if trusted_hash is None else frozenset({trusted_hash})
        self._book = CommitteeBook(network, committees, compatibility=compatibility)
        self._parent: tuple[Header, EpochEnd | None] | None = None
        self.waiting: list[_Candidate] = []

    def admit(self, signed: SignedHeader) -> None:
        """Check everything but the commits and the VRF of the next header."""
        header = signed.header
        try:
            self._admit(header, signed.commits)
        except HarmonyError as error:
            raise located(error, header) from error

    def _admit(self, header: Header, commits: tuple[Commit, ...]) -> None:
        verify_shard(header, self._shard_id)
        end: EpochEnd | None = None
        if self._parent is not None:
            verify_link(self._parent[0], header, self._parent[1])
        if header.number == 0:
            verify_genesis(header, self._network)
        else:
            verify_standalone(header, self._network, now=self._now)
            end = epoch_end(header, self._network)
        candidate = self._candidate(header)
        candidate.commits.extend(commits)
        if end is not None:
            self._book.record(header, end.next_epoch, end.state)
        if self._parent is not None and self.waiting:
            self.waiting[-1].commits.extend(carried_commit(header))
        self._parent = (header, end)
        self.waiting.append(candidate)

    def _candidate(self, header: Header) -> _Candidate:
        by_hash = anchor(header, self._network, self._trusted)
        try:
            committee, basis = self._book.entry(header.shard_id, header.epoch)
        except MissingDataError:
            if by_hash is None:
                raise
            return _Candidate(header, by_hash, None, None)
        return _Candidate(header, by_hash, committee, basis)

    def take(self, *, keep_last: bool) -> list[_Candidate]:
        """Hand out the waiting headers; the last one may still get a commit from its child."""
        kept = 1 if keep_last else 0
        taken = self.waiting[: len(self.waiting) - kept]
        self.waiting = self.waiting[len(taken) :]
        return taken


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is checked together: the commits of a run of headers, and their VRFs."""

    commits: list[_CommitClaim]
    vrfs: list[HeaderVRF]

    @classmethod
    def of(cls, candidates: Sequence[_Candidate]) -> Self:
        return cls(
            [claim for candidate in candidates for claim in candidate.commit_claims()],
            [claim for candidate in candidates for claim in candidate.vrf_claims()],
        )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The verdicts on a `_Batch`, in its order."""

    commits: list[_Verdict]
    vrfs: list[_VRFVerdict]


class _Batches:
    """Checks batches of commits and VRFs, here or in worker processes, and keeps the order."""

    def __init__(self, executor: Executor | None, workers: int, compatibility: Compatibility) -> None:
        self._executor = executor
        self._in_flight = workers + 1
        self._compatibility = compatibility
        self._queue: deque[tuple[list[_Candidate], Callable[[], _Outcome]]] = deque()

    def submit(self, candidates: list[_Candidate]) -> Iterator[ProvenHeader]:
        """Check a batch, and yield proofs that are ready."""
        batch = _Batch.of(candidates)
        if self._executor is None:
            yield from _conclude(candidates, _check(batch, self._compatibility))
            return
        self._queue.append((candidates, _start(batch, self._executor, self._compatibility)))
        while len(self._queue) > self._in_flight:
            yield from self._oldest()

    def finish(self) -> Iterator[ProvenHeader]:
        """Yield what is still being checked."""
        while self._queue:
            yield from self._oldest()

    def _oldest(self) -> Iterator[ProvenHeader]:
        candidates, verdicts = self._queue.popleft()
        yield from _conclude(candidates, verdicts())


def _start(batch: _Batch, executor: Executor, compatibility: Compatibility) -> Callable[[], _Outcome]:
    commits = submit_commits(batch.commits, executor, compatibility=compatibility)
    vrfs = submit_header_vrfs(batch.vrfs, executor, compatibility=compatibility)
    return lambda: _Outcome(commits(), vrfs())


def _check(batch: _Batch, compatibility: Compatibility) -> _Outcome:
    return _Outcome(
        check_commits(batch.commits, compatibility=compatibility),
        check_header_vrfs(batch.vrfs, compatibility=compatibility),
    )


def _conclude(candidates: list[_Candidate], outcome: _Outcome) -> Iterator[ProvenHeader]:
    commits, vrfs = iter(outcome.commits), iter(outcome.vrfs)
    for candidate in candidates:
        verdicts = list(islice(commits, len(candidate.commit_claims())))
        yield candidate.conclude(verdicts, next(vrfs) if candidate.vrf_claims() else None)


@contextmanager
def _worker_processes(workers: int) -> Iterator[Executor | None]:
    """Yield what runs work in other processes; None for one worker, which is this process."""
    if workers <= 1:
        yield None
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


def _follow(
    headers: Iterable[SignedHeader], follower: _Follower, batches: _Batches, batch_size: int
) -> Iterator[ProvenHeader]:
    try:
        for signed in headers:
            follower.admit(signed)
            if len(follower.waiting) > batch_size:
                yield from batches.submit(follower.take(keep_last=True))
    except HarmonyError:
        # What came before the refused header is still judged; its last one may lack the child's commit.
        last_has_commit = bool(follower.waiting and follower.waiting[-1].is_complete)
        yield from batches.submit(follower.take(keep_last=not last_has_commit))
        yield from batches.finish()
        raise
    yield from batches.submit(follower.take(keep_last=False))
    yield from batches.finish()
