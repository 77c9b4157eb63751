"""From pRnd to Rnd: agreement in block B, the delay, acceptance from block B + k on.

Paper protocol; no network runs it. The delay is what takes the choice away: whoever could pick among several pRnd has
to pick before anybody can know what Rnd any of them leads to.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol, cast

from harmony_core.errors import ConfigurationError, VerificationError, require
from harmony_core.primitives import BlockNumber, Hash32
from harmony_core.randomness import vdf

__all__ = [
    "ClassGroupDelay",
    "DelayFunction",
    "Preimage",
    "RandomnessRound",
    "VerifiedPreimage",
    "VerifiedRandomness",
]

_MINT: Final = object()
"""Known to the verification of this package only: without it no proof value comes into being."""


@dataclass(frozen=True, slots=True)
class Preimage:
    """pRnd as it is proposed. Nothing about it is verified yet.

    Attributes:
        value: the exclusive or of the contributed values, 32 bytes.
        bitmap: who contributed, one bit for each slot of the committee.
    """

    value: Hash32
    bitmap: bytes

    def to_bytes(self) -> bytes:
        """Return value and bitmap, as the early node handed them to consensus.

        Source: harmony-one/harmony before bfa35d41d, drand/drand_leader.go (``PRndChannel``).
        """
        return bytes(self.value) + self.bitmap


@dataclass(frozen=True, slots=True, init=False)
class VerifiedPreimage:
    """A pRnd made of enough valid contributions; made by this package only.

    Attributes:
        preimage: value and contributors.
        contributors: how many contributed.
    """

    preimage: Preimage
    contributors: int

    def __init__(self, mint: object, preimage: Preimage, contributors: int) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedPreimage comes from verification and cannot be made by hand")
        object.__setattr__(self, "preimage", preimage)
        object.__setattr__(self, "contributors", contributors)


@dataclass(frozen=True, slots=True, init=False)
class VerifiedRandomness:
    """Rnd, verified; made by `RandomnessRound.accept` only.

    Attributes:
        preimage: the pRnd that was agreed on.
        agreed_in: the block B of the agreement.
        accepted_in: the block in which Rnd was accepted, B + k or later.
        output: the output of the delay, with its proof.
    """

    preimage: VerifiedPreimage
    agreed_in: BlockNumber
    accepted_in: BlockNumber
    output: bytes

    def __init__(
        self,
        mint: object,
        *,
        preimage: VerifiedPreimage,
        agreed_in: BlockNumber,
        accepted_in: BlockNumber,
        output: bytes,
    ) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedRandomness comes from verification and cannot be made by hand")
        object.__setattr__(self, "preimage", preimage)
        object.__setattr__(self, "agreed_in", agreed_in)
        object.__setattr__(self, "accepted_in", accepted_in)
        object.__setattr__(self, "output", output)

    @property
    def digest(self) -> Hash32:
        """SHA-256 of the delay's result without its proof: 32 bytes for who needs a seed.

        The publications say nothing of how Rnd becomes a seed; this is the library's choice.
        """
        return Hash32(sha256(self.output[: len(self.output) // 2]).digest())

    def to_bytes(self) -> bytes:
        """Return output and pRnd, 548 bytes with the class-group delay: the form of a header's VDF field."""
        return self.output + bytes(self.preimage.preimage.value)


class DelayFunction(Protocol):
    """A function that takes long to compute however many machines one has, and little to verify."""

    def evaluate(self, seed: bytes, iterations: int) -> bytes:
        """Return the output with its proof; takes the delay."""
        ...

    def verify(self, seed: bytes, iterations: int, output: bytes) -> None:
        """Raise a HarmonyError unless the output is that of the seed after so many iterations."""
        ...


class ClassGroupDelay:
    """The VDF of Harmony, `harmony_core.randomness.vdf`."""

    def evaluate(self, seed: bytes, iterations: int) -> bytes:
        """See `vdf.evaluate`."""
        return vdf.evaluate(seed, iterations)

    def verify(self, seed: bytes, iterations: int, output: bytes) -> None:
        """See `vdf.verify`."""
        vdf.verify(seed, iterations, output)


