"""The messages that a node sends, signed with its keys."""

from dataclasses import replace
from typing import TypeVar

from harmony_core.fbft.encoding import signing_hash
from harmony_core.fbft.engine.block import BlockFacts, PreparedCertificate
from harmony_core.fbft.engine.state import State
from harmony_core.fbft.engine.view_votes import HeldVote
from harmony_core.fbft.messages import (
    NIL_PAYLOAD,
    Announce,
    Committed,
    CommitVote,
    NewView,
    Prepare,
    Prepared,
    ViewChange,
    view_id_payload,
)
from harmony_core.fbft.senders import sender_fields
from harmony_core.primitives import BLSPublicKeyBytes, ViewID

__all__ = [
    "compose_announce",
    "compose_commit",
    "compose_committed",
    "compose_new_view",
    "compose_prepare",
    "compose_prepared",
    "compose_view_change",
]

_Signed = TypeVar("_Signed", Announce, Prepared, Committed, ViewChange, NewView)


def _signed(state: State, message: _Signed, key: BLSPublicKeyBytes) -> _Signed:
    return replace(message, signature=state.settings.signing.sign([key], signing_hash(message)))


def compose_announce(state: State, block: BlockFacts, data: bytes) -> Announce:
    """Return the proposal of a block by the leader of the present view."""
    key = state.leader(state.view_id)
    message = Announce(
        state.electorate.committee.shard_id,
        state.view_id,
        state.number,
        block.block_hash,
        key,
        bytes(block.block_hash),
        block=data,
    )
    return _signed(state, message, key)


def compose_prepared(state: State, certificate: PreparedCertificate) -> Prepared:
    """Return the certificate of PREPARE votes by the leader of the present view."""
    key = state.leader(state.view_id)
    message = Prepared(
        state.electorate.committee.shard_id,
        state.view_id,
        state.number,
        certificate.block.block_hash,
        key,
        certificate.votes,
        block=certificate.data,
    )
    return _signed(state, message, key)


def compose_committed(state: State, block: BlockFacts, votes: bytes) -> Committed:
    """Return the certificate of COMMIT votes by the leader of the present view."""
    key = state.leader(state.view_id)
    message = Committed(
        state.electorate.committee.shard_id, state.view_id, state.number, block.block_hash, key, votes
    )
    return _signed(state, message, key)


def compose_prepare(state: State, block: BlockFacts) -> Prepare:
    """Return the PREPARE vote of the node's keys."""
    sender, bitmap = sender_fields(state.own_keys, state.electorate.keys)
    vote = state.settings.signing.sign(state.own_keys, block.block_hash)
    committee = state.electorate.committee
    return Prepare(committee.shard_id, state.view_id, state.number, block.block_hash, sender, vote, bitmap)


def compose_commit(state: State, block: BlockFacts) -> CommitVote:
    """Return the COMMIT vote of the node's keys; it signs the view of the block's header."""
    sender, bitmap = sender_fields(state.own_keys, state.electorate.keys)
    vote = state.settings.signing.sign(state.own_keys, state.electorate.commit_payload(block.target))
    committee = state.electorate.committee
    return CommitVote(committee.shard_id, state.view_id, state.number, block.block_hash, sender, vote, bitmap)


def compose_view_change(state: State, view_id: ViewID, key: BLSPublicKeyBytes) -> ViewChange:
    """Return the vote of one of the node's keys for a view: M1 if the node knows a prepared block, otherwise M2."""
    signing = state.settings.signing
    prepared = state.record.certificate
    payload = prepared.payload if prepared else b""
    message = ViewChange(
        shard_id=state.electorate.committee.shard_id,
        view_id=view_id,
        block_number=state.number,
        sender_key=key,
        leader_key=state.leader(view_id),
        view_change_signature=signing.sign([key], payload or NIL_PAYLOAD),
        view_id_signature=signing.sign([key], view_id_payload(view_id)),
        payload=payload,
        prepared_block=prepared.data if prepared else b"",
    )
    return _signed(state, message, key)


def compose_new_view(
    state: State, view_id: ViewID, votes: tuple[HeldVote, ...], prepared: PreparedCertificate | None
) -> NewView:
    """Return the next leader's sum of the votes for its view."""
    signing = state.settings.signing
    key = state.leader(view_id)
    messages = [vote.proof.message for vote in votes if isinstance(vote.proof.message, ViewChange)]
    without = [message for message in messages if not message.is_m1]
    message = NewView(
        shard_id=state.electorate.committee.shard_id,
        view_id=view_id,
        block_number=state.number,
        sender_key=key,
        m3_signature=signing.aggregate([one.view_id_signature for one in messages]),
        m3_bitmap=state.electorate.bitmap(
            state.electorate.bits_of_keys([one.sender_key for one in messages])
        ),
        m2_signature=signing.aggregate([one.view_change_signature for one in without]) if without else None,
        m2_bitmap=state.electorate.bitmap(state.electorate.bits_of_keys([one.sender_key for one in without]))
        if without
        else b"",
        payload=prepared.payload if prepared else b"",
        prepared_block=prepared.data if prepared else b"",
    )
    return _signed(state, message, key)
