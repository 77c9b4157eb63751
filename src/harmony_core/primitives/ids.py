"""Identifiers with a type of their own, so that an epoch is never passed for a block number."""

from typing import Final, NewType

__all__ = ["BEACON_SHARD_ID", "BlockNumber", "Epoch", "ShardID", "ViewID"]

ShardID = NewType("ShardID", int)
"""Number of a shard; 32 bits on the wire."""

Epoch = NewType("Epoch", int)
"""Number of an epoch, counted from 0 at genesis."""

BlockNumber = NewType("BlockNumber", int)
"""Height of a block in its shard; genesis is 0."""

ViewID = NewType("ViewID", int)
"""Number of the consensus view in which a block was proposed."""

BEACON_SHARD_ID: Final = ShardID(0)
"""The shard that carries committees, crosslinks and staking."""
