"""Judging headers of any shards in any order, one verdict for each."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from cytoolz import partition_all

from harmony_core.chain.header import Header
from harmony_core.chain.shard_state import ShardState
from harmony_core.errors import HarmonyError, MissingDataError, VerificationError, require
from harmony_core.light_client.anchors import anchor, verify_genesis
from harmony_core.light_client.basis import Basis, BasisKind, best_basis
from harmony_core.light_client.committee_book import CommitteeBook
from harmony_core.light_client.epoch_end import EpochEnd, epoch_end
from harmony_core.light_client.header_rules import require_basis, verify_link, verify_standalone
from harmony_core.light_client.signed_header import ProvenHeader, SignedHeader, carried_commit, proven
from harmony_core.params import Network
from harmony_core.primitives import STRICT, Compatibility, Dec, Hash32, ShardID
from harmony_core.quorum import Commit, TrustedCommittee, VerifiedHeader, check_commits
from harmony_core.randomness.vrf import HeaderVRF, VerifiedVRF, check_header_vrfs

__all__ = ["HeaderVerdict", "Verdict", "audit_headers"]

_BATCH = 128


class Verdict(StrEnum):
    """What can be said of a header."""

    PROVEN = "proven"
    BROKEN = "broken"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class HeaderVerdict:
    """The judgement of one header.

    Attributes:
        header: the header.
        verdict: proven, broken, or neither for want of data.
        basis: on what it is believed; None unless proven.
        error: the first reason why it is not proven; None if it is.
        signer_count: slots that signed its strongest valid commit; None without one.
        committee_size: slots of the committee that signed; None without a valid commit.
        power: share of the vote of that commit, between 0 and 1; None without a valid commit.
        vrf: the leader's random value, verified; None in an epoch without and where the committee is not known.
        proof: the header as a proof value; None unless proven.
    """

    header: Header
    verdict: Verdict
    basis: Basis | None
    error: HarmonyError | None
    signer_count: int | None
    committee_size: int | None
    power: Dec | None
    vrf: VerifiedVRF | None = None
    proof: ProvenHeader | None = None


def audit_headers(
    headers: Iterable[SignedHeader],
    network: Network,
    *,
    now: int,
    trusted_hashes: Collection[Hash32] = (),
    committees: Sequence[ShardState] = (),
    book: CommitteeBook | None = None,
    compatibility: Compatibility = STRICT,
    progress: Callable[[int], None] | None = None,
) -> list[HeaderVerdict]:
    """Judge every header, with everything that the others tell about it.

    The headers may be of several shards, in any order and with gaps. A header is proven if it breaks no rule, every
    commit on it that is present holds, its leader's VRF holds in an epoch that has one, and it is believed by its hash, by a chain of parent hashes from such a
    header, or by a quorum of a trusted committee. Committees of all shards come from the beacon's proven headers
    among the input; another shard's header speaks for that shard only. Two proven headers of one height cannot both
    be on the chain: unless one of them is believed by its hash, neither is called proven.

    Args:
        headers: what to judge; the same header may occur several times, with different commits.
        network: the verifier's network.
        now: the verifier's clock, Unix seconds.
        trusted_hashes: hashes of headers for which the caller vouches.
        committees: shard states for which the caller vouches.
        book: where the committees are looked up and those of proven headers entered, for later use; it replaces
            ``committees`` and has to keep all epochs.
        compatibility: quirks of the reference to allow.
        progress: called with the number of headers judged so far.

    Returns:
        A verdict for each distinct header, by ascending shard, height and hash.
    """
    records = _collect(headers)
    auditor = _Auditor(
        network,
        now=now,
        records=records,
        trusted_hashes=trusted_hashes,
        book=book or CommitteeBook(network, tuple(committees), compatibility=compatibility, epochs_kept=None),
        compatibility=compatibility,
    )
    done = 0
    for shard_id, group in groupby(sorted(records.values(), key=_place), key=lambda r: r.header.shard_id):
        for count in auditor.judge_shard(shard_id, list(group)):
            done += count
            if progress is not None:
                progress(done)
    return [record.judgement() for record in sorted(records.values(), key=_place)]


@dataclass(slots=True, eq=False)
class _Record:
    """What is known of one header so far."""

    header: Header
    commits: list[Commit] = field(default_factory=list)
    errors: list[HarmonyError] = field(default_factory=list)
    end: EpochEnd | None = None
    end_known: bool = False
    by_hash: Basis | None = None
    by_commit: Basis | None = None
    verified: list[VerifiedHeader] = field(default_factory=list)
    vrf: VerifiedVRF | None = None

    @property
    def basis(self) -> Basis | None:
        return best_basis(self.by_hash, self.by_commit)

    def add_commit(self, commit: Commit) -> None:
        if commit not in self.commits:
            self.commits.append(commit)

    def judgement(self) -> HeaderVerdict:
        strongest = max(self.verified, key=lambda proof: proof.signer_count, default=None)
        broken = next((error for error in self.errors if not isinstance(error, MissingDataError)), None)
        error = broken or next(iter(self.errors), None)
        verdict = Verdict.BROKEN if broken else Verdict.UNKNOWN if error else Verdict.PROVEN
        basis = None if error else self.basis
        return HeaderVerdict(
            header=self.header,
            verdict=verdict,
            basis=basis,
            error=error,
            signer_count=None if strongest is None else strongest.signer_count,
            committee_size=None if strongest is None else len(strongest.committee),
            power=None if strongest is None else strongest.power,
            vrf=self.vrf,
            proof=None if basis is None else proven(self.header, basis, self.verified, self.vrf),
        )


def _place(record: _Record) -> tuple[int, int, bytes]:
    return record.header.shard_id, record.header.number, record.header.hash


def _collect(headers: Iterable[SignedHeader]) -> dict[Hash32, _Record]:
    records: dict[Hash32, _Record] = {}
    for signed in headers:
        record = records.setdefault(signed.header.hash, _Record(signed.header))
        for commit in signed.commits:
            record.add_commit(commit)
    return records


@contextmanager
def _noted_on(record: _Record) -> Iterator[None]:
    """Note the error that a rule raises on the record, and go on."""
    try:
        yield
    except HarmonyError as error:
        # A traceback would keep its frames, and so kilobytes for each header.
        record.errors.append(error.with_traceback(None))


class _Auditor:
    """Judges shard by shard, the beacon first, and within a shard epoch by epoch."""

    def __init__(
        self,
        network: Network,
        *,
        now: int,
        records: dict[Hash32, _Record],
        trusted_hashes: Collection[Hash32],
        book: CommitteeBook,
        compatibility: Compatibility,
    ) -> None:
        self._network = network
        self._now = now
        self._records = records
        self._trusted = frozenset(trusted_hashes)
        self._compatibility = compatibility
        self._book = book

    def judge_shard(self, shard_id: ShardID, records: list[_Record]) -> Iterator[int]:
        """Judge the headers of one shard, given by ascending height; yield how many were judged in each step."""
        for record in records:
            self._check_alone(record)
        by_number: dict[int, list[_Record]] = defaultdict(list)
        for record in records:
            by_number[record.header.number].append(record)
        for record in records:
            self._check_link(record, by_number)
        self._believe_by_hash(records)
        by_epoch: dict[int, list[_Record]] = defaultdict(list)
        for record in records:
            by_epoch[record.header.epoch].append(record)
        for _, of_epoch in sorted(by_epoch.items()):
            for batch in partition_all(_BATCH, of_epoch):
                self._check_commits(shard_id, batch)
                yield len(batch)
            self._compare_siblings(of_epoch, by_number)
            self._enter_committees(of_epoch)

    def _check_alone(self, record: _Record) -> None:
        with _noted_on(record):
            if record.header.number == 0:
                verify_genesis(record.header, self._network)
            else:
                verify_standalone(record.header, self._network, now=self._now)
                record.end = epoch_end(record.header, self._network)
            record.end_known = True

    def _check_link(self, record: _Record, by_number: dict[int, list[_Record]]) -> None:
        before = by_number.get(record.header.number - 1, [])
        parent = self._records.get(record.header.parent_hash) or next(iter(before), None)
        if parent is None or not parent.end_known or record.header.number == 0:
            return
        with _noted_on(record):
            verify_link(parent.header, record.header, parent.end)
            if not record.errors:
                for commit in carried_commit(record.header):
                    parent.add_commit(commit)

    def _believe_by_hash(self, records: list[_Record]) -> None:
        """Find the headers believed by their hash, and follow parent hashes down from them."""
        for record in reversed(records):
            record.by_hash = anchor(record.header, self._network, self._trusted) or record.by_hash
            parent = self._records.get(record.header.parent_hash)
            if record.by_hash is None or record.header.number == 0 or parent is None:
                continue
            if record.by_hash.kind is BasisKind.ANCESTOR:
                parent.by_hash = record.by_hash
            else:
                detail = f"ancestor of block {record.header.number}, which is {record.by_hash.detail}"
                parent.by_hash = Basis(BasisKind.ANCESTOR, detail)

    def _check_commits(self, shard_id: ShardID, batch: Sequence[_Record]) -> None:
        checked: list[_Record] = []
        items: list[tuple[Header, Commit, TrustedCommittee]] = []
        drawn: list[tuple[_Record, HeaderVRF]] = []
        for record in batch:
            if record.errors:
                continue
            try:
                committee, basis = self._book.entry(shard_id, record.header.epoch)
            except HarmonyError as error:
                if record.by_hash is None or not isinstance(error, MissingDataError):
                    record.errors.append(error.with_traceback(None))
                continue
            record.by_commit = basis if record.commits else None
            items += [(record.header, commit, committee) for commit in record.commits]
            checked += [record] * len(record.commits)
            if record.header.number > 0:
                drawn.append((record, HeaderVRF(record.header, committee)))
        verdicts = check_commits(items, compatibility=self._compatibility)
        for record, verdict in zip(checked, verdicts, strict=True):
            if isinstance(verdict, HarmonyError):
                record.errors.append(verdict)
            else:
                record.verified.append(verdict)
        self._check_vrfs(drawn)
        for record in batch:
            if not record.errors:
                with _noted_on(record):
                    require_basis(record.basis)

    def _check_vrfs(self, drawn: Sequence[tuple[_Record, HeaderVRF]]) -> None:
        verdicts = check_header_vrfs([claim for _, claim in drawn], compatibility=self._compatibility)
        for (record, _), verdict in zip(drawn, verdicts, strict=True):
            if isinstance(verdict, HarmonyError):
                record.errors.append(verdict)
            else:
                record.vrf = verdict

    @staticmethod
    def _compare_siblings(records: list[_Record], by_number: dict[int, list[_Record]]) -> None:
        for number in dict.fromkeys(record.header.number for record in records):
            rivals = [r for r in by_number[number] if not r.errors and r.basis]
            if len(rivals) < 2:  # noqa: PLR2004 - one header of a height has no rival
                continue
            by_hash = [r for r in rivals if r.by_hash]
            for rival in rivals:
                with _noted_on(rival):
                    require(
                        len(by_hash) != 1 or rival is by_hash[0],
                        VerificationError,
                        "sibling-of-trusted",
                        "Another block of this height is trusted by its hash.",
                    )
                    require(
                        len(by_hash) == 1,
                        MissingDataError,
                        "signed-siblings",
                        "A quorum signed another block of this height too; signatures cannot tell which one stays.",
                    )

    def _enter_committees(self, records: list[_Record]) -> None:
        for record in records:
            if record.end is None or record.errors:
                continue
            with _noted_on(record):
                self._book.record(record.header, record.end.next_epoch, record.end.state)
