"""A mapping that nobody can change, so that a state may share its parts with the states that came of it."""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

__all__ = ["FrozenMap"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class FrozenMap(Mapping[_Key, _Value], Generic[_Key, _Value]):
    """An immutable copy of a mapping, in the same order; equal to any mapping with the same items."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[_Key, _Value] | None = None) -> None:
        self._items: dict[_Key, _Value] = dict(items or {})

    def __getitem__(self, key: _Key) -> _Value:
        return self._items[key]

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"FrozenMap({self._items!r})"

    def updated(self, items: Mapping[_Key, _Value]) -> "FrozenMap[_Key, _Value]":
        """Return a mapping with these items put in; a key that was there keeps its place."""
        if not items:
            return self
        changed: FrozenMap[_Key, _Value] = FrozenMap()
        changed._items = {**self._items, **items}
        return changed
