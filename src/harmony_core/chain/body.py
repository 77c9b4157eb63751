"""Bodies of blocks: the lists that belong to a header, in the three versions of their encoding.

Source: harmony-one/harmony, core/types/block.go (Body, NewBodyForMatchingHeader), core/types/bodyv0.go to bodyv2.go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import Final

from harmony_core.chain.cross_shard_receipt import CXReceiptsProof, cx_receipts_proof_from_item
from harmony_core.chain.fields import check_type, take_list, take_record
from harmony_core.chain.header import ENVELOPE_SIGNATURE, Header, HeaderVersion, decode_header
from harmony_core.chain.staking_transaction import StakingTransaction, staking_transaction_from_item
from harmony_core.chain.transaction import Transaction
from harmony_core.chain.transaction_decoding import transaction_from_item
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import STRICT, Compatibility, Hash32, rlp
from harmony_core.trie import derive_sha

__all__ = ["Body", "BodyVersion", "body_version_of", "decode_body", "transactions_root"]

_ENVELOPE_ITEMS: Final = 3


class BodyVersion(IntEnum):
    """The version of a body and of a whole block; each but 0 is written into the envelope."""

    V0 = 0
    """Transactions only."""
    V1 = 1
    """And incoming cross-shard receipts."""
    V2 = 2
    """And staking transactions."""


_OF_HEADER: Final = {
    HeaderVersion.V0: BodyVersion.V0,
    HeaderVersion.V1: BodyVersion.V1,
    HeaderVersion.V2: BodyVersion.V1,
    HeaderVersion.V3: BodyVersion.V2,
}
_TAGS: Final = {b"v1": BodyVersion.V1, b"v2": BodyVersion.V2}
_LISTS: Final = {BodyVersion.V0: 2, BodyVersion.V1: 3, BodyVersion.V2: 4}


def body_version_of(header: HeaderVersion) -> BodyVersion:
    """Return the version of the bodies that belong to headers of a version."""
    return _OF_HEADER[header]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a block holds besides its header.

    Attributes:
        version: which lists there are.
        transactions: transactions, in the order of their execution.
        staking_transactions: staking transactions, executed after the others; from v2.
        incoming_receipts: proofs of cross-shard receipts that are credited here; from v1.
        uncles: always empty; no header commits to it.

    Raises:
        VerificationError: code ``body-version`` for a list that the version does not have.
    """

    version: BodyVersion
    transactions: tuple[Transaction, ...] = ()
    staking_transactions: tuple[StakingTransaction, ...] = ()
    incoming_receipts: tuple[CXReceiptsProof, ...] = ()
    uncles: tuple[Header, ...] = ()

    def __post_init__(self) -> None:
        check_type("version", self.version, BodyVersion)
        for name, kind in (
            ("transactions", Transaction),
            ("staking_transactions", StakingTransaction),
            ("incoming_receipts", CXReceiptsProof),
            ("uncles", Header),
        ):
            check_type(name, getattr(self, name), tuple)
            for item in getattr(self, name):
                check_type(name, item, kind)
        require(
            not (self.staking_transactions and self.version < BodyVersion.V2)
            and not (self.incoming_receipts and self.version < BodyVersion.V1),
            VerificationError,
            "body-version",
            "A body of this version has no such list.",
            actual=int(self.version),
        )

    def encode(self) -> bytes:
        """Return the RLP encoding, with the envelope from v1 on: what the node's database holds."""
        return seal(self.version, self.encoded_lists())

    def encoded_lists(self) -> list[bytes]:
        """Return the encodings of the version's lists, in order."""
        lists = [rlp.encode_list([transaction.encode() for transaction in self.transactions])]
        if self.version >= BodyVersion.V2:
            lists.append(rlp.encode_list([staking.encode() for staking in self.staking_transactions]))
        lists.append(rlp.encode_list([uncle.encode() for uncle in self.uncles]))
        if self.version >= BodyVersion.V1:
            lists.append(rlp.encode_list([proof.encode() for proof in self.incoming_receipts]))
        return lists


def transactions_root(
    transactions: Iterable[Transaction], staking_transactions: Iterable[StakingTransaction] = ()
) -> Hash32:
    """Return the ordered root of a block's transactions; the index continues through the staking transactions.

    Source: core/types/derive_sha.go, DeriveSha.
    """
    items: Iterable[Transaction | StakingTransaction] = chain(transactions, staking_transactions)
    return derive_sha(item.encode() for item in items)


def decode_body(data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT) -> Body:
    """Decode a body of any version; what decodes encodes back to exactly ``data``.

    Args:
        data: the RLP encoding, with the envelope from v1 on.
        compatibility: ``blocks_with_uncles`` takes bodies with uncles.

    Raises:
        DecodeError: code ``block-tag`` (a version that does not exist), ``body-uncles``, ``field-count``, or a code of what
            the lists hold.
    """
    version, items = open_envelope(rlp.decode(data), "body")
    return body_from_items(version, take_record(items, _LISTS[version], "body"), compatibility)


def body_from_items(version: BodyVersion, items: Sequence[rlp.RLPItem], compatibility: Compatibility) -> Body:
    """Return the body of the decoded lists of its version."""
    lists = [take_list(item, "body") for item in items]
    staking = lists.pop(1) if version >= BodyVersion.V2 else []
    incoming = lists.pop() if version >= BodyVersion.V1 else []
    transactions, uncles = lists
    require(
        not uncles or compatibility.blocks_with_uncles,
        DecodeError,
        "body-uncles",
        "A block has no uncles: no header would commit to them.",
        actual=len(uncles),
    )
    return Body(
        version=version,
        transactions=tuple(transaction_from_item(item, compatibility) for item in transactions),
        staking_transactions=tuple(staking_transaction_from_item(item, compatibility) for item in staking),
        incoming_receipts=tuple(cx_receipts_proof_from_item(item, compatibility) for item in incoming),
        uncles=tuple(
            decode_header(rlp.encode(take_list(item, "uncles")), compatibility=compatibility)
            for item in uncles
        ),
    )


def seal(version: BodyVersion, encodings: Sequence[bytes]) -> bytes:
    """Return the list of encodings, in the envelope of its version."""
    fields = rlp.encode_list(encodings)
    if version is BodyVersion.V0:
        return fields
    tag = rlp.encode_bytes(f"v{version.value}".encode())
    return rlp.encode_list([rlp.encode_bytes(ENVELOPE_SIGNATURE), tag, fields])


def open_envelope(item: rlp.RLPItem, name: str) -> tuple[BodyVersion, rlp.RLPItem]:
    """Return the version of a decoded item, and what is in its envelope.

    Raises:
        DecodeError: code ``block-tag`` or ``field-type``.

    Source: harmony-one/taggedrlp, taggedrlp.go, Registry.Decode.
    """
    outer = take_list(item, name)
    if (
        len(outer) != _ENVELOPE_ITEMS
        or outer[0] != ENVELOPE_SIGNATURE
        or not isinstance(outer[1], bytes)
        or not outer[1]
    ):
        return BodyVersion.V0, outer
    version = _TAGS.get(outer[1])
    require(
        version is not None,
        DecodeError,
        "block-tag",
        "There is no such version of blocks and bodies.",
        actual=outer[1][:32],
    )
    return version or BodyVersion.V0, outer[2]
