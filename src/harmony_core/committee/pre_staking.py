"""Committees before staking: they follow from the account lists alone.

Source: harmony-one/harmony, shard/committee/assignment.go, preStakingEnabledCommittee and Compute.
"""

from collections.abc import Iterable
from functools import lru_cache

from harmony_core.chain.shard_state import Committee, ShardState, Slot
from harmony_core.errors import ConfigurationError, MissingDataError, require
from harmony_core.params import Account, AccountList, Network, ShardingInstance
from harmony_core.primitives import Epoch, ShardID

__all__ = ["committee_for_epoch", "committee_of_instance", "slots_of_harmony"]

_GENESIS_EPOCH = Epoch(0)


def committee_for_epoch(network: Network, epoch: Epoch) -> ShardState:
    """Return the committees of all shards in an epoch before staking, or at genesis.

    The shard state carries no epoch and its slots no stake. The genesis committees come from the lists even where
    committees are elected from the first epoch on. The result is kept, so that asking again costs nothing.

    Raises:
        VerificationError: ``epoch-negative`` if the epoch is below 0.
        MissingDataError: ``committee-elected`` once committees are elected by stake: the committee then stands in
            the header that ends the epoch before.
        ConfigurationError: ``account-list-short`` where a schedule has more seats than the account lists have keys.
    """
    instance = network.schedule.instance_for_epoch(epoch)
    require(
        epoch == _GENESIS_EPOCH or not network.config.is_staking(epoch),
        MissingDataError,
        "committee-elected",
        "Committees of this epoch are elected by stake and stand in the last header of the epoch before.",
        expected=network.config.staking_epoch,
        actual=epoch,
    )
    return committee_of_instance(instance)


@lru_cache(maxsize=32)
def committee_of_instance(instance: ShardingInstance) -> ShardState:
    """Return the committees that a sharding configuration gives by its account lists, whatever the epoch.

    Of n shards, shard i takes accounts i, i+n, i+2n, ... of Harmony's list for its first slots, and accounts
    i, i+n, ... of the foundational list for the rest.

    Raises:
        ConfigurationError: ``account-list-short`` if a list has fewer accounts than the slots ask for.
    """
    return ShardState(
        epoch=None,
        committees=tuple(_committee(instance, ShardID(shard)) for shard in range(instance.num_shards)),
    )


def slots_of_harmony(instance: ShardingInstance, shard_id: ShardID) -> tuple[Slot, ...]:
    """Return Harmony's own slots in a shard, of any epoch: accounts i, i+n, i+2n, ... of its list.

    Raises:
        ConfigurationError: ``account-list-short`` if the list has fewer accounts than the slots ask for.
    """
    count = instance.num_harmony_nodes_per_shard
    return _slots(_every_nth(instance.harmony_accounts, shard_id, instance.num_shards, count))


def _committee(instance: ShardingInstance, shard_id: ShardID) -> Committee:
    others = instance.num_nodes_per_shard - instance.num_harmony_nodes_per_shard
    foundational = _every_nth(instance.foundational_accounts, shard_id, instance.num_shards, others)
    return Committee(shard_id, (*slots_of_harmony(instance, shard_id), *_slots(foundational)))


def _slots(accounts: Iterable[Account]) -> tuple[Slot, ...]:
    return tuple(Slot(account.address, account.bls_public_key, None) for account in accounts)


def _every_nth(accounts: AccountList, first: int, step: int, count: int) -> tuple[Account, ...]:
    found = accounts[first : first + step * count : step]
    require(
        len(found) == count,
        ConfigurationError,
        "account-list-short",
        f"The list {accounts.name} has too few accounts for the slots of a shard.",
        expected=count,
        actual=len(found),
    )
    return found
