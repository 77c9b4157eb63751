"""What a validator may keep of its delegators' rewards: the floor, the ceiling, and how fast it may change.

Source: harmony-one/harmony, staking/availability/measure.go (MinCommissionRate, UpdateMinimumCommissionFee,
UpdateMaxCommissionFee); core/staking_verifier.go (VerifyAndEditValidatorFromMsg).
"""

from dataclasses import replace
from typing import Final

from harmony_core.chain.validator_wrapper import CommissionRates, ValidatorWrapper
from harmony_core.errors import ConfigurationError, VerificationError, require
from harmony_core.params import ChainConfig
from harmony_core.primitives import Dec, Epoch, Trace, TraceStep, trace_step
from harmony_core.staking.context import StakingContext

__all__ = [
    "minimum_commission_rate",
    "promotion_period",
    "verify_commission_change",
    "with_maximum_commission",
    "with_minimum_commission",
]

_FIRST_FLOOR: Final = Dec.from_int(5, 2)
_HIP30_FLOOR: Final = Dec.from_int(7, 2)


def minimum_commission_rate(config: ChainConfig, epoch: Epoch) -> Dec:
    """Return the least commission of an epoch: none at first, then 5 %, from HIP-30 on 7 %."""
    if config.is_hip30(epoch):
        return _HIP30_FLOOR
    return _FIRST_FLOOR if config.is_min_commission_rate(epoch) else Dec.ZERO


def promotion_period(config: ChainConfig) -> int:
    """Return for how many epochs a newly elected validator may stay below the floor.

    Raises:
        ConfigurationError: ``staking-promotion-period`` on a network that does not say; the reference panics.
    """
    require(
        config.min_commission_promo_period is not None,
        ConfigurationError,
        "staking-promotion-period",
        "The network does not say for how long a new validator may stay below the least commission.",
    )
    return config.min_commission_promo_period or 0


def with_minimum_commission(
    wrapper: ValidatorWrapper, *, first_election: Epoch, election: Epoch, floor: Dec, promotion: int
) -> ValidatorWrapper:
    """Return a validator with its commission raised to the floor, unless it is still being promoted.

    The largest rate is not looked at: a rate above it is what the wrapper's own check then refuses, and what
    `with_maximum_commission` repairs where that rule is in force.

    Args:
        wrapper: the validator.
        first_election: epoch for which it was first elected, 0 for never; then nothing changes.
        election: epoch for which the committee is being elected.
        floor: the least commission of that epoch.
        promotion: for how many epochs it may stay below.

    Source: harmony-one/harmony, staking/availability/measure.go, UpdateMinimumCommissionFee.
    """
    commission = wrapper.validator.commission
    promoted = not first_election or election < first_election or election - first_election < promotion
    if promoted or commission.rate >= floor:
        return wrapper
    return _with_commission(wrapper, rate=floor)


def with_maximum_commission(wrapper: ValidatorWrapper, *, floor: Dec, capped: bool) -> ValidatorWrapper:
    """Return a validator whose largest rate leaves room for the floor and one change.

    Args:
        wrapper: the validator.
        floor: the least commission.
        capped: whether the largest rate stays within 1 (``is_top_max_rate``); before, it could exceed 1, and such a
            validator failed its own check from then on.

    Raises:
        VerificationError: ``dec-overflow``.

    Source: harmony-one/harmony, staking/availability/measure.go, UpdateMaxCommissionFee.
    """
    commission = wrapper.validator.commission
    wanted = floor + commission.max_change_rate
    if capped:
        wanted = min(wanted, Dec.ONE)
    return wrapper if commission.max_rate >= wanted else _with_commission(wrapper, max_rate=wanted)


def verify_commission_change(
    wrapper: ValidatorWrapper, *, at_epoch_start: Dec, first_election: Epoch, context: StakingContext
) -> Trace:
    """Check the commission that a validator would have after it was edited, whether the edit changed it or not.

    Args:
        wrapper: the edited validator.
        at_epoch_start: its rate in the snapshot of the epoch.
        first_election: epoch for which it was first elected, 0 for never.
        context: the block.

    Returns:
        The rules that it keeps to.

    Raises:
        VerificationError: ``staking-commission-above-max``, ``staking-commission-below-min`` once the promotion is
            over, ``staking-commission-change`` for more than the largest change since the epoch began.
        ConfigurationError: ``staking-promotion-period``.

    Source: harmony-one/harmony, core/staking_verifier.go, VerifyAndEditValidatorFromMsg.
    """
    commission = wrapper.validator.commission
    require(
        commission.rate <= commission.max_rate,
        VerificationError,
        "staking-commission-above-max",
        "A validator's commission does not exceed the largest that it set for itself.",
        expected=commission.max_rate,
        actual=commission.rate,
    )
    return (
        trace_step(
            "staking-commission-above-max",
            "The rate is within the largest.",
            rate=commission.rate,
            max_rate=commission.max_rate,
        ),
        *_verify_floor(commission.rate, first_election, context),
        _verify_change(commission, at_epoch_start),
    )


def _verify_floor(rate: Dec, first_election: Epoch, context: StakingContext) -> Trace:
    floor = minimum_commission_rate(context.config, context.epoch)
    if rate >= floor:
        return ()
    age = context.epoch - first_election
    require(
        not first_election or age < promotion_period(context.config),
        VerificationError,
        "staking-commission-below-min",
        "A validator's commission is at least the floor once its promotion is over.",
        expected=floor,
        actual=rate,
    )
    step = trace_step(
        "staking-commission-below-min",
        "The rate may lie below the floor while the validator is new.",
        rate=rate,
        floor=floor,
        first_election=first_election,
    )
    return (step,)


def _verify_change(commission: CommissionRates, at_epoch_start: Dec) -> TraceStep:
    change = abs(commission.rate - at_epoch_start)
    require(
        change <= commission.max_change_rate,
        VerificationError,
        "staking-commission-change",
        "A validator's commission changes by no more in an epoch than it set for itself.",
        expected=commission.max_change_rate,
        actual=change,
    )
    return trace_step(
        "staking-commission-change",
        "The rate has changed by no more than allowed since the epoch began.",
        at_epoch_start=at_epoch_start,
        rate=commission.rate,
        max_change=commission.max_change_rate,
    )


def _with_commission(wrapper: ValidatorWrapper, **rates: Dec) -> ValidatorWrapper:
    validator = wrapper.validator
    return replace(wrapper, validator=replace(validator, commission=replace(validator.commission, **rates)))
