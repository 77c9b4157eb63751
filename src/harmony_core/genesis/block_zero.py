"""Genesis: shard state, balances and header of a shard's block 0, from the parameters of its network alone.

Source: harmony-one/harmony, core/genesis.go, NewGenesisSpec and ToBlock; core/genesis_initializer.go, InitChainDB.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from harmony_core.chain import Header, HeaderVersion, ShardState, header_version_for_epoch
from harmony_core.committee import committee_for_epoch
from harmony_core.errors import VerificationError, require
from harmony_core.genesis.state_root import state_root_of_balances
from harmony_core.params import Network
from harmony_core.primitives import BEACON_SHARD_ID, Address, Epoch, Hash32, ShardID
from harmony_core.state import State
from harmony_core.trie import EMPTY_ROOT, NodeStore

__all__ = ["genesis_allocation", "genesis_header", "genesis_shard_state", "genesis_state"]

_GENESIS_EPOCH: Final = Epoch(0)


def genesis_shard_state(network: Network, shard_id: ShardID = BEACON_SHARD_ID) -> ShardState:
    """Return the shard state that a shard's genesis header carries.

    The beacon shard's names the committees of all shards, every other shard's only its own. Neither epoch nor stakes
    are part of it, on networks that begin with staking too.

    Source: harmony-one/harmony, core/genesis_initializer.go, InitChainDB.

    Raises:
        VerificationError: ``genesis-shard`` for a shard that the network does not begin with.
    """
    _check_shard(network, shard_id)
    whole = committee_for_epoch(network, _GENESIS_EPOCH)
    if shard_id == BEACON_SHARD_ID:
        return whole
    return ShardState(epoch=None, committees=(whole.committee(shard_id),))


def genesis_allocation(network: Network, shard_id: ShardID = BEACON_SHARD_ID) -> Mapping[Address, int]:
    """Return the balances that a shard begins with, in atto by address.

    On mainnet all money begins on shard 0. On every other network each shard begins with the same test accounts.

    Source: harmony-one/harmony, core/genesis.go, NewGenesisSpec.

    Raises:
        VerificationError: ``genesis-shard`` for a shard that the network does not begin with.
    """
    _check_shard(network, shard_id)
    return MappingProxyType(dict(network.genesis.allocation(shard_id)))


def genesis_header(network: Network, shard_id: ShardID = BEACON_SHARD_ID) -> Header:
    """Return the header of a shard's block 0; the same object for the same network and shard.

    Its version is that of epoch 0 under the switches of ``network.genesis``, its state root that of the balances, its shard state written without
    stakes in every version. All roots of lists are those of empty lists; what is not named here is zero.

    Source: harmony-one/harmony, core/genesis.go, ToBlock; core/types/block.go, NewBlock.

    Raises:
        VerificationError: ``genesis-shard`` for a shard that the network does not begin with.
    """
    _check_shard(network, shard_id)
    return _header(network, shard_id)


def genesis_state(
    network: Network, shard_id: ShardID = BEACON_SHARD_ID, *, store: NodeStore | None = None
) -> State:
    """Return the state of a shard after block 0, committed to a store; its root is that of the genesis header.

    Args:
        network: the network.
        shard_id: the shard.
        store: where nodes are kept; a new memory store if None.

    Source: harmony-one/harmony, core/genesis.go, ToBlock.

    Raises:
        VerificationError: ``genesis-shard`` for a shard that the network does not begin with.
    """
    state = State(store)
    for address, balance in genesis_allocation(network, shard_id).items():
        state.set_balance(address, balance)
    state.commit(delete_empty=False)
    return state


@lru_cache(maxsize=64)
def _header(network: Network, shard_id: ShardID) -> Header:
    version = header_version_for_epoch(network.genesis.config, _GENESIS_EPOCH)
    state = genesis_shard_state(network, shard_id)
    has_receipts_roots = version is not HeaderVersion.V0
    return Header(
        version=version,
        root=state_root_of_balances(genesis_allocation(network, shard_id)),
        transactions_root=EMPTY_ROOT,
        receipts_root=EMPTY_ROOT,
        outgoing_receipts_root=EMPTY_ROOT if has_receipts_roots else None,
        incoming_receipts_root=EMPTY_ROOT if has_receipts_roots else None,
        gas_limit=network.genesis.gas_limit,
        time=network.genesis.timestamp,
        extra=network.genesis.extra,
        epoch=_GENESIS_EPOCH,
        shard_id=shard_id,
        shard_state_hash=_state_hash(version, state),
        shard_state=state.encode(staking=False),
    )


def _state_hash(version: HeaderVersion, state: ShardState) -> Hash32 | None:
    return None if version is HeaderVersion.V3 else state.hash


def _check_shard(network: Network, shard_id: ShardID) -> None:
    if type(shard_id) is not int:
        raise TypeError(f"a shard id is an int, not {type(shard_id).__name__}")
    shards = network.schedule.instance_for_epoch(_GENESIS_EPOCH).num_shards
    require(
        0 <= shard_id < shards,
        VerificationError,
        "genesis-shard",
        f"{network.name} does not begin with such a shard.",
        expected=f"0 to {shards - 1}",
        actual=shard_id,
    )
