"""What verification refuses, and that every refusal is a typed error."""

import pickle
from dataclasses import FrozenInstanceError

import pytest

from harmony_core.errors import ConfigurationError, DecodeError, HarmonyError, VerificationError
from harmony_core.primitives import STRICT, Compatibility
from harmony_core.randomness import vdf
from harmony_core.randomness.vdf.encoding import encode_form, form_length
from harmony_core.randomness.vdf.form import generator, inverse, power, principal_form
from harmony_core.randomness.vdf.verification import VerifiedVdf
from support.vdf import BITS, SEED, SMALL_BITS, SMALL_SEED, forged_output

REFERENCE = Compatibility.reference()
ITERATIONS = 300
OUTPUT = vdf.evaluate(SEED, ITERATIONS, bits=BITS)
HALF = len(OUTPUT) // 2
Y, PROOF = OUTPUT[:HALF], OUTPUT[HALF:]
OF_SEED = vdf.discriminant(SEED, BITS)


def refused_code(
    output: bytes, iterations: int = ITERATIONS, seed: bytes = SEED, compatibility: Compatibility = STRICT
) -> str:
    with pytest.raises(HarmonyError) as info:
        vdf.verify(seed, iterations, output, bits=BITS, compatibility=compatibility)
    assert isinstance(info.value, DecodeError | VerificationError)
    return info.value.code


def unreduced(form: bytes, turns: int = 1) -> bytes:
    """Return the bytes of the equivalent form (a, b + 2a, ...)."""
    length = len(form) // 2
    a, b = (int.from_bytes(part, "big", signed=True) for part in (form[:length], form[length:]))
    return form[:length] + (b + 2 * turns * a).to_bytes(length, "big", signed=True)


def test_an_output_is_verified() -> None:
    verified = vdf.verify(SEED, ITERATIONS, OUTPUT, bits=BITS)
    assert (verified.seed, verified.iterations, verified.bits) == (SEED, ITERATIONS, BITS)
    assert verified.output == OUTPUT
    assert (verified.result, verified.proof) == (Y, PROOF)


@pytest.mark.parametrize("engine", ["pure", "gmpy2", "flint"])
def test_every_engine_verifies(engine: str) -> None:
    vdf.verify(SEED, ITERATIONS, OUTPUT, bits=BITS, engine=engine)
    with pytest.raises(VerificationError):
        vdf.verify(SEED, ITERATIONS + 1, OUTPUT, bits=BITS, engine=engine)


def test_a_proof_value_cannot_be_made_by_hand_and_survives_pickling() -> None:
    with pytest.raises(TypeError):
        VerifiedVdf(object(), seed=SEED, iterations=1, bits=BITS, output=OUTPUT)
    verified = vdf.verify(SEED, ITERATIONS, OUTPUT, bits=BITS)
    assert pickle.loads(pickle.dumps(verified)) == verified  # noqa: S301 - our own bytes
    with pytest.raises(FrozenInstanceError):
        verified.iterations = 7  # type: ignore[misc]


@pytest.mark.parametrize("iterations", [0, 1, ITERATIONS - 1, ITERATIONS + 1, 2 * ITERATIONS])
def test_an_output_for_other_iterations_is_refused(iterations: int) -> None:
    assert refused_code(OUTPUT, iterations) == "vdf-proof"
    assert refused_code(OUTPUT, iterations, compatibility=REFERENCE) == "vdf-proof"


@pytest.mark.parametrize("seed", [b"", SEED[:-1], SEED + b"\0", bytes(32)])
def test_an_output_for_another_seed_is_refused(seed: bytes) -> None:
    refused_code(OUTPUT, seed=seed)
    refused_code(OUTPUT, seed=seed, compatibility=REFERENCE)


def test_the_proof_of_another_result_is_refused() -> None:
    other = vdf.evaluate(SEED, ITERATIONS + 1, bits=BITS)
    assert refused_code(Y + other[HALF:]) == "vdf-proof"
    assert refused_code(other[:HALF] + PROOF) == "vdf-proof"
    assert refused_code(PROOF + Y) == "vdf-proof"


@pytest.mark.parametrize("half", [0, 1])
def test_the_inverse_of_the_result_or_of_the_proof_is_refused(half: int) -> None:
    forms = [vdf.Form(*parts) for parts in (_coefficients(Y), _coefficients(PROOF))]
    forms[half] = inverse(forms[half])
    assert refused_code(b"".join(encode_form(form, OF_SEED) for form in forms)) == "vdf-proof"


