"""Resharding as the early node's code had it. No network ever ran it: nothing called it, and its seed was fixed to 0.

Beside the paper it keeps the leaders apart, evicts the last of each list instead of drawing members, and computes how
many in binary floating point.

Source: harmony-one/harmony before e6a4fbea4 (December 2019), core/resharding.go.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from harmony_core.chain.shard_state import Committee, Slot
from harmony_core.committee.resharding.random_source import RandomSource, dealt, shuffled
from harmony_core.errors import UnsupportedRulesError, VerificationError, require
from harmony_core.primitives.binary_float import DOUBLE_BITS, nearest_binary_float

__all__ = ["LEGACY_RATE", "reshard_as_the_early_node", "shuffle_as_the_early_node"]

LEGACY_RATE: Final = Fraction(1, 10)
"""The part of each active shard that the early node evicted. Source: core/resharding.go, CuckooRate."""

_STABLY_SORTED: Final = 12
"""Up to so many items Go's ``sort.Slice`` keeps the order of equal ones; beyond that it depends on Go's version."""


def shuffle_as_the_early_node(slots: Sequence[Slot], source: RandomSource) -> list[Slot]:
    """Return the slots in an order that their keys and the generator alone decide.

    Source: core/resharding.go, Shuffle.
    """
    return shuffled(sorted(slots, key=lambda slot: slot.bls_public_key), source)


def reshard_as_the_early_node(
    committees: Sequence[Committee],
    newcomers: Sequence[Slot],
    source: RandomSource,
    rate: Fraction = LEGACY_RATE,
) -> tuple[Committee, ...]:
    """Return the committees of the next epoch, larger ones of before first.

    The committees are ordered by size, then each but its first member, the leader, is shuffled. Newcomers are shuffled
    and dealt to the larger half; of each shard of that half the last members are taken, shuffled together and dealt to
    the other half. The leaders stay first.

    Args:
        committees: the committees before.
        newcomers: who joins.
        source: the generator; the node used Go's, see `GoRandom`.
        rate: the part of each active shard to evict, 0 to 1; the product with the size is rounded as float64 does.

    Raises:
        VerificationError: ``legacy-empty-shard`` for a committee without a leader, where the node stopped with a panic;
            ``legacy-rate`` for a part outside of 0 to 1.
        UnsupportedRulesError: ``legacy-shard-order`` for more than 12 committees of which two have one size: their order
            depended on the version of Go.
    """
    require(
        0 <= rate <= 1,
        VerificationError,
        "legacy-rate",
        "The part of a shard to evict lies between 0 and 1.",
        actual=rate,
    )
    sizes = [len(committee.slots) for committee in committees]
    require(
        all(sizes), VerificationError, "legacy-empty-shard", "A shard without members has no leader to keep."
    )
    require(
        len(sizes) <= _STABLY_SORTED or len(set(sizes)) == len(sizes),
        UnsupportedRulesError,
        "legacy-shard-order",
        "How the early node ordered so many shards of equal size is not known.",
        expected=f"at most {_STABLY_SORTED} shards, or all of different sizes",
        actual=len(sizes),
    )
    ordered = sorted(committees, key=lambda committee: -len(committee.slots))
    others = [shuffle_as_the_early_node(committee.slots[1:], source) for committee in ordered]
    _join(others, shuffle_as_the_early_node(newcomers, source))
    _evict(others, rate, source)
    return tuple(
        Committee(committee.shard_id, (committee.slots[0], *rest))
        for committee, rest in zip(ordered, others, strict=True)
    )


def _join(others: list[list[Slot]], newcomers: list[Slot]) -> None:
    """Deal the newcomers to the larger half; a single shard takes them all. Source: assignNewNodes."""
    active = others[: max(len(others) // 2, 1)]
    if active:
        for members, arriving in zip(active, dealt(newcomers, len(active)), strict=True):
            members.extend(arriving)


def _evict(others: list[list[Slot]], rate: Fraction, source: RandomSource) -> None:
    """Move the last of each shard of the larger half to the other half. Source: cuckooResharding."""
    half = len(others) // 2
    evicted: list[Slot] = []
    for members in others[:half]:
        staying = len(members) - max(_float64_part(rate, len(members)), 1)
        if staying > 0:
            evicted += members[staying:]
            del members[staying:]
    inactive = others[half:]
    moving = shuffle_as_the_early_node(evicted, source)
    for members, arriving in zip(inactive, dealt(moving, len(inactive)), strict=True) if inactive else ():
        members.extend(arriving)


def _float64_part(rate: Fraction, size: int) -> int:
    """Return ``int(rate * size)`` as float64 gives it."""
    return int(nearest_binary_float(nearest_binary_float(rate, DOUBLE_BITS) * size, DOUBLE_BITS))
