"""Helpers of a monitor: equivocation and its evidence, many votes at once, and following a round."""

from dataclasses import replace

import pytest

from harmony_core.chain.slash import SlashRecord, decode_slash_record
from harmony_core.crypto.bls import Signature
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, VerificationError
from harmony_core.fbft import Announce, Message, VerifiedMessage, verify_message
from harmony_core.fbft.build import build_announce, build_committed, build_prepared
from harmony_core.fbft.equivocation import Equivocation, EquivocationWatch
from harmony_core.fbft.round_follower import Change, RoundFollower
from harmony_core.fbft.traffic import carried_blocks, check_traffic
from harmony_core.fbft.vote_batch import VoteChecker
from harmony_core.primitives import Address, BlockNumber
from harmony_core.quorum import CommitTarget, TrustedCommittee
from support.committees import bitmap_of
from support.fbft_world import ALL, HARMONY, World

WORLD = World()
ONE = WORLD.header()
OTHER = replace(ONE, extra=b"another")


def proof(message: Message, target: CommitTarget | None = None, world: World = WORLD) -> VerifiedMessage:
    return verify_message(message, world.view(target))


def found(*proofs: VerifiedMessage) -> list[Equivocation]:
    watch = EquivocationWatch()
    return [one for item in proofs for one in watch.observe(item)]


def vote(header: object, *slots: int, world: World = WORLD) -> VerifiedMessage:
    target = CommitTarget.of_header(header)  # type: ignore[arg-type]
    return proof(world.commit(*slots, header=header), target, world)  # type: ignore[arg-type]


def test_two_commits_are_evidence() -> None:
    (one,) = found(vote(ONE, 8), vote(ONE, 7), vote(OTHER, 8))
    assert one.keys == (WORLD.keys[8],)
    assert one.evidence is not None
    evidence = one.evidence
    assert evidence.offender == Address(bytes([8]) * 20)
    assert (evidence.moment.epoch, evidence.moment.height, evidence.moment.view_id) == (5, 100, 101)
    assert {evidence.first_vote.block_hash, evidence.second_vote.block_hash} == {ONE.hash, OTHER.hash}
    record = SlashRecord(evidence, Address(bytes([9]) * 20))
    assert decode_slash_record(record.encode()) == record


def test_evidence_names_the_keys_that_signed_in_order() -> None:
    (one,) = found(vote(ONE, 6, 7), vote(OTHER, 7))
    assert one.keys == (WORLD.keys[7],)
    assert one.evidence is not None
    assert one.evidence.first_vote.signer_public_keys == tuple(sorted((WORLD.keys[6], WORLD.keys[7])))
    (both,) = found(vote(ONE, 6, 7), vote(OTHER, 6, 7))
    assert both.keys == (WORLD.keys[6], WORLD.keys[7])


def test_who_repeats_himself_or_votes_in_another_view_is_not_accused() -> None:
    later = WORLD.later()
    again = proof(later.commit(8, header=ONE), CommitTarget.of_header(ONE), later)
    assert found(vote(ONE, 8), vote(ONE, 8), again) == []
    in_later_view = later.header()
    assert found(vote(ONE, 8), vote(in_later_view, 8, world=later)) == []
    assert found(proof(WORLD.prepare(8)), vote(OTHER, 8)) == []


def test_other_contradictions_are_no_evidence() -> None:
    announces = [
        proof(build_announce(WORLD.place, header.hash, WORLD.block(header), WORLD.secrets[0]))
        for header in (ONE, OTHER)
    ]
    prepares = [proof(WORLD.prepare(3, header=header)) for header in (ONE, OTHER)]
    later = WORLD.later()
    asked = [proof(later.ask(4, block), world=later) for block in (None, later.prepared(ONE))]
    for pair in (announces, prepares, asked):
        (one,) = found(*pair)
        assert one.evidence is None


