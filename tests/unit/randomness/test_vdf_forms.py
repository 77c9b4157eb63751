"""Discriminants, forms and their bytes."""

import pytest

from harmony_core.errors import ConfigurationError, DecodeError, HarmonyError
from harmony_core.primitives import STRICT, Compatibility
from harmony_core.randomness import vdf
from harmony_core.randomness.vdf.discriminant import MODULUS, first_candidate, residues, seed_entropy
from harmony_core.randomness.vdf.encoding import (
    check_form,
    decode_form,
    decode_signed,
    encode_form,
    encode_signed,
    form_length,
)
from harmony_core.randomness.vdf.form import (
    Form,
    compose,
    form_of_discriminant,
    generator,
    inverse,
    is_reduced,
    power,
    principal_form,
    reduce_form,
    solve_congruence,
    square,
)
from harmony_core.randomness.vdf.primality import is_prime, is_prime_pure, small_primes
from harmony_core.randomness.vdf.reference_plan import reference_plan
from support.vdf import BITS, SEED, SMALL_BITS, SMALL_ORDER, SMALL_SEED

OF_SEED = vdf.discriminant(SEED, BITS)
LENIENT = Compatibility(unreduced_vdf_forms=True)
X = generator(OF_SEED)
FULL = power(X, 1 << 40)


def encoded(a: int, b: int) -> bytes:
    length = form_length(OF_SEED) // 2
    return a.to_bytes(length, "big", signed=True) + b.to_bytes(length, "big", signed=True)


def refused_code(data: bytes, compatibility: Compatibility = STRICT) -> str:
    with pytest.raises(DecodeError) as info:
        decode_form(data, OF_SEED, compatibility=compatibility)
    return info.value.code


@pytest.mark.parametrize("bits", [32, 33, 255, 256, 509])
def test_a_discriminant_is_minus_a_prime_that_is_7_modulo_8(bits: int) -> None:
    found = vdf.discriminant(SEED, bits)
    assert found < 0
    assert found.bit_length() == bits
    assert -found % 8 == 7
    assert is_prime_pure(-found)
    candidate = first_candidate(SEED, bits)
    assert (-found - candidate.start) % MODULUS == 0
    assert candidate.start % MODULUS == candidate.residue == residues()[candidate.residue_index]


def test_a_discriminant_is_derived_once_for_each_seed_and_size() -> None:
    assert vdf.discriminant(SEED, BITS) is vdf.discriminant(bytes(bytearray(SEED)), BITS)
    assert vdf.discriminant(SEED, BITS) != vdf.discriminant(SEED + b"\0", BITS)


@pytest.mark.parametrize("bits", [-1, 0, 31, 4097, 1 << 40])
def test_discriminants_of_other_sizes_are_refused(bits: int) -> None:
    with pytest.raises(ConfigurationError) as info:
        vdf.discriminant(SEED, bits)
    assert info.value.code == "vdf-discriminant-bits"


@pytest.mark.parametrize("seed", ["text", 7, None])
def test_a_seed_that_is_not_bytes_is_a_type_error(seed: object) -> None:
    with pytest.raises(TypeError):
        vdf.discriminant(seed)  # type: ignore[arg-type]


def test_entropy_is_a_prefix_of_longer_entropy() -> None:
    assert seed_entropy(SEED, 500)[:70] == seed_entropy(SEED, 70)


def test_both_primality_tests_agree_on_small_numbers_and_on_pseudoprimes() -> None:
    assert [n for n in range(2000) if is_prime_pure(n)] == small_primes(2000)
    # Strong pseudoprimes to base 2, strong Lucas pseudoprimes, a square of a Wieferich prime, Carmichael numbers.
    for number in (2047, 3277, 4033, 5459, 5777, 10877, 1093**2, 3511**2, 561, 3215031751):
        assert not is_prime(number)
        assert not is_prime_pure(number)


def test_a_form_comes_back_from_its_bytes() -> None:
    for form in (X, FULL, inverse(FULL), principal_form(OF_SEED)):
        assert decode_form(encode_form(form, OF_SEED), OF_SEED) == form


def test_a_form_of_2048_bits_takes_258_bytes() -> None:
    assert form_length(-(1 << 2047) - 1) == 258


@pytest.mark.parametrize("value", [0, 1, -1, 127, 128, -128, -129, 255, 256, -256, 1 << 64, -(1 << 63)])
def test_a_signed_integer_comes_back_from_its_shortest_bytes(value: int) -> None:
    data = encode_signed(value)
    assert decode_signed(data) == value
    assert len(data) == 0 or decode_signed(data[1:]) != value or not value


