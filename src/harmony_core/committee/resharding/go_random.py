"""The random numbers of Go's math/rand for a given seed: an additive lagged Fibonacci generator.

Each number is the sum, modulo 2^64, of those 607 and 273 before it. The first 607 follow from the seed by a linear
congruential generator and a table that Go ships; the table is packaged as data with Go's licence beside it.

Source: Go, src/math/rand, rng.go and rand.go; the generator goes back to D. P. Mitchell and J. A. Reeds.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Final

from harmony_core.errors import VerificationError, require

__all__ = ["GoRandom"]

_LONG_LAG: Final = 607
_SHORT_LAG: Final = 273
_MASK: Final = (1 << 64) - 1
_POSITIVE: Final = (1 << 63) - 1
_MERSENNE: Final = (1 << 31) - 1
_MULTIPLIER: Final = 48271
_SEED_INSTEAD_OF_ZERO: Final = 89482311
_SKIPPED: Final = 20
_LARGEST_BOUND: Final = _MERSENNE
_WORD: Final = 1 << 32


class GoRandom:
    """The generator that ``rand.New(rand.NewSource(seed))`` makes in Go, or ``rand.Seed(seed)`` for the package itself.

    Args:
        seed: 64 bits, signed or unsigned; the early node turned its unsigned seed into a signed one.

    Raises:
        VerificationError: ``go-random-seed`` for a seed of more bits.
    """

    def __init__(self, seed: int) -> None:
        if type(seed) is not int:
            raise TypeError(f"a seed is an int, not {type(seed).__name__}")
        require(
            -(1 << 63) <= seed <= _MASK,
            VerificationError,
            "go-random-seed",
            "The seed of this generator has 64 bits.",
            actual=seed,
        )
        signed = seed - (1 << 64) if seed > _POSITIVE else seed
        # Python's remainder is never negative, which is what Go corrects its own to.
        state = signed % _MERSENNE or _SEED_INSTEAD_OF_ZERO
        for _ in range(_SKIPPED):
            state = _next_state(state)
        values = []
        for mixed in _table():
            high = _next_state(state)
            middle = _next_state(high)
            state = _next_state(middle)
            values.append((high << 40 ^ middle << 20 ^ state ^ mixed) & _MASK)
        self._values = values
        self._tap = 0
        self._feed = _LONG_LAG - _SHORT_LAG

    def int63(self) -> int:
        """Return the next number of 63 bits. Source: rng.go, Int63."""
        self._tap = (self._tap or _LONG_LAG) - 1
        self._feed = (self._feed or _LONG_LAG) - 1
        number = (self._values[self._feed] + self._values[self._tap]) & _MASK
        self._values[self._feed] = number
        return number & _POSITIVE

    def below(self, bound: int) -> int:
        """Return a number from 0 to ``bound - 1``, as Go's ``Shuffle`` draws it; ``bound`` is 1 to 2^31 - 1.

        The upper half of a product of 32 by 32 bits, by D. Lemire's method.

        Raises:
            VerificationError: ``random-bound`` for a bound outside of that.

        Source: rand.go, int31n and Uint32.
        """
        require(
            1 <= bound <= _LARGEST_BOUND,
            VerificationError,
            "random-bound",
            "A random number below this bound cannot be drawn.",
            expected="1 to 2^31 - 1",
            actual=bound,
        )
        refused = _WORD % bound
        while True:
            product = (self.int63() >> 31) * bound
            if product % _WORD >= refused:
                return product >> 32


def _next_state(state: int) -> int:
    return state * _MULTIPLIER % _MERSENNE


@cache
def _table() -> tuple[int, ...]:
    """Return the 607 numbers, signed as in Go's source, that the first state is mixed with."""
    content = files("harmony_core.committee.resharding").joinpath("data", "go_math_rand.json").read_text()
    return tuple(json.loads(content)["values"])
