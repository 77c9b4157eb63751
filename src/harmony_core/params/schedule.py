"""The schedule of a network: which sharding configuration is in force when, and where epochs begin and end.

Source: harmony-one/harmony, internal/configs/sharding/*.go: InstanceForEpoch, CalcEpochNumber, IsLastBlock,
EpochLastBlock, IsSkippedEpoch, GetShardingStructure.
"""

from bisect import bisect_right
from dataclasses import dataclass, field

from harmony_core.errors import VerificationError, require
from harmony_core.params.sharding_instance import ShardingInstance
from harmony_core.primitives import BlockNumber, Epoch, ShardID

__all__ = ["Endpoint", "EpochSpan", "Schedule"]


@dataclass(frozen=True, slots=True)
class EpochSpan:
    """A run of epochs of equal length.

    Attributes:
        first_epoch: the first epoch of the run; the run lasts until the next one begins.
        first_block: the block that begins it.
        blocks: blocks of each epoch.
    """

    first_epoch: Epoch
    first_block: BlockNumber
    blocks: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Public addresses of one shard's nodes."""

    shard_id: ShardID
    http: str
    ws: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A network's sharding schedule. It answers for every epoch, as the node does.

    Whether the rules of an epoch are known at all is another question: `Network.require_known_rules`.

    Attributes:
        network_id: the node's number of the network.
        reward_frequency: blocks between two payments of aggregated rewards.
        vdf_difficulty: iterations of the VDF.
        instances: configurations with the first epoch of each, in order.
        spans: runs of epochs of equal length, in order.
        resharding_epochs: epochs that the node lists as those of off-chain resharding.
        skipped_epochs: epochs that a shard never had, by shard.
        blocks_per_epoch: what the node reports as the length of an epoch now, in blocks.
        blocks_per_epoch_old: what it was before blocks took two seconds; None where it never changed.
        http: pattern of a shard's JSON-RPC address, with ``{shard}``, ``{http_port}`` or ``{ws_port}``.
        ws: pattern of a shard's WebSocket address.
    """

    network_id: int
    reward_frequency: int
    vdf_difficulty: int
    instances: tuple[tuple[Epoch, ShardingInstance], ...]
    spans: tuple[EpochSpan, ...]
    resharding_epochs: tuple[Epoch, ...]
    skipped_epochs: tuple[tuple[ShardID, Epoch], ...]
    blocks_per_epoch: int
    blocks_per_epoch_old: int | None
    http: str
    ws: str
    _starts: tuple[Epoch, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the configurations by their first epochs."""
        object.__setattr__(self, "_starts", tuple(epoch for epoch, _ in self.instances))

    def instance_for_epoch(self, epoch: Epoch) -> ShardingInstance:
        """Return the sharding configuration in force at an epoch.

        Raises:
            VerificationError: ``epoch-negative`` if the epoch is below 0.
        """
        _require_epoch(epoch)
        return self.instances[bisect_right(self._starts, epoch) - 1][1]

    def epoch_of_block(self, number: BlockNumber) -> Epoch:
        """Return the epoch that a beacon block of this height belongs to.

        Raises:
            VerificationError: ``block-number-negative`` if the number is below 0.
        """
        require(number >= 0, VerificationError, "block-number-negative", "A block number is not negative.")
        span = next((s for s in reversed(self.spans) if s.first_block <= number), self.spans[0])
        return Epoch(span.first_epoch + (number - span.first_block) // span.blocks)

    def first_block_of_epoch(self, epoch: Epoch) -> BlockNumber:
        """Return the height of the first beacon block of an epoch.

        Raises:
            VerificationError: ``epoch-negative`` if the epoch is below 0.
        """
        span = self._span_of_epoch(epoch)
        return BlockNumber(span.first_block + span.blocks * (epoch - span.first_epoch))

    def last_block_of_epoch(self, epoch: Epoch) -> BlockNumber:
        """Return the height of the last beacon block of an epoch; it carries the next epoch's committees.

        Raises:
            VerificationError: ``epoch-negative`` if the epoch is below 0.
        """
        return BlockNumber(self.first_block_of_epoch(epoch) + self._span_of_epoch(epoch).blocks - 1)

    def is_last_block(self, number: BlockNumber) -> bool:
        """Tell whether a beacon block of this height ends an epoch.

        Raises:
            VerificationError: ``block-number-negative`` if the number is below 0.
        """
        return self.last_block_of_epoch(self.epoch_of_block(number)) == number

    def is_skipped_epoch(self, shard_id: ShardID, epoch: Epoch) -> bool:
        """Tell whether a shard never had this epoch, as mainnet's shards 1 to 3 at the launch of staking."""
        return (shard_id, epoch) in self.skipped_epochs

    def endpoint(self, shard_id: ShardID) -> Endpoint:
        """Return the public addresses of a shard's nodes."""
        names = {"shard": shard_id, "http_port": 9500 + 2 * shard_id, "ws_port": 9800 + 2 * shard_id}
        return Endpoint(shard_id, self.http.format(**names), self.ws.format(**names))

    def _span_of_epoch(self, epoch: Epoch) -> EpochSpan:
        _require_epoch(epoch)
        return next((s for s in reversed(self.spans) if s.first_epoch <= epoch), self.spans[0])


def _require_epoch(epoch: Epoch) -> None:
    require(epoch >= 0, VerificationError, "epoch-negative", "An epoch is not negative.", actual=epoch)
