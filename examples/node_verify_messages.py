"""A node: decode consensus messages as they come, believe those that hold, and follow them to the blocks they decide."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from harmony_core import Epoch, HarmonyError, ShardID, TrustedCommittee, load_network
from harmony_core.committee import committee_for_epoch
from harmony_core.fbft import (
    EquivocationWatch,
    Message,
    RoundFollower,
    VerifiedMessage,
    check_traffic,
    decode_message,
)
from harmony_core.primitives import BlockNumber, bytes_from_hex

MESSAGES = Path(__file__).parent / "data" / "consensus" / "messages.jsonl.gz"


def stream(path: Path) -> Iterator[Message]:
    """Yield the messages of a file; what does not decode is said and left out."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield decode_message(bytes_from_hex(json.loads(line)["raw"]))
            except HarmonyError as error:
                print(f"line {number}: {error}")


def committee_of(_: BlockNumber) -> TrustedCommittee:
    """Return the committee of a height; all these are of epoch 1, before staking."""
    network = load_network("localnet")
    return TrustedCommittee(network, Epoch(1), committee_for_epoch(network, Epoch(1)).committee(ShardID(0)))


def main() -> int:
    """Follow the messages; the exit code says whether all that decode hold."""
    messages = list(stream(Path(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES))
    follower, watch, false = RoundFollower(), EquivocationWatch(), 0
    for message, verdict in zip(messages, check_traffic(messages, committee_of), strict=True):
        if isinstance(verdict, VerifiedMessage):
            follower.observe(verdict)
            for double in watch.observe(verdict):
                print(f"{double.keys[0]} contradicts itself: {message.type.name}")
        else:
            false += 1
            print(f"{message.type.name} refused: {verdict}")
    for height in follower.heights:
        reasons = "".join(f"; to view {change.to_view}: {change.reason.value}" for change in height.changes)
        print(f"block {height.number}: {height.block_hash}{reasons}")
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
