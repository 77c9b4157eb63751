"""Evaluation: few iterations, progress, cancellation, states to go on from."""

import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from harmony_core.errors import ConfigurationError, DecodeError, HarmonyError, VerificationError
from harmony_core.randomness import vdf
from harmony_core.randomness.vdf import wesolowski
from harmony_core.randomness.vdf.wesolowski import MOST_SAVED, ProofPlan, balanced_digits, plan_proof
from support.vdf import BITS, SEED, slow_output, with_hash

ITERATIONS = 3000
OUTPUT = vdf.evaluate(SEED, ITERATIONS, bits=BITS)


def state_after(count: int, **changes: object) -> bytes:
    evaluation = vdf.Evaluation(SEED, ITERATIONS, bits=BITS)
    while evaluation.progress.squarings < count:
        evaluation.advance()
    return replace(evaluation.state(), **changes).to_bytes()  # type: ignore[arg-type]


def resumed_code(data: bytes, iterations: int = ITERATIONS) -> str:
    with pytest.raises(HarmonyError) as info:
        vdf.evaluate(SEED, iterations, bits=BITS, resume=data)
    return info.value.code


@pytest.mark.parametrize("engine", ["pure", "gmpy2", "flint"])
@pytest.mark.parametrize("iterations", [0, 1, 2, 3, 4, 126, 127, 128, 129, 130, 257])
def test_few_iterations_too_give_the_definition(iterations: int, engine: str) -> None:
    # The reference fails below three iterations.
    output = vdf.evaluate(SEED, iterations, bits=BITS, engine=engine)
    assert output == slow_output(SEED, iterations, BITS)
    vdf.verify(SEED, iterations, output, bits=BITS)


def test_an_output_of_2048_bits_takes_516_bytes() -> None:
    output = vdf.evaluate(SEED, 5)
    assert len(output) == 516
    vdf.verify(SEED, 5, output)


def test_progress_grows_to_the_end() -> None:
    seen: list[vdf.Progress] = []
    vdf.evaluate(SEED, ITERATIONS, bits=BITS, progress=seen.append)
    assert seen[0].done == 0
    assert seen[-1].done == seen[-1].total
    assert seen[-1].squarings == seen[-1].iterations == ITERATIONS
    counts = [progress.done for progress in seen]
    assert counts == sorted(counts)
    assert len(counts) > ITERATIONS // 300


@pytest.mark.parametrize("engine", ["gmpy2", "flint"])
@pytest.mark.parametrize("calls", [1, 2, 7, 12, 13])
def test_a_cancelled_evaluation_goes_on_from_its_state(calls: int, engine: str) -> None:
    left = [calls]

    def cancel() -> bool:
        left[0] -= 1
        return left[0] == 0

    with pytest.raises(vdf.EvaluationCancelledError) as info:
        vdf.evaluate(SEED, ITERATIONS, bits=BITS, cancel=cancel)
    assert info.value.code == "vdf-cancelled"
    again: vdf.EvaluationCancelledError = pickle.loads(pickle.dumps(info.value))  # noqa: S301 - our own bytes
    assert again.state == info.value.state
    assert vdf.evaluate(SEED, ITERATIONS, bits=BITS, resume=again.state, engine=engine) == OUTPUT


def test_an_evaluation_goes_on_from_every_checkpoint() -> None:
    states: list[bytes] = []
    vdf.evaluate(SEED, ITERATIONS, bits=BITS, checkpoint=states.append, checkpoint_every=1)
    assert len(states) > 10
    for state in states:
        assert vdf.EvaluationState.from_bytes(state).to_bytes() == state
        assert vdf.evaluate(SEED, ITERATIONS, bits=BITS, resume=state) == OUTPUT


def test_a_proof_in_many_blocks_goes_on_from_every_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wesolowski, "MOST_SAVED", 40)
    plan = plan_proof(ITERATIONS)
    assert plan.blocks > 5
    states: list[bytes] = []
    output = vdf.evaluate(SEED, ITERATIONS, bits=BITS, checkpoint=states.append, checkpoint_every=1)
    assert output == OUTPUT
    decoded = [vdf.EvaluationState.from_bytes(state) for state in states]
    assert {state.blocks for state in decoded} >= set(range(plan.blocks))
    assert max(len(state.saved) for state in decoded) <= 40
    for state in states[-plan.blocks :]:
        assert vdf.evaluate(SEED, ITERATIONS, bits=BITS, resume=state) == OUTPUT


