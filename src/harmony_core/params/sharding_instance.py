"""One configuration of the shards: how many, how large, who holds which part of the vote.

Source: harmony-one/harmony, internal/configs/sharding/instance.go and internal/configs/sharding/shardingconfig.go.
"""

from dataclasses import dataclass

from harmony_core.errors import ConfigurationError, require
from harmony_core.params.accounts import AccountList
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec

__all__ = ["FeeCollector", "ShardingInstance"]

_NO_ACCOUNTS = AccountList("none", ())


@dataclass(frozen=True, slots=True)
class FeeCollector:
    """An account that receives a share of the transaction fees, between 0 and 1."""

    address: Address
    share: Dec


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardingInstance:
    """The shards of a network while one configuration is in force.

    Attributes:
        num_shards: number of shards, at least 1.
        num_nodes_per_shard: slots of a shard, at least 1.
        num_harmony_nodes_per_shard: how many of them Harmony operates.
        harmony_vote_percent: voting power of Harmony's slots together, between 0 and 1.
        blocks_per_epoch: what the node reports as the length of an epoch, in blocks. The schedule may count
            otherwise: `Schedule` knows where an epoch ends.
        harmony_accounts: the list that Harmony's slots are taken from.
        foundational_accounts: the list that the other slots were taken from before staking.
        slots_limit: most slots that one validator may hold in a shard (HIP-16); 0 means no limit.
        fee_collectors: who receives the fees; shares add up to 1. Empty before fees are collected.
        hip30_emission_fraction: part of the block reward that goes to recovery, between 0 and 1.
        hip30_recovery_address: who receives it; None while the fraction is 0.
        external_allowlist: keys of external nodes that may lead (HIP-18); empty on every network.
        external_allowlist_limit: most of them in a shard.

    Raises:
        ConfigurationError: one of the ``sharding-*`` codes when the numbers contradict each other.
    """

    num_shards: int
    num_nodes_per_shard: int
    num_harmony_nodes_per_shard: int
    harmony_vote_percent: Dec
    blocks_per_epoch: int
    harmony_accounts: AccountList = _NO_ACCOUNTS
    foundational_accounts: AccountList = _NO_ACCOUNTS
    slots_limit: int = 0
    fee_collectors: tuple[FeeCollector, ...] = ()
    hip30_emission_fraction: Dec = Dec.ZERO
    hip30_recovery_address: Address | None = None
    external_allowlist: tuple[BLSPublicKeyBytes, ...] = ()
    external_allowlist_limit: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers that contradict each other."""
        _require(self.num_shards >= 1, code="sharding-shards", message="There is at least one shard.")
        _require(
            self.num_nodes_per_shard >= 1, code="sharding-nodes", message="A shard has at least one slot."
        )
        _require(
            0 <= self.num_harmony_nodes_per_shard <= self.num_nodes_per_shard,
            code="sharding-harmony-nodes",
            message="Harmony operates between none and all of a shard's slots.",
        )
        _require(
            self.slots_limit >= 0, code="sharding-slots-limit", message="A limit of slots is not negative."
        )
        _require(
            _is_share(self.harmony_vote_percent),
            code="sharding-vote-share",
            message="The voting power of Harmony's slots lies between 0 and 1.",
        )
        _require(
            not self.fee_collectors
            or sum(collector.share.raw for collector in self.fee_collectors) == Dec.ONE.raw,
            code="sharding-fee-shares",
            message="The shares of the fee collectors add up to 1.",
        )
        _require(
            _is_share(self.hip30_emission_fraction)
            and (self.hip30_emission_fraction == Dec.ZERO) == (self.hip30_recovery_address is None),
            code="sharding-recovery",
            message="The recovery fraction lies between 0 and 1, and has an address exactly when it is not 0.",
        )

    @property
    def external_vote_percent(self) -> Dec:
        """Voting power of the external validators together: what Harmony's slots leave of 1."""
        return Dec.ONE - self.harmony_vote_percent

    @property
    def num_external_slots(self) -> int:
        """Slots open to external validators over all shards.

        Source: harmony-one/harmony, shard/values.go, ExternalSlotsAvailableForEpoch.
        """
        return (self.num_nodes_per_shard - self.num_harmony_nodes_per_shard) * self.num_shards


def _require(condition: bool, *, code: str, message: str) -> None:
    require(condition, ConfigurationError, code, message)


def _is_share(value: Dec) -> bool:
    return Dec.ZERO <= value <= Dec.ONE
