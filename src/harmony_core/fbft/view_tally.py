"""The view change votes for one view: what the next leader sums up in its NEWVIEW, and a receiver holds against it.

Source: harmony-one/harmony, consensus/view_change_construct.go (ProcessViewChangeMsg, GetM2Bitmap, GetM3Bitmap,
GetPreparedBlock).
"""

from harmony_core.chain.block import decode_block
from harmony_core.crypto.bitmap import bitmap_length
from harmony_core.crypto.bls import Signature, aggregate_signatures
from harmony_core.errors import VerificationError, require
from harmony_core.fbft.build import PreparedBlock
from harmony_core.fbft.messages import ViewChange
from harmony_core.fbft.senders import bitmap_of_keys
from harmony_core.primitives import BLSPublicKeyBytes, Hash32, ViewID
from harmony_core.quorum import Commit, TrustedCommittee

__all__ = ["ViewTally"]


class ViewTally:
    """The votes for one view of one height. Votes are taken as verified by whoever records them.

    Each key votes once, so that no more is kept than one vote for each slot, and of prepared blocks the one of the
    latest view.

    Args:
        committee: the committee that votes.
        view_id: the view.
    """

    def __init__(self, committee: TrustedCommittee, view_id: ViewID) -> None:
        self.committee = committee
        self.view_id = view_id
        self._m1: dict[BLSPublicKeyBytes, Signature] = {}
        self._m2: dict[BLSPublicKeyBytes, Signature] = {}
        self._m3: dict[BLSPublicKeyBytes, Signature] = {}
        self._prepared: tuple[ViewID, PreparedBlock] | None = None

    def record(self, vote: ViewChange) -> None:
        """Take a vote.

        Raises:
            VerificationError: ``view-change-view`` for a vote for another view, ``view-change-repeated`` for a key
                that has voted, ``message-outsider`` for one outside the committee.
            DecodeError: a signature or a prepared block does not decode.
        """
        require(
            vote.view_id == self.view_id,
            VerificationError,
            "view-change-view",
            "The vote is for another view.",
            expected=self.view_id,
            actual=vote.view_id,
        )
        bitmap_of_keys([vote.sender_key], self.committee.key_set.keys)
        require(
            vote.sender_key not in self._m3,
            VerificationError,
            "view-change-repeated",
            "This key has voted for this view.",
            actual=vote.sender_key,
        )
        signature = Signature.from_bytes(vote.view_change_signature)
        view_signature = Signature.from_bytes(vote.view_id_signature)
        if vote.is_m1:
            self._take_prepared(vote)
            self._m1[vote.sender_key] = signature
        else:
            self._m2[vote.sender_key] = signature
        self._m3[vote.sender_key] = view_signature

    def _take_prepared(self, vote: ViewChange) -> None:
        certificate = Commit.from_payload(vote.payload[32:])
        view_id = decode_block(vote.prepared_block).header.view_id
        if self._prepared is None or view_id > self._prepared[0]:
            block = PreparedBlock(Hash32(vote.payload[:32]), certificate, vote.prepared_block)
            self._prepared = (view_id, block)

    @property
    def has_quorum(self) -> bool:
        """Whether those who signed the view id hold a quorum."""
        rule = self.committee.rule
        return rule.is_enough(rule.power(self.m3_bitmap))

    @property
    def prepared(self) -> PreparedBlock | None:
        """The prepared block of the latest view that a vote shows, or None."""
        return self._prepared[1] if self._prepared else None

    @property
    def m1_bitmap(self) -> bytes:
        """Who shows a prepared block."""
        return self._bitmap(self._m1)

    @property
    def m2_bitmap(self) -> bytes:
        """Who has none."""
        return self._bitmap(self._m2)

    @property
    def m3_bitmap(self) -> bytes:
        """Who has voted."""
        return self._bitmap(self._m3)

    def m2(self) -> Commit | None:
        """Return the sum of the signatures of those without a prepared block, None if there are none."""
        return self._sum(self._m2)

    def m3(self) -> Commit | None:
        """Return the sum of the signatures on the view id, None if nobody has voted."""
        return self._sum(self._m3)

    def _bitmap(self, votes: dict[BLSPublicKeyBytes, Signature]) -> bytes:
        if not votes:
            return bytes(bitmap_length(len(self.committee)))
        return bitmap_of_keys(list(votes), self.committee.key_set.keys)

    def _sum(self, votes: dict[BLSPublicKeyBytes, Signature]) -> Commit | None:
        if not votes:
            return None
        return Commit(aggregate_signatures(votes.values()).to_bytes(), self._bitmap(votes))
