"""fbft_messages.json: complete rounds, and what a validator makes of single messages."""

from dataclasses import replace
from typing import Any, Final

from harmony_core.chain import decode_block
from harmony_core.crypto.bls import PublicKey, Signature, verify_bitmap_signature
from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.fbft import (
    Announce,
    Committed,
    CommitVote,
    KnownView,
    Message,
    Prepare,
    Prepared,
    verify_message,
)
from harmony_core.fbft.build import (
    Place,
    build_announce,
    build_commit_vote,
    build_committed,
    build_prepare,
    build_prepared,
    sign_jointly,
)
from harmony_core.fbft.claims import ClaimKind
from harmony_core.fbft.encoding import to_envelope, typed_message
from harmony_core.fbft.limits import MAX_BLOCKS_AHEAD
from harmony_core.fbft.round_rules import examine_certificate
from harmony_core.fbft.senders import bitmap_of_keys, sender_keys
from harmony_core.fbft.verification import verify_envelope_signature
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Epoch,
    ViewID,
    bytes_from_hex,
)
from harmony_core.quorum import Ballot, Commit, CommitTarget, Phase, VoteCollector, commit_payload
from harmony_core.wire import decode_envelope
from support.conformance import Case, reader
from support.fbft_cases import FILE, Members, envelope_json, given_round, members_of, x
from support.outcome import code_of

LEADER: Final = 0
REFERENCE: Final = Compatibility.reference()


