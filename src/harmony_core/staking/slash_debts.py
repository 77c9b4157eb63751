"""What a double signer and each of its delegators owe and pay.

The validator owes half of the stake of its own that it had when the epoch of the offence began. Its delegators
together owe four fifths of what it then really lost, by their stake at that time. Everybody pays from stake, then from
undelegations that were begun in the epoch of the offence or later, then from rewards.

Source: harmony-one/harmony, staking/slash/double-sign.go, delegatorSlashApplyDebt.
"""

from dataclasses import dataclass, replace
from typing import Final

from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.chain.validator_wrapper import Delegation, Undelegation, ValidatorStatus, ValidatorWrapper
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, Address, Compatibility, Dec, Epoch

__all__ = ["DELEGATORS_SHARE", "Loss", "ValidatorSlash", "pay_down", "share_of_amount", "slash_validator"]

DELEGATORS_SHARE: Final = Dec.from_int(8, 1)
"""What delegators lose together, as a share of what the validator loses: 80 %."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What one delegation loses.

    Attributes:
        delegator: the account; the validator itself comes first.
        debt: atto that it owes; negative only where the reference is followed.
        from_stake: atto taken from its stake.
        from_undelegations: atto taken from what it was taking back.
        from_reward: atto taken from its reward.
    """

    delegator: Address
    debt: int
    from_stake: int
    from_undelegations: int
    from_reward: int

    @property
    def total(self) -> int:
        """Atto that it loses."""
        return self.from_stake + self.from_undelegations + self.from_reward


@dataclass(frozen=True, slots=True)
class ValidatorSlash:
    """A validator after it was slashed.

    Attributes:
        wrapper: the validator afterwards, banned.
        losses: who lost what.
    """

    wrapper: ValidatorWrapper
    losses: tuple[Loss, ...]

    @property
    def total(self) -> int:
        """Atto that all delegations lost."""
        return sum(loss.total for loss in self.losses)


def slash_validator(
    current: ValidatorWrapper,
    snapshot: ValidatorWrapper,
    epoch: Epoch,
    *,
    compatibility: Compatibility = STRICT,
) -> ValidatorSlash:
    """Return a validator slashed and banned, and what each of its delegations lost.

    The debts of delegators are their stakes in the snapshot times four fifths of what the validator lost, divided by
    the stake of the snapshot less what the validator has *now*: stake that it added since makes them larger. A
    delegation that is not in the snapshot owes nothing.

    Args:
        current: the validator now.
        snapshot: the validator when the epoch of the offence began.
        epoch: that epoch; undelegations from before it are out of reach.
        compatibility: ``negative_slash_debts`` lets delegators gain where the divisor is negative.

    Raises:
        VerificationError: ``slash-self-delegation`` where either has no delegation of its own,
            ``slash-no-external-stake`` for a divisor of zero (the reference panics), ``slash-external-stake`` for a
            negative one, or a code of `chain.validator_rules.verify_validator_wrapper` for the validator afterwards.

    Source: staking/slash/double-sign.go, delegatorSlashApplyDebt.
    """
    places, stake = _slashable(current, snapshot)
    require(
        places and current.delegations,
        VerificationError,
        "slash-self-delegation",
        "A validator has a delegation of its own, now and when the epoch of the offence began.",
    )
    external = stake - current.delegations[0].amount
    delegations = list(current.delegations)
    delegations[0], own = _pay(delegations[0], snapshot.delegations[0].amount // 2, epoch)
    places = places[1:]  # the first delegation that was in the snapshot is taken for the validator's own
    losses = [own]
    shared = share_of_amount(own.total, DELEGATORS_SHARE)
    _verify_divisor(external, needed=bool(places), compatibility=compatibility)
    for place, amount in places:
        debt = _euclidean_quotient(amount * shared, external)
        delegations[place], loss = _pay(delegations[place], debt, epoch)
        losses.append(loss)
    wrapper = replace(
        current,
        validator=replace(current.validator, status=ValidatorStatus.BANNED),
        delegations=tuple(delegations),
    )
    verify_validator_wrapper(wrapper)
    return ValidatorSlash(wrapper, tuple(losses))


def pay_down(balance: int, debt: int) -> tuple[int, int, int]:
    """Return balance, debt and payment after paying as much of a debt as the balance holds.

    A negative debt is "paid" in full: the balance grows. Only the reference's quirk leads there.

    Source: staking/slash/double-sign.go, payDown.
    """
    paid = min(balance, debt)
    return balance - paid, debt - paid, paid


def share_of_amount(amount: int, share: Dec) -> int:
    """Return a share of an amount in atto, parts of an atto dropped.

    Source: staking/slash/double-sign.go, applySlashRate.
    """
    return (Dec.from_int(amount) * share).truncate_int()


def _slashable(current: ValidatorWrapper, snapshot: ValidatorWrapper) -> tuple[list[tuple[int, int]], int]:
    """Return place now and stake then of every delegation that owes a share, and the stake of the snapshot.

    Of an account that stands twice in the snapshot the last stake counts.
    """
    stakes = {delegation.delegator: delegation.amount for delegation in snapshot.delegations}
    places = [
        (place, stakes[delegation.delegator])
        for place, delegation in enumerate(current.delegations)
        if delegation.delegator in stakes
    ]
    return places, snapshot.total_delegation


def _verify_divisor(external: int, *, needed: bool, compatibility: Compatibility) -> None:
    require(
        external or not needed,
        VerificationError,
        "slash-no-external-stake",
        "The delegators' debts are divided by a stake of zero.",
    )
    require(
        external >= 0 or not needed or compatibility.negative_slash_debts,
        VerificationError,
        "slash-external-stake",
        "The validator has more stake now than all delegations had together, so that delegators would gain.",
        actual=external,
    )


def _pay(delegation: Delegation, debt: int, epoch: Epoch) -> tuple[Delegation, Loss]:
    """Return a delegation after it paid what it can of a debt, and its loss."""
    amount, owed, from_stake = pay_down(delegation.amount, debt)
    undelegations: list[Undelegation] = []
    from_undelegations = 0
    for undelegation in delegation.undelegations:
        left = undelegation.amount
        if owed and undelegation.epoch >= epoch:
            left, owed, paid = pay_down(undelegation.amount, owed)
            from_undelegations += paid
        undelegations.append(replace(undelegation, amount=left))
    reward, from_reward = delegation.reward, 0
    if owed > 0:
        reward, owed, from_reward = pay_down(delegation.reward, owed)
    after = replace(delegation, amount=amount, reward=reward, undelegations=tuple(undelegations))
    return after, Loss(delegation.delegator, debt, from_stake, from_undelegations, from_reward)


def _euclidean_quotient(dividend: int, divisor: int) -> int:
    """Return the quotient that leaves a remainder of at least 0, as Go's big.Int.Div does; 0 for a divisor of 0."""
    if not divisor:
        return 0
    quotient = dividend // abs(divisor)
    return quotient if divisor > 0 else -quotient
