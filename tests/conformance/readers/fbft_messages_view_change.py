"""fbft_messages.json: the messages of a view change, what the next leader makes of them, and who accepts it."""

from typing import Any, Final

from harmony_core.chain import decode_block
from harmony_core.crypto.bitmap import bitmap_length, enabled_indexes
from harmony_core.crypto.bls import PublicKey, Signature, verify, verify_bitmap_signature
from harmony_core.errors import DecodeError, HarmonyError, VerificationError, require
from harmony_core.fbft import KnownView, NewView, VerifiedMessage, ViewChange, decode_message, verify_message
from harmony_core.fbft.build import (
    Place,
    PreparedBlock,
    build_commit_vote,
    build_new_view,
    build_view_change,
)
from harmony_core.fbft.claims import Claim, judge
from harmony_core.fbft.encoding import content_of, encode_message, signing_bytes, to_envelope
from harmony_core.fbft.messages import NIL_PAYLOAD, view_id_payload
from harmony_core.fbft.senders import bitmap_of_keys
from harmony_core.fbft.verification import verify_envelope_signature
from harmony_core.fbft.view_change_rules import (
    check_view_ahead,
    examine_new_view,
    m1_claim,
    m2_claim,
    prepared_claim,
)
from harmony_core.fbft.view_tally import ViewTally
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    Compatibility,
    Hash32,
    ViewID,
    bytes_from_hex,
)
from harmony_core.quorum import CommitTarget, commit_payload
from harmony_core.wire import frame
from support.conformance import Case, reader
from support.fbft_cases import FILE, Members, envelope_json, given_block, given_members, parsed_json, x
from support.outcome import code_of

REFERENCE: Final = Compatibility.reference()
CURRENT_LEADER: Final = 0
VALIDATOR: Final = 4


def prepared_of(members: Members, block: Any, payload: str) -> PreparedBlock:
    """Return the prepared block of an M1 payload, of which only the bitmap is taken over."""
    block_hash = Hash32.from_hex(block["hash"])
    bitmap = bytes_from_hex(payload)[128:]
    return PreparedBlock(block_hash, members.certificate(bitmap, block_hash), bytes_from_hex(block["rlp"]))


def signature_json(message: ViewChange | NewView, key: PublicKey, mode: Compatibility) -> dict[str, object]:
    error = code_of(lambda: verify_envelope_signature(to_envelope(message), key, compatibility=mode))
    return {"ok": True} if error is None else {"error": error, "ok": False}


@reader(FILE, "view_change", inputs=("in",))
def view_change(case: Case, compatibility: Compatibility) -> dict[str, object]:
    """The next leader, and who has prepared, stand in the message only."""
    given, members, block = case["in"], given_members(case), given_block(case)
    listed = case.fields["out"]["message"]["viewchange"]
    sender = members.secrets[given["sender_index"]]
    place = Place(members.committee.shard_id, BlockNumber(given["block_num"]), ViewID(given["view_id"]))
    leader = PublicKey.from_bytes(bytes_from_hex(listed["leader_pubkey"])).to_bytes()
    prepared = prepared_of(members, block, listed["payload"]) if given["has_prepared"] else None
    message = build_view_change(place, leader, sender, prepared)
    assert decode_message(encode_message(message), compatibility=compatibility) == message
    own, other = (
        sender.public_key(),
        members.secrets[(given["sender_index"] + 1) % len(members.secrets)].public_key(),
    )
    signed = message.payload or NIL_PAYLOAD
    return {
        "out": {
            "bytes_with_category": x(content_of(message)),
            "message": envelope_json(to_envelope(message)),
            "parsed": parsed_json(message, message.type, [message.sender_key], leader)
            | {
                "leader_pubkey": x(leader),
                "viewchange_sig": x(message.view_change_signature),
                "viewid_sig": x(message.view_id_signature),
            },
            "signing_bytes": x(signing_bytes(message)),
            "verify_message_sig": signature_json(message, own, compatibility),
            "verify_message_sig_wrong_key": signature_json(message, other, compatibility),
            "viewchange_sig_ok": holds(own, signed, message.view_change_signature),
            "viewchange_sig_signed_data": x(signed),
            "viewid_sig_ok": holds(own, view_id_payload(message.view_id), message.view_id_signature),
            "viewid_sig_signed_data": x(view_id_payload(message.view_id)),
        }
    }


def holds(key: PublicKey, payload: bytes, signature: bytes) -> bool:
    return code_of(lambda: verify(key, payload, Signature.from_bytes(signature))) is None


