"""Resharding as the paper has it, and as the early node had it: **no network runs any of this**.

Mainnet assigns a key to the shard ``key mod shards`` and elects by stake. The paper assigns members to shards by
randomness, moves only some of them in each epoch (the bounded Cuckoo rule), and lets randomness choose the leaders.

- `assign_randomly`, `reshard`, `draw_leader`: the paper's protocol. The seed comes in as 32 bytes: what the distributed
  randomness generation gives.
- `reshard_as_the_early_node`, `shuffle_as_the_early_node`: what the node's code had until December 2019, never called on
  a network, with the random numbers of Go's math/rand (`GoRandom`).
"""

from harmony_core.committee.resharding.assignment import assign_randomly, draw_leader
from harmony_core.committee.resharding.cuckoo import CuckooRule, Movement, move_members
from harmony_core.committee.resharding.epoch_change import Resharding, reshard
from harmony_core.committee.resharding.go_random import GoRandom
from harmony_core.committee.resharding.legacy import reshard_as_the_early_node, shuffle_as_the_early_node
from harmony_core.committee.resharding.random_source import (
    RandomSource,
    SeededSource,
    dealt,
    sampled,
    shuffled,
)

__all__ = [
    "CuckooRule",
    "GoRandom",
    "Movement",
    "RandomSource",
    "Resharding",
    "SeededSource",
    "assign_randomly",
    "dealt",
    "draw_leader",
    "move_members",
    "reshard",
    "reshard_as_the_early_node",
    "sampled",
    "shuffle_as_the_early_node",
    "shuffled",
]
