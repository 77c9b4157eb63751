"""Consensus messages under a committee and a view: each rule broken alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harmony_core.crypto.bls import Signature
from harmony_core.errors import HarmonyError, MissingDataError, VerificationError
from harmony_core.fbft import (
    Announce,
    Committed,
    CommitVote,
    KnownView,
    Message,
    Prepare,
    Prepared,
    VerifiedMessage,
    check_messages,
    verify_message,
)
from harmony_core.fbft.build import (
    Place,
    build_announce,
    build_committed,
    build_last_sign_power,
    build_prepare,
    build_prepared,
    sign_message,
)
from harmony_core.fbft.encoding import to_envelope
from harmony_core.fbft.senders import sender_fields, sender_keys
from harmony_core.fbft.verification import verify_envelope_signature
from harmony_core.primitives import BlockNumber, BLSSignatureBytes, Dec, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import TrustedCommittee
from support.committees import bitmap_of, secret_key
from support.fbft_world import ALL, HARMONY, World

WORLD = World()
BLOCK = WORLD.header()
TARGET = WORLD.target()
VIEW = WORLD.view(TARGET, leader=0)


def announce() -> Announce:
    return build_announce(WORLD.place, BLOCK.hash, WORLD.block(BLOCK), WORLD.secrets[0])


def prepared(signers: object = HARMONY) -> Prepared:
    certificate = WORLD.certificate(BLOCK.hash, signers)  # type: ignore[arg-type]
    return build_prepared(WORLD.place, BLOCK.hash, WORLD.block(BLOCK), certificate, WORLD.secrets[0])


def committed(signers: object = HARMONY) -> Committed:
    certificate = WORLD.certificate(WORLD.payload(TARGET), signers)  # type: ignore[arg-type]
    return build_committed(WORLD.place, BLOCK.hash, certificate, WORLD.secrets[0])


def refusal_of(message: Message, view: KnownView = VIEW) -> str:
    """Return the code of the refusal, which is the same alone and in a batch."""
    with pytest.raises(HarmonyError) as info:
        verify_message(message, view)
    (together,) = check_messages([(message, view)])
    assert isinstance(together, HarmonyError)
    assert together.code == info.value.code
    return info.value.code


def test_the_messages_of_a_round_hold() -> None:
    messages: list[Message] = [
        announce(),
        *(WORLD.prepare(at) for at in range(1, 6)),
        WORLD.prepare(6, 7),
        prepared(),
        WORLD.commit(6, 7),
        WORLD.commit(8),
        committed(ALL),
        build_last_sign_power(ShardID(0), WORLD.secrets[0], prepare=70, commit=100, change=0),
    ]
    proofs = check_messages([(message, VIEW) for message in messages])
    for message, proof in zip(messages, proofs, strict=True):
        assert isinstance(proof, VerifiedMessage)
        assert verify_message(message, VIEW) == proof
        assert proof.message is message
    assert isinstance(proofs[7], VerifiedMessage)
    assert proofs[7].power == Dec.parse("0.679999999999999998")
    assert isinstance(proofs[10], VerifiedMessage)
    assert proofs[10].power == Dec.from_int(1)


def test_a_proof_comes_from_verification_only() -> None:
    with pytest.raises(TypeError):
        VerifiedMessage(
            object(),
            message=announce(),
            view=VIEW,
            sender_bitmap=b"\1\0",
            power=Dec.from_int(1),
            target=None,
        )


def test_another_shard_height_or_view_is_refused() -> None:
    assert refusal_of(replace(WORLD.prepare(3), shard_id=ShardID(1))) == "message-shard"
    assert refusal_of(replace(WORLD.prepare(3), block_number=BlockNumber(101))) == "message-height"
    assert refusal_of(replace(WORLD.prepare(3), view_id=ViewID(102))) == "message-view"


def test_a_stranger_is_refused() -> None:
    stranger = build_prepare(WORLD.place, BLOCK.hash, [secret_key(77)], WORLD.keys)
    assert refusal_of(stranger) == "message-outsider"
    with pytest.raises(VerificationError) as info:
        build_prepare(WORLD.place, BLOCK.hash, [WORLD.secrets[0], secret_key(77)], WORLD.keys)
    assert info.value.code == "message-outsider"


def test_nobody_is_no_sender() -> None:
    assert refusal_of(replace(WORLD.prepare(6, 7), sender_bitmap=bytes(2))) == "message-no-sender"
    with pytest.raises(VerificationError) as info:
        sender_fields([], WORLD.keys)
    assert info.value.code == "message-no-sender"


def test_a_senders_bitmap_is_exact() -> None:
    vote = WORLD.prepare(6, 7)
    assert refusal_of(replace(vote, sender_bitmap=vote.sender_bitmap + b"\0")) == "bitmap-length"
    assert refusal_of(replace(vote, sender_bitmap=b"\xc0\x02")) == "bitmap-padding"
    assert sender_keys(vote, WORLD.committee) == (WORLD.keys[6], WORLD.keys[7])


def test_keys_of_two_validators_do_not_vote_together() -> None:
    assert refusal_of(WORLD.prepare(7, 8)) == "message-several-accounts"
    assert refusal_of(WORLD.commit(0, 6)) == "message-several-accounts"
    before_staking = World(epoch=1)
    vote = before_staking.prepare(7, 8)
    assert verify_message(vote, before_staking.view()).sender_bitmap == bitmap_of(9, (7, 8))


def test_harmony_keys_vote_with_others_and_among_themselves() -> None:
    verify_message(WORLD.prepare(1, 2, 3), VIEW)
    # The account of the first slot counts: a key of Harmony's may follow it.
    order = [6, 0, 7]
    slots = [WORLD.committee.committee.slots[at] for at in order]
    committee = replace(WORLD.committee.committee, slots=tuple(slots))
    trusted = TrustedCommittee(WORLD.committee.network, Epoch(WORLD.epoch), committee)
    view = KnownView(trusted, WORLD.place.block_number, WORLD.place.view_id)
    secrets = [WORLD.secrets[at] for at in order]
    verify_message(build_prepare(WORLD.place, BLOCK.hash, secrets, trusted.key_set.keys), view)


def test_a_vote_on_another_block_is_refused() -> None:
    other = WORLD.header(view_id=55)
    assert refusal_of(WORLD.prepare(3, header=other)) == "message-target"
    assert refusal_of(WORLD.commit(3, header=other)) == "message-target"


def test_a_block_of_another_height_is_not_voted_on() -> None:
    later = WORLD.header(number=101)
    view = WORLD.view(WORLD.target(later))
    assert refusal_of(WORLD.prepare(3, header=later), view) == "message-target-place"


def test_a_commit_needs_its_block() -> None:
    for message in (WORLD.commit(3), committed()):
        with pytest.raises(MissingDataError) as info:
            verify_message(message, WORLD.view())
        assert info.value.code == "message-target-unknown"


def false_signature(message: Prepare | CommitVote) -> Prepare | CommitVote:
    doubled = Signature.from_bytes(message.payload)
    return replace(message, payload=bytes((doubled + doubled).to_bytes()))


def test_a_prepare_that_is_not_the_senders_is_refused() -> None:
    assert refusal_of(false_signature(WORLD.prepare(3))) == "prepare-signature"
    assert refusal_of(replace(WORLD.prepare(3), sender_key=WORLD.keys[4])) == "prepare-signature"


def test_a_commit_that_is_not_the_senders_is_refused() -> None:
    assert refusal_of(false_signature(WORLD.commit(3))) == "commit-vote-signature"
    # The payload names the view of the header, not that of the message.
    in_later_view = WORLD.later().commit(3, header=WORLD.header(view_id=102))
    view = replace(WORLD.later().view(TARGET), view_id=ViewID(102))
    moved = replace(in_later_view, block_hash=TARGET.block_hash)
    assert refusal_of(moved, view) == "commit-vote-signature"
    verify_message(WORLD.later().commit(3, header=BLOCK), view)


def test_a_vote_of_another_phase_is_refused() -> None:
    prepare, commit = WORLD.prepare(3), WORLD.commit(3)
    assert refusal_of(replace(prepare, payload=commit.payload)) == "prepare-signature"
    assert refusal_of(replace(commit, payload=prepare.payload)) == "commit-vote-signature"


def test_a_point_outside_the_group_is_named_as_such() -> None:
    assert refusal_of(replace(WORLD.prepare(3), payload=b"\1" + bytes(95))) in {
        "bls-signature-curve",
        "bls-signature-subgroup",
    }
    assert refusal_of(replace(WORLD.prepare(3), payload=bytes(96))) == "bls-signature-identity"


def test_only_the_leader_leads() -> None:
    usurped = build_announce(WORLD.place, BLOCK.hash, WORLD.block(BLOCK), WORLD.secrets[1])
    assert refusal_of(usurped) == "message-leader"
    verify_message(usurped, WORLD.view(TARGET))


def test_a_signed_message_has_one_sender() -> None:
    two = replace(announce(), sender_key=None, sender_bitmap=bitmap_of(9, (6, 7)))
    assert refusal_of(two) == "message-single-sender"


def test_an_unsigned_message_is_refused() -> None:
    assert refusal_of(replace(announce(), signature=None)) == "message-unsigned"


def test_a_message_that_was_altered_is_refused() -> None:
    assert refusal_of(replace(committed(), signature=announce().signature)) == "message-signature"
    with pytest.raises(VerificationError) as info:
        verify_envelope_signature(to_envelope(announce()), WORLD.secrets[1].public_key())
    assert info.value.code == "message-signature"


def signed(message: Announce | Prepared | Committed) -> Announce | Prepared | Committed:
    return sign_message(message, WORLD.secrets[0])  # type: ignore[type-var]


def test_a_message_carries_the_block_that_it_names() -> None:
    other = WORLD.block(WORLD.header(view_id=55))
    assert refusal_of(signed(replace(announce(), block=other))) == "message-block-hash"
    assert refusal_of(signed(replace(prepared(), block=other))) == "message-block-hash"


def test_a_proposal_is_of_the_height_shard_and_epoch() -> None:
    places = [World(number=101), World(shard_id=1), World(epoch=6)]
    for header in (world.header() for world in places):
        message = build_announce(WORLD.place, header.hash, WORLD.block(header), WORLD.secrets[0])
        assert refusal_of(message, WORLD.view(leader=0)) == "message-block-place"


def test_a_proposal_is_of_its_view() -> None:
    for view_id in (100, 102):
        header = WORLD.header(view_id=view_id)
        message = build_announce(WORLD.place, header.hash, WORLD.block(header), WORLD.secrets[0])
        assert refusal_of(message, WORLD.view(leader=0)) == "message-block-view"


def test_garbage_is_no_block() -> None:
    assert refusal_of(signed(replace(announce(), block=b"\xc0"))) == "field-count"


def test_certificates_need_a_quorum() -> None:
    assert refusal_of(prepared(range(5))) == "commit-quorum-stake"
    assert refusal_of(committed((0, 1, 2, 6, 7, 8))) == "commit-quorum-stake"


def test_a_certificate_that_does_not_add_up_is_refused() -> None:
    for message, code in ((prepared(), "prepared-signature"), (committed(), "committed-signature")):
        payload = message.payload[:96] + bitmap_of(9, range(7))
        assert refusal_of(signed(replace(message, payload=payload))) == code


def test_a_certificate_of_another_phase_is_refused() -> None:
    swapped = replace(prepared(), payload=committed().payload)
    assert refusal_of(signed(swapped)) == "prepared-signature"


def test_bad_messages_are_named_within_a_batch() -> None:
    messages: list[Message] = [WORLD.prepare(at) for at in range(1, 9)]
    messages[2] = false_signature(WORLD.prepare(3))
    messages[5] = replace(WORLD.prepare(6), view_id=ViewID(1))
    messages += [announce(), prepared(range(5)), committed()]
    results = check_messages([(message, VIEW) for message in messages])
    codes = {at: result.code for at, result in enumerate(results) if isinstance(result, HarmonyError)}
    assert codes == {2: "prepare-signature", 5: "message-view", 9: "commit-quorum-stake"}


def test_the_identity_makes_no_certificate() -> None:
    empty = bytes(96) + bytes(2)
    assert refusal_of(signed(replace(prepared(), payload=empty))) == "commit-quorum-stake"
    full = bytes(96) + bitmap_of(9, ALL)
    assert refusal_of(signed(replace(prepared(), payload=full))) == "bls-signature-identity"


def test_a_message_of_another_committee_is_refused() -> None:
    other = World(first=20)
    checks: list[Callable[[], Message]] = [
        lambda: other.prepare(3),
        lambda: build_announce(other.place, BLOCK.hash, other.block(BLOCK), other.secrets[0]),
    ]
    for make in checks:
        assert refusal_of(make()) == "message-outsider"


def test_wrong_types_are_type_errors() -> None:
    with pytest.raises(TypeError):
        verify_message("message", VIEW)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        verify_message(announce(), "view")  # type: ignore[arg-type]


def test_a_vote_reads_its_signature() -> None:
    assert WORLD.prepare(3).vote == BLSSignatureBytes(WORLD.prepare(3).payload)
    assert WORLD.commit(3).vote != WORLD.prepare(3).vote
    assert Place(ShardID(0), BlockNumber(100), ViewID(101)) == WORLD.place
    assert Hash32(BLOCK.hash) == prepared().block_hash
