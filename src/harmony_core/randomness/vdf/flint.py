"""The engine on FLINT, whose binary quadratic forms are reached by ctypes in the library that python-flint brings.

FLINT computes `qfb_nudupl`, `qfb_nucomp` and `qfb_reduce` on structures of three integers. Only reduced forms of the
group's discriminant, checked before, ever reach it, since it stops the process on others. The interpreter's lock is free
while it computes.

Source: flintlib/flint src/qfb.h and src/qfb/ (LGPL 3); the formulas are those of `gmp`.
"""

import ctypes
from math import isqrt
from typing import Final, cast

from harmony_core.randomness.vdf.engine import Element
from harmony_core.randomness.vdf.flint_library import FlintLibrary, load_flint
from harmony_core.randomness.vdf.form import Form

__all__ = ["FlintEngine", "FlintGroup"]

_WORD: Final = ctypes.sizeof(ctypes.c_ssize_t)
_MOST_AT_ONCE: Final = 1024


class _Words:
    """Integers of FLINT, one machine word each, freed with the object. A word of zero is the integer zero."""

    __slots__ = ("_clear", "_words", "address")

    def __init__(self, library: FlintLibrary, count: int) -> None:
        self._words = (ctypes.c_ssize_t * count)()
        self._clear = library.clear
        self.address = ctypes.addressof(self._words)

    def __del__(self) -> None:
        for index in range(len(self._words)):
            self._clear(self.address + index * _WORD)


class _Qfb:
    """A form of FLINT, freed with the object."""

    __slots__ = ("_clear", "_words", "address")

    def __init__(self, library: FlintLibrary) -> None:
        self._words = _THREE_WORDS()
        self._clear = library.clear_form
        self.address = ctypes.addressof(self._words)

    def __del__(self) -> None:
        self._clear(self.address)


class FlintGroup:
    """A class group whose elements are forms of FLINT."""

    def __init__(self, library: FlintLibrary, discriminant: int) -> None:
        self.discriminant = discriminant
        self._library = library
        self._constants = _Words(library, 2)
        self._discriminant = self._constants.address
        self._root = self._constants.address + _WORD
        library.store(self._discriminant, discriminant)
        library.store(self._root, isqrt(isqrt(-discriminant)))
        self._exponents: dict[int, _Words] = {}

    def element(self, form: Form) -> Element:
        """Return the form as one of FLINT."""
        made = _Qfb(self._library)
        for index, value in enumerate((form.a, form.b, form.c)):
            self._library.store(made.address + index * _WORD, value)
        return Element(made)

    def form(self, element: Element) -> Form:
        """Return the element as a form."""
        address = cast("_Qfb", element).address
        return Form(*(self._library.load(address + index * _WORD) for index in range(3)))

    def squared(self, element: Element, times: int) -> Element:
        """Square ``times`` times; up to 1024 of them in one call."""
        result = cast("_Qfb", element)
        while times:
            now = min(times, _MOST_AT_ONCE)
            source, result = result, _Qfb(self._library)
            self._library.power(
                result.address, source.address, self._discriminant, self._exponent(now).address, self._root
            )
            times -= now
        return Element(result)

    def product(self, first: Element, second: Element) -> Element:
        """Multiply two elements."""
        result = _Qfb(self._library)
        address = result.address
        self._library.compose(
            address, cast("_Qfb", first).address, cast("_Qfb", second).address, self._discriminant, self._root
        )
        self._library.reduce(address, address, self._discriminant)
        return Element(result)

    def inverse(self, element: Element) -> Element:
        """Mirror a form."""
        result = _Qfb(self._library)
        self._library.mirror(result.address, cast("_Qfb", element).address)
        self._library.reduce(result.address, result.address, self._discriminant)
        return Element(result)

    def _exponent(self, times: int) -> _Words:
        found = self._exponents.get(times)
        if found is None:
            found = _Words(self._library, 1)
            self._library.store(found.address, 1 << times)
            self._exponents[times] = found
        return found


class FlintEngine:
    """Class groups on FLINT."""

    name = "flint"

    def __init__(self) -> None:
        """Find and load the library.

        Raises:
            ImportError: when python-flint is not installed, or its library lacks what is needed.
        """
        self._library = load_flint()

    @property
    def version(self) -> str:
        """The version of FLINT."""
        return self._library.version

    def group(self, discriminant: int) -> FlintGroup:
        """Return the class group of a discriminant."""
        return FlintGroup(self._library, discriminant)


_THREE_WORDS: Final = ctypes.c_ssize_t * 3
