"""The VRF of the early protocol, over the curve P-256. Consensus never used it; the early randomness messages did.

With a secret d, public Y = dG, H = H1(message) a point: V = dH is unique, and the value is SHA-256 of its 65 bytes.
That the same d stands behind Y and V is shown by a proof of equal discrete logarithms: for a fresh random r,
s = H2(G, H, Y, V, rG, rH) and t = r - sd mod N. Who verifies recomputes rG = tG + sY and rH = tH + sV.

The arithmetic is that of pycryptodome.

Source: harmony-one/harmony, crypto/vrf/p256/p256.go, unmarshal.go; Melara et al., CONIKS, appendix A.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256, sha512
from itertools import count
from typing import Final, Self

from Crypto.PublicKey.ECC import EccPoint

from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import STRICT, Compatibility, Hash32

__all__ = [
    "PROOF_BYTES",
    "PUBLIC_KEY_BYTES",
    "P256Output",
    "P256PublicKey",
    "P256SecretKey",
    "hash_to_point",
    "hash_to_scalar",
]

_PRIME: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_GENERATOR: Final = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_NUMBER_BYTES: Final = 32
_UNCOMPRESSED: Final = 4

PUBLIC_KEY_BYTES: Final = 1 + 2 * _NUMBER_BYTES
"""Length of an uncompressed point: the byte 4, then x and y big-endian."""

PROOF_BYTES: Final = 2 * _NUMBER_BYTES + PUBLIC_KEY_BYTES
"""Length of a proof: s, t, both big-endian, and the point V."""


@dataclass(frozen=True, slots=True)
class P256Output:
    """A value and its proof. Nothing about it is verified yet.

    Attributes:
        index: the 32-byte value.
        proof: the 129-byte proof.
    """

    index: Hash32
    proof: bytes


@dataclass(frozen=True, slots=True)
class P256PublicKey:
    """A public key: a point of the curve other than the point at infinity.

    Attributes:
        data: its 65 bytes.

    Raises:
        DecodeError: ``p256-point-length``, ``p256-point-form`` for a first byte other than 4, ``p256-point-curve``.
    """

    data: bytes

    def __post_init__(self) -> None:
        """Check that the bytes are a point."""
        _decode_point(self.data)

    @classmethod
    def from_coordinates(cls, data: bytes) -> Self:
        """Decode x and y without the byte in front, as the early messages carry a key.

        Raises:
            DecodeError: as the constructor.

        Source: harmony-one/harmony, crypto/vrf/p256/p256.go (``PublicKey.Serialize``), which drops leading zeros
            of x and y and then cannot read its own bytes: such keys are not usable there.
        """
        return cls(bytes([_UNCOMPRESSED]) + bytes(data))

    def verify(self, message: bytes, proof: bytes, *, compatibility: Compatibility = STRICT) -> Hash32:
        """Check a proof and return the value it proves.

        Args:
            message: the input.
            proof: exactly 129 bytes.
            compatibility: ``accept_unreduced_p256_scalars`` takes t of N and more, by which the proofs of some values
                have a second form.

        Raises:
            DecodeError: ``p256-proof-length``; ``p256-point-form`` and ``p256-point-curve`` for the point V.
            VerificationError: ``p256-proof-scalar`` for t of N and more, ``p256-proof``.

        Source: harmony-one/harmony, crypto/vrf/p256/p256.go (``PublicKey.ProofToHash``).
        """
        require(
            len(proof) == PROOF_BYTES,
            DecodeError,
            "p256-proof-length",
            f"A proof of the P-256 VRF has {PROOF_BYTES} bytes.",
            expected=PROOF_BYTES,
            actual=len(proof),
        )
        s, t = _number(proof[:_NUMBER_BYTES]), _number(proof[_NUMBER_BYTES : 2 * _NUMBER_BYTES])
        if not compatibility.accept_unreduced_p256_scalars:
            require(
                t < _ORDER,
                VerificationError,
                "p256-proof-scalar",
                "A scalar of the proof is not below the group order.",
            )
        value = proof[2 * _NUMBER_BYTES :]
        point, key, hashed = _decode_point(value), _decode_point(self.data), _hashed_point(message)
        r_base = _generator() * t + key * s
        r_hash = hashed * t + point * s
        fits = not (r_base.is_point_at_infinity() or r_hash.is_point_at_infinity()) and s == _challenge(
            hashed, self.data, value, r_base, r_hash
        )
        require(fits, VerificationError, "p256-proof", "The proof is not that of this key for this message.")
        return Hash32(sha256(value).digest())


@dataclass(frozen=True, slots=True, repr=False)
class P256SecretKey:
    """A secret key: an integer d with 0 < d < N. Its use is **not constant-time**; ``repr`` does not show it.

    Raises:
        DecodeError: ``p256-secret-key-range`` outside 0 < d < N.
    """

    scalar: int

    def __post_init__(self) -> None:
        """Check the range."""
        require(
            0 < self.scalar < _ORDER,
            DecodeError,
            "p256-secret-key-range",
            "A P-256 secret key is greater than zero and below the group order.",
        )

    def public_key(self) -> P256PublicKey:
        """Return the public key dG."""
        return P256PublicKey(_encode_point(_generator() * self.scalar))

    def evaluate(self, message: bytes, *, entropy: Callable[[int], bytes]) -> P256Output:
        """Return the value at ``message`` and its proof.

        Args:
            message: the input, of any length.
            entropy: returns that many random bytes, for example ``secrets.token_bytes``. The nonce r is read from 32
                of them, big-endian, and drawn again unless 0 < r < N. **A nonce that is guessed or used twice gives
                the secret key away.** The value does not depend on it.

        Source: harmony-one/harmony, crypto/vrf/p256/p256.go (``PrivateKey.Evaluate``).
        """
        nonce = _number(entropy(_NUMBER_BYTES))
        while not 0 < nonce < _ORDER:
            nonce = _number(entropy(_NUMBER_BYTES))
        hashed = _hashed_point(message)
        value = _encode_point(hashed * self.scalar)
        s = _challenge(hashed, self.public_key().data, value, _generator() * nonce, hashed * nonce)
        t = (nonce - s * self.scalar) % _ORDER
        proof = s.to_bytes(_NUMBER_BYTES, "big") + t.to_bytes(_NUMBER_BYTES, "big") + value
        return P256Output(Hash32(sha256(value).digest()), proof)

    def __repr__(self) -> str:
        return f"<P256SecretKey of {self.public_key().data.hex()}>"


def hash_to_point(message: bytes) -> tuple[int, int]:
    """Return H1: the point with even y whose x is the first candidate, SHA-512(counter || message)[:32], that fits.

    The counter is a 32-bit big-endian integer from 0. A candidate fits in every second try.

    Source: harmony-one/harmony, crypto/vrf/p256/p256.go (``H1``), unmarshal.go (``Unmarshal``).
    """
    for counter in count():
        x = _number(sha512(counter.to_bytes(4, "big") + message).digest()[:_NUMBER_BYTES])
        square = _right_side(x)
        y = pow(square, (_PRIME + 1) // 4, _PRIME)
        if x < _PRIME and y * y % _PRIME == square:
            return x, y if y % 2 == 0 else _PRIME - y
    raise AssertionError("the counter has no end")


def hash_to_scalar(message: bytes) -> int:
    """Return H2: a number from 1 to N - 1, read from SHA-512(counter || message)[:32] for the first counter that fits.

    Source: harmony-one/harmony, crypto/vrf/p256/p256.go (``H2``).
    """
    for counter in count():
        number = _number(sha512(counter.to_bytes(4, "big") + message).digest()[:_NUMBER_BYTES])
        if number < _ORDER - 1:
            return number + 1
    raise AssertionError("the counter has no end")


def _challenge(hashed: EccPoint, key: bytes, value: bytes, r_base: EccPoint, r_hash: EccPoint) -> int:
    points = (
        _encode_point(_generator()),
        _encode_point(hashed),
        key,
        value,
        *map(_encode_point, (r_base, r_hash)),
    )
    return hash_to_scalar(b"".join(points))


def _hashed_point(message: bytes) -> EccPoint:
    return EccPoint(*hash_to_point(message), curve="P-256")


def _generator() -> EccPoint:
    return EccPoint(*_GENERATOR, curve="P-256")


def _right_side(x: int) -> int:
    return (x**3 - 3 * x + _B) % _PRIME


def _decode_point(data: bytes) -> EccPoint:
    require(
        len(data) == PUBLIC_KEY_BYTES,
        DecodeError,
        "p256-point-length",
        f"An uncompressed point of P-256 has {PUBLIC_KEY_BYTES} bytes.",
        expected=PUBLIC_KEY_BYTES,
        actual=len(data),
    )
    require(
        data[0] == _UNCOMPRESSED,
        DecodeError,
        "p256-point-form",
        "An uncompressed point begins with the byte 4.",
        expected=_UNCOMPRESSED,
        actual=data[0],
    )
    x, y = _number(data[1 : 1 + _NUMBER_BYTES]), _number(data[1 + _NUMBER_BYTES :])
    require(
        x < _PRIME and y < _PRIME and y * y % _PRIME == _right_side(x),
        DecodeError,
        "p256-point-curve",
        "These coordinates are no point of P-256.",
    )
    try:
        return EccPoint(x, y, curve="P-256")
    except ValueError as error:
        raise DecodeError("These coordinates are no point of P-256.", code="p256-point-curve") from error


def _encode_point(point: EccPoint) -> bytes:
    coordinates = (int(point.x), int(point.y))
    return bytes([_UNCOMPRESSED]) + b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in coordinates)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
