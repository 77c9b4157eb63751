"""Whole payments at random, against a second reading of the rules in plain integers."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pytest

from harmony_core.chain import Committee, ShardState, Slot
from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    ValidatorStatus,
    ValidatorWrapper,
)
from harmony_core.params import Network, load_network
from harmony_core.primitives import Address, BlockNumber, BLSPublicKeyBytes, Dec, Epoch, ShardID
from harmony_core.staking import (
    RewardedCommit,
    RewardedHeader,
    RewardOutcome,
    StakingState,
    block_reward,
    pay_aggregated,
    pay_each_block,
)
from support.outcome import outcome
from support.sample_validators import VALIDATOR, a_wrapper

ONE: Final = 10**18
ERAS: Final = (
    ("mainnet", 186),
    ("mainnet", 230),
    ("mainnet", 400),
    ("mainnet", 1000),
    ("mainnet", 1673),
    ("mainnet", 2152),
    ("testnet", 2180),
    ("partner", 10),
    ("localnet", 2),
    ("localnet", 5),
)
Member = tuple[Address, BLSPublicKeyBytes, int | None]
"""Account, key, and effective stake with 18 decimals."""


def rounded(number: int) -> int:
    """Drop 18 decimals, half to even."""
    whole, rest = divmod(number, ONE)
    return whole + (rest > ONE // 2 or (rest == ONE // 2 and whole % 2 == 1))


def quotient(dividend: int, divisor: int) -> int:
    return rounded(dividend * ONE * ONE // divisor)


def powers(members: Sequence[Member], harmony: int, external: int) -> dict[BLSPublicKeyBytes, int]:
    """Return the power of every elected key."""
    own = sum(stake is None for *_, stake in members)
    total = sum(stake for *_, stake in members if stake is not None)
    found = {
        key: rounded(quotient(stake, total) * external) for _, key, stake in members if stake is not None
    }
    everything = sum(found.values()) + own * (quotient(harmony, own * ONE) if own else 0)
    found[list(found)[-1]] += ONE - everything
    return found


@dataclass
class Ledger:
    """What the rules say of every validator, and in all."""

    snapshots: dict[Address, ValidatorWrapper]
    rewards: dict[Address, list[int]]
    banned: set[Address]
    earned: dict[Address, int] = field(default_factory=dict)
    asked: dict[Address, int] = field(default_factory=dict)
    signed: dict[Address, int] = field(default_factory=dict)
    total: int = 0

    def pay(self, address: Address, due: int) -> None:
        self.total += due
        if not due or address in self.banned:
            return
        snapshot, rewards = self.snapshots[address], self.rewards[address]
        self.earned[address] = self.earned.get(address, 0) + due
        commission = rounded(snapshot.validator.commission.rate.raw * due)
        rewards[0] += commission
        stake = sum(delegation.amount for delegation in snapshot.delegations)
        if not stake:
            return
        shares = {
            delegation.delegator: quotient(delegation.amount * ONE, stake * ONE)
            for delegation in snapshot.delegations
        }
        left = due - commission
        for place, delegation in enumerate(snapshot.delegations):
            part = rounded(shares[delegation.delegator] * (due - commission))
            rewards[place] += part
            left -= part
        rewards[0] += max(left, 0)

    def count(self, members: Sequence[Member], bits: int) -> None:
        elected = {address for address, _, stake in members if stake is not None}
        for place, (address, *_) in enumerate(members):
            if address in elected:
                self.asked[address] = self.asked.get(address, 0) + 1
                self.signed[address] = self.signed.get(address, 0) + (bits >> place & 1)


@dataclass(frozen=True)
class World:
    """A network with committees, validators and headers made at random."""

    network: Network
    epoch: Epoch
    committees: dict[int, list[Member]]
    state: StakingState
    headers: list[RewardedHeader]

    @property
    def aggregated(self) -> bool:
        return self.network.config.is_aggregated_reward(self.epoch)

    @property
    def reward(self) -> Dec:
        return block_reward(self.network.config, self.epoch, BlockNumber(10**7))

    def paid(self) -> RewardOutcome:
        slots = {
            shard: tuple(Slot(a, k, None if stake is None else Dec(stake)) for a, k, stake in members)
            for shard, members in self.committees.items()
        }
        committees = ShardState(
            self.epoch, tuple(Committee(ShardID(shard), of_shard) for shard, of_shard in slots.items())
        )
        states = {self.epoch: committees}
        if not self.aggregated:
            header = self.headers[-1]
            return pay_each_block(self.state, header, self.reward, network=self.network, shard_states=states)
        return pay_aggregated(
            self.state, self.headers, self.epoch, self.reward, network=self.network, shard_states=states
        )

    def ledger(self) -> tuple[Ledger, int]:
        """Return what the rules say, and what goes to recovery with 18 decimals."""
        validators = self.state.validators
        ledger = Ledger(
            dict(self.state.snapshots),
            {address: [d.reward for d in wrapper.delegations] for address, wrapper in validators.items()},
            {a for a, wrapper in validators.items() if wrapper.validator.status == ValidatorStatus.BANNED},
        )
        if not self.aggregated:
            header = self.headers[-1]
            payments = [
                pair for link in header.cross_links for pair in self._earned(ledger, link, self.reward.raw)
            ]
            payments += self._earned(ledger, header.own, self.reward.raw, exact=True)
            for address, due in payments:
                ledger.pay(address, due)
            return ledger, 0
        instance = self.network.schedule.instance_for_epoch(self.epoch)
        kept = instance.hip30_emission_fraction.raw if self.network.config.is_hip30(self.epoch) else 0
        commits = [commit for header in self.headers for commit in (header.own, *header.cross_links)]
        sums: dict[Address, int] = {}
        for commit in commits:
            for address, due in self._earned(ledger, commit, rounded(self.reward.raw * (ONE - kept))):
                sums[address] = sums.get(address, 0) + due
        for address, due in sums.items():
            ledger.pay(address, due)
        return ledger, rounded(self.reward.raw * kept) * len(commits)

    def _earned(
        self, ledger: Ledger, commit: RewardedCommit, reward: int, *, exact: bool = False
    ) -> list[tuple[Address, int]]:
        """Return what each elected key that signed earns; ``exact`` rounds where others cut off."""
        if not self.network.config.is_staking(commit.epoch):
            return []
        members = self.committees[commit.shard_id]
        bits = int.from_bytes(commit.bitmap, "little")
        ledger.count(members, bits)
        instance = self.network.schedule.instance_for_epoch(self.epoch)
        power = powers(members, instance.harmony_vote_percent.raw, instance.external_vote_percent.raw)
        signers = [
            (address, power[key])
            for place, (address, key, stake) in enumerate(members)
            if stake is not None and bits >> place & 1
        ]
        total = sum(share for _, share in signers)
        due = [(address, rounded(reward * quotient(share, total))) for address, share in signers]
        return [(address, rounded(amount) if exact else amount // ONE) for address, amount in due]


def world(seed: int) -> World:
    source = random.Random(seed)
    name, epoch = ERAS[seed % len(ERAS)]
    network = load_network(name)
    validators = [a_validator(source) for _ in range(4)]
    shards = network.schedule.instance_for_epoch(Epoch(epoch)).num_shards
    committees = {shard: members_of(source, list(validators)) for shard in range(shards)}

    def commit(shard: int, at: int) -> RewardedCommit:
        size = len(committees[shard])
        bits = source.choice([(1 << size) - 1, source.getrandbits(size), 0])
        return RewardedCommit(ShardID(shard), Epoch(at), 100, bits.to_bytes((size + 7) // 8, "little"))

    headers = [
        RewardedHeader(
            commit(0, epoch),
            tuple(
                commit(shard, source.choice([epoch] * 9 + [0]))
                for shard in range(1, shards)
                for _ in range(source.choice([0, 1, 1, 2]))
            ),
        )
        for _ in range(3)
    ]
    state = StakingState(
        validators={wrapper.validator.address: wrapper for wrapper in validators},
        snapshots={wrapper.validator.address: snapshot_of(source, wrapper) for wrapper in validators},
    )
    return World(network, Epoch(epoch), committees, state, headers)


def a_validator(source: random.Random) -> ValidatorWrapper:
    """Some are banned or inactive, some have no stake, in some an account stands twice."""
    address = Address(source.randbytes(20))
    delegators = [address, *(Address(source.randbytes(20)) for _ in range(source.randrange(4)))]
    delegators += delegators[-1:] if source.random() < 0.3 and len(delegators) > 1 else []
    status = ValidatorStatus(source.choice([1, 1, 1, 2, 3]))
    return a_wrapper(
        address,
        validator=replace(VALIDATOR, address=address, status=status),
        delegations=tuple(
            Delegation(account, source.choice([0, source.randrange(10**25)]), source.randrange(10**20))
            for account in delegators
        ),
    )


def snapshot_of(source: random.Random, wrapper: ValidatorWrapper) -> ValidatorWrapper:
    """Return a validator with other stakes, another rate and perhaps a delegation less."""
    rate = Dec.parse(source.choice(["0", "0.07", "0.333333333333333333", "1"]))
    commission = CommissionRates(rate, Dec.ONE, Dec.ONE)
    known = wrapper.delegations[: max(1, len(wrapper.delegations) - source.randrange(2))]
    return replace(
        wrapper,
        validator=replace(wrapper.validator, status=ValidatorStatus.ACTIVE, commission=commission),
        delegations=tuple(
            replace(delegation, amount=source.choice([delegation.amount, source.randrange(10**24)]))
            for delegation in known
        ),
    )


def members_of(source: random.Random, validators: list[ValidatorWrapper]) -> list[Member]:
    """Return slots of Harmony's, one of which may be under a validator's account, and elected ones."""
    accounts = [wrapper.validator.address for wrapper in validators]
    harmony = [
        source.choice([Address(source.randbytes(20)), accounts[0]]) for _ in range(source.randrange(4))
    ]
    elected = [source.choice(accounts) for _ in range(source.randrange(1, 8))]
    return [
        *((account, BLSPublicKeyBytes(source.randbytes(48)), None) for account in harmony),
        *(
            (account, BLSPublicKeyBytes(source.randbytes(48)), source.randrange(1, 10**25) * ONE // 3)
            for account in elected
        ),
    ]


@pytest.mark.parametrize("start", range(0, 400, 40))
def test_every_payment_is_what_a_second_reading_says(start: int) -> None:
    for seed in range(start, start + 40):
        here = world(seed)
        written = repr(here.state)
        found, refusal = outcome(here.paid)
        assert repr(here.state) == written
        assert found is not None, (seed, refusal)
        ledger, recovery = here.ledger()
        assert found.total == ledger.total, seed
        assert found.recovery.raw == recovery, seed
        for address, before in here.state.validators.items():
            after = found.state.validator(address)
            assert [delegation.reward for delegation in after.delegations] == ledger.rewards[address], seed
            assert after.block_reward - before.block_reward == ledger.earned.get(address, 0), seed
            assert after.blocks_to_sign - before.blocks_to_sign == ledger.asked.get(address, 0), seed
            assert after.blocks_signed - before.blocks_signed == ledger.signed.get(address, 0), seed
