"""How the election spreads power, against plain proof of stake: the same stakes, two ways of voting.

Plain proof of stake gives a validator the power of its stake. Harmony's election splits a stake among the keys that its
owner brings, moves the stake of each elected key into a band around the median, and limits the keys. What more keys can
absorb keeps its power; what exceeds the band on the keys that a validator may have buys nothing.
"""

from dataclasses import dataclass
from fractions import Fraction

from harmony_core.committee import EXTENDED_BOUND
from harmony_core.committee.decentralisation import gini_coefficient, largest_share, nakamoto_coefficient
from harmony_core.committee.safety import ONE_THIRD, TWO_THIRDS
from harmony_core.primitives import Dec
from harmony_core.simulation.stakes import StakeDistribution, seats_of

__all__ = ["Comparison", "Spread", "compare_spreads"]


@dataclass(frozen=True, slots=True)
class Spread:
    """How widely power is spread among validators.

    Attributes:
        to_stop: the fewest validators with more than a third of the power.
        to_rule: the fewest with more than two thirds.
        gini: the Gini coefficient over all validators, those without power among them.
        largest: the part of the largest validator.
    """

    to_stop: int
    to_rule: int
    gini: Fraction
    largest: Fraction

    @classmethod
    def of(cls, powers: tuple[int, ...]) -> "Spread":
        """Return the spread of these powers.

        Raises:
            VerificationError: ``power-distribution``.
        """
        return cls(
            nakamoto_coefficient(powers, ONE_THIRD),
            nakamoto_coefficient(powers, TWO_THIRDS),
            gini_coefficient(powers),
            largest_share(powers),
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """One distribution of stake, and the power that it gives in two ways.

    Attributes:
        distribution: the stakes.
        plain: the spread of the stakes themselves.
        elected: the spread of the effective stakes of the seats won.
        seats: how many seats were won.
        validators_elected: how many validators won one.
    """

    distribution: StakeDistribution
    plain: Spread
    elected: Spread
    seats: int
    validators_elected: int


def compare_spreads(
    distribution: StakeDistribution,
    *,
    shards: int,
    seats: int,
    bound: Dec = EXTENDED_BOUND,
    keys_per_shard: int = 0,
) -> Comparison:
    """Hold the election and compare; arguments as for `simulation.stakes.seats_of`.

    Raises:
        VerificationError: as `committee.elect`.
    """
    won = seats_of(distribution, shards=shards, seats=seats, bound=bound, keys_per_shard=keys_per_shard)
    powers = [0] * len(distribution.stakes)
    for seat in won:
        powers[seat.owner] += seat.effective_stake
    return Comparison(
        distribution,
        Spread.of(distribution.stakes),
        Spread.of(tuple(powers)),
        len(won),
        sum(power > 0 for power in powers),
    )
