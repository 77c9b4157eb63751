"""Chain configurations and sharding schedules of every network."""

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from functools import cache
from typing import Any

from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.params import (
    AccountList,
    ChainConfig,
    Network,
    Rules,
    Schedule,
    ShardingInstance,
    gas_table,
    is_eth_compatible_chain_id,
    load_chain_config,
    load_network,
    next_gas_limit,
    slots_limit_from_share,
)
from harmony_core.primitives import (
    Address,
    BlockNumber,
    Compatibility,
    Dec,
    Epoch,
    ShardID,
    address_to_bech32,
)
from support.conformance import ABSENT, Case, reader

CONFIG_NAMES = (
    "mainnet",
    "testnet",
    "localnet",
    "partner",
    "stressnet",
    "pangaea",
    "test",
    "allprotocolchanges",
)
# The reference computed the last block only for epochs that a chain can reach.
FIRST_EPOCH_WITHOUT_LAST_BLOCK = 1_000_000
# Names of the node's fields and predicates that do not follow from ours by joining capitalized words.
WORDS = {
    "id": "ID",
    "eth": "Eth",
    "vrf": "VRF",
    "epos": "EPoS",
    "eip155": "EIP155",
    "sha3": "SHA3",
    "hip6": "HIP6",
    "hip30": "HIP30",
    "hip32": "HIP32",
    "30m": "30M",
}
GO_FIELDS = {"chain_id_fix_epoch": "ChainIdFixEpoch", "one_second_epoch": "IsOneSecondEpoch"}
GO_PREDICATES = {
    "is_aggregated_reward": "IsAggregatedRewardEpoch",
    "is_data_copy_fix": "IsDataCopyFixEpoch",
    "is_hip6_and_8": "IsHIP6And8Epoch",
    "is_allowlist": "IsAllowlistEpoch",
    "is_leader_rotation_external_validators": "IsLeaderRotationExternalValidatorsAllowed",
    "is_leader_rotation_v2": "IsLeaderRotationV2Epoch",
    "is_fee_collect": "IsFeeCollectEpoch",
    "is_devnet_external": "IsDevnetExternalEpoch",
    "is_testnet_external": "IsTestnetExternalEpoch",
    "is_chain_id_fix": "IsChainIdFix",
}


def camel(name: str) -> str:
    return "".join(WORDS.get(word, word.capitalize()) for word in name.split("_"))


def network_of(given: Mapping[str, Any]) -> Network:
    name = "devnet" if given["network"] == "fixed" else given["network"]
    options = given.get("localnet") or {}
    return load_network(
        name,
        blocks_per_epoch=options.get("localnet_blocks_per_epoch"),
        blocks_per_epoch_v2=options.get("localnet_blocks_per_epoch_v2"),
    )


@cache
def digest(accounts: AccountList) -> str:
    lines = (f"{address_to_bech32(account.address)}:{account.bls_public_key.hex()}\n" for account in accounts)
    return keccak256("".join(lines).encode()).to_hex()


def endpoints(schedule: Schedule, shards: int, current: int) -> list[dict[str, object]]:
    found = [schedule.endpoint(ShardID(shard)) for shard in range(shards)]
    return [
        {"current": e.shard_id == current, "shardID": e.shard_id, "http": e.http, "ws": e.ws} for e in found
    ]


