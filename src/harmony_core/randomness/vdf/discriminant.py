"""The discriminant that a seed selects: minus the first prime of an arithmetic progression that SHA-256 picks.

1. The seed is stretched: SHA-256(seed, i) for the 16-bit big-endian counters i = 0, 1, ... joined, cut to two bytes more
   than the discriminant has.
2. The last two bytes pick one of the residues r modulo m = 8·3·5·7·11·13 with r = 7 modulo 8 and no divisor in common
   with m. The other bytes are a big-endian number; its excess low bits are dropped, its top bit is set, and it is replaced
   by the number of that residue in the same block of m: the start n.
3. The discriminant is -(n + k m) for the least k >= 0 for which this is prime.

A prime that is 7 modulo 8 makes D = 1 modulo 8, so the form (2, 1, ...) exists, and the class number is odd: no element
has order 2, and squaring loses nothing.

Source: harmony-one/vdf src/vdf_go/discriminant.go, EntropyFromSeed and CreateDiscriminant, and constants.go.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from math import gcd
from typing import Final

from harmony_core.errors import ConfigurationError, require
from harmony_core.randomness.vdf.primality import is_prime, small_primes

__all__ = [
    "DEFAULT_BITS",
    "MODULUS",
    "Candidate",
    "check_bits",
    "discriminant",
    "first_candidate",
    "residues",
    "seed_entropy",
    "sieve_table",
]

DEFAULT_BITS: Final = 2048
"""Bits of the discriminant that Harmony uses."""

MODULUS: Final = 8 * 3 * 5 * 7 * 11 * 13
"""The step between candidates."""

_LEAST_BITS: Final = 32
_MOST_BITS: Final = 4096
_SIEVE_LIMIT: Final = 1 << 16
_WINDOW: Final = 1 << 11
_PICK_BYTES: Final = 2
_CACHED_SEEDS: Final = 256


@dataclass(frozen=True, slots=True)
class Candidate:
    """Where the search for a seed's prime begins.

    Attributes:
        entropy: the stretched seed; two bytes longer than the discriminant.
        residue_index: position of the residue in `residues()`.
        residue: the residue modulo `MODULUS` of the prime that is sought.
        start: the first number that may be it.
    """

    entropy: bytes
    residue_index: int
    residue: int
    start: int


@cache
def residues() -> tuple[int, ...]:
    """Return the residues r modulo `MODULUS` that are 7 modulo 8 and share no divisor with it, ascending."""
    return tuple(r for r in range(7, MODULUS, 8) if gcd(r, MODULUS) == 1)


@cache
def sieve_table() -> tuple[tuple[int, int], ...]:
    """Return each prime p below 2^16 that does not divide `MODULUS`, with the inverse of `MODULUS` modulo p."""
    return tuple((p, pow(MODULUS, -1, p)) for p in small_primes(_SIEVE_LIMIT) if MODULUS % p)


def check_bits(bits: int) -> None:
    """Refuse a discriminant size outside 32 to 4096 bits.

    Raises:
        ConfigurationError: code ``vdf-discriminant-bits``.
    """
    require(
        _LEAST_BITS <= bits <= _MOST_BITS,
        ConfigurationError,
        "vdf-discriminant-bits",
        "The size of a discriminant lies outside what is supported.",
        expected=f"{_LEAST_BITS} to {_MOST_BITS} bits",
        actual=bits,
    )


def seed_entropy(seed: bytes, length: int) -> bytes:
    """Return ``length`` bytes made from a seed: SHA-256 of the seed and a 16-bit big-endian counter, joined."""
    blocks = range(-(-length // sha256().digest_size))
    return b"".join(sha256(seed + block.to_bytes(2, "big")).digest() for block in blocks)[:length]


def first_candidate(seed: bytes, bits: int = DEFAULT_BITS) -> Candidate:
    """Return the number from which the search for a seed's prime begins, and what it is made of.

    Raises:
        ConfigurationError: code ``vdf-discriminant-bits``.
    """
    check_bits(bits)
    number_bytes = (bits + 7) // 8
    entropy = seed_entropy(seed, number_bytes + _PICK_BYTES)
    number = int.from_bytes(entropy[:-_PICK_BYTES], "big") >> (-bits % 8)
    number |= 1 << (bits - 1)
    index = int.from_bytes(entropy[-_PICK_BYTES:], "big") % len(residues())
    residue = residues()[index]
    return Candidate(entropy, index, residue, number - number % MODULUS + residue)


def discriminant(seed: bytes, bits: int = DEFAULT_BITS) -> int:
    """Return the discriminant of a seed: a negative prime of ``bits`` bits, 1 modulo 8.

    Takes 0.1 to 0.5 seconds for 2048 bits; the results of the last 256 seeds are kept.

    Args:
        seed: any bytes; the chain uses 32.
        bits: size of the discriminant.

    Raises:
        ConfigurationError: code ``vdf-discriminant-bits``.
    """
    check_bits(bits)
    return _discriminant(bytes(memoryview(seed)), bits)


@lru_cache(maxsize=_CACHED_SEEDS)
def _discriminant(seed: bytes, bits: int) -> int:
    start = first_candidate(seed, bits).start
    while True:
        for step in _unsieved(start):
            number = start + MODULUS * step
            if is_prime(number):
                return -number
        start += MODULUS * _WINDOW


def _unsieved(start: int) -> list[int]:
    """Return the steps k below the window's size for which start + k m has no small divisor."""
    composite = bytearray(_WINDOW)
    for prime, inverse_of_modulus in sieve_table():
        first = -start * inverse_of_modulus % prime
        if first < _WINDOW:
            composite[first::prime] = b"\x01" * len(range(first, _WINDOW, prime))
    return [step for step in range(_WINDOW) if not composite[step]]
