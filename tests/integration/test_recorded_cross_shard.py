"""The recorded networks' cross-shard receipts and crosslinks: every root, proof and link is recomputed and verified."""

from dataclasses import replace
from typing import Any

import pytest

from harmony_core.chain.cross_shard_receipt import (
    CXReceiptsProof,
    decode_cx_receipts,
    decode_cx_receipts_proof,
    decode_merkle_proof,
    incoming_receipts_root,
    legacy_outgoing_receipts_root,
    outgoing_receipts_root,
    receipts_root_of_shard,
)
from harmony_core.chain.crosslink import decode_cross_link
from harmony_core.cross_shard import (
    CrossLinkBook,
    SpentMarks,
    Stage,
    TransferTracker,
    has_lost_bitmap,
    prove_receipts,
    verify_cross_link,
    verify_cross_links,
    verify_incoming_receipts,
    verify_incoming_root,
    verify_linked_header,
    verify_outgoing_receipts,
    verify_outgoing_transactions,
    verify_receipts_proof,
    verify_receipts_proof_with_commit,
)
from harmony_core.errors import HarmonyError
from harmony_core.primitives import Hash32, ShardID, address_from_bech32
from support.recorded import Recording
from support.recorded_cross_shard import (
    RECORDINGS,
    announced,
    arrivals,
    can_be_judged,
    chains,
    committees,
    headers,
    latest_epoch,
    proven,
    sent,
)

# What leaves.


@chains("cx_out")
def test_every_outgoing_root_is_recomputed(recording: Recording, shard: int) -> None:
    blocks = sent(recording, shard)
    for block_hash, source in proven(recording, shard).items():
        outgoing = verify_outgoing_receipts(source, blocks.get(block_hash, ()))
        assert outgoing.source is source
    assert set(blocks) <= set(proven(recording, shard))


@chains("cx_out")
def test_every_recorded_field_of_what_leaves_is_the_same(recording: Recording, shard: int) -> None:
    for row in recording.rows(f"cx_out_shard{shard}"):
        data = bytes.fromhex(row["receiptsRlp"])
        receipts = decode_cx_receipts(data)
        assert [
            (
                receipt.transaction_hash.to_hex(),
                receipt.sender,
                receipt.recipient,
                receipt.shard_id,
                receipt.to_shard_id,
                receipt.amount,
            )
            for receipt in receipts
        ] == [
            (
                item["txHash"],
                address_from_bech32(item["from"]),
                address_from_bech32(item["to"]),
                item["shardID"],
                item["toShardID"],
                int(item["amount"]),
            )
            for item in row["receipts"]
        ]
        mine = [receipt for receipt in receipts if receipt.to_shard_id == row["toShard"]]
        assert receipts_root_of_shard(mine).to_hex() == row["shardTrieRoot"]
        whole = sent(recording, shard)[Hash32.from_hex(row["hash"])]
        roots = {outgoing_receipts_root(whole), legacy_outgoing_receipts_root(whole)}
        assert Hash32.from_hex(row["outgoingReceiptHash"]) in roots
        assert outgoing_receipts_root(receipts).to_hex() == row["computedRoot"]


@chains("cx_out")
def test_every_proof_is_made_again_and_verified(recording: Recording, shard: int) -> None:
    """Recorded proofs carry either the commit in the child's header or the one of the node's database."""
    source_committees = committees(recording)
    for row in recording.rows(f"cx_out_shard{shard}"):
        source = proven(recording, shard)[Hash32.from_hex(row["hash"])]
        to_shard_id = ShardID(row["toShard"])
        made = prove_receipts(
            verify_outgoing_receipts(source, sent(recording, shard)[source.hash]), to_shard_id
        )
        assert made.merkle_proof == decode_merkle_proof(bytes.fromhex(row["merkleProofRlp"]))
        for name in ("proofRlpWithNextHeaderSig", "proofRlpWithDbSig"):
            if not row.get(name):
                continue
            recorded = decode_cx_receipts_proof(bytes.fromhex(row[name]))
            assert recorded.encode().hex() == row[name]
            assert replace(made, **_commit_of(recorded)).encode() == recorded.encode()
            for result in (
                verify_receipts_proof(recorded, source, to_shard_id=to_shard_id),
                verify_receipts_proof_with_commit(
                    recorded, source_committees, to_shard_id=to_shard_id, latest_epoch=source.epoch
                ),
            ):
                assert result.receipts == recorded.receipts


