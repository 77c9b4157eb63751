"""Everything that a block does to validators and their delegators, in the reference's order.

Transactions first; then, in the last block of an epoch, undelegations that are due, marks of the election, and who
signed too little; then rewards and counters; then slashes. What of it keeps to the rules is stored. Afterwards the node
notes new delegations, new validators and snapshots beside the state.

Source: harmony-one/harmony, core/state_processor.go, Process; internal/chain/engine.go, Finalize; core/offchain.go,
CommitOffChainData; core/blockchain_impl.go, UpdateStakingMetaData and UpdateValidatorSnapshots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from harmony_core.chain.header import Header
from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.chain.slash import decode_slash_records
from harmony_core.chain.staking_message import StakingMessage
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import (
    BEACON_SHARD_ID,
    STRICT,
    BlockNumber,
    Compatibility,
    Epoch,
    Trace,
)
from harmony_core.staking.availability import with_signing_status
from harmony_core.staking.context import StakingContext
from harmony_core.staking.directives import apply_directive
from harmony_core.staking.epoch_end import EpochEnd, end_epoch, store_validators
from harmony_core.staking.frozen_map import FrozenMap
from harmony_core.staking.outcome import DirectiveOutcome
from harmony_core.staking.reward_terms import RewardOutcome
from harmony_core.staking.rewards import pay_block
from harmony_core.staking.slashing import SlashOutcome, Snapshots, replay_block_slashes
from harmony_core.staking.staking_state import DelegationIndex, StakingState
from harmony_core.staking.unlocking import is_committee_selection_block

__all__ = ["BlockOutcome", "apply_block"]

_NO_SNAPSHOTS: Final[Snapshots] = FrozenMap()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockOutcome:
    """What a block of the beacon chain did to validators and delegators.

    Attributes:
        state: the state afterwards, with the indexes and snapshots that the next block goes by.
        directives: the outcome of each directive, in their order.
        epoch_end: what the end of an epoch did, None in other blocks.
        rewards: what the block paid.
        slashes: what double signing cost, None in blocks without records.
        trace: every rule that was applied, in order.
    """

    state: StakingState
    directives: tuple[DirectiveOutcome, ...]
    epoch_end: EpochEnd | None
    rewards: RewardOutcome
    slashes: SlashOutcome | None = None
    trace: Trace = ()


def apply_block(
    state: StakingState,
    header: Header,
    messages: Sequence[StakingMessage],
    *,
    network: Network,
    ancestors: Sequence[Header],
    shard_states: Mapping[Epoch, ShardState],
    past_snapshots: Snapshots = _NO_SNAPSHOTS,
    compatibility: Compatibility = STRICT,
) -> BlockOutcome:
    """Return what a block of the beacon chain does to validators and delegators.

    Fees and transfers are not part of it. That the header is that of the block, that senders signed, and that records
    of double signing are true, is for those who verify the block.

    Args:
        state: the state before the block.
        header: the block's header.
        messages: what was staked in the block: by contracts, then by staking transactions, each in its order.
        network: the network.
        ancestors: headers before the block without a gap, the parent last, as for `pay_block`.
        shard_states: committees by epoch, as for `pay_block`; at the end of an epoch that of the parent's epoch.
        past_snapshots: validators when the epochs began in which somebody signed twice.
        compatibility: which quirks of the reference to reproduce.

    Raises:
        VerificationError: ``staking-beacon-only`` for another shard, ``staking-parent-hash`` for another parent, or a
            code of `apply_directive`, `end_epoch`, `with_signing_status`, `pay_block`, `replay_block_slashes`,
            `store_validators`.
        MissingDataError: ``staking-parent`` without the parent, ``staking-committees`` without the committee that ends;
            ``staking-snapshot``; or a code of `pay_block`.
    """
    parent_epoch = _parent_epoch(header, ancestors)
    context = StakingContext(
        network=network, epoch=header.epoch, block_number=header.number, compatibility=compatibility
    )
    directives = _carried_out(state, messages, context)
    after_transactions = directives[-1].state if directives else state
    ended = _end_of_epoch(after_transactions, header, parent_epoch, shard_states, context)
    rewards = pay_block(
        after_transactions if ended is None else ended.state,
        header,
        ancestors,
        network=network,
        shard_states=shard_states,
        compatibility=compatibility,
    )
    slashes = _slashed(rewards.state, header, past_snapshots, context)
    last = rewards.state if slashes is None else slashes.state
    stored, lost = store_validators(after_transactions, last, compatibility=compatibility)
    traces = [outcome.trace for outcome in (*directives, ended, rewards, slashes) if outcome is not None]
    return BlockOutcome(
        state=_with_snapshots(state, _noted(stored, directives, context), context, parent_epoch),
        directives=directives,
        epoch_end=ended,
        rewards=rewards,
        slashes=slashes,
        trace=(*chain.from_iterable(traces), *lost),
    )


def _carried_out(
    state: StakingState, messages: Sequence[StakingMessage], context: StakingContext
) -> tuple[DirectiveOutcome, ...]:
    directives: list[DirectiveOutcome] = []
    for message in messages:
        outcome = apply_directive(state, message, context)
        directives.append(outcome)
        state = outcome.state
    return tuple(directives)


def _parent_epoch(header: Header, ancestors: Sequence[Header]) -> Epoch:
    require(
        header.shard_id == BEACON_SHARD_ID,
        VerificationError,
        "staking-beacon-only",
        "Only the beacon chain has validators and delegators.",
        expected=BEACON_SHARD_ID,
        actual=header.shard_id,
    )
    require(
        ancestors,
        MissingDataError,
        "staking-parent",
        "What a block does to validators depends on its parent.",
        expected=header.parent_hash,
    )
    if not ancestors:
        return header.epoch
    require(
        ancestors[-1].hash == header.parent_hash,
        VerificationError,
        "staking-parent-hash",
        "The last of the headers before a block is its parent.",
        expected=header.parent_hash,
        actual=ancestors[-1].hash,
    )
    return ancestors[-1].epoch


def _end_of_epoch(
    state: StakingState,
    header: Header,
    parent_epoch: Epoch,
    shard_states: Mapping[Epoch, ShardState],
    context: StakingContext,
) -> EpochEnd | None:
    if not is_committee_selection_block(
        context.config, header.epoch, header.shard_id, ends_epoch=bool(header.shard_state)
    ):
        return None
    new = decode_shard_state(header.shard_state, compatibility=context.compatibility)
    ended = end_epoch(state, new.staked_slots().addresses, new.epoch, context)
    ending = shard_states.get(parent_epoch)
    require(
        ending is not None,
        MissingDataError,
        "staking-committees",
        "Who signed too little is judged at the end of an epoch for the committees that end.",
        expected=parent_epoch,
    )
    current, steps = ended.state, list(ended.trace)
    for address in ending.staked_slots().addresses if ending is not None else ():
        current, found = with_signing_status(
            current, address, context.config, parent_epoch, compatibility=context.compatibility
        )
        steps.extend(found)
    return replace(ended, state=current, trace=tuple(steps))


def _slashed(
    state: StakingState, header: Header, past_snapshots: Snapshots, context: StakingContext
) -> SlashOutcome | None:
    if not header.slashes:
        return None
    records = decode_slash_records(header.slashes, compatibility=context.compatibility)
    if not records:
        return None
    return replay_block_slashes(
        state,
        records,
        past_snapshots,
        header.coinbase,
        network=context.network,
        shard_id=header.shard_id,
        epoch=header.epoch,
        compatibility=context.compatibility,
    )


def _noted(
    state: StakingState, directives: Sequence[DirectiveOutcome], context: StakingContext
) -> StakingState:
    """Return the state with an index for each delegation that was made."""
    indexes = dict(state.delegation_indexes)
    for outcome in directives:
        if outcome.delegated is None:
            continue
        delegator, validator = outcome.delegated
        known = indexes.get(delegator, ())
        if all(entry.validator != validator for entry in known):
            found = (
                DelegationIndex(validator, place, context.block_number)
                for place, delegation in enumerate(state.validator(validator).delegations)
                if delegation.delegator == delegator
            )
            indexes[delegator] = (*known, *found)
    return replace(state, delegation_indexes=indexes)


def _with_snapshots(
    before: StakingState, after: StakingState, context: StakingContext, parent_epoch: Epoch
) -> StakingState:
    """Return the state with the snapshots that the next block goes by.

    Those of an epoch are taken after the block before the last of the epoch before, and count from the second block
    of the epoch on: the first one still goes by the epoch of its parent.
    """
    schedule = context.network.schedule
    snapshots, coming = before.snapshots, before.coming_snapshots
    if context.epoch != parent_epoch:
        snapshots, coming = coming, {}
    if schedule.is_last_block(BlockNumber(context.block_number + 1)):
        coming = after.validators
    new = {
        address: wrapper for address, wrapper in after.validators.items() if address not in before.validators
    }
    if new:
        snapshots = {**snapshots, **new}
        coming = {**coming, **new} if schedule.is_last_block(context.block_number) else coming
    return replace(after, snapshots=snapshots, coming_snapshots=coming)
