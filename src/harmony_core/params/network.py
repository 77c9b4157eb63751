"""A network: its switches, its schedule, how it began, and what is known about its chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from harmony_core.errors import UnsupportedRulesError, VerificationError, require
from harmony_core.params.chain_config import ChainConfig
from harmony_core.params.schedule import Schedule
from harmony_core.primitives import (
    BEACON_SHARD_ID,
    Address,
    BlockNumber,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
)

__all__ = ["Checkpoint", "Evidence", "GenesisSpec", "Network", "RejectedBlock"]


class Evidence(Enum):
    """How a block hash is known."""

    HASH_RECOMPUTED = "hash-recomputed"
    """The header was hashed and gave this hash."""

    COMMIT_VERIFIED = "commit-verified"
    """The committee's signature over this hash was verified."""

    REPORTED = "reported"
    """A public source states it; nothing was recomputed."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A block of the chain by its hash.

    Attributes:
        shard_id: the shard.
        number: the block's height.
        block_hash: its hash, 32 bytes.
        epoch: its epoch where the source tells it.
        evidence: how the hash is known; only verified rows are enforced.
        source: who states it.
    """

    shard_id: ShardID
    number: BlockNumber
    block_hash: Hash32
    epoch: Epoch | None
    evidence: Evidence
    source: str

    @property
    def verified(self) -> bool:
        """Whether the hash was recomputed or its commit signature verified."""
        return self.evidence is not Evidence.REPORTED


@dataclass(frozen=True, slots=True)
class RejectedBlock:
    """A block that carries a valid quorum and yet is not part of the chain."""

    shard_id: ShardID
    number: BlockNumber
    block_hash: Hash32


@dataclass(frozen=True, slots=True)
class GenesisSpec:
    """What the genesis blocks of a network are made of, besides the committees.

    Source: harmony-one/harmony, core/genesis.go, NewGenesisSpec.

    Attributes:
        config: the switches that the genesis headers are made by. They are the network's own, except on devnet,
            which begins with a test configuration and then runs by testnet's switches.
        gas_limit: gas limit of the genesis blocks.
        timestamp: their time, Unix seconds.
        extra: their extra data.
        beacon_allocation: balances at the start on shard 0, in atto.
        shard_allocation: balances at the start on every other shard, in atto.
    """

    config: ChainConfig
    gas_limit: int
    timestamp: int
    extra: bytes
    beacon_allocation: tuple[tuple[Address, int], ...]
    shard_allocation: tuple[tuple[Address, int], ...]

    def allocation(self, shard_id: ShardID) -> Mapping[Address, int]:
        """Return the balances of a shard's genesis state, in atto."""
        return dict(self.beacon_allocation if shard_id == BEACON_SHARD_ID else self.shard_allocation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Everything that a verifier trusts about a network before it sees a block.

    Attributes:
        name: one of `NETWORK_NAMES`.
        config: the switches in force after genesis.
        schedule: the sharding schedule.
        genesis: how the genesis blocks are made.
        last_known_epoch: the last epoch whose rules are known; None where no later change of the rules is known of.
        recovery_view_id_floor: after the rollback of mainnet, view ids start again at this number and so jump ahead
            of the heights; None on other networks.
        checkpoints: known block hashes, by shard and height.
        rejected_blocks: signed blocks that are not part of the chain.
    """

    name: str
    config: ChainConfig
    schedule: Schedule
    genesis: GenesisSpec
    last_known_epoch: Epoch | None
    recovery_view_id_floor: ViewID | None
    checkpoints: tuple[Checkpoint, ...]
    rejected_blocks: tuple[RejectedBlock, ...]

    def __hash__(self) -> int:
        """Hash by name: networks of the same name are compared in full."""
        return hash(self.name)

    @property
    def rejected_hashes(self) -> frozenset[Hash32]:
        """Hashes of the rejected blocks."""
        return frozenset(block.block_hash for block in self.rejected_blocks)

    def require_known_rules(self, epoch: Epoch) -> None:
        """Refuse to judge an epoch whose rules this version does not know.

        Everything that verifies calls this with an epoch from its own trusted context. The schedule itself keeps
        answering, so that what the June 2025 node computes for such an epoch can still be reproduced.

        Raises:
            VerificationError: ``epoch-negative`` if the epoch is below 0.
            UnsupportedRulesError: ``rules-unknown`` past the last known epoch; on mainnet that is 2963.
        """
        require(epoch >= 0, VerificationError, "epoch-negative", "An epoch is not negative.", actual=epoch)
        require(
            self.last_known_epoch is None or epoch <= self.last_known_epoch,
            UnsupportedRulesError,
            "rules-unknown",
            f"The rules of {self.name} at this epoch are not known to this version.",
            expected=self.last_known_epoch,
            actual=epoch,
        )

    def verify_not_rejected(self, block_hash: Hash32) -> None:
        """Refuse a block that is known not to be part of the chain, whoever signed it.

        Raises:
            VerificationError: ``block-rejected`` for the hash of a rejected block.
        """
        require(
            block_hash not in self.rejected_hashes,
            VerificationError,
            "block-rejected",
            f"This block was signed but is not part of the chain of {self.name}.",
            actual=block_hash,
        )

    def verify_checkpoint(self, shard_id: ShardID, number: BlockNumber, block_hash: Hash32) -> None:
        """Refuse a block that differs from the verified checkpoint of its height, if there is one.

        Raises:
            VerificationError: ``checkpoint-mismatch`` if a verified checkpoint of this shard and height has
                another hash.
        """
        for checkpoint in self.checkpoints:
            if checkpoint.verified and (checkpoint.shard_id, checkpoint.number) == (shard_id, number):
                require(
                    checkpoint.block_hash == block_hash,
                    VerificationError,
                    "checkpoint-mismatch",
                    f"The block differs from the known block of {self.name} at this height.",
                    expected=checkpoint.block_hash,
                    actual=block_hash,
                )
