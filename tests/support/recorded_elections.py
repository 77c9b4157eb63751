"""The elections of a recorded network, with the validators in the state before each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harmony_core.chain import Header, ShardState, decode_shard_state
from harmony_core.chain.validator_wrapper import ValidatorWrapper, decode_validator_wrapper
from harmony_core.committee import Candidate
from harmony_core.errors import MissingDataError
from harmony_core.primitives import Address, BlockNumber, Epoch
from harmony_core.trie import MemoryNodeStore, Trie
from support.recorded import Recording

__all__ = ["RecordedElections"]


@dataclass(frozen=True)
class RecordedElections:
    """What a recording tells of its elections. Whatever it lacks is told as missing, never guessed."""

    recording: Recording

    @cached_property
    def rounds(self) -> list[dict[str, Any]]:
        return self.recording.rows("epos_rounds")

    @cached_property
    def snapshots(self) -> Mapping[int, Mapping[Address, ValidatorWrapper]]:
        """Validators as they were when each epoch began, in the order of the chain's list."""
        found: dict[int, dict[Address, ValidatorWrapper]] = {}
        for row in self.recording.rows("validator_snapshots"):
            wrapper = decode_validator_wrapper(bytes.fromhex(row["rlp"]))
            found.setdefault(int(row["epoch"]), {})[Address.from_hex(row["address"])] = wrapper
        return found

    @cached_property
    def versions(self) -> Mapping[Address, list[tuple[int, ValidatorWrapper]]]:
        """Every recorded version of every validator, by the block that wrote it."""
        found: dict[Address, dict[int, str]] = {}
        for row in self.recording.rows("validator_wrappers"):
            found.setdefault(Address.from_hex(row["address"]), {})[int(row["number"])] = row["rlp"]
        return {
            address: [
                (number, decode_validator_wrapper(bytes.fromhex(text)))
                for number, text in sorted(by_number.items())
            ]
            for address, by_number in found.items()
        }

    def wrapper(self, address: Address, number: int) -> ValidatorWrapper | None:
        """Return a validator as it was after block ``number``."""
        known = [wrapper for height, wrapper in self.versions.get(address, ()) if height <= number]
        return known[-1] if known else None

    def validators(self, epoch: Epoch, before: BlockNumber) -> list[Candidate] | None:
        """Return all validators as the election in block ``before`` saw them, or None where the recording lacks one."""
        # The snapshot of the next epoch is taken from that very state.
        after = self.snapshots.get(epoch + 1, {})
        candidates = []
        for address, snapshot in self.snapshots.get(epoch, {}).items():
            wrapper = self.wrapper(address, before - 1) or after.get(address)
            if wrapper is None:
                return None
            candidates.append(Candidate.from_wrapper(wrapper, snapshot))
        return candidates or None

    @cached_property
    def state_store(self) -> MemoryNodeStore | None:
        """Nodes and validators' code of every state of the beacon shard, if its changes are recorded from genesis on."""
        rows = sorted(self.recording.rows("state_diff_shard0"), key=lambda row: int(row["number"]))
        wrappers = self.recording.rows("validator_wrappers")
        if not wrappers or not rows or int(rows[0]["number"]):
            return None
        store = MemoryNodeStore()
        store.put_many(
            (bytes.fromhex(row["codeHash"].removeprefix("0x")), bytes.fromhex(row["rlp"])) for row in wrappers
        )
        accounts = Trie(store)
        slots: dict[str, Trie] = {}
        for row in rows:
            for change in row["changed"]:
                key = change["key"]
                if change.get("new"):
                    slots[key] = Trie(store)
                trie = slots.setdefault(key, Trie(store))
                for item in change.get("storageDiff") or ():
                    value = "" if item.get("deleted") else item.get("value") or ""
                    trie.set(_data(item["key"]), _data(value))
                trie.commit()
                accounts.set(_data(key), b"" if change.get("deleted") else _data(change["rlp"]))
            accounts.commit()
        return store

    @cached_property
    def carried(self) -> list[Header]:
        """The headers of the beacon shard that carry elected committees."""
        network = self.recording.network
        return [
            signed.header
            for signed in (self.recording.headers(0) if 0 in self.recording.shards else ())
            if signed.header.shard_state
            and signed.header.number
            and network.config.is_staking(Epoch(signed.header.epoch + 1))
        ]

    @cached_property
    def states(self) -> Mapping[int, ShardState]:
        """The committees of each epoch, as stored."""
        rows = [row for shard in (0, 1) for row in self.recording.rows(f"committees_shard{shard}")]
        found = [decode_shard_state(bytes.fromhex(row["rlp"])) for row in rows]
        return {state.epoch: state for state in found if state.epoch is not None}

    def shard_state(self, epoch: Epoch) -> ShardState:
        """Return the committees that the beacon chain carries for an epoch."""
        if epoch not in self.states:
            raise MissingDataError("not recorded", code="test-not-recorded")
        return self.states[epoch]


def _data(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
