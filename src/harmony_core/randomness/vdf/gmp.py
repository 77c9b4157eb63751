"""The engine on gmpy2: Shanks' NUDUPL and NUCOMP with Lehmer's partial Euclid.

The product of two classes (a1, b1, c1), (a2, b2, c2), with d = gcd(a1, a2, (b1 + b2) / 2), is the form
(v1 v2, b2 + 2 v2 k, ...) with v1 = a1 / d, v2 = a2 / d and a certain k modulo v1. Multiplied out it would have
coefficients of twice the length, and reducing it would take as many steps as it has digits. Instead, with r = v1 X + k Y,
the same form is

    F(X, Y) = (v2 r^2 + b2 r Y + c2 d Y^2) / v1,

so it is small where r and Y are: at two neighbouring remainders r of Euclid's algorithm on (v1, k) with their cofactors
Y, about half-way down. Those two points are a basis, and F in that basis is nearly reduced.

Source: D. Shanks, "On Gauss and composition" (1989); A. J. van der Poorten, "A note on NUCOMP", Mathematics of
Computation 72 (2003); H. Cohen, "A Course in Computational Algebraic Number Theory", algorithms 1.3.7 and 5.4.7.
"""

from typing import Any, Final, cast

import gmpy2

from harmony_core.randomness.vdf.engine import Element
from harmony_core.randomness.vdf.form import Form

__all__ = ["GmpEngine", "GmpGroup"]

_gmpy2: Final[Any] = gmpy2
_Triple = tuple[Any, Any, Any]
_WORD: Final = 60


class GmpGroup:
    """A class group whose elements are triples of gmpy2 integers, always replaced and never changed."""

    def __init__(self, discriminant: int) -> None:
        self.discriminant = discriminant
        self._negative = _gmpy2.mpz(-discriminant)
        self._root = _gmpy2.isqrt(_gmpy2.isqrt(self._negative))

    def element(self, form: Form) -> Element:
        """Return the form as gmpy2 integers."""
        return Element((_gmpy2.mpz(form.a), _gmpy2.mpz(form.b), _gmpy2.mpz(form.c)))

    def form(self, element: Element) -> Form:
        """Return the element as a form."""
        a, b, c = cast("_Triple", element)
        return Form(int(a), int(b), int(c))

    def squared(self, element: Element, times: int) -> Element:
        """Square ``times`` times (NUDUPL)."""
        triple = cast("_Triple", element)
        for _ in range(times):
            triple = self._square(triple)
        return Element(triple)

    def product(self, first: Element, second: Element) -> Element:
        """Multiply two elements (NUCOMP)."""
        (a1, b1, c1), (a2, b2, c2) = cast("_Triple", first), cast("_Triple", second)
        if a1 > a2:
            a1, b1, c1, a2, b2, c2 = a2, b2, c2, a1, b1, c1
        half_sum = (b1 + b2) >> 1
        half_difference = b2 - half_sum
        d, u, _ = _gmpy2.gcdext(a2, a1)
        if half_sum % d == 0:
            k = -u * half_difference
        else:
            whole = d
            d, x, y = _gmpy2.gcdext(half_sum, whole)
            k = -(y * u * half_difference + x * c2)
        v1, v2 = a1 // d, a2 // d
        return Element(self._between(v1, v2, b2, c2 * d, k % v1))

    def inverse(self, element: Element) -> Element:
        """Mirror a form; the mirror of a reduced form is reduced, or the form itself."""
        a, b, c = cast("_Triple", element)
        return element if a in {b, c} else Element((a, -b, c))

    def _square(self, form: _Triple) -> _Triple:
        a, b, c = form
        d, u, _ = _gmpy2.gcdext(b, a)
        v = a if d == 1 else a // d
        return self._between(v, v, b, c * d, -u * c % v)

    def _between(self, v1: Any, v2: Any, b: Any, c: Any, k: Any) -> _Triple:
        """Return the reduced form of F(X, Y) at the two neighbouring remainders of (v1, k) half-way down."""
        limit = self._root if v1 == v2 else self._root * _gmpy2.isqrt(v1) // _gmpy2.isqrt(v2)
        r2, r1, y2, y1 = _partial_euclid(v1, k, limit)
        first = v2 * r1
        second = c * y1
        new_a = (first * r1 + (b * r1 + second) * y1) // v1
        new_b = (2 * (first * r2 + second * y2) + b * (r1 * y2 + r2 * y1)) // v1
        if r1 * y2 - r2 * y1 != v1:
            new_b = -new_b
        return _reduced(new_a, new_b, self._negative)


def _partial_euclid(larger: Any, smaller: Any, limit: Any) -> tuple[Any, Any, Any, Any]:
    """Run Euclid's algorithm until a remainder is at most ``limit`` and return two remainders and their cofactors.

    Most steps run on the leading 60 bits of both numbers, in Python's small integers, and are then applied to the long
    numbers together (Lehmer; Jebelean's condition for an exact quotient).
    """
    r2, r1, y2, y1 = larger, smaller, _gmpy2.mpz(0), _gmpy2.mpz(1)
    while r1 > limit:
        shift = max(r2.bit_length() - _WORD, 0)
        high, low = int(r2 >> shift), int(r1 >> shift)
        floor = int(limit >> shift)
        a, b, c, d = 1, 0, 0, 1
        while low > floor:
            quotient, rest = divmod(high, low)
            new_c, new_d = a - quotient * c, b - quotient * d
            if rest < abs(new_d) or low - rest < abs(new_d) + abs(d):
                break
            high, low = low, rest
            a, b, c, d = c, d, new_c, new_d
        if b:
            r2, r1, y2, y1 = a * r2 + b * r1, c * r2 + d * r1, a * y2 + b * y1, c * y2 + d * y1
        else:
            quotient, rest = divmod(r2, r1)
            r2, r1, y2, y1 = r1, rest, y1, y2 - quotient * y1
    return r2, r1, y2, y1


def _reduced(a: Any, b: Any, negative: Any) -> _Triple:
    """Return the reduced form of (a, b, ...); ``negative`` is minus the discriminant."""
    while True:
        if not -a < b <= a:
            b %= 2 * a
            if b > a:
                b -= 2 * a
        c = (b * b + negative) // (4 * a)
        if a < c:
            return a, b, c
        if a == c:
            return a, abs(b), c
        a, b = c, -b


class GmpEngine:
    """Class groups on gmpy2."""

    name = "gmpy2"

    @property
    def version(self) -> str:
        """The versions of gmpy2 and of GMP beneath."""
        return f"{_gmpy2.version()} ({_gmpy2.mp_version()})"

    def group(self, discriminant: int) -> GmpGroup:
        """Return the class group of a discriminant."""
        return GmpGroup(discriminant)
