"""Who decides a height: the trusted committee with what the engine asks of it often."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress

from harmony_core.crypto.bitmap import bit_selectors, bitmap_length
from harmony_core.crypto.bls import KeySet
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch
from harmony_core.quorum import CommitTarget, TrustedCommittee, commit_payload

__all__ = ["Electorate"]


@dataclass(frozen=True, slots=True, eq=False)
class Electorate:
    """A committee. Sets of its members are integers, bit ``i`` for slot ``i``.

    Attributes:
        committee: the committee that the host vouches for.
        slot_of: where each key stands.
        powers: what each slot counts, as a raw `Dec`.
    """

    committee: TrustedCommittee
    slot_of: dict[BLSPublicKeyBytes, int] = field(init=False, repr=False)
    powers: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out where each key stands and how much each slot counts."""
        size = len(self.committee)
        alone = ((1 << slot).to_bytes(bitmap_length(size), "little") for slot in range(size))
        object.__setattr__(self, "slot_of", {key: slot for slot, key in enumerate(self.keys)})
        object.__setattr__(self, "powers", tuple(self.committee.rule.power(one).raw for one in alone))

    def __len__(self) -> int:
        return len(self.committee)

    @property
    def keys(self) -> tuple[BLSPublicKeyBytes, ...]:
        """The keys in slot order."""
        return self.committee.key_set.keys

    @property
    def key_set(self) -> KeySet:
        """The decoded keys."""
        return self.committee.key_set

    @property
    def epoch(self) -> Epoch:
        """The epoch that the committee serves."""
        return self.committee.epoch

    @property
    def everyone(self) -> int:
        """All members."""
        return (1 << len(self)) - 1

    def has_quorum(self, bits: int) -> bool:
        """Return whether some members make a quorum."""
        return self.committee.rule.is_enough(self.power(bits))

    def power(self, bits: int) -> Dec:
        """Return what some members' votes count together."""
        return Dec(sum(compress(self.powers, bit_selectors(bits, len(self)))))

    def can_block(self, bits: int) -> bool:
        """Return whether there is no quorum without these members; then one of them at least is honest."""
        return not self.has_quorum(self.everyone & ~bits)

    def bitmap(self, bits: int) -> bytes:
        """Return a set of members as a bitmap."""
        return bits.to_bytes(bitmap_length(len(self)), "little")

    def bits_of_keys(self, keys: Sequence[BLSPublicKeyBytes]) -> int:
        """Return those of some keys that are members."""
        return sum(1 << self.slot_of[key] for key in keys if key in self.slot_of)

    def keys_of(self, bits: int) -> tuple[BLSPublicKeyBytes, ...]:
        """Return the keys of some members in slot order."""
        return tuple(compress(self.keys, bit_selectors(bits, len(self))))

    def account_of(self, slot: int) -> Address:
        """Return the account of a slot."""
        return self.committee.committee.slots[slot].address

    def commit_payload(self, target: CommitTarget) -> bytes:
        """Return what a vote to commit a block signs."""
        return commit_payload(
            self.committee.network.config,
            block_hash=target.block_hash,
            number=target.number,
            view_id=target.view_id,
            epoch=self.epoch,
        )
