"""Every reward and every counter of signed blocks of the recorded networks, recomputed from headers alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from harmony_core.chain import Header, ShardState
from harmony_core.chain.validator_wrapper import ValidatorWrapper, decode_validator_wrapper
from harmony_core.errors import MissingDataError
from harmony_core.primitives import Address, Epoch
from harmony_core.staking.reward_terms import RewardOutcome
from harmony_core.staking.rewards import pay_block
from harmony_core.staking.staking_state import StakingState
from support.recorded import Recording, recordings

every_recording = pytest.mark.parametrize(
    "recording", recordings(), ids=lambda recording: recording.folder.name
)


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

    def outcomes(self) -> Iterator[tuple[dict[str, Any], RewardOutcome, StakingState]]:
        """Yield each recorded block whose ancestors are recorded, its outcome, and the state before it."""
        validators: dict[Address, ValidatorWrapper] = {}
        rows = {row["number"]: row for row in self.recording.rows(f"rewards_shard{self.shard}")}
        for number in range(max(rows, default=-1) + 1):
            header = self.headers.get(number)
            if header is not None and header.number - 1 in self.headers and number in rows:
                parent = self.headers[header.number - 1]
                before = StakingState(
                    validators=validators, snapshots=self.snapshots.get(parent.epoch, {})
                )
                try:
                    yield rows[number], self.outcome(header, before), before
                except MissingDataError as error:
                    assert error.code in {"reward-headers", "reward-committees"}
            validators = {**validators, **self.versions.get(number, {})}

    def outcome(self, header: Header, before: StakingState) -> RewardOutcome:
        frequency = self.recording.network.schedule.reward_frequency
        first = header.number
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
        for row, outcome, _ in Rewards(recording, shard).outcomes():
            assert str(outcome.total) == row["total"], row["number"]
            recorded = [{**payout, "address": payout["address"].lower()} for payout in row["payouts"]]
            assert shown(outcome) == recorded, row["number"]
            assert sum(payout.amount for payout in outcome.payouts) == int(row["payoutSum"])


@every_recording
def test_every_counter_rises_as_recorded(recording: Recording) -> None:
    rewards = Rewards(recording, 0)
    if not rewards.versions:
        return
    for row, outcome, before in rewards.outcomes():
        after = counters(outcome.state.validators)
        written = counters(rewards.versions.get(row["number"], {}))
        for address, counts in written.items():
            assert after.get(address, (0, 0, 0)) == counts, row["number"]
        unchanged = {address: counts for address, counts in after.items() if address not in written}
        assert unchanged == {address: counters(before.validators)[address] for address in unchanged}


@every_recording
def test_the_total_of_all_rewards_is_the_accumulator_of_the_headers(recording: Recording) -> None:
    rewards = Rewards(recording, 0)
    accumulated = {
        row["number"]: int(row["rewardAccumulator"])
        for row in recording.rows("headers_shard0")
        if row.get("rewardAccumulator") is not None
    }
    for row, outcome, _ in rewards.outcomes():
        number = row["number"]
        if number in accumulated and number - 1 in accumulated:
            staking = recording.network.config.is_staking(rewards.headers[number].epoch)
            paid = outcome.total if staking else 0
            assert accumulated[number] - accumulated[number - 1] == paid, number
