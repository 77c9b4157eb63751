"""What a library has to compute for signatures of accounts, on plain bytes."""

from typing import Final, Protocol

__all__ = ["DIGEST_LENGTH", "HALF_ORDER", "ORDER", "SIGNATURE_LENGTH", "Backend"]

ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Number of points of the curve; private keys and both halves of a signature are below it."""

HALF_ORDER: Final = ORDER // 2
"""The largest s of a signature in its low form."""

DIGEST_LENGTH: Final = 32
"""Bytes of a hash that is signed."""

SIGNATURE_LENGTH: Final = 65
"""Bytes of a recoverable signature: r and s, 32 bytes each, big-endian, and the recovery id."""


class Backend(Protocol):
    """The operations of a back end. The callers have checked lengths and ranges."""

    @property
    def name(self) -> str:
        """The name that selects it."""
        ...

    @property
    def version(self) -> str:
        """Version of the library beneath; empty for Python's own."""
        ...

    def recover(self, digest: bytes, signature: bytes) -> bytes:
        """Return the public key, x and y in 64 bytes, that made a signature of 65 bytes over a hash of 32.

        Raises:
            ArithmeticError: when no key makes this signature.
        """
        ...

    def sign(self, digest: bytes, secret: bytes) -> bytes:
        """Return the signature of 65 bytes by RFC 6979 with SHA-256, s in its low form."""
        ...

    def public_key(self, secret: bytes) -> bytes:
        """Return the public key, x and y in 64 bytes, of a private key of 32."""
        ...
