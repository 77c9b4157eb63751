"""Verification of an output: y and its proof, against a seed and a number of iterations that the verifier knows.

What is checked, in this order: the length; that both forms are reduced, primitive and of the seed's discriminant; that y
is not the neutral element; and Wesolowski's equation pi^B x^r = y. The discriminant, the start x, the challenge B and
r = 2^T mod B all come from the verifier's own seed and iterations, so an output for others fails.

The reference reduces both forms before it looks at them, so it takes many encodings of one output; here that is
`Compatibility.unreduced_vdf_forms`. It panics for a length that is wrong and for a first coefficient of zero, and does
not notice a form of another discriminant, for which the equation then fails; here all three are refused.

No low-order trick exists: in a group of prime discriminant the number of classes is odd, so that no element has order 2
(the mirrored form (a, -b, c) is the inverse, not a negative), and elements of other small orders are not known to be
computable. The encoding leaves one way to write each class, so that an output cannot be changed without failing.

Source: harmony-one/vdf src/vdf_go/proof_wesolowski.go, VerifyVDF and verifyProof.
"""

from dataclasses import dataclass
from typing import Final

from harmony_core.errors import ConfigurationError, DecodeError, VerificationError, require
from harmony_core.primitives import STRICT, Compatibility
from harmony_core.randomness.vdf.discriminant import DEFAULT_BITS, discriminant
from harmony_core.randomness.vdf.encoding import decode_form, encode_form, form_length
from harmony_core.randomness.vdf.engine import Engine, Group
from harmony_core.randomness.vdf.form import (
    Form,
    generator,
    principal_form,
)
from harmony_core.randomness.vdf.hash_prime import hash_prime
from harmony_core.randomness.vdf.loading import load_engine
from harmony_core.randomness.vdf.wesolowski import double_power

__all__ = ["VerifiedVdf", "check_iterations", "proof_holds", "verify"]

_MINT: Final = object()
"""Known to the verification only: without it no proof value comes into being."""

_MOST_ITERATIONS: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True, init=False)
class VerifiedVdf:
    """An output that has been verified; made by `verify` only.

    Attributes:
        seed: the seed.
        iterations: T, the number of squarings.
        bits: size of the discriminant.
        output: y and the proof, encoded; 516 bytes for 2048 bits.
    """

    seed: bytes
    iterations: int
    bits: int
    output: bytes

    def __init__(self, mint: object, *, seed: bytes, iterations: int, bits: int, output: bytes) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedVdf comes from verification and cannot be made by hand")
        values = (("seed", seed), ("iterations", iterations), ("bits", bits), ("output", output))
        for name, value in values:
            object.__setattr__(self, name, value)

    @property
    def result(self) -> bytes:
        """The encoded form y = x^(2^T)."""
        return self.output[: len(self.output) // 2]

    @property
    def proof(self) -> bytes:
        """The encoded form of the proof."""
        return self.output[len(self.output) // 2 :]

    def __reduce__(self) -> tuple[object, ...]:
        """Keep proofs picklable, so that a worker process can hand one to its parent."""
        return _restore, (self.seed, self.iterations, self.bits, self.output)


def verify(
    seed: bytes,
    iterations: int,
    output: bytes,
    *,
    bits: int = DEFAULT_BITS,
    engine: Engine | str | None = None,
    compatibility: Compatibility = STRICT,
) -> VerifiedVdf:
    """Verify that an output is the evaluation of a seed, in a few milliseconds once the discriminant is known.

    Args:
        seed: the seed, from a source that the verifier trusts.
        iterations: T, the number of squarings that the verifier demands; 0 to 2^63 - 1.
        output: y and the proof; 516 bytes for 2048 bits.
        bits: size of the discriminant.
        engine: an engine or its name; None takes the fastest (see `load_engine`).
        compatibility: quirks of the reference to reproduce.

    Raises:
        DecodeError: codes ``vdf-output-length`` and those of `decode_form`.
        VerificationError: codes ``vdf-output-identity``, ``vdf-proof``.
        ConfigurationError: codes ``vdf-iterations``, ``vdf-discriminant-bits`` and those of `load_engine`.
    """
    check_iterations(iterations)
    chosen = load_engine(engine)
    seed, output = bytes(memoryview(seed)), bytes(memoryview(output))
    of_seed = discriminant(seed, bits)
    length = form_length(of_seed)
    require(
        len(output) == 2 * length,
        DecodeError,
        "vdf-output-length",
        "An output has not the length of two forms of its discriminant.",
        expected=2 * length,
        actual=len(output),
    )
    halves = (output[:length], output[length:])
    y, proof = (decode_form(half, of_seed, compatibility=compatibility) for half in halves)
    _verify_forms(chosen.group(of_seed), iterations, y, proof, compatibility)
    return VerifiedVdf(_MINT, seed=seed, iterations=iterations, bits=bits, output=output)


def check_iterations(iterations: int) -> None:
    """Refuse a number of iterations below 0 or above 2^63 - 1.

    Raises:
        ConfigurationError: code ``vdf-iterations``.
    """
    require(
        0 <= iterations <= _MOST_ITERATIONS,
        ConfigurationError,
        "vdf-iterations",
        "The number of iterations lies outside what is supported.",
        expected="0 to 2^63 - 1",
        actual=iterations,
    )


def proof_holds(group: Group, iterations: int, y: Form, proof: Form) -> bool:
    """Tell whether pi^B x^r = y, for reduced forms of the group's discriminant."""
    x = generator(group.discriminant)
    challenge, _ = hash_prime(*(encode_form(form, group.discriminant) for form in (x, y)))
    product = double_power(
        group, group.element(proof), challenge, group.element(x), pow(2, iterations, challenge)
    )
    return product is not None and group.form(product) == y


def _verify_forms(group: Group, iterations: int, y: Form, proof: Form, compatibility: Compatibility) -> None:
    neutral = principal_form(group.discriminant)
    require(
        y != neutral or generator(group.discriminant) == neutral or compatibility.identity_vdf_output,
        VerificationError,
        "vdf-output-identity",
        "The result of an evaluation is never the neutral element.",
    )
    require(
        proof_holds(group, iterations, y, proof),
        VerificationError,
        "vdf-proof",
        "The proof does not show that the result is the evaluation of this seed for these iterations.",
    )


def _restore(seed: bytes, iterations: int, bits: int, output: bytes) -> VerifiedVdf:
    return VerifiedVdf(_MINT, seed=seed, iterations=iterations, bits=bits, output=output)
