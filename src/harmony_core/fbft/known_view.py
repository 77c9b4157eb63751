"""What a verifier knows of a view from its own chain, and the proof value of a verified message."""

from dataclasses import dataclass
from typing import Final

from harmony_core.fbft.messages import Message
from harmony_core.primitives import BlockNumber, BLSPublicKeyBytes, Dec, ViewID
from harmony_core.quorum import CommitTarget, TrustedCommittee

__all__ = ["KnownView", "VerifiedMessage"]

_MINT: Final = object()
"""Known to the verification of this package only: without it no proof value comes into being."""


@dataclass(frozen=True, slots=True)
class KnownView:
    """A view of consensus as the verifier knows it; nothing in it comes from the message under test.

    Attributes:
        committee: the trusted committee of the epoch of the height, which also says shard and epoch.
        block_number: the height that is being decided.
        view_id: the view of the messages.
        leader_key: key of the leader of that view; None where the verifier cannot tell, then any member may lead.
        target: the proposed block, once it is known. A block that is proposed again after a view change has a view
            id of its own, below that of the messages.
    """

    committee: TrustedCommittee
    block_number: BlockNumber
    view_id: ViewID
    leader_key: BLSPublicKeyBytes | None = None
    target: CommitTarget | None = None


@dataclass(frozen=True, slots=True, init=False)
class VerifiedMessage:
    """A message whose rules and signatures hold in a known view; made by this package's verification only.

    Attributes:
        message: the message.
        view: the view under which it was verified.
        sender_bitmap: the sender's slots.
        power: share of the vote that a certificate's signers hold, or else the sender; between 0 and 1.
        target: the block that the message carries or is about, where the verifier knows it.
    """

    message: Message
    view: KnownView
    sender_bitmap: bytes
    power: Dec
    target: CommitTarget | None

    def __init__(
        self,
        mint: object,
        *,
        message: Message,
        view: KnownView,
        sender_bitmap: bytes,
        power: Dec,
        target: CommitTarget | None,
    ) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedMessage is made by verification only")
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "view", view)
        object.__setattr__(self, "sender_bitmap", sender_bitmap)
        object.__setattr__(self, "power", power)
        object.__setattr__(self, "target", target)
