"""Binary quadratic forms of negative discriminant, in the plainest arithmetic: the oracle of the fast engines.

A form (a, b, c) stands for a x^2 + b x y + c y^2; its discriminant is D = b^2 - 4ac. Forms that a change of variables
carries into each other are one element of the class group, and each class has exactly one reduced form. The formulas are
those of Lipa Long, "Binary quadratic forms", and of Henri Cohen, "A Course in Computational Algebraic Number Theory", 5.2.

Source: harmony-one/vdf src/vdf_go/classgroup.go, Normalized, Reduced, Multiply and Square.
"""

from dataclasses import dataclass
from math import gcd
from typing import Final

__all__ = [
    "Form",
    "compose",
    "extended_gcd",
    "form_of_discriminant",
    "generator",
    "inverse",
    "is_primitive",
    "is_reduced",
    "normalize",
    "power",
    "principal_form",
    "reduce_form",
    "solve_congruence",
    "square",
]

_GENERATOR_A: Final = 2
_GENERATOR_B: Final = 1


@dataclass(frozen=True, slots=True)
class Form:
    """The form a x^2 + b x y + c y^2.

    Attributes:
        a: coefficient of x^2; positive in every form of the group.
        b: coefficient of x y.
        c: coefficient of y^2.
    """

    a: int
    b: int
    c: int

    @property
    def discriminant(self) -> int:
        """b^2 - 4ac, the same for all forms of one class."""
        return self.b * self.b - 4 * self.a * self.c


def form_of_discriminant(a: int, b: int, discriminant: int) -> Form:
    """Return the form (a, b, (b^2 - D) / 4a); the division is exact only when such a form of discriminant D exists."""
    return Form(a, b, (b * b - discriminant) // (4 * a))


def principal_form(discriminant: int) -> Form:
    """Return the neutral element of an odd discriminant: (1, 1, (1 - D) / 4)."""
    return form_of_discriminant(1, 1, discriminant)


def generator(discriminant: int) -> Form:
    """Return the reduced form of (2, 1, (1 - D) / 8), from which every evaluation starts; D is 1 modulo 8.

    Source: harmony-one/vdf src/vdf_go/proof_wesolowski.go, GenerateVDFWithStopChan.
    """
    return reduce_form(form_of_discriminant(_GENERATOR_A, _GENERATOR_B, discriminant))


def normalize(form: Form) -> Form:
    """Return the equivalent form with -a < b <= a, reached by x -> x + r y."""
    a, b, c = form.a, form.b, form.c
    if -a < b <= a:
        return form
    r = (a - b) // (2 * a)
    return Form(a, b + 2 * r * a, a * r * r + b * r + c)


def reduce_form(form: Form) -> Form:
    """Return the reduced form of a class: |b| <= a <= c, with b not negative where |b| = a or a = c.

    The form must be positive definite (a > 0 and D < 0).
    """
    form = normalize(form)
    while form.a > form.c or (form.a == form.c and form.b < 0):
        form = normalize(Form(form.c, -form.b, form.a))
    return form


def is_reduced(form: Form) -> bool:
    """Tell whether a positive definite form is the reduced one of its class."""
    a, b, c = form.a, form.b, form.c
    return abs(b) <= a <= c and (b >= 0 or a not in {-b, c})


def is_primitive(form: Form) -> bool:
    """Tell whether no integer above 1 divides all three coefficients."""
    return gcd(form.a, form.b, form.c) == 1


def inverse(form: Form) -> Form:
    """Return the reduced inverse of a class: the mirrored form (a, -b, c)."""
    return reduce_form(Form(form.a, -form.b, form.c))


def extended_gcd(a: int, b: int) -> tuple[int, int]:
    """Return (g, s) with g = gcd(a, b) > 0 and s a = g modulo b, for b > 0."""
    g, other, s, other_s = a % b, b, 1, 0
    while other:
        quotient = g // other
        g, other, s, other_s = other, g - quotient * other, other_s, s - quotient * other_s
    return g, s


def solve_congruence(a: int, b: int, modulus: int) -> tuple[int, int]:
    """Return (s, t) such that s + k t, over all integers k, are the solutions of a x = b modulo ``modulus``.

    Raises:
        ArithmeticError: when there is no solution, which never happens between primitive forms of one discriminant.
    """
    g, inverse_of_a = extended_gcd(a, modulus)
    quotient, rest = divmod(b, g)
    if rest:
        raise ArithmeticError("the congruence of two forms has no solution")
    return quotient * inverse_of_a % modulus, modulus // g


def compose(first: Form, second: Form) -> Form:
    """Return the reduced product of two primitive forms of the same discriminant (Gauss's composition).

    Raises:
        ArithmeticError: when the forms have no product.
    """
    first, second = reduce_form(first), reduce_form(second)
    half_sum, half_difference = (first.b + second.b) // 2, (second.b - first.b) // 2
    w = gcd(first.a, second.a, half_sum)
    s, t, u = first.a // w, second.a // w, half_sum // w
    k, step = solve_congruence(t * u, half_difference * u + s * first.c, s * t)
    n, _ = solve_congruence(t * step, half_difference - t * k, s)
    k += step * n
    left = (t * k - half_difference) // s
    m = (t * u * k - half_difference * u - s * first.c) // (s * t)
    return reduce_form(Form(s * t, w * u - (k * t + left * s), k * left - w * m))


def square(form: Form) -> Form:
    """Return the reduced square of a form whose a and b have no common divisor, as of every prime discriminant.

    The square of (a, b, c) is (a^2, b - 2 a u, u^2 - (b u - c) / a), where b u = c modulo a.

    Raises:
        ArithmeticError: when a and b have a common divisor that does not divide c.
    """
    u, _ = solve_congruence(form.b, form.c, form.a)
    c = u * u - (form.b * u - form.c) // form.a
    return reduce_form(Form(form.a * form.a, form.b - 2 * form.a * u, c))


def power(form: Form, exponent: int) -> Form:
    """Return the reduced power of a form for an exponent of 0 or more, by squaring and multiplying."""
    result = principal_form(form.discriminant)
    for bit in f"{exponent:b}":
        result = square(result)
        if bit == "1":
            result = compose(result, form)
    return result
