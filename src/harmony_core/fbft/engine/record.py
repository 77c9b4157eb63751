"""What a node must remember through a crash so that it never breaks its word."""

from dataclasses import dataclass, replace
from typing import Final, Self

from harmony_core.errors import DecodeError, require
from harmony_core.fbft.engine.block import BlockFacts, PreparedCertificate
from harmony_core.primitives import BlockNumber, Hash32, ViewID, rlp

__all__ = ["SafetyRecord"]

_FIELDS: Final = 7
_DEPTH: Final = 2


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

    def encode(self) -> bytes:
        """Return the record as bytes for the disk: an RLP list of its fields, the certificate as block and votes."""
        mine = self.certificate
        return rlp.encode(
            [
                rlp.encode_uint(self.number),
                rlp.encode_uint(self.view_id),
                b"" if self.prepared_view is None else rlp.encode_uint(self.prepared_view + 1),
                bytes(self.prepared_hash or b""),
                bytes(self.commit_hash or b""),
                mine.data if mine else b"",
                mine.votes if mine else b"",
            ]
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Return the record that `encode` has written.

        Raises:
            DecodeError: code ``engine-record`` for what is no record, or a code of `rlp.decode` and `decode_block`.
        """
        items = rlp.decode(data, max_depth=_DEPTH)
        fields = [item for item in items if isinstance(item, bytes)] if isinstance(items, list) else []
        require(
            len(fields) == _FIELDS and len(fields) == len(items),
            DecodeError,
            "engine-record",
            "These bytes are no record of a node's votes.",
        )
        number, view_id, prepared = (rlp.decode_uint(field, 64) for field in fields[:3])
        prepared_hash, commit_hash = (Hash32(field) if field else None for field in fields[3:5])
        block, votes = fields[5:]
        return cls(
            BlockNumber(number),
            ViewID(view_id),
            ViewID(prepared - 1) if prepared else None,
            prepared_hash,
            commit_hash,
            PreparedCertificate(BlockFacts.of_block(block), block, votes) if block else None,
        )
