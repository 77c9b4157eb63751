"""`Dec`, the 18-decimal fixed point number that stakes, commission rates and voting power are counted in.

Source: harmony-one/harmony, numeric/decimal.go (taken there from the Cosmos SDK).
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import rlp
from harmony_core.primitives.compatibility import STRICT, Compatibility

__all__ = ["DECIMALS", "MAX_BITS", "Dec"]

DECIMALS: Final = 18
"""Number of decimal places."""

MAX_BITS: Final = 315
"""Largest bit length of the raw integer of a result: 255 bits of value and 60 for the decimals."""

_ONE: Final = 10**DECIMALS
_HALF: Final = _ONE // 2
_STORABLE_BITS: Final = 4096
_MAX_TEXT: Final = 1024
_STRICT_TEXT: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
# After the first minus, the reference hands the digits to a parser of integers that takes a sign of its own.
_REFERENCE_TEXT: Final = re.compile(r"(-?+)([0-9]+|[+-][0-9]*)(?:\.([0-9]+))?")


@dataclass(frozen=True, slots=True, order=True)
class Dec:
    """A decimal number with exactly 18 decimal places, immutable.

    Multiplication and division round half to even, as do all results unless the method's name says otherwise. Results
    of more than 315 bits are refused.

    Attributes:
        raw: the number times 10^18, an exact integer.

    Raises:
        VerificationError: code ``dec-size`` for a raw integer of more than 4096 bits, which no operation yields.
    """

    raw: int

    ZERO: ClassVar["Dec"]
    ONE: ClassVar["Dec"]

    def __post_init__(self) -> None:
        if type(self.raw) is not int:
            raise TypeError(f"the raw value of a Dec is an int, not {type(self.raw).__name__}")
        if self.raw.bit_length() > _STORABLE_BITS:
            require(
                False,
                VerificationError,
                "dec-size",
                "A decimal number is too large.",
                expected=f"at most {_STORABLE_BITS} bits",
            )

    @classmethod
    def from_int(cls, value: int, decimals: int = 0) -> Self:
        """Return ``value / 10^decimals``, exactly.

        Raises:
            VerificationError: code ``dec-precision`` when ``decimals`` is not within 0 to 18.
        """
        require(
            0 <= decimals <= DECIMALS,
            VerificationError,
            "dec-precision",
            "A decimal number has 0 to 18 decimal places.",
            expected="0 to 18",
            actual=decimals,
        )
        return cls(value * 10 ** max(DECIMALS - decimals, 0))

    @classmethod
    def parse(cls, text: str, *, compatibility: Compatibility = STRICT) -> Self:
        """Read decimal text such as ``-123.456``: at most 18 decimals, digits on both sides of the point.

        The reference also takes ``+5``, ``-+5``, ``--5`` (which it reads as 5), a lone ``+`` and numbers of any size; here these need
        ``dec_text_signs`` and ``dec_text_unbounded``.

        Raises:
            DecodeError: code ``dec-text`` for other text, ``dec-text-decimals`` for more than 18 decimals,
                ``dec-text-size`` for a number of more than 315 bits or text of more than 1024 characters.

        Source: numeric/decimal.go, NewDecFromStr.
        """
        if not isinstance(text, str):
            raise TypeError(f"decimal text is a str, not {type(text).__name__}")
        require(len(text) <= _MAX_TEXT, DecodeError, "dec-text-size", "A decimal number is too long.")
        pattern = _REFERENCE_TEXT if compatibility.dec_text_signs else _STRICT_TEXT
        match = pattern.fullmatch(text[:_MAX_TEXT])
        if match is None:
            raise DecodeError("This is not a decimal number.", code="dec-text", actual=text[:80])
        minus, whole, decimals = match.groups(default="")
        require(
            len(decimals) <= DECIMALS,
            DecodeError,
            "dec-text-decimals",
            "A decimal number has at most 18 decimal places.",
            expected=DECIMALS,
            actual=len(decimals),
        )
        raw = int(whole + decimals.ljust(DECIMALS, "0"))
        if not compatibility.dec_text_unbounded:
            require(
                raw.bit_length() <= MAX_BITS, DecodeError, "dec-text-size", "A decimal number is too large."
            )
        return cls(-raw if minus else raw)

    @classmethod
    def from_rlp_item(cls, item: rlp.RLPItem, *, compatibility: Compatibility = STRICT) -> Self:
        """Read the item of a decoded RLP structure: a list that holds the raw integer.

        Raises:
            DecodeError: when the item is no such list (codes ``rlp-...``), or has more than 315 bits
                (``rlp-integer-size``; with ``dec_text_unbounded`` more than 4096).
        """
        (raw,) = rlp.expect_list(item, 1)
        bits = _STORABLE_BITS if compatibility.dec_text_unbounded else MAX_BITS
        return cls(rlp.decode_uint(raw, bits))

    def to_rlp_item(self) -> list[bytes]:
        """Return the RLP structure: a list that holds the raw integer.

        Raises:
            VerificationError: code ``rlp-negative`` for a negative number.
        """
        return [rlp.encode_uint(self.raw)]

    def __str__(self) -> str:
        """Return the shortest decimal text, without trailing zeros."""
        whole, fraction = divmod(abs(self.raw), _ONE)
        decimals = f"{fraction:018d}".rstrip("0")
        return ("-" if self.raw < 0 else "") + str(whole) + ("." + decimals if decimals else "")

    def __repr__(self) -> str:
        return f"Dec.parse('{self}')"

    def __bool__(self) -> bool:
        return self.raw != 0

    def __neg__(self) -> "Dec":
        return Dec(-self.raw)

    def __abs__(self) -> "Dec":
        return Dec(abs(self.raw))

    def __add__(self, other: "Dec") -> "Dec":
        """Return the sum; code ``dec-overflow`` past 315 bits."""
        if not isinstance(other, Dec):
            return NotImplemented
        return _bounded(self.raw + other.raw)

    def __sub__(self, other: "Dec") -> "Dec":
        """Return the difference; code ``dec-overflow`` past 315 bits."""
        if not isinstance(other, Dec):
            return NotImplemented
        return _bounded(self.raw - other.raw)

    def __mul__(self, other: "Dec") -> "Dec":
        """Return the product, rounded half to even; code ``dec-overflow`` past 315 bits."""
        if not isinstance(other, Dec):
            return NotImplemented
        return _bounded(_round_half_even(self.raw * other.raw))

    def __truediv__(self, other: "Dec") -> "Dec":
        """Return the quotient: computed to 36 decimals, truncated, then rounded half to even to 18.

        Raises:
            VerificationError: code ``dec-division-by-zero`` or ``dec-overflow``.
        """
        if not isinstance(other, Dec):
            return NotImplemented
        return _bounded(_round_half_even(self._quotient(other)))

    def mul_truncate(self, other: "Dec") -> "Dec":
        """Return the product, truncated towards zero."""
        return _bounded(_truncated_quotient(self.raw * other.raw, _ONE))

    def quo_truncate(self, other: "Dec") -> "Dec":
        """Return the quotient, truncated towards zero."""
        return _bounded(_truncated_quotient(self._quotient(other), _ONE))

    def quo_round_up(self, other: "Dec") -> "Dec":
        """Return the quotient; a positive one is rounded up, a negative one truncated."""
        quotient = self._quotient(other)
        return _bounded(-(-quotient // _ONE))

    def mul_int(self, factor: int) -> "Dec":
        """Return the product with a plain integer, exactly."""
        return _bounded(self.raw * factor)

    def quo_int(self, divisor: int) -> "Dec":
        """Return the quotient by a plain integer, truncated towards zero; its size is not checked."""
        return Dec(_truncated_quotient(self.raw, divisor))

    def div_raw(self, other: "Dec") -> "Dec":
        """Return the Euclidean quotient of the raw integers, not rescaled: rarely what is wanted.

        Source: numeric/decimal.go, Dec.Div.
        """
        divisor = _nonzero(other.raw)
        quotient = self.raw // abs(divisor)
        return Dec(quotient if divisor > 0 else -quotient)

    def is_integer(self) -> bool:
        """Tell whether all decimals are zero."""
        return self.raw % _ONE == 0

    def truncate_int(self) -> int:
        """Return the integer part, truncated towards zero."""
        return _truncated_quotient(self.raw, _ONE)

    def round_int(self) -> int:
        """Return the nearest integer, halves to even."""
        return _round_half_even(self.raw)

    def truncate_int64(self) -> int:
        """Return the integer part; code ``dec-int64`` if it is not a signed 64-bit integer."""
        return _as_int64(self.truncate_int())

    def round_int64(self) -> int:
        """Return the nearest integer, halves to even; code ``dec-int64`` if it is not a signed 64-bit integer."""
        return _as_int64(self.round_int())

    def truncate(self) -> "Dec":
        """Return the integer part as a decimal number."""
        return Dec.from_int(self.truncate_int())

    def ceil(self) -> "Dec":
        """Return the smallest whole number that is not below this one."""
        return Dec.from_int(-(-self.raw // _ONE))

    def _quotient(self, other: "Dec") -> int:
        return _truncated_quotient(self.raw * _ONE * _ONE, other.raw)


Dec.ZERO = Dec(0)
Dec.ONE = Dec(_ONE)


def _bounded(raw: int) -> Dec:
    # Asked beforehand, so that no texts are made for the sums that fit.
    if raw.bit_length() > MAX_BITS:
        require(
            False,
            VerificationError,
            "dec-overflow",
            "The result of a calculation with decimal numbers is too large.",
            expected=f"at most {MAX_BITS} bits",
            actual=f"{raw.bit_length()} bits",
        )
    return Dec(raw)


def _nonzero(divisor: int) -> int:
    if divisor == 0:
        raise VerificationError("A decimal number is divided by zero.", code="dec-division-by-zero")
    return divisor


def _truncated_quotient(dividend: int, divisor: int) -> int:
    quotient = abs(dividend) // abs(_nonzero(divisor))
    return quotient if (dividend < 0) == (divisor < 0) else -quotient


def _round_half_even(value: int) -> int:
    quotient, remainder = divmod(abs(value), _ONE)
    if remainder > _HALF or (remainder == _HALF and quotient & 1):
        quotient += 1
    return -quotient if value < 0 else quotient


def _as_int64(value: int) -> int:
    require(
        -(1 << 63) <= value < 1 << 63,
        VerificationError,
        "dec-int64",
        "A number does not fit into 64 bits.",
        expected="-2^63 to 2^63-1",
    )
    return value
