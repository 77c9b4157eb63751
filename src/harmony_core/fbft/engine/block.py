"""What the engine knows of a block: a few facts of its header. Whether it is valid is for the host to say."""

from dataclasses import dataclass
from typing import Self

from harmony_core.chain.block import decode_block
from harmony_core.chain.header import Header
from harmony_core.primitives import Address, BlockNumber, BLSPublicKeyBytes, Hash32, ViewID
from harmony_core.quorum import CommitTarget

__all__ = ["BlockFacts", "Head", "PreparedCertificate"]

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """What consensus needs of a header.

    Attributes:
        target: its identity; the view id in it is that in which the block was first proposed.
        parent_hash: hash of the block before.
        time: its timestamp in milliseconds.
        coinbase: what the header says of its proposer.
        ends_epoch: whether it carries the committees of the next epoch.
    """

    target: CommitTarget
    parent_hash: Hash32
    time: int
    coinbase: Address
    ends_epoch: bool = False

    @classmethod
    def of_header(cls, header: Header) -> Self:
        """Return the facts of a header."""
        return cls(
            CommitTarget.of_header(header),
            header.parent_hash,
            header.time * _MILLISECONDS,
            header.coinbase,
            bool(header.shard_state),
        )

    @classmethod
    def of_block(cls, data: bytes) -> Self:
        """Return the facts of a block's RLP; raises as `decode_block`."""
        return cls.of_header(decode_block(data).header)

    @property
    def block_hash(self) -> Hash32:
        """Hash of the header."""
        return self.target.block_hash

    @property
    def number(self) -> BlockNumber:
        """The height."""
        return self.target.number

    @property
    def view_id(self) -> ViewID:
        """The view in which the block was first proposed; it stays when it is proposed again."""
        return self.target.view_id


@dataclass(frozen=True, slots=True)
class Head:
    """The last final block.

    Attributes:
        block: its facts.
        view_id: the view in which it became final, which is later than the block's own if it was proposed again.
        leader: key of the leader of that view; None for a genesis block.
    """

    block: BlockFacts
    view_id: ViewID
    leader: BLSPublicKeyBytes | None = None


@dataclass(frozen=True, slots=True)
class PreparedCertificate:
    """A block on which a quorum has voted PREPARE: what an M1 carries.

    Attributes:
        block: its facts.
        data: its RLP.
        votes: sum of the votes and their bitmap.
    """

    block: BlockFacts
    data: bytes
    votes: bytes

    @property
    def payload(self) -> bytes:
        """Hash, sum and bitmap: what an M1 carries and signs."""
        return bytes(self.block.block_hash) + self.votes
