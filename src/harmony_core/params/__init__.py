"""Every network: epoch switches, sharding schedule, chain ids, account lists, checkpoints and rejected hashes.

`load_network("mainnet")` is the entrance. The data are packaged files, read when first asked for.
"""

from harmony_core.params.accounts import Account, AccountList, account_list_names
from harmony_core.params.chain_config import ChainConfig, is_eth_compatible_chain_id
from harmony_core.params.epoch_switches import EpochSwitches
from harmony_core.params.gas import (
    GAS_TABLE_R3,
    GAS_TABLE_S3,
    GasTable,
    gas_limit_bounds,
    gas_table,
    next_gas_limit,
)
from harmony_core.params.network import Checkpoint, Evidence, GenesisSpec, Network, RejectedBlock
from harmony_core.params.networks import NETWORK_NAMES, load_chain_config, load_network
from harmony_core.params.rules import Rules
from harmony_core.params.schedule import Endpoint, EpochSpan, Schedule
from harmony_core.params.sharding_instance import FeeCollector, ShardingInstance
from harmony_core.params.slots_limit import slots_limit_from_share

__all__ = [
    "GAS_TABLE_R3",
    "GAS_TABLE_S3",
    "NETWORK_NAMES",
    "Account",
    "AccountList",
    "ChainConfig",
    "Checkpoint",
    "Endpoint",
    "EpochSpan",
    "EpochSwitches",
    "Evidence",
    "FeeCollector",
    "GasTable",
    "GenesisSpec",
    "Network",
    "RejectedBlock",
    "Rules",
    "Schedule",
    "ShardingInstance",
    "account_list_names",
    "gas_limit_bounds",
    "gas_table",
    "is_eth_compatible_chain_id",
    "load_chain_config",
    "load_network",
    "next_gas_limit",
    "slots_limit_from_share",
]
