"""The end of an epoch on the beacon chain: paying what is due, marking who was elected, and storing the validators.

Source: harmony-one/harmony, internal/chain/engine.go, Finalize; core/state/statedb.go, Finalise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.errors import HarmonyError
from harmony_core.primitives import STRICT, Address, Compatibility, Epoch, Trace, TraceStep, trace_step
from harmony_core.staking.context import StakingContext
from harmony_core.staking.election_marks import mark_election
from harmony_core.staking.staking_state import StakingState
from harmony_core.staking.unlocking import LockRules, payout_undelegations

__all__ = ["EpochEnd", "end_epoch", "listed_validators", "store_validators"]


_BEFORE_ALL_RULES: Final = Epoch(-1)


@dataclass(frozen=True, slots=True)
class EpochEnd:
    """What the last block of an epoch does to validators before it pays rewards.

    Attributes:
        state: the state afterwards; `store_validators` says what of it lasts.
        paid: atto of undelegations that went to balances.
        dropped: atto of overdue undelegations that were removed without being paid.
        trace: which rules were applied.
    """

    state: StakingState
    paid: int
    dropped: int
    trace: Trace


def end_epoch(
    state: StakingState, elected: Iterable[Address], next_epoch: Epoch | None, context: StakingContext
) -> EpochEnd:
    """Pay the undelegations that are due, then mark who was elected and bring commissions to the floor.

    Args:
        state: the state after the block's transactions.
        elected: validators with a slot in the new shard state, in its order.
        next_epoch: the epoch of the new shard state, None where it is written as before staking: then nobody is elected
            by stake, and no rule that goes by the next epoch is in force.
        context: the last block of the epoch.

    Raises:
        VerificationError: ``staking-validator-unknown`` for an elected account that is no validator.
        ConfigurationError: ``staking-promotion-period``.
        UnsupportedRulesError: ``rules-unknown`` for a next epoch past the last known rules.
    """
    following = _BEFORE_ALL_RULES if next_epoch is None else next_epoch
    context.network.require_known_rules(max(following, Epoch(0)))
    listed = listed_validators(state, context)
    rules = LockRules.of_epoch(context.config, context.epoch, following)
    payout = payout_undelegations(
        {address: state.validator(address) for address in listed}, epoch=context.epoch, rules=rules
    )
    after = state.with_validators(*payout.wrappers).credited_all(payout.balances)
    after, marks = mark_election(after, elected, following, context.config, candidates=listed)
    return EpochEnd(after, sum(payout.balances.values()), payout.dropped, (*payout.trace, *marks))


def listed_validators(state: StakingState, context: StakingContext) -> list[Address]:
    """Return the validators that the chain lists: those made before the block at hand.

    Source: harmony-one/harmony, core/blockchain_impl.go, ReadValidatorList.
    """
    return [
        address
        for address, wrapper in state.validators.items()
        if wrapper.validator.creation_height < context.block_number
    ]


def store_validators(
    before: StakingState, after: StakingState, *, compatibility: Compatibility = STRICT
) -> tuple[StakingState, Trace]:
    """Return the state of which only validators that keep to the rules are changed.

    The reference writes each changed wrapper when a transaction or a block is done, and only reports it if the wrapper
    fails its own check: the change is lost, while what it paid to balances stays paid. That was the endless payout of
    December 2023: the floor of 7 % put rates above the largest rates, and undelegations were paid at the end of every
    epoch because their removal was never stored. Strict refuses such a block instead; ``unstored_validator_changes``
    reproduces it.

    Args:
        before: the state whose wrappers are stored.
        after: the state at the end of the block.
        compatibility: which quirks of the reference to reproduce.

    Returns:
        The state that lasts, and a step for each change that was lost.

    Raises:
        VerificationError: a code of `verify_validator_wrapper`.

    Source: harmony-one/harmony, core/state/statedb.go, Finalise and UpdateValidatorWrapper.
    """
    lost = []
    steps: list[TraceStep] = []
    for address, wrapper in after.validators.items():
        stored = before.validators.get(address)
        if wrapper is stored or wrapper == stored:
            continue
        try:
            verify_validator_wrapper(wrapper)
        except HarmonyError as error:
            if stored is None or not compatibility.unstored_validator_changes:
                raise
            lost.append(stored)
            steps.append(
                trace_step(
                    error.code,
                    "The validator fails its own check, and its change is not stored.",
                    validator=address,
                    expected=str(error.expected),
                    actual=str(error.actual),
                )
            )
    return after.with_validators(*lost), tuple(steps)
