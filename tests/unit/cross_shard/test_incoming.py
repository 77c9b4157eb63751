"""Receipts that arrive in a block: each once, and all that the header commits to."""

import pytest

from harmony_core.chain import Header, HeaderVersion
from harmony_core.chain.cross_shard_receipt import CXReceiptsProof, incoming_receipts_root
from harmony_core.cross_shard import (
    SpentMark,
    SpentMarks,
    VerifiedIncoming,
    has_lost_bitmap,
    verify_incoming_receipts,
    verify_incoming_root,
    with_bitmap,
)
from harmony_core.errors import HarmonyError, VerificationError
from harmony_core.primitives import STRICT, BlockNumber, Compatibility, Epoch, ShardID
from harmony_core.trie import EMPTY_ROOT
from support.cross_shard import EPOCH, Known, altered, proof_of, receipt

REFERENCE = Compatibility.reference()
FIRST = proof_of([receipt(1, number=0), receipt(1, number=1)], number=100)
SECOND = proof_of([receipt(1, number=2)], number=101)
THIRD = proof_of([receipt(1, number=3, source=2)], number=100, shard_id=2)


def block(proofs: list[CXReceiptsProof], *, epoch: int = EPOCH, shard_id: int = 1) -> Header:
    return Header(
        version=HeaderVersion.V3,
        epoch=Epoch(epoch),
        shard_id=ShardID(shard_id),
        incoming_receipts_root=incoming_receipts_root(proofs),
    )


def arrive(
    proofs: list[CXReceiptsProof], spent: SpentMarks | None = None, compatibility: Compatibility = STRICT
) -> VerifiedIncoming:
    return verify_incoming_receipts(
        block(proofs),
        proofs,
        Known(),
        spent or SpentMarks(),
        latest_epoch=Epoch(EPOCH),
        compatibility=compatibility,
    )


def refused(proofs: list[CXReceiptsProof], spent: SpentMarks | None = None) -> str:
    with pytest.raises(HarmonyError) as info:
        arrive(proofs, spent)
    return info.value.code


def test_everything_that_arrives_is_verified() -> None:
    result = arrive([FIRST, SECOND, THIRD])
    assert result.receipts == (*FIRST.receipts, *SECOND.receipts, *THIRD.receipts)
    assert [arrived.proof for arrived in result.arrived] == [FIRST, SECOND, THIRD]
    assert arrive([]).receipts == ()


def test_verification_spends_nothing() -> None:
    spent = SpentMarks()
    assert arrive([FIRST], spent).receipts == arrive([FIRST], spent).receipts
    assert len(spent) == 0


# Threat C22.


def test_the_same_proof_twice_in_a_block_is_refused() -> None:
    assert refused([FIRST, SECOND, FIRST]) == "cx-incoming-repeated"
    with pytest.raises(VerificationError) as info:
        arrive([FIRST, FIRST], compatibility=REFERENCE)
    assert info.value.code == "cx-incoming-repeated"


def test_what_was_credited_before_is_refused() -> None:
    spent = SpentMarks()
    for arrived in arrive([FIRST, SECOND]).arrived:
        spent.spend(arrived)
    assert refused([FIRST], spent) == "cx-spent"
    assert arrive([THIRD], spent).receipts == THIRD.receipts
    assert SpentMark(ShardID(0), BlockNumber(101)) in spent
    assert list(spent) == [
        SpentMark(ShardID(0), BlockNumber(100)),
        SpentMark(ShardID(0), BlockNumber(101)),
    ]


def test_a_reverted_block_gives_its_marks_back() -> None:
    spent = SpentMarks()
    (arrived,) = arrive([FIRST]).arrived
    spent.spend(arrived)
    spent.unspend(arrived)
    assert arrive([FIRST], spent).receipts == FIRST.receipts


def test_marks_outlive_the_process() -> None:
    spent = SpentMarks()
    (arrived,) = arrive([FIRST]).arrived
    spent.spend(arrived)
    assert refused([FIRST], SpentMarks(list(spent))) == "cx-spent"


def test_a_replay_under_another_height_is_marked_apart_by_the_reference_only() -> None:
    spent = SpentMarks()
    for height in (100, 200, 300):
        replayed = altered(FIRST, block_number=BlockNumber(height))
        (arrived,) = arrive([replayed], spent, REFERENCE).arrived
        spent.spend(arrived)
    assert len(spent) == 3
    assert refused([altered(FIRST, block_number=BlockNumber(400))]) == "cx-proof-block-number"


# The root.


@pytest.mark.parametrize("given", [[], [FIRST], [SECOND, FIRST], [FIRST, SECOND, THIRD]])
def test_other_proofs_than_the_header_commits_to_are_refused(given: list[CXReceiptsProof]) -> None:
    with pytest.raises(VerificationError) as info:
        verify_incoming_receipts(
            block([FIRST, SECOND]), given, Known(), SpentMarks(), latest_epoch=Epoch(EPOCH)
        )
    assert info.value.code == "cx-incoming-root"


def test_old_headers_take_nothing_in() -> None:
    old = Header(version=HeaderVersion.V0)
    verify_incoming_root(old, [])
    assert block([]).incoming_receipts_root == EMPTY_ROOT
    with pytest.raises(VerificationError) as info:
        verify_incoming_root(old, [FIRST])
    assert info.value.code == "cx-incoming-root"


def test_the_destination_is_the_shard_of_the_block() -> None:
    with pytest.raises(VerificationError) as info:
        verify_incoming_receipts(
            block([FIRST], shard_id=2), [FIRST], Known(), SpentMarks(), latest_epoch=Epoch(EPOCH)
        )
    assert info.value.code == "cx-proof-destination"


def test_a_source_of_a_later_epoch_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        verify_incoming_receipts(
            block([FIRST]), [FIRST], Known(), SpentMarks(), latest_epoch=Epoch(EPOCH - 1)
        )
    assert info.value.code == "cx-proof-future"


def test_a_shard_that_lags_behind_takes_receipts_of_later_epochs() -> None:
    late = block([FIRST], epoch=EPOCH - 2)
    result = verify_incoming_receipts(late, [FIRST], Known(), SpentMarks(), latest_epoch=Epoch(EPOCH))
    assert result.receipts == FIRST.receipts


def test_a_body_from_a_database_has_lost_its_bitmaps() -> None:
    stored = with_bitmap(FIRST, FIRST.commit_signature)
    assert has_lost_bitmap(stored)
    assert not has_lost_bitmap(FIRST)
    with pytest.raises(VerificationError) as info:
        verify_incoming_root(block([FIRST]), [stored])
    assert info.value.code == "cx-incoming-root"
    assert with_bitmap(stored, FIRST.commit_bitmap) == FIRST
    verify_incoming_root(block([FIRST]), [with_bitmap(stored, FIRST.commit_bitmap)])


def test_what_is_not_verified_is_not_taken() -> None:
    with pytest.raises(TypeError):
        verify_incoming_receipts(b"", [], Known(), SpentMarks(), latest_epoch=Epoch(EPOCH))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        VerifiedIncoming(object(), block([]), ())
