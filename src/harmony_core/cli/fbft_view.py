"""`harmony-core fbft follow`: recorded messages verified and followed, as a table or as JSON."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.table import Table

from harmony_core.chain.header import Header
from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.cli.exit_codes import ExitCode, code_of_error, strongest
from harmony_core.cli.lines import read_lines
from harmony_core.cli.records import parse_record
from harmony_core.cli.strict_json import parse_object
from harmony_core.cli.terminal import write_json, write_line, write_table
from harmony_core.cli.verification import read_committees
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, require
from harmony_core.fbft import (
    EquivocationWatch,
    HeightReport,
    Message,
    RoundFollower,
    VerifiedMessage,
    ViewReport,
    check_traffic,
    decode_message,
)
from harmony_core.light_client import CommitteeBook
from harmony_core.params import Network, load_network
from harmony_core.primitives import BlockNumber, Epoch, ShardID, bytes_from_hex
from harmony_core.quorum import CommitTarget, TrustedCommittee

__all__ = ["follow"]

_HEIGHTS: Final = 1 << 20


class _Heights:
    """The committee of each height, from trusted headers and shard states."""

    def __init__(self, network: Network, headers: Sequence[Header], given: Sequence[ShardState]) -> None:
        states = {state.epoch: state for state in given}
        self._shard = headers[0].shard_id if headers else ShardID(0)
        self._epochs = {int(header.number): header.epoch for header in headers}
        for header in headers:
            after = header.epoch
            if header.shard_state and header.number:
                state = decode_shard_state(header.shard_state)
                after = Epoch(header.epoch + 1) if state.epoch is None else state.epoch
                if state.epoch is not None:
                    states.setdefault(state.epoch, state)
            self._epochs.setdefault(int(header.number) + 1, after)
        self._book = CommitteeBook(network, tuple(states.values()), epochs_kept=None)

    def __call__(self, number: BlockNumber) -> TrustedCommittee:
        if number not in self._epochs:
            raise MissingDataError(
                "No header tells the committee of this height.", code="follow-height-unknown", actual=number
            )
        return self._book.committee(self._shard, self._epochs[number])


def follow(
    messages: str,
    headers: str,
    network: Network,
    committees: Sequence[str],
    *,
    blocks_per_epoch: int | None,
    as_json: bool,
) -> ExitCode:
    """Verify and follow the messages of a file, show what they decide, and return the exit code."""
    if blocks_per_epoch is not None:
        network = load_network(network.name, blocks_per_epoch=blocks_per_epoch)
    known = [parse_record(line.text).header for line in read_lines([headers])]
    heights = _Heights(network, known, [read_committees(name) for name in committees])
    read, refused = _read(messages)
    targets = {header.hash: CommitTarget.of_header(header) for header in known}
    verdicts = check_traffic(read, heights, targets=targets)
    follower, watch = RoundFollower(heights_kept=_HEIGHTS), EquivocationWatch()
    accused = 0
    for verdict in verdicts:
        if isinstance(verdict, VerifiedMessage):
            follower.observe(verdict)
            accused += len(watch.observe(verdict))
        else:
            refused.append(verdict)
    counts = Counter(error.code for error in refused)
    if as_json:
        write_json(
            {
                "messages": len(read),
                "refused": dict(sorted(counts.items())),
                "contradictions": accused,
                "heights": [_height_json(report) for report in follower.heights],
            }
        )
    else:
        _show(follower.heights, counts, len(read), accused)
    return strongest([ExitCode.PROVEN, *(code_of_error(error) for error in refused)])


def _read(name: str) -> tuple[list[Message], list[HarmonyError]]:
    read: list[Message] = []
    refused: list[HarmonyError] = []
    for line in read_lines([name]):
        try:
            if line.error is not None:
                raise line.error
            read.append(decode_message(bytes_from_hex(_raw(line.text))))
        except HarmonyError as error:
            refused.append(error)
    return read, refused


def _raw(text: str) -> str:
    if not text.startswith("{"):
        return text
    value = parse_object(text).get("raw")
    require(
        isinstance(value, str),
        DecodeError,
        "follow-raw",
        "A message in a JSON object is hexadecimal text under the key raw.",
    )
    return str(value)


def _show(reports: Sequence[HeightReport], counts: Counter[str], total: int, accused: int) -> None:
    table = Table()
    for heading in ("block", "view", "leader", "PREPARE", "COMMIT", "decided", "changes of view"):
        table.add_column(heading)
    for report in reports:
        view = report.decided or next(reversed(report.views.values()))
        table.add_row(
            str(report.number),
            str(view.view_id),
            view.leader.hex()[:12] if view.leader else "",
            str(view.share(view.prepare_bitmap))[:6],
            str(view.share(view.commit_bitmap))[:6],
            report.block_hash.hex()[:12] if report.block_hash else "",
            "; ".join(f"to {change.to_view}: {change.reason.value}" for change in report.changes),
        )
    write_table(table, "changes of view")
    write_line(f"{total} messages, {sum(counts.values())} refused, {accused} contradictions")
    for code, count in sorted(counts.items()):
        write_line(f"  {count} {code}")


def _height_json(report: HeightReport) -> dict[str, object]:
    return {
        "number": report.number,
        "block_hash": str(report.block_hash) if report.block_hash else None,
        "views": [_view_json(view) for view in report.views.values()],
        "changes": [
            {"to_view": change.to_view, "from_view": change.from_view, "reason": change.reason.value}
            for change in report.changes
        ],
    }


def _view_json(view: ViewReport) -> dict[str, object]:
    return {
        "view": view.view_id,
        "leader": "0x" + view.leader.hex() if view.leader else None,
        "proposals": [str(block_hash) for _, block_hash in view.proposals],
        "prepare_bitmap": "0x" + view.prepare_bitmap.hex(),
        "prepare_share": str(view.share(view.prepare_bitmap)),
        "commit_bitmap": "0x" + view.commit_bitmap.hex(),
        "commit_share": str(view.share(view.commit_bitmap)),
        "asked_with_block": "0x" + view.asked_m1.hex(),
        "asked_without_block": "0x" + view.asked_m2.hex(),
        "committed": str(view.committed) if view.committed else None,
    }
