"""The packaged account lists, and which network uses which of them from which epoch."""

from collections.abc import Mapping
from typing import Any

from harmony_core.params import AccountList, Schedule, ShardingInstance, account_list_names, load_network
from harmony_core.primitives import Address, Compatibility, Epoch, address_to_bech32
from support.conformance import top_level_reader

NETWORKS = ("mainnet", "testnet", "localnet", "partner", "stressnet", "pangaea")
EPOCHS = 4000


def rows(name: str) -> list[list[str]]:
    return [[a.label, address_to_bech32(a.address), a.bls_public_key.hex()] for a in AccountList(name)]


def described(instance: ShardingInstance) -> dict[str, object]:
    return {
        "externalAllowlistLimit": instance.external_allowlist_limit,
        "externalVotePercent": str(instance.external_vote_percent),
        "feeCollectors": {c.address.to_hex(): str(c.share) for c in instance.fee_collectors},
        "fnAccountsList": instance.foundational_accounts.name,
        "harmonyVotePercent": str(instance.harmony_vote_percent),
        "hip30EmissionFraction": str(instance.hip30_emission_fraction),
        "hip30RecoveryAddress": (instance.hip30_recovery_address or Address.zero()).to_hex(),
        "hmyAccountsList": instance.harmony_accounts.name,
        "numHarmonyOperatedNodesPerShard": instance.num_harmony_nodes_per_shard,
        "numNodesPerShard": instance.num_nodes_per_shard,
        "numShards": instance.num_shards,
        "slotsLimit": instance.slots_limit,
    }


def changes(network: str, schedule: Schedule) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    before: ShardingInstance | None = None
    last: dict[str, object] = {}
    for number in range(EPOCHS):
        instance = schedule.instance_for_epoch(Epoch(number))
        if instance is before:
            continue
        before = instance
        if described(instance) != last:
            last = described(instance)
            found.append({**last, "network": network, "fromEpoch": number})
    return found


@top_level_reader("genesis_accounts", keys=("lists", "names", "schedule"))
def account_lists(_document: Mapping[str, Any], _compatibility: Compatibility) -> dict[str, object]:
    names = account_list_names()
    return {
        "lists": {name: rows(name) for name in names},
        "names": list(names),
        "schedule": [row for name in NETWORKS for row in changes(name, load_network(name).schedule)],
    }
