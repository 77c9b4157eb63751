"""Reading and checking the fields of what is on the chain: each refusal names the field.

Only the form is judged here, the same for every structure: byte strings of the right length, lists of the right length,
integers without leading zeros that fit their field.
"""

from typing import Final, TypeVar

from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import Address, FixedBytes, rlp

__all__ = [
    "AMOUNT_BITS",
    "HEIGHT_BITS",
    "check_range",
    "check_type",
    "encoded_uint",
    "take_bytes",
    "take_fixed",
    "take_list",
    "take_optional_address",
    "take_record",
    "take_uint",
]

AMOUNT_BITS: Final = 256
"""Width of an amount of money, a gas price, or part of a signature, where the reference takes integers of any size."""

HEIGHT_BITS: Final = 64
"""Width of a height, an epoch or a view id, where the reference takes integers of any size."""

_Fixed = TypeVar("_Fixed", bound=FixedBytes)
_new_bytes = bytes.__new__


def take_bytes(item: rlp.RLPItem, name: str) -> bytes:
    """Return a field that is a byte string of any length.

    Raises:
        DecodeError: code ``field-type`` for a list.
    """
    if type(item) is not bytes:
        require(False, DecodeError, "field-type", f"The field {name} is a list, not a byte string.")
        return b""
    return item


def take_fixed(kind: type[_Fixed], item: rlp.RLPItem, name: str) -> _Fixed:
    """Return a field that is a byte string of the length of its type.

    Raises:
        DecodeError: code ``field-type`` or ``field-length``.
    """
    value = take_bytes(item, name)
    if len(value) != kind.LENGTH:
        require(
            False,
            DecodeError,
            "field-length",
            f"The field {name} has the wrong length.",
            expected=kind.LENGTH,
            actual=len(value),
        )
    return _new_bytes(kind, value)


def take_optional_address(item: rlp.RLPItem, name: str) -> Address | None:
    """Return an address, or None for an empty byte string.

    Raises:
        DecodeError: code ``field-type`` or ``field-length``.
    """
    return None if item == b"" else take_fixed(Address, item, name)


def take_uint(item: rlp.RLPItem, bits: int | None, name: str) -> int:
    """Return an unsigned integer of at most ``bits`` bits, big-endian, without leading zeros.

    Raises:
        DecodeError: code ``field-type``, ``field-integer-leading-zero`` or ``field-integer-size``.
    """
    value = take_bytes(item, name)
    if value[:1] == b"\x00":
        require(
            False,
            DecodeError,
            "field-integer-leading-zero",
            f"The integer field {name} has leading zeros.",
            actual=value[:32],
        )
    if bits is not None and len(value) * 8 > bits:
        require(
            False,
            DecodeError,
            "field-integer-size",
            f"The integer field {name} is too large.",
            expected=f"at most {bits} bits",
        )
    return int.from_bytes(value, "big")


def take_list(item: rlp.RLPItem, name: str) -> list[rlp.RLPItem]:
    """Return a field that is a list of any length.

    Raises:
        DecodeError: code ``field-type`` for a byte string.
    """
    if isinstance(item, bytes):
        require(False, DecodeError, "field-type", f"The field {name} is a byte string, not a list.")
        return []
    return item


def take_record(item: rlp.RLPItem, fields: int, name: str) -> list[rlp.RLPItem]:
    """Return the fields of a structure that is a list of so many fields.

    Raises:
        DecodeError: code ``field-type`` or ``field-count``.
    """
    items = take_list(item, name)
    require(
        len(items) == fields,
        DecodeError,
        "field-count",
        f"There are {fields} fields in {name}.",
        expected=fields,
        actual=len(items),
    )
    return items


def check_type(name: str, value: object, kind: type) -> None:
    """Refuse a field of another Python type with `TypeError`; a bool is no integer."""
    if not isinstance(value, kind) or (kind is int and type(value) is bool):
        raise TypeError(f"{name} is {kind.__name__}, not {type(value).__name__}")


def check_range(name: str, value: object, bits: int) -> None:
    """Refuse an integer that its field cannot hold; 0 bits stand for any width.

    Raises:
        VerificationError: code ``field-range``.
    """
    if type(value) is not int:
        raise TypeError(f"{name} is int, not {type(value).__name__}")
    require(
        value >= 0 and (not bits or value.bit_length() <= bits),
        VerificationError,
        "field-range",
        f"The field {name} is negative or too large.",
        actual=value if value.bit_length() <= AMOUNT_BITS else f"{value.bit_length()} bits",
    )


def encoded_uint(value: int) -> bytes:
    """Return the RLP encoding of an integer that is not negative."""
    return rlp.encode_bytes(value.to_bytes((value.bit_length() + 7) // 8, "big"))
