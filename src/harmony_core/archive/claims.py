"""What every account owns at fixed blocks of both shards: liquid, staked, on its way, each to the last atto.

Everything is recomputed from the roots; the databases' indexes of validators and delegations are never used. Work is split
by key prefix and by ranges of blocks, and merged by secure key in streams, so memory does not grow with the state.

Source: polymorpher/harmony-migration, docs/methodology.md, for what counts; harmony-one/harmony, core/state and
staking/types/validator.go, for where it stands.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from harmony_core.archive.accounts import AccountTally
from harmony_core.archive.claims_job import BrokenStateError, ClaimsJob, read_addresses
from harmony_core.archive.claims_summary import head_to_json, receipts_to_json
from harmony_core.archive.database import CACHE_BYTES
from harmony_core.archive.ledger import COMPONENTS, LedgerWriter
from harmony_core.archive.merge import Buckets, PendingReceipts, merge_claims, note_pending
from harmony_core.archive.pair import ShardDatabases
from harmony_core.archive.parts import (
    CLAIM_RECORD,
    ClaimRecord,
    StatePart,
    close_databases,
    holds_records,
    problem_from_json,
    read_records,
    walk_part,
)
from harmony_core.archive.receipts_part import ReceiptsPart, scan_receipts
from harmony_core.archive.walk import split
from harmony_core.archive.work import Result, Runner, SerialRunner, run_parts
from harmony_core.archive.work_folder import CHECKPOINT_NAME, WorkFolder, work_folder
from harmony_core.errors import (
    ConfigurationError,
    DataSourceError,
    DecodeError,
    MissingDataError,
    VerificationError,
    require,
)
from harmony_core.primitives import BEACON_SHARD_ID, ShardID
from harmony_core.storage import CheckpointFile, write_file_atomically

__all__ = ["make_claims"]

_BLOCKS: Final = 10_000
_SHARDS: Final = (0, 1)
_LARGEST_CHECKPOINT: Final = 1 << 30
_Part = StatePart | ReceiptsPart
Progress = Callable[[str, int, int | None, int], None]


def make_claims(
    job: ClaimsJob,
    runner: Runner | None = None,
    *,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write the ledger of claims and return its summary; the ledger appears only when it is whole.

    A run that was killed goes on where it stood when it is started again with the same job.

    Args:
        job: databases, cutoffs and output.
        runner: what does the parts; this process alone if None.
        progress: called with a stage's name, the steps done, their number, and the accounts done since the start.

    Returns:
        A JSON object: heads, totals (atto, as decimal strings), counts, receipts and digests.

    Raises:
        BrokenStateError: ``archive-state``, with every problem of both states.
        HarmonyError: as `ShardDatabases`, `scan_receipts`, `LedgerWriter`, `work_folder`; ``archive-shards`` for other shards than
            0 and 1; ``archive-checkpoint``.
    """
    require(
        set(job.folders) == set(_SHARDS),
        ConfigurationError,
        "archive-shards",
        "A ledger is made of the databases of shards 0 and 1, no more and no fewer.",
        expected=_SHARDS,
        actual=sorted(job.folders),
    )
    job = job.absolute()
    with work_folder(job.work_folder) as work:
        writer = LedgerWriter(job.output)
        try:
            summary = _walk_and_write(job, work, writer, runner or SerialRunner(), progress or _silent)
            summary["ledger"]["sha256"] = writer.finish()
        finally:
            close_databases()
            writer.abandon()
        text = json.dumps(summary, indent=2) + "\n"
        write_file_atomically(job.output.with_name(f"{job.output.name}.summary.json"), text.encode())
        work.is_over = True
    return summary


def _walk_and_write(
    job: ClaimsJob, work: WorkFolder, writer: LedgerWriter, runner: Runner, progress: Progress
) -> dict[str, Any]:
    with ShardDatabases(
        job.folders,
        job.heights,
        network=job.network,
        compatibility=job.compatibility,
        scratch=work.scratch,
    ) as shards:
        run = _Run(job, shards, runner, progress, writer, scratch=str(work.scratch))
        try:
            summary = run.all()
            shards.require_unchanged()
        except (DecodeError, MissingDataError, VerificationError):
            work.is_over = run.has_begun  # what was done rests on data that have to change
            raise
    return summary


def _silent(stage: str, done: int, total: int | None, walked: int) -> None:
    del stage, done, total, walked


