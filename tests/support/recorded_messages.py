"""The consensus messages of a recording, each with what a verifier knows of its view from the recorded chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harmony_core.chain import Header, decode_block, decode_shard_state
from harmony_core.errors import HarmonyError
from harmony_core.fbft import (
    Announce,
    Committed,
    CommitVote,
    KnownView,
    LastSignPower,
    Message,
    NewView,
    Prepare,
    Prepared,
    ViewChange,
    decode_message,
)
from harmony_core.light_client import CommitteeBook
from harmony_core.primitives import BlockNumber, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import CommitTarget, TrustedCommittee
from support.recorded import Recording

__all__ = ["RecordedMessage", "recorded_messages"]


@dataclass(frozen=True)
class RecordedMessage:
    """A message, its row in the file, and its view; no view where the recording does not say the committee."""

    row: Mapping[str, Any]
    raw: bytes
    message: Message
    view: KnownView | None


def recorded_messages(recording: Recording, shard: int) -> list[RecordedMessage]:
    """Return the consensus messages of a shard in their order."""
    rows = recording.rows(f"consensus_msgs_shard{shard}")
    messages = [decode_message(bytes.fromhex(row["raw"])) for row in rows]
    headers = [signed.header for signed in recording.headers(shard)]
    targets = {header.hash: CommitTarget.of_header(header) for header in headers}
    for message in messages:
        targets |= _carried(message)
    epochs = _epochs(headers)
    book = CommitteeBook(recording.network, tuple(recording.shard_states(shard)), epochs_kept=None)
    found = []
    for row, message in zip(rows, messages, strict=True):
        committee = _committee(book, ShardID(shard), _epoch_of(message, epochs, found))
        found.append(
            RecordedMessage(row, bytes.fromhex(row["raw"]), message, _view(message, committee, targets))
        )
    return found


def _carried(message: Message) -> dict[Hash32, CommitTarget]:
    block = b""
    if isinstance(message, Announce | Prepared):
        block = message.block
    elif isinstance(message, ViewChange | NewView):
        block = message.prepared_block
    if not block:
        return {}
    header = decode_block(block).header
    return {header.hash: CommitTarget.of_header(header)}


def _epochs(headers: list[Header]) -> dict[int, Epoch]:
    """Return the epoch of each recorded height and of the one after the last."""
    epochs = {int(header.number): header.epoch for header in headers}
    for header in headers:
        after = Epoch(header.epoch)
        if header.shard_state and header.number:
            after = decode_shard_state(header.shard_state).epoch or Epoch(header.epoch + 1)
        epochs.setdefault(int(header.number) + 1, after)
    return epochs


def _epoch_of(message: Message, epochs: dict[int, Epoch], before: list[RecordedMessage]) -> Epoch | None:
    if not isinstance(message, LastSignPower):
        return epochs.get(message.block_number)
    views = (item.view for item in reversed(before) if item.view is not None)
    return next((view.committee.epoch for view in views), None)


def _committee(book: CommitteeBook, shard: ShardID, epoch: Epoch | None) -> TrustedCommittee | None:
    if epoch is None:
        return None
    try:
        return book.committee(shard, epoch)
    except HarmonyError as error:
        assert error.code == "committee-unknown"
        return None


def _view(
    message: Message, committee: TrustedCommittee | None, targets: dict[Hash32, CommitTarget]
) -> KnownView | None:
    if committee is None:
        return None
    if isinstance(message, LastSignPower):
        return KnownView(committee, BlockNumber(0), ViewID(0))
    target = None
    if isinstance(message, Announce | Prepare | Prepared | CommitVote | Committed):
        target = targets.get(message.block_hash)
    return KnownView(committee, message.block_number, message.view_id, None, target)
