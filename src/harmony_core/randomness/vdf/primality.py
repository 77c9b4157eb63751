"""Primality as the reference tests it: a strong test to base 2 and a strong Lucas test (Baillie, PSW).

No composite number is known that passes both, so every implementation of the test finds the same primes. gmpy2 is used
where it is installed; the readable test is the oracle and the fall-back.

Source: harmony-one/vdf src/vdf_go/discriminant.go and proof_wesolowski.go, which call Go's math/big ProbablyPrime(1);
R. Baillie and S. Wagstaff, "Lucas pseudoprimes", Mathematics of Computation 35 (1980).
"""

from math import isqrt
from typing import Any, Final

try:
    import gmpy2
except ImportError:  # gmpy2 has no wheel everywhere
    gmpy2 = None

_GMPY2: Final[Any] = gmpy2

__all__ = ["is_prime", "is_prime_pure", "small_primes"]

_TRIAL_LIMIT: Final = 256
_ROUNDS: Final = 25


def small_primes(limit: int) -> list[int]:
    """Return the primes below ``limit``, ascending (sieve of Eratosthenes)."""
    marks = bytearray([1]) * max(limit, 2)
    marks[0] = marks[1] = 0
    for number in range(2, isqrt(limit) + 1):
        if marks[number]:
            marks[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return [number for number in range(2, limit) if marks[number]]


def is_prime(number: int) -> bool:
    """Tell whether a number is prime, as far as anybody knows how to tell."""
    if _GMPY2 is not None:
        return bool(_GMPY2.is_prime(number, _ROUNDS))
    return is_prime_pure(number)


def is_prime_pure(number: int) -> bool:
    """Tell the same in plain Python, about ten times slower."""
    if number < 2:  # noqa: PLR2004 - the least prime
        return False
    for prime in _TRIAL_PRIMES:
        if number % prime == 0:
            return number == prime
    return _passes_base_2(number) and _passes_lucas(number)


def _passes_base_2(number: int) -> bool:
    odd, twos = _odd_part(number - 1)
    value = pow(2, odd, number)
    if value in {1, number - 1}:
        return True
    for _ in range(twos - 1):
        value = value * value % number
        if value == number - 1:
            return True
    return False


def _passes_lucas(number: int) -> bool:
    if isqrt(number) ** 2 == number:
        return False
    d = 5
    while (symbol := _jacobi(d, number)) != -1:
        if symbol == 0 and abs(d) % number:
            return False
        d = -d - 2 if d > 0 else -d + 2
    odd, twos = _odd_part(number + 1)
    u, v, q = _lucas(odd, d, number)
    if u == 0 or v == 0:
        return True
    for _ in range(twos - 1):
        v, q = (v * v - 2 * q) % number, q * q % number
        if v == 0:
            return True
    return False


def _lucas(index: int, d: int, modulus: int) -> tuple[int, int, int]:
    """Return U, V of the Lucas sequence with P = 1 and Q = (1 - D) / 4, and the power of Q, all at ``index``."""
    base_q = (1 - d) // 4
    u, v, q = 1, 1, base_q % modulus
    for bit in bin(index)[3:]:
        u, v, q = u * v % modulus, (v * v - 2 * q) % modulus, q * q % modulus
        if bit == "1":
            u, v = _half(u + v, modulus), _half(d * u + v, modulus)
            q = q * base_q % modulus
    return u, v, q


def _half(value: int, modulus: int) -> int:
    return (value if value % 2 == 0 else value + modulus) // 2 % modulus


def _odd_part(number: int) -> tuple[int, int]:
    twos = (number & -number).bit_length() - 1
    return number >> twos, twos


def _jacobi(a: int, n: int) -> int:
    a %= n
    sign = 1
    while a:
        a, twos = _odd_part(a)
        if twos % 2 and n % 8 in {3, 5}:
            sign = -sign
        if a % 4 == 3 and n % 4 == 3:  # noqa: PLR2004 - quadratic reciprocity
            sign = -sign
        a, n = n % a, a
    return sign if n == 1 else 0


_TRIAL_PRIMES: Final = tuple(small_primes(_TRIAL_LIMIT))
