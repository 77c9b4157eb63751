"""Node messages: what nodes send each other besides consensus, from bytes with their category to values and back.

Source: harmony-one/harmony, api/proto/node/node.go, core/types/crosslink_heartbeat.go, core/types.go (BlockWithSig),
node/harmony/node_cross_link.go (processCrossLinkHeartbeatMessage).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from harmony_core.chain.block import Block, decode_block
from harmony_core.chain.cross_shard_receipt import CXReceiptsProof, cx_receipts_proof_from_item
from harmony_core.chain.crosslink import CrossLink, cross_link_of, decode_cross_links
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
from harmony_core.chain.shard_state import Committee
from harmony_core.chain.slash import SlashRecord, decode_slash_records
from harmony_core.chain.staking_transaction import StakingTransaction, staking_transaction_from_item
from harmony_core.chain.transaction import Transaction
from harmony_core.chain.transaction_decoding import transaction_from_item
from harmony_core.crypto.bls import PublicKey, SecretKey, Signature, verify
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.params import ChainConfig
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    rlp,
)
from harmony_core.wire import MAX_CONTENT_BYTES, NodeMessageKind

__all__ = [
    "EpochBlock",
    "Heartbeat",
    "NodeMessage",
    "cross_links_to_send",
    "decode_node_message",
    "verify_heartbeat",
]

_PREFIX_BYTES: Final = 3
_SHARD_BITS: Final = 32
_HEARTBEAT_FIELDS: Final = 5
_EPOCH_BLOCK_FIELDS: Final = 2
_FIRST_LINKED_CHILD: Final = 2


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What the beacon chain last knows of a shard, signed by the beacon chain's leader.

    The signature is on the RLP without it, of which only the first 48 bytes count: shard, height, epoch and the
    beginning of the key.

    Attributes:
        shard_id: the shard that it is for, 32 bits.
        latest_block: the height up to which the beacon chain has crosslinks of that shard without a gap, 64 bits.
        epoch: epoch of the beacon chain, 64 bits.
        public_key: key of the signer, 48 bytes.
        signature: 96 bytes; None before it is signed.
    """

    shard_id: ShardID
    latest_block: BlockNumber
    epoch: Epoch
    public_key: BLSPublicKeyBytes
    signature: BLSSignatureBytes | None = None

    def __post_init__(self) -> None:
        check_range("shard_id", self.shard_id, _SHARD_BITS)
        check_range("latest_block", self.latest_block, HEIGHT_BITS)
        check_range("epoch", self.epoch, HEIGHT_BITS)
        check_type("public_key", self.public_key, BLSPublicKeyBytes)

    def encode(self) -> bytes:
        """Return the RLP list of the five fields."""
        return rlp.encode_list(
            [
                encoded_uint(self.shard_id),
                encoded_uint(self.latest_block),
                encoded_uint(self.epoch),
                rlp.encode_bytes(self.public_key),
                rlp.encode_bytes(self.signature or b""),
            ]
        )

    @property
    def signed_bytes(self) -> bytes:
        """What the signer signs: the encoding with an empty signature."""
        return replace(self, signature=None).encode()

    def signed_by(self, key: SecretKey) -> Self:
        """Return the same heartbeat with the signature of ``key``, which has to be that of ``public_key``."""
        return replace(self, signature=key.sign(self.signed_bytes).to_bytes())


@dataclass(frozen=True, slots=True)
class EpochBlock:
    """The last block of an epoch of the beacon chain, for the other shards.

    Attributes:
        block: the block.
        commit: signature and bitmap of its commit; None where the block is sent alone.
    """

    block: Block
    commit: bytes | None = None

    def encode(self) -> bytes:
        """Return the block's encoding, or the list of it and the commit."""
        if self.commit is None:
            return self.block.encode()
        return rlp.encode_list([self.block.encode(), rlp.encode_bytes(self.commit)])


