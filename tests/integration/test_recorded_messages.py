"""The recorded networks' messages: bytes, signatures, authority, and every round followed to its commit."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from harmony_core.chain import decode_block
from harmony_core.chain.node_messages import Heartbeat, decode_node_message, verify_heartbeat
from harmony_core.crypto.bls import SignedBitmap, verify_bitmap_signature
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.fbft import (
    Announce,
    Committed,
    CommitVote,
    KnownView,
    LastSignPower,
    NewView,
    Prepare,
    Prepared,
    VerifiedMessage,
    ViewChange,
    encode_message,
)
from harmony_core.fbft.equivocation import EquivocationWatch
from harmony_core.fbft.round_follower import Change, RoundFollower
from harmony_core.fbft.round_rules import message_claim
from harmony_core.fbft.senders import sender_bitmap_of
from harmony_core.fbft.traffic import carried_blocks
from harmony_core.fbft.verification import verify_message
from harmony_core.primitives import BlockNumber, Compatibility, Hash32
from harmony_core.quorum import CommitTarget, TrustedCommittee, commit_payload
from harmony_core.wire import MessageCategory, frame_prefix
from support.recorded import Recording, recordings
from support.recorded_messages import Traffic, traffic_of

SHARDS = [
    (recording, shard)
    for recording in recordings()
    for shard in range(4)
    if (recording.folder / f"consensus_msgs_shard{shard}.jsonl.gz").exists()
]
every_shard = pytest.mark.parametrize(
    ("recording", "shard"), SHARDS, ids=[f"{r.folder.name}-{s}" for r, s in SHARDS]
)
NODE_SHARDS = [
    (recording, shard)
    for recording in recordings()
    for shard in range(4)
    if (recording.folder / f"node_msgs_shard{shard}.jsonl.gz").exists()
]
every_node_shard = pytest.mark.parametrize(
    ("recording", "shard"), NODE_SHARDS, ids=[f"{r.folder.name}-{s}" for r, s in NODE_SHARDS]
)


@every_shard
def test_every_message_encodes_back_to_its_bytes(recording: Recording, shard: int) -> None:
    traffic = traffic_of(recording, shard)
    for row, raw, message in zip(traffic.rows, traffic.raws, traffic.messages, strict=True):
        assert encode_message(message) == raw
        assert frame_prefix(len(raw) + 1).hex() == row["p2pPrefix"]
        assert row["category"] == MessageCategory.CONSENSUS
        assert row["type"] == message.type.name


@cache
def known_blocks(traffic: Traffic) -> dict[Hash32, CommitTarget]:
    return carried_blocks(traffic.messages) | traffic.targets


def expected_refusal(traffic: Traffic, position: int) -> str | None:
    """Say, from what is recorded and without the code under test, what strict has to answer to a message."""
    message = traffic.messages[position]
    try:
        committee = traffic.committees(height_of(traffic, position))
    except MissingDataError:
        return "committee-unknown"
    if isinstance(message, LastSignPower):
        # It names no height; where those between are not recorded, its sender may serve a later epoch.
        return None if message.sender_key in committee.key_set.keys else "message-outsider"
    if isinstance(message, NewView):
        return expected_of_new_view(traffic, position, message)
    if isinstance(message, ViewChange):
        return None
    return expected_of_round(message, committee, known_blocks(traffic), traffic.rows[position])


def height_of(traffic: Traffic, position: int) -> BlockNumber:
    """Return the height of a message; a note on the votes of a round is one of that which was spoken of last."""
    before = reversed(traffic.messages[: position + 1])
    spoken = (*before, *traffic.messages[position:])
    return next((m.block_number for m in spoken if not isinstance(m, LastSignPower)), BlockNumber(0))


def expected_of_round(
    message: Announce | Prepare | Prepared | CommitVote | Committed,
    committee: TrustedCommittee,
    blocks: Mapping[Hash32, CommitTarget],
    row: Mapping[str, Any],
) -> str | None:
    target = blocks.get(message.block_hash)
    if target is not None and (target.number, target.epoch) != (message.block_number, committee.epoch):
        return "message-target-place"
    if target is None:
        return "message-target-unknown" if isinstance(message, CommitVote | Committed) else None
    is_false = isinstance(message, CommitVote) and row["checks"].get("payloadSig") is False
    return "commit-vote-signature" if is_false else None


def expected_of_new_view(traffic: Traffic, position: int, message: NewView) -> str | None:
    """A NEWVIEW with a block of another height is refused; one whose recorded votes are no quorum proves nothing."""
    rule = traffic.committees(message.block_number).rule
    if message.prepared_block and decode_block(message.prepared_block).header.number != message.block_number:
        return "message-block-place"
    keys = traffic.committees(message.block_number).key_set.keys
    voted = 0
    for earlier in traffic.messages[:position]:
        if isinstance(earlier, ViewChange) and (earlier.block_number, earlier.view_id) == (
            message.block_number,
            message.view_id,
        ):
            voted |= 1 << keys.index(earlier.sender_key)
    enough = rule.is_enough(rule.power(voted.to_bytes((len(keys) + 7) // 8, "little")))
    return None if enough else "new-view-votes"


@every_shard
def test_every_message_is_verified_or_refused_for_the_reason_that_the_record_tells(
    recording: Recording, shard: int
) -> None:
    traffic = traffic_of(recording, shard)
    verdicts = [verdict.code if isinstance(verdict, HarmonyError) else None for verdict in traffic.verdicts]
    assert verdicts == [expected_refusal(traffic, position) for position in range(len(traffic.messages))]
    for message, verdict in zip(traffic.messages, traffic.verdicts, strict=True):
        if isinstance(verdict, HarmonyError) and isinstance(message, NewView):
            missing = {"new-view-votes", "committee-unknown"}
            assert isinstance(verdict, MissingDataError) == (verdict.code in missing)


def payload_of(committee: TrustedCommittee, target: CommitTarget) -> bytes:
    return commit_payload(
        committee.network.config,
        block_hash=target.block_hash,
        number=target.number,
        view_id=target.view_id,
        epoch=target.epoch,
    )


@every_shard
def test_messages_without_authority_are_signed_all_the_same(recording: Recording, shard: int) -> None:
    traffic = traffic_of(recording, shard)
    for message, verdict in zip(traffic.messages, traffic.verdicts, strict=True):
        if isinstance(verdict, VerifiedMessage) or isinstance(message, LastSignPower):
            continue
        if verdict.code in {"committee-unknown", "commit-vote-signature"}:
            continue
        committee = traffic.committees(message.block_number)
        bitmap = sender_bitmap_of(message, committee)
        if isinstance(message, Prepare):
            signed = SignedBitmap(message.block_hash, bitmap, message.payload)
        elif isinstance(message, CommitVote):
            target = known_blocks(traffic).get(message.block_hash)
            if target is None:
                continue
            signed = SignedBitmap(payload_of(committee, target), bitmap, message.payload)
        else:
            signed = message_claim(message, bitmap).signed
        verify_bitmap_signature(committee.key_set, signed)


@every_shard
def test_the_reference_takes_what_strict_leaves_open(recording: Recording, shard: int) -> None:
    traffic = traffic_of(recording, shard)
    for message, verdict in zip(traffic.messages, traffic.verdicts, strict=True):
        if not isinstance(message, NewView) or isinstance(verdict, VerifiedMessage):
            continue
        if verdict.code == "committee-unknown":
            continue
        view = KnownView(traffic.committees(message.block_number), message.block_number, message.view_id)
        verify_message(message, view, compatibility=Compatibility.reference())


@every_shard
def test_what_was_signed_is_what_the_recording_says(recording: Recording, shard: int) -> None:
    traffic = traffic_of(recording, shard)
    for row, message, verdict in zip(traffic.rows, traffic.messages, traffic.verdicts, strict=True):
        checks = row["checks"]
        if isinstance(verdict, HarmonyError):
            continue
        if "signers" in checks:
            keys = verdict.view.committee.key_set.keys
            bits = int.from_bytes(verdict.sender_bitmap, "little")
            assert [keys[at].hex() for at in range(len(keys)) if bits >> at & 1] == checks["signers"]
        if "commitPayload" in checks and verdict.target is not None:
            payload = payload_of(verdict.view.committee, verdict.target)
            assert payload.hex() == checks["commitPayload"]
        if "quorumSigners" in checks:
            assert isinstance(message, Prepared | Committed)
            bits = int.from_bytes(message.certificate.bitmap, "little")
            assert bits.bit_count() == checks["quorumSigners"]


def followed(traffic: Traffic) -> RoundFollower:
    follower = RoundFollower(heights_kept=1 << 20)
    for verdict in traffic.verdicts:
        if isinstance(verdict, VerifiedMessage):
            follower.observe(verdict)
    return follower


def has_certificate(traffic: Traffic, number: int) -> bool:
    """Whether a certificate of the block that the chain has at a height was recorded."""
    return any(
        isinstance(message, Committed)
        and message.block_number == number
        and message.block_hash == traffic.headers[number].hash
        for message in traffic.messages
    )


@every_shard
def test_every_round_is_followed_to_its_commit(recording: Recording, shard: int) -> None:
    traffic = traffic_of(recording, shard)
    follower = followed(traffic)
    seen = {message.block_number for message in traffic.messages if not isinstance(message, LastSignPower)}
    for number in sorted(seen & set(traffic.headers)):
        report = follower.height(BlockNumber(number))
        try:
            traffic.committees(BlockNumber(number))
        except MissingDataError:
            assert report is None
            continue
        assert report is not None
        if not has_certificate(traffic, number):
            assert report.decided is None
            continue
        assert report.block_hash == traffic.headers[number].hash
        assert not report.is_contradictory
        decided = report.decided
        assert decided is not None
        assert decided.change is Change.NONE
        rule = decided.committee.rule
        assert rule.is_enough(rule.power(decided.commit_bitmap))


@every_shard
def test_every_change_of_view_has_a_reason(recording: Recording, shard: int) -> None:
    traffic = traffic_of(recording, shard)
    asked: dict[int, set[int]] = {}
    for message, verdict in zip(traffic.messages, traffic.verdicts, strict=True):
        if isinstance(message, ViewChange) and isinstance(verdict, VerifiedMessage):
            asked.setdefault(message.block_number, set()).add(message.view_id)
    for report in followed(traffic).heights:
        assert {change.to_view for change in report.changes} == asked.get(report.number, set())
        for change in report.changes:
            was_decided = report.decided is not None and report.decided.view_id == change.from_view
            # A node that missed the certificate asks for another view all the same.
            assert (change.reason is Change.NONE) == was_decided


@every_shard
def test_nobody_who_is_honest_is_accused(recording: Recording, shard: int) -> None:
    traffic = traffic_of(recording, shard)
    watch = EquivocationWatch()
    found = [
        one
        for verdict in traffic.verdicts
        if isinstance(verdict, VerifiedMessage)
        for one in watch.observe(verdict)
    ]
    votes: dict[tuple[object, ...], set[Hash32]] = {}
    for verdict in traffic.verdicts:
        if isinstance(verdict, VerifiedMessage) and isinstance(verdict.message, CommitVote):
            assert verdict.target is not None
            keys = verdict.view.committee.key_set.keys
            bits = int.from_bytes(verdict.sender_bitmap, "little")
            for slot in (at for at in range(len(keys)) if bits >> at & 1):
                moment = (keys[slot], verdict.target.number, verdict.target.view_id)
                votes.setdefault(moment, set()).add(verdict.target.block_hash)
    accused = {key for key, *_ in (moment for moment, hashes in votes.items() if len(hashes) > 1)}
    assert {key for one in found if one.evidence is not None for key in one.keys} == accused


@every_node_shard
def test_every_node_message_encodes_back_to_its_bytes(recording: Recording, shard: int) -> None:
    for row in recording.rows(f"node_msgs_shard{shard}"):
        raw = bytes.fromhex(row["raw"])
        message = decode_node_message(raw)
        assert message.encode() == raw
        assert raw[:3] == bytes((row["category"], row["nodeMsgType"], row["subType"]))


@every_node_shard
def test_every_heartbeat_is_signed_by_the_beacon_chain(recording: Recording, shard: int) -> None:
    beacon = {state.epoch: state.committee(0) for state in recording.shard_states(0)}  # type: ignore[arg-type]
    for message in heartbeats(recording, shard):
        if message.epoch in beacon:
            verify_heartbeat(message, message.shard_id, beacon[message.epoch])
            with pytest.raises(HarmonyError):
                verify_heartbeat(
                    dataclasses.replace(message, latest_block=BlockNumber(message.latest_block + 1)),
                    message.shard_id,
                    beacon[message.epoch],
                )


def heartbeats(recording: Recording, shard: int) -> list[Heartbeat]:
    """Return some of the heartbeats: the first of each epoch."""
    found: dict[int, Heartbeat] = {}
    for row in recording.rows(f"node_msgs_shard{shard}"):
        content = decode_node_message(bytes.fromhex(row["raw"])).content
        if isinstance(content, Heartbeat):
            found.setdefault(content.epoch, content)
    return list(found.values())
