"""JSON read strictly: no repeated keys, no NaN, no input that exhausts the parser."""

import json
from typing import Any, Final, NoReturn

from harmony_core.errors import DecodeError, require

__all__ = ["parse_object"]

_MAX_DIGITS: Final = 80
_MAX_BRACKETS: Final = 1024
"""Most objects and arrays in one text. It bounds nesting, which the parser follows on the machine's stack: it relies on the
interpreter's limit of recursion, and py-ecc raises that limit, when it is imported, past what the stack holds."""


def parse_object(text: str) -> dict[str, Any]:
    """Return the JSON object that ``text`` consists of.

    Raises:
        DecodeError: code ``json-text`` for text that is no JSON object or is nested too deeply,
            ``json-repeated-key`` for an object with the same key twice, ``json-number`` for NaN, an infinity
            or an integer of more than 80 digits.
    """
    require(
        text.count("[") + text.count("{") <= _MAX_BRACKETS,
        DecodeError,
        "json-text",
        "This JSON has too many objects and arrays.",
        expected=f"at most {_MAX_BRACKETS}",
    )
    try:
        value = json.loads(
            text, object_pairs_hook=_distinct, parse_constant=_refuse_constant, parse_int=_bounded_integer
        )
    except (ValueError, RecursionError) as error:
        # The parser's own sentence names the column; it quotes none of the text.
        detail = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        column = f", column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise DecodeError(f"This is not valid JSON ({detail}{column}).", code="json-text") from error
    require(isinstance(value, dict), DecodeError, "json-text", "A JSON object is expected here.")
    return dict(value)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    require(
        len(value) == len(pairs), DecodeError, "json-repeated-key", "A JSON object has the same key twice."
    )
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise DecodeError("NaN and infinities are no JSON numbers.", code="json-number", actual=name)


def _bounded_integer(digits: str) -> int:
    require(
        len(digits) <= _MAX_DIGITS,
        DecodeError,
        "json-number",
        "An integer in the JSON text is too long.",
        expected=f"at most {_MAX_DIGITS} digits",
        actual=f"{len(digits)} digits",
    )
    return int(digits[:_MAX_DIGITS])
