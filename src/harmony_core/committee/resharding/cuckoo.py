"""The bounded Cuckoo rule: who joins comes to the larger half of the shards, and pushes a part of it to the other half.

Paper protocol; no network runs it. Members that stay keep their shard unless they are evicted, so that few have to fetch
another shard's state, while an attacker who leaves and joins again cannot choose where it arrives and cannot stay where
it is. The rule is bounded: sizes stay close to each other, because arrivals and departures of each half balance.

Source: Harmony's technical whitepaper 2.0, resharding; harmony-one/harmony before e6a4fbea4, core/resharding.md;
RapidChain (Zamani, Movahedi, Raykova, 2018), reconfiguration. The early node evicted the last members of its lists, which
are the newest; here, as published, they are drawn at random.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Generic, TypeVar

from harmony_core.committee.resharding.random_source import RandomSource, dealt, sampled, shuffled
from harmony_core.errors import ConfigurationError, VerificationError, require

__all__ = ["CuckooRule", "Movement", "move_members"]

_MOST_EVICTED: Final = Fraction(1, 2)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CuckooRule:
    """The constants of the rule.

    Attributes:
        evicted: the part of each shard of the active half that is evicted, 0 to 1/2; the early node had 1/10.

    Raises:
        ConfigurationError: ``cuckoo-fraction`` for another part.
    """

    evicted: Fraction = Fraction(1, 10)

    def __post_init__(self) -> None:
        """Check the part."""
        require(
            0 <= self.evicted <= _MOST_EVICTED,
            ConfigurationError,
            "cuckoo-fraction",
            "The Cuckoo rule evicts at most half of a shard.",
            expected=f"0 to {_MOST_EVICTED}",
            actual=self.evicted,
        )

    def count(self, size: int) -> int:
        """Return how many of ``size`` members are evicted: the part rounded down, at least one, never the last one.

        Source: core/resharding.go, cuckooResharding: "at least kick one node out", "never empty a shard".
        """
        if not self.evicted:
            return 0
        return min(max(int(self.evicted * size), 1), size - 1) if size else 0


@dataclass(frozen=True, slots=True)
class Movement(Generic[T]):
    """Where the members of all shards are after a resharding, and who moved.

    Attributes:
        shards: the members of each shard.
        active: indexes of the shards that newcomers came to, larger first.
        left: who is no member any more.
        joined: newcomers, in the order in which they were dealt.
        evicted: who was evicted from the active half, in the order in which they were dealt to the other.
    """

    shards: tuple[tuple[T, ...], ...]
    active: tuple[int, ...]
    left: tuple[T, ...]
    joined: tuple[T, ...]
    evicted: tuple[T, ...]


def move_members(
    shards: Sequence[Sequence[T]],
    members: Collection[T],
    newcomers: Sequence[T],
    source: RandomSource,
    rule: CuckooRule,
) -> Movement[T]:
    """Apply the rule to any kind of members; `reshard` applies it to committees.

    Who is not in ``members`` leaves. Then the shards are ordered by size, ties by their index; the larger half, rounded
    down but at least one, is active. Newcomers are shuffled and dealt to the active shards, of each of which then the
    rule's part is drawn, newcomers or not, and dealt to the other half, smallest shard first.

    Args:
        shards: who is in each shard, nobody twice.
        members: who is still a member; a set, or what looks up as fast.
        newcomers: who joins, in an order that everyone agrees on.
        source: the random numbers.
        rule: the constants.

    Raises:
        VerificationError: ``resharding-shard-count`` without a shard.
    """
    require(shards, VerificationError, "resharding-shard-count", "There is no shard to assign members to.")
    places = [[member for member in shard if member in members] for shard in shards]
    left = tuple(member for shard in shards for member in shard if member not in members)
    order = sorted(range(len(places)), key=lambda index: (-len(places[index]), index))
    half = max(len(order) // 2, 1)
    active, inactive = order[:half], order[half:][::-1]
    joined = shuffled(newcomers, source)
    for index, arriving in zip(active, dealt(joined, half), strict=True):
        places[index] += arriving
    evicted = (
        [member for index in active for member in _evict(places, index, source, rule)] if inactive else []
    )
    moving = shuffled(evicted, source)
    for index, arriving in zip(inactive, dealt(moving, len(inactive)), strict=True) if inactive else ():
        places[index] += arriving
    return Movement(tuple(map(tuple, places)), tuple(active), left, tuple(joined), tuple(moving))


def _evict(places: list[list[T]], index: int, source: RandomSource, rule: CuckooRule) -> list[T]:
    """Take the rule's part out of a shard, drawn at random; the others keep their order."""
    shard = places[index]
    drawn = set(sampled(range(len(shard)), rule.count(len(shard)), source))
    places[index] = [member for place, member in enumerate(shard) if place not in drawn]
    return [shard[place] for place in sorted(drawn)]