def _commit_of(proof: CXReceiptsProof) -> dict[str, Any]:
    return {"commit_signature": proof.commit_signature, "commit_bitmap": proof.commit_bitmap}


@chains("cx_out")
def test_no_claim_of_a_proof_can_be_altered(recording: Recording, shard: int) -> None:
    row = recording.rows(f"cx_out_shard{shard}")[0]
    source = proven(recording, shard)[Hash32.from_hex(row["hash"])]
    to_shard_id = ShardID(row["toShard"])
    data = bytes.fromhex(row["merkleProofRlp"] and row["proofRlpWithDbSig"])
    honest = decode_cx_receipts_proof(data)
    carried = len(honest.commit_signature) + len(honest.commit_bitmap) + 4
    # The commit that a proof carries plays no part against a verified header; everything before it does.
    for position in range((len(data) - carried) * 8):
        bent = bytearray(data)
        bent[position // 8] ^= 1 << position % 8
        with pytest.raises(HarmonyError):
            verify_receipts_proof(decode_cx_receipts_proof(bytes(bent)), source, to_shard_id=to_shard_id)


@chains("cx_out")
def test_every_receipt_belongs_to_a_transaction_that_succeeded(recording: Recording, shard: int) -> None:
    succeeded: dict[int, dict[Hash32, bool]] = {}
    by_hash: dict[str, str] = {}
    for row in recording.rows(f"txs_shard{shard}"):
        by_hash[row["hash"]] = row["hashByType"]
    for row in recording.rows(f"receipts_shard{shard}"):
        for item in row["receipts"]:
            name = by_hash.get(item["txHash"], item["txHash"])
            succeeded.setdefault(row["number"], {})[Hash32.from_hex(name)] = int(item["status"]) == 1
    if not succeeded or not by_hash:
        pytest.skip("the recording has no receipts, or not the transactions that they belong to")
    for block_hash, receipts in sent(recording, shard).items():
        source = proven(recording, shard)[block_hash]
        verify_outgoing_transactions(
            verify_outgoing_receipts(source, receipts), succeeded.get(source.number, {})
        )


# What arrives.


@chains("cx_in")
def test_every_incoming_root_is_recomputed(recording: Recording, shard: int) -> None:
    blocks = arrivals(recording, shard)
    for number, header in headers(recording, shard).items():
        proofs = blocks.get(number, [])
        if any(has_lost_bitmap(proof) for proof in proofs):
            # Nothing in this recording tells who signed the source of these receipts.
            continue
        verify_incoming_root(header, proofs)


@chains("cx_in")
def test_bodies_as_stored_do_not_give_the_root(recording: Recording, shard: int) -> None:
    for row in recording.rows(f"cx_in_shard{shard}"):
        proof = decode_cx_receipts_proof(bytes.fromhex(row["proofRlp"]))
        assert has_lost_bitmap(proof)
        header = headers(recording, shard)[row["number"]]
        assert Hash32.from_hex(row["incomingReceiptHash"]) == header.incoming_receipts_root
        assert incoming_receipts_root([proof]).to_hex() != row["incomingReceiptHash"]


@pytest.mark.parametrize(
    ("recording", "shard"),
    [(r, shard) for r in RECORDINGS for shard in r.shards if r.rows(f"consensus_msgs_shard{shard}")],
    ids=lambda value: value.folder.name if isinstance(value, Recording) else str(value),
)
def test_every_announced_block_gives_its_incoming_root(recording: Recording, shard: int) -> None:
    """The messages of the consensus carry whole blocks, with every bitmap in place."""
    known = {header.hash: header for header in headers(recording, shard).values()}
    for block_hash, proofs in announced(recording, shard).items():
        if block_hash in known:
            verify_incoming_root(known[block_hash], proofs)


def test_the_bitmaps_at_hand_are_enough_somewhere() -> None:
    restored = [
        proof
        for recording in RECORDINGS
        for shard in recording.shards
        for proofs in arrivals(recording, shard).values()
        for proof in proofs
        if not has_lost_bitmap(proof)
    ]
    assert len(restored) > 100


@chains("cx_in")
def test_everything_that_arrives_is_verified_and_credited_once(recording: Recording, shard: int) -> None:
    spent = SpentMarks()
    source_committees, latest = committees(recording), latest_epoch(recording)
    for number, proofs in sorted(arrivals(recording, shard).items()):
        header = headers(recording, shard)[number]
        if not can_be_judged(recording, proofs):
            continue
        incoming = verify_incoming_receipts(header, proofs, source_committees, spent, latest_epoch=latest)
        for receipts in incoming.arrived:
            spent.spend(receipts)
        with pytest.raises(HarmonyError) as info:
            verify_incoming_receipts(header, proofs, source_committees, spent, latest_epoch=latest)
        assert info.value.code == "cx-spent"


# Crosslinks.


@pytest.mark.parametrize("recording", [r for r in RECORDINGS if 0 in r.shards], ids=lambda r: r.folder.name)
def test_every_crosslink_of_the_beacon_chain_is_verified(recording: Recording) -> None:
    book = CrossLinkBook()
    for number in sorted(headers(recording, 0)):
        links = verify_cross_links(headers(recording, 0)[number], committees(recording), book)
        for linked in links:
            header = proven(recording, linked.link.shard_id).get(linked.block_hash)
            if header is not None:
                verify_linked_header(linked, header)
        book.add(links)


@pytest.mark.parametrize(
    "recording", [r for r in RECORDINGS if r.rows("crosslinks")], ids=lambda r: r.folder.name
)
def test_every_stored_crosslink_is_verified(recording: Recording) -> None:
    latest = latest_epoch(recording)
    for row in recording.rows("crosslinks"):
        link = decode_cross_link(bytes.fromhex(row["rlp"]))
        if link.epoch > latest:
            continue
        verify_cross_link(link, committees(recording), latest_epoch=latest)


@pytest.mark.parametrize(
    "recording", [r for r in RECORDINGS if len(r.shards) > 1], ids=lambda r: r.folder.name
)
def test_every_transfer_is_followed_from_shard_to_shard(recording: Recording) -> None:
    tracker = TransferTracker()
    book = CrossLinkBook()
    expected: dict[Stage, set[Hash32]] = {stage: set() for stage in Stage}
    for shard in recording.shards:
        for block_hash, receipts in sent(recording, shard).items():
            tracker.note_sent(verify_outgoing_receipts(proven(recording, shard)[block_hash], receipts))
            expected[Stage.SENT] |= {receipt.transaction_hash for receipt in receipts}
        spent = SpentMarks()
        for number, proofs in arrivals(recording, shard).items():
            header = headers(recording, shard)[number]
            if header.hash not in proven(recording, shard) or not can_be_judged(recording, proofs):
                continue
            incoming = verify_incoming_receipts(
                header, proofs, committees(recording), spent, latest_epoch=latest_epoch(recording)
            )
            tracker.note_received(proven(recording, shard)[header.hash], incoming)
            expected[Stage.RECEIVED] |= {receipt.transaction_hash for receipt in incoming.receipts}
    for header in headers(recording, 0).values():
        links = verify_cross_links(header, committees(recording), book)
        book.add(links)
        for linked in links:
            tracker.note_linked(linked)
    names = set().union(*expected.values())
    for name in names:
        statuses = tracker.transfers(name)
        assert statuses
        stages = set().union(*(status.stages for status in statuses))
        assert (Stage.RECEIVED in stages) == (name in expected[Stage.RECEIVED])
    for name in expected[Stage.SENT] & expected[Stage.RECEIVED]:
        assert any({Stage.SENT, Stage.RECEIVED} <= status.stages for status in tracker.transfers(name))