class Round:
    """One round of a committee whose nodes have several keys, message by message."""

    def __init__(self, given: dict[str, Any], compatibility: Compatibility) -> None:
        assert given["node_0_is_leader"]
        self.members = members_of(given["members"], 0)
        self.compatibility = compatibility
        self.block = bytes_from_hex(given["block_rlp"])
        header = decode_block(self.block).header
        self.target = CommitTarget.of_header(header)
        assert x(header.hash) == given["block_hash"]
        self.place = Place(header.shard_id, BlockNumber(given["block_num"]), ViewID(given["view_id"]))
        committee = self.members.trusted(header.epoch)
        leader_key = self.members.keys[LEADER]
        self.view = KnownView(committee, self.place.block_number, self.place.view_id, leader_key, self.target)
        self.votes = VoteCollector(committee.committee, committee.rule, compatibility=compatibility)
        self.payload = commit_payload(
            committee.network.config,
            block_hash=header.hash,
            number=header.number,
            view_id=header.view_id,
            epoch=header.epoch,
        )
        assert x(self.payload) == given["commit_payload"]
        self.phase = Phase.PREPARE
        self.leader = self.members.secrets[given["nodes_key_indexes"][LEADER][0]]
        self.voters = [
            (node, part)
            for node, keys in enumerate(given["nodes_key_indexes"])
            if node != LEADER
            for part in ([keys] if given["aggregate_sig"] else [[key] for key in keys])
        ]
        self.leader_indexes = given["nodes_key_indexes"][LEADER]

    def steps(self) -> list[dict[str, object]]:
        announce = build_announce(self.place, self.target.block_hash, self.block, self.leader)
        self.verified(announce)
        for at in self.leader_indexes:
            self.count(Phase.PREPARE, [at], self.target.block_hash)
        steps: list[dict[str, object]] = [
            {"step": "leader announce", "sent": written(announce), "leader": self.state()}
        ]
        steps += [self.prepare(node, indexes) for node, indexes in self.voters]
        steps += [self.commit(node, indexes) for node, indexes in self.voters]
        everything = self.certificate(Phase.COMMIT)
        full = self.votes.has_all_commits()
        steps.append(
            {
                "step": "full commit payload (all signatures; all_sigs_collected)",
                "all_sigs_collected": full,
                "payload": x(everything.signature + everything.bitmap),
            }
        )
        return steps

    def prepare(self, node: int, indexes: list[int]) -> dict[str, object]:
        keys = [self.members.secrets[at] for at in indexes]
        vote = build_prepare(self.place, self.target.block_hash, keys, self.members.keys)
        step: dict[str, object] = {
            "step": "prepare",
            "from_node": node,
            "message": written(vote),
            "announce_error": "",
            "leader_error": "",
        }
        had_quorum = self.votes.has_quorum(Phase.PREPARE)
        self.accept(Phase.PREPARE, vote)
        if self.votes.has_quorum(Phase.PREPARE) and not had_quorum:
            certificate = self.certificate(Phase.PREPARE)
            prepared = build_prepared(
                self.place, self.target.block_hash, self.block, certificate, self.leader
            )
            self.verified(prepared)
            step["leader_sent"] = written(prepared)
            for at in self.leader_indexes:
                self.count(Phase.COMMIT, [at], self.payload)
            self.phase = Phase.COMMIT
        return step | {"leader": self.state(Phase.PREPARE)}

    def commit(self, node: int, indexes: list[int]) -> dict[str, object]:
        keys = [self.members.secrets[at] for at in indexes]
        vote = build_commit_vote(self.place, self.target.block_hash, self.payload, keys, self.members.keys)
        step: dict[str, object] = {
            "step": "commit",
            "from_node": node,
            "message": written(vote),
            "prepared_error": "",
            "leader_error": "",
        }
        had_quorum = self.votes.has_quorum(Phase.COMMIT)
        self.accept(Phase.COMMIT, vote)
        if self.votes.has_quorum(Phase.COMMIT) and not had_quorum:
            committed = build_committed(
                self.place, self.target.block_hash, self.certificate(Phase.COMMIT), self.leader
            )
            self.verified(committed)
            step["leader_sent_committed_at_quorum"] = written(committed)
        return step | {"leader": self.state(Phase.COMMIT)}

    def verified(self, message: Message) -> None:
        envelope = decode_envelope(to_envelope(message).encode(), compatibility=self.compatibility)
        assert typed_message(envelope, compatibility=self.compatibility) == message
        verify_message(message, self.view, compatibility=self.compatibility)

    def accept(self, phase: Phase, vote: Prepare | CommitVote) -> None:
        self.verified(vote)
        keys = sender_keys(vote, self.view.committee)
        self.votes.add(phase, self.ballot(keys, Signature.from_bytes(vote.vote)))

    def count(self, phase: Phase, indexes: list[int], payload: bytes) -> None:
        signature = sign_jointly(payload, [self.members.secrets[at] for at in indexes])
        keys = tuple(self.members.keys[at] for at in indexes)
        self.votes.add(phase, self.ballot(keys, Signature.from_bytes(signature)))

    def ballot(self, keys: tuple[BLSPublicKeyBytes, ...], signature: Signature) -> Ballot:
        return Ballot(keys, self.target.block_hash, signature, self.place.block_number, self.place.view_id)

    def bitmap(self, phase: Phase) -> bytes:
        keys = [key for ballot in self.votes.ballots(phase) for key in ballot.keys]
        return bitmap_of_keys(keys, self.members.keys)

    def certificate(self, phase: Phase) -> Commit:
        return Commit(self.votes.aggregate_signature(phase).to_bytes(), self.bitmap(phase))

    def state(self, counted: Phase = Phase.PREPARE) -> dict[str, object]:
        return {
            "commit_bitmap": x(self.bitmap(Phase.COMMIT)),
            "prepare_bitmap": x(self.bitmap(Phase.PREPARE)),
            "phase": self.phase.value,
            "quorum": self.votes.has_quorum(counted),
            "signers": self.votes.signer_count(counted),
        }


def written(message: Message) -> dict[str, object]:
    return envelope_json(to_envelope(message))


