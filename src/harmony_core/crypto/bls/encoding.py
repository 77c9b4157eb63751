"""Harmony's 48-byte and 96-byte encodings of points: decoding with every check, and encoding.

Little-endian x (for a signature the real part, then the part of i); the top bit of the last byte is the parity of y
(for a signature of y's real part); the identity is all zero bytes. It is neither the ZCash nor the Ethereum form.

Source: harmony-one/mcl, include/mcl/ec.hpp (``EcT::load``, ``EcT::save``); harmony-one/bls, ffi/go/bls/bls.go.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar, cast

from harmony_core.crypto.bls.backend import Backend, G1Point, G2Point
from harmony_core.crypto.bls.constants import PRIME
from harmony_core.errors import DecodeError, require
from harmony_core.primitives import BLSPublicKeyBytes, BLSSignatureBytes, Compatibility

__all__ = [
    "KEY_CACHE_SIZE",
    "decode_public_point",
    "decode_signature_point",
    "encode_public_point",
    "encode_signature_point",
]

KEY_CACHE_SIZE: Final = 16_384
"""How many decoded public keys are kept; a network of four shards has a thousand keys at a time."""

_ODD: Final = 0x80
_FIELD_BYTES: Final = 48

_Point = TypeVar("_Point")


def decode_public_point(data: bytes, backend: Backend, compatibility: Compatibility) -> G1Point:
    """Return the point of a serialized public key, checked to lie in the subgroup; the last few are remembered.

    Raises:
        DecodeError: ``bls-public-key-length``, ``-identity``, ``-field`` (x is p or more), ``-curve`` (no such
            point) or ``-subgroup``.
        TypeError: when ``data`` is not bytes.
    """
    data = _sized(data, BLSPublicKeyBytes.LENGTH, "public key", compatibility)
    if not any(data):
        _require_identity_allowed("public key", compatibility)
        return backend.g1_identity()
    return _decode_known_length_key(backend, data)


def decode_signature_point(data: bytes, backend: Backend, compatibility: Compatibility) -> G2Point:
    """Return the point of a serialized signature, checked to lie in the subgroup.

    Raises:
        DecodeError: ``bls-signature-length``, ``-identity``, ``-field``, ``-curve`` or ``-subgroup``.
        TypeError: when ``data`` is not bytes.
    """
    data = _sized(data, BLSSignatureBytes.LENGTH, "signature", compatibility)
    if not any(data):
        _require_identity_allowed("signature", compatibility)
        return backend.g2_identity()
    number = int.from_bytes(data, "little")
    odd = bool(data[-1] & _ODD)
    real, imaginary = number & _LOW_HALF, (number >> (8 * _FIELD_BYTES)) & _WITHOUT_FLAG
    _require_field(real < PRIME and imaginary < PRIME, "signature")
    return _on_curve_in_subgroup(
        "signature", lambda: backend.g2_decompress((real, imaginary), odd), backend.g2_in_subgroup
    )


def encode_public_point(point: G1Point, backend: Backend) -> BLSPublicKeyBytes:
    """Return the 48 bytes of a public key's point; all zero for the identity."""
    affine = backend.g1_to_affine(point)
    if affine is None:
        return BLSPublicKeyBytes.zero()
    x, y = affine
    return BLSPublicKeyBytes(_with_parity(x, y))


def encode_signature_point(point: G2Point, backend: Backend) -> BLSSignatureBytes:
    """Return the 96 bytes of a signature's point; all zero for the identity."""
    affine = backend.g2_to_affine(point)
    if affine is None:
        return BLSSignatureBytes.zero()
    (real, imaginary), (y_real, _) = affine
    return BLSSignatureBytes(real.to_bytes(_FIELD_BYTES, "little") + _with_parity(imaginary, y_real))


_LOW_HALF: Final = (1 << (8 * _FIELD_BYTES)) - 1
_WITHOUT_FLAG: Final = _LOW_HALF >> 1


@lru_cache(maxsize=KEY_CACHE_SIZE)
def _decode_known_length_key(backend: Backend, data: bytes) -> G1Point:
    x = int.from_bytes(data, "little") & _WITHOUT_FLAG
    odd = bool(data[-1] & _ODD)
    _require_field(x < PRIME, "public key")
    return _on_curve_in_subgroup("public key", lambda: backend.g1_decompress(x, odd), backend.g1_in_subgroup)


def _sized(data: bytes, length: int, what: str, compatibility: Compatibility) -> bytes:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"a BLS {what} is decoded from bytes, not from {type(data).__name__}")
    fits = len(data) == length or (compatibility.accept_trailing_bls_bytes and len(data) > length)
    require(
        fits,
        DecodeError,
        f"bls-{what.replace(' ', '-')}-length",
        f"A BLS {what} has {length} bytes.",
        expected=length,
        actual=len(data),
    )
    return bytes(data[:length])


def _require_identity_allowed(what: str, compatibility: Compatibility) -> None:
    require(
        compatibility.accept_identity_bls_points,
        DecodeError,
        f"bls-{what.replace(' ', '-')}-identity",
        f"The BLS {what} is the identity, which proves nothing.",
    )


def _require_field(condition: bool, what: str) -> None:
    require(
        condition,
        DecodeError,
        f"bls-{what.replace(' ', '-')}-field",
        f"A coordinate of the BLS {what} is not below the field's prime.",
    )


def _on_curve_in_subgroup(
    what: str, decompress: Callable[[], _Point | None], in_subgroup: Callable[[_Point], bool]
) -> _Point:
    found = decompress()
    code = f"bls-{what.replace(' ', '-')}"
    require(found is not None, DecodeError, f"{code}-curve", f"The BLS {what} is not a point of the curve.")
    point = cast("_Point", found)
    require(
        in_subgroup(point),
        DecodeError,
        f"{code}-subgroup",
        f"The BLS {what} is a point of the curve outside the subgroup of prime order.",
    )
    return point


def _with_parity(x: int, y: int) -> bytes:
    return (x | (y & 1) << (8 * _FIELD_BYTES - 1)).to_bytes(_FIELD_BYTES, "little")
