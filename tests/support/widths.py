"""Where strict differs from the reference for a number only: the reference takes integers of any size."""

from collections.abc import Callable

from harmony_core.errors import HarmonyError
from harmony_core.primitives import STRICT, Compatibility

__all__ = ["refused_for_width"]

_CODE = "field-integer-size"


def refused_for_width(*decoders: Callable[[Compatibility], object]) -> str | None:
    """Return the code by which strict refuses what the reference decodes, None where both do the same."""
    return _CODE if any(map(_differs, decoders)) else None


def _differs(decode: Callable[[Compatibility], object]) -> bool:
    try:
        decode(STRICT)
    except HarmonyError as error:
        if error.code != _CODE:
            return False
        try:
            decode(Compatibility.reference())
        except HarmonyError:
            return False
        return True
    return False
