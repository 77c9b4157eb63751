"""Bytes of forms and outputs: a and b as big-endian two's complement of a length that the discriminant fixes.

A form of a 2048-bit discriminant takes 258 bytes, 129 each for a and b; c follows from them. An output is the form y
and the form of the proof, 516 bytes.

Source: harmony-one/vdf src/vdf_go/classgroup.go, Serialize and NewClassGroupFromBytesDiscriminant, and encode.go.
"""

from math import isqrt

from harmony_core.errors import DecodeError, require
from harmony_core.primitives import STRICT, Compatibility
from harmony_core.randomness.vdf.form import Form, form_of_discriminant, is_primitive, is_reduced, reduce_form

__all__ = [
    "check_form",
    "decode_form",
    "decode_signed",
    "encode_form",
    "encode_signed",
    "form_length",
]


def form_length(discriminant: int) -> int:
    """Return how many bytes a form of this discriminant takes: two integers of half its bits and a sign, rounded up."""
    return 2 * ((discriminant.bit_length() + 16) >> 4)


def encode_signed(value: int) -> bytes:
    """Return the shortest big-endian two's complement of an integer; nothing for zero."""
    magnitude = value if value >= 0 else -value - 1
    return value.to_bytes(magnitude.bit_length() // 8 + 1 if value else 0, "big", signed=True)


def decode_signed(data: bytes) -> int:
    """Return the integer that big-endian two's complement bytes stand for."""
    return int.from_bytes(data, "big", signed=True)


def encode_form(form: Form, discriminant: int) -> bytes:
    """Return the bytes of a reduced form of this discriminant."""
    length = form_length(discriminant) // 2
    return form.a.to_bytes(length, "big", signed=True) + form.b.to_bytes(length, "big", signed=True)


def decode_form(data: bytes, discriminant: int, *, compatibility: Compatibility = STRICT) -> Form:
    """Return the reduced form that the bytes encode; every class has exactly one encoding.

    Args:
        data: a and b.
        discriminant: a negative integer that is 1 modulo 4.
        compatibility: with ``unreduced_vdf_forms``, a form that is not reduced is reduced.

    Raises:
        DecodeError: codes ``vdf-form-length``, ``vdf-form-positive`` and those of `check_form`.
    """
    length = form_length(discriminant)
    require(
        len(data) == length,
        DecodeError,
        "vdf-form-length",
        "An encoded form has not the length that its discriminant demands.",
        expected=length,
        actual=len(data),
    )
    a, b = decode_signed(data[: length // 2]), decode_signed(data[length // 2 :])
    return check_form(a, b, discriminant, compatibility=compatibility)


def check_form(a: int, b: int, discriminant: int, *, compatibility: Compatibility = STRICT) -> Form:
    """Return the form (a, b, c) of a discriminant, having checked that it exists and is the reduced one of its class.

    Args:
        a: the first coefficient.
        b: the second coefficient.
        discriminant: a negative integer that is 1 modulo 4.
        compatibility: with ``unreduced_vdf_forms``, a form that is not reduced is reduced.

    Raises:
        DecodeError: codes ``vdf-form-positive``, ``vdf-form-range`` (a above the square root of |D|/3, or b outside
            -a to a), ``vdf-form-discriminant``, ``vdf-form-reduced``, ``vdf-form-primitive``.
    """
    require(
        a > 0,
        DecodeError,
        "vdf-form-positive",
        "The first coefficient of a form of negative discriminant is positive.",
        expected="above 0",
        actual=a,
    )
    lenient = compatibility.unreduced_vdf_forms
    require(
        lenient or abs(b) <= a <= isqrt(-discriminant // 3),
        DecodeError,
        "vdf-form-range",
        "The coefficients of a form exceed what a reduced form of its discriminant can have.",
    )
    require(
        (b * b - discriminant) % (4 * a) == 0,
        DecodeError,
        "vdf-form-discriminant",
        "No form of the discriminant begins with these coefficients.",
    )
    form = form_of_discriminant(a, b, discriminant)
    require(
        lenient or is_reduced(form),
        DecodeError,
        "vdf-form-reduced",
        "A form is not the reduced one of its class.",
    )
    require(
        is_primitive(form),
        DecodeError,
        "vdf-form-primitive",
        "The coefficients of a form have a common divisor.",
    )
    return reduce_form(form) if lenient else form
