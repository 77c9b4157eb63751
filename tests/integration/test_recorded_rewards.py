"""Every reward and every counter of signed blocks of the recorded networks, recomputed from headers alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pytest

from harmony_core.chain import Header, ShardState
from harmony_core.chain.validator_wrapper import ValidatorWrapper, decode_validator_wrapper
from harmony_core.primitives import Address, Epoch
from harmony_core.staking.reward_terms import RewardOutcome
from harmony_core.staking.rewards import pay_block
from harmony_core.staking.staking_state import StakingState
from support.outcome import outcome
from support.recorded import Recording, recordings

every_recording = pytest.mark.parametrize(
    "recording", recordings(), ids=lambda recording: recording.folder.name
)


LACKING = {
    "reward-headers",
    "reward-committees",
    "shard-not-in-state",
    "staking-snapshot",
    "staking-validator-unknown",
}


@dataclass(frozen=True)
class Rewards:
    """The recorded rewards of a shard, with what recomputing them takes."""

    recording: Recording
    shard: int

    @cached_property
    def headers(self) -> dict[int, Header]:
        return {signed.header.number: signed.header for signed in self.recording.headers(self.shard)}

    @cached_property
    def shard_states(self) -> dict[Epoch, ShardState]:
        """Committees of every epoch; before staking those that the network's schedule names."""
        states: dict[Epoch, ShardState] = {}
        for shard in self.recording.shards:
            for row in self.recording.rows(f"committees_shard{shard}"):
                state = self.recording.shard_state(row)
                if state.epoch is not None or Epoch(row["epoch"]) not in states:
                    states[Epoch(row["epoch"])] = state
        return states

    @cached_property
    def snapshots(self) -> dict[Epoch, dict[Address, ValidatorWrapper]]:
        found: dict[Epoch, dict[Address, ValidatorWrapper]] = {}
        for row in self.recording.rows("validator_snapshots"):
            wrapper = decode_validator_wrapper(bytes.fromhex(row["rlp"]))
            found.setdefault(Epoch(row["epoch"]), {})[wrapper.validator.address] = wrapper
        return found

    @cached_property
    def versions(self) -> dict[int, dict[Address, ValidatorWrapper]]:
        """Wrappers by the block that wrote them."""
        found: dict[int, dict[Address, ValidatorWrapper]] = {}
        for row in self.recording.rows("validator_wrappers") if self.shard == 0 else []:
            wrapper = decode_validator_wrapper(bytes.fromhex(row["rlp"]))
            found.setdefault(row["number"], {})[wrapper.validator.address] = wrapper
        return found

    @property
    def is_complete(self) -> bool:
        """Whether nothing that rewards go by is missing; only the beacon shard has all committees of every epoch."""
        return bool(
            0 in self.headers
            and self.recording.rows("committees_shard0")
            and (self.shard != 0 or (self.versions and self.snapshots))
        )

    def outcomes(self) -> Iterator[tuple[dict[str, Any], RewardOutcome, StakingState]]:
        """Yield each recorded block, its outcome, and the state before it, as far as the recording allows."""
        validators: dict[Address, ValidatorWrapper] = {}
        rows = {row["number"]: row for row in self.recording.rows(f"rewards_shard{self.shard}")}
        for number in sorted({*rows, *self.versions}):
            header, parent = self.headers.get(number), self.headers.get(number - 1)
            if header is not None and parent is not None and number in rows:
                snapshots = self.snapshots.get(parent.epoch, {})
                before = StakingState(validators={**snapshots, **validators}, snapshots=snapshots)
                found, refusal = outcome(partial(self.outcome, header, before))
                if found is not None:
                    yield rows[number], found, StakingState(validators=validators, snapshots=snapshots)
                elif self.is_complete or refusal is None or refusal.code not in LACKING:
                    raise AssertionError(f"block {number}: {refusal}")
            validators = {**validators, **self.versions.get(number, {})}

    def outcome(self, header: Header, before: StakingState) -> RewardOutcome:
        frequency = self.recording.network.schedule.reward_frequency
        first: int = header.number
        while first - 1 in self.headers and header.number - first < frequency:
            first -= 1
        ancestors = [self.headers[number] for number in range(first, header.number)]
        return pay_block(
            before,
            header,
            ancestors,
            network=self.recording.network,
            shard_states=self.shard_states,
        )


def shown(outcome: RewardOutcome) -> list[dict[str, str]]:
    return [
        {
            "address": payout.address.to_hex(),
            "bls": payout.bls_public_key.hex(),
            "earned": str(payout.amount),
        }
        for payout in outcome.payouts
    ]


def counters(wrappers: Mapping[Address, ValidatorWrapper]) -> dict[Address, tuple[int, int, int]]:
    return {
        address: (wrapper.blocks_to_sign, wrapper.blocks_signed, wrapper.block_reward)
        for address, wrapper in wrappers.items()
    }


@every_recording
def test_every_block_pays_what_was_recorded(recording: Recording) -> None:
    for shard in recording.shards:
        for row, paid, _ in Rewards(recording, shard).outcomes():
            assert str(paid.total) == row["total"], row["number"]
            recorded = [{**payout, "address": payout["address"].lower()} for payout in row["payouts"]]
            assert shown(paid) == recorded, row["number"]
            assert sum(payout.amount for payout in paid.payouts) == int(row["payoutSum"])


@every_recording
def test_every_counter_rises_as_recorded(recording: Recording) -> None:
    rewards = Rewards(recording, 0)
    if not rewards.versions:
        return
    for row, paid, before in rewards.outcomes():
        known = counters(before.validators)
        after = counters(paid.state.validators)
        written = counters(rewards.versions.get(row["number"], {}))
        for address in {*known, *(written if rewards.is_complete else ())}:
            recorded = written.get(address, known.get(address))
            assert after.get(address, (0, 0, 0)) == recorded, (row["number"], address)


@every_recording
def test_the_total_of_all_rewards_is_the_accumulator_of_the_headers(recording: Recording) -> None:
    rewards = Rewards(recording, 0)
    accumulated = {
        row["number"]: int(row["rewardAccumulator"])
        for row in recording.rows("headers_shard0")
        if row.get("rewardAccumulator") is not None
    }
    for row, paid, _ in rewards.outcomes():
        number = row["number"]
        if number in accumulated and number - 1 in accumulated:
            staking = recording.network.config.is_staking(rewards.headers[number].epoch)
            total = paid.total if staking else 0
            assert accumulated[number] - accumulated[number - 1] == total, number
