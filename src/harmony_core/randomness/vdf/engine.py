"""What an engine can do: the arithmetic of one class group, in which evaluation, proof and verification are written.

Elements are opaque: only the group that made one can use it. Forms cross the border reduced.
"""

from typing import NewType, Protocol

from harmony_core.randomness.vdf.form import Form

__all__ = ["Element", "Engine", "Group"]

Element = NewType("Element", object)
"""An element of a class group, of one engine; never changed once made."""


class Group(Protocol):
    """The class group of one negative discriminant that is minus a prime and 1 modulo 8."""

    @property
    def discriminant(self) -> int:
        """The discriminant of all its forms."""

    def element(self, form: Form) -> Element:
        """Return the element of a form, which is reduced and of this discriminant."""

    def form(self, element: Element) -> Form:
        """Return the reduced form of an element."""

    def squared(self, element: Element, times: int) -> Element:
        """Return the element squared ``times`` times over: its 2^times-th power; times >= 0."""

    def product(self, first: Element, second: Element) -> Element:
        """Return the product of two elements."""

    def inverse(self, element: Element) -> Element:
        """Return the inverse of an element."""


class Engine(Protocol):
    """A way to compute in class groups."""

    @property
    def name(self) -> str:
        """The name by which ``HARMONY_CORE_VDF_ENGINE`` selects it."""

    @property
    def version(self) -> str:
        """The version of the library beneath; empty for Python's own integers."""

    def group(self, discriminant: int) -> Group:
        """Return the class group of a discriminant."""
