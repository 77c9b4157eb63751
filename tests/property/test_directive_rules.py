"""Directives on states made at random, against a second reading of the rules with lists that change in place."""

import random
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import pytest

from harmony_core.chain.staking_message import CollectRewards, Delegate, StakingMessage, Undelegate
from harmony_core.chain.validator_wrapper import Delegation, Undelegation, ValidatorStatus, ValidatorWrapper
from harmony_core.primitives import Address, BlockNumber, Epoch
from harmony_core.staking import DelegationIndex, DirectiveOutcome, StakingState, apply_directive
from support.outcome import outcome
from support.staking_sample import ONE, context, sample_wrapper, switches

NUMBER: Final = 100
RULES: Final = switches(redelegation_epoch=Epoch(5), min_delegation_100_epoch=Epoch(3))
VALIDATORS: Final = tuple(Address(bytes([number]) * 20) for number in (0x50, 0x51, 0x52))
USERS: Final = tuple(Address(bytes([number]) * 20) for number in (0x10, 0x11, 0x12, 0x13))


class Refused(Exception):
    """The second reading refuses the directive."""


class TooLittleOwn(Refused):
    """An active validator holds less than it promised."""


@dataclass
class Held:
    """One delegation; what is taken back is a list of amount and epoch."""

    owner: Address
    amount: int
    reward: int = 0
    back: list[list[int]] = field(default_factory=list)


@dataclass
class Books:
    """Everything that directives change, in place."""

    limits: dict[Address, tuple[int, int]]
    held: dict[Address, list[Held]]
    status: dict[Address, int]
    balances: dict[Address, int]
    places: dict[Address, list[tuple[Address, int]]]
    logs: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, state: StakingState) -> "Books":
        wrappers = state.validators
        return cls(
            {
                a: (w.validator.min_self_delegation, w.validator.max_total_delegation)
                for a, w in wrappers.items()
            },
            {
                a: [
                    Held(d.delegator, d.amount, d.reward, [[u.amount, u.epoch] for u in d.undelegations])
                    for d in w.delegations
                ]
                for a, w in wrappers.items()
            },
            {a: int(w.validator.status) for a, w in wrappers.items()},
            dict(state.balances),
            {
                a: [(entry.validator, entry.index) for entry in entries if entry.block_number < NUMBER]
                for a, entries in state.delegation_indexes.items()
            },
        )

    def check(self, validator: Address) -> None:
        least, most = self.limits[validator]
        if self.status[validator] == ValidatorStatus.ACTIVE and self.held[validator][0].amount < least:
            raise TooLittleOwn
        if sum(held.amount for held in self.held[validator]) > most:
            raise Refused

    def delegate(self, who: Address, validator: Address, amount: int, epoch: int) -> None:
        if validator not in self.held or amount < (100 if epoch >= 3 else 1000) * ONE:
            raise Refused
        wanted, taken = amount, {}
        for source, place in self.places[who] if epoch >= 5 else ():
            before = wanted
            back = [list(entry) for entry in self.held[source][place].back]
            while back and back[0][1] < epoch:
                part = min(back[0][0], wanted)
                back[0][0] -= part
                wanted -= part
                if back[0][0]:
                    break
                back.pop(0)
            if before > wanted:
                self.held[source][place].back = back
                taken[source] = before - wanted
                self.check(source)
        own = [held for held in self.held[validator] if held.owner == who]
        if not own:
            own = [Held(who, 0)]
            self.held[validator] += own
        own[0].amount += amount
        self.check(validator)
        if self.balances[who] < wanted:
            raise Refused
        self.balances[who] -= wanted
        self.logs = [bytes(source) + shortest(taken[source]) for source in sorted(taken)]

    def undelegate(self, who: Address, validator: Address, amount: int, epoch: int) -> None:
        own = [held for held in self.held.get(validator, ()) if held.owner == who]
        if not own or not 0 < amount <= own[0].amount:
            raise Refused
        own[0].amount -= amount
        same = [entry for entry in own[0].back if entry[1] == epoch]
        if same:
            same[0][0] += amount
        else:
            own[0].back = sorted([*own[0].back, [amount, epoch]], key=lambda entry: entry[1])
        try:
            self.check(validator)
        except TooLittleOwn:
            self.status[validator] = ValidatorStatus.INACTIVE
            self.check(validator)

    def collect(self, who: Address) -> None:
        total = 0
        for validator, place in self.places[who]:
            held = self.held[validator][place]
            total += held.reward
            held.reward = 0
            self.check(validator)
        if total % 2**64 == 0:
            raise Refused
        self.balances[who] += total
        self.logs = [shortest(total)]

    def carry_out(self, message: StakingMessage, epoch: int) -> None:
        match message:
            case Delegate(who, validator, amount):
                self.delegate(who, validator, amount, epoch)
            case Undelegate(who, validator, amount):
                self.undelegate(who, validator, amount, epoch)
            case CollectRewards(who):
                self.collect(who)


