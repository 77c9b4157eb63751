"""Secret keys and signing."""

from collections.abc import Callable
from typing import Final, Self, final

from harmony_core.crypto.bls.backend import Backend
from harmony_core.crypto.bls.base_point import base_point
from harmony_core.crypto.bls.constants import ORDER
from harmony_core.crypto.bls.hashing import mapped_payload
from harmony_core.crypto.bls.loading import load_backend
from harmony_core.crypto.bls.public_key import PublicKey
from harmony_core.crypto.bls.signature import Signature
from harmony_core.errors import ConfigurationError, DecodeError, require
from harmony_core.primitives import STRICT, Compatibility

__all__ = ["SECRET_KEY_BYTES", "SecretKey"]

SECRET_KEY_BYTES: Final = 32
"""Length of a serialized secret key."""

_ORDER_BITS: Final = ORDER.bit_length()


@final
class SecretKey:
    """A secret key: an integer k with 0 < k < r.

    Signing is **not constant-time** in any back end: timing may leak the key to whoever can measure it.
    ``repr`` and ``str`` do not show the key.
    """

    __slots__ = ("_scalar", "backend")

    backend: Backend
    _scalar: int

    def __init__(
        self, scalar: int, *, compatibility: Compatibility = STRICT, backend: Backend | None = None
    ) -> None:
        """Wrap a scalar; raises DecodeError ``bls-secret-key-range`` outside 0 < k < r."""
        if not isinstance(scalar, int):
            raise TypeError(f"a secret key is an int, not {type(scalar).__name__}")
        lowest = 0 if compatibility.accept_zero_bls_secret_key else 1
        require(
            lowest <= scalar < ORDER,
            DecodeError,
            "bls-secret-key-range",
            "A BLS secret key is greater than zero and below the group order.",
        )
        self._scalar = scalar
        self.backend = backend or load_backend()

    @classmethod
    def from_bytes(
        cls, data: bytes, *, compatibility: Compatibility = STRICT, backend: Backend | None = None
    ) -> Self:
        """Decode 32 bytes, little-endian.

        Raises:
            DecodeError: ``bls-secret-key-length`` for another length (``accept_trailing_bls_bytes`` ignores bytes
                after the 32nd), ``bls-secret-key-range`` for 0 (``accept_zero_bls_secret_key`` takes it) and for r
                and more.

        Source: harmony-one/bls, ffi/go/bls/bls.go (``SecretKey.Deserialize``).
        """
        _require_bytes(data)
        trailing = compatibility.accept_trailing_bls_bytes and len(data) > SECRET_KEY_BYTES
        require(
            len(data) == SECRET_KEY_BYTES or trailing,
            DecodeError,
            "bls-secret-key-length",
            f"A BLS secret key has {SECRET_KEY_BYTES} bytes.",
            expected=SECRET_KEY_BYTES,
            actual=len(data),
        )
        scalar = int.from_bytes(data[:SECRET_KEY_BYTES], "little")
        return cls(scalar, compatibility=compatibility, backend=backend)

    @classmethod
    def from_masked_bytes(
        cls, data: bytes, *, compatibility: Compatibility = STRICT, backend: Backend | None = None
    ) -> Self:
        """Make a key of any non-empty bytes, for example of a digest, as the reference's ``SetLittleEndian`` does.

        The first 32 bytes are read little-endian and cut to 255 bits; if that is still r or more, bit 254 is cleared.

        Raises:
            DecodeError: ``bls-secret-key-length`` for no bytes, ``bls-secret-key-range`` when the result is 0
                (``accept_zero_bls_secret_key`` takes it).

        Source: harmony-one/bls, ffi/go/bls/bls.go (``SecretKey.SetLittleEndian``).
        """
        _require_bytes(data)
        require(
            len(data) > 0,
            DecodeError,
            "bls-secret-key-length",
            "A BLS secret key is made of at least one byte.",
        )
        scalar = int.from_bytes(data[:SECRET_KEY_BYTES], "little") & ((1 << _ORDER_BITS) - 1)
        if scalar >= ORDER:
            scalar &= ~(1 << (_ORDER_BITS - 1))
        return cls(scalar, compatibility=compatibility, backend=backend)

    @classmethod
    def generate(cls, entropy: Callable[[int], bytes], *, backend: Backend | None = None) -> Self:
        """Draw a key uniformly from 1 to r - 1.

        Args:
            entropy: returns that many random bytes, for example ``secrets.token_bytes``.
            backend: the arithmetic to use; None takes the default of `load_backend`.
        """
        # 128 bits more than the order make the remainder's bias negligible.
        return cls(
            int.from_bytes(entropy(SECRET_KEY_BYTES + 16), "little") % (ORDER - 1) + 1, backend=backend
        )

    def to_bytes(self) -> bytes:
        """Return the 32 bytes of the secret, little-endian."""
        return self._scalar.to_bytes(SECRET_KEY_BYTES, "little")

    def public_key(self) -> PublicKey:
        """Return the public key: k times the base point."""
        return PublicKey(self.backend.g1_multiply(base_point(self.backend), self._scalar), self.backend)

    def sign(self, payload: bytes) -> Signature:
        """Sign the first 48 bytes of ``payload``; no other hash is taken. Not constant-time.

        Raises:
            VerificationError: ``bls-degenerate-payload`` when the payload maps to no point (see `hash_to_point`).

        Source: harmony-one/bls, src/bls_c_impl.hpp (``blsSignHash``).
        """
        point = self.backend.clear_g2_cofactor(mapped_payload(payload, self.backend))
        return self.sign_point(Signature(point, self.backend))

    def sign_point(self, point: Signature) -> Signature:
        """Sign the payload that `hash_to_point` has made ``point`` from, for who needs the point again.

        Raises:
            ConfigurationError: code ``bls-backend-mixed`` for a point of another back end.
        """
        require(
            point.backend is self.backend,
            ConfigurationError,
            "bls-backend-mixed",
            "The point belongs to another back end than the key.",
        )
        return Signature(self.backend.g2_multiply_in_subgroup(point.point, self._scalar), self.backend)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretKey) and self._scalar == other._scalar

    def __hash__(self) -> int:
        return hash((SecretKey, self._scalar))

    def __repr__(self) -> str:
        return f"<SecretKey of {self.public_key().to_bytes()}>"


def _require_bytes(data: bytes) -> None:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"a BLS secret key is decoded from bytes, not from {type(data).__name__}")
