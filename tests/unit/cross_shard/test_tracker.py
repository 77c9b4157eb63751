"""Where a transfer stands, from the pieces at hand in any order."""

from itertools import permutations

import pytest

from harmony_core.chain.cross_shard_receipt import incoming_receipts_root
from harmony_core.chain.crosslink import CrossLink
from harmony_core.cross_shard import (
    SpentMarks,
    Stage,
    TransferTracker,
    prove_receipts,
    verify_cross_link,
    verify_incoming_receipts,
    verify_outgoing_receipts,
    verify_receipts_proof,
)
from harmony_core.errors import VerificationError
from harmony_core.primitives import Epoch, Hash32, ShardID
from support.cross_shard import EPOCH, Known, receipt, source_block, verified

SENT = [receipt(0, source=1, number=0), receipt(2, source=1, number=0), receipt(0, source=1, number=1)]
SOURCE = verified(source_block(SENT, shard_id=1))
OUTGOING = verify_outgoing_receipts(SOURCE, SENT)
PROOF = prove_receipts(OUTGOING, ShardID(0))
PROVEN = verify_receipts_proof(PROOF, SOURCE, to_shard_id=ShardID(0))
LINK = verify_cross_link(
    CrossLink(
        SOURCE.hash,
        SOURCE.number,
        SOURCE.header.view_id,
        SOURCE.commit.signature,
        SOURCE.commit.bitmap,
        SOURCE.shard_id,
        SOURCE.epoch,
    ),
    Known(),
    latest_epoch=Epoch(EPOCH),
)
BLOCK = verified(source_block([], number=200, incoming_receipts_root=incoming_receipts_root([PROOF])))
INCOMING = verify_incoming_receipts(BLOCK.header, [PROOF], Known(), SpentMarks(), latest_epoch=Epoch(EPOCH))
TRANSACTION = SENT[0].transaction_hash


def test_a_transfer_goes_through_its_stages() -> None:
    tracker = TransferTracker()
    assert tracker.transfers(TRANSACTION) == ()
    tracker.note_sent(OUTGOING)
    first, second = tracker.transfers(TRANSACTION)
    assert (first.receipt, second.receipt) == (SENT[0], SENT[1])
    assert first.stage is second.stage is Stage.SENT
    tracker.note_proven(PROVEN)
    assert [status.stage for status in tracker.transfers(TRANSACTION)] == [Stage.PROVEN, Stage.SENT]
    tracker.note_linked(LINK)
    assert [status.stage for status in tracker.transfers(TRANSACTION)] == [Stage.LINKED, Stage.LINKED]
    tracker.note_received(BLOCK, INCOMING)
    first, second = tracker.transfers(TRANSACTION)
    assert first.stage is Stage.RECEIVED
    assert first.received_in == BLOCK.hash
    assert first.stages == set(Stage)
    assert (second.stage, second.received_in) == (Stage.LINKED, None)
    assert (first.source_hash, first.source_number) == (SOURCE.hash, SOURCE.number)


def test_the_order_in_which_pieces_come_does_not_matter() -> None:
    results = set()
    for order in permutations(range(4)):
        tracker = TransferTracker()
        notes = (
            lambda tracker: tracker.note_sent(OUTGOING),
            lambda tracker: tracker.note_proven(PROVEN),
            lambda tracker: tracker.note_linked(LINK),
            lambda tracker: tracker.note_received(BLOCK, INCOMING),
        )
        for index in order:
            notes[index](tracker)
        results.add(tracker.transfers(TRANSACTION))
    assert len(results) == 1


def test_a_block_that_took_a_receipt_in_shows_that_it_was_proven() -> None:
    tracker = TransferTracker()
    tracker.note_received(BLOCK, INCOMING)
    (status,) = tracker.transfers(TRANSACTION)
    assert status.stages == {Stage.SENT, Stage.PROVEN, Stage.RECEIVED}
    assert tracker.transfers(Hash32.zero()) == ()


def test_a_link_alone_says_nothing_of_a_transfer() -> None:
    tracker = TransferTracker()
    tracker.note_linked(LINK)
    assert tracker.transfers(TRANSACTION) == ()


def test_receipts_that_arrived_in_another_block_are_refused() -> None:
    tracker = TransferTracker()
    with pytest.raises(VerificationError) as info:
        tracker.note_received(SOURCE, INCOMING)
    assert info.value.code == "tracker-block"
    assert tracker.transfers(TRANSACTION) == ()
