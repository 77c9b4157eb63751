"""Crosslinks: a block of another shard, by its hash, with the commit that its committee signed.

The beacon chain's headers carry them. A crosslink for a block is made from that block's child, whose header holds the
commit on its parent. Whether a crosslink is true is for `harmony_core.cross_shard`.

Source: harmony-one/harmony, core/types/crosslink.go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from harmony_core.chain.fields import (
    HEIGHT_BITS,
    check_range,
    check_type,
    encoded_uint,
    take_bytes,
    take_fixed,
    take_list,
    take_record,
    take_uint,
)
from harmony_core.chain.header import Header
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    rlp,
)

__all__ = [
    "CrossLink",
    "are_cross_links_sorted",
    "cross_link_of",
    "decode_cross_link",
    "decode_cross_links",
    "encode_cross_links",
    "sort_cross_links",
]

_FIELDS: Final = 7
_SHARD_BITS: Final = 32
_NOTHING: Final = (b"",)


@dataclass(frozen=True, slots=True)
class CrossLink:
    """A signed block of another shard.

    Attributes:
        block_hash: hash of the linked block.
        number: its height.
        view_id: its view.
        signature: aggregate signature of the commit on it, 96 bytes.
        bitmap: which slots of the committee signed.
        shard_id: its shard, 32 bits.
        epoch: its epoch.

    Raises:
        VerificationError: code ``field-range``.
    """

    block_hash: Hash32
    number: BlockNumber
    view_id: ViewID
    signature: BLSSignatureBytes
    bitmap: bytes
    shard_id: ShardID
    epoch: Epoch

    def __post_init__(self) -> None:
        check_type("block_hash", self.block_hash, Hash32)
        check_type("signature", self.signature, BLSSignatureBytes)
        check_type("bitmap", self.bitmap, bytes)
        check_range("shard_id", self.shard_id, _SHARD_BITS)
        for name in ("number", "view_id", "epoch"):
            check_range(name, getattr(self, name), 0)

    @property
    def order(self) -> tuple[ShardID, BlockNumber, ViewID]:
        """What crosslinks are sorted by."""
        return self.shard_id, self.number, self.view_id

    def encode(self) -> bytes:
        """Return the RLP list of the seven fields."""
        return rlp.encode_list(
            [
                rlp.encode_bytes(self.block_hash),
                encoded_uint(self.number),
                encoded_uint(self.view_id),
                rlp.encode_bytes(self.signature),
                rlp.encode_bytes(self.bitmap),
                encoded_uint(self.shard_id),
                encoded_uint(self.epoch),
            ]
        )


def cross_link_of(child: Header, parent: Header) -> CrossLink:
    """Return the crosslink for a block, made from its child, which carries the commit on it.

    That the two belong together is not checked here.

    Source: core/types/crosslink.go, NewCrossLink.
    """
    return CrossLink(
        child.parent_hash,
        parent.number,
        parent.view_id,
        child.last_commit_signature,
        child.last_commit_bitmap,
        child.shard_id,
        parent.epoch,
    )


def sort_cross_links(cross_links: Iterable[CrossLink]) -> tuple[CrossLink, ...]:
    """Return crosslinks in the order of a beacon header: by shard, then height, then view."""
    return tuple(sorted(cross_links, key=lambda link: link.order))


def are_cross_links_sorted(cross_links: Sequence[CrossLink]) -> bool:
    """Whether crosslinks are in the order of a beacon header; equal ones may stand in any order."""
    return all(first.order <= second.order for first, second in pairwise(cross_links))


def encode_cross_links(cross_links: Iterable[CrossLink]) -> bytes:
    """Return the field of a beacon header: the RLP list of crosslinks, or no bytes at all for none.

    Source: node/harmony/worker/worker.go, FinalizeNewBlock.
    """
    encodings = [link.encode() for link in cross_links]
    return rlp.encode_list(encodings) if encodings else b""


def decode_cross_link(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> CrossLink:
    """Decode one crosslink; what decodes encodes back to exactly ``data``.

    Args:
        data: the RLP list of the seven fields.
        compatibility: ``unbounded_integers`` takes heights, views and epochs above 2^64-1.

    Raises:
        DecodeError: code ``field-count``, ``field-type``, ``field-length``, ``field-integer-leading-zero``,
            ``field-integer-size``, or a code of `rlp.decode`.
    """
    return _cross_link(rlp.decode(data), compatibility)


def decode_cross_links(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> tuple[CrossLink, ...]:
    """Decode the crosslinks of a beacon header, with the errors of `decode_cross_link`; no bytes are no crosslinks.

    The order is not checked. The list without items, which the reference takes too, is decoded as well.
    """
    if data in _NOTHING:
        return ()
    return tuple(_cross_link(item, compatibility) for item in take_list(rlp.decode(data), "cross_links"))


def _cross_link(item: rlp.RLPItem, compatibility: Compatibility) -> CrossLink:
    items = take_record(item, _FIELDS, "crosslink")
    bits = None if compatibility.unbounded_integers else HEIGHT_BITS
    return CrossLink(
        take_fixed(Hash32, items[0], "block_hash"),
        BlockNumber(take_uint(items[1], bits, "number")),
        ViewID(take_uint(items[2], bits, "view_id")),
        take_fixed(BLSSignatureBytes, items[3], "signature"),
        take_bytes(items[4], "bitmap"),
        ShardID(take_uint(items[5], _SHARD_BITS, "shard_id")),
        Epoch(take_uint(items[6], bits, "epoch")),
    )
