"""How likely it is that randomness gives an adversary too much of a committee: exact, in integers and fractions.

Seats of equal voting power are drawn without replacement: of ``shards * seats`` seats the adversary holds some, and all
assignments to the shards are equally likely. The number in one shard is then hypergeometric, and those of all shards
together multivariate hypergeometric.

What a share means, with a quorum of more than two thirds of the voting power: from a third on the adversary can stop a
shard, beyond a third it can make the shard sign two blocks at one height, beyond two thirds it signs alone. "Too much" is
here always *more than* the threshold.

Source: Harmony's technical whitepaper 2.0, security of sharding; RapidChain (2018), epoch security. Own arithmetic.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Final

from gmpy2 import mpz

from harmony_core.errors import VerificationError, require

__all__ = [
    "MOST_SEATS",
    "ONE_THIRD",
    "TWO_THIRDS",
    "Draw",
    "chance_in_any_shard",
    "chance_in_one_shard",
    "chance_over_epochs",
    "chance_text",
    "scientific",
    "union_bound",
]

ONE_THIRD: Final = Fraction(1, 3)
"""Beyond it a shard is not safe."""

TWO_THIRDS: Final = Fraction(2, 3)
"""Beyond it the adversary signs alone."""

MOST_SEATS: Final = 20_000
"""Seats of all shards together, up to which chances are computed."""

_NEAR_ONE: Final = Fraction(999, 1000)
_RELATIVE_BITS: Final = 128
_MOST_EPOCHS: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class Draw:
    """Seats that are drawn for committees of equal size.

    Attributes:
        shards: how many committees.
        seats: seats of each.
        malicious: how many of all seats the adversary holds.

    Raises:
        VerificationError: ``safety-draw`` for numbers that describe no draw, or more than 20,000 seats.
    """

    shards: int
    seats: int
    malicious: int

    def __post_init__(self) -> None:
        """Check the numbers."""
        for number in (self.shards, self.seats, self.malicious):
            if type(number) is not int:
                raise TypeError(f"a draw has integers, not {type(number).__name__}")
        require(
            self.shards >= 1
            and self.seats >= 1
            and self.total <= MOST_SEATS
            and 0 <= self.malicious <= self.total,
            VerificationError,
            "safety-draw",
            "These numbers describe no draw of committees.",
            expected=f"1 to {MOST_SEATS} seats, of which the adversary holds some",
        )

    @classmethod
    def of_share(cls, shards: int, seats: int, share: Fraction) -> "Draw":
        """Return the draw in which the adversary holds ``share`` of all seats, 0 to 1, rounded up.

        Raises:
            VerificationError: ``safety-draw``.
        """
        return cls(shards, seats, -int(-share * shards * seats // 1))

    @property
    def total(self) -> int:
        """Seats of all shards together."""
        return self.shards * self.seats


def tolerated(seats: int, threshold: Fraction) -> int:
    """Return how many of ``seats`` the adversary may hold without exceeding the threshold.

    Raises:
        VerificationError: ``safety-threshold`` for a threshold outside of 0 to 1.
    """
    require(
        0 <= threshold <= 1,
        VerificationError,
        "safety-threshold",
        "A threshold is a part of the voting power.",
        actual=threshold,
    )
    return int(threshold * seats)


def chance_in_one_shard(draw: Draw, threshold: Fraction = ONE_THIRD) -> Fraction:
    """Return how likely it is that the adversary holds more than ``threshold`` of the seats of one given shard.

    Raises:
        VerificationError: ``safety-threshold``.
    """
    honest = draw.total - draw.malicious
    first = max(tolerated(draw.seats, threshold) + 1, draw.seats - honest)
    term = comb(draw.malicious, first) * comb(honest, draw.seats - first) if first <= draw.seats else 0
    ways = 0
    for held in range(first, min(draw.seats, draw.malicious) + 1):
        ways += term
        # From the ways for one number to those for the next; the division leaves no remainder.
        term *= (draw.malicious - held) * (draw.seats - held)
        term //= (held + 1) * (honest - draw.seats + held + 1)
    return Fraction(ways, comb(draw.total, draw.seats))


def union_bound(draw: Draw, threshold: Fraction = ONE_THIRD) -> Fraction:
    """Return the sum of the shards' chances, at most 1: never less than the chance that it happens in any of them.

    Raises:
        VerificationError: ``safety-threshold``.
    """
    return min(draw.shards * chance_in_one_shard(draw, threshold), Fraction(1))


def chance_in_any_shard(draw: Draw, threshold: Fraction = ONE_THIRD) -> Fraction:
    """Return how likely it is that the adversary holds more than ``threshold`` of the seats of at least one shard.

    The ways to spread its seats so that every shard tolerates them are a coefficient of a product: the polynomial of one
    shard, whose coefficient at x^i is the ways to place i seats in it, to the power of the number of shards. The
    polynomials are multiplied as integers, each coefficient in bits of its own.

    Raises:
        VerificationError: ``safety-threshold``.
    """
    width = draw.total + 1  # no coefficient exceeds 2^total, the ways to choose any of the seats
    most = min(tolerated(draw.seats, threshold), draw.malicious)
    one_shard = mpz(0)
    for held in range(most, -1, -1):
        one_shard = (one_shard << width) + comb(draw.seats, held)
    tolerable = int((one_shard**draw.shards >> width * draw.malicious) & ((mpz(1) << width) - 1))
    return 1 - Fraction(tolerable, comb(draw.total, draw.malicious))


def chance_over_epochs(chance: Fraction, epochs: int) -> Fraction:
    """Return how likely it is that what has ``chance`` in each epoch happens at least once in ``epochs`` epochs.

    Epochs are independent, as where the assignment is drawn anew. The exact fraction would have millions of digits; the
    result is not above it and falls short of it by less than one part in 2^100.

    Raises:
        VerificationError: ``safety-epochs`` for a chance outside of 0 to 1 or a negative number of epochs.
    """
    require(
        0 <= chance <= 1 and 0 <= epochs < _MOST_EPOCHS,
        VerificationError,
        "safety-epochs",
        "A chance lies between 0 and 1, and there are no negative epochs.",
    )
    if not chance or not epochs:
        return Fraction(0)
    smallness = max(chance.denominator.bit_length() - chance.numerator.bit_length(), 0)
    bits = _RELATIVE_BITS + smallness + epochs.bit_length()
    one = 1 << bits
    spared = _scaled_up((1 - chance) * one)
    result = one
    # Rounded up at every step: the chance to be spared is never taken for smaller than it is.
    for bit in f"{epochs:b}":
        result = -(-result * result >> bits)
        if bit == "1":
            result = -(-result * spared >> bits)
    return Fraction(one - result, one)


def chance_text(chance: Fraction) -> str:
    """Return the decimal text of a chance: `scientific`, or, close to 1, what it lacks, such as ``1 - 1.6e-11``."""
    return f"1 - {scientific(1 - chance, 2)}" if _NEAR_ONE < chance < 1 else scientific(chance)


def scientific(value: Fraction, digits: int = 3) -> str:
    """Return the decimal text of a fraction of 0 or more, such as ``1.23e-05``, rounded half to even.

    Raises:
        VerificationError: ``safety-digits`` for a negative fraction or less than one digit.
    """
    require(
        value >= 0 and digits >= 1,
        VerificationError,
        "safety-digits",
        "Only a fraction of 0 or more is written, with one digit or more.",
    )
    if value in {0, 1}:
        return str(value)
    exponent = _exponent(abs(value))
    mantissa = round(value * Fraction(10) ** (digits - 1 - exponent))
    if mantissa == 10**digits:
        mantissa, exponent = mantissa // 10, exponent + 1
    text = str(mantissa)
    point = "." if digits > 1 else ""
    return f"{text[0]}{point}{text[1:]}e{exponent:+03d}"


def _scaled_up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def _exponent(value: Fraction) -> int:
    """Return the power of ten of the first decimal digit; from the lengths in bits, as texts would be too long."""
    exponent = (value.numerator.bit_length() - value.denominator.bit_length()) * 30103 // 100_000
    while value < Fraction(10) ** exponent:
        exponent -= 1
    while value >= Fraction(10) ** (exponent + 1):
        exponent += 1
    return exponent
