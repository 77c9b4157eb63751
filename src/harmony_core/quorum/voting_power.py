"""Voting power: what share of a committee's vote each key holds from the staking era on.

Harmony's own slots share a fixed part of the vote equally; slots won by stake share the rest in proportion to their
effective stake. All shares are 18-decimal fixed point, rounded exactly as the reference client rounds them, because
the quorum compares their sum with two thirds to the last digit.

Source: harmony-one/harmony, consensus/votepower/roster.go (Compute, VotePowerByMask, AggregateRosters).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import compress
from typing import Final, Self

from harmony_core.chain.shard_state import Committee, Slot
from harmony_core.crypto.bitmap import bit_selectors
from harmony_core.errors import VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import STRICT, Address, BLSPublicKeyBytes, Compatibility, Dec, Epoch, ShardID

__all__ = ["Roster", "ShardVote", "Voter", "aggregate_rosters", "check_distinct_keys"]

_ZERO: Final = Dec.from_int(0)
_ONE: Final = Dec.from_int(1)


@dataclass(frozen=True, slots=True)
class Voter:
    """One key's part in the vote of its committee.

    Attributes:
        bls_public_key: the key that votes, 48 bytes.
        earning_account: account that owns the slot.
        is_harmony: whether the slot is one of Harmony's own (it has no stake).
        effective_stake: stake behind the slot in atto; zero for Harmony's slots.
        group_share: share within its group (Harmony's slots, or staked slots), between 0 and 1.
        power: share of the whole vote, between 0 and 1.
    """

    bls_public_key: BLSPublicKeyBytes
    earning_account: Address
    is_harmony: bool
    effective_stake: Dec
    group_share: Dec
    power: Dec


@dataclass(frozen=True, slots=True)
class Roster:
    """The voting powers of one committee.

    Attributes:
        shard_id: shard of the committee.
        voters: one entry for each distinct key, in the order of first appearance among the slots.
        harmony_power: sum of the powers of Harmony's slots.
        staked_power: sum of the powers of staked slots, the rounding remainder included.
        total_effective_stake: sum of the effective stakes in atto.
        harmony_slots: number of slots without stake.
        slot_count: number of slots.
    """

    shard_id: ShardID
    voters: tuple[Voter, ...]
    harmony_power: Dec
    staked_power: Dec
    total_effective_stake: Dec
    harmony_slots: int
    slot_count: int
    _slot_powers: tuple[int, ...] = field(repr=False, compare=False)
    _by_key: dict[BLSPublicKeyBytes, Voter] = field(repr=False, compare=False)

    @classmethod
    def compute(
        cls, committee: Committee, network: Network, epoch: Epoch, *, compatibility: Compatibility = STRICT
    ) -> Self:
        """Return the roster of ``committee`` with the shares that ``network`` has in ``epoch``.

        Whether the rules of that epoch are known is for the caller to ask (`Network.require_known_rules`).

        Raises:
            VerificationError: as for `from_shares`, and ``epoch-negative``.
        """
        if not isinstance(epoch, int):
            raise TypeError(f"an epoch is an int, not {type(epoch).__name__}")
        instance = network.schedule.instance_for_epoch(epoch)
        return cls.from_shares(
            committee,
            instance.harmony_vote_percent,
            instance.external_vote_percent,
            compatibility=compatibility,
        )

    @classmethod
    def from_shares(
        cls,
        committee: Committee,
        harmony_share: Dec,
        external_share: Dec,
        *,
        compatibility: Compatibility = STRICT,
    ) -> Self:
        """Return the roster of ``committee`` where Harmony's slots together hold ``harmony_share``.

        Each Harmony slot holds ``harmony_share / count``; each staked slot ``stake / total * external_share``. What
        rounding leaves of 1 goes, positive or negative, to the last staked slot, if there is one. Without staked
        slots the powers sum to ``harmony_share`` only.

        Raises:
            VerificationError: code ``committee-repeated-key`` for a key that stands in two slots (unless
                ``compatibility.repeated_committee_keys``), ``roster-zero-stake`` where staked slots have no stake at
                all, ``roster-harmony-share`` where Harmony's slots are given no share. The reference divides by
                zero in the last two.
        """
        check_distinct_keys(committee, compatibility=compatibility)
        harmony_slots = sum(slot.effective_stake is None for slot in committee.slots)
        total = sum((slot.effective_stake or _ZERO for slot in committee.slots), start=_ZERO)
        require(
            harmony_slots == len(committee.slots) or total > _ZERO,
            VerificationError,
            "roster-zero-stake",
            "The staked slots of a committee have some stake.",
        )
        require(
            harmony_slots == 0 or harmony_share > _ZERO,
            VerificationError,
            "roster-harmony-share",
            "Harmony's slots hold a share of the vote.",
        )
        harmony_voters = _harmony_shares(harmony_share, harmony_slots)
        entries = [
            Voter(slot.bls_public_key, slot.address, True, _ZERO, *harmony_voters)
            if slot.effective_stake is None
            else _staked_voter(slot, slot.effective_stake, total, external_share)
            for slot in committee.slots
        ]
        return cls._with_remainder(committee, entries, total, harmony_slots)

    @classmethod
    def _with_remainder(
        cls, committee: Committee, entries: list[Voter], total: Dec, harmony_slots: int
    ) -> Self:
        harmony_power = sum((voter.power for voter in entries if voter.is_harmony), start=_ZERO)
        staked_power = sum((voter.power for voter in entries if not voter.is_harmony), start=_ZERO)
        last = next((i for i in reversed(range(len(entries))) if not entries[i].is_harmony), None)
        if last is not None:
            remainder = _ONE - (harmony_power + staked_power)
            entries[last] = _with_power(entries[last], entries[last].power + remainder)
            staked_power = staked_power + remainder
        # The first slot of a key holds its power; the bit that counts for it is that of its last slot.
        by_key: dict[BLSPublicKeyBytes, Voter] = {}
        for voter in entries:
            by_key.setdefault(voter.bls_public_key, voter)
        last_slot = {voter.bls_public_key: i for i, voter in enumerate(entries)}
        powers = [0] * len(entries)
        for key, index in last_slot.items():
            powers[index] = by_key[key].power.raw
        return cls(
            shard_id=committee.shard_id,
            voters=tuple(by_key.values()),
            harmony_power=harmony_power,
            staked_power=staked_power,
            total_effective_stake=total,
            harmony_slots=harmony_slots,
            slot_count=len(entries),
            _slot_powers=tuple(powers),
            _by_key=by_key,
        )

    def voter(self, key: BLSPublicKeyBytes) -> Voter | None:
        """Return the voter with that key, or None for a key outside the committee."""
        return self._by_key.get(key)

    def power(self, bitmap: bytes) -> Dec:
        """Return the summed power of the slots whose bits are set.

        Args:
            bitmap: bit ``i`` is bit ``i % 8`` (from the low end) of byte ``i // 8``; bits past the last slot are
                not counted, missing bytes count as zero. `crypto.mask.check_bitmap` is what refuses such bitmaps.
        """
        bits = int.from_bytes(bitmap, "little") & ((1 << self.slot_count) - 1)
        return Dec(sum(compress(self._slot_powers, bit_selectors(bits, self.slot_count))))


@dataclass(frozen=True, slots=True)
class ShardVote:
    """A voter and the shard in which it votes."""

    shard_id: ShardID
    voter: Voter


def aggregate_rosters(rosters: Iterable[Roster]) -> dict[Address, tuple[ShardVote, ...]]:
    """Return the staked votes of several shards by the account that earns from them.

    Votes of an account are in the order of shards, then of slots.
    """
    votes: dict[Address, list[ShardVote]] = {}
    for roster in sorted(rosters, key=lambda roster: roster.shard_id):
        for voter in roster.voters:
            if not voter.is_harmony:
                votes.setdefault(voter.earning_account, []).append(ShardVote(roster.shard_id, voter))
    return {account: tuple(found) for account, found in votes.items()}


def check_distinct_keys(committee: Committee, *, compatibility: Compatibility = STRICT) -> None:
    """Refuse a committee in which one BLS key stands twice: it would sign once and count twice.

    Raises:
        VerificationError: code ``committee-repeated-key``, unless ``compatibility.repeated_committee_keys``.
    """
    keys = [slot.bls_public_key for slot in committee.slots]
    require(
        compatibility.repeated_committee_keys or len(set(keys)) == len(keys),
        VerificationError,
        "committee-repeated-key",
        "Every slot of a committee has a BLS key of its own.",
        expected=len(keys),
        actual=len(set(keys)),
    )


def _harmony_shares(share: Dec, count: int) -> tuple[Dec, Dec]:
    if not count:
        return _ZERO, _ZERO
    power = share / Dec.from_int(count)
    return power / share, power


def _staked_voter(slot: Slot, stake: Dec, total: Dec, external_share: Dec) -> Voter:
    group_share = stake / total
    return Voter(slot.bls_public_key, slot.address, False, stake, group_share, group_share * external_share)


def _with_power(voter: Voter, power: Dec) -> Voter:
    return Voter(
        voter.bls_public_key,
        voter.earning_account,
        voter.is_harmony,
        voter.effective_stake,
        voter.group_share,
        power,
    )
