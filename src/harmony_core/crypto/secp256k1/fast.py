"""The back end over libsecp256k1, by way of the package coincurve."""

from importlib import metadata

from coincurve import PrivateKey
from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

__all__ = ["CoincurveBackend"]


class CoincurveBackend:
    """libsecp256k1, the library that Bitcoin and the Go node use. It gives up the interpreter's lock while it works.

    Recovery calls the library's functions themselves: the package's classes cost a tenth more.
    """

    name = "coincurve"

    def __init__(self) -> None:
        self._context = GLOBAL_CONTEXT.ctx
        self._signature = ffi.typeof("secp256k1_ecdsa_recoverable_signature *")
        self._point = ffi.typeof("secp256k1_pubkey *")
        self._bytes = ffi.typeof("unsigned char [65]")
        self._size = ffi.typeof("size_t *")

    @property
    def version(self) -> str:
        """Version of the package."""
        return metadata.version("coincurve")

    def recover(self, digest: bytes, signature: bytes) -> bytes:
        """Return the 64 bytes of the key; see `Backend`."""
        parsed, point = ffi.new(self._signature), ffi.new(self._point)
        if not (
            lib.secp256k1_ecdsa_recoverable_signature_parse_compact(
                self._context, parsed, signature[:64], signature[64]
            )
            and lib.secp256k1_ecdsa_recover(self._context, point, parsed, digest)
        ):
            raise ArithmeticError("no key makes this signature")
        output = ffi.new(self._bytes)
        lib.secp256k1_ec_pubkey_serialize(
            self._context, output, ffi.new(self._size, 65), point, lib.SECP256K1_EC_UNCOMPRESSED
        )
        key: bytes = ffi.buffer(output)[1:]
        return key

    def sign(self, digest: bytes, secret: bytes) -> bytes:
        """Return the 65 bytes of the signature; see `Backend`."""
        return PrivateKey(secret).sign_recoverable(digest, hasher=None)

    def public_key(self, secret: bytes) -> bytes:
        """Return the 64 bytes of the key; see `Backend`."""
        return PrivateKey(secret).public_key.format(compressed=False)[1:]
