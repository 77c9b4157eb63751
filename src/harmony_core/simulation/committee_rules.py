"""Five ways to put seats into shards, played over the epochs of a history.

- *drawn anew*: every seat is assigned at random in every epoch (the paper's random assignment);
- *Cuckoo rule*: members stay unless they are evicted (the paper's resharding);
- *placed once*: newcomers are placed at random and never moved: the Cuckoo rule without its evictions;
- *by key*: mainnet's rule, key modulo shards, all keys made by chance;
- *by ground keys*: the same, and the adversary makes keys until they fall into the shard that it wants.

In every epoch some honest members leave and join with new keys. Where members stay, the adversary attacks by leaving and
joining again with some of the seats that are not in the shard that it wants.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256, shake_128
from typing import Final

from harmony_core.committee import shard_of_key
from harmony_core.committee.resharding import (
    CuckooRule,
    SeededSource,
    dealt,
    move_members,
    sampled,
    shuffled,
)
from harmony_core.errors import ConfigurationError, require
from harmony_core.primitives import BLSPublicKeyBytes

__all__ = ["SCHEMES", "Assignment", "SafetyModel", "Scheme", "assignments"]


class Scheme(StrEnum):
    """A way to put seats into shards."""

    DRAWN_ANEW = "drawn anew each epoch"
    CUCKOO = "bounded Cuckoo rule"
    PLACED_ONCE = "placed once, never moved"
    BY_KEY = "key modulo shards"
    BY_GROUND_KEY = "key modulo shards, keys ground"


SCHEMES: Final = tuple(Scheme)
"""All schemes, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyModel:
    """Seats, who holds them, and how much changes in an epoch.

    Attributes:
        shards: how many shards.
        powers: the voting power of each seat, in any unit.
        malicious: indexes of the adversary's seats.
        evicted: what the Cuckoo rule evicts.
        churn: the part of the honest seats that leave and join again in each epoch.
        rejoin: the part of the adversary's seats outside of the shard that it wants with which it does the same.

    Raises:
        ConfigurationError: ``safety-model`` for numbers that make no sense.
    """

    shards: int
    powers: tuple[int, ...]
    malicious: frozenset[int]
    evicted: Fraction = Fraction(1, 10)
    churn: Fraction = Fraction(1, 20)
    rejoin: Fraction = Fraction(1, 20)

    def __post_init__(self) -> None:
        """Check the numbers."""
        require(
            1 <= self.shards <= len(self.powers)
            and min(self.powers) > 0
            and self.malicious <= set(range(len(self.powers)))
            and 0 <= self.churn <= 1
            and 0 <= self.rejoin <= 1,
            ConfigurationError,
            "safety-model",
            "These numbers describe no committees.",
        )

    @property
    def honest(self) -> list[int]:
        """Indexes of the honest seats."""
        return [seat for seat in range(len(self.powers)) if seat not in self.malicious]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The committees of an epoch.

    Attributes:
        shards: the seats of each shard.
        moved: how many seats are in another shard than before, or came with a new key.
        keys_tried: how many keys the adversary made so far to find those that it uses.
    """

    shards: Sequence[Sequence[int]]
    moved: int
    keys_tried: int = 0


def assignments(model: SafetyModel, scheme: Scheme, seed: str) -> Iterator[Assignment]:
    """Yield the committees of one epoch after the other, without end; the same seed gives the same ones."""
    if scheme is Scheme.DRAWN_ANEW:
        return _drawn_anew(model, seed)
    if scheme in {Scheme.CUCKOO, Scheme.PLACED_ONCE}:
        return _staying(model, seed, CuckooRule(model.evicted) if scheme is Scheme.CUCKOO else None)
    return _by_key(model, seed, ground=scheme is Scheme.BY_GROUND_KEY)


def _source(seed: str, epoch: int) -> SeededSource:
    """Return the randomness of an epoch; a random oracle instead of the distributed protocol."""
    return SeededSource(sha256(f"{seed}/{epoch}".encode()).digest(), "simulation")


def _redrawn(model: SafetyModel, source: SeededSource) -> list[Sequence[int]]:
    return dealt(shuffled(range(len(model.powers)), source), model.shards)


def _drawn_anew(model: SafetyModel, seed: str) -> Iterator[Assignment]:
    place = [-1] * len(model.powers)
    epoch = 0
    while True:
        shards = _redrawn(model, _source(seed, epoch))
        moved = 0
        for index, members in enumerate(shards):
            for seat in members:
                if place[seat] != index:
                    moved += 1
                    place[seat] = index
        yield Assignment(shards, moved)
        epoch += 1


def _staying(model: SafetyModel, seed: str, rule: CuckooRule | None) -> Iterator[Assignment]:
    """Members stay where they are; with a rule some are evicted, without one newcomers go anywhere."""
    shards: Sequence[Sequence[int]] = _redrawn(model, _source(seed, 0))
    yield Assignment(shards, len(model.powers))
    # The adversary wants the shard in which it is strongest to begin with.
    target = max(range(model.shards), key=lambda index: len(model.malicious.intersection(shards[index])))
    everybody, honest = frozenset(range(len(model.powers))), model.honest
    epoch = 1
    while True:
        source = _source(seed, epoch)
        outside = sorted(model.malicious.difference(shards[target]))
        leaving = sampled(honest, _part(model.churn, len(honest)), source)
        leaving += sampled(outside, _part(model.rejoin, len(outside)), source)
        staying, newcomers = everybody.difference(leaving), sorted(leaving)
        if rule is None:
            places = [[seat for seat in members if seat in staying] for members in shards]
            for seat in newcomers:
                places[source.below(model.shards)].append(seat)
            shards, moved = places, len(newcomers)
        else:
            movement = move_members(shards, staying, newcomers, source, rule)
            shards, moved = movement.shards, len({*newcomers, *movement.evicted})
        yield Assignment(shards, moved)
        epoch += 1


def _by_key(model: SafetyModel, seed: str, *, ground: bool) -> Iterator[Assignment]:
    """Each seat votes in the shard that its key gives; honest keys are replaced, the adversary's are as it wants them."""
    keys = _KeyMaker(seed, model.shards)
    honest = model.honest
    place = [0 if ground and seat in model.malicious else keys.shard() for seat in range(len(model.powers))]
    tried = sum(keys.tries_for(0) for _ in model.malicious) if ground else len(model.malicious)
    moved, epoch = len(place), 1
    while True:
        shards: list[list[int]] = [[] for _ in range(model.shards)]
        for seat, index in enumerate(place):
            shards[index].append(seat)
        yield Assignment(shards, moved, tried)
        leaving = sampled(honest, _part(model.churn, len(honest)), _source(seed, epoch))
        for seat in leaving:
            place[seat] = keys.shard()
        moved, epoch = len(leaving), epoch + 1


class _KeyMaker:
    """Makes keys: 48 bytes that nobody can tell from those of a BLS key."""

    def __init__(self, seed: str, shards: int) -> None:
        self._seed = f"keys/{seed}".encode()
        self._shards = shards
        self._count = 0

    def shard(self) -> int:
        """Return the shard of the next key."""
        self._count += 1
        key = BLSPublicKeyBytes(shake_128(b"%b/%d" % (self._seed, self._count)).digest(48))
        return shard_of_key(key, self._shards)

    def tries_for(self, wanted: int) -> int:
        """Make keys until one is of the wanted shard, and return how many that took."""
        tries = 1
        while self.shard() != wanted:
            tries += 1
        return tries


def _part(part: Fraction, count: int) -> int:
    """Return a part of so many, rounded up: who attacks does not round to nothing."""
    return -int(-part * count // 1)
