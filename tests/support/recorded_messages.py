"""The consensus messages of a recording, and what the recorded chain says of their heights."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from harmony_core.chain import Header, decode_shard_state
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.fbft import Message, VerifiedMessage, decode_message
from harmony_core.fbft.traffic import check_traffic
from harmony_core.light_client import CommitteeBook
from harmony_core.primitives import BlockNumber, Epoch, Hash32, ShardID
from harmony_core.quorum import CommitTarget, TrustedCommittee
from support.recorded import Recording

__all__ = ["Traffic", "traffic_of"]


@dataclass(frozen=True, eq=False)
class Traffic:
    """The messages of one shard in their order, with the verdict on each."""

    rows: tuple[Mapping[str, Any], ...]
    raws: tuple[bytes, ...]
    messages: tuple[Message, ...]
    headers: Mapping[int, Header]
    committees: "Committees"
    verdicts: tuple[VerifiedMessage | HarmonyError, ...]

    @property
    def targets(self) -> dict[Hash32, CommitTarget]:
        return {header.hash: CommitTarget.of_header(header) for header in self.headers.values()}


class Committees:
    """The committee of each height, from the recorded headers and shard states."""

    def __init__(self, recording: Recording, shard: int, headers: list[Header]) -> None:
        states = {state.epoch: state for state in recording.shard_states(shard)}
        self._epochs: dict[int, Epoch] = {int(header.number): header.epoch for header in headers}
        for header in headers:
            after = header.epoch
            if header.shard_state and header.number:
                state = decode_shard_state(header.shard_state)
                after = state.epoch if state.epoch is not None else Epoch(header.epoch + 1)
                if state.epoch is not None:
                    states.setdefault(state.epoch, state)
            self._epochs.setdefault(int(header.number) + 1, after)
        self._shard = ShardID(shard)
        self._book = CommitteeBook(recording.network, tuple(states.values()), epochs_kept=None)

    def __call__(self, number: BlockNumber) -> TrustedCommittee:
        """Return the committee of a height."""
        if number not in self._epochs:
            raise MissingDataError("The recording does not say the epoch.", code="committee-unknown")
        return self._book.committee(self._shard, self._epochs[number])


@cache
def traffic_of(recording: Recording, shard: int) -> Traffic:
    """Return the consensus messages of a shard, decoded and verified."""
    rows = recording.rows(f"consensus_msgs_shard{shard}")
    raws = [bytes.fromhex(row["raw"]) for row in rows]
    messages = [decode_message(raw) for raw in raws]
    headers = [signed.header for signed in recording.headers(shard)]
    committees = Committees(recording, shard, headers)
    targets = {header.hash: CommitTarget.of_header(header) for header in headers}
    verdicts = check_traffic(messages, committees, targets=targets)
    by_number = {int(header.number): header for header in headers}
    return Traffic(tuple(rows), tuple(raws), tuple(messages), by_number, committees, tuple(verdicts))
