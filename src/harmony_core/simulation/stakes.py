"""Stake distributions, named or given, and the seats that the real election makes of them.

A distribution says how much each validator has staked; how many keys it brings follows: as many as its stake pays for at
the price at which all seats are taken, within the limits of the staking rules.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import shake_128
from typing import Final

from harmony_core.committee import EXTENDED_BOUND, Candidate, ElectionRules, elect
from harmony_core.errors import ConfigurationError, DecodeError, require
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch

__all__ = [
    "DISTRIBUTIONS",
    "ElectedSeat",
    "StakeDistribution",
    "named_distribution",
    "read_distribution",
    "seats_of",
]

MOST_KEYS: Final = 106
"""Keys that a validator may have. Source: harmony-one/harmony, staking/types/validator.go, MaxBLSPerValidator."""

_ATTO: Final = 10**18
_TOTAL: Final = 4_000_000_000 * _ATTO
_MOST_STAKERS: Final = 20_000
_MOST_STAKE: Final = 1 << 128
_KEYS_OF_A_VALIDATOR: Final = 5

_WEIGHTS: Final[dict[str, Callable[[int, int], int]]] = {
    "equal": lambda _rank, _count: 1,
    "linear": lambda rank, count: count - rank,
    "zipf": lambda rank, _count: 10**9 // (rank + 1),
    "steep": lambda rank, _count: 10**12 // (rank + 1) ** 2,
    "whale": lambda rank, count: count - 1 if rank == 0 else 1,
}

DISTRIBUTIONS: Final = tuple(_WEIGHTS)
"""Named distributions, from the flattest to the steepest: all equal; falling in equal steps; 1, 1/2, 1/3, ...;
1, 1/4, 1/9, ...; one validator with half of everything."""


@dataclass(frozen=True, slots=True)
class StakeDistribution:
    """Who has how much at stake.

    Attributes:
        name: what the distribution is called.
        stakes: the stake of each validator, in atto, largest first.

    Raises:
        ConfigurationError: ``stake-distribution`` without a stake, for one of 0 or less or beyond 2^128 atto, or for more
            than 20,000 validators.
    """

    name: str
    stakes: tuple[int, ...]

    def __post_init__(self) -> None:
        """Check the stakes."""
        require(
            1 <= len(self.stakes) <= _MOST_STAKERS and all(0 < stake < _MOST_STAKE for stake in self.stakes),
            ConfigurationError,
            "stake-distribution",
            "A stake distribution has validators, each with a stake above zero.",
            expected=f"1 to {_MOST_STAKERS} validators",
            actual=f"{len(self.stakes)} validators",
        )

    def keys(self, seats: int) -> tuple[int, ...]:
        """Return how many keys each validator brings: as many as its stake pays for, from 1 to 106.

        The price is the highest at which all seats are taken; if that takes more keys than allowed, everybody brings 106.
        """
        low, high = 1, max(self.stakes) + 1
        while high - low > 1:
            price = (low + high) // 2
            low, high = (price, high) if sum(self._bought(price)) >= seats else (low, price)
        return self._bought(low)

    def _bought(self, price: int) -> tuple[int, ...]:
        return tuple(min(max(stake // price, 1), MOST_KEYS) for stake in self.stakes)


@dataclass(frozen=True, slots=True)
class ElectedSeat:
    """A key that won a seat.

    Attributes:
        owner: index of its validator in the distribution.
        raw_stake: stake of the key, in 10^-18 atto.
        effective_stake: what it votes with, in 10^-18 atto.
    """

    owner: int
    raw_stake: int
    effective_stake: int


def named_distribution(name: str, seats: int) -> StakeDistribution:
    """Return a named distribution of 4 billion ONE, with a validator for every five seats.

    Raises:
        ConfigurationError: ``stake-distribution-name`` for another name than those of `DISTRIBUTIONS`.
    """
    weight = _WEIGHTS.get(name)
    if weight is None:
        raise ConfigurationError(
            "No stake distribution has this name.",
            code="stake-distribution-name",
            expected=", ".join(DISTRIBUTIONS),
            actual=name,
        )
    count = max(seats // _KEYS_OF_A_VALIDATOR, 2)
    weights = [weight(rank, count) for rank in range(count)]
    whole = sum(weights)
    return StakeDistribution(name, tuple(_TOTAL * part // whole for part in weights))


def read_distribution(name: str, text: str) -> StakeDistribution:
    """Read a distribution: a JSON list of stakes, each a whole number of atto or decimal text of ONE.

    Raises:
        DecodeError: ``stake-distribution-json`` for other text, ``dec-text...`` for text that is no decimal number.
        ConfigurationError: ``stake-distribution``.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DecodeError("This is not JSON.", code="stake-distribution-json") from error
    require(
        isinstance(found, list) and all(type(item) in {int, str} for item in found),
        DecodeError,
        "stake-distribution-json",
        "A stake distribution is a list of whole numbers of atto or of decimal texts of ONE.",
    )
    stakes = (item if isinstance(item, int) else Dec.parse(item).raw for item in found)
    return StakeDistribution(name, tuple(sorted(stakes, reverse=True)))


def seats_of(
    distribution: StakeDistribution,
    *,
    shards: int,
    seats: int,
    bound: Dec = EXTENDED_BOUND,
    keys_per_shard: int = 0,
) -> tuple[ElectedSeat, ...]:
    """Hold the EPoS election among the validators of a distribution and return the seats, most stake first.

    Args:
        distribution: who stands.
        shards: number of shards.
        seats: seats of each.
        bound: how far from the median an effective stake may lie; 35 % by default.
        keys_per_shard: most keys of one validator in a shard (HIP-16), 0 for no limit.

    Raises:
        VerificationError: as `committee.elect`.
    """
    rules = ElectionRules(
        epoch=Epoch(2),
        current_epoch=Epoch(1),
        seats=shards * seats,
        num_shards=shards,
        slots_limit=keys_per_shard,
        bound=bound,
        hip32=True,
    )
    counts = distribution.keys(shards * seats)
    owners = {_address(owner): owner for owner in range(len(counts))}
    candidates = (
        Candidate(address=address, keys=_keys(owner, counts[owner]), stake=distribution.stakes[owner])
        for address, owner in owners.items()
    )
    purchases = elect(rules, candidates).auction.purchases
    return tuple(
        ElectedSeat(owners[won.address], won.raw_stake.raw, won.effective_stake.raw) for won in purchases
    )


def _address(owner: int) -> Address:
    return Address((owner + 1).to_bytes(20, "big"))


def _keys(owner: int, count: int) -> tuple[BLSPublicKeyBytes, ...]:
    return tuple(
        BLSPublicKeyBytes(shake_128(b"key %d of validator %d" % (number, owner)).digest(48))
        for number in range(count)
    )
