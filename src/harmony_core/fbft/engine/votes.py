"""Votes on one block, verified together when there may be enough of them."""

from dataclasses import dataclass, field

from harmony_core.crypto.bls import SignedBitmap
from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.fbft.engine.electorate import Electorate
from harmony_core.fbft.signing import Signing, is_good

__all__ = ["Votes"]


@dataclass(slots=True)
class Votes:
    """The PREPARE or the COMMIT votes on one block, which all sign the same payload.

    A vote carries no signature of its sender beside the vote itself, so that anybody can send a false one in
    another's name. A vote is therefore taken unverified; as soon as all votes could make a quorum, those not yet
    verified are verified as one sum, and one by one if the sum does not hold. Another vote of the same sender
    forces the first to be verified on its own, so that a false vote never keeps a true one out.

    Attributes:
        electorate: who votes.
        payload: what they sign.
        verified: members whose votes are verified.
    """

    electorate: Electorate
    payload: bytes
    verified: int = 0
    _good: list[bytes] = field(default_factory=list)
    _pending: dict[int, bytes] = field(default_factory=dict)
    _pending_bits: int = 0

    def add_own(self, bits: int, signature: bytes) -> None:
        """Count the node's own vote, which needs no verification; what came in its name before is dropped."""
        for other in [other for other in self._pending if other & bits]:
            del self._pending[other]
            self._pending_bits &= ~other
        if not self.verified & bits:
            self._accept(bits, signature)

    def add(self, signing: Signing, bits: int, signature: bytes) -> None:
        """Take a vote of other members.

        Raises:
            VerificationError: code ``engine-vote-repeated`` for members whose votes are there already.
        """
        is_again = self._pending.get(bits) == signature
        if self._pending_bits & bits and not is_again:
            self._settle(signing, bits)
        require(
            not self.verified & bits and not is_again,
            VerificationError,
            "engine-vote-repeated",
            "This member has already voted.",
        )
        self._pending[bits] = signature
        self._pending_bits |= bits

    def has_quorum(self, signing: Signing, beside: int = 0) -> bool:
        """Return whether verified votes make a quorum, verifying what is still open if that could decide it.

        Args:
            signing: verifies.
            beside: members to count as if they had voted.
        """
        if self.electorate.has_quorum(self.verified | beside):
            return True
        if not self.electorate.has_quorum(self.verified | self._pending_bits | beside):
            return False
        self._verify_pending(signing)
        return self.electorate.has_quorum(self.verified | beside)

    def everyone_voted(self, signing: Signing) -> bool:
        """Return whether every member's vote is there and verified."""
        if self.verified | self._pending_bits != self.electorate.everyone:
            return False
        self._verify_pending(signing)
        return self.verified == self.electorate.everyone

    def certificate(self, signing: Signing) -> bytes:
        """Return the sum of the votes that hold and their bitmap, as PREPARED and COMMITTED carry them."""
        self._verify_pending(signing)
        if len(self._good) > 1:
            self._good = [signing.aggregate(self._good)]
        return bytes(self._good[0]) + self.electorate.bitmap(self.verified)

    def _accept(self, bits: int, signature: bytes) -> None:
        self.verified |= bits
        self._good.append(signature)

    def _holds(self, signing: Signing, bits: int, signature: bytes) -> bool:
        item = SignedBitmap(self.payload, self.electorate.bitmap(bits), signature)
        return is_good(signing, self.electorate.key_set, item)

    def _verify_pending(self, signing: Signing) -> None:
        pending, total = self._pending, self._pending_bits
        if not pending:
            return
        self._pending, self._pending_bits = {}, 0
        try:
            together = signing.aggregate(list(pending.values()))
        except HarmonyError:
            together = None
        if together is not None and self._holds(signing, total, together):
            self._accept(total, together)
            return
        for bits, one in pending.items():
            if self._holds(signing, bits, one):
                self._accept(bits, one)

    def _settle(self, signing: Signing, bits: int) -> None:
        """Verify the open votes of the given members, and keep those that hold."""
        for other in [other for other in self._pending if other & bits]:
            signature = self._pending.pop(other)
            self._pending_bits &= ~other
            if self._holds(signing, other, signature):
                self._accept(other, signature)
