"""What a node must remember through a crash so that it never breaks its word."""

from dataclasses import dataclass, replace

from harmony_core.fbft.engine.block import PreparedCertificate
from harmony_core.primitives import BlockNumber, Hash32, ViewID

__all__ = ["SafetyRecord"]


@dataclass(frozen=True, slots=True)
class SafetyRecord:
    """The votes of a node at the height that is being decided; everything else can be learnt again.

    Attributes:
        number: the height.
        view_id: the highest view that the node has begun or asked for; it takes part in no lower one.
        prepared_view: the view of its last PREPARE vote.
        prepared_hash: the block of that vote.
        commit_hash: the one block of this height that it has voted to commit, whatever the view.
        certificate: the prepared block that it shows in a view change: the one it has voted to commit, otherwise
            the one with the highest view of its own.
    """

    number: BlockNumber
    view_id: ViewID
    prepared_view: ViewID | None = None
    prepared_hash: Hash32 | None = None
    commit_hash: Hash32 | None = None
    certificate: PreparedCertificate | None = None

    def in_view(self, view_id: ViewID) -> "SafetyRecord":
        """Return the record of a node that begins or asks for a view."""
        return replace(self, view_id=max(self.view_id, view_id))

    def with_prepare(self, view_id: ViewID, block_hash: Hash32) -> "SafetyRecord":
        """Return the record of a node about to vote PREPARE."""
        return replace(self, prepared_view=view_id, prepared_hash=block_hash)

    def with_certificate(self, certificate: PreparedCertificate) -> "SafetyRecord":
        """Return the record of a node that has learnt of a prepared block, which may change nothing."""
        mine = self.certificate
        if self.commit_hash is not None:
            return self
        if mine is not None and mine.block.view_id >= certificate.block.view_id:
            return self
        return replace(self, certificate=certificate)

    def with_commit(self, certificate: PreparedCertificate) -> "SafetyRecord":
        """Return the record of a node about to vote COMMIT for a prepared block."""
        return replace(self, commit_hash=certificate.block.block_hash, certificate=certificate)
