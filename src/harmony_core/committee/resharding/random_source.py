"""Random numbers from a seed, and what is done with them: shuffling and dealing.

The publications do not say how the random value of an epoch becomes a permutation; this is the library's choice: SHAKE-256
over a label and the seed, numbers below a bound by rejection, so that every outcome is equally likely.
"""

from collections.abc import Iterable, Sequence
from hashlib import shake_256
from struct import Struct
from typing import Final, Protocol, TypeVar

from harmony_core.errors import VerificationError, require

__all__ = ["SEED_LENGTH", "RandomSource", "SeededSource", "dealt", "sampled", "shuffled"]

SEED_LENGTH: Final = 32
"""Bytes of a seed: a random value of the distributed randomness generation."""

_LABEL: Final = b"harmony-core resharding"
_WORDS: Final = Struct("<512Q")
_WORD_RANGE: Final = 1 << 64

T = TypeVar("T")


class RandomSource(Protocol):
    """Where a shuffle takes its numbers from."""

    def below(self, bound: int) -> int:
        """Return the next number, from 0 to ``bound - 1``."""
        ...


class SeededSource:
    """The random numbers that follow from a seed; the same for everyone who has it.

    Args:
        seed: 32 bytes.
        purpose: what the numbers are for. Other purposes give other, independent numbers.

    Raises:
        VerificationError: ``resharding-seed`` for a seed of another length.
    """

    def __init__(self, seed: bytes, purpose: str) -> None:
        if not isinstance(seed, bytes):
            raise TypeError(f"a seed is bytes, not {type(seed).__name__}")
        require(
            len(seed) == SEED_LENGTH,
            VerificationError,
            "resharding-seed",
            "The seed of a resharding has 32 bytes.",
            expected=SEED_LENGTH,
            actual=len(seed),
        )
        self._prefix = b"%b/%b/%b/" % (_LABEL, purpose.encode(), seed)
        self._chunk = 0
        self._words: list[int] = []

    def below(self, bound: int) -> int:
        """Return the next number, from 0 to ``bound - 1``, all equally likely; ``bound`` is 1 to 2^64.

        Raises:
            VerificationError: ``random-bound`` for a bound outside of that.
        """
        require(
            1 <= bound <= _WORD_RANGE,
            VerificationError,
            "random-bound",
            "A random number below this bound cannot be drawn.",
            expected="1 to 2^64",
            actual=bound,
        )
        end = _WORD_RANGE - _WORD_RANGE % bound
        while True:
            if not self._words:
                self._refill()
            word = self._words.pop()
            if word < end:
                return word % bound

    def _refill(self) -> None:
        block = shake_256(self._prefix + self._chunk.to_bytes(8, "big")).digest(_WORDS.size)
        self._words = list(_WORDS.unpack(block))[::-1]
        self._chunk += 1


def shuffled(items: Iterable[T], source: RandomSource) -> list[T]:
    """Return the items in random order: from the last place to the second, each is swapped with one not after it.

    Source: the shuffle of Fisher and Yates, in the order of Go's math/rand, rand.go, Shuffle.
    """
    order = list(items)
    for last in range(len(order) - 1, 0, -1):
        other = source.below(last + 1)
        order[last], order[other] = order[other], order[last]
    return order


def sampled(items: Iterable[T], count: int, source: RandomSource) -> list[T]:
    """Return ``count`` of the items, drawn at random, all of them if there are no more; every choice is equally likely.

    Source: the first ``count`` steps of the shuffle of Fisher and Yates.
    """
    rest = list(items)
    drawn = []
    for _ in range(min(count, len(rest))):
        place = source.below(len(rest))
        drawn.append(rest[place])
        last = rest.pop()
        if place < len(rest):
            rest[place] = last
    return drawn


def dealt(items: Sequence[T], hands: int) -> list[Sequence[T]]:
    """Deal items in turn to ``hands`` hands: number i goes to hand i mod ``hands``."""
    return [items[hand::hands] for hand in range(hands)]