@reader(FILE, "fbft_round", inputs=("in",))
def fbft_round(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return {"out": {"steps": Round(case["in"], compatibility).steps()}}


class Validator:
    """A validator of the recorded round that waits at its height and view."""

    def __init__(self, case: Case, compatibility: Compatibility) -> None:
        given = given_round(case)
        self.members: Members = members_of(given["members"], 0)
        self.compatibility = compatibility
        header = decode_block(bytes_from_hex(given["block_rlp"])).header
        self.view = KnownView(
            self.members.trusted(Epoch(header.epoch)),
            BlockNumber(given["block_num"]),
            ViewID(given["view_id"]),
            self.members.keys[LEADER],
        )
        # Whom the validator takes for the leader, and whether it is synchronising and follows anyone, stand in the
        # name of the case only.
        name = case.fields["name"].casefold()
        self.follows_anyone = "syncing" in name
        if "non-leader" in name:
            self.view = replace(self.view, leader_key=self.members.keys[LEADER + 1])

    def handle(self, protobuf: bytes) -> dict[str, object]:
        try:
            message = self.authentic(protobuf)
        except HarmonyError as error:
            return {"error": error.code, "panic": None, "sent_messages": 0}
        answers = self.answers if self.compatibility == STRICT else self.answers_as_reference
        return {"error": None, "panic": None, "sent_messages": int(answers(message))}

    def authentic(self, protobuf: bytes) -> Message:
        """Return a message whose sender is who it says, and the leader where only the leader may send it."""
        envelope = decode_envelope(protobuf, compatibility=self.compatibility)
        message = typed_message(envelope, compatibility=self.compatibility)
        if isinstance(message, Prepare | CommitVote):
            if message.sender_key is not None:
                PublicKey.from_bytes(message.sender_key)
            return message
        if isinstance(message, Announce | Prepared | Committed):
            require(
                self.follows_anyone or message.sender_key == self.view.leader_key,
                VerificationError,
                "message-leader",
                "Not the leader.",
            )
        key = PublicKey.from_bytes(message.sender_key or b"")
        verify_envelope_signature(envelope, key, compatibility=self.compatibility)
        return message

    def answers(self, message: Message) -> bool:
        """Return whether the validator answers with a vote: strict does to nothing that it has not verified."""
        if not isinstance(message, Announce | Prepared):
            return False
        if self.follows_anyone and isinstance(message, Prepared):
            return False
        leader = message.sender_key if self.follows_anyone else self.view.leader_key
        view = replace(self.view, leader_key=leader)
        return code_of(lambda: verify_message(message, view, compatibility=self.compatibility)) is None

    def answers_as_reference(self, message: Message) -> bool:
        """The reference answers an ANNOUNCE of its view before it looks at the block, even of a height to come.

        Source: harmony-one/harmony, consensus/validator.go (onAnnounce, onPrepared), consensus/checks.go
        (isRightBlockNumCheck).
        """
        if not isinstance(message, Announce | Prepared) or message.view_id != self.view.view_id:
            return False
        ahead = message.block_number - self.view.block_number
        if isinstance(message, Announce):
            return 0 <= ahead <= MAX_BLOCKS_AHEAD
        return (
            ahead == 0 and not self.follows_anyone and code_of(lambda: self.prepared_holds(message)) is None
        )

    def prepared_holds(self, message: Prepared) -> None:
        certificate = examine_certificate(
            message.payload, message.block_hash, ClaimKind.PREPARED, self.view, self.compatibility
        )
        key_set = self.view.committee.key_set
        verify_bitmap_signature(key_set, certificate.signed, compatibility=self.compatibility)
        header = decode_block(message.block, compatibility=self.compatibility).header
        found = (header.number, header.hash)
        require(
            found == (message.block_number, message.block_hash),
            VerificationError,
            "message-block-hash",
            "Another block.",
        )


def answered_by_reference_only(case: Case) -> str | None:
    """Strict answers nothing that it has not verified."""
    protobuf = bytes_from_hex(case["in"]["protobuf"])
    by_reference, by_strict = (Validator(case, mode).handle(protobuf) for mode in (REFERENCE, STRICT))
    same_error = (by_reference["error"] is None) == (by_strict["error"] is None)
    same = same_error and by_reference["sent_messages"] == by_strict["sent_messages"]
    return None if same else "strict answers nothing that it has not verified"


@reader(FILE, "handle_message", inputs=("in",), strict_differs=answered_by_reference_only)
def handle_message(case: Case, compatibility: Compatibility) -> dict[str, object]:
    protobuf = bytes_from_hex(case["in"]["protobuf"])
    return {"out": Validator(case, compatibility).handle(protobuf)}
