"""What all participants of one run of the protocol know beforehand. Paper protocol; no network runs it."""

from dataclasses import dataclass
from functools import cached_property

from harmony_core.crypto.bitmap import bitmap_length
from harmony_core.crypto.bls import KeySet, PublicKey
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import BLSPublicKeyBytes, Hash32, ShardID

__all__ = ["Session"]


@dataclass(frozen=True)
class Session:
    """One run of the protocol in one shard.

    Attributes:
        shard_id: the shard.
        block_hash: hash of the last block of the epoch, on which the VRFs are computed. Every participant takes it from
            its own chain.
        committee: the keys of the participants, in slot order, the leader's among them.
        leader: the leader's key.

    Raises:
        VerificationError: ``drg-leader`` if the leader is not in the committee, ``drg-repeated-key`` if a key stands
            there twice.
    """

    shard_id: ShardID
    block_hash: Hash32
    committee: KeySet
    leader: BLSPublicKeyBytes

    def __post_init__(self) -> None:
        """Check the committee."""
        require(
            self.leader in self.committee.keys,
            VerificationError,
            "drg-leader",
            "The leader is not in the committee.",
            actual=self.leader,
        )
        require(
            len(set(self.committee.keys)) == len(self.committee),
            VerificationError,
            "drg-repeated-key",
            "A key stands in the committee twice; it would contribute twice.",
        )

    @property
    def threshold(self) -> int:
        """How many commits make pRnd: f + 1 with f a third of the committee, rounded down, so that one is honest.

        Source: harmony-one/harmony before bfa35d41d, drand/drand_leader.go (``processCommitMessage``).
        """
        return len(self.committee) // 3 + 1

    @cached_property
    def _slots(self) -> dict[bytes, int]:
        return {bytes(key): slot for slot, key in enumerate(self.committee.keys)}

    def slot_of(self, sender: BLSPublicKeyBytes) -> int:
        """Return the slot of a member.

        Raises:
            VerificationError: ``drg-outsider`` for a key that is not in the committee.
        """
        slot = self._slots.get(bytes(sender), -1)
        require(
            slot >= 0,
            VerificationError,
            "drg-outsider",
            "The sender is not in the committee.",
            actual=sender,
        )
        return slot

    def public_key(self, sender: BLSPublicKeyBytes) -> PublicKey:
        """Return the decoded key of a member; raises as `slot_of`."""
        return PublicKey(self.committee.points[self.slot_of(sender)], self.committee.backend, sender)

    def bitmap_of(self, slots: frozenset[int]) -> bytes:
        """Return the bitmap in which the bits of ``slots`` are set."""
        return sum(1 << slot for slot in slots).to_bytes(bitmap_length(len(self.committee)), "little")
