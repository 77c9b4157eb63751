"""What rewards are paid for, and what comes of paying them.

Source: harmony-one/harmony, internal/chain/reward.go; consensus/reward/rewarder.go; core/types/crosslink.go.
"""

from dataclasses import dataclass

from harmony_core.chain.crosslink import decode_cross_links
from harmony_core.chain.header import Header
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import (
    STRICT,
    Address,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    ShardID,
    Trace,
)
from harmony_core.staking.availability import SigningCount
from harmony_core.staking.staking_state import StakingState

__all__ = ["BlockEarnings", "KeyReward", "RewardOutcome", "RewardedCommit", "RewardedHeader"]


@dataclass(frozen=True, slots=True)
class RewardedCommit:
    """The commit on one block, for which its signers are paid.

    Attributes:
        shard_id: shard of the block.
        epoch: its epoch, whose committee signed.
        number: its height.
        bitmap: which slots of the committee signed.
    """

    shard_id: ShardID
    epoch: Epoch
    number: int
    bitmap: bytes


@dataclass(frozen=True, slots=True)
class RewardedHeader:
    """What a beacon header tells of signers: of its parent, and of the blocks of other shards that it links to."""

    own: RewardedCommit
    cross_links: tuple[RewardedCommit, ...] = ()

    @classmethod
    def of(
        cls, header: Header, parent: Header | None, *, compatibility: Compatibility = STRICT
    ) -> "RewardedHeader":
        """Read a header whose parent is ``parent``, None for a genesis block.

        Raises:
            VerificationError: ``reward-parent`` where the parent is another block.
            DecodeError: the crosslinks are none, see `chain.decode_cross_links`.
        """
        if parent is not None:
            require(
                parent.hash == header.parent_hash,
                VerificationError,
                "reward-parent",
                "Rewards are paid by the signatures on the parent block.",
                expected=header.parent_hash,
                actual=parent.hash,
            )
        own = RewardedCommit(
            header.shard_id,
            Epoch(0) if parent is None else parent.epoch,
            0 if parent is None else parent.number,
            header.last_commit_bitmap,
        )
        links = decode_cross_links(header.cross_links, compatibility=compatibility)
        return cls(
            own, tuple(RewardedCommit(link.shard_id, link.epoch, link.number, link.bitmap) for link in links)
        )


@dataclass(frozen=True, slots=True)
class KeyReward:
    """What one key earned with one block.

    Attributes:
        address: account of the validator.
        bls_public_key: the key that signed.
        amount: atto. A validator that is banned meanwhile earns it on paper only.
    """

    address: Address
    bls_public_key: BLSPublicKeyBytes
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEarnings:
    """What signers earn with one block, before any of it is shared out; it takes no state to know.

    Attributes:
        payouts: what each key earned, in the order of the reference.
        due: what each account is paid, in the order of the payments. In the staking era these are validators, who share
            it with their delegators; before, accounts that are credited.
        recovery: what HIP-30 keeps for recovery, in atto.
        recovery_account: account that gets whole atto of it, None where nothing is kept.
        counts: by how much counters of elected validators rise.
        trace: which rules were applied, with their numbers.
    """

    payouts: tuple[KeyReward, ...] = ()
    due: tuple[tuple[Address, int], ...] = ()
    recovery: Dec = Dec.ZERO
    recovery_account: Address | None = None
    counts: tuple[tuple[Address, SigningCount], ...] = ()
    trace: Trace = ()

    @property
    def total(self) -> int:
        """Atto that the chain counts as paid."""
        return sum(amount for _, amount in self.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardOutcome:
    """The state after the rewards of a block, and what was paid.

    Attributes:
        state: the state afterwards.
        payouts: what elected keys earned, in the order of the reference; empty before staking.
        total: atto that the chain counts as paid to validators and signers.
        recovery: what HIP-30 keeps for recovery, in atto; whole atto of it are on the recovery account.
        trace: which rules were applied, with their numbers.
    """

    state: StakingState
    payouts: tuple[KeyReward, ...] = ()
    total: int = 0
    recovery: Dec = Dec.ZERO
    trace: Trace = ()
