"""JSON read strictly: no repeated keys, no NaN, no input that exhausts the parser."""

import json
import re
from itertools import accumulate
from typing import Any, Final, NoReturn

from harmony_core.errors import DecodeError, require

__all__ = ["parse_object"]

_MAX_DIGITS: Final = 80
_MAX_DEPTH: Final = 32
# An unclosed string reaches to the end: otherwise each of its quotes would be tried as a beginning.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_A_BRACKET: Final = re.compile(r"[^][{}]+")
_STEP: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


def parse_object(text: str) -> dict[str, Any]:
    """Return the JSON object that ``text`` consists of.

    Raises:
        DecodeError: code ``json-text`` for text that is no JSON object or is nested too deeply,
            ``json-repeated-key`` for an object with the same key twice, ``json-number`` for NaN, an infinity
            or an integer of more than 80 digits.
    """
    # Python's parser recurses in C as deep as the recursion limit says, which libraries raise past the stack's end.
    require(_depth(text) <= _MAX_DEPTH, DecodeError, "json-text", "The JSON text is nested too deeply.")
    try:
        value = json.loads(
            text, object_pairs_hook=_distinct, parse_constant=_refuse_constant, parse_int=_bounded_integer
        )
    except json.JSONDecodeError as error:
        # The parser's own sentence names the column; it quotes none of the text.
        sentence = f"This is not valid JSON ({error.msg}, column {error.colno})."
        raise DecodeError(sentence, code="json-text") from error
    require(isinstance(value, dict), DecodeError, "json-text", "A JSON object is expected here.")
    return dict(value)


def _depth(text: str) -> int:
    brackets = _NOT_A_BRACKET.sub("", _STRING.sub("", text))
    return max(accumulate(_STEP[bracket] for bracket in brackets), default=0)


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
