"""Byte strings whose length is part of their type."""

from typing import ClassVar, Self

from harmony_core.errors import DecodeError, require

__all__ = [
    "Address",
    "BLSPublicKeyBytes",
    "BLSSignatureBytes",
    "Bloom",
    "FixedBytes",
    "Hash32",
    "bytes_from_hex",
]


class FixedBytes(bytes):
    """Immutable bytes of exactly ``LENGTH`` bytes.

    Raises:
        DecodeError: code ``bytes-length`` when the value has another length.
    """

    LENGTH: ClassVar[int]
    __slots__ = ()

    def __new__(cls, value: bytes) -> Self:
        """Check the length and wrap ``value``."""
        if not isinstance(value, bytes | bytearray | memoryview):
            raise TypeError(f"{cls.__name__} is made from bytes, not from {type(value).__name__}")
        require(
            len(value) == cls.LENGTH,
            DecodeError,
            "bytes-length",
            f"A {cls.__name__} has {cls.LENGTH} bytes.",
            expected=cls.LENGTH,
            actual=len(value),
        )
        return super().__new__(cls, value)

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read hexadecimal text, with or without ``0x``, in either case.

        Raises:
            DecodeError: code ``hex-text`` for text that is not hexadecimal, ``bytes-length`` for another length.
        """
        return cls(bytes_from_hex(text))

    @classmethod
    def zero(cls) -> Self:
        """Return the value whose bytes are all zero."""
        return cls(bytes(cls.LENGTH))

    def to_hex(self) -> str:
        """Return ``0x`` and the bytes in lower-case hexadecimal."""
        return "0x" + self.hex()

    def __repr__(self) -> str:
        return f"{type(self).__name__}.from_hex('{self.to_hex()}')"

    def __str__(self) -> str:
        return self.to_hex()


class Hash32(FixedBytes):
    """A 32-byte hash."""

    LENGTH = 32
    __slots__ = ()


class Address(FixedBytes):
    """A 20-byte account address."""

    LENGTH = 20
    __slots__ = ()


class BLSPublicKeyBytes(FixedBytes):
    """A serialized BLS public key: 48 bytes, little-endian x with the parity of y in the top bit."""

    LENGTH = 48
    __slots__ = ()


class BLSSignatureBytes(FixedBytes):
    """A serialized BLS signature: 96 bytes, little-endian x (real part first) with the parity of y in the top bit."""

    LENGTH = 96
    __slots__ = ()


class Bloom(FixedBytes):
    """A 2048-bit log bloom: 256 bytes."""

    LENGTH = 256
    __slots__ = ()


def bytes_from_hex(text: str) -> bytes:
    """Return the bytes of hexadecimal text, with or without ``0x``.

    Raises:
        DecodeError: code ``hex-text`` for an odd number of digits or any other character.
    """
    if not isinstance(text, str):
        raise TypeError(f"hexadecimal text is a str, not {type(text).__name__}")
    digits = text[2:] if text[:2] in {"0x", "0X"} else text
    try:
        value = bytes.fromhex(digits)
    except ValueError as error:
        raise DecodeError("This is not hexadecimal text.", code="hex-text") from error
    # bytes.fromhex skips white space; hexadecimal text here has none.
    require(len(value) * 2 == len(digits), DecodeError, "hex-text", "This is not hexadecimal text.")
    return value