def parsed_view_change(protobuf: str, compatibility: Compatibility) -> ViewChange:
    """Decode a VIEWCHANGE with its points, as the reference's parser does."""
    data = bytes_from_hex(protobuf)
    message = decode_message(data, compatibility=compatibility)
    if not isinstance(message, ViewChange):
        raise DecodeError("This is no VIEWCHANGE.", code="message-type")
    for key in (message.sender_key, message.leader_key):
        PublicKey.from_bytes(key, compatibility=compatibility)
    for signature in (message.view_change_signature, message.view_id_signature):
        Signature.from_bytes(signature, compatibility=compatibility)
    return message


@reader(FILE, "parse_view_change", inputs=("in",))
def parse_view_change(case: Case, compatibility: Compatibility) -> dict[str, object]:
    protobuf = case["in"].get("protobuf", "0x")
    return {"out": {"error": code_of(lambda: parsed_view_change(protobuf, compatibility))}}


@reader(FILE, "parse_new_view", inputs=("in",))
def parse_new_view(case: Case, compatibility: Compatibility) -> dict[str, object]:
    """Nothing is given: there is no message, or one of another type."""
    protobuf = case["in"].get("protobuf", "0x1006")
    return {
        "out": {
            "error": code_of(lambda: decode_message(bytes_from_hex(protobuf), compatibility=compatibility))
        }
    }


def view_of(case: Case, members: Members, view_id: int) -> KnownView:
    block = given_block(case)
    return KnownView(members.trusted(block["epoch"]), BlockNumber(block["number"]), ViewID(view_id))


def parsed_new_view(protobuf: str, compatibility: Compatibility) -> NewView:
    message = decode_message(bytes_from_hex(protobuf), compatibility=compatibility)
    assert isinstance(message, NewView)
    PublicKey.from_bytes(message.sender_key, compatibility=compatibility)
    for signature in (message.m2_signature, message.m3_signature):
        if signature is not None:
            Signature.from_bytes(signature, compatibility=compatibility)
    return message


def hold(claims: tuple[Claim, ...] | list[Claim], view: KnownView, compatibility: Compatibility) -> None:
    for claim in claims:
        failure = None
        try:
            verify_bitmap_signature(view.committee.key_set, claim.signed, compatibility=compatibility)
        except HarmonyError as error:
            failure = error
        judge(claim.kind, failure)


def sums_of(message: NewView, view: KnownView, compatibility: Compatibility) -> None:
    """Check what the reference's VerifyNewViewMsg checks: sums and block, but neither quorum nor the sender."""
    size = len(view.committee)
    sums = [(message.m3_signature, message.m3_bitmap, view_id_payload(message.view_id))]
    require(message.m3_signature is not None, VerificationError, "new-view-m3-missing", "There is no M3.")
    if message.m2_signature is not None:
        sums.append((message.m2_signature, message.m2_bitmap, NIL_PAYLOAD))
    for signature, bitmap, payload in sums:
        whole = bitmap if len(bitmap) == bitmap_length(size) else bytes(bitmap_length(size))
        key = view.committee.key_set.aggregate(whole, compatibility=compatibility)
        verify(
            key,
            payload,
            Signature.from_bytes(bytes(signature or b""), compatibility=compatibility),
            compatibility=compatibility,
        )
    if message.carries_m1:
        header = decode_block(message.prepared_block, compatibility=compatibility).header
        require(
            header.hash == message.prepared_hash, VerificationError, "message-block-hash", "Another block."
        )


def new_view_case(case: Case, compatibility: Compatibility) -> None:
    message = parsed_new_view(case["in"]["protobuf"], compatibility)
    sums_of(message, view_of(case, given_members(case), message.view_id), compatibility)


def new_view_differs(case: Case) -> str | None:
    """Strict does not decode half an M1, which the reference ignores."""
    if code_of(lambda: new_view_case(case, REFERENCE)) is not None:
        return None
    return code_of(lambda: new_view_case(case, STRICT))


@reader(FILE, "verify_new_view", inputs=("in",), strict_differs=new_view_differs)
def verify_new_view(case: Case, compatibility: Compatibility) -> dict[str, object]:
    try:
        message = parsed_new_view(case["in"]["protobuf"], compatibility)
    except HarmonyError as error:
        if (
            compatibility == STRICT
            and code_of(lambda: parsed_new_view(case["in"]["protobuf"], REFERENCE)) is None
        ):
            return strict_refusal(case)
        return {"out": {"parse_error": error.code}}
    return {"out": new_view_verdict(case, message, compatibility)}