NodeContent = (
    tuple[Transaction, ...]
    | tuple[StakingTransaction, ...]
    | tuple[Block, ...]
    | tuple[CrossLink, ...]
    | tuple[SlashRecord, ...]
    | CXReceiptsProof
    | Heartbeat
    | EpochBlock
)
"""What a node message carries, by its kind."""


@dataclass(frozen=True, slots=True)
class NodeMessage:
    """A node message. Nothing about its content is verified by decoding it.

    Attributes:
        kind: what it is.
        content: a tuple of values for the kinds that carry lists, else one value.
    """

    kind: NodeMessageKind
    content: NodeContent

    def encode(self) -> bytes:
        """Return the three bytes of the kind and the RLP of the content."""
        if isinstance(self.content, tuple):
            return self.kind.value + rlp.encode_list([item.encode() for item in self.content])
        return self.kind.value + self.content.encode()


def decode_node_message(content: bytes, *, compatibility: Compatibility = STRICT) -> NodeMessage:
    """Decode the content of a node message; what decodes encodes back to the same bytes.

    Args:
        content: category, type and subtype (3 bytes) and RLP, as `harmony_core.wire.unframe` returns it.
        compatibility: as for the decoders of what it carries.

    Raises:
        DecodeError: ``wire-size``, ``node-message-kind`` for an unknown prefix, ``node-message-empty`` for nothing after it, and what the decoders of its content
            raise.
    """
    if not isinstance(content, bytes | bytearray | memoryview):
        raise TypeError(f"a message is bytes, not {type(content).__name__}")
    require(
        len(content) <= MAX_CONTENT_BYTES,
        DecodeError,
        "wire-size",
        "The message is longer than any message of the protocol.",
        expected=f"at most {MAX_CONTENT_BYTES}",
        actual=len(content),
    )
    prefix, body = bytes(content[:_PREFIX_BYTES]), bytes(content[_PREFIX_BYTES:])
    require(
        prefix in NodeMessageKind._value2member_map_,
        DecodeError,
        "node-message-kind",
        "There is no such kind of node message.",
        actual=prefix,
    )
    require(
        len(body) > 0, DecodeError, "node-message-empty", "A node message carries RLP, which is never empty."
    )
    kind = NodeMessageKind(prefix)
    return NodeMessage(kind, _DECODERS[kind](body, compatibility))


def cross_links_to_send(
    config: ChainConfig, headers: Iterable[Header], parents: Mapping[Hash32, Header]
) -> tuple[CrossLink, ...]:
    """Return the crosslinks that a shard sends to the beacon chain for some of its headers.

    A crosslink is about the parent of a header, which carries the commit on it. Headers below height 2, of an epoch
    without crosslinks, or whose parent is not among ``parents`` (by hash) are left out.

    Source: harmony-one/harmony, api/proto/node/node.go (ConstructCrossLinkMessage).
    """
    return tuple(
        cross_link_of(header, parents[header.parent_hash])
        for header in headers
        if header.number >= _FIRST_LINKED_CHILD
        and config.is_cross_link(header.epoch)
        and header.parent_hash in parents
    )


def verify_heartbeat(
    heartbeat: Heartbeat, shard_id: ShardID, beacon: Committee, *, compatibility: Compatibility = STRICT
) -> None:
    """Check that a member of the beacon chain's committee signed a heartbeat for a shard.

    Args:
        heartbeat: the heartbeat.
        shard_id: the receiver's shard.
        beacon: the beacon chain's committee of the receiver's epoch.
        compatibility: quirks of BLS points to allow.

    Raises:
        VerificationError: ``heartbeat-shard``, ``heartbeat-outsider``, ``heartbeat-unsigned``, and ``bls-signature``
            and the other codes of `verify`.
        DecodeError: key or signature are no points of their groups.
    """
    require(
        heartbeat.shard_id == shard_id,
        VerificationError,
        "heartbeat-shard",
        "The heartbeat is for another shard.",
        expected=shard_id,
        actual=heartbeat.shard_id,
    )
    require(
        heartbeat.public_key in beacon.public_keys,
        VerificationError,
        "heartbeat-outsider",
        "The heartbeat is not from the committee of the beacon chain.",
        actual=heartbeat.public_key,
    )
    require(
        heartbeat.signature is not None,
        VerificationError,
        "heartbeat-unsigned",
        "The heartbeat has no signature.",
    )
    signature = Signature.from_bytes(heartbeat.signature or b"", compatibility=compatibility)
    key = PublicKey.from_bytes(heartbeat.public_key, compatibility=compatibility)
    verify(key, heartbeat.signed_bytes, signature, compatibility=compatibility)


