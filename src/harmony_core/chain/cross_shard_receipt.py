"""Cross-shard receipts, the proofs that carry them to their shard, and the roots that headers commit to.

A transaction that moves value to another shard leaves a receipt in its own shard. The receipts of a block are grouped
by destination; the header holds one hash over the roots of all groups. What travels is a `CXReceiptsProof`: one group,
the roots of all groups, the header, and the commit on it. Whether a proof is true is for `harmony_core.cross_shard`.

Source: harmony-one/harmony, core/types/cx_receipt.go and core/types/derive_sha.go.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from harmony_core.chain.fields import (
    AMOUNT_BITS,
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
from harmony_core.chain.header import Header, decode_header
from harmony_core.crypto.keccak import keccak256
from harmony_core.primitives import STRICT, Address, BlockNumber, Compatibility, Hash32, ShardID, rlp
from harmony_core.trie import EMPTY_ROOT, derive_sha
from harmony_core.trie.build import derive_sha_at

__all__ = [
    "CXReceipt",
    "CXReceiptsProof",
    "MerkleProof",
    "decode_cx_receipt",
    "decode_cx_receipts",
    "decode_cx_receipts_proof",
    "decode_merkle_proof",
    "group_by_destination",
    "incoming_receipts_root",
    "legacy_outgoing_receipts_root",
    "outgoing_receipts_root",
    "receipts_root_of_shard",
]

_SHARD_BITS: Final = 32
_RECEIPT_FIELDS: Final = 6
_MERKLE_FIELDS: Final = 6
_PROOF_FIELDS: Final = 5
_set = object.__setattr__


@dataclass(frozen=True, slots=True)
class CXReceipt:
    """Value on its way to another shard.

    Attributes:
        transaction_hash: the transaction that sent it: its Ethereum hash if it has the Ethereum format.
        sender: account that paid.
        recipient: account to be credited; None encodes as an empty string, which no decoder takes.
        shard_id: shard of the sender.
        to_shard_id: shard of the recipient.
        amount: value in atto.

    Raises:
        VerificationError: code ``field-range`` for an integer that is negative, a shard id of more than 32 bits.
    """

    transaction_hash: Hash32
    sender: Address
    recipient: Address | None
    shard_id: ShardID
    to_shard_id: ShardID
    amount: int

    def __post_init__(self) -> None:
        check_type("transaction_hash", self.transaction_hash, Hash32)
        check_type("sender", self.sender, Address)
        if self.recipient is not None:
            check_type("recipient", self.recipient, Address)
        check_range("shard_id", self.shard_id, _SHARD_BITS)
        check_range("to_shard_id", self.to_shard_id, _SHARD_BITS)
        check_range("amount", self.amount, 0)

    def encode(self) -> bytes:
        """Return the RLP list of the six fields: the item of the derived roots."""
        return rlp.encode_list(
            [
                rlp.encode_bytes(self.transaction_hash),
                rlp.encode_bytes(self.sender),
                rlp.encode_bytes(self.recipient or b""),
                encoded_uint(self.shard_id),
                encoded_uint(self.to_shard_id),
                encoded_uint(self.amount),
            ]
        )


@dataclass(frozen=True, slots=True)
class MerkleProof:
    """What leads from one group of receipts to the hash in the header of the source block.

    Attributes:
        block_number: height of the source block, as the proof states it.
        block_hash: hash of the source block.
        shard_id: shard of the source block, as the proof states it.
        receipts_hash: the header's hash over all groups.
        shard_ids: destinations that have receipts, in rising order.
        shard_roots: root of the receipts for each of these destinations.

    Raises:
        VerificationError: code ``field-range``.
    """

    block_number: BlockNumber
    block_hash: Hash32
    shard_id: ShardID
    receipts_hash: Hash32
    shard_ids: tuple[ShardID, ...]
    shard_roots: tuple[Hash32, ...]

    def __post_init__(self) -> None:
        check_range("block_number", self.block_number, 0)
        check_type("block_hash", self.block_hash, Hash32)
        check_range("shard_id", self.shard_id, _SHARD_BITS)
        check_type("receipts_hash", self.receipts_hash, Hash32)
        check_type("shard_ids", self.shard_ids, tuple)
        check_type("shard_roots", self.shard_roots, tuple)
        for shard_id in self.shard_ids:
            check_range("shard_ids", shard_id, _SHARD_BITS)
        for root in self.shard_roots:
            check_type("shard_roots", root, Hash32)

    def encode(self) -> bytes:
        """Return the RLP list of the six fields."""
        return rlp.encode_list(
            [
                encoded_uint(self.block_number),
                rlp.encode_bytes(self.block_hash),
                encoded_uint(self.shard_id),
                rlp.encode_bytes(self.receipts_hash),
                rlp.encode_list([encoded_uint(shard_id) for shard_id in self.shard_ids]),
                rlp.encode_list([rlp.encode_bytes(root) for root in self.shard_roots]),
            ]
        )


@dataclass(frozen=True, slots=True)
class CXReceiptsProof:
    """The receipts of one block for one shard, with what is needed to check them.

    Attributes:
        receipts: the receipts, in the order of their transactions.
        merkle_proof: the roots of all groups of the block.
        header: header of the source block.
        commit_signature: aggregate signature of the commit on the source block, 96 bytes when it is one.
        commit_bitmap: which slots of the committee signed.
    """

    receipts: tuple[CXReceipt, ...]
    merkle_proof: MerkleProof
    header: Header
    commit_signature: bytes
    commit_bitmap: bytes
    _encoding: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_type("receipts", self.receipts, tuple)
        for receipt in self.receipts:
            check_type("receipts", receipt, CXReceipt)
        check_type("merkle_proof", self.merkle_proof, MerkleProof)
        check_type("header", self.header, Header)
        check_type("commit_signature", self.commit_signature, bytes)
        check_type("commit_bitmap", self.commit_bitmap, bytes)

    @property
    def has_commit(self) -> bool:
        """Whether there is any signature or bitmap at all.

        Source: core/types/cx_receipt.go, ContainsEmptyField, whose other conditions hold for every value of this type.
        """
        return bool(self.commit_signature or self.commit_bitmap)

    def encode(self) -> bytes:
        """Return the RLP list [receipts, Merkle proof, header in its envelope, signature, bitmap]."""
        if self._encoding is None:
            encoding = rlp.encode_list(
                [
                    rlp.encode_list([receipt.encode() for receipt in self.receipts]),
                    self.merkle_proof.encode(),
                    self.header.encode(),
                    rlp.encode_bytes(self.commit_signature),
                    rlp.encode_bytes(self.commit_bitmap),
                ]
            )
            _set(self, "_encoding", encoding)
        assert self._encoding is not None  # noqa: S101 - for the type checker
        return self._encoding


def decode_cx_receipt(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> CXReceipt:
    """Decode one cross-shard receipt; what decodes encodes back to exactly ``data``.

    Args:
        data: the RLP list of the six fields.
        compatibility: ``unbounded_integers`` takes amounts of more than 256 bits.

    Raises:
        DecodeError: code ``field-count``, ``field-type``, ``field-length``, ``field-integer-leading-zero``,
            ``field-integer-size``, or a code of `rlp.decode`.
    """
    return cx_receipt_from_item(rlp.decode(data), compatibility)


def decode_cx_receipts(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> tuple[CXReceipt, ...]:
    """Decode a list of cross-shard receipts, with the errors of `decode_cx_receipt`."""
    return _receipts(rlp.decode(data), compatibility)


def decode_merkle_proof(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> MerkleProof:
    """Decode a Merkle proof; ``unbounded_integers`` takes heights above 2^64-1. Errors as `decode_cx_receipt`."""
    return _merkle_proof(rlp.decode(data), compatibility)


def decode_cx_receipts_proof(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> CXReceiptsProof:
    """Decode a proof; what decodes encodes back to exactly ``data``.

    Raises:
        DecodeError: with the codes of `decode_cx_receipt` and of `decode_header`.
    """
    return cx_receipts_proof_from_item(rlp.decode(data), compatibility)


def cx_receipt_from_item(item: rlp.RLPItem, compatibility: Compatibility) -> CXReceipt:
    """Return the receipt of a decoded item."""
    items = take_record(item, _RECEIPT_FIELDS, "cross-shard receipt")
    return CXReceipt(
        take_fixed(Hash32, items[0], "transaction_hash"),
        take_fixed(Address, items[1], "sender"),
        take_fixed(Address, items[2], "recipient"),
        ShardID(take_uint(items[3], _SHARD_BITS, "shard_id")),
        ShardID(take_uint(items[4], _SHARD_BITS, "to_shard_id")),
        take_uint(items[5], None if compatibility.unbounded_integers else AMOUNT_BITS, "amount"),
    )


def cx_receipts_proof_from_item(item: rlp.RLPItem, compatibility: Compatibility) -> CXReceiptsProof:
    """Return the proof of a decoded item."""
    items = take_record(item, _PROOF_FIELDS, "receipts proof")
    return CXReceiptsProof(
        _receipts(items[0], compatibility),
        _merkle_proof(items[1], compatibility),
        decode_header(rlp.encode(take_list(items[2], "header")), compatibility=compatibility),
        take_bytes(items[3], "commit_signature"),
        take_bytes(items[4], "commit_bitmap"),
    )


def _receipts(item: rlp.RLPItem, compatibility: Compatibility) -> tuple[CXReceipt, ...]:
    return tuple(cx_receipt_from_item(inner, compatibility) for inner in take_list(item, "receipts"))


def _merkle_proof(item: rlp.RLPItem, compatibility: Compatibility) -> MerkleProof:
    items = take_record(item, _MERKLE_FIELDS, "Merkle proof")
    height_bits = None if compatibility.unbounded_integers else HEIGHT_BITS
    return MerkleProof(
        BlockNumber(take_uint(items[0], height_bits, "block_number")),
        take_fixed(Hash32, items[1], "block_hash"),
        ShardID(take_uint(items[2], _SHARD_BITS, "shard_id")),
        take_fixed(Hash32, items[3], "receipts_hash"),
        tuple(
            ShardID(take_uint(inner, _SHARD_BITS, "shard_ids")) for inner in take_list(items[4], "shard_ids")
        ),
        tuple(take_fixed(Hash32, inner, "shard_roots") for inner in take_list(items[5], "shard_roots")),
    )


def group_by_destination(receipts: Iterable[CXReceipt]) -> dict[ShardID, tuple[CXReceipt, ...]]:
    """Return the receipts by destination, destinations in rising order, receipts in their given order."""
    groups: defaultdict[ShardID, list[CXReceipt]] = defaultdict(list)
    for receipt in receipts:
        groups[receipt.to_shard_id].append(receipt)
    return {shard_id: tuple(groups[shard_id]) for shard_id in sorted(groups)}


def receipts_root_of_shard(receipts: Iterable[CXReceipt]) -> Hash32:
    """Return the ordered root of the receipts for one destination, counted from 0.

    The caller gives those of one destination only.

    Source: core/types/derive_sha.go, DeriveSha.
    """
    return derive_sha(receipt.encode() for receipt in receipts)


def outgoing_receipts_root(receipts: Iterable[CXReceipt]) -> Hash32:
    """Return the hash over all cross-shard receipts of a block that its header holds.

    It is Keccak-256 of the shard id (4 bytes, big-endian) and the root of the receipts of each destination, in rising
    order of destinations, or `EMPTY_ROOT` without receipts.

    Source: core/types/cx_receipt.go, ComputeMerkleRoot.
    """
    groups = group_by_destination(receipts)
    return joined_root({shard_id: receipts_root_of_shard(group) for shard_id, group in groups.items()})


def legacy_outgoing_receipts_root(receipts: Sequence[CXReceipt]) -> Hash32:
    """Return the hash that old blocks may hold instead: each receipt keeps its index in the whole list.

    Source: core/types/derive_sha.go, DeriveMultipleShardsSha; core/block_validator.go, ValidateState, takes either.
    """
    places: defaultdict[ShardID, list[tuple[int, bytes]]] = defaultdict(list)
    for index, receipt in enumerate(receipts):
        places[receipt.to_shard_id].append((index, receipt.encode()))
    return joined_root({shard_id: derive_sha_at(places[shard_id]) for shard_id in sorted(places)})


def legacy_root_of_shard(receipts: Sequence[CXReceipt], shard_id: ShardID) -> Hash32:
    """Return the root of the receipts for one destination, each at its index in the whole list."""
    return derive_sha(receipt.encode() if receipt.to_shard_id == shard_id else b"" for receipt in receipts)


def joined_root(roots: dict[ShardID, Hash32]) -> Hash32:
    """Return the hash over the roots of destinations, given in rising order; empty roots are left out."""
    joined = b"".join(
        shard_id.to_bytes(4, "big") + root for shard_id, root in roots.items() if root != EMPTY_ROOT
    )
    return keccak256(joined) if joined else EMPTY_ROOT


def incoming_receipts_root(proofs: Iterable[CXReceiptsProof]) -> Hash32:
    """Return the ordered root of the proofs in a block's body, which its header holds.

    A body as the reference's database stores it has lost the bitmaps of its proofs; its root differs.

    Source: core/types/derive_sha.go, DeriveSha.
    """
    return derive_sha(proof.encode() for proof in proofs)
