"""What the staking rules know of a chain at one moment: validators, who delegates where, balances.

Every rule takes such a value and returns another one; nothing is changed in place, so that an error leaves the state
as it was and an auditor can replay any single step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from harmony_core.chain.validator_wrapper import ValidatorWrapper
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.primitives import Address, BlockNumber, Epoch
from harmony_core.staking.frozen_map import FrozenMap

__all__ = ["DelegationIndex", "StakingState"]

_MAPPINGS: Final = (
    "validators",
    "balances",
    "delegation_indexes",
    "first_election_epochs",
    "snapshots",
    "coming_snapshots",
)
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_set = object.__setattr__


@dataclass(frozen=True, slots=True)
class DelegationIndex:
    """Where a delegation of an account stands; the node keeps these beside the state.

    Attributes:
        validator: the validator.
        index: place in the validator's list of delegations, from 0.
        block_number: block in which the delegation was made; it counts from the next one on.
    """

    validator: Address
    index: int
    block_number: BlockNumber = BlockNumber(0)  # noqa: RUF009 - immutable


@dataclass(frozen=True, slots=True, kw_only=True)
class StakingState:
    """Validators, delegations and balances at one moment. Mappings that are given are checked and copied.

    Attributes:
        validators: wrapper of each validator, in the order in which they were created.
        balances: atto of each account; an account that is not named has none.
        delegation_indexes: the delegations of each account, in the order in which they were made.
        first_election_epochs: epoch in which a validator was first elected; not named means not yet.
        snapshots: wrappers as they stood when the epoch of the parent block began; rewards and changes of commission
            go by them.
        coming_snapshots: wrappers at the end of the epoch, until the next one's first block is behind.

    Raises:
        VerificationError: ``staking-state-balance`` for a balance below zero, ``staking-state-address`` for a wrapper
            under another account than its own.
    """

    validators: Mapping[Address, ValidatorWrapper] = field(default_factory=FrozenMap)
    balances: Mapping[Address, int] = field(default_factory=FrozenMap)
    delegation_indexes: Mapping[Address, tuple[DelegationIndex, ...]] = field(default_factory=FrozenMap)
    first_election_epochs: Mapping[Address, Epoch] = field(default_factory=FrozenMap)
    snapshots: Mapping[Address, ValidatorWrapper] = field(default_factory=FrozenMap)
    coming_snapshots: Mapping[Address, ValidatorWrapper] = field(default_factory=FrozenMap)

    def __post_init__(self) -> None:
        for name in _MAPPINGS:
            given = getattr(self, name)
            if not isinstance(given, FrozenMap):
                _CHECKS.get(name, _nothing)(given)
                _set(self, name, FrozenMap(given))

    def validator(self, address: Address) -> ValidatorWrapper:
        """Return a validator's wrapper.

        Raises:
            VerificationError: ``staking-validator-unknown`` for an account that is no validator.
        """
        found = self.validators.get(address)
        if found is None:
            raise VerificationError(
                "No validator has this address.", code="staking-validator-unknown", actual=address
            )
        return found

    def snapshot(self, address: Address) -> ValidatorWrapper:
        """Return a validator's wrapper as it stood when the epoch began.

        Raises:
            MissingDataError: ``staking-snapshot`` where no snapshot is given.
        """
        found = self.snapshots.get(address)
        if found is None:
            raise MissingDataError(
                "There is no snapshot of this validator.", code="staking-snapshot", actual=address
            )
        return found

    def balance(self, address: Address) -> int:
        """Return an account's balance in atto, 0 where none is given."""
        return self.balances.get(address, 0)

    def delegations_of(
        self, delegator: Address, block_number: BlockNumber | None = None
    ) -> tuple[DelegationIndex, ...]:
        """Return an account's delegations, only those of earlier blocks where a block is given.

        Source: harmony-one/harmony, core/blockchain_impl.go, ReadDelegationsByDelegatorAt.
        """
        entries = self.delegation_indexes.get(delegator, ())
        if block_number is None:
            return entries
        return tuple(entry for entry in entries if entry.block_number < block_number)

    def with_validators(self, *wrappers: ValidatorWrapper) -> "StakingState":
        """Return the state with these wrappers in place of the former ones."""
        return replace(
            self,
            validators=_updated(
                self.validators, {wrapper.validator.address: wrapper for wrapper in wrappers}
            ),
        )

    def credited(self, account: Address, amount: int) -> "StakingState":
        """Return the state with ``amount`` atto more on an account.

        Raises:
            VerificationError: ``staking-balance`` if a negative amount exceeds the balance.
        """
        return self.credited_all({account: amount}) if amount else self

    def credited_all(self, amounts: Mapping[Address, int]) -> "StakingState":
        """Return the state with so many atto more on each of several accounts, at the cost of one.

        Raises:
            VerificationError: ``staking-balance`` if a negative amount exceeds the balance.
        """
        balances = {account: self.balance(account) + amount for account, amount in amounts.items()}
        for account, balance in balances.items():
            require(
                balance >= 0,
                VerificationError,
                "staking-balance",
                "The account has not enough to stake this much.",
                expected=f"at least {-amounts[account]}",
                actual=self.balance(account),
            )
        return replace(self, balances=_updated(self.balances, balances))


def _updated(mapping: Mapping[_Key, _Value], items: Mapping[_Key, _Value]) -> Mapping[_Key, _Value]:
    return mapping.updated(items) if isinstance(mapping, FrozenMap) else FrozenMap({**mapping, **items})


def _verify_balances(balances: Mapping[Address, int]) -> None:
    for account, balance in balances.items():
        require(
            balance >= 0,
            VerificationError,
            "staking-state-balance",
            "No account has less than nothing.",
            expected=f"at least 0 for {account}",
            actual=balance,
        )


def _verify_addresses(wrappers: Mapping[Address, ValidatorWrapper]) -> None:
    for address, wrapper in wrappers.items():
        require(
            wrapper.validator.address == address,
            VerificationError,
            "staking-state-address",
            "A wrapper is kept by the validator's own account.",
            expected=address,
            actual=wrapper.validator.address,
        )


def _nothing(_given: Mapping[Any, Any]) -> None:
    """Accept what has no rule of its own."""


_CHECKS: Final[Mapping[str, Callable[[Mapping[Any, Any]], None]]] = {
    "balances": _verify_balances,
    "validators": _verify_addresses,
    "snapshots": _verify_addresses,
    "coming_snapshots": _verify_addresses,
}
