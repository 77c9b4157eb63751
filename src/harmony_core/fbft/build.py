"""Building and signing consensus messages.

Source: harmony-one/harmony, consensus/construct.go (construct), consensus/view_change_construct.go
(constructViewChangeMessage, constructNewViewMessage), consensus/consensus_service.go (sendLastSignPower).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from harmony_core.crypto.bls import SecretKey, aggregate_signatures
from harmony_core.fbft.encoding import signing_hash
from harmony_core.fbft.messages import (
    NIL_PAYLOAD,
    Announce,
    Committed,
    CommitVote,
    LastSignPower,
    NewView,
    Prepare,
    Prepared,
    ViewChange,
    view_id_payload,
)
from harmony_core.fbft.senders import sender_fields
from harmony_core.primitives import BlockNumber, BLSPublicKeyBytes, BLSSignatureBytes, Hash32, ShardID, ViewID
from harmony_core.quorum import Commit

__all__ = [
    "Place",
    "PreparedBlock",
    "build_announce",
    "build_commit_vote",
    "build_committed",
    "build_last_sign_power",
    "build_new_view",
    "build_prepare",
    "build_prepared",
    "build_view_change",
    "sign_jointly",
    "sign_message",
]

_Signed = TypeVar("_Signed", Announce, Prepared, Committed, ViewChange, NewView, LastSignPower)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the protocol a message belongs.

    Attributes:
        shard_id: the shard.
        block_number: the height.
        view_id: the sender's view.
    """

    shard_id: ShardID
    block_number: BlockNumber
    view_id: ViewID


@dataclass(frozen=True, slots=True)
class PreparedBlock:
    """A block with a certificate of PREPARE votes: what makes a view change message an M1.

    Attributes:
        block_hash: hash of the block's header.
        certificate: sum and bitmap of the PREPARE votes on it.
        block: RLP of the block.
    """

    block_hash: Hash32
    certificate: Commit
    block: bytes

    @property
    def payload(self) -> bytes:
        """What an M1 carries and signs: hash, signature, bitmap. Only its first 48 bytes are covered by a signature."""
        return bytes(self.block_hash) + self.certificate.signature + self.certificate.bitmap


def sign_message(message: _Signed, key: SecretKey) -> _Signed:
    """Return the message with the signature of ``key``, which has to be the sender's."""
    return replace(message, signature=key.sign(signing_hash(message)).to_bytes())


def sign_jointly(payload: bytes, keys: Sequence[SecretKey]) -> BLSSignatureBytes:
    """Return the sum of the signatures of ``keys`` on ``payload``."""
    return aggregate_signatures([key.sign(payload) for key in keys]).to_bytes()


def build_announce(place: Place, block_hash: Hash32, block: bytes, key: SecretKey) -> Announce:
    """Return the leader's proposal of a block, signed.

    Args:
        place: shard, height and view.
        block_hash: hash of the block's header.
        block: RLP of the block.
        key: the leader's key.
    """
    sender = key.public_key().to_bytes()
    message = Announce(
        place.shard_id, place.view_id, place.block_number, block_hash, sender, bytes(block_hash), block=block
    )
    return sign_message(message, key)


def build_prepare(
    place: Place, block_hash: Hash32, keys: Sequence[SecretKey], committee: Sequence[BLSPublicKeyBytes]
) -> Prepare:
    """Return the PREPARE vote of one or several keys of a node.

    Args:
        place: shard, height and view.
        block_hash: hash of the block's header, which the vote signs.
        keys: the node's keys that vote.
        committee: all keys of the committee, by slot.

    Raises:
        VerificationError: as `sender_fields`.
    """
    sender, bitmap = sender_fields([key.public_key().to_bytes() for key in keys], committee)
    return Prepare(
        place.shard_id,
        place.view_id,
        place.block_number,
        block_hash,
        sender,
        sign_jointly(block_hash, keys),
        bitmap,
    )


def build_prepared(
    place: Place, block_hash: Hash32, block: bytes, certificate: Commit, key: SecretKey
) -> Prepared:
    """Return the leader's certificate of PREPARE votes, with the block, signed.

    Args:
        place: shard, height and view.
        block_hash: hash of the block's header.
        block: RLP of the block.
        certificate: the sum of the votes' signatures and who voted.
        key: the leader's key.
    """
    payload = certificate.signature + certificate.bitmap
    sender = key.public_key().to_bytes()
    message = Prepared(
        place.shard_id, place.view_id, place.block_number, block_hash, sender, payload, block=block
    )
    return sign_message(message, key)


