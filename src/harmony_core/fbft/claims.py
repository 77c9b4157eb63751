"""The signatures that a message rests on, and the refusal of each when it does not hold."""

from dataclasses import dataclass
from enum import Enum

from harmony_core.chain.header import Header
from harmony_core.crypto.bls import SignedBitmap
from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.quorum import CommitTarget

__all__ = ["Claim", "ClaimKind", "Examined", "judge"]


class ClaimKind(Enum):
    """What a signature in a message says."""

    MESSAGE = "the sender's signature on the message"
    PREPARE = "the sender's vote on a block hash"
    COMMIT = "the sender's vote to commit"
    PREPARED = "a certificate of PREPARE votes"
    COMMITTED = "a certificate of COMMIT votes"
    M1 = "the sender's signature on a prepared block"
    M2 = "the sender's signature on having no prepared block"
    M3 = "the sender's signature on a view id"
    SUM_OF_M2 = "the sum of the signatures on having no prepared block"
    SUM_OF_M3 = "the sum of the signatures on a view id"


@dataclass(frozen=True, slots=True)
class Claim:
    """One signature of a message.

    Attributes:
        kind: what it says.
        signed: payload, signers and signature.
    """

    kind: ClaimKind
    signed: SignedBitmap


@dataclass(frozen=True, slots=True)
class Examined:
    """A message of which everything holds but the signatures, which are left to be checked.

    Attributes:
        sender_bitmap: the sender's slots.
        claims: the signatures.
        counted: slots whose power counts: a certificate's signers, or the sender.
        target: the block that the message carries or is about, where it is known.
        header: header of the block that a message of the leader carries.
    """

    sender_bitmap: bytes
    claims: tuple[Claim, ...]
    counted: bytes
    target: CommitTarget | None = None
    header: Header | None = None


def judge(kind: ClaimKind, failure: HarmonyError | None) -> None:
    """Raise the refusal of a claim whose signature failed; ``failure`` is None if it holds.

    Raises:
        HarmonyError: ``failure`` itself where it names what is wrong with the signature or bitmap as such.
        VerificationError: where the signature does not hold: ``message-signature``, ``prepare-signature``,
            ``commit-vote-signature``, ``prepared-signature``, ``committed-signature``, ``m1-signature``,
            ``m2-signature``, ``m3-signature``, ``new-view-m2-signature`` or ``new-view-m3-signature``.
    """
    if failure is not None and failure.code != "bls-signature":
        raise failure
    holds = {one: failure is None or one is not kind for one in ClaimKind}
    require(
        holds[ClaimKind.MESSAGE],
        VerificationError,
        "message-signature",
        "The message is not signed by its sender.",
    )
    require(
        holds[ClaimKind.PREPARE],
        VerificationError,
        "prepare-signature",
        "The PREPARE vote is not its sender's signature on the block hash.",
    )
    require(
        holds[ClaimKind.COMMIT],
        VerificationError,
        "commit-vote-signature",
        "The COMMIT vote is not its sender's signature on the block.",
    )
    require(
        holds[ClaimKind.PREPARED],
        VerificationError,
        "prepared-signature",
        "The PREPARE votes of the certificate do not add up to its signature.",
    )
    require(
        holds[ClaimKind.COMMITTED],
        VerificationError,
        "committed-signature",
        "The COMMIT votes of the certificate do not add up to its signature.",
    )
    _judge_view_change(holds)


def _judge_view_change(holds: dict[ClaimKind, bool]) -> None:
    require(
        holds[ClaimKind.M1],
        VerificationError,
        "m1-signature",
        "The prepared block is not signed by the sender of the vote.",
    )
    require(
        holds[ClaimKind.M2],
        VerificationError,
        "m2-signature",
        "The sender of the vote has not signed that it has no prepared block.",
    )
    require(
        holds[ClaimKind.M3],
        VerificationError,
        "m3-signature",
        "The sender of the vote has not signed the view id.",
    )
    require(
        holds[ClaimKind.SUM_OF_M2],
        VerificationError,
        "new-view-m2-signature",
        "The signatures of those without a prepared block do not add up.",
    )
    require(
        holds[ClaimKind.SUM_OF_M3],
        VerificationError,
        "new-view-m3-signature",
        "The signatures on the view id do not add up.",
    )
