"""The consensus messages as typed values, field for field as they are on the wire.

Nothing about a message is verified by making or decoding it. Who sent it stands either as one key or as a bitmap over
the committee, so that the keys of a sender follow only with the committee: see `harmony_core.fbft.senders`.

Source: harmony-one/harmony, api/proto/message/harmonymessage.proto, consensus/construct.go, view_change_construct.go.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from harmony_core.primitives import BlockNumber, BLSPublicKeyBytes, BLSSignatureBytes, Hash32, ShardID, ViewID
from harmony_core.quorum import Commit
from harmony_core.wire import MessageType

__all__ = [
    "M1_PAYLOAD_MINIMUM",
    "NIL_PAYLOAD",
    "Announce",
    "CommitVote",
    "Committed",
    "ConsensusMessage",
    "LastSignPower",
    "Message",
    "NewView",
    "Prepare",
    "Prepared",
    "ViewChange",
    "view_id_payload",
]

NIL_PAYLOAD: Final = b"\x01"
"""What a validator signs in a view change when it has no prepared block (M2): this byte, whatever block or view."""

M1_PAYLOAD_MINIMUM: Final = 128
"""Shortest payload of an M1: a block hash of 32 bytes and a signature of 96; a bitmap follows."""


def view_id_payload(view_id: int) -> bytes:
    """Return what a validator signs for a view (M3): the view id in 8 bytes, little-endian.

    Source: harmony-one/harmony, consensus/view_change_msg.go (constructViewChangeMessage).
    """
    return (view_id % (1 << 64)).to_bytes(8, "little")


@dataclass(frozen=True, slots=True)
class RoundMessage:
    """What the five messages of a round have in common.

    Attributes:
        shard_id: the shard.
        view_id: the sender's view, which after a view change is not always that of the block's header.
        block_number: the height.
        block_hash: hash of the block's header.
        sender_key: BLS key of a sender with one key; None where ``sender_bitmap`` names several.
        payload: depends on the type.
        sender_bitmap: keys of a sender with several, one bit a slot; empty beside a single key.
        block: RLP of the block, in ANNOUNCE and PREPARED.
        signature: the sender's signature on the message; votes have none, and no message before it is signed.
    """

    type: ClassVar[MessageType]

    shard_id: ShardID
    view_id: ViewID
    block_number: BlockNumber
    block_hash: Hash32
    sender_key: BLSPublicKeyBytes | None
    payload: bytes
    sender_bitmap: bytes = b""
    block: bytes = b""
    signature: BLSSignatureBytes | None = None


@dataclass(frozen=True, slots=True)
class Announce(RoundMessage):
    """The leader proposes a block; the payload is the block hash again, and the block comes with it."""

    type = MessageType.ANNOUNCE


@dataclass(frozen=True, slots=True)
class Prepare(RoundMessage):
    """A validator's first vote; the payload is the sum of its keys' signatures on the block hash."""

    type = MessageType.PREPARE

    @property
    def vote(self) -> BLSSignatureBytes:
        """The (aggregate) signature, 96 bytes."""
        return BLSSignatureBytes(self.payload)


@dataclass(frozen=True, slots=True)
class Prepared(RoundMessage):
    """The leader shows a quorum of PREPARE votes: the payload is their sum and bitmap; the block comes again."""

    type = MessageType.PREPARED

    @property
    def certificate(self) -> Commit:
        """The payload as a signature and a bitmap."""
        return Commit.from_payload(self.payload)


@dataclass(frozen=True, slots=True)
class CommitVote(RoundMessage):
    """A validator's second vote; the payload is the sum of its keys' signatures on the commit payload."""

    type = MessageType.COMMIT

    @property
    def vote(self) -> BLSSignatureBytes:
        """The (aggregate) signature, 96 bytes."""
        return BLSSignatureBytes(self.payload)


@dataclass(frozen=True, slots=True)
class Committed(RoundMessage):
    """The leader shows a quorum of COMMIT votes, which makes the block final: the payload is their sum and bitmap."""

    type = MessageType.COMMITTED

    @property
    def certificate(self) -> Commit:
        """The payload as a signature and a bitmap."""
        return Commit.from_payload(self.payload)


@dataclass(frozen=True, slots=True)
class ViewChange:
    """A validator asks for another view, one message a key.

    With a prepared block in hand it is an M1: the payload is the block hash, the sum of the PREPARE signatures and
    their bitmap, ``view_change_signature`` signs the payload, and the block comes with it. Without one it is an M2:
    no payload, and ``view_change_signature`` signs `NIL_PAYLOAD`. Either way ``view_id_signature`` (M3) signs the
    view id.

    Attributes:
        shard_id: the shard.
        view_id: the view that is asked for.
        block_number: the height that is stuck.
        sender_key: BLS key of the sender.
        leader_key: BLS key of the leader of that view, as the sender sees it.
        view_change_signature: the signature of M1 or M2, 96 bytes.
        view_id_signature: the signature of M3, 96 bytes.
        payload: of an M1; empty in an M2.
        prepared_block: RLP of the prepared block; empty in an M2.
        signature: the sender's signature on the message, or None before it is signed.
    """

    type: ClassVar[MessageType] = MessageType.VIEWCHANGE

    shard_id: ShardID
    view_id: ViewID
    block_number: BlockNumber
    sender_key: BLSPublicKeyBytes
    leader_key: BLSPublicKeyBytes
    view_change_signature: BLSSignatureBytes
    view_id_signature: BLSSignatureBytes
    payload: bytes = b""
    prepared_block: bytes = b""
    signature: BLSSignatureBytes | None = None

    @property
    def is_m1(self) -> bool:
        """Whether it carries a prepared block: by both the payload's length and a block, as the reference tells."""
        return len(self.payload) >= M1_PAYLOAD_MINIMUM and bool(self.prepared_block)

    @property
    def prepared_hash(self) -> Hash32 | None:
        """Hash of the prepared block of an M1, None for an M2."""
        return Hash32(self.payload[:32]) if self.is_m1 else None

    @property
    def certificate(self) -> Commit | None:
        """Signature and bitmap of the PREPARE votes of an M1, None for an M2."""
        return Commit.from_payload(self.payload[32:]) if self.is_m1 else None


