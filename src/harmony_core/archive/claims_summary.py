"""What stands in the summary beside a ledger, as JSON objects."""

from collections.abc import Sequence
from typing import Any, Final

from harmony_core.archive.accounts import AccountTally
from harmony_core.archive.merge import PendingReceipts
from harmony_core.archive.pair import Cutoff
from harmony_core.archive.work import Result

__all__ = ["head_to_json", "receipts_to_json"]

_COUNTS: Final = (
    "accounts",
    "nodes",
    "storage_nodes",
    "slots",
    "contracts",
    "validators",
    "misplaced_wrappers",
    "bytes",
)


def head_to_json(cutoff: Cutoff, top: AccountTally, parts: Sequence[Result]) -> dict[str, Any]:
    """Return what is to be said of one shard's state.

    Args:
        cutoff: the block after which the state is looked at.
        top: counts of the nodes above the parts.
        parts: results of the parts of the state.
    """
    counts = {name: sum(result[name] for result in parts) for name in _COUNTS}
    counts["nodes"] += top.nodes
    counts["bytes"] += top.size
    header = cutoff.header
    return {
        "number": int(header.number),
        "hash": str(header.hash),
        "root": str(header.root),
        "epoch": int(header.epoch),
        "genesis": None if cutoff.genesis is None else str(cutoff.genesis),
        **counts,
    }


def receipts_to_json(found: PendingReceipts, blocks: Sequence[Result]) -> dict[str, Any]:
    """Return what is to be said of cross-shard receipts.

    Args:
        found: what is pending, and what is out of the ordinary.
        blocks: results of the ranges of blocks.
    """
    return {
        "blocks": sum(result["blocks"] for result in blocks),
        "crosslinks_compared": sum(result["links"] for result in blocks),
        "sent": sum(result["sent"] for result in blocks),
        "received_groups": sum(result["received"] for result in blocks),
        "incoming_roots_proven": sum(result["incoming_proven"] for result in blocks),
        "incoming_roots_not_proven": sum(result["incoming_unproven"] for result in blocks),
        "pending": found.pending,
        "pending_amount": str(found.pending_amount),
        "to_shards_without_database": [
            {"shard": shard, "receipts": count, "amount": str(amount)}
            for shard, (count, amount) in found.elsewhere.items()
        ],
        "from_shards_without_database": {"groups": found.foreign[0], "amount": str(found.foreign[1])},
        "received_ahead_of_source_cutoff": {"groups": found.ahead[0], "amount": str(found.ahead[1])},
        "received_twice": found.twice,
        "received_but_not_sent": [item for result in blocks for item in result["unbacked"]],
    }