def shortest(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def a_state(source: random.Random) -> StakingState:
    wrappers = {validator: a_validator(source, validator) for validator in VALIDATORS}
    indexes = {
        account: tuple(
            DelegationIndex(validator, place, BlockNumber(source.choice([5, NUMBER])))
            for validator in source.sample(VALIDATORS, 3)
            for place, delegation in enumerate(wrappers[validator].delegations)
            if delegation.delegator == account
        )
        for account in (*USERS, *VALIDATORS)
    }
    balances = {account: source.choice([0, 50, 200, 5_000]) * ONE for account in indexes}
    return StakingState(
        validators=wrappers, balances=balances, delegation_indexes=indexes, snapshots=wrappers
    )


def a_validator(source: random.Random, address: Address) -> ValidatorWrapper:
    """Some hold less than they promised, some more than they may, some pay undelegations of nothing."""
    wrapper = sample_wrapper(address, status=ValidatorStatus(source.choice([1, 1, 2, 3])))
    delegations = []
    for owner in (address, *source.sample(USERS, source.randrange(4))):
        stakes = [5_000, 10_000, 20_000] if owner == address else [0, 500, 2_000]
        epochs = sorted(source.sample(range(1, 12), source.randrange(4)))
        back = tuple(
            Undelegation(source.choice([0, 50, 100, 300, 1_000]) * ONE + source.choice([0, 1]), Epoch(epoch))
            for epoch in epochs
        )
        reward = source.choice([0, 7, 2**64, ONE])
        delegations.append(Delegation(owner, source.choice(stakes) * ONE, reward, back))
    most = source.choice([23_000, 100_000]) * ONE
    validator = replace(wrapper.validator, min_self_delegation=10_000 * ONE, max_total_delegation=most)
    return replace(wrapper, validator=validator, delegations=tuple(delegations))


def a_message(source: random.Random) -> StakingMessage:
    who = source.choice((*USERS, VALIDATORS[0]))
    validator = source.choice((*VALIDATORS, *VALIDATORS, USERS[0]))
    amount = source.choice([0, 99, 100, 150, 400, 1_000, 1_001, 3_000]) * ONE + source.choice([0, 1])
    return source.choice(
        [Delegate(who, validator, amount), Undelegate(who, validator, amount), CollectRewards(who)]
    )


def read_again(state: StakingState, message: StakingMessage, epoch: int) -> Books | None:
    books = Books.of(state)
    try:
        books.carry_out(message, epoch)
    except Refused:
        return None
    return books


def entries_of(found: DirectiveOutcome) -> Books:
    books = Books.of(found.state)
    books.logs = [log.data for log in found.logs]
    return books


@pytest.mark.parametrize("start", range(0, 600, 60))
def test_every_directive_does_what_a_second_reading_says(start: int) -> None:
    accepted = 0
    for seed in range(start, start + 60):
        source = random.Random(seed)
        state, message, epoch = a_state(source), a_message(source), source.choice([2, 4, 5, 8, 11])
        written = repr(state)
        block = context(RULES, epoch=epoch, number=NUMBER)
        found, refusal = outcome(partial(apply_directive, state, message, block))
        assert repr(state) == written
        expected = read_again(state, message, epoch)
        assert (found is None) is (expected is None), (seed, refusal)
        if found is not None:
            accepted += 1
            assert entries_of(found) == expected, seed
    assert accepted