def test_what_is_cancelled_inside_a_block_of_the_proof_is_taken_up_at_its_start() -> None:
    evaluation = vdf.Evaluation(SEED, ITERATIONS, bits=BITS)
    while evaluation.progress.squarings < ITERATIONS:
        evaluation.advance()

    def stop() -> None:
        raise InterruptedError

    before = evaluation.state()
    with pytest.raises(InterruptedError):
        evaluation.advance(stop)
    assert evaluation.state() == before
    while evaluation.output is None:
        evaluation.advance()
    evaluation.advance()
    assert evaluation.output == OUTPUT


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: data[:31],
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data + b"\0",
        lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
        lambda data: data[:-1] + bytes([data[-1] ^ 128]),
        lambda data: with_hash(b"H" + data[1:-32]),
        lambda data: with_hash(data[:20]),
    ],
)
def test_a_torn_or_altered_state_is_refused(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(DecodeError) as info:
        vdf.EvaluationState.from_bytes(damage(state_after(1000)))
    assert info.value.code == "vdf-state-integrity"


@pytest.mark.parametrize(
    "changes",
    [
        {"squarings": ITERATIONS + 1},
        {"squarings": 1 << 62},
        {"blocks": 1, "proof": bytes(34)},
        {"saved": ()},
        {"current": b""},
        {"current": bytes(35)},
        {"iterations": 999},
    ],
)
def test_a_state_that_contradicts_itself_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(DecodeError) as info:
        vdf.EvaluationState.from_bytes(state_after(1000, **changes))
    assert info.value.code == "vdf-state-shape"


def test_a_state_of_another_format_is_refused() -> None:
    data = bytearray(state_after(1000)[:-32])
    data[16] += 1
    with pytest.raises(DecodeError) as info:
        vdf.EvaluationState.from_bytes(with_hash(bytes(data)))
    assert info.value.code == "vdf-state-shape"


def test_a_state_of_another_evaluation_is_refused() -> None:
    state = state_after(1000)
    for seed, iterations, bits in ((SEED[1:], ITERATIONS, BITS), (SEED, 3001, BITS), (SEED, ITERATIONS, 264)):
        with pytest.raises(ConfigurationError) as info:
            vdf.evaluate(seed, iterations, bits=bits, resume=state)
        assert info.value.code == "vdf-state-job"


def test_a_state_with_a_bad_form_is_refused() -> None:
    form = vdf.EvaluationState.from_bytes(state_after(1000)).current
    assert resumed_code(state_after(1000, current=bytes(len(form)))) == "vdf-form-positive"
    assert resumed_code(state_after(1000, current=form[:-1] + bytes([form[-1] ^ 2]))).startswith("vdf-form")


def test_a_forged_state_gives_no_output() -> None:
    saved = vdf.EvaluationState.from_bytes(state_after(ITERATIONS)).saved
    forged = state_after(ITERATIONS, saved=(saved[0], *saved[2:], saved[1]))
    with pytest.raises(VerificationError) as info:
        vdf.evaluate(SEED, ITERATIONS, bits=BITS, resume=forged)
    assert info.value.code == "vdf-self-check"


@pytest.mark.parametrize("iterations", [0, 1, 100, 10**4, 50_000, 10**6, 10**9, 10**12])
def test_a_proof_keeps_a_bounded_number_of_powers_and_takes_a_fraction_of_the_time(iterations: int) -> None:
    plan = plan_proof(iterations)
    assert iterations // plan.interval + 1 <= MOST_SAVED
    multiplications = iterations // plan.digit_bits + (plan.blocks << plan.digit_bits)
    if iterations >= 50_000:
        assert multiplications * 8 < iterations


@pytest.mark.parametrize("plan", [ProofPlan(1, 1), ProofPlan(3, 1), ProofPlan(4, 5), ProofPlan(7, 2)])
@pytest.mark.parametrize("challenge", [3, 101, (1 << 61) - 1, (1 << 127) - 1])
def test_digits_make_up_the_exponent_of_the_proof(plan: ProofPlan, challenge: int) -> None:
    for iterations in (0, 1, 2, 5, 60, 126, 127, 128, 200, 301):
        total = 0
        for block in range(plan.blocks):
            for m, digit in balanced_digits(iterations, challenge, plan, block):
                assert m * plan.interval <= iterations
                assert abs(digit) <= (1 << (plan.digit_bits - 1)) + 1
                total += digit << (plan.digit_bits * (m * plan.blocks + block))
        assert total == (1 << iterations) // challenge