def _transactions(body: bytes, compatibility: Compatibility) -> tuple[Transaction, ...]:
    return tuple(transaction_from_item(item, compatibility) for item in _items(body))


def _staking_transactions(body: bytes, compatibility: Compatibility) -> tuple[StakingTransaction, ...]:
    return tuple(staking_transaction_from_item(item, compatibility) for item in _items(body))


def _blocks(body: bytes, compatibility: Compatibility) -> tuple[Block, ...]:
    return tuple(decode_block(rlp.encode(item), compatibility=compatibility) for item in _items(body))


def _cross_links(body: bytes, compatibility: Compatibility) -> tuple[CrossLink, ...]:
    return tuple(decode_cross_links(body, compatibility=compatibility))


def _receipts(body: bytes, compatibility: Compatibility) -> CXReceiptsProof:
    return cx_receipts_proof_from_item(rlp.decode(body), compatibility)


def _slash_records(body: bytes, compatibility: Compatibility) -> tuple[SlashRecord, ...]:
    return tuple(decode_slash_records(body, compatibility=compatibility))


def _heartbeat(body: bytes, _compatibility: Compatibility) -> Heartbeat:
    shard, latest, epoch, key, signature = take_record(rlp.decode(body), _HEARTBEAT_FIELDS, "heartbeat")
    signed = take_bytes(signature, "signature")
    return Heartbeat(
        ShardID(take_uint(shard, _SHARD_BITS, "shard_id")),
        BlockNumber(take_uint(latest, HEIGHT_BITS, "latest_block")),
        Epoch(take_uint(epoch, HEIGHT_BITS, "epoch")),
        take_fixed(BLSPublicKeyBytes, key, "public_key"),
        take_fixed(BLSSignatureBytes, signature, "signature") if signed else None,
    )


def _epoch_block(body: bytes, compatibility: Compatibility) -> EpochBlock:
    sealed = _sealed(body)
    if sealed is None:
        return EpochBlock(decode_block(body, compatibility=compatibility))
    block, commit = sealed
    return EpochBlock(decode_block(block, compatibility=compatibility), commit)


def _sealed(body: bytes) -> tuple[bytes, bytes] | None:
    """Return the encodings of block and commit, or None for a block alone, of which nothing is kept here."""
    fields = take_list(rlp.decode(body), "epoch block")
    if len(fields) != _EPOCH_BLOCK_FIELDS or isinstance(fields[1], list):
        return None
    return rlp.encode(fields[0]), fields[1]


def _items(body: bytes) -> list[rlp.RLPItem]:
    return take_list(rlp.decode(body), "node message")


_DECODERS: Final[dict[NodeMessageKind, Callable[[bytes, Compatibility], Any]]] = {
    NodeMessageKind.TRANSACTIONS: _transactions,
    NodeMessageKind.STAKING_TRANSACTIONS: _staking_transactions,
    NodeMessageKind.BLOCK_SYNC: _blocks,
    NodeMessageKind.CROSS_LINKS: _cross_links,
    NodeMessageKind.RECEIPTS: _receipts,
    NodeMessageKind.SLASH_RECORDS: _slash_records,
    NodeMessageKind.HEARTBEAT: _heartbeat,
    NodeMessageKind.EPOCH_BLOCK: _epoch_block,
}
