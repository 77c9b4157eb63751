"""Many votes of one phase: one at a time with the payload's point computed once, or all of them in one check.

Source: harmony-one/harmony, consensus/leader.go (onPrepare, onCommit), which checks each vote alone.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harmony_core.crypto.bitmap import check_bitmap
from harmony_core.crypto.bls import KeySet, Signature, hash_to_point
from harmony_core.crypto.bls.base_point import minus_base_point
from harmony_core.crypto.bls.batch import random_coefficients
from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.primitives import BLSSignatureBytes

__all__ = ["CheckedVotes", "VoteChecker"]


@dataclass(frozen=True, slots=True)
class CheckedVotes:
    """What came of many votes.

    Attributes:
        bitmap: slots of those whose vote holds.
        signature: the sum of the votes that hold, 96 bytes; None if none does. With the bitmap it is a certificate,
            provided that no slot stands in two of the votes.
        refused: position of each vote that does not hold, with the reason.
    """

    bitmap: bytes
    signature: BLSSignatureBytes | None
    refused: dict[int, HarmonyError]


class VoteChecker:
    """Checks votes of one committee on one payload.

    Args:
        key_set: the committee's decoded keys.
        payload: what the votes sign: a block hash, or a commit payload.

    Raises:
        VerificationError: ``bls-degenerate-payload`` for a payload that stands for the number zero.
    """

    __slots__ = ("_base", "_point", "key_set", "payload")

    def __init__(self, key_set: KeySet, payload: bytes) -> None:
        self.key_set = key_set
        self.payload = payload
        self._point = hash_to_point(payload, backend=key_set.backend).point
        self._base = minus_base_point(key_set.backend)

    def check(self, bitmap: bytes, signature: bytes) -> Signature:
        """Return the decoded vote of the slots of ``bitmap``.

        Args:
            bitmap: the voters' slots.
            signature: the sum of their signatures, 96 bytes.

        Raises:
            VerificationError: ``vote-signature`` if it is not theirs, ``bls-empty-bitmap`` for nobody,
                ``bitmap-length``, ``bitmap-padding``.
            DecodeError: it is no point of the right group.
        """
        bits = self._bits(bitmap)
        vote = Signature.from_bytes(signature, backend=self.key_set.backend)
        require(
            self.key_set.backend.pairings_are_one(
                [self._base, self.key_set.sum_of(bits)], [vote.point, self._point]
            ),
            VerificationError,
            "vote-signature",
            "The vote is not its sender's signature on the block.",
        )
        return vote

    def check_all(
        self,
        votes: Sequence[tuple[bytes, bytes]],
        *,
        each_alone: bool = False,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> CheckedVotes:
        """Check many votes at once: each signature is decoded and checked to lie in its group, their sum is verified.

        A sum that holds makes a valid certificate, whatever its parts are: voters who collude can make votes that are
        false one by one and whose errors cancel out, to no other effect than that all of them have voted. Who needs
        each vote to hold alone, as for evidence against one of them, asks for ``each_alone``: then random multiples
        are summed, and a false vote passes with a probability of 2^-64. If the sum fails, the false votes are found
        by halving, with random multiples either way.

        Args:
            votes: bitmap and signature of each.
            each_alone: whether each vote has to hold alone.
            entropy: returns that many random bytes; unpredictable to whoever made the votes.
        """
        refused: dict[int, HarmonyError] = {}
        good: dict[int, tuple[int, Signature]] = {}
        for position, (bitmap, signature) in enumerate(votes):
            try:
                bits = self._bits(bitmap)
                good[position] = bits, Signature.from_bytes(signature, backend=self.key_set.backend)
            except HarmonyError as error:
                refused[position] = error
        total = self._sum(good)
        if good and not (
            self._hold_alone(list(good.values()), entropy) if each_alone else self._hold_in_sum(good, total)
        ):
            for position in self._false_ones(list(good.items()), entropy, known_bad=True):
                refused[position] = VerificationError(
                    "The vote is not its sender's signature on the block.", code="vote-signature"
                )
                del good[position]
            total = self._sum(good)
        return self._conclude(good, total, refused)

    def _bits(self, bitmap: bytes) -> int:
        check_bitmap(bitmap, len(self.key_set))
        bits = int.from_bytes(bitmap, "little")
        require(bits != 0, VerificationError, "bls-empty-bitmap", "No signer is marked in the bitmap.")
        return bits

    def _sum(self, votes: dict[int, tuple[int, Signature]]) -> Signature:
        backend = self.key_set.backend
        return Signature(backend.g2_sum([vote.point for _, vote in votes.values()]), backend)

    def _hold_in_sum(self, votes: dict[int, tuple[int, Signature]], summed: Signature) -> bool:
        backend = self.key_set.backend
        total = 0
        for bits, _ in votes.values():
            total |= bits
        if sum(bits.bit_count() for bits, _ in votes.values()) == total.bit_count():
            keys = self.key_set.sum_of(total)
        else:
            keys = backend.g1_sum([self.key_set.sum_of(bits) for bits, _ in votes.values()])
        return backend.pairings_are_one([self._base, keys], [summed.point, self._point])

    def _hold_alone(self, votes: Sequence[tuple[int, Signature]], entropy: Callable[[int], bytes]) -> bool:
        backend = self.key_set.backend
        coefficients = random_coefficients(len(votes), entropy)
        keys = backend.g1_combine([self.key_set.sum_of(bits) for bits, _ in votes], coefficients)
        total = backend.g2_combine([vote.point for _, vote in votes], coefficients)
        return backend.pairings_are_one([self._base, keys], [total, self._point])

    def _false_ones(
        self,
        votes: Sequence[tuple[int, tuple[int, Signature]]],
        entropy: Callable[[int], bytes],
        *,
        known_bad: bool,
    ) -> list[int]:
        """Return the positions of false votes by halving; ``known_bad`` says that there is one for certain."""
        if len(votes) == 1 and known_bad:
            return [votes[0][0]]
        if not known_bad and self._hold_alone([vote for _, vote in votes], entropy):
            return []
        if len(votes) == 1:
            return [votes[0][0]]
        middle = len(votes) // 2
        first = self._false_ones(votes[:middle], entropy, known_bad=False)
        return first + self._false_ones(votes[middle:], entropy, known_bad=not first)

    def _conclude(
        self,
        good: dict[int, tuple[int, Signature]],
        total: Signature,
        refused: dict[int, HarmonyError],
    ) -> CheckedVotes:
        bits = 0
        for one, _ in good.values():
            bits |= one
        bitmap = bits.to_bytes((len(self.key_set) + 7) // 8, "little")
        return CheckedVotes(bitmap, total.to_bytes() if good else None, dict(sorted(refused.items())))
