"""A known answer for every operation that an engine must get right, run once when it is loaded."""

from typing import Final

from harmony_core.randomness.vdf.engine import Engine
from harmony_core.randomness.vdf.form import compose, generator, inverse, principal_form, square

__all__ = ["run_self_test"]

# The discriminants of 128 and of 512 bits that the seed "harmony-core" selects.
_DISCRIMINANTS: Final = (
    -0xED881805B3C2A99C2CD7CAA1B13AD57F,
    -0xED881805B3C2A99C2CD7CAA1B0E64B2F8D882AED676D96384C431C0FA5B9E333A1739EDAF95CCF1B30C97F17796299B7FC57192A83F39536DB31A6532454EEF7,
)
_SQUARINGS: Final = 12


def run_self_test(engine: Engine) -> None:
    """Compare every operation with the oracle's formulas.

    Raises:
        ArithmeticError: naming the operation that gave a wrong result.
    """
    for discriminant in _DISCRIMINANTS:
        for name, holds in _checks(engine, discriminant):
            if not holds:
                raise ArithmeticError(f"the self-test of {name} fails")


def _checks(engine: Engine, discriminant: int) -> list[tuple[str, bool]]:
    group = engine.group(discriminant)
    x = generator(discriminant)
    form, element = x, group.element(x)
    checks = []
    for _ in range(_SQUARINGS):
        form, element = square(form), group.squared(element, 1)
        checks.append(("squaring", group.form(element) == form))
    other = square(square(square(form)))
    elsewhere = group.squared(element, 3)
    product = group.product(element, elsewhere)
    mirrored = group.inverse(product)
    neutral = principal_form(discriminant)
    return [
        *checks,
        ("repeated squaring", group.form(elsewhere) == other),
        ("the product", group.form(product) == compose(form, other)),
        ("the product with itself", group.form(group.product(element, element)) == square(form)),
        ("the inverse", group.form(mirrored) == inverse(compose(form, other))),
        ("the product with the inverse", group.form(group.product(product, mirrored)) == neutral),
        ("the neutral element", group.form(group.product(group.element(neutral), element)) == form),
        ("the neutral element squared", group.form(group.squared(group.element(neutral), 2)) == neutral),
    ]
