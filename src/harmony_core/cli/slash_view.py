"""`harmony-core slash verify`: the verdict on records of double signing, and who loses what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harmony_core.chain import SlashRecord
from harmony_core.chain.validator_wrapper import ValidatorWrapper
from harmony_core.cli.exit_codes import ExitCode, code_of_error, strongest
from harmony_core.cli.lines import Line
from harmony_core.cli.slash_records import records_from_text
from harmony_core.cli.source import lines_of
from harmony_core.cli.staking_files import shard_states_by_epoch, validator_wrappers
from harmony_core.cli.terminal import complain, write_json, write_line, write_table
from harmony_core.errors import HarmonyError
from harmony_core.params import Network
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch, address_to_bech32
from harmony_core.staking import (
    SlashContext,
    StakingState,
    ValidatorSlash,
    slash_validator,
    verify_evidence,
    verify_slash,
)
from harmony_core.staking.slash_evidence import verify_distinct_offenders

__all__ = ["SlashInput", "verify_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashInput:
    """What is given besides the records.

    Attributes:
        network: the network.
        epoch: epoch that the beacon chain has reached.
        committees: files with shard states.
        validators: files with wrappers before the slash.
        snapshots: files with wrappers when the epoch of the offence began.
    """

    network: Network
    epoch: int
    committees: tuple[str, ...]
    validators: tuple[str, ...]
    snapshots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    record: SlashRecord
    key: BLSPublicKeyBytes | None = None
    slashed: ValidatorSlash | None = None
    knows_status: bool = False
    error: HarmonyError | None = None

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.PROVEN if self.error is None else code_of_error(self.error)


def verify_records(source: str, given: SlashInput, *, as_json: bool) -> ExitCode:
    """Verify the records of a source, show the verdict on each, and return the exit code.

    Raises:
        HarmonyError: a committee or a wrapper is not what it claims to be.
    """
    committees = shard_states_by_epoch(given.committees)
    context = SlashContext(network=given.network, epoch=Epoch(given.epoch), committees=committees)
    validators, snapshots = _wrappers(given.validators), _wrappers(given.snapshots)
    judged: list[_Judged] = []
    codes = []
    for line in _lines(source):
        try:
            if line.error is not None:
                raise line.error
            records = records_from_text(line.text)
        except HarmonyError as error:
            complain(f"{line.origin}: {error}")
            codes.append(code_of_error(error))
            continue
        repeated = _repetition(records)
        judged += [
            _Judged(record, error=repeated[record.evidence.offender])
            if record.evidence.offender in repeated
            else _judge(record, context, validators, snapshots)
            for record in records
        ]
    codes += [item.exit_code for item in judged]
    if not codes:
        complain("there is no record in the input")
    if as_json:
        write_json({"network": given.network.name, "records": [_json(item) for item in judged]})
    else:
        for item in judged:
            _write(item)
    return strongest(codes)


def _lines(source: str) -> Sequence[Line]:
    return list(lines_of(source))


def _wrappers(names: Sequence[str]) -> dict[Address, ValidatorWrapper]:
    return {wrapper.validator.address: wrapper for wrapper in validator_wrappers(names)}


def _repetition(records: Sequence[SlashRecord]) -> dict[Address, HarmonyError]:
    """Return the refusal for each offender that the records of one list, which are those of a block, name twice."""
    by_offender: dict[Address, list[SlashRecord]] = {}
    for record in records:
        by_offender.setdefault(record.evidence.offender, []).append(record)
    refused: dict[Address, HarmonyError] = {}
    for offender, named in by_offender.items():
        try:
            verify_distinct_offenders(named)
        except HarmonyError as error:
            refused[offender] = error
    return refused


def _judge(
    record: SlashRecord,
    context: SlashContext,
    validators: dict[Address, ValidatorWrapper],
    snapshots: dict[Address, ValidatorWrapper],
) -> _Judged:
    offender = record.evidence.offender
    current, snapshot = validators.get(offender), snapshots.get(offender)
    try:
        if current is None:
            return _Judged(record, verify_evidence(record, context))
        proof = verify_slash(record, StakingState(validators={offender: current}), context)
        slashed = None
        if snapshot is not None:
            slashed = slash_validator(current, snapshot, record.evidence.moment.epoch)
    except HarmonyError as error:
        return _Judged(record, error=error)
    return _Judged(record, proof.public_key, slashed, knows_status=True)


def _json(item: _Judged) -> dict[str, Any]:
    evidence = item.record.evidence
    moment = evidence.moment
    shown: dict[str, Any] = {
        "hash": str(item.record.hash),
        "verdict": item.exit_code.verdict,
        "offender": address_to_bech32(evidence.offender),
        "reporter": address_to_bech32(item.record.reporter),
        "epoch": moment.epoch,
        "shard": moment.shard_id,
        "height": moment.height,
        "view_id": moment.view_id,
        "blocks": [str(vote.block_hash) for vote in evidence.votes],
    }
    if item.error is not None:
        return shown | {"error": {"code": item.error.code, "message": item.error.message}}
    shown |= {"bls_public_key": str(item.key), "checked_that_it_is_not_banned": item.knows_status}
    if item.slashed is not None:
        shown |= {
            "taken": str(item.slashed.total),
            "to_the_coinbase": str(item.slashed.total // 2),
            "burnt": str(item.slashed.total - item.slashed.total // 2),
            "losses": [
                {
                    "delegator": address_to_bech32(loss.delegator),
                    "debt": str(loss.debt),
                    "from_stake": str(loss.from_stake),
                    "from_undelegations": str(loss.from_undelegations),
                    "from_reward": str(loss.from_reward),
                }
                for loss in item.slashed.losses
            ],
        }
    return shown


def _write(item: _Judged) -> None:
    evidence = item.record.evidence
    moment = evidence.moment
    offender = address_to_bech32(evidence.offender)
    place = (
        f"height {moment.height} and view {moment.view_id} of shard {moment.shard_id}, epoch {moment.epoch}"
    )
    if item.error is not None:
        write_line(f"{item.exit_code.verdict}: {offender}, {place}: {item.error}")
        return
    write_line(f"{item.exit_code.verdict}: {offender} signed two blocks at {place}, with the key {item.key}")
    for vote in evidence.votes:
        write_line(f"  block {vote.block_hash}")
    if not item.knows_status:
        write_line("  whether it is banned already stands in its wrapper, which was not given")
    if item.slashed is not None:
        _write_losses(item.slashed)


def _write_losses(slashed: ValidatorSlash) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    table = Table(box=None, pad_edge=False)
    for heading in ("delegator", "owes", "from stake", "from undelegations", "from reward"):
        table.add_column(heading, justify="left" if heading == "delegator" else "right", no_wrap=True)
    for loss in slashed.losses:
        amounts = (loss.debt, loss.from_stake, loss.from_undelegations, loss.from_reward)
        table.add_row(address_to_bech32(loss.delegator), *(str(Dec(amount)) for amount in amounts))
    write_table(table, gives_way="delegator")
    reward = slashed.total // 2
    write_line(
        f"  {Dec(slashed.total)} ONE are taken: {Dec(reward)} go to the coinbase of the block,"
        f" {Dec(slashed.total - reward)} to nobody, nothing to the reporter"
    )
