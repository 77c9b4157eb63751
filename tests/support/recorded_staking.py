"""What was staked in a recorded network, block by block, and the validators that came of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from harmony_core.chain import Header, ShardState, decode_shard_state, decode_staking_transaction
from harmony_core.chain.staking_message import StakingMessage
from harmony_core.chain.transaction_rules import verify_staking_transaction
from harmony_core.chain.validator_wrapper import ValidatorWrapper, decode_validator_wrapper
from harmony_core.errors import MissingDataError
from harmony_core.primitives import STRICT, Address, BlockNumber, Compatibility, Epoch
from harmony_core.staking import DelegationIndex, StakingState, staking_message_of
from harmony_core.staking.block_transition import BlockOutcome, apply_block
from harmony_core.staking.precompile import STAKING_PRECOMPILE, staking_message_of_call
from support.recorded import Recording

__all__ = ["RecordedStaking", "Replayed"]

_PLENTY: Final = 10**30
_PRECOMPILE_WORD: Final = bytes(STAKING_PRECOMPILE).rjust(32, b"\0")


@dataclass(frozen=True)
class Replayed:
    """One recomputed block."""

    header: Header
    before: StakingState
    messages: tuple[StakingMessage, ...]
    outcome: BlockOutcome


@dataclass(frozen=True)
class RecordedStaking:
    """The beacon chain of a recording, as far as validators and delegators are concerned."""

    recording: Recording

    @cached_property
    def headers(self) -> dict[int, Header]:
        return {signed.header.number: signed.header for signed in self.recording.headers(0)}

    @cached_property
    def versions(self) -> dict[int, dict[Address, ValidatorWrapper]]:
        """Wrappers by the block that wrote them."""
        found: dict[int, dict[Address, ValidatorWrapper]] = {}
        for row in self.recording.rows("validator_wrappers"):
            wrapper = decode_validator_wrapper(bytes.fromhex(row["rlp"]))
            found.setdefault(row["number"], {})[wrapper.validator.address] = wrapper
        return found

    @cached_property
    def snapshots(self) -> dict[Epoch, dict[Address, ValidatorWrapper]]:
        found: dict[Epoch, dict[Address, ValidatorWrapper]] = {}
        for row in self.recording.rows("validator_snapshots"):
            wrapper = decode_validator_wrapper(bytes.fromhex(row["rlp"]))
            found.setdefault(Epoch(row["epoch"]), {})[wrapper.validator.address] = wrapper
        return found

    @cached_property
    def shard_states(self) -> dict[Epoch, ShardState]:
        rows = [
            row for shard in self.recording.shards for row in self.recording.rows(f"committees_shard{shard}")
        ]
        states = ((Epoch(row["epoch"]), decode_shard_state(bytes.fromhex(row["rlp"]))) for row in rows)
        found: dict[Epoch, ShardState] = {}
        for epoch, state in states:
            if state.epoch is not None or epoch not in found:
                found[epoch] = state
        return found

    @cached_property
    def messages(self) -> dict[int, tuple[StakingMessage, ...]]:
        """What was staked in each block: calls of the precompile first, then staking transactions."""
        found: dict[int, list[StakingMessage]] = {}
        receipts = {
            (row["number"], place): receipt
            for row in self.recording.rows("receipts_shard0")
            for place, receipt in enumerate(row["receipts"])
        }
        for row in self.recording.rows("txs_shard0"):
            receipt = receipts.get((row["block"], row["index"]), {"status": 0})
            call = self._staking_call(row, receipt) if receipt["status"] else None
            if call is not None:
                found.setdefault(row["block"], []).append(staking_message_of_call(*call))
        for row in self.recording.rows("staking_txs_shard0"):
            header = self.headers.get(row["block"])
            if header is None:
                continue
            transaction = decode_staking_transaction(bytes.fromhex(row["rlp"]))
            verified = verify_staking_transaction(
                transaction, self.recording.network, epoch=header.epoch, shard_id=header.shard_id
            )
            found.setdefault(row["block"], []).append(staking_message_of(verified))
        return {number: tuple(messages) for number, messages in found.items()}

    def _staking_call(self, row: dict[str, Any], receipt: dict[str, Any]) -> tuple[Address, bytes] | None:
        """Return who calls the precompile with what. One contract passes calls on, and logs whether they succeeded."""
        data, target = bytes.fromhex(row["data"]), row["to"]
        if not target:
            return None
        if Address.from_hex(target) == STAKING_PRECOMPILE:
            return Address.from_hex(row["from"]), data
        if data[:32] == _PRECOMPILE_WORD:
            own = [log["topics"] for log in receipt["logs"] if log["address"].lower() == target.lower()]
            succeeded = any(len(topics) == 1 and int(topics[0], 16) == 1 for topics in own)
            return (Address.from_hex(target), data[32:]) if succeeded else None
        return None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing that the blocks are recomputed from."""
        needed = ("txs_shard0", "receipts_shard0", "staking_txs_shard0")
        files = all((self.recording.folder / f"{stem}.jsonl.gz").exists() for stem in needed)
        return bool(files and self.headers and self.versions and self.shard_states)

    @property
    def is_whole(self) -> bool:
        """Whether the recording is complete from genesis on, so that no data may be missing.

        Other shards skip epochs, so that only the beacon shard's committees are those of all.
        """
        committees = (self.recording.folder / "committees_shard0.jsonl.gz").exists()
        return bool(self.is_complete and 0 in self.headers and self.snapshots and committees)

    def start(self) -> tuple[int, StakingState] | None:
        """Return the first block that can be recomputed, and the state before it.

        A recording from genesis begins without validators. Any other begins in the second block of the first epoch of
        which it has the snapshots, which are the validators after the block before the last of the epoch before: with
        the versions that the two blocks between wrote, they are complete.
        """
        first = min(self.headers)
        if first == 0:
            return 1, StakingState()
        for epoch in sorted(self.snapshots):
            number = self.recording.network.schedule.first_block_of_epoch(epoch)
            if number - self.recording.network.schedule.reward_frequency > first:
                return number + 1, self._state_after(number, epoch)
        return None

    def _state_after(self, number: int, epoch: Epoch) -> StakingState:
        """Return the state after the first block of an epoch."""
        snapshots = self.snapshots[epoch]
        written = [self.versions.get(height, {}) for height in (number - 1, number)]
        validators = {**snapshots, **written[0], **written[1]}
        ordered = sorted(validators.values(), key=lambda wrapper: wrapper.validator.creation_height)
        indexes: dict[Address, tuple[DelegationIndex, ...]] = {}
        for wrapper in ordered:
            for place, delegation in enumerate(wrapper.delegations):
                entry = DelegationIndex(wrapper.validator.address, place)
                indexes[delegation.delegator] = (*indexes.get(delegation.delegator, ()), entry)
        return StakingState(
            validators={wrapper.validator.address: wrapper for wrapper in ordered},
            delegation_indexes=indexes,
            first_election_epochs=self._first_elections(epoch),
            snapshots=snapshots,
        )

    def _first_elections(self, until: Epoch) -> dict[Address, Epoch]:
        found: dict[Address, Epoch] = {}
        for epoch in sorted(self.shard_states):
            if epoch <= until:
                for address in self.shard_states[epoch].staked_slots().addresses:
                    found.setdefault(address, epoch)
        return found

    def replay(self) -> Iterator[Replayed]:
        """Yield each block from the start on, recomputed from what the blocks before it gave."""
        begin = self.start() if self.is_complete else None
        if begin is None:
            return
        number, state = begin
        past: dict[Epoch, Mapping[Address, ValidatorWrapper]] = dict(self.snapshots) if number > 1 else {}
        while number in self.headers:
            header, messages = self.headers[number], self.messages.get(number, ())
            before = _with_balances(state, messages)
            try:
                outcome = self.apply(header, before, messages, past)
            except MissingDataError:
                if self.is_whole:
                    raise
                return
            yield Replayed(header, before, messages, outcome)
            state, number = outcome.state, number + 1
            past = {**past, header.epoch: state.snapshots}

    def apply(
        self,
        header: Header,
        state: StakingState,
        messages: tuple[StakingMessage, ...],
        past_snapshots: Mapping[Epoch, Mapping[Address, ValidatorWrapper]],
        compatibility: Compatibility = STRICT,
    ) -> BlockOutcome:
        first: int = header.number
        while first - 1 in self.headers and header.number - first < 64:
            first -= 1
        return apply_block(
            state,
            header,
            messages,
            network=self.recording.network,
            ancestors=[self.headers[height] for height in range(first, header.number)],
            shard_states=self.shard_states,
            past_snapshots=past_snapshots,
            compatibility=compatibility,
        )

    def recorded_after(
        self, number: int, before: Mapping[Address, ValidatorWrapper]
    ) -> dict[Address, ValidatorWrapper]:
        """Return the recorded validators after a block, given those before it."""
        return {**before, **self.versions.get(BlockNumber(number), {})}


def _with_balances(state: StakingState, messages: tuple[StakingMessage, ...]) -> StakingState:
    """Give everybody who stakes enough: balances are not what is recomputed here."""
    accounts = (
        getattr(message, "delegator_address", getattr(message, "validator_address", None))
        for message in messages
    )
    rich = dict.fromkeys((account for account in accounts if account is not None), _PLENTY)
    return replace(state, balances={**state.balances, **rich}) if rich else state
