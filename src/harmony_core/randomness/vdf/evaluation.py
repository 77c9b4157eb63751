"""Evaluation: T squarings one after another, then the proof; with progress, cancellation and states to go on from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from harmony_core.errors import ConfigurationError, HarmonyError, VerificationError, require
from harmony_core.randomness.vdf.discriminant import DEFAULT_BITS, discriminant
from harmony_core.randomness.vdf.encoding import decode_form, encode_form
from harmony_core.randomness.vdf.engine import Element, Engine
from harmony_core.randomness.vdf.form import generator, principal_form
from harmony_core.randomness.vdf.hash_prime import hash_prime
from harmony_core.randomness.vdf.loading import load_engine
from harmony_core.randomness.vdf.state import EvaluationState
from harmony_core.randomness.vdf.verification import check_iterations, proof_holds
from harmony_core.randomness.vdf.wesolowski import balanced_digits, plan_proof, prove_block

__all__ = ["CHECKPOINT_EVERY", "Evaluation", "EvaluationCancelledError", "Progress", "evaluate"]

CHECKPOINT_EVERY: Final = 1 << 18
"""Squarings between two states given to a ``checkpoint`` function, unless the caller says otherwise: some seconds."""

_SLICE: Final = 256


class EvaluationCancelledError(HarmonyError):
    """The caller cancelled an evaluation; code ``vdf-cancelled``.

    Attributes:
        state: the bytes from which it can go on.
    """

    def __init__(self, state: bytes, *, code: str) -> None:
        super().__init__("The evaluation was cancelled.", code=code)
        self.state = state

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the error picklable."""
        return _cancelled, (self.state, self.code)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an evaluation has come.

    Attributes:
        squarings: squarings done.
        iterations: squarings of the whole evaluation.
        proof_steps: multiplications of the proof done.
        proof_total: multiplications of the proof, about.
    """

    squarings: int
    iterations: int
    proof_steps: int
    proof_total: int

    @property
    def done(self) -> int:
        """Group operations done, squarings and multiplications; each takes about the same time."""
        return self.squarings + min(self.proof_steps, self.proof_total)

    @property
    def total(self) -> int:
        """Group operations of the whole evaluation, about."""
        return self.iterations + self.proof_total


class Evaluation:
    """An evaluation that is advanced in small steps, by who wants to do other things in between.

    `evaluate` is the everyday way. An evaluation is used by one thread at a time.
    """

    def __init__(
        self,
        seed: bytes,
        iterations: int,
        *,
        bits: int = DEFAULT_BITS,
        engine: Engine | str | None = None,
        resume: bytes | None = None,
    ) -> None:
        """Begin an evaluation, or go on with one.

        Args:
            seed: the seed.
            iterations: T, the number of squarings; 0 to 2^63 - 1.
            bits: size of the discriminant.
            engine: an engine or its name; None takes the fastest.
            resume: the bytes of a state of the same evaluation, on whichever engine it was made.

        Raises:
            ConfigurationError: codes ``vdf-iterations``, ``vdf-discriminant-bits``, ``vdf-state-job`` (the state is
                of another seed, size or number of iterations) and those of `load_engine`.
            DecodeError: codes of `EvaluationState.from_bytes` and `decode_form`.
        """
        check_iterations(iterations)
        self.seed, self.iterations, self.bits = bytes(memoryview(seed)), iterations, bits
        state = None if resume is None else EvaluationState.from_bytes(resume)
        require(
            state is None or (state.seed, state.bits, state.iterations) == (self.seed, bits, iterations),
            ConfigurationError,
            "vdf-state-job",
            "The saved state belongs to another evaluation.",
        )
        self._plan = plan_proof(iterations)
        self._group = load_engine(engine).group(discriminant(self.seed, bits))
        self._steps = 0
        self._output: bytes | None = None
        if state is None:
            self._current = self._group.element(generator(self._group.discriminant))
            self._saved = [self._current]
            self._squarings, self._blocks = 0, 0
            self._proof: Element | None = None
        else:
            self._current = self._decoded(state.current)
            self._saved = [self._decoded(form) for form in state.saved]
            self._squarings, self._blocks = state.squarings, state.blocks
            self._proof = self._decoded(state.proof) if state.blocks else None

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        k, blocks = self._plan.digit_bits, self._plan.blocks
        total = self.iterations // k + (blocks << (k - 1))
        steps = max(self._steps, total * self._blocks // blocks)
        return Progress(self._squarings, self.iterations, steps, total)

    @property
    def output(self) -> bytes | None:
        """The output y and proof, once it is there: 516 bytes for 2048 bits."""
        return self._output

    def state(self) -> EvaluationState:
        """Return the state from which the evaluation can go on."""
        return EvaluationState(
            seed=self.seed,
            bits=self.bits,
            iterations=self.iterations,
            squarings=self._squarings,
            current=self._encoded(self._current),
            saved=tuple(self._encoded(element) for element in self._saved),
            blocks=self._blocks,
            proof=self._encoded(self._proof) if self._blocks else b"",
        )

    def advance(self, pause: Callable[[], None] = lambda: None) -> None:
        """Go one step on: up to 256 squarings, or one block of the proof, or the final check; does nothing at the end.

        Args:
            pause: called now and then inside a block, which takes some tenths of a second on the fastest engine; what it
                raises leaves the evaluation as it was before this step.

        Raises:
            VerificationError: code ``vdf-self-check`` when the finished output does not verify: the engine erred, or the
                state that was given is forged.
        """
        if self._output is not None:
            return
        if self._squarings < self.iterations:
            self._square()
        elif self._blocks < self._plan.blocks:
            self._prove(pause)
        else:
            self._finish()

    def _square(self) -> None:
        end = min(self._squarings + _SLICE, self.iterations)
        while self._squarings < end:
            to_save = self._plan.interval - self._squarings % self._plan.interval
            times = min(to_save, end - self._squarings)
            self._current = self._group.squared(self._current, times)
            self._squarings += times
            if times == to_save:
                self._saved.append(self._current)

    def _prove(self, pause: Callable[[], None]) -> None:
        x, y = self._saved[0], self._current
        challenge, _ = hash_prime(self._encoded(x), self._encoded(y))
        block = self._plan.blocks - 1 - self._blocks
        before = self._steps

        def step() -> None:
            self._steps += 1
            if self._steps % _SLICE == 0:
                pause()

        digits = balanced_digits(self.iterations, challenge, self._plan, block)
        try:
            product = prove_block(self._group, self._saved, digits, step)
        except BaseException:
            self._steps = before
            raise
        raised = None if self._proof is None else self._group.squared(self._proof, self._plan.digit_bits)
        if product is None:
            self._proof = raised
        else:
            self._proof = product if raised is None else self._group.product(raised, product)
        self._blocks += 1

    def _finish(self) -> None:
        y, proof = self._encoded(self._current), self._encoded(self._proof)
        of_seed = self._group.discriminant
        require(
            proof_holds(self._group, self.iterations, decode_form(y, of_seed), decode_form(proof, of_seed)),
            VerificationError,
            "vdf-self-check",
            "The finished output does not verify: the engine erred, or the saved state was forged.",
        )
        self._output = y + proof

    def _encoded(self, element: Element | None) -> bytes:
        of_seed = self._group.discriminant
        form = principal_form(of_seed) if element is None else self._group.form(element)
        return encode_form(form, of_seed)

    def _decoded(self, data: bytes) -> Element:
        return self._group.element(decode_form(data, self._group.discriminant))


def evaluate(
    seed: bytes,
    iterations: int,
    *,
    bits: int = DEFAULT_BITS,
    engine: Engine | str | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    checkpoint: Callable[[bytes], None] | None = None,
    checkpoint_every: int = CHECKPOINT_EVERY,
    resume: bytes | None = None,
) -> bytes:
    """Return y = x^(2^T) and its proof, 516 bytes for 2048 bits, the same on every engine.

    Args:
        seed: the seed; the chain uses 32 bytes.
        iterations: T, the number of squarings; 0 to 2^63 - 1. Each takes its time after the one before: about 13
            microseconds on the fastest engine.
        bits: size of the discriminant.
        engine: an engine or its name; None takes ``HARMONY_CORE_VDF_ENGINE`` or the fastest.
        progress: called every few milliseconds of the fastest engine.
        cancel: called as often; when it returns True, the evaluation ends with `EvaluationCancelledError`.
        checkpoint: called with the bytes of a state every ``checkpoint_every`` group operations, to be written down.
        checkpoint_every: group operations between two states.
        resume: the bytes of a state of the same evaluation, to go on from; the output is the same as without.

    Raises:
        EvaluationCancelledError: with the state to go on from.
        ConfigurationError, DecodeError, VerificationError: as `Evaluation` and `Evaluation.advance`.
    """
    evaluation = Evaluation(seed, iterations, bits=bits, engine=engine, resume=resume)
    written = evaluation.progress.done

    def pause() -> None:
        if progress is not None:
            progress(evaluation.progress)
        if cancel is not None and cancel():
            raise EvaluationCancelledError(evaluation.state().to_bytes(), code="vdf-cancelled")

    while (output := evaluation.output) is None:
        pause()
        if checkpoint is not None and evaluation.progress.done - written >= checkpoint_every:
            written = evaluation.progress.done
            checkpoint(evaluation.state().to_bytes())
        evaluation.advance(pause)
    if progress is not None:
        progress(evaluation.progress)
    return output


def _cancelled(state: bytes, code: str) -> EvaluationCancelledError:
    return EvaluationCancelledError(state, code=code)