def build_commit_vote(
    place: Place,
    block_hash: Hash32,
    commit_payload: bytes,
    keys: Sequence[SecretKey],
    committee: Sequence[BLSPublicKeyBytes],
) -> CommitVote:
    """Return the COMMIT vote of one or several keys of a node.

    Args:
        place: where the sender stands; after a view change its view is not that of the block's header.
        block_hash: hash of the block's header.
        commit_payload: what is signed, see `harmony_core.quorum.commit_payload`; its view is the header's.
        keys: the node's keys in the committee.
        committee: keys of the committee in slot order.

    Raises:
        VerificationError: as `sender_fields`.
    """
    sender, bitmap = sender_fields([key.public_key().to_bytes() for key in keys], committee)
    return CommitVote(
        place.shard_id,
        place.view_id,
        place.block_number,
        block_hash,
        sender,
        sign_jointly(commit_payload, keys),
        bitmap,
    )


def build_committed(place: Place, block_hash: Hash32, certificate: Commit, key: SecretKey) -> Committed:
    """Return the leader's certificate of COMMIT votes, signed; the arguments are those of `build_prepared`."""
    payload = certificate.signature + certificate.bitmap
    sender = key.public_key().to_bytes()
    return sign_message(
        Committed(place.shard_id, place.view_id, place.block_number, block_hash, sender, payload), key
    )


def build_view_change(
    place: Place, leader_key: BLSPublicKeyBytes, key: SecretKey, prepared: PreparedBlock | None = None
) -> ViewChange:
    """Return the vote of one key for another view.

    Args:
        place: the stuck height and the view that is asked for.
        leader_key: key of the leader of that view.
        key: the voter's key.
        prepared: the voter's prepared block, which makes the vote an M1; None makes an M2.

    Raises:
        VerificationError: ``bls-degenerate-payload`` for view 0, which cannot be signed.
    """
    payload = prepared.payload if prepared else b""
    message = ViewChange(
        shard_id=place.shard_id,
        view_id=place.view_id,
        block_number=place.block_number,
        sender_key=key.public_key().to_bytes(),
        leader_key=leader_key,
        view_change_signature=key.sign(payload or NIL_PAYLOAD).to_bytes(),
        view_id_signature=key.sign(view_id_payload(place.view_id)).to_bytes(),
        payload=payload,
        prepared_block=prepared.block if prepared else b"",
    )
    return sign_message(message, key)


def build_new_view(
    place: Place, key: SecretKey, m3: Commit, m2: Commit | None = None, prepared: PreparedBlock | None = None
) -> NewView:
    """Return the new leader's proof that a quorum asked for its view.

    Args:
        place: the stuck height and the new view.
        key: the new leader's key.
        m3: sum and bitmap of the signatures on the view id.
        m2: sum and bitmap of the signatures on the constant byte; None if every vote was an M1.
        prepared: the prepared block of an M1; None if there was none.
    """
    message = NewView(
        shard_id=place.shard_id,
        view_id=place.view_id,
        block_number=place.block_number,
        sender_key=key.public_key().to_bytes(),
        m3_signature=m3.signature,
        m3_bitmap=m3.bitmap,
        m2_signature=m2.signature if m2 else None,
        m2_bitmap=m2.bitmap if m2 else b"",
        payload=prepared.payload if prepared else b"",
        prepared_block=prepared.block if prepared else b"",
    )
    return sign_message(message, key)


def build_last_sign_power(
    shard_id: ShardID, key: SecretKey, *, prepare: int, commit: int, change: int
) -> LastSignPower:
    """Return the leader's note on the votes of the last round, signed.

    Args:
        shard_id: the shard.
        key: the leader's key.
        prepare: power of the PREPARE votes in percent, a signed number of 64 bits; for display only.
        commit: power of the COMMIT votes.
        change: power of the view change votes.
    """
    return sign_message(LastSignPower(shard_id, key.public_key().to_bytes(), prepare, commit, change), key)
