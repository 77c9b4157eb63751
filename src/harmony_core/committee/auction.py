"""The EPoS auction: seats go to the keys with the most stake, and the median draws their effective stakes together.

A validator's stake is split evenly among the keys that it brings, so that more keys mean less stake for each. What a
winning key votes and earns with is its stake moved into a band around the median of all winning keys: 15 % to either
side, later 35 %.

Source: harmony-one/harmony, staking/effective/calculate.go (Median, Compute, Apply).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec

__all__ = [
    "BOUND",
    "EXTENDED_BOUND",
    "Auction",
    "Bid",
    "Purchase",
    "RankedBid",
    "hold_auction",
    "median_stake",
]

BOUND: Final = Dec.parse("0.15")
"""How far from the median an effective stake may lie, as a share of it."""

EXTENDED_BOUND: Final = Dec.parse("0.35")
"""The same once ``is_epos_bound_35`` holds for the epoch elected for."""

_TWO: Final = Dec.from_int(2)


@dataclass(frozen=True, slots=True)
class Bid:
    """A validator's offer.

    Attributes:
        address: its account.
        keys: the keys that it brings, in its own order.
        stake: what it splits among them, in atto.
    """

    address: Address
    keys: tuple[BLSPublicKeyBytes, ...]
    stake: int

    @property
    def stake_per_key(self) -> Dec:
        """The stake of each key in atto, with 18 decimals, truncated; zero for a bid without keys."""
        return Dec.from_int(self.stake).quo_int(len(self.keys)) if self.keys else Dec.ZERO


@dataclass(frozen=True, slots=True)
class Purchase:
    """A seat that was won.

    Attributes:
        address: account of the validator.
        bls_public_key: the key that sits.
        raw_stake: stake of the key in atto.
        effective_stake: that stake moved into the band around the median, in atto.
    """

    address: Address
    bls_public_key: BLSPublicKeyBytes
    raw_stake: Dec
    effective_stake: Dec


@dataclass(frozen=True, slots=True)
class RankedBid:
    """A bid in its place.

    Attributes:
        bid: the bid.
        stake_per_key: stake of each of its keys in atto.
        rank: how many keys of other bids come before its first key.
        seats: how many of its keys won, the first ones of its own order.
    """

    bid: Bid
    stake_per_key: Dec
    rank: int
    seats: int


@dataclass(frozen=True, slots=True)
class Auction:
    """The result of an auction.

    Attributes:
        seats: how many seats there were.
        median: median of the stakes of the winning keys in atto, zero without winners.
        lowest: lower end of the band of effective stakes in atto.
        highest: its upper end.
        bids: every bid with keys, from the first to the last.
        purchases: the winning keys, from the most stake to the least; bids of equal stake stand in the order of their
            addresses.
    """

    seats: int
    median: Dec
    lowest: Dec
    highest: Dec
    bids: tuple[RankedBid, ...]
    purchases: tuple[Purchase, ...]

    @property
    def last_winner(self) -> Purchase | None:
        """The winning key with the least stake, None without winners."""
        return self.purchases[-1] if self.purchases else None


def hold_auction(bids: Iterable[Bid], seats: int, bound: Dec) -> Auction:
    """Sell ``seats`` seats to the bids.

    All keys of a bid have the same stake, so the bids are sorted, not the keys; that also puts ties of keys in the
    order of addresses and then in the order in which their owner declared them. Bids without keys take no part.

    Args:
        bids: one for each validator, in any order.
        seats: how many keys win at most.
        bound: `BOUND` or `EXTENDED_BOUND`.

    Raises:
        VerificationError: ``auction-seats`` for a negative number of seats, ``auction-bid-repeated`` if two bids have
            the same address, ``dec-overflow`` for stakes beyond 315 bits.
    """
    require(
        seats >= 0, VerificationError, "auction-seats", "A number of seats is not negative.", actual=seats
    )
    offers = list(bids)
    require(
        len({bid.address for bid in offers}) == len(offers),
        VerificationError,
        "auction-bid-repeated",
        "A validator bids once.",
        expected=len(offers),
    )
    ranked = _ranked(offers, seats)
    stakes = [offer.stake_per_key for offer in ranked for _ in range(offer.seats)]
    median = _median_of_sorted(stakes)
    lowest, highest = median * (Dec.ONE - bound), median * (Dec.ONE + bound)
    purchases: list[Purchase] = []
    for offer in ranked:
        if offer.seats == 0:
            break
        raw = offer.stake_per_key
        effective = _within(raw, lowest, highest)
        address = offer.bid.address
        purchases += [Purchase(address, key, raw, effective) for key in offer.bid.keys[: offer.seats]]
    return Auction(seats, median, lowest, highest, tuple(ranked), tuple(purchases))


def median_stake(stakes: Sequence[Dec]) -> Dec:
    """Return the median: the middle one, the mean of the two middle ones rounded half to even, or zero for none.

    Raises:
        VerificationError: code ``dec-overflow``.
    """
    return _median_of_sorted(sorted(stakes, key=lambda stake: stake.raw))


def _median_of_sorted(stakes: Sequence[Dec]) -> Dec:
    if not stakes:
        return Dec.ZERO
    middle = len(stakes) // 2
    if len(stakes) % 2:
        return stakes[middle]
    return (stakes[middle - 1] + stakes[middle]) / _TWO


def _ranked(bids: Iterable[Bid], seats: int) -> list[RankedBid]:
    priced = [(bid.stake_per_key, bid) for bid in bids if bid.keys]
    priced.sort(key=lambda pair: (-pair[0].raw, pair[1].address))
    ranked = []
    rank = 0
    for price, bid in priced:
        count = len(bid.keys)
        ranked.append(RankedBid(bid, price, rank, min(count, max(seats - rank, 0))))
        rank += count
    return ranked


def _within(stake: Dec, lowest: Dec, highest: Dec) -> Dec:
    if stake.raw > highest.raw:
        stake = highest
    return lowest if stake.raw < lowest.raw else stake
