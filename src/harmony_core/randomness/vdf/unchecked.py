"""The equation as the reference checks it on forms that are not of the seed's discriminant.

The reference takes c = (b^2 - D) / 4a rounded down, whether or not it is an integer, and goes on with the formulas of
composition, which then mean nothing. Nearly always the equation fails, but not always: for few iterations the proof
(1, 0, ...), of another discriminant, is accepted in place of the neutral element.

Source: harmony-one/vdf src/vdf_go/classgroup.go, NewClassGroupFromAbDiscriminant; proof_wesolowski.go, verifyProof.
"""

from harmony_core.randomness.vdf.encoding import encode_form
from harmony_core.randomness.vdf.form import (
    Form,
    compose_unreduced,
    form_of_discriminant,
    generator,
    reduce_form,
    square_unreduced,
)
from harmony_core.randomness.vdf.hash_prime import hash_prime

__all__ = ["holds_unchecked"]


def holds_unchecked(discriminant: int, iterations: int, y: Form, proof: Form) -> bool:
    """Tell whether the reference finds pi^B x^r = y for reduced forms of any discriminants.

    Where the formulas lead out of the positive definite forms, where the reference panics or never ends, it is False.
    """
    x = generator(discriminant)
    challenge, _ = hash_prime(encode_form(x, discriminant), encode_form(y, y.discriminant))
    try:
        left = _power(proof, challenge)
        right = _power(x, pow(2, iterations, challenge))
        return _definite(compose_unreduced(left, right)) == y
    except ArithmeticError:
        return False


def _power(form: Form, exponent: int) -> Form:
    """Return a power by squaring from the lowest bit upwards, in the reference's order, which matters here."""
    result = form_of_discriminant(1, 1, form.discriminant)
    while exponent:
        if exponent % 2:
            result = _definite(compose_unreduced(result, form))
        form = _definite(square_unreduced(form))
        exponent //= 2
    return result


def _definite(form: Form) -> Form:
    if form.a <= 0 or form.discriminant >= 0:
        raise ArithmeticError("the formulas lead out of the positive definite forms")
    return reduce_form(form)
