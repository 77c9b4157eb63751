"""When an undelegation will be paid, and by which rule.

Source: harmony-one/harmony, internal/chain/engine.go (payoutUndelegations, GetLockPeriodInEpoch);
staking/types/delegation.go (RemoveUnlockedUndelegations).
"""

from dataclasses import dataclass

from harmony_core.chain.validator_wrapper import Delegation, Undelegation
from harmony_core.errors import VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import Address, BlockNumber, Dec, Epoch, Trace, TraceStep, trace_step
from harmony_core.staking.commission import minimum_commission_rate
from harmony_core.staking.unlocking import LockRules, PayoutReason, unlock

__all__ = ["UnlockForecast", "forecast_unlock", "may_be_unstored"]


@dataclass(frozen=True, slots=True)
class UnlockForecast:
    """When an undelegation is paid.

    Attributes:
        undelegated_in: epoch in which it was asked for.
        paid_at_end_of: epoch whose last block pays it.
        block_number: that block.
        rule: ``lock-period`` or ``early-unlock``.
        may_repeat: whether the defect of December 2023 was in force then: a validator whose largest commission lies
            below the floor cannot be stored, and what it pays is paid again at the end of each epoch.
        trace: each epoch's end and what its rules say.
    """

    undelegated_in: Epoch
    paid_at_end_of: Epoch
    block_number: BlockNumber
    rule: PayoutReason
    may_repeat: bool
    trace: Trace


def may_be_unstored(network: Network, epoch: Epoch) -> bool:
    """Return whether the end of an epoch may raise commissions above the largest rate without raising that too.

    On mainnet this was so from epoch 630 to 1731, with a floor of 5 % and, from the end of epoch 1672 on, 7 %.
    """
    following = Epoch(epoch + 1)
    raised = minimum_commission_rate(network.config, following) > Dec.ZERO
    return raised and not network.config.is_max_rate(following)


def forecast_unlock(
    network: Network, undelegated_in: Epoch, *, last_epoch_in_committee: Epoch
) -> UnlockForecast:
    """Return when an undelegation is paid, if its validator is not elected again.

    Args:
        network: the network, whose beacon chain pays.
        undelegated_in: epoch in which it was asked for.
        last_epoch_in_committee: last epoch for which its validator was elected, 0 for never.

    Raises:
        VerificationError: ``epoch-negative``; ``staking-forecast-epoch`` for an epoch before staking transactions.
        UnsupportedRulesError: ``rules-unknown`` if it is paid past the last known rules.
    """
    network.require_known_rules(undelegated_in)
    network.require_known_rules(last_epoch_in_committee)
    require(
        network.config.is_pre_staking(undelegated_in),
        VerificationError,
        "staking-forecast-epoch",
        "Nothing could be undelegated before staking transactions were taken.",
        expected=network.config.pre_staking_epoch,
        actual=undelegated_in,
    )
    delegation = Delegation(Address.zero(), 0, 0, (Undelegation(1, undelegated_in),))
    steps: list[TraceStep] = []
    epoch = undelegated_in
    while True:
        # The end of an epoch goes by rules of the next one too.
        network.require_known_rules(Epoch(epoch + 1))
        rules = LockRules.of_epoch(network.config, epoch, Epoch(epoch + 1))
        unlocked = unlock(
            delegation, epoch=epoch, last_epoch_in_committee=last_epoch_in_committee, rules=rules
        )
        steps.append(
            _step(epoch, undelegated_in, last_epoch_in_committee, rules, paid=bool(unlocked.reasons))
        )
        if unlocked.reasons:
            return UnlockForecast(
                undelegated_in=undelegated_in,
                paid_at_end_of=epoch,
                block_number=network.schedule.last_block_of_epoch(epoch),
                rule=unlocked.reasons[0][1],
                may_repeat=may_be_unstored(network, epoch),
                trace=tuple(steps),
            )
        epoch = Epoch(epoch + 1)


def _step(epoch: Epoch, since: Epoch, last_elected: Epoch, rules: LockRules, *, paid: bool) -> TraceStep:
    return trace_step(
        "staking-payout" if paid else "staking-lock",
        "The amount is paid." if paid else "The amount stays locked.",
        end_of_epoch=epoch,
        age=epoch - since,
        lock_period=rules.period,
        early_unlock=rules.early_unlock,
        epochs_since_elected=epoch - last_elected,
    )
