"""Harmony's 48-byte and 96-byte encodings of points: decoding with every check, and encoding.

Little-endian x (for a signature the real part, then the part of i); the top bit of the last byte is the parity of y
(for a signature of y's real part); the identity is all zero bytes. It is neither the ZCash nor the Ethereum form.

Source: harmony-one/mcl, include/mcl/ec.hpp (``EcT::load``, ``EcT::save``); harmony-one/bls, ffi/go/bls/bls.go.
"""

from functools import lru_cache
from typing import Final, cast

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
    "forget_keys",
]

KEY_CACHE_SIZE: Final = 16_384
"""How many decoded public keys are kept; a network of four shards has a thousand keys at a time."""

_ODD: Final = 0x80
_FIELD_BYTES: Final = 48
_WITHOUT_FLAG: Final = (1 << (8 * _FIELD_BYTES - 1)) - 1


def decode_public_point(data: bytes, backend: Backend, compatibility: Compatibility) -> G1Point:
    """Return the point of a serialized public key, checked to lie in the subgroup; the last few are remembered.

    Raises:
        DecodeError: ``bls-public-key-length``, ``-identity``, ``-field`` (x is p or more), ``-curve`` (no such
            point) or ``-subgroup``.
        TypeError: when ``data`` is not bytes.
    """
    _require_bytes(data, "public key")
    length = BLSPublicKeyBytes.LENGTH
    require(
        len(data) == length or (compatibility.accept_trailing_bls_bytes and len(data) > length),
        DecodeError,
        "bls-public-key-length",
        f"A BLS public key has {length} bytes.",
        expected=length,
        actual=len(data),
    )
    data = bytes(data[:length])
    if any(data):
        return _decode_key(backend, data)
    require(
        compatibility.accept_identity_bls_points,
        DecodeError,
        "bls-public-key-identity",
        "The BLS public key is the identity, under which the identity verifies on every payload.",
    )
    return backend.g1_identity()


@lru_cache(maxsize=KEY_CACHE_SIZE)
def _decode_key(backend: Backend, data: bytes) -> G1Point:
    x = int.from_bytes(data, "little") & _WITHOUT_FLAG
    require(
        x < PRIME,
        DecodeError,
        "bls-public-key-field",
        "The coordinate of the BLS public key is not below the field's prime.",
    )
    found = backend.g1_decompress(x, bool(data[-1] & _ODD))
    require(
        found is not None,
        DecodeError,
        "bls-public-key-curve",
        "The BLS public key is not a point of the curve.",
    )
    point = cast("G1Point", found)
    require(
        backend.g1_in_subgroup(point),
        DecodeError,
        "bls-public-key-subgroup",
        "The BLS public key is a point of the curve outside the subgroup of prime order.",
    )
    return point


def forget_keys() -> None:
    """Forget every decoded public key, as a benchmark of cold decoding needs."""
    _decode_key.cache_clear()


def decode_signature_point(data: bytes, backend: Backend, compatibility: Compatibility) -> G2Point:
    """Return the point of a serialized signature, checked to lie in the subgroup.

    Raises:
        DecodeError: ``bls-signature-length``, ``-identity``, ``-field``, ``-curve`` or ``-subgroup``.
        TypeError: when ``data`` is not bytes.
    """
    _require_bytes(data, "signature")
    length = BLSSignatureBytes.LENGTH
    require(
        len(data) == length or (compatibility.accept_trailing_bls_bytes and len(data) > length),
        DecodeError,
        "bls-signature-length",
        f"A BLS signature has {length} bytes.",
        expected=length,
        actual=len(data),
    )
    data = bytes(data[:length])
    if any(data):
        return _decode_signature(backend, data)
    require(
        compatibility.accept_identity_bls_points,
        DecodeError,
        "bls-signature-identity",
        "The BLS signature is the identity, which no signer makes.",
    )
    return backend.g2_identity()


def _decode_signature(backend: Backend, data: bytes) -> G2Point:
    real = int.from_bytes(data[:_FIELD_BYTES], "little")
    imaginary = int.from_bytes(data[_FIELD_BYTES:], "little") & _WITHOUT_FLAG
    require(
        real < PRIME and imaginary < PRIME,
        DecodeError,
        "bls-signature-field",
        "A coordinate of the BLS signature is not below the field's prime.",
    )
    found = backend.g2_decompress((real, imaginary), bool(data[-1] & _ODD))
    require(
        found is not None,
        DecodeError,
        "bls-signature-curve",
        "The BLS signature is not a point of the curve.",
    )
    point = cast("G2Point", found)
    require(
        backend.g2_in_subgroup(point),
        DecodeError,
        "bls-signature-subgroup",
        "The BLS signature is a point of the curve outside the subgroup of prime order.",
    )
    return point


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


def _require_bytes(data: bytes, what: str) -> None:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"a BLS {what} is decoded from bytes, not from {type(data).__name__}")


def _with_parity(x: int, y: int) -> bytes:
    return (x | (y & 1) << (8 * _FIELD_BYTES - 1)).to_bytes(_FIELD_BYTES, "little")
