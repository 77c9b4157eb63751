"""The outcome of an action that may be refused: a value or the refusal, for properties that allow both."""

from collections.abc import Callable
from typing import TypeVar

from harmony_core.errors import HarmonyError

__all__ = ["outcome"]

Value = TypeVar("Value")


def outcome(action: Callable[[], Value]) -> tuple[Value, None] | tuple[None, HarmonyError]:
    """Return what ``action`` returns, or the `HarmonyError` that it raises; its text has to be writable."""
    try:
        return action(), None
    except HarmonyError as error:
        str(error)
        return None, error