class RandomnessRound:
    """One participant's view of one round, from the agreement on pRnd to Rnd.

    Consensus itself lies outside: `agree` is called when the chain has committed pRnd, and `accept` with what a block
    proposes as Rnd.

    Args:
        delay_blocks: k, the blocks that the delay is meant to outlast; at least 1.
        iterations: T, the iterations of the delay.
        delay: the delay function; None takes the class-group VDF.

    Raises:
        ConfigurationError: ``drg-delay`` for fewer than one block or iteration: without delay there is no protection.
    """

    def __init__(self, *, delay_blocks: int, iterations: int, delay: DelayFunction | None = None) -> None:
        require(
            delay_blocks >= 1 and iterations >= 1,
            ConfigurationError,
            "drg-delay",
            "The randomness is delayed by at least one block and one iteration.",
            actual=(delay_blocks, iterations),
        )
        self._delay_blocks = delay_blocks
        self._iterations = iterations
        self._delay: DelayFunction = delay or ClassGroupDelay()
        self._agreed: tuple[VerifiedPreimage, BlockNumber] | None = None
        self._randomness: VerifiedRandomness | None = None

    @property
    def randomness(self) -> VerifiedRandomness | None:
        """Rnd, once accepted."""
        return self._randomness

    @property
    def earliest_block(self) -> BlockNumber | None:
        """The block B + k, from which Rnd is accepted; None before the agreement."""
        return None if self._agreed is None else BlockNumber(self._agreed[1] + self._delay_blocks)

    def agree(self, preimage: VerifiedPreimage, block: BlockNumber) -> None:
        """Note that the chain committed pRnd in block B.

        Raises:
            VerificationError: ``drg-preimage-repeated`` if it did before: pRnd of a round is agreed on once.
        """
        require(
            self._agreed is None,
            VerificationError,
            "drg-preimage-repeated",
            "The chain has agreed on pRnd of this round already.",
        )
        self._agreed = (preimage, block)

    def compute(self) -> bytes:
        """Return the output of the delay for the agreed pRnd. This takes the delay; the leader starts right after B.

        Raises:
            VerificationError: ``drg-preimage-missing`` before the agreement.
        """
        preimage, _ = self._require_agreed()
        return self._delay.evaluate(preimage.preimage.value, self._iterations)

    def accept(self, output: bytes, block: BlockNumber) -> VerifiedRandomness:
        """Verify the Rnd that a block proposes.

        Args:
            output: the output of the delay with its proof.
            block: number of the block that proposes it.

        Raises:
            VerificationError: ``drg-preimage-missing`` before the agreement; ``drg-randomness-early`` before B + k;
                ``drg-randomness-repeated`` if Rnd was accepted before; as the delay's ``verify``.
            DecodeError: as the delay's ``verify``.
        """
        preimage, agreed_in = self._require_agreed()
        earliest = agreed_in + self._delay_blocks
        require(
            block >= earliest,
            VerificationError,
            "drg-randomness-early",
            "The randomness comes before its delay is over.",
            expected=f"block {earliest} or later",
            actual=block,
        )
        require(
            self._randomness is None,
            VerificationError,
            "drg-randomness-repeated",
            "The randomness of this round was accepted already.",
        )
        self._delay.verify(preimage.preimage.value, self._iterations, output)
        self._randomness = VerifiedRandomness(
            _MINT, preimage=preimage, agreed_in=agreed_in, accepted_in=block, output=output
        )
        return self._randomness

    def _require_agreed(self) -> tuple[VerifiedPreimage, BlockNumber]:
        require(
            self._agreed is not None,
            VerificationError,
            "drg-preimage-missing",
            "The chain has not agreed on pRnd of this round.",
        )
        return cast("tuple[VerifiedPreimage, BlockNumber]", self._agreed)