def _coefficients(data: bytes) -> tuple[int, int, int]:
    length = form_length(OF_SEED) // 2
    a, b = (int.from_bytes(part, "big", signed=True) for part in (data[:length], data[length:]))
    return a, b, (b * b - OF_SEED) // (4 * a)


def test_no_change_of_one_bit_is_accepted() -> None:
    for position in range(len(OUTPUT) * 8):
        changed = bytearray(OUTPUT)
        changed[position // 8] ^= 1 << position % 8
        refused_code(bytes(changed))


@pytest.mark.parametrize(
    "output",
    [b"", OUTPUT[:-1], OUTPUT + b"\0", OUTPUT[1:], Y, OUTPUT * 2, bytes(516)],
    ids=["empty", "short", "long", "late", "half", "twice", "of 2048 bits"],
)
def test_where_the_reference_panics_for_a_wrong_length_it_is_refused(output: bytes) -> None:
    assert refused_code(output) == refused_code(output, compatibility=REFERENCE) == "vdf-output-length"


@pytest.mark.parametrize("output", [bytes(len(OUTPUT)), Y + bytes(HALF), bytes(HALF) + PROOF])
def test_where_the_reference_divides_by_zero_it_is_refused(output: bytes) -> None:
    assert refused_code(output) == refused_code(output, compatibility=REFERENCE) == "vdf-form-positive"


@pytest.mark.parametrize(
    "output", [unreduced(Y) + PROOF, Y + unreduced(PROOF), unreduced(Y, -3) + unreduced(PROOF)]
)
def test_the_reference_takes_unreduced_forms_and_strict_does_not(output: bytes) -> None:
    assert refused_code(output) == "vdf-form-range"
    for lenient in (REFERENCE, Compatibility(unreduced_vdf_forms=True)):
        assert vdf.verify(SEED, ITERATIONS, output, bits=BITS, compatibility=lenient).output == output


def test_the_reference_takes_the_second_name_of_the_neutral_proof_and_strict_does_not() -> None:
    short = vdf.evaluate(SEED, 10, bits=BITS)
    neutral = encode_form(principal_form(OF_SEED), OF_SEED)
    assert short[HALF:] == neutral  # 2^10 is less than any challenge
    width = len(neutral) // 2
    output = short[:HALF] + neutral[:width] + (-1).to_bytes(width, "big", signed=True)
    assert refused_code(output, 10) == "vdf-form-reduced"
    vdf.verify(SEED, 10, output, bits=BITS, compatibility=REFERENCE)


def test_the_neutral_element_as_the_result_is_refused() -> None:
    # In a group of known order its equation holds, so the rule alone stands in the way.
    output = forged_output(principal_form(vdf.discriminant(SMALL_SEED, SMALL_BITS)), 100)
    with pytest.raises(VerificationError) as info:
        vdf.verify(SMALL_SEED, 100, output, bits=SMALL_BITS)
    assert info.value.code == "vdf-output-identity"
    vdf.verify(
        SMALL_SEED, 100, output, bits=SMALL_BITS, compatibility=Compatibility(identity_vdf_output=True)
    )


def test_who_knows_the_order_of_the_group_proves_what_is_false() -> None:
    # Why the discriminant has 2048 bits: nobody can compute the order of such a group.
    x = generator(vdf.discriminant(SMALL_SEED, SMALL_BITS))
    honest = vdf.evaluate(SMALL_SEED, 100, bits=SMALL_BITS)
    forged = forged_output(power(x, 5), 100)
    assert forged != honest
    vdf.verify(SMALL_SEED, 100, forged, bits=SMALL_BITS)


@pytest.mark.parametrize("iterations", [-1, -(1 << 70), 1 << 63])
def test_iterations_out_of_range_are_refused(iterations: int) -> None:
    for action in (
        lambda: vdf.verify(SEED, iterations, OUTPUT, bits=BITS),
        lambda: vdf.Evaluation(SEED, iterations, bits=BITS),
    ):
        with pytest.raises(ConfigurationError) as info:
            action()
        assert info.value.code == "vdf-iterations"


def test_the_most_iterations_are_decided_as_fast_as_few() -> None:
    assert refused_code(OUTPUT, (1 << 63) - 1) == "vdf-proof"


@pytest.mark.parametrize("output", ["text", 5, None])
def test_an_output_that_is_not_bytes_is_a_type_error(output: object) -> None:
    with pytest.raises(TypeError):
        vdf.verify(SEED, ITERATIONS, output, bits=BITS)  # type: ignore[arg-type]
