"""Load a network from the packaged data.

Source of the data: harmony-one/harmony, internal/params/config.go, internal/configs/sharding/*.go,
core/genesis.go; for devnet cmd/config/default.go and internal/configs/node/config.go, ChainConfig.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from harmony_core.errors import ConfigurationError, require
from harmony_core.params.accounts import AccountList
from harmony_core.params.chain_config import ChainConfig
from harmony_core.params.network import Checkpoint, Evidence, GenesisSpec, Network, RejectedBlock
from harmony_core.params.packaged import packaged_json
from harmony_core.params.schedule import EpochSpan, Schedule
from harmony_core.params.sharding_instance import FeeCollector, ShardingInstance
from harmony_core.params.slots_limit import slots_limit_from_share
from harmony_core.primitives import Address, BlockNumber, Dec, Epoch, Hash32, ShardID, ViewID

__all__ = ["NETWORK_NAMES", "load_chain_config", "load_network"]

NETWORK_NAMES: Final = ("mainnet", "testnet", "localnet", "partner", "stressnet", "pangaea", "devnet")
"""The networks that the node knows."""

_LOCALNET_BLOCKS: Final = 16


def load_network(
    name: str, *, blocks_per_epoch: int | None = None, blocks_per_epoch_v2: int | None = None
) -> Network:
    """Return a network of `NETWORK_NAMES`; the same object for the same arguments.

    Args:
        name: the network's name.
        blocks_per_epoch: only for localnet: the node's option of that name, 16 by default. No block is counted with
            it, because localnet has the two-second rules from the start.
        blocks_per_epoch_v2: only for localnet: blocks of an epoch; by default the same as ``blocks_per_epoch``.

    Raises:
        ConfigurationError: ``network-unknown`` for another name; ``network-epoch-length`` if a length is given for
            another network than localnet or is below 1.
    """
    if not isinstance(name, str):
        raise TypeError(f"a network's name is a str, not {type(name).__name__}")
    require(
        name in NETWORK_NAMES,
        ConfigurationError,
        "network-unknown",
        "No network has this name.",
        expected=", ".join(NETWORK_NAMES),
        actual=name,
    )
    lengths = [length for length in (blocks_per_epoch, blocks_per_epoch_v2) if length is not None]
    require(
        not lengths or (name == "localnet" and all(length >= 1 for length in lengths)),
        ConfigurationError,
        "network-epoch-length",
        "Only localnet takes a length of its epochs, and it is at least one block.",
        actual=lengths,
    )
    old = blocks_per_epoch or _LOCALNET_BLOCKS
    return _network(name, old, blocks_per_epoch_v2 or old)


def load_chain_config(name: str) -> ChainConfig:
    """Return the switches of a network, or those of the node's two test configurations.

    Args:
        name: one of `NETWORK_NAMES`, or ``test`` or ``allprotocolchanges``.

    Raises:
        ConfigurationError: ``network-unknown`` for another name.
    """
    documents = packaged_json("chain_configs.json")
    name = packaged_json("networks.json").get(name, {}).get("chain_config", name)
    require(
        name in documents,
        ConfigurationError,
        "network-unknown",
        "No chain configuration has this name.",
        actual=name,
    )
    return ChainConfig.from_json(documents.get(name))


@lru_cache(maxsize=32)
def _network(name: str, blocks_per_epoch: int, blocks_per_epoch_v2: int) -> Network:
    document = packaged_json("networks.json").get(name)
    floor = document["recovery_view_id_floor"]
    last_known = document["last_known_epoch"]
    return Network(
        name=name,
        config=load_chain_config(name),
        schedule=_schedule(name, blocks_per_epoch, blocks_per_epoch_v2),
        genesis=_genesis(document["genesis"]),
        last_known_epoch=None if last_known is None else Epoch(last_known),
        recovery_view_id_floor=None if floor is None else ViewID(floor),
        checkpoints=tuple(map(_checkpoint, document["checkpoints"])),
        rejected_blocks=tuple(
            RejectedBlock(ShardID(row["shard"]), BlockNumber(row["number"]), Hash32.from_hex(row["hash"]))
            for row in document["rejected_blocks"]
        ),
    )


def _schedule(name: str, blocks_per_epoch: int, blocks_per_epoch_v2: int) -> Schedule:
    document = packaged_json("schedules.json")[name]
    lengths = [(Epoch(epoch), blocks) for epoch, blocks in document["epoch_lengths"]]
    old = document["blocks_per_epoch_old"]
    reported: int | None = None
    if name == "localnet":
        lengths[-1] = (lengths[-1][0], blocks_per_epoch_v2)
        old, reported = blocks_per_epoch, blocks_per_epoch_v2
    return Schedule(
        network_id=document["network_id"],
        reward_frequency=document["reward_frequency"],
        vdf_difficulty=document["vdf_difficulty"],
        instances=tuple(
            (Epoch(row["from_epoch"]), _instance(row, reported or row["blocks_per_epoch"]))
            for row in document["instances"]
        ),
        spans=_spans(lengths),
        resharding_epochs=tuple(map(Epoch, document["resharding_epochs"])),
        skipped_epochs=tuple(
            (ShardID(int(shard)), Epoch(epoch))
            for shard, epochs in document["skipped_epochs"].items()
            for epoch in epochs
        ),
        blocks_per_epoch=lengths[-1][1],
        blocks_per_epoch_old=old,
        http=document["endpoints"]["http"],
        ws=document["endpoints"]["ws"],
    )


def _spans(lengths: list[tuple[Epoch, int]]) -> tuple[EpochSpan, ...]:
    first_epoch, blocks = lengths[0]
    spans = [EpochSpan(first_epoch, BlockNumber(0), blocks)]
    for (before, of_before), (epoch, blocks) in pairwise(lengths):
        start = spans[-1].first_block + (epoch - before) * of_before
        spans.append(EpochSpan(epoch, BlockNumber(start), blocks))
    return tuple(spans)


def _instance(row: Mapping[str, Any], blocks_per_epoch: int) -> ShardingInstance:
    address = row["recovery_address"]
    open_slots = row["num_nodes_per_shard"] - row["num_harmony_nodes_per_shard"]
    return ShardingInstance(
        num_shards=row["num_shards"],
        num_nodes_per_shard=row["num_nodes_per_shard"],
        num_harmony_nodes_per_shard=row["num_harmony_nodes_per_shard"],
        harmony_vote_percent=Dec.parse(row["harmony_vote_percent"]),
        blocks_per_epoch=blocks_per_epoch,
        harmony_accounts=AccountList(row["harmony_accounts"]),
        foundational_accounts=AccountList(row["foundational_accounts"]),
        slots_limit=slots_limit_from_share(open_slots, Fraction(row["slots_limit_percent"])),
        fee_collectors=tuple(
            FeeCollector(Address.from_hex(collector), Dec.parse(share))
            for collector, share in row["fee_collectors"].items()
        ),
        hip30_emission_fraction=Dec.parse(row["recovery_fraction"]),
        hip30_recovery_address=None if address is None else Address.from_hex(address),
    )


def _genesis(document: Mapping[str, Any]) -> GenesisSpec:
    return GenesisSpec(
        config=load_chain_config(document["chain_config"]),
        gas_limit=document["gas_limit"],
        timestamp=document["timestamp"],
        extra=document["extra"].encode(),
        beacon_allocation=_allocation(document["beacon_allocation"]),
        shard_allocation=_allocation(document["shard_allocation"]),
    )


def _allocation(balances: Mapping[str, str]) -> tuple[tuple[Address, int], ...]:
    return tuple((Address.from_hex(address), int(balance)) for address, balance in balances.items())


def _checkpoint(row: Mapping[str, Any]) -> Checkpoint:
    return Checkpoint(
        shard_id=ShardID(row["shard"]),
        number=BlockNumber(row["number"]),
        block_hash=Hash32.from_hex(row["hash"]),
        epoch=None if row["epoch"] is None else Epoch(row["epoch"]),
        evidence=Evidence(row["evidence"]),
        source=row["source"],
    )
