"""The randomness of an epoch as the node's consensus makes it: a seed from the epoch's VRFs, then the VDF.

**Nothing on mainnet uses it**: the node has the code, but nothing calls it, and headers carry no VDF. The difficulty, in
iterations, is the network's ``schedule.vdf_difficulty``: 50,000 on mainnet and devnet, 5,000 on localnet, 10,000 elsewhere.

Source: harmony-one/harmony, consensus/consensus_v2.go (``GenerateVdfAndProof``, ``ValidateVdfAndProof``),
consensus/consensus.go (``VdfSeedSize``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from harmony_core.errors import DecodeError, MissingDataError, VerificationError, require
from harmony_core.primitives import Hash32

__all__ = [
    "OUTPUT_BYTES",
    "RANDOMNESS_BYTES",
    "EpochRandomness",
    "consensus_seed",
    "seed_size",
    "verify_epoch_randomness",
    "xor_of_values",
]

OUTPUT_BYTES: Final = 516
"""Length of the output of the VDF with its proof, for a discriminant of 2048 bits."""

RANDOMNESS_BYTES: Final = OUTPUT_BYTES + Hash32.LENGTH
"""Length of an epoch's randomness: output and seed, 548 bytes."""


@dataclass(frozen=True, slots=True)
class EpochRandomness:
    """The output of the VDF and the seed it was computed from. Nothing about it is verified yet.

    Attributes:
        output: 516 bytes, value and proof of the VDF.
        seed: the seed.
    """

    output: bytes
    seed: Hash32

    def __post_init__(self) -> None:
        """Check the length of the output."""
        _require_length(len(self.output), OUTPUT_BYTES)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Split the 548 bytes that a header's VDF field is made for.

        Raises:
            DecodeError: ``randomness-length`` for another length.
        """
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"randomness is bytes, not {type(data).__name__}")
        _require_length(len(data), RANDOMNESS_BYTES)
        return cls(bytes(data[:OUTPUT_BYTES]), Hash32(data[OUTPUT_BYTES:RANDOMNESS_BYTES]))

    def to_bytes(self) -> bytes:
        """Return the output followed by the seed, 548 bytes."""
        return self.output + bytes(self.seed)


def seed_size(participants: int) -> int:
    """Return how many VRFs make the seed: two thirds of the committee's keys, rounded **down**.

    Source: harmony-one/harmony, consensus/consensus.go (``VdfSeedSize``).
    """
    return participants * 2 // 3


def xor_of_values(values: Iterable[bytes]) -> Hash32:
    """Return the exclusive or of the first 32 bytes of each value; zero for none.

    Raises:
        DecodeError: ``bytes-length`` for a value of fewer bytes.
    """
    total = 0
    for value in values:
        total ^= int.from_bytes(Hash32(value[: Hash32.LENGTH]), "big")
    return Hash32(total.to_bytes(Hash32.LENGTH, "big"))


def consensus_seed(header_vrfs: Sequence[bytes], participants: int) -> Hash32:
    """Return the seed of an epoch: the exclusive or of the values of its first VRFs.

    Args:
        header_vrfs: the VRF fields of the epoch's headers, in the order of the blocks; 32 bytes or more each, of which
            the first 32 count. That they are proven is up to the caller.
        participants: keys of the committee.

    Raises:
        MissingDataError: ``seed-vrfs`` if there are fewer than `seed_size`.
        DecodeError: ``bytes-length`` for a field of fewer than 32 bytes.
    """
    size = seed_size(participants)
    require(
        len(header_vrfs) >= size,
        MissingDataError,
        "seed-vrfs",
        "The epoch has too few VRFs so far to make its seed.",
        expected=size,
        actual=len(header_vrfs),
    )
    return xor_of_values(header_vrfs[:size])


def verify_epoch_randomness(
    randomness: EpochRandomness, header_vrfs: Sequence[bytes], participants: int, *, difficulty: int
) -> EpochRandomness:
    """Verify the randomness of an epoch against the epoch's VRFs.

    Args:
        randomness: what to verify.
        header_vrfs: as for `consensus_seed`.
        participants: as for `consensus_seed`.
        difficulty: iterations, the network's ``schedule.vdf_difficulty``.

    Returns:
        ``randomness``, which holds.

    Raises:
        VerificationError: ``randomness-seed`` for another seed; as `harmony_core.randomness.vdf.verify`.
        DecodeError: as `harmony_core.randomness.vdf.verify`.
        MissingDataError: as `consensus_seed`.
    """
    from harmony_core.randomness import vdf  # noqa: PLC0415 - the seed alone needs no class groups

    seed = consensus_seed(header_vrfs, participants)
    require(
        randomness.seed == seed,
        VerificationError,
        "randomness-seed",
        "The randomness was not computed from the epoch's VRFs.",
        expected=seed,
        actual=randomness.seed,
    )
    vdf.verify(randomness.seed, difficulty, randomness.output)
    return randomness


def _require_length(actual: int, expected: int) -> None:
    require(
        actual == expected,
        DecodeError,
        "randomness-length",
        "An epoch's randomness has 516 bytes of output and 32 bytes of seed.",
        expected=expected,
        actual=actual,
    )
