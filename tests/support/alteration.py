"""Altered copies of expected values: the proof that the harness compares what it claims to compare."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["alter", "leaves", "with_altered"]


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every leaf; an empty list or mapping counts as one."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path


def alter(value: Any, *, is_error: bool) -> Any:
    """Return a value of the same look that is not ``value``; an error turns into a success and back."""
    if is_error:
        return "altered" if value is None else None
    match value:
        case bool():
            altered: Any = not value
        case int() | float():
            altered = value + 1
        case str():
            altered = value[:-1] + ("1" if value.endswith("0") else "0")
        case None:
            altered = "0x00"
        case list():
            altered = ["altered"]
        case _:
            altered = {"altered": True}
    return altered


def with_altered(value: Any, path: tuple[str | int, ...], *, is_error: bool) -> Any:
    """Return a deep copy of ``value`` in which the leaf at ``path`` is altered."""
    if not path:
        return alter(value, is_error=is_error)
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = alter(holder[path[-1]], is_error=is_error)
    return changed
