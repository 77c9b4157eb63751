"""The laws of a group, on every engine, over discriminants of many sizes."""

from itertools import product as pairs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.errors import HarmonyError
from harmony_core.primitives import Compatibility
from harmony_core.randomness import vdf
from harmony_core.randomness.vdf.encoding import decode_form, encode_form
from harmony_core.randomness.vdf.engine import Element, Group
from harmony_core.randomness.vdf.form import (
    Form,
    compose,
    generator,
    inverse,
    is_reduced,
    power,
    principal_form,
    reduce_form,
    square,
)
from harmony_core.randomness.vdf.wesolowski import double_power
from support.vdf import BITS, SEED

DISCRIMINANTS = st.sampled_from([vdf.discriminant(SEED, bits) for bits in (32, 48, 64, 128, 200, 256)])
EXPONENTS = st.integers(0, 1 << 80)


@st.composite
def forms(draw: st.DrawFn, count: int) -> tuple[int, list[Form]]:
    """Return a discriminant and reduced forms of it, at times equal or inverse to each other."""
    of_forms = draw(DISCRIMINANTS)
    x = generator(of_forms)
    made = [power(x, draw(EXPONENTS))]
    while len(made) < count:
        kind = draw(st.integers(0, 5))
        made.append(made[0] if kind == 0 else inverse(made[0]) if kind == 1 else power(x, draw(EXPONENTS)))
    return of_forms, made


@given(forms(3))
def test_the_oracle_keeps_the_laws_of_a_group(case: tuple[int, list[Form]]) -> None:
    of_forms, (f, g, h) = case
    one = principal_form(of_forms)
    assert compose(compose(f, g), h) == compose(f, compose(g, h))
    assert compose(f, g) == compose(g, f)
    assert compose(f, one) == f
    assert compose(f, inverse(f)) == one
    assert compose(f, f) == square(f)
    assert is_reduced(compose(f, g))
    assert compose(f, g).discriminant == of_forms


@given(forms(1), st.integers(-50, 50), st.booleans())
def test_equivalent_forms_reduce_to_one(case: tuple[int, list[Form]], turns: int, mirrored: bool) -> None:
    _, (f,) = case
    other = Form(f.a, f.b + 2 * turns * f.a, f.a * turns * turns + f.b * turns + f.c)
    if mirrored:
        other = Form(other.c, -other.b, other.a)
    assert reduce_form(other) == f


@pytest.mark.parametrize("engine", ["gmpy2", "flint"])
@given(case=forms(2), times=st.integers(0, 70))
def test_every_engine_computes_what_the_oracle_computes(
    engine: str, case: tuple[int, list[Form]], times: int
) -> None:
    of_forms, chosen = case
    group = vdf.load_engine(engine).group(of_forms)
    for f, g in pairs(chosen, repeat=2):
        assert group.form(group.product(group.element(f), group.element(g))) == compose(f, g)
    f = chosen[0]
    assert group.form(group.inverse(group.element(f))) == inverse(f)
    assert group.form(group.squared(group.element(f), times)) == power(f, 1 << times)


@given(case=forms(2), m=EXPONENTS, n=EXPONENTS)
def test_two_powers_at_once(case: tuple[int, list[Form]], m: int, n: int) -> None:
    of_forms, (f, g) = case
    group: Group = vdf.load_engine().group(of_forms)
    found: Element | None = double_power(group, group.element(f), m, group.element(g), n)
    form = principal_form(of_forms) if found is None else group.form(found)
    assert form == compose(power(f, m), power(g, n))


@given(case=forms(1))
def test_forms_come_back_from_their_bytes(case: tuple[int, list[Form]]) -> None:
    of_forms, (f,) = case
    assert decode_form(encode_form(f, of_forms), of_forms) == f


@given(data=st.binary(max_size=80), iterations=st.integers(0, 1 << 63), lenient=st.booleans())
def test_whatever_is_verified_only_a_typed_error_comes_out(
    data: bytes, iterations: int, lenient: bool
) -> None:
    compatibility = Compatibility.reference() if lenient else Compatibility()
    data = data.ljust(68, b"\1") if len(data) % 2 else data
    with pytest.raises(HarmonyError):
        vdf.verify(SEED, iterations, data, bits=BITS, compatibility=compatibility)


@given(st.binary(max_size=300))
def test_whatever_is_read_as_a_state_only_a_typed_error_comes_out(data: bytes) -> None:
    with pytest.raises(HarmonyError):
        vdf.EvaluationState.from_bytes(data)


@settings(max_examples=20)
@given(seed=st.binary(max_size=40), iterations=st.integers(10, 400), bits=st.sampled_from([40, 64, 100, 160]))
def test_what_is_evaluated_verifies(seed: bytes, iterations: int, bits: int) -> None:
    output = vdf.evaluate(seed, iterations, bits=bits)
    vdf.verify(seed, iterations, output, bits=bits)
    with pytest.raises(HarmonyError):
        vdf.verify(seed + b"!", iterations, output, bits=bits)
