"""Hexadecimal addresses whose upper and lower case letters carry a checksum.

Source: EIP-55; harmony-one/harmony, internal/common/address.go, Address.Bech32 (which, despite its name, is this).
"""

from harmony_core.crypto.keccak import keccak256
from harmony_core.errors import DecodeError, require
from harmony_core.primitives import Address

__all__ = ["address_from_checksum_hex", "checksum_hex"]


def checksum_hex(address: Address) -> str:
    """Return ``0x`` and the 40 digits of an address, each letter in upper case where the checksum says so."""
    digits = Address(address).hex()
    checksum = keccak256(digits.encode("ascii")).hex()
    return "0x" + "".join(
        digit.upper() if guide >= "8" else digit for digit, guide in zip(digits, checksum, strict=False)
    )


def address_from_checksum_hex(text: str) -> Address:
    """Read a hexadecimal address whose letters carry the checksum.

    Raises:
        DecodeError: code ``address-checksum`` when a letter has the wrong case, ``hex-text`` or ``bytes-length`` when
            this is not an address at all.
    """
    address = Address.from_hex(text)
    expected = checksum_hex(address)
    require(
        text.removeprefix("0x") == expected[2:],
        DecodeError,
        "address-checksum",
        "The letters of the address do not carry its checksum: a digit may be mistyped.",
        expected=expected,
        actual=text[:100],
    )
    return address
