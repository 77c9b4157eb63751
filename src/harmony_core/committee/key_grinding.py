"""What mainnet's assignment by key costs: who makes keys chooses the shard, for the price of a few keys.

On mainnet a key votes in the shard ``key mod shards``. Honest keys fall into a shard by chance; an adversary makes keys
until one falls where it wants, which takes as many tries as there are shards, on average. All figures are exact and count
seats of equal voting power.

Source: harmony-one/harmony, shard/committee/assignment.go, eposStakedCommittee.
"""

from fractions import Fraction
from itertools import accumulate
from math import comb

from harmony_core.committee.safety import ONE_THIRD, Draw, tolerated
from harmony_core.errors import VerificationError, require

__all__ = ["chance_with_chance_keys", "chance_with_ground_keys", "share_to_take_a_shard"]


def share_to_take_a_shard(shards: int, threshold: Fraction = ONE_THIRD) -> Fraction:
    """Return the share of all seats beyond which ground keys give the adversary more than ``threshold`` of a shard.

    All its keys go to one shard, among which honest seats are spread evenly. For four shards: a ninth of all seats to
    exceed a third of a shard, a third of all to exceed two thirds.

    Raises:
        VerificationError: ``safety-draw`` without a shard, ``safety-threshold``.
    """
    require(
        shards >= 1,
        VerificationError,
        "safety-draw",
        "These numbers describe no draw of committees.",
        expected="at least one shard",
        actual=shards,
    )
    tolerated(0, threshold)
    return threshold / (shards * (1 - threshold) + threshold)


def chance_with_ground_keys(draw: Draw, threshold: Fraction = ONE_THIRD) -> Fraction:
    """Return how likely the adversary exceeds ``threshold`` of the shard that it ground all its keys for.

    Honest keys fall into that shard each with the chance 1/shards, so its size varies.

    Raises:
        VerificationError: ``safety-threshold``.
    """
    honest = draw.total - draw.malicious
    ways = _ways_below(honest, draw.shards)
    return Fraction(ways[_honest_below(draw.malicious, threshold, honest)], draw.shards**honest)


def chance_with_chance_keys(draw: Draw, threshold: Fraction = ONE_THIRD) -> Fraction:
    """Return how likely the adversary exceeds ``threshold`` of a given shard if its keys, too, fall by chance.

    Raises:
        VerificationError: ``safety-threshold``.
    """
    honest = draw.total - draw.malicious
    ways = _ways_below(honest, draw.shards)
    exceeding = sum(
        comb(draw.malicious, held)
        * (draw.shards - 1) ** (draw.malicious - held)
        * ways[_honest_below(held, threshold, honest)]
        for held in range(1, draw.malicious + 1)
    )
    return Fraction(exceeding, draw.shards**draw.total)


def _ways_below(honest: int, shards: int) -> list[int]:
    """Return, for each number up to ``honest + 1``, the ways in which fewer honest keys fall into a given shard."""
    ways = (comb(honest, count) * (shards - 1) ** (honest - count) for count in range(honest + 1))
    return [0, *accumulate(ways)]


def _honest_below(held: int, threshold: Fraction, honest: int) -> int:
    """Return the number of honest seats below which ``held`` seats exceed the threshold, at most ``honest + 1``."""
    tolerated(0, threshold)
    if not held:
        return 0
    if not threshold:
        return honest + 1
    enough = held * (1 - threshold) / threshold
    return min(-int(-enough // 1), honest + 1)
