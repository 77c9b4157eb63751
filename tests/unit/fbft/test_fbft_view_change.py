"""The messages of a view change: M1, M2, M3, and who may believe a NEWVIEW."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harmony_core.chain import Header
from harmony_core.errors import HarmonyError, MissingDataError, VerificationError
from harmony_core.fbft import NewView, VerifiedMessage, ViewChange, check_messages, verify_message
from harmony_core.fbft.build import build_new_view, sign_message
from harmony_core.fbft.messages import NIL_PAYLOAD, view_id_payload
from harmony_core.fbft.view_change_rules import check_view_ahead
from harmony_core.fbft.view_tally import ViewTally
from harmony_core.primitives import Compatibility, ViewID
from harmony_core.quorum import Commit
from support.committees import bitmap_of
from support.fbft_world import ALL, HARMONY, World

OLD = World()
WORLD = OLD.later(3)
BLOCK = OLD.header()
REFERENCE = Compatibility.reference()


def refusal_of(
    message: ViewChange | NewView, votes: Sequence[ViewChange] = (), leader: int | None = 2
) -> str:
    view = WORLD.view(leader=leader)
    with pytest.raises(HarmonyError) as info:
        verify_message(message, view, votes=WORLD.asked(votes))
    together = check_messages([*((vote, WORLD.view()) for vote in votes), (message, view)])[-1]
    assert isinstance(together, HarmonyError)
    assert together.code == info.value.code
    return info.value.code


def signed(message: ViewChange, slot: int = 3) -> ViewChange:
    return sign_message(message, WORLD.secrets[slot])


def led(message: NewView) -> NewView:
    return sign_message(message, WORLD.secrets[2])


def m2_votes(slots: Sequence[int] = HARMONY) -> list[ViewChange]:
    return [WORLD.ask(at) for at in slots]


def m1_votes(header: Header = BLOCK) -> list[ViewChange]:
    """Votes of the Harmony slots without a prepared block, and of one more with it."""
    return [*m2_votes(), WORLD.ask(8, WORLD.prepared(header))]


def test_votes_hold() -> None:
    for vote in m1_votes():
        proof = verify_message(vote, WORLD.view(leader=2))
        assert (proof.target is not None) == vote.is_m1
    assert WORLD.ask(8, WORLD.prepared(BLOCK)).prepared_hash == BLOCK.hash


def test_a_vote_names_the_leader_that_follows() -> None:
    assert refusal_of(WORLD.ask(3, leader=1)) == "view-change-leader"


def test_a_vote_signs_the_view() -> None:
    other = OLD.ask(3).view_id_signature
    assert refusal_of(signed(replace(WORLD.ask(3), view_id_signature=other))) == "m3-signature"


def test_a_vote_without_a_block_signs_so() -> None:
    own = WORLD.ask(3)
    assert refusal_of(signed(replace(own, view_change_signature=own.view_id_signature))) == "m2-signature"


def test_a_vote_with_a_block_signs_it() -> None:
    own = WORLD.ask(3, WORLD.prepared(BLOCK))
    assert refusal_of(signed(replace(own, view_change_signature=own.view_id_signature))) == "m1-signature"


def test_a_prepared_block_has_a_certificate_of_a_quorum() -> None:
    assert refusal_of(WORLD.ask(3, WORLD.prepared(BLOCK, range(5)))) == "commit-quorum-stake"
    prepared = WORLD.prepared(BLOCK)
    inflated = replace(prepared, certificate=Commit(prepared.certificate.signature, bitmap_of(9, range(8))))
    assert refusal_of(WORLD.ask(3, inflated)) == "prepared-signature"


def test_a_prepared_block_is_the_one_that_was_signed() -> None:
    prepared = replace(WORLD.prepared(BLOCK), block=WORLD.block(OLD.header(view_id=90)))
    assert refusal_of(WORLD.ask(3, prepared)) == "message-block-hash"


def test_a_prepared_block_is_of_the_stuck_height() -> None:
    stale = OLD.header(number=99)
    assert refusal_of(WORLD.ask(3, WORLD.prepared(stale))) == "message-block-place"
    verify_message(WORLD.ask(3, WORLD.prepared(stale)), WORLD.view(), compatibility=REFERENCE)


def test_a_prepared_block_is_of_an_earlier_view() -> None:
    assert refusal_of(WORLD.ask(3, WORLD.prepared(WORLD.header()))) == "m1-block-view"


def test_views_that_are_over_or_far_ahead_are_refused() -> None:
    def code(view_id: int) -> str:
        with pytest.raises(VerificationError) as info:
            check_view_ahead(ViewID(view_id), current=ViewID(80), changing_to=ViewID(83))
        return info.value.code

    assert code(79) == "view-change-stale"
    assert code(333) == "view-change-ahead"
    for view_id in (80, 83, 332):
        check_view_ahead(ViewID(view_id), current=ViewID(80), changing_to=ViewID(83))


def test_a_tally_takes_each_key_once() -> None:
    tally = ViewTally(WORLD.committee, WORLD.place.view_id)
    for vote in m1_votes():
        tally.record(vote)
    assert tally.has_quorum
    assert tally.m1_bitmap == bitmap_of(9, (8,))
    assert tally.m2_bitmap == bitmap_of(9, HARMONY)
    assert tally.m3_bitmap == bitmap_of(9, (*HARMONY, 8))
    with pytest.raises(VerificationError) as info:
        tally.record(WORLD.ask(3, WORLD.prepared(BLOCK)))
    assert info.value.code == "view-change-repeated"
    with pytest.raises(VerificationError) as info:
        tally.record(OLD.ask(7))
    assert info.value.code == "view-change-view"


def test_a_tally_keeps_the_block_of_the_latest_view() -> None:
    tally = ViewTally(WORLD.committee, WORLD.place.view_id)
    for slot, view_id in enumerate((101, 103, 102)):
        tally.record(WORLD.ask(slot, WORLD.prepared(OLD.header(view_id=view_id))))
    assert tally.prepared is not None
    assert tally.prepared.block_hash == OLD.header(view_id=103).hash
    assert tally.m2() is None


def test_a_new_view_holds_for_whoever_has_the_votes() -> None:
    for votes in (m2_votes(), m1_votes(), m2_votes(ALL)):
        proof = verify_message(WORLD.new_view(votes), WORLD.view(leader=2), votes=WORLD.asked(votes))
        assert (proof.target is not None) == any(vote.is_m1 for vote in votes)


def test_a_new_view_alone_proves_nothing() -> None:
    message = WORLD.new_view(m2_votes())
    with pytest.raises(MissingDataError) as info:
        verify_message(message, WORLD.view(leader=2))
    assert info.value.code == "new-view-votes"
    assert refusal_of(message, m2_votes(range(5))) == "new-view-votes"
    verify_message(message, WORLD.view(leader=2), compatibility=REFERENCE)


def test_votes_for_another_height_view_or_committee_do_not_count() -> None:
    message, view = WORLD.new_view(m2_votes()), WORLD.view()
    others = [WORLD.later(), World(number=101, view_id=WORLD.view_id), World(epoch=6, view_id=WORLD.view_id)]
    votes = [proof for world in others for proof in world.asked([world.ask(at) for at in HARMONY])]
    with pytest.raises(MissingDataError):
        verify_message(message, view, votes=votes)


def test_a_key_counts_once() -> None:
    votes = WORLD.asked(m2_votes(range(5)) * 3)
    with pytest.raises(MissingDataError):
        verify_message(WORLD.new_view(m2_votes()), WORLD.view(), votes=votes)


def test_sums_of_another_view_change_are_replayed_on_the_reference_only() -> None:
    """M2 and M3 name no block and no shard: their sums hold wherever the view id is the same."""
    elsewhere = World(number=55, view_id=WORLD.view_id)
    source = elsewhere.new_view([elsewhere.ask(at) for at in HARMONY])
    assert source.m3_signature is not None
    assert source.m2_signature is not None
    replayed = build_new_view(
        WORLD.place,
        WORLD.secrets[2],
        Commit(source.m3_signature, source.m3_bitmap),
        Commit(source.m2_signature, source.m2_bitmap),
    )
    taken = verify_message(replayed, WORLD.view(leader=2), compatibility=REFERENCE)
    assert isinstance(taken, VerifiedMessage)
    assert refusal_of(replayed) == "new-view-votes"


def test_a_new_view_shows_the_signatures_on_its_view() -> None:
    bare = led(replace(WORLD.new_view(m2_votes()), m3_signature=None))
    assert refusal_of(bare, m2_votes()) == "new-view-m3-missing"
    other = OLD.later(1).new_view([OLD.later(1).ask(at) for at in HARMONY])
    moved = led(replace(WORLD.new_view(m2_votes()), m3_signature=other.m3_signature))
    assert refusal_of(moved, m2_votes()) == "new-view-m3-signature"


def test_a_new_view_needs_a_quorum() -> None:
    votes = m2_votes((0, 1, 2, 3, 7, 8))
    assert refusal_of(WORLD.new_view(votes), votes) == "new-view-quorum"


def test_an_empty_payload_is_refused_everywhere() -> None:
    """More signed the view than signed to have no prepared block, and none is shown: the reference panics."""
    votes = m1_votes()
    empty = led(replace(WORLD.new_view(votes), payload=b"", prepared_block=b""))
    assert refusal_of(empty, votes) == "new-view-payload"
    nothing = led(replace(WORLD.new_view(m2_votes()), m2_signature=None, m2_bitmap=b""))
    assert refusal_of(nothing, m2_votes()) == "new-view-payload"
    with pytest.raises(VerificationError) as info:
        verify_message(empty, WORLD.view(leader=2), compatibility=REFERENCE)
    assert info.value.code == "new-view-payload"


def test_the_sum_of_those_without_a_block_holds() -> None:
    message = WORLD.new_view(m2_votes())
    swapped = led(replace(message, m2_signature=message.m3_signature))
    assert refusal_of(swapped, m2_votes()) == "new-view-m2-signature"


def test_who_has_no_block_has_voted() -> None:
    message = WORLD.new_view(m2_votes(ALL))
    m3 = WORLD.certificate(view_id_payload(WORLD.view_id), HARMONY)
    fewer = led(replace(message, m3_signature=m3.signature, m3_bitmap=m3.bitmap))
    assert refusal_of(fewer, m2_votes(ALL)) == "new-view-m2-outside"
    assert message.m2_signature == WORLD.certificate(NIL_PAYLOAD).signature


def test_only_the_next_leader_opens_a_view() -> None:
    votes = m2_votes()
    usurped = WORLD.new_view(votes, leader=1)
    assert refusal_of(usurped, votes) == "message-leader"


def test_a_stale_block_is_not_smuggled_in() -> None:
    """As was recorded once: the leader of a view shows the prepared block of an earlier height."""
    stale = WORLD.prepared(OLD.header(number=99))
    votes = m2_votes()
    m3 = WORLD.certificate(view_id_payload(WORLD.view_id), HARMONY)
    m2 = WORLD.certificate(NIL_PAYLOAD, HARMONY)
    message = build_new_view(WORLD.place, WORLD.secrets[2], m3, m2, stale)
    assert refusal_of(message, votes) == "message-block-place"
    verify_message(message, WORLD.view(leader=2), compatibility=REFERENCE)


def test_a_prepared_block_of_a_vote_is_not_hidden() -> None:
    """The leader leaves out the vote that shows a block; a receiver that has it refuses."""
    hidden = [*m2_votes(), WORLD.ask(8, WORLD.prepared(BLOCK))]
    assert refusal_of(WORLD.new_view(m2_votes()), hidden) == "new-view-prepared"


def test_an_older_prepared_block_does_not_replace_a_later_one() -> None:
    later = OLD.header(view_id=103)
    votes = [*m1_votes(BLOCK), WORLD.ask(7, WORLD.prepared(later))]
    assert refusal_of(WORLD.new_view(m1_votes(BLOCK)), votes) == "new-view-highest"
    verify_message(WORLD.new_view(votes), WORLD.view(leader=2), votes=WORLD.asked(votes))


def test_the_identity_sums_up_nothing() -> None:
    votes = m2_votes()
    message = WORLD.new_view(votes)
    forged = led(replace(message, m3_signature=type(message.m3_signature)(bytes(96))))  # type: ignore[misc]
    assert refusal_of(forged, votes) == "bls-signature-identity"
