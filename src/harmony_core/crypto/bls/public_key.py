"""Public keys: points of G1."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, Self, final

from harmony_core.crypto.bls.backend import Backend, G1Point
from harmony_core.crypto.bls.encoding import decode_public_point, encode_public_point
from harmony_core.crypto.bls.loading import load_backend
from harmony_core.errors import DecodeError, require
from harmony_core.primitives import STRICT, Address, BLSPublicKeyBytes, Compatibility, bytes_from_hex

__all__ = ["PublicKey", "address_of_key", "aggregate_public_keys"]

_ADDRESS_BYTES: Final = 20


@final
class PublicKey:
    """A BLS public key, or a sum of public keys: a point of G1. Immutable; equal when the points are equal.

    Keys add and subtract with ``+`` and ``-``. A sum may be the identity; decoding and verification refuse it.
    """

    __slots__ = ("_bytes", "backend", "point")

    backend: Backend
    point: G1Point
    _bytes: BLSPublicKeyBytes | None

    def __init__(self, point: G1Point, backend: Backend, data: BLSPublicKeyBytes | None = None) -> None:
        """Wrap a point of the subgroup; from bytes, use `from_bytes`."""
        self.point = point
        self.backend = backend
        self._bytes = data

    @classmethod
    def from_bytes(
        cls, data: bytes, *, compatibility: Compatibility = STRICT, backend: Backend | None = None
    ) -> Self:
        """Decode 48 bytes: little-endian x, the parity of y in the top bit of the last byte.

        Args:
            data: exactly 48 bytes.
            compatibility: ``accept_identity_bls_points`` takes 48 zero bytes, ``accept_trailing_bls_bytes`` takes
                more bytes and ignores those after the 48th.
            backend: the arithmetic to use; None takes the default of `load_backend`.

        Raises:
            DecodeError: ``bls-public-key-length``, ``-identity``, ``-field``, ``-curve`` or ``-subgroup``.

        Source: harmony-one/bls, ffi/go/bls/bls.go (``PublicKey.Deserialize``); harmony-one/harmony,
        crypto/bls/mask.go (``BytesToBLSPublicKey``).
        """
        arithmetic = backend or load_backend()
        point = decode_public_point(data, arithmetic, compatibility)
        length = BLSPublicKeyBytes.LENGTH
        return cls(
            point, arithmetic, data if type(data) is BLSPublicKeyBytes else BLSPublicKeyBytes(data[:length])
        )

    @classmethod
    def from_hex(
        cls, text: str, *, compatibility: Compatibility = STRICT, backend: Backend | None = None
    ) -> Self:
        """Decode 96 hexadecimal digits in either case, **without** ``0x``, as keys are written in Harmony's files.

        Raises:
            DecodeError: ``bls-public-key-hex`` for a ``0x`` in front, ``hex-text`` for what is not hexadecimal; as
                `from_bytes`.

        Source: harmony-one/bls, ffi/go/bls/bls.go (``PublicKey.DeserializeHexStr``).
        """
        require(
            text[:2].lower() != "0x",
            DecodeError,
            "bls-public-key-hex",
            "The hexadecimal form of a BLS public key has no 0x in front.",
        )
        return cls.from_bytes(bytes_from_hex(text), compatibility=compatibility, backend=backend)

    @classmethod
    def identity(cls, *, backend: Backend | None = None) -> Self:
        """Return the sum of no keys."""
        arithmetic = backend or load_backend()
        return cls(arithmetic.g1_identity(), arithmetic)

    @property
    def is_identity(self) -> bool:
        """Whether this is the neutral element, under which no signature is accepted."""
        return self.backend.g1_is_identity(self.point)

    def to_bytes(self) -> BLSPublicKeyBytes:
        """Return the 48-byte form; all zero for the identity."""
        if self._bytes is None:
            self._bytes = encode_public_point(self.point, self.backend)
        return self._bytes

    @property
    def address(self) -> Address:
        """The address that stands for this key, see `address_of_key`."""
        return address_of_key(self.to_bytes())

    def __add__(self, other: object) -> "PublicKey":
        if not isinstance(other, PublicKey):
            return NotImplemented
        return PublicKey(self.backend.g1_sum([self.point, _point_for(other, self.backend)]), self.backend)

    def __sub__(self, other: object) -> "PublicKey":
        if not isinstance(other, PublicKey):
            return NotImplemented
        return self + -other

    def __neg__(self) -> "PublicKey":
        return PublicKey(self.backend.g1_negate(self.point), self.backend)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def __repr__(self) -> str:
        return f"PublicKey({self.to_bytes()})"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.backend.g1_to_affine(self.point), self.backend.name)


def aggregate_public_keys(keys: Iterable[PublicKey]) -> PublicKey:
    """Return the sum of the keys, under which their aggregated signature verifies; the identity for no keys."""
    found = list(keys)
    backend = found[0].backend if found else load_backend()
    return PublicKey(backend.g1_sum([_point_for(key, backend) for key in found]), backend)


def address_of_key(public_key: bytes) -> Address:
    """Return the address that stands for a BLS key: the first 20 bytes of SHA-256 of its 48 bytes.

    From the staking era on the coinbase of a header is the address of the leader's key.

    Raises:
        DecodeError: ``bytes-length`` for anything but 48 bytes.

    Source: harmony-one/harmony, crypto/bls and internal/utils (``GetAddressFromBLSPubKey``).
    """
    return Address(sha256(BLSPublicKeyBytes(public_key)).digest()[:_ADDRESS_BYTES])


def _point_for(key: PublicKey, backend: Backend) -> G1Point:
    if key.backend is backend:
        return key.point
    affine = key.backend.g1_to_affine(key.point)
    return backend.g1_identity() if affine is None else backend.g1_from_affine(affine)


def _rebuild(affine: tuple[int, int] | None, backend_name: str) -> PublicKey:
    backend = load_backend(backend_name)
    point = backend.g1_identity() if affine is None else backend.g1_from_affine(affine)
    return PublicKey(point, backend)
