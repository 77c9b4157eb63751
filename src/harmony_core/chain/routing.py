"""Where a transaction belongs: which shard executes it, and whether its value leaves that shard.

Source: harmony-one/harmony, core/state_processor.go (getTransactionType).
"""

from enum import StrEnum

from harmony_core.errors import VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import Epoch, ShardID

__all__ = ["Route", "route_transaction"]


class Route(StrEnum):
    """What becomes of a transaction's value on the shard that executes it."""

    SAME_SHARD = "same shard"
    """It stays."""

    CROSS_SHARD = "cross shard"
    """It leaves as a receipt."""


def route_transaction(
    network: Network, *, epoch: Epoch, block_shard_id: ShardID, shard_id: ShardID, to_shard_id: ShardID
) -> Route:
    """Return what a block does with the value of a transaction.

    Before cross-shard transactions are accepted, one epoch after headers have their fields, the destination is not
    looked at.

    Args:
        network: the verifier's network.
        epoch: epoch of the block.
        block_shard_id: shard of the block.
        shard_id: shard that the transaction names as its own.
        to_shard_id: shard that it sends to.

    Raises:
        VerificationError: ``transaction-shard`` for a transaction of another shard, ``transaction-destination`` for a
            destination that the network does not have in this epoch.
        UnsupportedRulesError: ``rules-unknown`` for an epoch whose rules are not known.
    """
    network.require_known_rules(epoch)
    require(
        shard_id == block_shard_id,
        VerificationError,
        "transaction-shard",
        "The transaction belongs to another shard.",
        expected=block_shard_id,
        actual=shard_id,
    )
    if to_shard_id == shard_id or not network.config.accepts_cross_tx(epoch):
        return Route.SAME_SHARD
    shards = network.schedule.instance_for_epoch(epoch).num_shards
    require(
        0 <= to_shard_id < shards,
        VerificationError,
        "transaction-destination",
        "The network has no such shard in this epoch.",
        expected=f"0 to {shards - 1}",
        actual=to_shard_id,
    )
    return Route.CROSS_SHARD
