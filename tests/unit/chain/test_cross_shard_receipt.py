from dataclasses import replace

import pytest

from harmony_core.chain import (
    decode_cx_receipt,
    decode_cx_receipts_proof,
    decode_merkle_proof,
    incoming_receipts_root,
    outgoing_receipts_root,
)
from harmony_core.chain.cross_shard_receipt import (
    group_by_destination,
    legacy_outgoing_receipts_root,
    receipts_root_of_shard,
)
from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError
from harmony_core.primitives import ShardID, rlp
from harmony_core.trie import EMPTY_ROOT, derive_sha
from support.sample_chain_data import CX_RECEIPT, MERKLE_PROOF, PROOF

FAR = replace(CX_RECEIPT, to_shard_id=ShardID(2**32 - 1))
MIXED = [FAR, CX_RECEIPT, replace(CX_RECEIPT, amount=5)]


def test_parts_come_out_as_they_went_in() -> None:
    assert decode_cx_receipt(CX_RECEIPT.encode()) == CX_RECEIPT
    assert decode_merkle_proof(MERKLE_PROOF.encode()) == MERKLE_PROOF
    assert decode_cx_receipts_proof(PROOF.encode()) == PROOF
    assert replace(PROOF).encode() == PROOF.encode()


def test_a_receipt_without_recipient_is_encoded_but_not_decoded() -> None:
    nobody = replace(CX_RECEIPT, recipient=None)
    with pytest.raises(DecodeError) as info:
        decode_cx_receipt(nobody.encode())
    assert info.value.code == "field-length"


def test_receipts_are_grouped_by_destination() -> None:
    groups = group_by_destination(MIXED)
    assert list(groups) == [1, 2**32 - 1]
    assert groups[ShardID(1)] == tuple(MIXED[1:])
    assert group_by_destination([]) == {}


def test_the_outgoing_hash_joins_shards_and_roots() -> None:
    near, far = receipts_root_of_shard(MIXED[1:]), receipts_root_of_shard([FAR])
    joined = b"\x00\x00\x00\x01" + near + b"\xff\xff\xff\xff" + far
    assert outgoing_receipts_root(MIXED) == keccak256(joined)
    assert outgoing_receipts_root([]) == EMPTY_ROOT == legacy_outgoing_receipts_root([])
    alone = outgoing_receipts_root([CX_RECEIPT])
    assert alone == keccak256(b"\x00\x00\x00\x01" + receipts_root_of_shard([CX_RECEIPT]))


def test_the_legacy_hash_keeps_the_index_in_the_whole_list() -> None:
    near = derive_sha([b"", MIXED[1].encode(), MIXED[2].encode()])
    far = derive_sha([FAR.encode()])
    joined = b"\x00\x00\x00\x01" + near + b"\xff\xff\xff\xff" + far
    assert legacy_outgoing_receipts_root(MIXED) == keccak256(joined) != outgoing_receipts_root(MIXED)
    assert legacy_outgoing_receipts_root([FAR]) == outgoing_receipts_root([FAR])


def test_a_lost_bitmap_changes_the_incoming_root() -> None:
    lost = replace(PROOF, commit_bitmap=PROOF.commit_signature)
    assert incoming_receipts_root([PROOF]) != incoming_receipts_root([lost])
    assert incoming_receipts_root([]) == EMPTY_ROOT


def test_a_proof_needs_all_its_parts() -> None:
    items = rlp.expect_list(rlp.decode(PROOF.encode()))
    for place in (1, 2):
        nothing: rlp.RLPItem
        for nothing in (b"", []):
            with pytest.raises(DecodeError):
                decode_cx_receipts_proof(rlp.encode([*items[:place], nothing, *items[place + 1 :]]))
    bare = replace(PROOF, commit_signature=b"", commit_bitmap=b"")
    assert decode_cx_receipts_proof(bare.encode()) == bare
    assert PROOF.has_commit
    assert not bare.has_commit