def strict_refusal(case: Case) -> dict[str, object]:
    """Strict refuses to decode what the reference decodes and then refuses or takes."""
    verdict = new_view_verdict(case, parsed_new_view(case["in"]["protobuf"], REFERENCE), REFERENCE)
    return {"out": verdict | {"verify_error": "refused when decoding"}}


def new_view_verdict(case: Case, message: NewView, compatibility: Compatibility) -> dict[str, object]:
    members = given_members(case)
    view = view_of(case, members, message.view_id)
    verdict: dict[str, object] = {"verify_error": code_of(lambda: sums_of(message, view, compatibility))}
    if message.m3_signature is not None:
        bitmap = message.m3_bitmap
        whole = bitmap if len(bitmap) == bitmap_length(len(members.keys)) else b""
        rule = view.committee.rule
        verdict["m3_quorum"] = rule.is_enough(rule.power(whole))
    return verdict


class NextLeader:
    """The next leader of a case, who collects the votes for its view."""

    def __init__(self, case: Case, compatibility: Compatibility) -> None:
        given = case["in"]
        self.members, self.block = given_members(case), given_block(case)
        self.compatibility = compatibility
        # That a stub refuses every block is said in the name of the case only.
        self.blocks_hold = "verification fails" not in case.fields["name"]
        self.view = view_of(case, self.members, given["view_id"])
        self.secret = self.members.secrets[given["leader_index"]]
        self.tallies = {given["view_id"]: ViewTally(self.view.committee, ViewID(given["view_id"]))}
        self.votes: list[VerifiedMessage] = []

    @property
    def tally(self) -> ViewTally:
        return self.tallies[self.view.view_id]

    def vote(self, listed: dict[str, Any]) -> dict[str, object]:
        """Cast the leader's own vote; whether it has a prepared block shows in its state only."""
        prepared = (
            prepared_of(self.members, self.block, listed["state"]["m1_payload"])
            if listed["state"]["m1_payload"] != "0x"
            else None
        )
        place = Place(self.view.committee.shard_id, self.view.block_number, self.view.view_id)
        own = build_view_change(place, self.secret.public_key().to_bytes(), self.secret, prepared)
        self.tally.record(own)
        self.votes.append(verify_message(own, self.view))
        return {"step": listed["step"], "state": self.state()}

    def receive(self, listed: dict[str, Any]) -> dict[str, object]:
        protobuf = listed["protobuf"]
        return {
            "step": listed["step"],
            "protobuf": protobuf,
            "sanity_check": code_of(lambda: self.sane(protobuf)) is None,
            "process_error": code_of(lambda: self.process(protobuf)),
            "state": self.state(),
        }

    def sane(self, protobuf: str) -> None:
        message = parsed_view_change(protobuf, REFERENCE)
        require(
            message.block_number == self.view.block_number,
            VerificationError,
            "message-height",
            "Another height.",
        )
        check_view_ahead(
            message.view_id, current=ViewID(self.block["view_id"]), changing_to=self.view.view_id
        )
        verify(
            PublicKey.from_bytes(message.sender_key),
            view_id_payload(message.view_id),
            Signature.from_bytes(message.view_id_signature),
        )

    def process(self, protobuf: str) -> None:
        message = parsed_view_change(protobuf, self.compatibility)
        if self.compatibility == STRICT:
            proven = verify_message(message, self.view)
            self._check_block(message)
            self.tally.record(message)
            self.votes.append(proven)
            return
        bitmap = bitmap_of_keys([message.sender_key], self.members.keys)
        if message.is_m1:
            self._check_block(message)
            _, certificate = prepared_claim(message, self.view, self.compatibility)
            hold([m1_claim(message, bitmap), certificate], self.view, self.compatibility)
        else:
            hold([m2_claim(message, bitmap)], self.view, self.compatibility)
        tally = self.tallies.setdefault(message.view_id, ViewTally(self.view.committee, message.view_id))
        tally.record(message)

    def _check_block(self, message: ViewChange) -> None:
        require(
            self.blocks_hold or not message.is_m1, VerificationError, "block", "The stub refuses the block."
        )

    def state(self) -> dict[str, object]:
        tally = self.tally
        m2, m3 = tally.m2(), tally.m3()
        return {
            "m1_bitmap": x(tally.m1_bitmap),
            "m1_payload": x(tally.prepared.payload if tally.prepared else b""),
            "m2_bitmap": x(tally.m2_bitmap),
            "m2_sig": x(m2.signature if m2 else b""),
            "m3_bitmap": x(tally.m3_bitmap),
            "m3_sig": x(m3.signature if m3 else b""),
            "quorum": tally.has_quorum,
        }

    def new_view(self) -> NewView:
        place = Place(self.view.committee.shard_id, self.view.block_number, self.view.view_id)
        m3 = self.tally.m3()
        assert m3 is not None
        return build_new_view(place, self.secret, m3, self.tally.m2(), self.tally.prepared)


