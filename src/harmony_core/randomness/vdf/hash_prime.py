"""The challenge of Wesolowski's proof: a prime of up to 128 bits that depends on the start and on the result.

Source: harmony-one/vdf src/vdf_go/proof_wesolowski.go, hashPrime; Benjamin Wesolowski, "Efficient verifiable delay
functions", section 3.1, https://eprint.iacr.org/2018/623.
"""

from hashlib import sha256
from itertools import count
from typing import Final, NamedTuple

from harmony_core.randomness.vdf.primality import is_prime

__all__ = ["Challenge", "hash_prime"]

_CHALLENGE_BYTES: Final = 16


class Challenge(NamedTuple):
    """The challenge and how it was found.

    Attributes:
        prime: the challenge B.
        attempt: the counter j at which the hash was prime.
    """

    prime: int
    attempt: int


def hash_prime(start: bytes, result: bytes) -> Challenge:
    """Return the first prime among SHA-256("prime", j, x, y), cut to 16 bytes, for j = 0, 1, ...

    Counter and prime are big-endian, the counter of 8 bytes.

    Args:
        start: the encoded form x.
        result: the encoded form y.
    """
    for attempt in count():
        digest = sha256(b"prime" + attempt.to_bytes(8, "big") + start + result).digest()
        number = int.from_bytes(digest[:_CHALLENGE_BYTES], "big")
        if is_prime(number):
            return Challenge(number, attempt)
    raise AssertionError("the loop ends at a prime")