@dataclass(frozen=True, slots=True)
class NewView:
    """The next leader shows that a quorum has asked for its view.

    Attributes:
        shard_id: the shard.
        view_id: the new view.
        block_number: the height that was stuck.
        sender_key: BLS key of the new leader.
        m3_signature: sum of the signatures on the view id; None where it is missing.
        m3_bitmap: who is in that sum.
        m2_signature: sum of the signatures on `NIL_PAYLOAD`; None where nobody sent an M2.
        m2_bitmap: who is in that sum.
        payload: of one M1: block hash, sum of the PREPARE signatures, bitmap; empty where nobody sent an M1.
        prepared_block: RLP of that M1's block.
        signature: the sender's signature on the message, or None before it is signed.
    """

    type: ClassVar[MessageType] = MessageType.NEWVIEW

    shard_id: ShardID
    view_id: ViewID
    block_number: BlockNumber
    sender_key: BLSPublicKeyBytes
    m3_signature: BLSSignatureBytes | None
    m3_bitmap: bytes
    m2_signature: BLSSignatureBytes | None = None
    m2_bitmap: bytes = b""
    payload: bytes = b""
    prepared_block: bytes = b""
    signature: BLSSignatureBytes | None = None

    @property
    def carries_m1(self) -> bool:
        """Whether it carries a prepared block, told as in `ViewChange.is_m1`."""
        return len(self.payload) >= M1_PAYLOAD_MINIMUM and bool(self.prepared_block)

    @property
    def prepared_hash(self) -> Hash32 | None:
        """Hash of the prepared block, None without one."""
        return Hash32(self.payload[:32]) if self.carries_m1 else None

    @property
    def certificate(self) -> Commit | None:
        """Signature and bitmap of the PREPARE votes on the prepared block, None without one."""
        return Commit.from_payload(self.payload[32:]) if self.carries_m1 else None


@dataclass(frozen=True, slots=True)
class LastSignPower:
    """What a leader tells of the votes of the last round; nodes only display it.

    Attributes:
        shard_id: the shard.
        sender_key: BLS key of the leader.
        prepare: power of the PREPARE votes in percent, a signed number of 64 bits.
        commit: power of the COMMIT votes in percent.
        change: power of the view change votes.
        signature: the leader's signature on the message, or None before it is signed.
    """

    type: ClassVar[MessageType] = MessageType.LAST_SIGN_POWER

    shard_id: ShardID
    sender_key: BLSPublicKeyBytes
    prepare: int = 0
    commit: int = 0
    change: int = 0
    signature: BLSSignatureBytes | None = None


ConsensusMessage = Announce | Prepare | Prepared | CommitVote | Committed
"""A message of a round."""

Message = Announce | Prepare | Prepared | CommitVote | Committed | ViewChange | NewView | LastSignPower
"""Any consensus message."""
