"""A commit: the aggregate signature of a committee on a block, and the bitmap that names the signers."""

from dataclasses import dataclass
from typing import Final, Self

from harmony_core.chain.header import Header
from harmony_core.crypto.bitmap import separate_signature_and_bitmap
from harmony_core.errors import DecodeError, require
from harmony_core.primitives import BlockNumber, BLSSignatureBytes, Epoch, Hash32, ShardID, ViewID

__all__ = ["Commit", "CommitTarget"]

_SIGNATURE_LENGTH: Final = BLSSignatureBytes.LENGTH


@dataclass(frozen=True, slots=True)
class Commit:
    """Who signed a block, and their aggregate signature. Nothing about it is verified yet.

    Attributes:
        signature: aggregate BLS signature, 96 bytes.
        bitmap: one bit a slot in committee order, low bit of the first byte first.
    """

    signature: BLSSignatureBytes
    bitmap: bytes

    def __post_init__(self) -> None:
        """Check types and the length of the signature."""
        for name, value in (("signature", self.signature), ("bitmap", self.bitmap)):
            if not isinstance(value, bytes):
                raise TypeError(f"the {name} of a commit is bytes, not {type(value).__name__}")
        require(
            len(self.signature) == _SIGNATURE_LENGTH,
            DecodeError,
            "commit-signature-length",
            "A commit signature has 96 bytes.",
            expected=_SIGNATURE_LENGTH,
            actual=len(self.signature),
        )

    @classmethod
    def from_bytes(cls, signature: bytes, bitmap: bytes) -> Self:
        """Return the commit of a signature of 96 bytes and a bitmap.

        Raises:
            DecodeError: code ``commit-signature-length`` for a signature of another length.
        """
        checked = cls(signature, bitmap)  # type: ignore[arg-type]  # the constructor checks the length
        return cls(BLSSignatureBytes(checked.signature), checked.bitmap)

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Return the commit of a signature followed by its bitmap, as databases and messages carry it.

        Raises:
            DecodeError: code ``commit-proof-length`` for fewer than 96 bytes.
        """
        return cls(*separate_signature_and_bitmap(payload))

    @classmethod
    def of_parent(cls, child: Header) -> Self:
        """Return the commit on a header's parent that the header carries.

        Raises:
            DecodeError: code ``commit-signature-length`` if the header's field has another length.
        """
        return cls.from_bytes(bytes(child.last_commit_signature), child.last_commit_bitmap)


@dataclass(frozen=True, slots=True)
class CommitTarget:
    """What a commit is about: the identity of a block, as a header or a crosslink states it.

    Attributes:
        shard_id: shard of the block.
        epoch: epoch of the block.
        number: height of the block.
        view_id: view id of the block's header.
        block_hash: hash of the block's header.
    """

    shard_id: ShardID
    epoch: Epoch
    number: BlockNumber
    view_id: ViewID
    block_hash: Hash32

    @classmethod
    def of_header(cls, header: Header) -> Self:
        """Return the identity of the block of ``header``."""
        if not isinstance(header, Header):
            raise TypeError(f"a Header is needed, not {type(header).__name__}")
        return cls(header.shard_id, header.epoch, header.number, header.view_id, header.hash)
