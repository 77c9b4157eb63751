"""The back end over libsecp256k1, by way of the package coincurve."""

from importlib import metadata

from coincurve import PrivateKey
from coincurve.ecdsa import deserialize_recoverable, recover
from coincurve.keys import PublicKey

__all__ = ["CoincurveBackend"]


class CoincurveBackend:
    """libsecp256k1, the library that Bitcoin and the Go node use. It gives up the interpreter's lock while it works."""

    name = "coincurve"

    @property
    def version(self) -> str:
        """Version of the package."""
        return metadata.version("coincurve")

    def recover(self, digest: bytes, signature: bytes) -> bytes:
        """Return the 64 bytes of the key; see `Backend`."""
        try:
            point = recover(digest, deserialize_recoverable(signature), hasher=None)
        except Exception as error:  # the package raises bare exceptions
            raise ArithmeticError("no key makes this signature") from error
        return PublicKey(point).format(compressed=False)[1:]

    def sign(self, digest: bytes, secret: bytes) -> bytes:
        """Return the 65 bytes of the signature; see `Backend`."""
        return PrivateKey(secret).sign_recoverable(digest, hasher=None)

    def public_key(self, secret: bytes) -> bytes:
        """Return the 64 bytes of the key; see `Backend`."""
        return PrivateKey(secret).public_key.format(compressed=False)[1:]
