"""What the tests of the delay function share: small discriminants, a group whose order is known, the slow proof."""

from hashlib import sha256

from harmony_core.randomness.vdf.discriminant import discriminant
from harmony_core.randomness.vdf.encoding import encode_form
from harmony_core.randomness.vdf.form import Form, generator, power, square
from harmony_core.randomness.vdf.hash_prime import hash_prime

__all__ = [
    "BITS",
    "SEED",
    "SMALL_BITS",
    "SMALL_ORDER",
    "SMALL_SEED",
    "forged_output",
    "slow_output",
    "with_hash",
]

SEED = bytes(range(32))
BITS = 256

SMALL_SEED = b"small group 797"
SMALL_BITS = 32
SMALL_ORDER = 47
"""The order of the start x in the class group of this seed's 32-bit discriminant."""


def slow_output(seed: bytes, iterations: int, bits: int) -> bytes:
    """Return the output by the definition alone: T squarings, then x to the whole power 2^T div B."""
    of_seed = discriminant(seed, bits)
    x = y = generator(of_seed)
    for _ in range(iterations):
        y = square(y)
    challenge, _ = hash_prime(encode_form(x, of_seed), encode_form(y, of_seed))
    proof = power(x, (1 << iterations) // challenge)
    return encode_form(y, of_seed) + encode_form(proof, of_seed)


def forged_output(y: Form, iterations: int) -> bytes:
    """Return an output with any y of the small group, whose order is known, and a proof for which the equation holds."""
    of_seed = discriminant(SMALL_SEED, SMALL_BITS)
    x = generator(of_seed)
    logarithm = next(e for e in range(SMALL_ORDER) if power(x, e) == y)
    challenge, _ = hash_prime(encode_form(x, of_seed), encode_form(y, of_seed))
    exponent = (logarithm - pow(2, iterations, challenge)) * pow(challenge, -1, SMALL_ORDER) % SMALL_ORDER
    return encode_form(y, of_seed) + encode_form(power(x, exponent), of_seed)


def with_hash(body: bytes) -> bytes:
    """Return the body of a saved state with the hash that belongs to it."""
    return body + sha256(body).digest()
