"""ECDSA over secp256k1 in plain Python: the oracle that the fast back end is compared with, and the fall-back.

It does not run in constant time: sign with it only where nobody can measure.

Source: SEC 1, version 2, section 4.1.6 (public key recovery); SEC 2 (the curve); RFC 6979 (the nonce).
"""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from harmony_core.crypto.secp256k1.backend import HALF_ORDER, ORDER

__all__ = ["PureBackend"]

_PRIME: Final = 2**256 - 2**32 - 977
_Point = tuple[int, int, int]  # Jacobian coordinates: x / z^2, y / z^3; z = 0 is the point at infinity
_INFINITY: Final[_Point] = (0, 1, 0)
_GENERATOR: Final[_Point] = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    1,
)


class PureBackend:
    """ECDSA in plain Python, some seventy times slower than a library."""

    name = "pure"
    version = ""

    def recover(self, digest: bytes, signature: bytes) -> bytes:
        """Return the 64 bytes of the key; see `Backend`."""
        r, s, recovery_id = _number(signature[:32]), _number(signature[32:64]), signature[64]
        x = r + ORDER * (recovery_id >> 1)
        y = _y_of(x, odd=bool(recovery_id & 1))
        # From s = (e + r d) / k and R = k G the key d G is (s R - e G) / r.
        inverse = pow(r, -1, ORDER)
        key = _add(
            _multiply((x, y, 1), s * inverse % ORDER),
            _multiply(_GENERATOR, -_number(digest) * inverse % ORDER),
        )
        return _encode(key)

    def sign(self, digest: bytes, secret: bytes) -> bytes:
        """Return the 65 bytes of the signature; see `Backend`."""
        r = s = x = y = 0
        nonces = _nonces(digest, secret)
        while not (r and s):
            nonce = next(nonces)
            x, y = _affine(_multiply(_GENERATOR, nonce))
            r = x % ORDER
            s = pow(nonce, -1, ORDER) * (_number(digest) + r * _number(secret)) % ORDER
        recovery_id = (y & 1) | ((x >= ORDER) << 1)
        if s > HALF_ORDER:
            s, recovery_id = ORDER - s, recovery_id ^ 1
        return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((recovery_id,))

    def public_key(self, secret: bytes) -> bytes:
        """Return the 64 bytes of the key; see `Backend`."""
        return _encode(_multiply(_GENERATOR, _number(secret)))


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _y_of(x: int, *, odd: bool) -> int:
    """Return the y of a point with this x, by y^2 = x^3 + 7."""
    square = (pow(x, 3, _PRIME) + 7) % _PRIME
    y = pow(square, (_PRIME + 1) // 4, _PRIME)
    if x >= _PRIME or y * y % _PRIME != square:
        raise ArithmeticError("no point has this x")
    return y if y & 1 == odd else _PRIME - y


def _double(point: _Point) -> _Point:
    x, y, z = point
    square = y * y % _PRIME
    middle = 4 * x * square % _PRIME
    slope = 3 * x * x % _PRIME
    new_x = (slope * slope - 2 * middle) % _PRIME
    return new_x, (slope * (middle - new_x) - 8 * square * square) % _PRIME, 2 * y * z % _PRIME


def _add(first: _Point, second: _Point) -> _Point:
    (x1, y1, z1), (x2, y2, z2) = first, second
    if not z1:
        return second
    if not z2:
        return first
    u1, u2 = x1 * z2 * z2 % _PRIME, x2 * z1 * z1 % _PRIME
    s1, s2 = y1 * z2**3 % _PRIME, y2 * z1**3 % _PRIME
    if u1 == u2:
        return _double(first) if s1 == s2 else _INFINITY
    across, up = u2 - u1, s2 - s1
    square = across * across % _PRIME
    cube = square * across % _PRIME
    new_x = (up * up - cube - 2 * u1 * square) % _PRIME
    return new_x, (up * (u1 * square - new_x) - s1 * cube) % _PRIME, across * z1 * z2 % _PRIME


def _multiply(point: _Point, scalar: int) -> _Point:
    result = _INFINITY
    for bit in f"{scalar:b}":
        result = _double(result)
        if bit == "1":
            result = _add(result, point)
    return result


def _affine(point: _Point) -> tuple[int, int]:
    x, y, z = point
    if not z:
        raise ArithmeticError("the point at infinity is no key")
    inverse = pow(z, -1, _PRIME)
    return x * inverse * inverse % _PRIME, y * inverse**3 % _PRIME


def _encode(point: _Point) -> bytes:
    x, y = _affine(point)
    return x.to_bytes(32, "big") + y.to_bytes(32, "big")


def _nonces(digest: bytes, secret: bytes) -> Iterator[int]:
    """Yield the nonces of RFC 6979, section 3.2, for a hash of 32 bytes."""
    seed = secret + (_number(digest) % ORDER).to_bytes(32, "big")
    key, value = bytes(32), b"\x01" * 32
    for separator in (b"\x00", b"\x01"):
        key = _hmac(key, value + separator + seed)
        value = _hmac(key, value)
    while True:
        value = _hmac(key, value)
        if 1 <= _number(value) < ORDER:
            yield _number(value)
        key = _hmac(key, value + b"\x00")
        value = _hmac(key, value)


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, sha256)