def test_a_flood_pushes_out_its_senders_own_words_only() -> None:
    watch = EquivocationWatch(kept_per_key=4)
    watch.observe(vote(ONE, 8))
    for views in range(1, 30):
        later = WORLD.later(views)
        watch.observe(vote(later.header(), 7, world=later))
    assert watch.remembered == 5
    assert len(watch.observe(vote(OTHER, 8))) == 1
    watch.forget_outside(World(first=40).committee)
    assert watch.remembered == 0


def test_votes_are_checked_with_a_known_point() -> None:
    checker = VoteChecker(WORLD.committee.key_set, ONE.hash)
    held = checker.check(bitmap_of(9, (6, 7)), WORLD.prepare(6, 7).payload)
    assert held.to_bytes() == WORLD.prepare(6, 7).vote
    with pytest.raises(VerificationError) as info:
        checker.check(bitmap_of(9, (6,)), WORLD.prepare(6, 7).payload)
    assert info.value.code == "vote-signature"
    with pytest.raises(VerificationError) as info:
        checker.check(bytes(2), WORLD.prepare(6).payload)
    assert info.value.code == "bls-empty-bitmap"
    with pytest.raises(DecodeError):
        checker.check(bitmap_of(9, (6,)), bytes(96))


@pytest.mark.parametrize("each_alone", [False, True])
def test_many_votes_make_a_certificate(each_alone: bool) -> None:
    checker = VoteChecker(WORLD.committee.key_set, ONE.hash)
    votes = [(bitmap_of(9, (at,)), WORLD.prepare(at).payload) for at in ALL]
    checked = checker.check_all(votes, each_alone=each_alone)
    certificate = WORLD.certificate(ONE.hash)
    assert (checked.signature, checked.bitmap, checked.refused) == (
        certificate.signature,
        certificate.bitmap,
        {},
    )


@pytest.mark.parametrize("each_alone", [False, True])
def test_false_votes_are_named_and_left_out(each_alone: bool) -> None:
    checker = VoteChecker(WORLD.committee.key_set, ONE.hash)
    votes = [(bitmap_of(9, (at,)), WORLD.prepare(at).payload) for at in ALL]
    votes[2] = (votes[2][0], WORLD.prepare(3).payload)
    votes[5] = (votes[5][0], bytes(96))
    votes[7] = (b"", votes[7][1])
    checked = checker.check_all(votes, each_alone=each_alone)
    assert {at: error.code for at, error in checked.refused.items()} == {
        2: "vote-signature",
        5: "bls-signature-identity",
        7: "bitmap-length",
    }
    rest = WORLD.certificate(ONE.hash, (0, 1, 3, 4, 6, 8))
    assert (checked.signature, checked.bitmap) == (rest.signature, rest.bitmap)


def test_errors_that_cancel_out_are_found_where_each_vote_has_to_hold() -> None:
    checker = VoteChecker(WORLD.committee.key_set, ONE.hash)
    shift = Signature.from_bytes(WORLD.prepare(8).payload)
    first = (Signature.from_bytes(WORLD.prepare(1).payload) + shift).to_bytes()
    second = (Signature.from_bytes(WORLD.prepare(2).payload) - shift).to_bytes()
    votes = [(bitmap_of(9, (1,)), bytes(first)), (bitmap_of(9, (2,)), bytes(second))]
    summed = checker.check_all(votes)
    assert summed.signature == WORLD.certificate(ONE.hash, (1, 2)).signature
    assert set(checker.check_all(votes, each_alone=True).refused) == {0, 1}
    assert checker.check_all([]).signature is None


def committee_of(number: BlockNumber) -> TrustedCommittee:
    assert number in {WORLD.number, WORLD.number + 1}
    return WORLD.committee


def round_of(world: World, *, committed: bool = True) -> list[Message]:
    header = world.header()
    announce = build_announce(world.place, header.hash, world.block(header), world.secrets[0])
    certificate = world.certificate(header.hash, HARMONY)
    messages: list[Message] = [announce, *(world.prepare(at) for at in range(1, 6))]
    messages.append(
        build_prepared(world.place, header.hash, world.block(header), certificate, world.secrets[0])
    )
    if committed:
        final = world.certificate(world.payload(world.target()), ALL)
        messages += [world.commit(6, 7), build_committed(world.place, header.hash, final, world.secrets[0])]
    return messages


