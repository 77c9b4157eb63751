"""The oracle as an engine: the formulas of `form`, in Python's own integers."""

from typing import cast

from harmony_core.randomness.vdf.engine import Element
from harmony_core.randomness.vdf.form import Form, compose, inverse, square

__all__ = ["PureEngine", "PureGroup"]


class PureGroup:
    """A class group whose elements are reduced forms."""

    def __init__(self, discriminant: int) -> None:
        self.discriminant = discriminant

    def element(self, form: Form) -> Element:
        """Return the form itself."""
        return Element(form)

    def form(self, element: Element) -> Form:
        """Return the element itself."""
        return cast("Form", element)

    def squared(self, element: Element, times: int) -> Element:
        """Square ``times`` times."""
        form = cast("Form", element)
        for _ in range(times):
            form = square(form)
        return Element(form)

    def product(self, first: Element, second: Element) -> Element:
        """Compose two forms."""
        return Element(compose(cast("Form", first), cast("Form", second)))

    def inverse(self, element: Element) -> Element:
        """Mirror a form."""
        return Element(inverse(cast("Form", element)))


class PureEngine:
    """Arithmetic in plain Python: slow, and right by being readable."""

    name = "pure"
    version = ""

    def group(self, discriminant: int) -> PureGroup:
        """Return the class group of a discriminant."""
        return PureGroup(discriminant)
