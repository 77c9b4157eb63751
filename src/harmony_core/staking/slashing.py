"""Records of double signing carried out: who loses what, and where the money goes.

Half of what `slash_validator` takes goes to the account that the block's coinbase names, the rest to nobody, and the
reporter gets nothing. The validator is banned.

Source: harmony-one/harmony, staking/slash/double-sign.go (Apply, delegatorSlashApply); internal/chain/engine.go
(applySlashes, Finalize).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harmony_core.chain.slash import SlashRecord
from harmony_core.chain.validator_wrapper import ValidatorWrapper
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import (
    BEACON_SHARD_ID,
    STRICT,
    Address,
    Compatibility,
    Epoch,
    ShardID,
    Trace,
    TraceStep,
    trace_step,
)
from harmony_core.staking.slash_debts import Loss, ValidatorSlash, slash_validator
from harmony_core.staking.slash_evidence import VerifiedSlash
from harmony_core.staking.staking_state import StakingState

__all__ = [
    "SlashOutcome",
    "Snapshots",
    "apply_slashes",
    "in_order",
    "records_missing_from",
    "replay_block_slashes",
    "replay_slashes",
    "require_slashing_chain",
]

Snapshots = Mapping[Epoch, Mapping[Address, ValidatorWrapper]]
"""Validators as they stood when an epoch began, by epoch and account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashOutcome:
    """The state after some records were applied.

    Attributes:
        state: the state afterwards.
        total_slashed: atto that were taken.
        beneficiary_reward: atto that went to the beneficiary; the rest is burnt.
        losses: who lost what, record by record.
        trace: which rules were applied, with their numbers.
    """

    state: StakingState
    total_slashed: int = 0
    beneficiary_reward: int = 0
    losses: tuple[Loss, ...] = ()
    trace: Trace = ()


def apply_slashes(
    state: StakingState,
    slashes: Sequence[VerifiedSlash],
    snapshots: Snapshots,
    beneficiary: Address,
    *,
    compatibility: Compatibility = STRICT,
) -> SlashOutcome:
    """Return the outcome of the verified records of a block, in the order of the reference.

    Args:
        state: the state, the block's rewards paid.
        slashes: what `verify_slashes` returned.
        snapshots: validators when the epochs of the offences began.
        beneficiary: coinbase of the block.
        compatibility: see `slash_validator`.

    Raises:
        HarmonyError: as for `replay_slashes`.
    """
    records = in_order([slash.record for slash in slashes])
    return replay_slashes(state, records, snapshots, beneficiary, compatibility=compatibility)


def replay_block_slashes(
    state: StakingState,
    records: Sequence[SlashRecord],
    snapshots: Snapshots,
    beneficiary: Address,
    *,
    network: Network,
    shard_id: ShardID,
    epoch: Epoch,
    compatibility: Compatibility = STRICT,
) -> SlashOutcome:
    """Return the outcome of the records of a block whose header is proven; that the records are true is not checked.

    Args:
        state: the state, the block's rewards paid.
        records: the records of the header.
        snapshots: validators when the epochs of the offences began.
        beneficiary: coinbase of the block.
        network: the network.
        shard_id: shard of the block.
        epoch: epoch of the block.
        compatibility: see `slash_validator`.

    Raises:
        VerificationError: ``slash-not-on-beacon-chain`` for records of another chain, or from before staking.
        UnsupportedRulesError: ``rules-unknown``.
        HarmonyError: as for `replay_slashes`.

    Source: internal/chain/engine.go, Finalize and applySlashes.
    """
    network.require_known_rules(epoch)
    require_slashing_chain(records, network, shard_id, epoch)
    return replay_slashes(state, in_order(records), snapshots, beneficiary, compatibility=compatibility)


def require_slashing_chain(
    records: Sequence[SlashRecord], network: Network, shard_id: ShardID, epoch: Epoch
) -> None:
    """Check that records stand in a block of the beacon chain in the staking era, if there are any.

    Raises:
        VerificationError: ``slash-not-on-beacon-chain``.
    """
    require(
        not records or (shard_id == BEACON_SHARD_ID and network.config.is_staking(epoch)),
        VerificationError,
        "slash-not-on-beacon-chain",
        "Validators are slashed on the beacon chain, from staking on.",
        actual=f"shard {shard_id}, epoch {epoch}",
    )


