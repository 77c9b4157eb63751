"""The first block of every shard of every network, recomputed from the network's parameters."""

from harmony_core.genesis.block_zero import (
    genesis_allocation,
    genesis_header,
    genesis_shard_state,
    genesis_state,
)
from harmony_core.genesis.state_root import state_root_of_balances

__all__ = [
    "genesis_allocation",
    "genesis_header",
    "genesis_shard_state",
    "genesis_state",
    "state_root_of_balances",
]
