"""Verifying a stretch of recorded traffic: each message under what the others and the chain tell of its view."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from harmony_core.chain.block import decode_block
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.fbft.known_view import KnownView, VerifiedMessage
from harmony_core.fbft.messages import (
    Announce,
    LastSignPower,
    Message,
    NewView,
    Prepared,
    RoundMessage,
    ViewChange,
)
from harmony_core.fbft.verification import check_messages
from harmony_core.primitives import STRICT, BlockNumber, Compatibility, Hash32, ViewID
from harmony_core.quorum import CommitTarget, TrustedCommittee

__all__ = ["CommitteeOfHeight", "carried_blocks", "check_traffic", "view_of_message"]

CommitteeOfHeight = Callable[[BlockNumber], TrustedCommittee]
"""Returns the committee that decides a height; raises `MissingDataError` if it is unknown."""


def carried_blocks(messages: Iterable[Message]) -> dict[Hash32, CommitTarget]:
    """Return the blocks that messages carry, by their hash. Blocks that do not decode are left out."""
    found: dict[Hash32, CommitTarget] = {}
    for message in messages:
        block = b""
        if isinstance(message, Announce | Prepared):
            block = message.block
        elif isinstance(message, ViewChange | NewView):
            block = message.prepared_block
        if not block:
            continue
        try:
            target = CommitTarget.of_header(decode_block(block).header)
        except HarmonyError:
            continue
        found[target.block_hash] = target
    return found


def view_of_message(
    message: Message, committee: TrustedCommittee, targets: Mapping[Hash32, CommitTarget]
) -> KnownView:
    """Return the view that a message says to be of, with the block that it names if that is known.

    Whether the message's height and view are those that matter is for the caller; a monitor follows all of them.
    """
    if isinstance(message, LastSignPower):
        return KnownView(committee, BlockNumber(0), ViewID(0))
    target = targets.get(message.block_hash) if isinstance(message, RoundMessage) else None
    return KnownView(committee, message.block_number, message.view_id, None, target)


def check_traffic(
    messages: Sequence[Message],
    committee_of: CommitteeOfHeight,
    *,
    targets: Mapping[Hash32, CommitTarget] | None = None,
    compatibility: Compatibility = STRICT,
) -> list[VerifiedMessage | HarmonyError]:
    """Verify messages in the order in which they were recorded, and return a proof or the reason for each.

    A COMMIT is verified with the block that an ANNOUNCE, a PREPARED or an M1 among the messages carries, or that
    ``targets`` has; a NEWVIEW by the view change votes before it.

    Args:
        messages: what was recorded.
        committee_of: the trusted committee of each height.
        targets: further known blocks by their hash, for example those of the chain.
        compatibility: as for `verify_message`.
    """
    known = carried_blocks(messages) | dict(targets or {})
    items: list[tuple[Message, KnownView]] = []
    results: dict[int, VerifiedMessage | HarmonyError] = {}
    positions = []
    heights = (m.block_number for m in messages if not isinstance(m, LastSignPower))
    height = next(heights, BlockNumber(0))
    for position, message in enumerate(messages):
        # A note on the votes of a round names no height: it is one of that which was spoken of last.
        height = height if isinstance(message, LastSignPower) else message.block_number
        try:
            committee = committee_of(height)
        except MissingDataError as error:
            results[position] = error
        else:
            positions.append(position)
            items.append((message, view_of_message(message, committee, known)))
    results |= dict(zip(positions, check_messages(items, compatibility=compatibility), strict=True))
    return [results[position] for position in range(len(messages))]
