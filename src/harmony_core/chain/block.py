"""Blocks: a header with its body, and the roots by which the header commits to it.

Source: harmony-one/harmony, core/types/block.go (extblock, extblockV1, extblockV2).
"""

from dataclasses import dataclass
from typing import Final

from harmony_core.chain.body import (
    Body,
    BodyVersion,
    body_from_items,
    body_version_of,
    open_envelope,
    seal,
    transactions_root,
)
from harmony_core.chain.cross_shard_receipt import incoming_receipts_root
from harmony_core.chain.fields import check_type, take_list, take_record
from harmony_core.chain.header import Header, decode_header
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import STRICT, Compatibility, Hash32, rlp

__all__ = ["Block", "decode_block"]

_FIELDS: Final = {BodyVersion.V0: 3, BodyVersion.V1: 4, BodyVersion.V2: 5}


@dataclass(frozen=True, slots=True)
class Block:
    """A header and what it commits to.

    Attributes:
        header: the header.
        body: the lists of the header's version.

    Raises:
        VerificationError: code ``block-version`` when the body's version is not the header's.
    """

    header: Header
    body: Body

    def __post_init__(self) -> None:
        check_type("header", self.header, Header)
        check_type("body", self.body, Body)
        require(
            self.body.version is body_version_of(self.header.version),
            VerificationError,
            "block-version",
            "The body has another version than the header.",
            expected=int(body_version_of(self.header.version)),
            actual=int(self.body.version),
        )

    @property
    def hash(self) -> Hash32:
        """The block hash, which is the header's."""
        return self.header.hash

    @property
    def transactions_root(self) -> Hash32:
        """The root of the transactions, computed from the body; a true header has the same."""
        return transactions_root(self.body.transactions, self.body.staking_transactions)

    @property
    def incoming_receipts_root(self) -> Hash32:
        """The root of the incoming receipts, computed from the body; bodies from a node's database have another."""
        return incoming_receipts_root(self.body.incoming_receipts)

    def encode(self) -> bytes:
        """Return the RLP encoding, with the envelope from v1 on: what is sent between nodes."""
        return seal(self.body.version, [self.header.encode(), *self.body.encoded_lists()])


def decode_block(data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT) -> Block:
    """Decode a block of any version; what decodes encodes back to exactly ``data``.

    That the header commits to the body is not checked here.

    Args:
        data: the RLP encoding, with the envelope from v1 on.
        compatibility: ``blocks_with_uncles`` takes blocks with uncles.

    Raises:
        DecodeError: code ``block-tag``, ``block-body-version`` (the lists are those of another header version),
            ``body-uncles``, ``field-count``, or a code of what the lists hold.
    """
    version, item = open_envelope(rlp.decode(data), "block")
    header_item, *lists = take_record(item, _FIELDS[version], "block")
    header = decode_header(rlp.encode(take_list(header_item, "header")), compatibility=compatibility)
    require(
        version is body_version_of(header.version),
        DecodeError,
        "block-body-version",
        "The block is in the envelope of another version than its header.",
        expected=int(body_version_of(header.version)),
        actual=int(version),
    )
    return Block(header, body_from_items(version, lists, compatibility))