def replay_slashes(
    state: StakingState,
    records: Sequence[SlashRecord],
    snapshots: Snapshots,
    beneficiary: Address,
    *,
    compatibility: Compatibility = STRICT,
) -> SlashOutcome:
    """Return the outcome of records one after the other; that they are true is not checked.

    Args:
        state: the state before.
        records: the records in the order in which they count.
        snapshots: validators when the epochs of the offences began.
        beneficiary: who gets half of what is taken.
        compatibility: see `slash_validator`.

    Raises:
        MissingDataError: ``slash-snapshot`` where the validator had no snapshot in the epoch of the offence.
        VerificationError: ``staking-validator-unknown``, or as for `slash_validator`.

    Source: staking/slash/double-sign.go, Apply.
    """
    outcome = SlashOutcome(state=state)
    for record in records:
        outcome = _applied(outcome, record, snapshots, beneficiary, compatibility)
    return outcome


def records_missing_from(
    known: Sequence[SlashRecord], others: Sequence[SlashRecord]
) -> tuple[SlashRecord, ...]:
    """Return the records among ``others`` that are not ``known``, by their hashes; repetitions stay.

    Source: staking/slash/double-sign.go, SetDifference.
    """
    hashes = {record.hash for record in known}
    return tuple(record for record in others if record.hash not in hashes)


def in_order(records: Sequence[SlashRecord]) -> list[SlashRecord]:
    """Return the records of a block in the order in which they count: by shard, height, view and epoch.

    The reference compares them in a way that is no order where, say, one record has the smaller shard and the other the
    smaller height. This matters only where one validator is slashed twice, which `verify_slashes` refuses.

    Source: internal/chain/engine.go, applySlashes.
    """
    return sorted(
        records,
        key=lambda record: (
            record.evidence.moment.shard_id,
            record.evidence.moment.height,
            record.evidence.moment.view_id,
            record.evidence.moment.epoch,
        ),
    )


def _applied(
    before: SlashOutcome,
    record: SlashRecord,
    snapshots: Snapshots,
    beneficiary: Address,
    compatibility: Compatibility,
) -> SlashOutcome:
    offender, epoch = record.evidence.offender, record.evidence.moment.epoch
    snapshot = snapshots.get(epoch, {}).get(offender)
    require(
        snapshot is not None,
        MissingDataError,
        "slash-snapshot",
        "There is no snapshot of the offender from the epoch of the offence.",
        expected=epoch,
        actual=offender,
    )
    current = before.state.validator(offender)
    slashed = slash_validator(current, snapshot or current, epoch, compatibility=compatibility)
    reward = slashed.total // 2
    return SlashOutcome(
        state=before.state.with_validators(slashed.wrapper).credited(beneficiary, reward),
        total_slashed=before.total_slashed + slashed.total,
        beneficiary_reward=before.beneficiary_reward + reward,
        losses=before.losses + slashed.losses,
        trace=before.trace + _steps(record, slashed, beneficiary, reward),
    )


def _steps(
    record: SlashRecord, slashed: ValidatorSlash, beneficiary: Address, reward: int
) -> tuple[TraceStep, ...]:
    own, *others = slashed.losses
    moment = record.evidence.moment
    first = trace_step(
        "slash-validator",
        "The validator loses half of its own stake of the snapshot, as far as it still has it.",
        validator=own.delegator,
        epoch=moment.epoch,
        debt=own.debt,
        lost=own.total,
    )
    each = tuple(
        trace_step(
            "slash-delegator",
            "Delegators together lose four fifths of what the validator lost, by their stake.",
            delegator=loss.delegator,
            debt=loss.debt,
            from_stake=loss.from_stake,
            from_undelegations=loss.from_undelegations,
            from_reward=loss.from_reward,
        )
        for loss in others
    )
    last = trace_step(
        "slash-money",
        "Half of what was taken goes to the block's coinbase, the rest to nobody; the reporter gets nothing.",
        taken=slashed.total,
        beneficiary=beneficiary,
        credited=reward,
        burnt=slashed.total - reward,
        reporter=record.reporter,
    )
    return first, *each, last
