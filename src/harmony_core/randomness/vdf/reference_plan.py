"""The parameters by which the reference computes its proofs; they change its speed and nothing else.

Source: harmony-one/vdf src/vdf_go/proof_wesolowski.go, approximateParameters.
"""

from dataclasses import dataclass
from math import ceil, floor, log
from typing import Final

from harmony_core.errors import ConfigurationError, require

__all__ = ["ReferencePlan", "reference_plan"]

_LEAST: Final = 3
_MEMORY: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class ReferencePlan:
    """How the reference computes a proof.

    Attributes:
        blocks: L.
        digit_bits: k.
        share: the reference's estimate of the evaluation's time over the proof's, less 2.
    """

    blocks: int
    digit_bits: int
    share: int


def reference_plan(iterations: int) -> ReferencePlan:
    """Return the reference's parameters for T >= 3; below, its logarithm of a logarithm does not exist.

    Raises:
        ConfigurationError: code ``vdf-reference-plan``.
    """
    require(
        iterations >= _LEAST,
        ConfigurationError,
        "vdf-reference-plan",
        "The reference has no parameters for fewer than three iterations.",
        expected=f"at least {_LEAST}",
        actual=iterations,
    )
    blocks = ceil(_MEMORY / 2**20) if iterations > _MEMORY else 1
    work = log(iterations * log(2) / (2 * blocks))
    digit_bits = max(floor(work - log(work) + 0.25 + 0.5), 1)
    time = iterations / digit_bits + blocks * 2.0 ** (digit_bits + 1)
    return ReferencePlan(blocks, digit_bits, floor(iterations / time) - 2)
