"""Every block of the recorded networks is verified against its proven header, as stored and as sent between nodes."""

from dataclasses import replace
from functools import cache

from harmony_core.chain import Block, Receipt, decode_block, decode_stored_receipts
from harmony_core.cross_shard import CrossLinkBook, SpentMarks, has_lost_bitmap
from harmony_core.light_client import VerifiedBlock, verify_block
from harmony_core.primitives import Hash32
from harmony_core.trie import EMPTY_ROOT
from support.recorded import Recording
from support.recorded_cross_shard import (
    announced,
    chains,
    committees,
    latest_epoch,
    proven_headers,
    restored,
    sent,
)

LOST = {"block-incoming-root", "block-incoming-signatures"}
BEYOND = {"block-state-root", "block-slashes", "block-slash-offenders", "block-next-committee"}
"""What takes the state before the block."""


@cache
def blocks(recording: Recording, shard: int) -> dict[Hash32, Block]:
    rows = recording.rows(f"blocks_shard{shard}")
    found = [decode_block(bytes.fromhex(row["rlp"])) for row in rows]
    known = proven_headers(recording, shard) if recording.headers(shard) else {}
    return {block.hash: block for block in found if block.hash in known}


@cache
def receipts(recording: Recording, shard: int) -> dict[int, tuple[Receipt, ...]]:
    rows = recording.rows(f"receipts_shard{shard}")
    return {row["number"]: decode_stored_receipts(bytes.fromhex(row["dbRlp"])) for row in rows}


def on_the_wire(recording: Recording, shard: int, block: Block) -> Block:
    """Return the block with the bitmaps of its incoming proofs, as it is stored if the recording does not tell all."""
    proofs = announced(recording, shard).get(block.hash) or tuple(
        restored(recording, proof) for proof in block.body.incoming_receipts
    )
    sent_block = Block(block.header, replace(block.body, incoming_receipts=proofs))
    return sent_block if is_whole(sent_block) else block


def is_whole(block: Block) -> bool:
    return not any(map(has_lost_bitmap, block.body.incoming_receipts))


class Follower:
    """Takes the blocks of one shard in, one after the other."""

    def __init__(self, recording: Recording, shard: int) -> None:
        self.recording = recording
        self.shard = shard
        self.spent = SpentMarks()
        self.links = CrossLinkBook()

    def receipts(self, block: Block) -> tuple[Receipt, ...] | None:
        """Return the receipts of a block, none for one without transactions, None if they are not recorded."""
        is_empty = not block.body.transactions and not block.body.staking_transactions
        return receipts(self.recording, self.shard).get(block.header.number, () if is_empty else None)

    def verify(self, block: Block) -> VerifiedBlock:
        recording, shard = self.recording, self.shard
        return verify_block(
            block,
            proven_headers(recording, shard)[block.hash],
            network=recording.network,
            receipts=self.receipts(block),
            outgoing=sent(recording, shard).get(block.hash),
            committees=committees(recording),
            spent=self.spent,
            known_links=self.links,
            latest_epoch=latest_epoch(recording),
        )

    def take(self, verified: VerifiedBlock) -> None:
        self.links.add(verified.cross_links or ())
        for arrived in verified.incoming.arrived if verified.incoming else ():
            self.spent.spend(arrived)


def unknown(verified: VerifiedBlock) -> set[str]:
    return {item.rule for item in verified.not_checked} - BEYOND


@chains("blocks")
def test_every_block_as_sent_is_proven(recording: Recording, shard: int) -> None:
    follower = Follower(recording, shard)
    for stored in sorted(blocks(recording, shard).values(), key=lambda block: block.header.number):
        block = on_the_wire(recording, shard, stored)
        verified = follower.verify(block)
        assert verified.block is block
        assert verified.header == block.header
        reasons = {item.code for item in verified.not_checked if item.rule not in BEYOND}
        lacking = set() if is_whole(block) else {"incoming-proof-bitmap-lost"}
        if follower.receipts(block) is None:
            lacking.add("receipts-missing")
        if block.hash not in sent(recording, shard) and block.header.outgoing_receipts_root != EMPTY_ROOT:
            lacking.add("outgoing-receipts-missing")
        assert reasons <= lacking | {"committee-unknown"}
        assert set(verified.proven).isdisjoint(item.rule for item in verified.not_checked)
        assert "block-state-root" in {item.rule for item in verified.not_checked}
        assert "block-slashes" in verified.proven or block.header.slashes
        left = {item.rule for item in verified.not_checked}
        assert ("block-slash-offenders" in left) == bool(block.header.slashes)
        follower.take(verified)


@chains("blocks")
def test_every_block_as_stored_is_proven_but_for_the_lost_bitmaps(recording: Recording, shard: int) -> None:
    follower = Follower(recording, shard)
    for block in sorted(blocks(recording, shard).values(), key=lambda block: block.header.number):
        verified = follower.verify(block)
        if is_whole(block):
            assert "block-incoming-root" in verified.proven
        else:
            lost = {item.rule for item in verified.not_checked if item.code == "incoming-proof-bitmap-lost"}
            assert lost == LOST
            assert verified.incoming is None
            assert not LOST & set(verified.proven)
            assert {"block-incoming-claims", "block-incoming-spent"} <= set(verified.proven)
        assert "block-transactions-root" in verified.proven
        if follower.receipts(block) is not None:
            assert "block-receipts-root" in verified.proven
        follower.take(verified)
