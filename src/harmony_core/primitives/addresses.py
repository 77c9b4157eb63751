"""Addresses as text: bech32 with the prefix ``one``, and hexadecimal.

Source: harmony-one/harmony, internal/common/address.go and internal/bech32/bech32.go; BIP 173.
"""

import re
from typing import Final

import bech32

from harmony_core.errors import DecodeError, require
from harmony_core.primitives.compatibility import STRICT, Compatibility
from harmony_core.primitives.fixed_bytes import Address, bytes_from_hex

__all__ = [
    "MAINNET_PREFIX",
    "TESTNET_PREFIX",
    "address_from_bech32",
    "address_to_bech32",
    "is_bech32_address",
    "parse_address",
]

MAINNET_PREFIX: Final = "one"
"""Human-readable part of addresses; test networks use it as well."""

TESTNET_PREFIX: Final = "tone"
"""A human-readable part that the reference recognises but does not use."""

_MAX_BECH32: Final = 90  # BIP 173
_ZERO_TEXT: Final = "0x" + "0" * 40
_HEX_DIGITS: Final = re.compile(rb"[0-9a-fA-F]*")


def address_to_bech32(address: Address, prefix: str = MAINNET_PREFIX) -> str:
    """Return the bech32 form of an address, for example ``one1...``, in lower case."""
    if not isinstance(address, Address):
        raise TypeError(f"an Address is expected, not {type(address).__name__}")
    return bech32.bech32_encode(prefix, bech32.convertbits(address, 8, 5) or [])


def address_from_bech32(text: str, prefix: str = MAINNET_PREFIX) -> Address:
    """Read the bech32 form of an address; all upper case is allowed, mixed case is not.

    Raises:
        DecodeError: code ``bech32`` (not bech32, or a wrong checksum), ``bech32-prefix`` or ``bytes-length``.
    """
    found, payload = _decode_bech32(text)
    require(
        found == prefix,
        DecodeError,
        "bech32-prefix",
        "The address belongs to another chain.",
        expected=prefix,
        actual=found,
    )
    return Address(payload)


def is_bech32_address(text: str) -> bool:
    """Tell whether the text is a bech32 address with the prefix ``one`` or ``tone``."""
    try:
        prefix, payload = _decode_bech32(text)
    except DecodeError:
        return False
    return prefix in {MAINNET_PREFIX, TESTNET_PREFIX} and len(payload) == Address.LENGTH


def parse_address(text: str, *, compatibility: Compatibility = STRICT) -> Address:
    """Read an address in bech32 with the prefix ``one``, or as ``0x`` and 40 hexadecimal digits in any case.

    The reference takes any text as hexadecimal, up to its first other character, pads it on the left or keeps its last
    20 bytes, and refuses only what comes out as zero; here that needs ``loose_hex_addresses``.

    Raises:
        DecodeError: code ``address-text`` for anything else.

    Source: internal/common/address.go, ParseAddr.
    """
    try:
        return address_from_bech32(text)
    except DecodeError:
        pass
    if compatibility.loose_hex_addresses:
        return _loose_hex_address(text)
    require(
        len(text) == len(_ZERO_TEXT) and text[:2] == "0x",
        DecodeError,
        "address-text",
        "This is neither a one1... address nor 0x and 40 hexadecimal digits.",
        actual=text[:100],
    )
    return Address(bytes_from_hex(text))


def _decode_bech32(text: str) -> tuple[str, bytes]:
    if not isinstance(text, str):
        raise TypeError(f"an address in text form is a str, not {type(text).__name__}")
    prefix, data = bech32.bech32_decode(text) if len(text) <= _MAX_BECH32 else (None, None)
    payload = bech32.convertbits(data, 5, 8, False) if data is not None else None
    if prefix is None or payload is None:
        raise DecodeError(
            "This is not bech32 text, or its checksum is wrong.", code="bech32", actual=text[:100]
        )
    return prefix, bytes(payload)


def _loose_hex_address(text: str) -> Address:
    digits = text.encode("utf-8", "surrogatepass")
    if digits[:2] in {b"0x", b"0X"}:
        digits = digits[2:]
    if len(digits) % 2:
        digits = b"0" + digits
    found = _HEX_DIGITS.match(digits)
    usable = found.group() if found else b""
    value = bytes.fromhex(usable[: len(usable) // 2 * 2].decode("ascii"))
    address = Address(value[-Address.LENGTH :].rjust(Address.LENGTH, b"\x00"))
    require(
        any(address) or text == _ZERO_TEXT,
        DecodeError,
        "address-text",
        "This text does not hold an address.",
        actual=text[:100],
    )
    return address
