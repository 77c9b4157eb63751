"""dec.json: every operation of the 18-decimal numbers."""

import json
from collections.abc import Callable
from typing import Any

from harmony_core.errors import HarmonyError
from harmony_core.primitives import Compatibility, Dec, rlp
from harmony_core.primitives.dec import MAX_BITS
from support.conformance import ABSENT, Case, reader


def _shown(value: Dec) -> dict[str, object]:
    return {"raw": str(value.raw), "str": str(value)}


def _or_panic(operation: Callable[[], Any]) -> object:
    try:
        result = operation()
    except HarmonyError as error:
        return {"panic": error.code}
    return _shown(result) if isinstance(result, Dec) else result


def _parsed(operation: Callable[[], Dec]) -> dict[str, object]:
    try:
        value = operation()
    except HarmonyError as error:
        return {"error": error.code, "value": ABSENT}
    return {"error": None, "value": _shown(value)}


def _clean(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not ABSENT}


def _strict_text_reason(text: str) -> str | None:
    if (
        _parsed(lambda: Dec.parse(text, compatibility=Compatibility(dec_text_unbounded=True)))["error"]
        is not None
    ):
        loose = _parsed(lambda: Dec.parse(text, compatibility=Compatibility.reference()))
        return "dec-text" if loose["error"] is None else None
    value = Dec.parse(text, compatibility=Compatibility(dec_text_unbounded=True))
    return "dec-text-size" if value.raw.bit_length() > MAX_BITS else None


@reader("dec", "parse", inputs=("in",), strict_differs=lambda case: _strict_text_reason(case["in"]["str"]))
def parse(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return {"out": _clean(_parsed(lambda: Dec.parse(case["in"]["str"], compatibility=compatibility)))}


def _json_text(text: str) -> str | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    # Go leaves the string as it was for a null: empty.
    return "" if value is None else value if isinstance(value, str) else None


@reader(
    "dec",
    "unmarshal_json",
    inputs=("in",),
    strict_differs=lambda case: _strict_text_reason(_json_text(case["in"]["json"]) or ""),
)
def unmarshal_json(case: Case, compatibility: Compatibility) -> dict[str, object]:
    text = _json_text(case["in"]["json"])
    if text is None:
        return {"out": {"error": "not a JSON string"}}
    return {"out": _clean(_parsed(lambda: Dec.parse(text, compatibility=compatibility)))}


@reader("dec", "new_dec_with_prec", inputs=("in",))
def new_dec_with_prec(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    given = case["in"]
    return {"out": _or_panic(lambda: Dec.from_int(int(given["i"]), given["prec"]))}


@reader("dec", "unary", inputs=("in",))
def unary(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    d = Dec(int(case["in"]["raw"]))
    text = str(d)
    assert Dec.parse(text, compatibility=Compatibility(dec_text_unbounded=True)) == d
    out: dict[str, object] = {
        "abs": _shown(abs(d)),
        "ceil": _shown(d.ceil()),
        "is_integer": d.is_integer(),
        "json": json.dumps(text),
        "neg": _shown(-d),
        "round_int": str(d.round_int()),
        "round_int64": _or_panic(lambda: str(d.round_int64())),
        "str": text,
        "truncate_dec": _shown(d.truncate()),
        "truncate_int": str(d.truncate_int()),
        "truncate_int64": _or_panic(lambda: str(d.truncate_int64())),
    }
    return {"out": out | _rlp(d)}


def _rlp(d: Dec) -> dict[str, object]:
    try:
        encoding = rlp.encode(d.to_rlp_item())
    except HarmonyError as error:
        return {"rlp_error": error.code}
    assert Dec.from_rlp_item(rlp.decode(encoding), compatibility=Compatibility.reference()) == d
    return {"rlp": "0x" + encoding.hex()}


@reader("dec", "binary", inputs=("in",))
def binary(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    a, b = Dec(int(case["in"]["a"])), Dec(int(case["in"]["b"]))
    return {
        "out": _arithmetic(a, b)
        | {
            "div": _or_panic(lambda: a.div_raw(b)),
            "mul_int": _or_panic(lambda: a.mul_int(b.raw)),
            "quo_int": _or_panic(lambda: a.quo_int(b.raw)),
            "eq": a == b,
            "gt": a > b,
            "gte": a >= b,
            "lt": a < b,
            "lte": a <= b,
            "max": _shown(max(a, b)),
            "min": _shown(min(a, b)),
        }
    }


@reader("dec", "binary_random", inputs=("in",))
def binary_random(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    a, b = Dec(int(case["in"]["a"])), Dec(int(case["in"]["b"]))
    out = _arithmetic(a, b)
    out |= {
        "ceil": _shown(a.ceil()),
        "round_int": str(a.round_int()),
        "str": str(a),
        "truncate_int": str(a.truncate_int()),
    }
    return {"out": out}


def _arithmetic(a: Dec, b: Dec) -> dict[str, object]:
    return {
        "add": _or_panic(lambda: a + b),
        "sub": _or_panic(lambda: a - b),
        "mul": _or_panic(lambda: a * b),
        "mul_truncate": _or_panic(lambda: a.mul_truncate(b)),
        "quo": _or_panic(lambda: a / b),
        "quo_truncate": _or_panic(lambda: a.quo_truncate(b)),
        "quo_round_up": _or_panic(lambda: a.quo_round_up(b)),
    }
