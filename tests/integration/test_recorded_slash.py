"""Every double signing of the recorded networks: evidence verified, stakes taken, money credited."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from harmony_core.chain import Header, SlashRecord, decode_slash_records
from harmony_core.chain.validator_wrapper import ValidatorStatus, ValidatorWrapper, decode_validator_wrapper
from harmony_core.errors import HarmonyError
from harmony_core.primitives import Address, BlockNumber, Epoch, Hash32
from harmony_core.staking import (
    SlashContext,
    SlashOutcome,
    StakingState,
    VerifiedSlash,
    apply_slashes,
    verify_slash,
    verify_slashes,
)
from support.recorded import Recording, recordings

every_recording = pytest.mark.parametrize(
    "recording", recordings(), ids=lambda recording: recording.folder.name
)


@dataclass(frozen=True)
class Slashing:
    """A recorded block that slashes, with what verifying it takes."""

    recording: Recording
    header: Header
    records: tuple[SlashRecord, ...]
    context: SlashContext
    before: StakingState
    snapshots: dict[Epoch, dict[Address, ValidatorWrapper]]
    written: dict[Address, ValidatorWrapper]

    def proofs(self) -> tuple[VerifiedSlash, ...]:
        return verify_slashes(self.records, self.before, self.context)

    def outcome(self) -> SlashOutcome:
        return apply_slashes(self.before, self.proofs(), self.snapshots, self.header.coinbase)


def wrappers(rows: list[dict[str, Any]], key: str) -> dict[int, dict[Address, ValidatorWrapper]]:
    found: dict[int, dict[Address, ValidatorWrapper]] = {}
    for row in rows:
        wrapper = decode_validator_wrapper(bytes.fromhex(row["rlp"]))
        found.setdefault(row[key], {})[wrapper.validator.address] = wrapper
    return found


def slashings(recording: Recording) -> Iterator[Slashing]:
    """Yield the blocks that slash and for which the recording has all that is needed."""
    headers = {signed.header.number: signed.header for signed in recording.headers(0)}
    versions = wrappers(recording.rows("validator_wrappers"), "number")
    snapshots = {
        Epoch(epoch): found
        for epoch, found in wrappers(recording.rows("validator_snapshots"), "epoch").items()
    }
    committees = {
        state.epoch: state
        for shard in recording.shards
        for state in recording.shard_states(shard)
        if state.epoch is not None
    }
    for number, header in headers.items():
        records = decode_slash_records(header.slashes)
        parent = headers.get(BlockNumber(header.number - 1))
        if not records or parent is None:
            continue
        validators: dict[Address, ValidatorWrapper] = {}
        for written in sorted(block for block in versions if block < number):
            validators |= versions[written]
        offenders = {record.evidence.offender for record in records}
        epochs = {record.evidence.moment.epoch for record in records}
        if offenders <= set(validators) and epochs <= set(committees) and epochs <= set(snapshots):
            yield Slashing(
                recording,
                header,
                records,
                SlashContext(network=recording.network, epoch=parent.epoch, committees=committees),
                StakingState(validators=validators),
                snapshots,
                versions.get(number, {}),
            )


@every_recording
def test_every_recorded_evidence_is_proven(recording: Recording) -> None:
    for slashing in slashings(recording):
        assert [proof.record for proof in slashing.proofs()] == list(slashing.records)


@every_recording
def test_every_slashed_validator_is_the_recorded_one(recording: Recording) -> None:
    touched = {row["block"] for row in recording.rows("staking_txs_shard0")}
    frequency = recording.network.schedule.reward_frequency
    for slashing in slashings(recording):
        number = slashing.header.number
        state = slashing.outcome().state
        for record in slashing.records:
            offender = record.evidence.offender
            after = state.validator(offender)
            assert after.validator.status == ValidatorStatus.BANNED
            alone = (
                number not in touched
                and number % frequency != frequency - 1
                and not slashing.header.shard_state
            )
            if alone:  # nothing else changed the validator in this block
                assert after == slashing.written[offender]


@every_recording
def test_half_of_what_is_taken_is_credited_to_the_recorded_coinbase(recording: Recording) -> None:
    changes = {
        row["number"]: {account["address"].lower(): account for account in row["changed"]}
        for row in recording.rows("state_diff_shard0")
    }
    for slashing in slashings(recording):
        change = changes.get(slashing.header.number, {}).get(slashing.header.coinbase.to_hex())
        outcome = slashing.outcome()
        if change is not None:
            gained = int(change["balance"]) - int(change.get("prevBalance") or 0)
            assert gained == outcome.beneficiary_reward == outcome.total_slashed // 2


@every_recording
def test_recorded_evidence_that_is_altered_is_refused(recording: Recording) -> None:
    for slashing in slashings(recording):
        for record in slashing.records:
            for altered in alterations(record):
                with pytest.raises(HarmonyError):
                    verify_slash(altered, slashing.before, slashing.context)


def alterations(record: SlashRecord) -> Iterator[SlashRecord]:

    evidence, moment = record.evidence, record.evidence.moment
    yield replace(record, reporter=evidence.offender)
    for field in ("epoch", "shard_id", "height", "view_id"):
        elsewhere = replace(moment, **{field: getattr(moment, field) + 1})
        yield replace(record, evidence=replace(evidence, moment=elsewhere))
    other = replace(evidence.first_vote, block_hash=Hash32(b"\x01" * 32))
    yield replace(record, evidence=replace(evidence, first_vote=other))
    yield replace(record, evidence=replace(evidence, first_vote=evidence.second_vote))
    yield replace(record, evidence=replace(evidence, offender=record.reporter))
