"""Private keys of accounts, their signatures, and the account that made a signature."""

from typing import Final, Protocol, Self, TypeAlias, runtime_checkable

from harmony_core.crypto.keccak import keccak256
from harmony_core.crypto.secp256k1.backend import DIGEST_LENGTH, ORDER, SIGNATURE_LENGTH, Backend
from harmony_core.crypto.secp256k1.loading import load_backend
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import Address, bytes_from_hex

__all__ = ["AccountKey", "PrivateKey", "address_of_public_key", "recover_address", "recover_public_key"]

_KEY_LENGTH: Final = 32
_PUBLIC_KEY_LENGTH: Final = 64
_RECOVERY_IDS: Final = 4
_new_bytes = bytes.__new__

_Bytes: TypeAlias = bytes | bytearray | memoryview


@runtime_checkable
class AccountKey(Protocol):
    """An account of the package eth-account, or anything else that hands out its 32 bytes as ``key``."""

    @property
    def key(self) -> bytes:
        """The private key."""
        ...


class PrivateKey:
    """The private key of an account. It shows itself in no representation; `to_bytes` gives it out."""

    __slots__ = ("_address", "_secret")

    def __init__(self, secret: bytes) -> None:
        """Take the key's 32 bytes, big-endian.

        Raises:
            DecodeError: code ``private-key-range`` for another length, zero, or a number that is not below the order.
        """
        if not isinstance(secret, bytes | bytearray | memoryview):
            raise TypeError(f"a private key is bytes, not {type(secret).__name__}")
        value = bytes(secret)
        require(
            len(value) == _KEY_LENGTH and 0 < int.from_bytes(value, "big") < ORDER,
            DecodeError,
            "private-key-range",
            "A private key has 32 bytes and lies between 1 and the order of the curve.",
        )
        self._secret = value
        self._address: Address | None = None

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read 64 hexadecimal digits, with or without ``0x``.

        Raises:
            DecodeError: code ``hex-text`` or ``private-key-range``.
        """
        return cls(bytes_from_hex(text))

    @classmethod
    def of(cls, key: "PrivateKey | AccountKey | bytes") -> "PrivateKey":
        """Return the key of an account of eth-account, of bytes, or the key itself."""
        if isinstance(key, PrivateKey):
            return key
        if isinstance(key, bytes | bytearray | memoryview):
            return cls(key)
        if isinstance(key, AccountKey):
            return cls(key.key)
        raise TypeError(f"a private key is bytes or an account with a key, not {type(key).__name__}")

    def to_bytes(self) -> bytes:
        """Return the 32 bytes."""
        return self._secret

    @property
    def address(self) -> Address:
        """The account of this key."""
        if self._address is None:
            self._address = address_of_public_key(load_backend().public_key(self._secret))
        return self._address

    def sign(self, digest: _Bytes, *, backend: Backend | None = None) -> bytes:
        """Return the signature of a hash of 32 bytes: r, s (32 bytes each, big-endian) and the recovery id.

        The nonce is that of RFC 6979, and s is in its low form, so a hash and a key have exactly one signature.

        Raises:
            VerificationError: code ``digest-length``.
        """
        return (backend or load_backend()).sign(_checked_digest(digest), self._secret)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PrivateKey) and other._secret == self._secret

    def __hash__(self) -> int:
        return hash(self._secret)

    def __repr__(self) -> str:
        return f"<PrivateKey of {self.address}>"


def address_of_public_key(public_key: bytes) -> Address:
    """Return the account of a public key of 64 bytes: the last 20 bytes of its Keccak-256.

    Raises:
        DecodeError: code ``public-key-length``.
    """
    require(
        len(public_key) == _PUBLIC_KEY_LENGTH,
        DecodeError,
        "public-key-length",
        "A public key is x and y, 64 bytes.",
        expected=_PUBLIC_KEY_LENGTH,
        actual=len(public_key),
    )
    return _new_bytes(Address, keccak256(public_key)[12:])


def recover_public_key(digest: _Bytes, signature: _Bytes, *, backend: Backend | None = None) -> bytes:
    """Return the public key, x and y in 64 bytes, that signed a hash.

    Any s below the order is taken; whether its high form is allowed is for the caller.

    Args:
        digest: the hash that was signed, 32 bytes.
        signature: r, s (32 bytes each, big-endian) and the recovery id, 0 to 3.
        backend: what computes it; by default the fastest at hand.

    Raises:
        VerificationError: code ``digest-length``, ``signature-range`` (wrong length, r or s zero or not below the order,
            another recovery id) or ``signature-recovery`` (no key makes this signature).
    """
    digest = _checked_digest(digest)
    signature = bytes(memoryview(signature))
    require(
        len(signature) == SIGNATURE_LENGTH
        and 0 < int.from_bytes(signature[:32], "big") < ORDER
        and 0 < int.from_bytes(signature[32:64], "big") < ORDER
        and signature[64] < _RECOVERY_IDS,
        VerificationError,
        "signature-range",
        "Both halves of a signature lie between 1 and the order of the curve, the recovery id between 0 and 3.",
    )
    try:
        return (backend or load_backend()).recover(digest, signature)
    except ArithmeticError as error:
        raise VerificationError("No key makes this signature.", code="signature-recovery") from error


def recover_address(digest: _Bytes, signature: _Bytes, *, backend: Backend | None = None) -> Address:
    """Return the account that signed a hash, with the arguments and errors of `recover_public_key`."""
    return address_of_public_key(recover_public_key(digest, signature, backend=backend))


def _checked_digest(digest: _Bytes) -> bytes:
    digest = bytes(memoryview(digest))
    require(
        len(digest) == DIGEST_LENGTH,
        VerificationError,
        "digest-length",
        "A hash of 32 bytes is signed.",
        expected=DIGEST_LENGTH,
        actual=len(digest),
    )
    return digest
