"""The outcome of an action that may be refused: a value, the refusal, its code or its text."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from harmony_core.errors import HarmonyError

__all__ = ["code_of", "outcome", "refusal", "text_of"]

Value = TypeVar("Value")


def outcome(action: Callable[[], Value]) -> tuple[Value, None] | tuple[None, HarmonyError]:
    """Return what ``action`` returns, or the `HarmonyError` that it raises; its text has to be writable."""
    try:
        return action(), None
    except HarmonyError as error:
        str(error)
        return None, error


def code_of(action: Callable[[], object]) -> str | None:
    """Return the code of the `HarmonyError` that ``action`` raises, or None."""
    try:
        action()
    except HarmonyError as error:
        return error.code
    return None


def text_of(action: Callable[[], object]) -> str | None:
    """Return the text of the `HarmonyError` that ``action`` raises, or None."""
    try:
        action()
    except HarmonyError as error:
        return str(error)
    return None


def refusal(action: Callable[[], object]) -> HarmonyError:
    """Return the `HarmonyError` that ``action`` has to raise."""
    with pytest.raises(HarmonyError) as info:
        action()
    return info.value