@reader("schedules", "schedule_global", inputs=("in",))
def schedule_global(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    schedule = network_of(case["in"]).schedule
    out: dict[str, object] = {
        "network_id": schedule.network_id,
        "reward_frequency": schedule.reward_frequency,
        "vdf_difficulty": schedule.vdf_difficulty,
    }
    if case["in"]["network"] == "fixed":
        out |= {f"epoch_last_block_{e}": schedule.last_block_of_epoch(Epoch(e)) for e in (0, 5)}
    else:
        out["blocks_per_epoch"] = schedule.blocks_per_epoch
        out["blocks_per_epoch_old"] = (
            ABSENT if schedule.blocks_per_epoch_old is None else schedule.blocks_per_epoch_old
        )
        out["sharding_structure_2_0"] = endpoints(schedule, 2, 0)
    return {"out": out}


@reader("schedules", "epoch", inputs=("in",))
def epoch(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    schedule = network_of(case["in"]).schedule
    number = Epoch(case["in"]["epoch"])
    instance = schedule.instance_for_epoch(number)
    reachable = number < FIRST_EPOCH_WITHOUT_LAST_BLOCK
    out: dict[str, object] = {
        "blocks_per_epoch": instance.blocks_per_epoch,
        "epoch_last_block": str(schedule.last_block_of_epoch(number)) if reachable else ABSENT,
        "external_allowlist": [key.to_hex() for key in instance.external_allowlist],
        "external_allowlist_limit": instance.external_allowlist_limit,
        "external_slots_available": instance.num_external_slots,
        "external_vote_percent": str(instance.external_vote_percent),
        "fee_collectors": {c.address.to_hex(): str(c.share) for c in instance.fee_collectors},
        "fn_accounts_count": len(instance.foundational_accounts),
        "fn_accounts_digest": digest(instance.foundational_accounts),
        "harmony_vote_percent": str(instance.harmony_vote_percent),
        "hip30_emission_fraction": str(instance.hip30_emission_fraction),
        "hip30_recovery_address": (instance.hip30_recovery_address or Address.zero()).to_hex(),
        "hmy_accounts_count": len(instance.harmony_accounts),
        "hmy_accounts_digest": digest(instance.harmony_accounts),
        "num_hmy_nodes_per_shard": instance.num_harmony_nodes_per_shard,
        "num_nodes_per_shard": instance.num_nodes_per_shard,
        "num_shards": instance.num_shards,
        "resharding_epochs": [str(e) for e in schedule.resharding_epochs],
        "skipped_epoch_shards_0_3": [schedule.is_skipped_epoch(ShardID(s), number) for s in range(4)],
        "slots_limit": instance.slots_limit,
    }
    return {"out": out}


@reader("schedules", "config_at_epoch", inputs=("in",))
def config_at_epoch(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    config = load_chain_config(case["in"]["network"])
    number = Epoch(case["in"]["epoch"])
    predicates = [n for n in dir(ChainConfig) if n.startswith(("is_", "has_", "accepts_"))]
    active = [GO_PREDICATES.get(n, camel(n)) for n in predicates if getattr(config, n)(number)]
    rules = {camel(name): value for name, value in asdict(Rules.at_epoch(config, number)).items()}
    rules["IsChainIdFix"] = rules.pop("IsChainIDFix")
    prices = {camel(name): value for name, value in asdict(gas_table(config, number)).items()}
    prices["SLoad"] = prices.pop("Sload")
    return {"out": {"gas_table": prices, "rules": rules, "true_predicates": sorted(active)}}


@reader("schedules", "blocks", inputs=("in",))
def blocks(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    schedule = network_of(case["in"]).schedule
    # The block numbers stand in the rows themselves; the other columns are computed from them.
    numbers = [BlockNumber(row[0]) for row in case.fields["out"]]
    return {"out": [[n, schedule.epoch_of_block(n), schedule.is_last_block(n)] for n in numbers]}


def go_field(name: str) -> str:
    return GO_FIELDS.get(name, camel(name))


def go_string(config: ChainConfig) -> str:
    shown = {
        "ChainID": config.chain_id,
        "EthCompatibleChainID": config.eth_compatible_chain_id,
        "EIP155": config.eip155_epoch,
        "CrossTx": config.cross_tx_epoch,
        "Staking": config.staking_epoch,
        "CrossLink": config.cross_link_epoch,
        "ReceiptLog": config.receipt_log_epoch,
        "SHA3Epoch": config.sha3_epoch,
        "StakingPrecompileEpoch": config.staking_precompile_epoch,
        "ChainIdFixEpoch": config.chain_id_fix_epoch,
        "CrossShardXferPrecompileEpoch": config.cross_shard_xfer_precompile_epoch,
    }
    return "{" + " ".join(f"{name}: {value}" for name, value in shown.items()) + "}"


@reader("schedules", "chain_config", inputs=("in",))
def chain_config(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    config = load_chain_config(case["in"]["network"])
    fields = {go_field(name): None if value is None else str(value) for name, value in asdict(config).items()}
    return {"out": {"fields": fields, "json": config.to_json(), "string": go_string(config)}}


@reader("schedules", "chain_ids", inputs=("in",))
def chain_ids(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    assert case["in"] == {}
    out = {}
    for name in CONFIG_NAMES:
        config = load_chain_config(name)
        by_shard = [str(config.eth_chain_id_of_shard(ShardID(shard))) for shard in range(4)]
        out[name] = {"eth_by_shard": by_shard, "harmony": str(config.chain_id)}
    return {"out": out}


@reader("schedules", "is_eth_compatible_chain_id", inputs=("in",))
def is_eth_compatible(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    return {"out": is_eth_compatible_chain_id(case["in"]["chain_id"])}


@reader("schedules", "update_eth_chain_id_by_shard", inputs=("in",))
def update_eth_chain_id(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    out = {}
    for name in CONFIG_NAMES:
        config = load_chain_config(name)
        out[name] = {
            "EthCompatibleChainID": str(config.eth_chain_id_of_shard(ShardID(case["in"]["shard"]))),
            "EthCompatibleShard0ChainID": str(config.eth_compatible_shard_0_chain_id),
        }
    return {"out": out}


@reader("schedules", "new_instance", inputs=("in",))
def new_instance(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    try:
        instance = ShardingInstance(
            num_shards=given["num_shards"],
            num_nodes_per_shard=given["num_nodes"],
            num_harmony_nodes_per_shard=given["num_hmy"],
            harmony_vote_percent=Dec.parse(given["harmony_vote_percent"]),
            slots_limit=given["slots_limit"],
            blocks_per_epoch=1,
        )
    except HarmonyError as error:
        return {"out": {"error": str(error)}}
    return {"out": {"error": None, "external": str(instance.external_vote_percent)}}


@reader("schedules", "slots_limit_from_percent", inputs=("in",))
def slots_limit(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    share = Fraction(str(given["percent_float32"]))
    return {"out": slots_limit_from_share(given["nodes"] - given["hmy"], share)}


@reader("schedules", "calc_gas_limit", inputs=("in",))
def calc_gas_limit(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    limit = next_gas_limit(
        parent_limit=given["parent_gas_limit"],
        parent_used=given["parent_gas_used"],
        floor=given["gas_floor"],
        ceiling=given["gas_ceil"],
    )
    return {"out": limit}
