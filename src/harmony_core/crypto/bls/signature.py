"""Signatures: points of G2."""

from collections.abc import Iterable
from typing import Self, final

from harmony_core.crypto.bls.backend import AffineG2, Backend, G2Point
from harmony_core.crypto.bls.encoding import decode_signature_point, encode_signature_point
from harmony_core.crypto.bls.loading import load_backend
from harmony_core.primitives import STRICT, BLSSignatureBytes, Compatibility

__all__ = ["Signature", "aggregate_signatures"]


@final
class Signature:
    """A BLS signature, or a sum of signatures: a point of G2. Immutable; equal when the points are equal.

    Signatures add and subtract with ``+`` and ``-``. A sum may be the identity; decoding refuses it.
    """

    __slots__ = ("_bytes", "backend", "point")

    backend: Backend
    point: G2Point
    _bytes: BLSSignatureBytes | None

    def __init__(self, point: G2Point, backend: Backend, data: BLSSignatureBytes | None = None) -> None:
        """Wrap a point of the subgroup; from bytes, use `from_bytes`."""
        self.point = point
        self.backend = backend
        self._bytes = data

    @classmethod
    def from_bytes(
        cls, data: bytes, *, compatibility: Compatibility = STRICT, backend: Backend | None = None
    ) -> Self:
        """Decode 96 bytes: little-endian real part of x, its part of i, the parity of y's real part on top.

        Args:
            data: exactly 96 bytes.
            compatibility: ``accept_identity_bls_points`` takes 96 zero bytes, ``accept_trailing_bls_bytes`` takes
                more bytes and ignores those after the 96th.
            backend: the arithmetic to use; None takes the default of `load_backend`.

        Raises:
            DecodeError: ``bls-signature-length``, ``-identity``, ``-field``, ``-curve`` or ``-subgroup``.

        Source: harmony-one/bls, ffi/go/bls/bls.go (``Sign.Deserialize``).
        """
        arithmetic = backend or load_backend()
        point = decode_signature_point(data, arithmetic, compatibility)
        return cls(point, arithmetic, BLSSignatureBytes(data[: BLSSignatureBytes.LENGTH]))

    @classmethod
    def identity(cls, *, backend: Backend | None = None) -> Self:
        """Return the sum of no signatures."""
        arithmetic = backend or load_backend()
        return cls(arithmetic.g2_identity(), arithmetic)

    @property
    def is_identity(self) -> bool:
        """Whether this is the neutral element."""
        return self.backend.g2_is_identity(self.point)

    def to_bytes(self) -> BLSSignatureBytes:
        """Return the 96-byte form; all zero for the identity."""
        if self._bytes is None:
            self._bytes = encode_signature_point(self.point, self.backend)
        return self._bytes

    def __add__(self, other: object) -> "Signature":
        if not isinstance(other, Signature):
            return NotImplemented
        return Signature(
            self.backend.g2_sum([self.point, signature_point_for(other, self.backend)]), self.backend
        )

    def __sub__(self, other: object) -> "Signature":
        if not isinstance(other, Signature):
            return NotImplemented
        return self + -other

    def __neg__(self) -> "Signature":
        return Signature(self.backend.g2_negate(self.point), self.backend)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Signature) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def __repr__(self) -> str:
        return f"Signature({self.to_bytes()})"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.backend.g2_to_affine(self.point), self.backend.name)


def aggregate_signatures(signatures: Iterable[Signature]) -> Signature:
    """Return the sum of the signatures; the identity for none.

    Source: harmony-one/harmony, crypto/bls/mask.go (``AggregateSig``).
    """
    found = list(signatures)
    backend = found[0].backend if found else load_backend()
    return Signature(backend.g2_sum([signature_point_for(one, backend) for one in found]), backend)


def signature_point_for(signature: Signature, backend: Backend) -> G2Point:
    """Return a signature's point in the form of ``backend``."""
    if signature.backend is backend:
        return signature.point
    return _from_affine(signature.backend.g2_to_affine(signature.point), backend)


def _from_affine(affine: AffineG2 | None, backend: Backend) -> G2Point:
    return backend.g2_identity() if affine is None else backend.g2_from_affine(affine)


def _rebuild(affine: AffineG2 | None, backend_name: str) -> Signature:
    backend = load_backend(backend_name)
    return Signature(_from_affine(affine, backend), backend)