def follow(messages: list[Message]) -> RoundFollower:
    follower = RoundFollower()
    for verdict in check_traffic(messages, committee_of):
        assert isinstance(verdict, VerifiedMessage)
        follower.observe(verdict)
    return follower


def test_a_round_is_followed_to_its_commit() -> None:
    (report,) = follow(round_of(WORLD)).heights
    assert report.block_hash == ONE.hash
    assert report.decided is not None
    assert report.decided.leader == WORLD.keys[0]
    assert report.decided.change is Change.NONE
    assert report.decided.prepare_bitmap == bitmap_of(9, HARMONY)
    assert report.decided.commit_bitmap == bitmap_of(9, ALL)
    assert str(report.decided.share(bitmap_of(9, ALL))) == "1"
    assert report.changes == ()


def test_a_change_of_view_has_its_reason() -> None:
    later = WORLD.later()
    header, other = WORLD.header(), OTHER
    announce = build_announce(WORLD.place, header.hash, WORLD.block(header), WORLD.secrets[0])
    second = build_announce(WORLD.place, other.hash, WORLD.block(other), WORLD.secrets[0])
    asked: list[Message] = [later.ask(at) for at in HARMONY]
    cases: list[tuple[list[Message], Change]] = [
        ([], Change.SILENT),
        ([announce, WORLD.prepare(3)], Change.NO_PREPARE_QUORUM),
        ([announce, *(WORLD.prepare(at) for at in HARMONY)], Change.NOT_PREPARED),
        ([announce, second], Change.TWO_PROPOSALS),
        (round_of(WORLD, committed=False), Change.NO_COMMIT_QUORUM),
        ([*round_of(WORLD, committed=False), *(WORLD.commit(at) for at in HARMONY)], Change.NOT_COMMITTED),
    ]
    for before, reason in cases:
        (report,) = follow([*before, *asked]).heights
        (change,) = report.changes
        assert (change.to_view, change.reason) == (later.view_id, reason)
        assert change.from_view == (WORLD.view_id if before else None)


def test_a_block_that_comes_again_is_followed() -> None:
    later = WORLD.later()
    votes = [*(later.ask(at) for at in HARMONY), later.ask(8, later.prepared(ONE))]
    opened = later.new_view(votes)
    commit = later.commit(3, header=ONE)
    final = WORLD.certificate(WORLD.payload(WORLD.target()), ALL)
    committed = build_committed(later.place, ONE.hash, final, later.secrets[2])
    (report,) = follow([*votes, opened, commit, committed]).heights
    view = report.views[later.place.view_id]
    assert (view.leader, view.prepared, report.block_hash) == (WORLD.keys[2], ONE.hash, ONE.hash)
    assert view.asked_m1 == bitmap_of(9, (8,))


def test_reports_are_bounded() -> None:
    follower = RoundFollower(heights_kept=1, views_kept=2)
    for views in range(5):
        later = WORLD.later(views)
        follower.observe(proof(later.ask(1), world=later))
    higher = World(number=101)
    assert len(follower.heights[0].views) == 2
    follower.observe(proof(higher.prepare(2), world=higher))
    assert [report.number for report in follower.heights] == [101]
    assert follower.height(BlockNumber(100)) is None


def test_traffic_without_a_committee_is_left_open() -> None:
    def unknown(_: BlockNumber) -> TrustedCommittee:
        raise MissingDataError("There is none.", code="committee-unknown")

    verdicts = check_traffic(round_of(WORLD), unknown)
    assert {error.code for error in verdicts if isinstance(error, HarmonyError)} == {"committee-unknown"}
    announce = round_of(WORLD)[0]
    assert isinstance(announce, Announce)
    garbage = replace(announce, block=b"\xc0")
    assert carried_blocks([garbage]) == {}