@pytest.mark.parametrize("change", [-1, 1, -34, 34])
def test_a_form_of_another_length_is_refused(change: int) -> None:
    data = encode_form(FULL, OF_SEED)
    other = data[:change] if change < 0 else data + bytes(change)
    assert refused_code(other) == refused_code(other, LENIENT) == "vdf-form-length"


@pytest.mark.parametrize("a", [0, -1, -FULL.a])
def test_a_first_coefficient_of_zero_or_less_is_refused(a: int) -> None:
    # The reference panics for zero (division by zero).
    assert (
        refused_code(encoded(a, FULL.b)) == refused_code(encoded(a, FULL.b), LENIENT) == "vdf-form-positive"
    )


@pytest.mark.parametrize("turns", [1, -1, 2])
def test_coefficients_out_of_range_are_refused(turns: int) -> None:
    assert refused_code(encoded(FULL.a, FULL.b + 2 * turns * FULL.a)) == "vdf-form-range"


def test_a_first_coefficient_above_the_root_is_refused() -> None:
    mirrored = Form(FULL.c, FULL.b, FULL.a)
    assert mirrored.discriminant == OF_SEED
    with pytest.raises(DecodeError) as info:
        check_form(mirrored.a, mirrored.b, OF_SEED)
    assert info.value.code == "vdf-form-range"


@pytest.mark.parametrize(("a", "b"), [(FULL.a, FULL.b ^ 1), (FULL.a + 1, FULL.b), (1, 0), (3, 2)])
def test_a_form_of_another_discriminant_is_refused(a: int, b: int) -> None:
    # The reference rounds c down and does not notice; the equation fails afterwards.
    assert refused_code(encoded(a, b)) == refused_code(encoded(a, b), LENIENT) == "vdf-form-discriminant"


@pytest.mark.parametrize(("a", "b", "discriminant"), [(1, -1, OF_SEED), (2, -1, -15), (3, -3, -51)])
def test_the_second_name_of_a_form_on_the_edge_is_refused(a: int, b: int, discriminant: int) -> None:
    with pytest.raises(DecodeError) as info:
        check_form(a, b, discriminant)
    assert info.value.code == "vdf-form-reduced"
    assert check_form(a, b, discriminant, compatibility=LENIENT) == Form(
        a, -b, form_of_discriminant(a, b, discriminant).c
    )


def test_a_form_with_a_common_divisor_is_refused() -> None:
    # Only a discriminant with a square divisor has such forms, so no seed's has.
    with pytest.raises(DecodeError) as info:
        check_form(3, 3, -63)
    assert info.value.code == "vdf-form-primitive"


def test_the_lenient_decoder_reduces() -> None:
    assert decode_form(encoded(FULL.a, FULL.b + 2 * FULL.a), OF_SEED, compatibility=LENIENT) == FULL


def test_every_class_of_a_small_discriminant_has_one_reduced_form() -> None:
    of_seed = -191
    reduced = {
        Form(a, b, (b * b - of_seed) // (4 * a))
        for a in range(1, 9)
        for b in range(-a, a + 1)
        if (b * b - of_seed) % (4 * a) == 0 and is_reduced(Form(a, b, (b * b - of_seed) // (4 * a)))
    }
    assert len(reduced) == 13  # the class number of -191
    assert {power(generator(of_seed), e) for e in range(13)} == reduced
    for form in reduced:
        assert reduce_form(Form(form.a, form.b + 6 * form.a, 9 * form.a + 3 * form.b + form.c)) == form


def test_the_class_number_of_a_prime_discriminant_is_odd_so_that_no_element_has_order_2() -> None:
    # Squaring is then one to one: the neutral element is a square of nothing but itself.
    of_seed = vdf.discriminant(SMALL_SEED, SMALL_BITS)
    x = generator(of_seed)
    powers = [power(x, e) for e in range(SMALL_ORDER + 1)]
    assert powers[-1] == principal_form(of_seed)
    assert len({square(form) for form in powers[:-1]}) == SMALL_ORDER
    assert all(compose(form, inverse(form)) == principal_form(of_seed) for form in powers)


def test_a_congruence_without_a_solution_is_an_arithmetic_error() -> None:
    solution, step = solve_congruence(4, 2, 6)
    assert (solution % step, step) == (2, 3)
    with pytest.raises(ArithmeticError):
        solve_congruence(4, 3, 6)


@pytest.mark.parametrize("iterations", [-1, 0, 1, 2])
def test_the_reference_has_no_parameters_below_three_iterations(iterations: int) -> None:
    with pytest.raises(HarmonyError) as info:
        reference_plan(iterations)
    assert info.value.code == "vdf-reference-plan"