class _Run:
    """One run over databases that are open."""

    def __init__(
        self,
        job: ClaimsJob,
        shards: ShardDatabases,
        runner: Runner,
        progress: Progress,
        writer: LedgerWriter,
        *,
        scratch: str,
    ) -> None:
        self._job = job
        self._shards = shards
        self._runner = runner
        self._progress = progress
        self._writer = writer
        self._options: dict[str, Any] = {
            "compatibility": job.compatibility,
            "scratch": scratch,
            "cache_bytes": CACHE_BYTES // runner.workers,
        }
        self._parts_folder = job.work_folder / "parts"
        self.has_begun = False
        self._tops = {shard_id: AccountTally() for shard_id in shards.databases}

    def all(self) -> dict[str, Any]:
        self._parts_folder.mkdir(parents=True, exist_ok=True)
        for path in self._job.address_lists:
            deque(read_addresses(path), maxlen=0)  # so that a bad line is not found after hours
        parts = [*self._state_parts(), *self._receipt_parts()]
        results = self._run(parts)
        self._require_whole(parts, results)
        buckets = Buckets(self._job.work_folder / "buckets")
        with closing(buckets):
            found = self._fill(buckets, parts)
        totals = dict.fromkeys(COMPONENTS, 0)
        resolved = 0
        accounts = {
            shard_id: [Path(part.output or "") for part in self._of(parts, StatePart, shard_id)]
            for shard_id in self._shards.databases
        }
        for claim in merge_claims(accounts, buckets):
            self._writer.write(claim)
            resolved += claim.address is not None
            for name, amount in zip(COMPONENTS, claim.amounts, strict=True):
                totals[name] += amount
            if self._writer.rows % 10_000 == 0:
                self._progress("writing claims", self._writer.rows, None, self._writer.rows)
        self._require_sums(totals, parts, results, found)
        return self._summary(parts, results, totals, found, resolved)

    def _state_parts(self) -> list[_Part]:
        job = self._job
        own = [str(database.path) for database in self._shards.databases.values()] if job.preimages else []
        further = list(map(str, job.more_preimages))
        made: list[_Part] = []
        for shard_id, database in self._shards.databases.items():
            root = self._shards.cutoffs[shard_id].root
            tally = self._tops[shard_id]
            # A shard's own database knows most of its accounts.
            mine = str(database.path)
            preimages = (
                *(path for path in own if path == mine),
                *(path for path in own if path != mine),
                *further,
            )
            for subtree in split(database.get, root, tally, "account node"):
                output = self._parts_folder / f"{shard_id}-{subtree.path or 'root'}"
                part = StatePart(
                    str(database.path), shard_id, subtree.path, subtree.child, str(output), preimages
                )
                made.append(replace(part, **self._options))
        return made

    def _receipt_parts(self) -> list[_Part]:
        made: list[_Part] = []
        folders = {shard_id: str(database.path) for shard_id, database in self._shards.databases.items()}
        for shard_id, folder in folders.items():
            others = tuple((other, path) for other, path in folders.items() if other != shard_id)
            end = self._shards.cutoffs[shard_id].header.number + 1
            for start in range(0, end, _BLOCKS):
                output = self._parts_folder / f"{shard_id}-blocks-{start}"
                part = ReceiptsPart(folder, shard_id, others, start, min(start + _BLOCKS, end), str(output))
                made.append(replace(part, **self._options))
        return made

    def _run(self, parts: Sequence[_Part]) -> list[Result]:
        file = CheckpointFile(self._job.work_folder / CHECKPOINT_NAME, "archive claims", _LARGEST_CHECKPOINT)
        return run_parts(
            self._runner,
            _do_part,
            parts,
            checkpoint=file,
            plan=self._plan(parts),
            is_kept=_is_kept,
            progress=lambda done, walked: self._advance(done, len(parts), walked),
        )

    def _advance(self, done: int, total: int, walked: int) -> None:
        self.has_begun = True  # the checkpoint, if there was one, is this work's
        self._progress("walking states and blocks", done, total, walked)

    def _plan(self, parts: Sequence[_Part]) -> str:
        """Return what tells this work from every other."""
        heads = [cutoff.header.hash.hex() for cutoff in self._shards.cutoffs.values()]
        planned = [replace(part, scratch=None, cache_bytes=0) for part in parts]
        return hashlib.sha256(repr((3, heads, planned)).encode()).hexdigest()

    def _require_whole(self, parts: Sequence[_Part], results: Sequence[Result]) -> None:
        problems = [(shard, problem) for shard, tally in self._tops.items() for problem in tally.problems]
        for part, result in zip(parts, results, strict=True):
            found = map(problem_from_json, result.get("problems", ()))
            problems += [(part.shard_id, problem) for problem in found]
        if problems:
            problems.sort(key=lambda item: (item[0], item[1].path))
            shard_id, first = problems[0]
            raise BrokenStateError(
                f"No ledger is made: the states have {len(problems)} things missing, altered or undecodable."
                " Repair or replace the databases.",
                code="archive-state",
                actual=f"first, in shard {shard_id}: {first}",
                problems=tuple(problems),
            )

    def _fill(self, buckets: Buckets, parts: Sequence[_Part]) -> PendingReceipts:
        for part in parts:
            if isinstance(part, StatePart) and part.shard_id == BEACON_SHARD_ID:
                for record in read_records(Path(f"{part.output}.claims"), CLAIM_RECORD):
                    buckets.add(record)
        for path in self._job.address_lists:
            for address in read_addresses(path):
                buckets.add(ClaimRecord.of(address).encode())
        cutoffs = {shard_id: int(cutoff.header.number) for shard_id, cutoff in self._shards.cutoffs.items()}
        files = {
            shard_id: [Path(part.output) for part in self._of(parts, ReceiptsPart, shard_id)]
            for shard_id in cutoffs
        }
        return note_pending(files, cutoffs, buckets)

    def _require_sums(
        self,
        totals: Mapping[str, int],
        parts: Sequence[_Part],
        results: Sequence[Result],
        found: PendingReceipts,
    ) -> None:
        """Hold the ledger's totals against what the parts counted: nothing may be lost or doubled on the way."""
        counted = dict.fromkeys(COMPONENTS, 0)
        for part, result in zip(parts, results, strict=True):
            if isinstance(part, StatePart):
                counted[f"liquid_shard{part.shard_id}"] += result["balance"]
                if part.shard_id == BEACON_SHARD_ID:
                    counted["active_staked_or_delegated"] += result["staked"]
                    counted["pending_undelegation"] += result["undelegating"]
                    counted["unclaimed_staking_reward"] += result["rewards"]
        counted["pending_cross_shard"] = found.pending_amount
        require(
            counted == totals,
            DataSourceError,
            "archive-sums",
            "The files of the work folder do not sum up to what was walked; remove the folder and begin anew.",
            expected=counted,
            actual=dict(totals),
        )

    @staticmethod
    def _of(parts: Sequence[_Part], kind: type[Any], shard_id: ShardID) -> list[Any]:
        return [part for part in parts if isinstance(part, kind) and part.shard_id == shard_id]

    def _summary(
        self,
        parts: Sequence[_Part],
        results: Sequence[Result],
        totals: Mapping[str, int],
        found: PendingReceipts,
        resolved: int,
    ) -> dict[str, Any]:
        heads = {}
        for shard_id, cutoff in self._shards.cutoffs.items():
            mine = [
                result
                for part, result in zip(parts, results, strict=True)
                if part.shard_id == shard_id and isinstance(part, StatePart)
            ]
            heads[str(shard_id)] = head_to_json(cutoff, self._tops[shard_id], mine)
        blocks = [r for p, r in zip(parts, results, strict=True) if isinstance(p, ReceiptsPart)]
        return {
            "network": self._shards.network_name,
            "heads": heads,
            "totals": {**{name: str(amount) for name, amount in totals.items()}}
            | {"native_total_claim": str(sum(totals.values()))},
            "receipts": receipts_to_json(found, blocks),
            "ledger": {
                "file": self._job.output.name,
                "rows": self._writer.rows,
                "addresses": resolved,
                "sha256": None,
            },
            "address_lists": {path.name: _sha256(path) for path in self._job.address_lists},
        }


def _do_part(part: _Part) -> Result:
    return walk_part(part) if isinstance(part, StatePart) else scan_receipts(part)


def _is_kept(part: _Part, result: Result) -> bool:
    endings = ("", ".claims") if isinstance(part, StatePart) else ("", ".received")
    files = [Path(f"{part.output}{ending}") for ending in endings]
    return all(map(holds_records, files, result["digests"]))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
