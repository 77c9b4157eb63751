"""fbft_messages.json: messages built, signed, encoded, parsed and verified, and the numbers of the protocol."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from harmony_core.chain import decode_block
from harmony_core.crypto import keccak256
from harmony_core.crypto.bls import PublicKey, SecretKey, Signature, verify
from harmony_core.errors import HarmonyError
from harmony_core.fbft import Committed, CommitVote, Message, Prepare, Prepared
from harmony_core.fbft.build import (
    Place,
    build_commit_vote,
    build_committed,
    build_last_sign_power,
    build_prepare,
    build_prepared,
)
from harmony_core.fbft.claims import ClaimKind
from harmony_core.fbft.encoding import content_of, decode_message, to_envelope
from harmony_core.fbft.known_view import KnownView
from harmony_core.fbft.round_rules import examine_certificate
from harmony_core.fbft.senders import sender_fields, sender_keys
from harmony_core.fbft.verification import verify_envelope_signature
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    Compatibility,
    Hash32,
    ShardID,
    ViewID,
    bytes_from_hex,
)
from harmony_core.quorum import Commit, commit_payload
from harmony_core.wire import ConsensusRequest, Envelope, consensus_content, decode_envelope, frame
from support.conformance import Case, reader
from support.fbft_cases import FILE, Members, envelope_json, given_block, given_members, parsed_json, x
from support.outcome import code_of

REFERENCE: Final = Compatibility.reference()


def differs(action: Callable[[Compatibility], object]) -> str | None:
    """Name the rule by which strict refuses what the reference accepts."""
    if code_of(lambda: action(REFERENCE)) is not None:
        return None
    return code_of(lambda: action(STRICT))


@reader(FILE, "block", inputs=("in",))
def block(case: Case, _: Compatibility) -> dict[str, object]:
    """A block is given, as a result; everything else about it follows from its bytes."""
    assert case["in"] == {}
    listed = case.fields["out"]
    header = decode_block(bytes_from_hex(listed["rlp"])).header
    return {
        "out": {
            "epoch": header.epoch,
            "hash": x(header.hash),
            "number": header.number,
            "rlp": x(decode_block(bytes_from_hex(listed["rlp"])).encode()),
            "view_id": header.view_id,
        }
    }


@reader(FILE, "construct", inputs=("in",))
def construct(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given, members = case["in"], given_members(case)
    if not given["signers"]:
        return {"out": {"error": code_of(lambda: sender_fields([], members.keys))}}
    listed = case.fields["out"]["message"]["consensus"]["payload"]
    # Who has voted before a certificate is made stands in the certificate only.
    envelope = constructed(given, members, given_block(case), bytes_from_hex(listed)[96:])
    encoded = envelope.encode()
    content = consensus_content(encoded)
    out: dict[str, object] = {
        "bytes_with_category": x(content),
        "message": envelope_json(envelope),
        "p2p_wire": x(frame(content)),
        "parsed": parsed(envelope, members, compatibility),
        "protobuf": x(encoded),
        "reencoded_equal": decode_envelope(encoded, compatibility=compatibility).encode() == encoded,
        "signing_bytes": x(envelope.unsigned().encode()),
        "signing_hash_keccak256": x(keccak256(envelope.unsigned().encode())),
        "verify_message_sig": {
            f"key_{at}": message_signature(envelope, members.secrets[at].public_key(), compatibility)
            for at in (0, 1, len(members.keys) - 1)
        },
    }
    if given["type"] in {"PREPARE", "COMMIT"}:
        data = (
            bytes_from_hex(given_block(case)["hash"])
            if given["type"] == "PREPARE"
            else bytes_from_hex(given["payload_for_sign"])
        )
        out["payload_sig_verifies_over"] = vote_checks(envelope, given["signers"], members, data)
    return {"out": out}


def constructed(given: dict[str, Any], members: Members, listed: Any, bitmap: bytes) -> Envelope:
    """Build the message of a case by its type."""
    place = Place(members.committee.shard_id, BlockNumber(given["block_num"]), ViewID(given["view_id"]))
    keys = [members.secrets[at] for at in given["signers"]]
    block_hash, block = Hash32.from_hex(listed["hash"]), bytes_from_hex(listed["rlp"])
    message: Message
    if given["type"] == "PREPARE":
        message = build_prepare(place, block_hash, keys, members.keys)
    elif given["type"] == "COMMIT":
        payload = bytes_from_hex(given["payload_for_sign"])
        message = build_commit_vote(place, block_hash, payload, keys, members.keys)
    elif given["type"] == "PREPARED":
        message = build_prepared(place, block_hash, block, members.certificate(bitmap, block_hash), keys[0])
    elif given["type"] == "COMMITTED":
        header = decode_block(block).header
        payload = commit_payload(
            members.trusted(header.epoch).network.config,
            block_hash=header.hash,
            number=header.number,
            view_id=header.view_id,
            epoch=header.epoch,
        )
        message = build_committed(place, block_hash, members.certificate(bitmap, payload), keys[0])
    else:
        return other_type(given, place, block_hash, keys)
    return to_envelope(message)


def other_type(given: dict[str, Any], place: Place, block_hash: Hash32, keys: list[SecretKey]) -> Envelope:
    request = ConsensusRequest(
        view_id=place.view_id,
        block_num=place.block_number,
        shard_id=place.shard_id,
        block_hash=bytes(block_hash),
        sender_pubkey=bytes(keys[0].public_key().to_bytes()),
    )
    unsigned = Envelope(given["type_id"], request)
    return replace(unsigned, signature=bytes(keys[0].sign(keccak256(unsigned.encode())).to_bytes()))


def parsed(envelope: Envelope, members: Members, compatibility: Compatibility) -> dict[str, object]:
    """Return what the reference parses; a type that is no message of a round is parsed as if it were a COMMIT."""
    request = envelope.request
    assert isinstance(request, ConsensusRequest)
    rounds = {kind.type for kind in (Prepare, CommitVote, Prepared, Committed)}
    if envelope.type in rounds | {1}:
        message = decode_message(envelope.encode(), compatibility=compatibility)
    else:
        as_vote = replace(envelope, type=4)
        message = decode_message(as_vote.encode(), compatibility=REFERENCE)
    if message.sender_key is not None:
        keys = (PublicKey.from_bytes(message.sender_key).to_bytes(),)
        if compatibility == STRICT:
            keys = sender_keys(message, members.trusted(5), compatibility=compatibility)  # type: ignore[assignment]
    else:
        keys = sender_keys(message, members.trusted(5), compatibility=compatibility)  # type: ignore[assignment]
    return parsed_json(message, envelope.type, keys)


def vote_checks(envelope: Envelope, signers: list[int], members: Members, data: bytes) -> dict[str, object]:
    request = envelope.request
    assert isinstance(request, ConsensusRequest)
    signature = Signature.from_bytes(request.payload)
    key = members.secrets[signers[0]].public_key()
    for at in signers[1:]:
        key = key + members.secrets[at].public_key()
    stranger = next(s.public_key() for at, s in enumerate(members.secrets) if at not in signers)
    return {
        "aggregate_pubkey": x(key.to_bytes()),
        "data": x(data),
        "ok": code_of(lambda: verify(key, data, signature)) is None,
        "ok_other_data": code_of(lambda: verify(key, keccak256(data), signature)) is None,
        "ok_other_key": code_of(lambda: verify(stranger, data, signature)) is None,
    }


def message_signature(envelope: Envelope, key: PublicKey, compatibility: Compatibility) -> dict[str, object]:
    error = code_of(lambda: verify_envelope_signature(envelope, key, compatibility=compatibility))
    return {"ok": True} if error is None else {"ok": False, "error": error}


def verified_signature(case: Case, compatibility: Compatibility) -> None:
    given = case["in"]
    envelope = decode_envelope(bytes_from_hex(given["protobuf"]), compatibility=compatibility)
    key = PublicKey.from_bytes(bytes_from_hex(given["public_key"]))
    verify_envelope_signature(envelope, key, compatibility=compatibility)


@reader(
    FILE,
    "verify_message_sig",
    inputs=("in",),
    strict_differs=lambda case: differs(lambda mode: verified_signature(case, mode)),
)
def verify_message_sig(case: Case, compatibility: Compatibility) -> dict[str, object]:
    error = code_of(lambda: verified_signature(case, compatibility))
    return {"out": {"ok": True} if error is None else {"ok": False, "error": error}}


def parse_case(case: Case, compatibility: Compatibility) -> dict[str, object]:
    envelope = decode_envelope(bytes_from_hex(case["in"]["protobuf"]), compatibility=compatibility)
    if envelope.request is None:
        assert code_of(lambda: decode_message(envelope.encode(), compatibility=compatibility))
        return {"panic": "the reference looks into a request that is not there"}
    return {"parsed": parsed(envelope, given_members(case), compatibility)}


@reader(
    FILE, "parse", inputs=("in",), strict_differs=lambda case: differs(lambda mode: parse_case(case, mode))
)
def parse(case: Case, compatibility: Compatibility) -> dict[str, object]:
    try:
        return {"out": parse_case(case, compatibility)}
    except HarmonyError as error:
        return {"out": {"error": error.code}}


def protobuf_case(case: Case, compatibility: Compatibility) -> Envelope:
    return decode_envelope(bytes_from_hex(case["in"]["bytes"]), compatibility=compatibility)


@reader(
    FILE,
    "protobuf_decode",
    inputs=("in",),
    strict_differs=lambda case: differs(lambda mode: protobuf_case(case, mode)),
)
def protobuf_decode(case: Case, compatibility: Compatibility) -> dict[str, object]:
    try:
        envelope = protobuf_case(case, compatibility)
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    return {"out": {"error": None, "message": envelope_json(envelope), "reencoded": x(envelope.encode())}}


@reader(FILE, "read_sig_bitmap_payload", inputs=("in",))
def read_sig_bitmap_payload(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given, members = case["in"], given_members(case)
    block = given_block(case)
    trusted = members.trusted(block["epoch"])
    view = KnownView(trusted, BlockNumber(block["number"]), ViewID(block["view_id"]))
    payload = bytes_from_hex(given["payload"])[given["offset"] :]
    data = bytes_from_hex(given["signed_data"])
    try:
        certificate = Commit.from_payload(payload)
        key = trusted.key_set.aggregate(certificate.bitmap, compatibility=compatibility)
        signature = Signature.from_bytes(certificate.signature, compatibility=REFERENCE)
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    quorum = code_of(lambda: examine_certificate(payload, data, ClaimKind.PREPARED, view, compatibility))
    return {
        "out": {
            "aggregate_public": x(key.to_bytes()),
            "bitmap": x(certificate.bitmap),
            "quorum_by_mask": quorum is None,
            "sig": x(certificate.signature),
            "verify": code_of(lambda: verify(key, data, signature, compatibility=compatibility)) is None,
        }
    }


@reader(FILE, "last_sign_power", inputs=("in",))
def last_sign_power(case: Case, compatibility: Compatibility) -> dict[str, object]:
    """The powers stand in the message only."""
    members, listed = given_members(case), case.fields["out"]["message"]["last_sign_power"]
    secret = members.secrets[case["in"]["signer"]]
    message = build_last_sign_power(
        ShardID(listed["shard_id"]),
        secret,
        prepare=listed["prepare"],
        commit=listed["commit"],
        change=listed["change"],
    )
    assert decode_message(to_envelope(message).encode(), compatibility=compatibility) == message
    return {
        "out": {
            "bytes_with_category": x(content_of(message)),
            "message": envelope_json(to_envelope(message)),
            "verify_message_sig": message_signature(to_envelope(message), secret.public_key(), compatibility),
        }
    }
