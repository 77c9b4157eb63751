"""When stake that was taken back is paid: the lock, and the payout at the end of an epoch.

Source: harmony-one/harmony, staking/types/delegation.go (RemoveUnlockedUndelegations); internal/chain/engine.go
(GetLockPeriodInEpoch, payoutUndelegations, IsCommitteeSelectionBlock).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from harmony_core.chain.validator_wrapper import Delegation, Undelegation, ValidatorWrapper
from harmony_core.params import ChainConfig
from harmony_core.primitives import BEACON_SHARD_ID, Address, Epoch, ShardID, Trace, TraceStep, trace_step

__all__ = [
    "LOCK_PERIOD",
    "LockRules",
    "PayoutReason",
    "UndelegationPayout",
    "Unlocked",
    "is_committee_selection_block",
    "lock_period",
    "payout_undelegations",
    "unlock",
]

LOCK_PERIOD: Final = 7
"""Epochs that stake stays locked after it was taken back."""

PayoutReason = str
"""Rule by which an undelegation leaves: ``lock-period``, ``early-unlock``, or ``max-rate`` for unpaid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRules:
    """The rules of the payout at the end of an epoch.

    Attributes:
        period: epochs that stake stays locked.
        early_unlock: stake also unlocks once its validator has been out of committees for that long.
        drops_overdue: entries that are more than due are removed without being paid, because before this rule the
            defect of December 2023 had paid them at the end of every epoch without removing them.
    """

    period: int
    early_unlock: bool
    drops_overdue: bool

    @classmethod
    def of_epoch(cls, config: ChainConfig, epoch: Epoch, next_epoch: Epoch) -> "LockRules":
        """Return the rules at the end of ``epoch``; whether overdue entries are dropped goes by the next epoch."""
        return cls(
            period=lock_period(config, epoch),
            early_unlock=not config.is_no_early_unlock(epoch),
            drops_overdue=config.is_max_rate(next_epoch),
        )


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What leaves a delegation at the end of an epoch.

    Attributes:
        delegation: the delegation afterwards.
        paid: atto that go to the delegator's balance.
        dropped: atto that are removed without being paid.
        reasons: the entries that left, each with the rule by which it did.
    """

    delegation: Delegation
    paid: int
    dropped: int
    reasons: tuple[tuple[Undelegation, PayoutReason], ...]


@dataclass(frozen=True, slots=True)
class UndelegationPayout:
    """The undelegations paid at the end of an epoch.

    Attributes:
        wrappers: the validators that changed.
        balances: atto that each account receives, in the order of the payments.
        dropped: atto removed without being paid.
        trace: each entry that left, and why.
    """

    wrappers: tuple[ValidatorWrapper, ...]
    balances: Mapping[Address, int]
    dropped: int
    trace: Trace


def lock_period(config: ChainConfig, epoch: Epoch) -> int:
    """Return for how many epochs stake stays locked: 7, but none between quick unlock and redelegation."""
    if config.is_redelegation(epoch) or not config.is_quick_unlock(epoch):
        return LOCK_PERIOD
    return 0


def is_committee_selection_block(
    config: ChainConfig, epoch: Epoch, shard_id: ShardID, *, ends_epoch: bool
) -> bool:
    """Return whether a block ends an epoch of the beacon chain since staking transactions are accepted.

    Undelegations are paid and the next committees' validators marked in these blocks, and in no others.

    Args:
        config: the network's switches.
        epoch: epoch of the block.
        shard_id: shard of the block.
        ends_epoch: whether its header carries a shard state.
    """
    return shard_id == BEACON_SHARD_ID and ends_epoch and config.is_pre_staking(epoch)


def unlock(
    delegation: Delegation, *, epoch: Epoch, last_epoch_in_committee: Epoch, rules: LockRules
) -> Unlocked:
    """Remove what may leave a delegation at the end of ``epoch``: entries from the oldest on, up to the first locked one.

    Args:
        delegation: the delegation.
        epoch: the epoch that ends.
        last_epoch_in_committee: last epoch for which its validator was elected.
        rules: the rules of that epoch.

    Source: harmony-one/harmony, staking/types/delegation.go, RemoveUnlockedUndelegations.
    """
    out_of_committee = epoch - last_epoch_in_committee >= rules.period
    reasons: list[tuple[Undelegation, PayoutReason]] = []
    paid = dropped = 0
    for entry in delegation.undelegations:
        age = epoch - entry.epoch
        if age < rules.period and not (rules.early_unlock and out_of_committee):
            break
        if rules.drops_overdue and age > rules.period:
            dropped += entry.amount
            reasons.append((entry, "max-rate"))
            continue
        paid += entry.amount
        reasons.append((entry, "lock-period" if age >= rules.period else "early-unlock"))
    remaining = delegation.undelegations[len(reasons) :]
    return Unlocked(replace(delegation, undelegations=remaining), paid, dropped, tuple(reasons))


def payout_undelegations(
    validators: Mapping[Address, ValidatorWrapper], *, epoch: Epoch, rules: LockRules
) -> UndelegationPayout:
    """Pay what is due of every validator's delegations at the end of ``epoch``.

    Args:
        validators: the validators, before the election of the next epoch is marked in them.
        epoch: the epoch that ends.
        rules: its rules.

    Source: harmony-one/harmony, internal/chain/engine.go, payoutUndelegations.
    """
    changed: list[ValidatorWrapper] = []
    balances: dict[Address, int] = {}
    steps: list[TraceStep] = []
    dropped = 0
    for address, wrapper in validators.items():
        found = [
            unlock(
                delegation,
                epoch=epoch,
                last_epoch_in_committee=wrapper.validator.last_epoch_in_committee,
                rules=rules,
            )
            if delegation.undelegations
            else Unlocked(delegation, 0, 0, ())
            for delegation in wrapper.delegations
        ]
        if not any(unlocked.reasons for unlocked in found):
            continue
        changed.append(replace(wrapper, delegations=tuple(unlocked.delegation for unlocked in found)))
        for unlocked in found:
            account = unlocked.delegation.delegator
            dropped += unlocked.dropped
            if unlocked.paid:
                balances[account] = balances.get(account, 0) + unlocked.paid
            steps.extend(
                trace_step(
                    f"staking-payout-{reason}",
                    _TEXTS[reason],
                    validator=address,
                    delegator=account,
                    amount=entry.amount,
                    since_epoch=entry.epoch,
                )
                for entry, reason in unlocked.reasons
            )
    return UndelegationPayout(tuple(changed), balances, dropped, tuple(steps))


_TEXTS: Final = {
    "lock-period": "The lock is over: the amount is paid.",
    "early-unlock": "The validator has been out of committees for long enough: the amount is paid.",
    "max-rate": "The amount is more than due and so was paid before: the entry is removed without being paid.",
}
