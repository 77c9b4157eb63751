"""The bytes from which an interrupted evaluation goes on.

A state holds the job (seed, size, iterations), how far it has come, the current form and the powers kept for the proof,
behind a fixed mark and before the SHA-256 of everything: a torn or altered state is refused. The hash holds no secret, so
it guards against accidents only; an evaluation therefore also checks its finished output.

All integers are big-endian::

    16 bytes  "harmony-core vdf"        8 bytes  squarings done
     1 byte   version of this format    8 bytes  blocks of the proof done
     4 bytes  length of the seed        the seed
     4 bytes  bits of the discriminant  the current form, the proof so far (once a block is done), the kept powers
     8 bytes  iterations               32 bytes  SHA-256 of all before
"""

import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from harmony_core.errors import DecodeError, require
from harmony_core.randomness.vdf.wesolowski import plan_proof

__all__ = ["EvaluationState"]

_MARK: Final = b"harmony-core vdf"
_VERSION: Final = 1
_HEAD: Final = struct.Struct(">16sBIIQQQ")
_HASH_LENGTH: Final = sha256().digest_size


@dataclass(frozen=True, slots=True)
class EvaluationState:
    """How far an evaluation has come.

    Attributes:
        seed: the seed.
        bits: size of the discriminant.
        iterations: T, the squarings of the whole evaluation.
        squarings: how many of them are done.
        current: the encoded form x^(2^squarings).
        saved: the encoded powers kept for the proof.
        blocks: how many blocks of the proof are done; 0 while squaring.
        proof: the encoded proof so far, empty while no block is done.
    """

    seed: bytes
    bits: int
    iterations: int
    squarings: int
    current: bytes
    saved: tuple[bytes, ...]
    blocks: int = 0
    proof: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the state as bytes; at most about 2 MiB for 2048 bits."""
        head = _HEAD.pack(
            _MARK, _VERSION, len(self.seed), self.bits, self.iterations, self.squarings, self.blocks
        )
        body = b"".join((head, self.seed, self.current, self.proof, *self.saved))
        return body + sha256(body).digest()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the state that the bytes hold; the forms in it are checked when the evaluation goes on.

        Raises:
            DecodeError: code ``vdf-state-integrity`` for bytes that are cut, altered or of another kind,
                ``vdf-state-shape`` for numbers that no evaluation reaches.
        """
        data = bytes(memoryview(data))
        body, found = data[:-_HASH_LENGTH], data[-_HASH_LENGTH:]
        require(
            len(body) >= _HEAD.size and body.startswith(_MARK) and sha256(body).digest() == found,
            DecodeError,
            "vdf-state-integrity",
            "The saved state of an evaluation is torn or altered, or is something else.",
        )
        _, version, seed_length, bits, iterations, squarings, blocks = _HEAD.unpack(
            body[: _HEAD.size].ljust(_HEAD.size, b"\0")
        )
        rest = body[_HEAD.size :]
        plan = plan_proof(iterations)
        count = squarings // plan.interval + 1
        forms = count + 1 + (blocks > 0)
        length, remainder = divmod(len(rest) - seed_length, forms)
        require(
            version == _VERSION
            and squarings <= iterations
            and blocks <= plan.blocks * (squarings == iterations)
            and length > 0
            and remainder == 0,
            DecodeError,
            "vdf-state-shape",
            "The saved state of an evaluation contradicts itself.",
        )
        seed, rest = rest[:seed_length], rest[seed_length:]
        pieces = [rest[start : start + length] for start in range(0, len(rest), max(length, 1))]
        first_saved = len(pieces) - count
        return cls(
            seed=seed,
            bits=bits,
            iterations=iterations,
            squarings=squarings,
            current=b"".join(pieces[:1]),
            saved=tuple(pieces[first_saved:]),
            blocks=blocks,
            proof=b"".join(pieces[1:first_saved]),
        )