def view_change_differs(case: Case) -> str | None:
    """Strict refuses votes whose view id is not signed, or that are for another height or view."""
    leader = NextLeader(case, REFERENCE)
    strict = NextLeader(case, STRICT)
    for listed in case.fields["out"]["steps"][1:]:
        by_reference = code_of(lambda listed=listed: leader.process(listed["protobuf"]))  # type: ignore[misc]
        by_strict = code_of(lambda listed=listed: strict.process(listed["protobuf"]))  # type: ignore[misc]
        if by_reference is None and by_strict is not None:
            return by_strict
    return None


@reader(FILE, "process_view_change", inputs=("in",), strict_differs=view_change_differs)
def process_view_change(case: Case, compatibility: Compatibility) -> dict[str, object]:
    leader = NextLeader(case, compatibility)
    first, *rest = case.fields["out"]["steps"]
    steps = [leader.vote(first), *(leader.receive(listed) for listed in rest)]
    message = leader.new_view()
    view, size = leader.view, len(leader.members.keys)
    m3_bits = len(enabled_indexes(message.m3_bitmap, size))
    m2_bits = len(enabled_indexes(message.m2_bitmap, size))
    sums = code_of(lambda: sums_of(message, view, compatibility))
    parsed = parsed_json(message, message.type, [message.sender_key])
    for name, signature, bitmap in (
        ("m3", message.m3_signature, message.m3_bitmap),
        ("m2", message.m2_signature, message.m2_bitmap),
    ):
        if signature is not None:
            parsed |= {f"{name}_aggsig": x(signature), f"{name}_bitmap": x(bitmap)}
    return {
        "out": {
            "steps": steps,
            "m2_bits": m2_bits,
            "m3_bits": m3_bits,
            "m3_quorum": leader.tally.has_quorum,
            "new_view": envelope_json(to_envelope(message)),
            "new_view_bytes": x(content_of(message)),
            "new_view_parsed": parsed,
            "on_new_view_at_validator_4": receiver_of(leader, message, compatibility),
            "prepared_block_returned": sums is None and message.carries_m1,
            "validator_requires_m1_payload": message.m2_signature is None or m3_bits > m2_bits,
            "verify_message_sig": signature_json(message, leader.secret.public_key(), compatibility),
            "verify_new_view_error": sums,
        }
    }


def receiver_of(leader: NextLeader, message: NewView, compatibility: Compatibility) -> dict[str, object]:
    """Return what becomes of a validator that asks for the same view when it receives the NEWVIEW."""
    view, members, block = leader.view, leader.members, leader.block
    nothing = Hash32.zero()
    try:
        examine_new_view(message, view, compatibility)
        verify_message(message, view, votes=leader.votes, compatibility=compatibility)
    except HarmonyError as error:
        return {
            "cur_view_id": block["view_id"],
            "current_block_hash": x(nothing),
            "leader": x(members.keys[CURRENT_LEADER]),
            "mode": "ViewChanging",
            "panic": error.code if error.code == "new-view-payload" else None,
            "phase": "Announce",
            "sent": [],
            "view_changing_id": view.view_id,
        }
    sent = []
    if message.carries_m1:
        target = CommitTarget.of_header(decode_block(message.prepared_block).header)
        payload = commit_payload(
            view.committee.network.config,
            block_hash=target.block_hash,
            number=target.number,
            view_id=target.view_id,
            epoch=target.epoch,
        )
        place = Place(target.shard_id, target.number, view.view_id)
        vote = build_commit_vote(
            place, target.block_hash, payload, [members.secrets[VALIDATOR]], members.keys
        )
        sent.append({"message": envelope_json(to_envelope(vote)), "p2p_wire": x(frame(content_of(vote)))})
    return {
        "cur_view_id": view.view_id,
        "current_block_hash": x(message.prepared_hash or nothing),
        "leader": x(message.sender_key),
        "mode": "Normal",
        "panic": None,
        "phase": "Commit" if sent else "Announce",
        "sent": sent,
        "view_changing_id": view.view_id,
    }
