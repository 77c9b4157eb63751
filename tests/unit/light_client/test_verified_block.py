"""Whole blocks against their headers: each part that is altered is refused, and what was not given is named."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from harmony_core.chain import (
    Block,
    CrossLink,
    Header,
    Log,
    Receipt,
    StakingTransaction,
    Transaction,
    encode_cross_links,
)
from harmony_core.cross_shard import CROSS_SHARD_PRECOMPILE, CrossLinkBook, SpentMarks, verify_cross_links
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.light_client import BlockContext, Findings, ProvenHeader, VerifiedBlock, verify_block
from harmony_core.light_client.basis import Basis, BasisKind
from harmony_core.light_client.signed_header import proven
from harmony_core.params import load_network
from harmony_core.primitives import Address, Bloom, Compatibility, Epoch, Hash32, ShardID
from harmony_core.trie import EMPTY_ROOT
from support.committees import header_at
from support.cross_shard import (
    EPOCH,
    Known,
    altered,
    proof_of,
    receipt,
    resigned,
    signers_of,
    source_block,
    verified,
)
from support.sample_blocks import GAS, SampleBlock, receipt_for, sent_by, signed_transaction
from support.sample_chain_data import CHAIN_ID, CREATE, KEY
from support.sample_headers import sample_header

FIRST = signed_transaction()
SECOND = signed_transaction(nonce=6, to_shard_id=ShardID(1))
STAKING = StakingTransaction.of(CREATE, nonce=7, gas_price=10**11, gas_limit=6_000_000).sign(KEY, CHAIN_ID)
LOG = Log(Address(b"\x77" * 20), (Hash32(b"\x01" * 32),), b"data")
RECEIPTS = (receipt_for(FIRST, 0, logs=(LOG,)), receipt_for(SECOND, 1), receipt_for(STAKING, 2))
SAMPLE = SampleBlock(
    transactions=(FIRST, SECOND), staking=(STAKING,), receipts=RECEIPTS, outgoing=(sent_by(SECOND),)
)
ARRIVED = proof_of([receipt(1, number=0), receipt(1, number=1)], number=100)
LATER = proof_of([receipt(1, number=2)], number=101)
ARRIVAL = SampleBlock(incoming=(ARRIVED, LATER), shard_id=1)


def refused(verify: Callable[[], VerifiedBlock]) -> str:
    with pytest.raises(HarmonyError) as info:
        verify()
    return info.value.code


def left(block: VerifiedBlock) -> dict[str, str]:
    return {item.rule: item.code for item in block.not_checked}


def test_a_block_with_everything_at_hand_is_proven_but_for_its_execution() -> None:
    block = SAMPLE.verify(committees=Known(), spent=SpentMarks(), known_links=CrossLinkBook())
    assert left(block) == {"block-state-root": "execution-needed"}
    assert block.proven == (
        "block-header",
        "block-transactions-root",
        "block-uncles",
        "block-transactions",
        "block-receipts-root",
        "block-bloom",
        "block-gas-used",
        "block-receipts",
        "block-incoming-root",
        "block-incoming-claims",
        "block-incoming-signatures",
        "block-incoming-spent",
        "block-outgoing-root",
        "block-outgoing-transactions",
        "block-cross-links",
        "block-cross-links-known",
        "block-cross-link-signatures",
        "block-slashes",
    )
    assert [item.transaction for item in block.transactions] == [FIRST, SECOND, STAKING]
    assert block.outgoing == SAMPLE.outgoing
    assert all(item.reason.endswith(".") for item in block.not_checked)


def test_a_verified_block_is_made_by_verification_only() -> None:
    with pytest.raises(TypeError):
        VerifiedBlock(object(), *SAMPLE.sealed(), Findings())
    block, proof = SAMPLE.sealed()
    with pytest.raises(TypeError):
        verify_block(block.header, proof)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        verify_block(block, block.header)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        verify_block(block, proof, receipts=[None])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        verify_block(block, proof, outgoing=[b""])  # type: ignore[list-item]


def test_a_verified_block_can_be_sent_to_another_process() -> None:
    block = SAMPLE.verify()
    copy = pickle.loads(pickle.dumps(block))  # noqa: S301 - our own bytes
    assert (copy.proven, copy.not_checked) == (block.proven, block.not_checked)


def test_another_header_is_refused() -> None:
    block, _ = SAMPLE.sealed()
    _, other = SAMPLE.sealed(time=5)
    assert refused(lambda: verify_block(block, other)) == "block-header"


def test_a_header_believed_by_its_hash_needs_the_network() -> None:
    block, proof = SAMPLE.sealed()
    by_hash = proven(proof.header, Basis(BasisKind.TRUSTED_HASH, "given"), [], None)
    assert isinstance(by_hash, ProvenHeader)
    with pytest.raises(MissingDataError) as info:
        verify_block(block, by_hash)
    assert info.value.code == "block-network"
    shown = verify_block(block, by_hash, network=load_network("localnet"), receipts=RECEIPTS)
    assert shown.header == block.header
    by_commit = proven(proof.header, Basis(BasisKind.GIVEN_COMMITTEE, "given"), [proof], None)
    assert verify_block(block, by_commit).proof is by_commit


# The body.


@pytest.mark.parametrize(
    "changes",
    [
        {"transactions": (SECOND, FIRST)},
        {"transactions": (FIRST,)},
        {"transactions": (FIRST, signed_transaction(nonce=7, to_shard_id=ShardID(1)))},
        {"staking": ()},
    ],
)
def test_other_transactions_are_refused(changes: dict[str, Any]) -> None:
    block, proof = SAMPLE.sealed()
    other = Block(block.header, replace(SAMPLE, **changes).body)
    assert refused(lambda: verify_block(other, proof, receipts=RECEIPTS)) == "block-transactions-root"


def test_uncles_are_refused() -> None:
    block, proof = SAMPLE.sealed()
    body = replace(block.body, uncles=(sample_header(block.header.version),))
    assert refused(lambda: verify_block(Block(block.header, body), proof)) == "block-uncles"


def sample_of(transaction: Transaction, **changes: Any) -> SampleBlock:
    return SampleBlock(transactions=(transaction,), receipts=(receipt_for(transaction, 0, **changes),))


@pytest.mark.parametrize(
    ("transaction", "code"),
    [
        (signed_transaction(shard_id=ShardID(1)), "transaction-shard"),
        (signed_transaction(to_shard_id=ShardID(2)), "transaction-destination"),
        (signed_transaction(gas_limit=20_000), "transaction-gas"),
        (replace(FIRST, s=1 << 255), "transaction-high-s"),
    ],
)
def test_a_transaction_that_breaks_a_rule_is_refused(transaction: Transaction, code: str) -> None:
    assert refused(lambda: sample_of(transaction).verify()) == code


def test_staking_transactions_are_refused_outside_the_beacon_chain() -> None:
    sample = SampleBlock(staking=(STAKING,), receipts=(receipt_for(STAKING, 0),), shard_id=1)
    assert refused(sample.verify) == "staking-transaction-shard"


def test_a_transaction_with_more_gas_than_the_block_is_refused() -> None:
    assert refused(lambda: SAMPLE.verify({"gas_limit": STAKING.gas_limit - 1})) == "block-gas-limit"


def test_a_transaction_that_stands_in_a_block_twice_or_out_of_order_is_refused() -> None:
    late = signed_transaction(nonce=8)
    staking = StakingTransaction.of(CREATE, nonce=6, gas_price=1, gas_limit=6_000_000).sign(KEY, CHAIN_ID)
    for plain, staked in (
        ((FIRST, FIRST), ()),
        ((SECOND, FIRST), ()),
        ((FIRST, late), ()),
        ((FIRST, signed_transaction(value=1)), ()),
        ((FIRST, SECOND), (staking,)),
        ((SECOND, SECOND), ()),
    ):
        receipts = tuple(receipt_for(item, place) for place, item in enumerate((*plain, *staked)))
        sample = SampleBlock(
            plain,
            staked,
            receipts,
            outgoing=tuple(sent_by(item) for item in plain if item.to_shard_id),
        )
        assert refused(sample.verify) == "block-nonces"
    in_order = SampleBlock((FIRST,), (staking,), (receipt_for(FIRST, 0), receipt_for(staking, 1)))
    assert "block-transactions" in in_order.verify().proven


# Receipts.


def test_dropped_swapped_and_altered_receipts_are_refused() -> None:
    first, second, third = RECEIPTS
    for others in (
        (first, second),
        (second, first, third),
        (replace(first, status=0), second, third),
        (*RECEIPTS, third),
        (),
    ):
        assert refused(partial(SAMPLE.verify, receipts=others)) == "block-receipts-root"


def test_another_bloom_is_refused() -> None:
    assert refused(lambda: SAMPLE.verify({"bloom": Bloom(b"\x01" * 256)})) == "block-bloom"


def test_another_amount_of_gas_is_refused() -> None:
    assert refused(lambda: SAMPLE.verify({"gas_used": GAS})) == "block-gas-used"


def test_a_receipt_too_many_or_too_few_is_refused() -> None:
    assert refused(replace(SAMPLE, receipts=RECEIPTS[:2]).verify) == "block-receipts-count"
    extra = replace(RECEIPTS[2], cumulative_gas_used=4 * GAS)
    assert refused(replace(SAMPLE, receipts=(*RECEIPTS, extra)).verify) == "block-receipts-count"


@pytest.mark.parametrize("totals", [(21_000, 20_999), (50_001, 60_000), (21_000, 21_000 + 50_001)])
def test_gas_that_falls_or_exceeds_the_limit_is_refused(totals: tuple[int, ...]) -> None:
    receipts = tuple(
        replace(receipt, cumulative_gas_used=total)
        for receipt, total in zip(RECEIPTS[:2], totals, strict=True)
    )
    sample = replace(SAMPLE, staking=(), receipts=receipts)
    assert refused(sample.verify) == "block-receipt-gas"


def test_gas_that_the_block_has_no_more_is_refused() -> None:
    sample = replace(SAMPLE, staking=(), receipts=RECEIPTS[:2])
    assert refused(lambda: sample.verify({"gas_limit": 70_999})) == "block-receipt-gas"
    assert sample.verify({"gas_limit": 71_000}).outgoing == sample.outgoing


def test_a_receipt_in_the_form_of_another_era_is_refused() -> None:
    old = replace(RECEIPTS[0], status=0, post_state=b"\x05" * 32)
    assert refused(replace(SAMPLE, receipts=(old, *RECEIPTS[1:])).verify) == "block-receipt-form"


def test_a_receipt_with_another_bloom_is_refused() -> None:
    bent = replace(RECEIPTS[1], bloom=RECEIPTS[0].bloom)
    assert refused(replace(SAMPLE, receipts=(RECEIPTS[0], bent, RECEIPTS[2])).verify) == "receipt-bloom"


@pytest.mark.parametrize(
    "changes",
    [
        {"transaction_hash": SECOND.hash},
        {"gas_used": GAS + 1},
        {"contract_address": Address(b"\x09" * 20)},
        {"effective_gas_price": 1},
    ],
)
def test_a_stored_receipt_of_another_transaction_is_refused(changes: dict[str, Any]) -> None:
    receipts = (replace(RECEIPTS[0], **changes), *RECEIPTS[1:])
    assert refused(lambda: SAMPLE.verify(receipts=receipts)) == "block-receipt-transaction"


def test_receipts_as_the_header_commits_to_them_will_do() -> None:
    bare = tuple(
        Receipt(
            status=item.status,
            cumulative_gas_used=item.cumulative_gas_used,
            bloom=item.bloom,
            logs=item.logs,
        )
        for item in RECEIPTS
    )
    assert "block-receipts" in SAMPLE.verify(receipts=bare).proven


def test_without_receipts_their_rules_are_named() -> None:
    block = SAMPLE.verify(receipts=None)
    named = ("block-receipts-root", "block-bloom", "block-gas-used", "block-receipts")
    assert all(left(block)[rule] == "receipts-missing" for rule in named)


# What leaves.


def test_what_leaves_follows_from_the_transactions_even_without_receipts() -> None:
    block = SAMPLE.verify(receipts=None)
    assert block.outgoing == SAMPLE.outgoing
    assert {"block-outgoing-root", "block-outgoing-transactions"} <= set(block.proven)


def test_what_a_contract_sends_does_not_follow_from_the_transactions() -> None:
    sample = replace(SAMPLE, outgoing=(receipt(1, number=9),))
    block = sample.verify()
    assert block.outgoing is None
    assert left(block)["block-outgoing-root"] == "outgoing-receipts-missing"
    by_contract = (sent_by(FIRST, to_shard_id=ShardID(1), amount=3), sent_by(SECOND))
    sample = replace(SAMPLE, outgoing=by_contract)
    assert sample.verify(outgoing=by_contract).outgoing == by_contract


def precompile_call(**changes: Any) -> Transaction:
    words = [10**18, int.from_bytes(b"\x66" * 20, "big"), 1]
    data = bytes.fromhex("28480800") + b"".join(word.to_bytes(32, "big") for word in words)
    return signed_transaction(to=CROSS_SHARD_PRECOMPILE, data=data, **changes)


def test_a_call_of_the_precompile_leaves_what_it_says() -> None:
    call = precompile_call()
    left_by_it = sent_by(call, to_shard_id=ShardID(1), recipient=Address(b"\x66" * 20))
    sample = replace(sample_of(call), outgoing=(left_by_it,))
    assert sample.verify().outgoing == (left_by_it,)
    richer = replace(left_by_it, amount=10**19)
    sample = replace(sample, outgoing=(richer,))
    assert refused(partial(sample.verify, outgoing=sample.outgoing)) == "block-outgoing-direct"
    for other in (
        precompile_call(value=1),
        signed_transaction(to=CROSS_SHARD_PRECOMPILE),
        signed_transaction(data=call.data),
        signed_transaction(to=CROSS_SHARD_PRECOMPILE, data=call.data[:-1]),
    ):
        assert sample_of(other).verify().outgoing == ()


def test_value_that_vanishes_is_refused() -> None:
    assert refused(replace(SAMPLE, outgoing=()).verify) == "block-outgoing-none"


def test_other_cross_shard_receipts_are_refused() -> None:
    bent = (replace(SAMPLE.outgoing[0], amount=1),)
    assert refused(lambda: SAMPLE.verify(outgoing=bent)) == "cx-outgoing-root"
    assert refused(lambda: SAMPLE.verify(outgoing=())) == "cx-outgoing-root"


def test_a_cross_shard_receipt_that_does_not_follow_from_its_transaction_is_refused() -> None:
    for outgoing in (
        (sent_by(SECOND, amount=SECOND.value + 1),),
        (sent_by(SECOND, recipient=Address(b"\x66" * 20)),),
        (sent_by(FIRST, to_shard_id=ShardID(1)),),
    ):
        sample = replace(SAMPLE, outgoing=outgoing)
        assert refused(partial(sample.verify, outgoing=sample.outgoing)) == "block-outgoing-direct"


def test_two_cross_shard_receipts_of_one_transaction_are_refused() -> None:
    first, second = sent_by(FIRST, to_shard_id=ShardID(1)), sent_by(SECOND)
    for outgoing in ((second, second), (second, first)):
        sample = replace(SAMPLE, outgoing=outgoing)
        assert refused(partial(sample.verify, outgoing=sample.outgoing)) == "block-outgoing-order"


def test_a_failed_transaction_leaves_nothing() -> None:
    failed = (RECEIPTS[0], replace(RECEIPTS[1], status=0), RECEIPTS[2])
    sample = replace(SAMPLE, receipts=failed)
    assert refused(lambda: sample.verify(outgoing=sample.outgoing)) == "cx-outgoing-failed"
    assert replace(sample, outgoing=()).verify().outgoing == ()


def test_a_cross_shard_receipt_of_no_transaction_is_refused() -> None:
    sample = replace(SAMPLE, outgoing=(receipt(1, number=5),))
    assert refused(lambda: sample.verify(outgoing=sample.outgoing)) == "cx-outgoing-transaction"


def test_given_cross_shard_receipts_without_receipts_leave_the_outcome_open() -> None:
    block = SAMPLE.verify(receipts=None, outgoing=SAMPLE.outgoing)
    assert left(block)["block-outgoing-transactions"] == "receipts-missing"


# What arrives.


def test_arrivals_are_proven_with_committees_and_marks() -> None:
    block = ARRIVAL.verify(committees=Known(), spent=SpentMarks())
    assert block.incoming is not None
    assert block.incoming.receipts == (*ARRIVED.receipts, *LATER.receipts)
    bare = ARRIVAL.verify()
    assert bare.incoming is None
    assert left(bare)["block-incoming-signatures"] == "committees-missing"
    assert left(bare)["block-incoming-spent"] == "spent-marks-missing"


def test_other_arrivals_are_refused() -> None:
    block, proof = ARRIVAL.sealed()
    for proofs in ((ARRIVED,), (LATER, ARRIVED), ()):
        other = Block(block.header, replace(block.body, incoming_receipts=proofs))
        assert refused(partial(verify_block, other, proof)) == "cx-incoming-root"


def test_arrivals_that_were_credited_before_are_refused() -> None:
    spent = SpentMarks()
    earlier = ARRIVAL.verify(committees=Known(), spent=spent)
    assert earlier.incoming is not None
    spent.spend(earlier.incoming.arrived[0])
    known: dict[str, Any] = {"committees": Known()}
    for pieces in (known, {}):
        assert refused(partial(ARRIVAL.verify, spent=spent, **pieces)) == "cx-spent"
    twice = SampleBlock(incoming=(ARRIVED, ARRIVED), shard_id=1)
    assert refused(twice.verify) == "cx-incoming-repeated"


def test_a_forged_proof_is_refused_with_or_without_committees() -> None:
    richer = altered(ARRIVED)
    richer = replace(richer, receipts=(replace(richer.receipts[0], amount=10**24), *richer.receipts[1:]))
    assert refused(SampleBlock(incoming=(richer,), shard_id=1).verify) == "cx-proof-receipts-root"
    misplaced = altered(ARRIVED, block_number=7)
    assert refused(SampleBlock(incoming=(misplaced,), shard_id=1).verify) == "cx-proof-block-number"
    unsigned = replace(ARRIVED, commit_signature=LATER.commit_signature)
    sample = SampleBlock(incoming=(unsigned,), shard_id=1)
    assert refused(lambda: sample.verify(committees=Known())) == "bls-signature"


def test_what_august_2026_credited_passes_in_a_block_for_the_reference_only() -> None:
    """Threat C18 and the forgery of the same month: a replay, and a header of an epoch before staking that nobody signed."""
    known, quirks = Known(epochs=(1, EPOCH)), Compatibility.reference()
    sent = [receipt(1, amount=10**27)]
    header = source_block(sent, epoch=1, number=20)
    nobody = signers_of(0, 1).sign(header, [])
    forged = replace(
        altered(proof_of(sent), block_hash=header.hash, block_number=header.number),
        header=header,
        commit_signature=bytes(nobody.signature),
        commit_bitmap=nobody.bitmap,
    )
    replayed = altered(ARRIVED, block_number=7)
    for proof, code in ((forged, "commit-quorum-uniform"), (replayed, "cx-proof-block-number")):
        block = SampleBlock(incoming=(proof,), shard_id=1)
        taken = block.verify(committees=known, spent=SpentMarks(), compatibility=quirks)
        assert taken.incoming is not None
        assert taken.incoming.receipts == proof.receipts
        assert refused(partial(block.verify, committees=known, spent=SpentMarks())) == code


def test_a_body_as_stored_has_lost_what_proves_its_arrivals() -> None:
    block, proof = ARRIVAL.sealed()
    stored = Block(block.header, replace(block.body, incoming_receipts=(_lost(ARRIVED), _lost(LATER))))
    shown = verify_block(stored, proof, committees=Known(), spent=SpentMarks())
    lost = {rule for rule, code in left(shown).items() if code == "incoming-proof-bitmap-lost"}
    assert lost == {"block-incoming-root", "block-incoming-signatures"}
    assert shown.incoming is None
    assert not lost & set(shown.proven)


def test_a_body_as_stored_may_not_be_altered_otherwise() -> None:
    block, proof = ARRIVAL.sealed()
    lost = _lost(ARRIVED)
    forged = replace(lost, receipts=(replace(lost.receipts[0], amount=10**24), *lost.receipts[1:]))
    for bent, code in (
        (forged, "cx-proof-receipts-root"),
        (altered(lost, shard_id=ShardID(3)), "cx-proof-shard"),
        (altered(lost, block_hash=Hash32(b"\x01" * 32)), "cx-proof-block-hash"),
    ):
        stored = Block(block.header, replace(block.body, incoming_receipts=(bent, _lost(LATER))))
        assert refused(partial(verify_block, stored, proof)) == code
    twice = Block(block.header, replace(block.body, incoming_receipts=(lost, lost)))
    assert refused(lambda: verify_block(twice, proof)) == "cx-incoming-repeated"


def test_a_body_that_has_lost_only_some_bitmaps_is_none_as_stored() -> None:
    block, proof = ARRIVAL.sealed()
    invented = proof_of([receipt(1, number=9, amount=10**24)], number=500)
    for proofs in ((ARRIVED, _lost(LATER)), (ARRIVED, LATER, _lost(invented)), (ARRIVED, _lost(invented))):
        bent = Block(block.header, replace(block.body, incoming_receipts=proofs))
        assert refused(partial(verify_block, bent, proof, committees=Known())) == "cx-incoming-root"


def test_a_lost_bitmap_excuses_neither_a_future_epoch_nor_what_is_no_signature() -> None:
    block, proof = ARRIVAL.sealed()
    stored = Block(block.header, replace(block.body, incoming_receipts=(_lost(ARRIVED), _lost(LATER))))
    early = Epoch(EPOCH - 1)
    assert refused(lambda: verify_block(stored, proof, latest_epoch=early)) == "cx-proof-future"
    for signature, code in ((bytes(96), "bls-signature-identity"), (b"\xff" * 96, "bls-signature-field")):
        forged = _lost(replace(ARRIVED, commit_signature=signature))
        stored = Block(block.header, replace(block.body, incoming_receipts=(forged,)))
        assert refused(partial(verify_block, stored, proof)) == code


def test_under_the_quirks_of_the_reference_marks_are_those_that_proofs_claim() -> None:
    quirks = Compatibility.reference()
    spent = SpentMarks()
    earlier = ARRIVAL.verify(committees=Known(), spent=spent)
    assert earlier.incoming is not None
    spent.spend(earlier.incoming.arrived[0])
    for pieces in ({}, {"committees": Known()}):
        verify = partial(ARRIVAL.verify, spent=spent, compatibility=quirks, **pieces)  # type: ignore[arg-type]
        assert refused(verify) == "cx-spent"
    replayed = SampleBlock(incoming=(altered(ARRIVED, block_number=7),), shard_id=1)
    assert "block-incoming-spent" in replayed.verify(spent=spent, compatibility=quirks).proven
    assert refused(partial(replayed.verify, spent=spent)) == "cx-proof-block-number"
    twice = SampleBlock(incoming=(ARRIVED, altered(ARRIVED, block_number=7)), shard_id=1)
    assert refused(partial(twice.verify, compatibility=quirks)) == "cx-incoming-repeated"


def test_arrivals_in_a_stored_body_of_a_header_without_any_are_refused() -> None:
    block, proof = ARRIVAL.sealed(incoming_receipts_root=EMPTY_ROOT)
    stored = Block(block.header, replace(block.body, incoming_receipts=(_lost(ARRIVED),)))
    assert refused(lambda: verify_block(stored, proof)) == "cx-incoming-root"


def test_a_short_signature_in_both_places_is_no_lost_bitmap() -> None:
    short = replace(ARRIVED, commit_signature=b"\x01", commit_bitmap=b"\x01")
    sample = SampleBlock(incoming=(short,), shard_id=1)
    assert refused(lambda: sample.verify(committees=Known())) == "commit-signature-length"


def test_a_stored_proof_of_another_block_is_refused_by_the_verified_header_of_its_source() -> None:
    block, proof = ARRIVAL.sealed()
    stored = Block(block.header, replace(block.body, incoming_receipts=(_lost(ARRIVED), _lost(LATER))))
    source = verified(ARRIVED.header)
    shown = verify_block(stored, proof, source_headers={source.hash: source})
    assert left(shown)["block-incoming-root"] == "incoming-proof-bitmap-lost"


def test_an_unknown_committee_hides_no_other_fault() -> None:
    foreign = resigned(LATER, replace(LATER.header, epoch=Epoch(EPOCH + 1)))
    sample = SampleBlock(incoming=(ARRIVED, foreign), shard_id=1)
    assert left(sample.verify(committees=Known()))["block-incoming-signatures"] == "committee-unknown"
    forged = replace(ARRIVED, commit_signature=LATER.commit_signature)
    sample = SampleBlock(incoming=(foreign, forged), shard_id=1)
    assert refused(lambda: sample.verify(committees=Known())) == "bls-signature"


def test_an_epoch_beyond_the_latest_is_refused() -> None:
    assert (
        refused(lambda: ARRIVAL.verify(committees=Known(), latest_epoch=Epoch(EPOCH - 1)))
        == "cx-proof-future"
    )


def _lost(proof: Any) -> Any:
    return replace(proof, commit_bitmap=proof.commit_signature)


# Crosslinks, and what takes a state.


def linked(*numbers: int, epoch: int = EPOCH, signed: bool = True) -> bytes:
    links = []
    for number in numbers:
        header = header_at(epoch, shard_id=1, number=number, view_id=number + 1)
        commit = signers_of(1, epoch).sign(header if signed else header_at(epoch, shard_id=1, number=999))
        links.append(
            CrossLink(
                header.hash,
                header.number,
                header.view_id,
                commit.signature,
                commit.bitmap,
                header.shard_id,
                header.epoch,
            )
        )
    return encode_cross_links(links)


def with_links(data: bytes, **pieces: Any) -> VerifiedBlock:
    return SampleBlock().verify({"cross_links": data}, **pieces)


def test_crosslinks_are_proven_and_may_leave_a_gap_for_later() -> None:
    block = with_links(linked(7, 9), committees=Known(), known_links=CrossLinkBook())
    assert block.cross_links is not None
    assert [link.link.number for link in block.cross_links] == [7, 9]
    book = CrossLinkBook(block.cross_links)
    last = book.last_without_gap(ShardID(1), block.cross_links[0].link.number)
    assert last is not None
    assert last.link.number == 7


def test_crosslinks_without_committees_or_without_the_earlier_ones_are_named() -> None:
    assert left(with_links(linked(7)))["block-cross-link-signatures"] == "committees-missing"
    assert left(with_links(linked(7)))["block-cross-links-known"] == "cross-links-missing"
    unknown = left(with_links(linked(7), committees=Known(epochs=())))
    assert unknown["block-cross-link-signatures"] == "committee-unknown"


def test_false_crosslinks_are_refused() -> None:
    assert refused(lambda: with_links(linked(9, 7))) == "cross-links-order"
    assert refused(lambda: with_links(linked(7, 7))) == "cross-links-repeated"
    assert refused(lambda: with_links(linked(1))) == "cross-link-number"
    assert refused(lambda: with_links(linked(7, epoch=EPOCH + 1))) == "cross-link-future"
    assert refused(lambda: with_links(linked(7, signed=False), committees=Known())) == "bls-signature"
    beacon = SampleBlock().header(cross_links=linked(7))
    known = CrossLinkBook(verify_cross_links(beacon, Known(), CrossLinkBook()))
    assert refused(lambda: with_links(linked(7), known_links=known)) == "cross-link-known"
    assert refused(lambda: SampleBlock(shard_id=1).verify({"cross_links": linked(7)})) == "cross-links-shard"


def test_what_takes_a_state_is_named_until_a_further_check_proves_it() -> None:
    def execute(context: BlockContext, findings: Findings) -> None:
        assert isinstance(context.header, Header)
        findings.prove("block-state-root")

    assert "block-state-root" in left(SAMPLE.verify())
    block = SAMPLE.verify(further_checks=[execute])
    assert "block-state-root" in block.proven
    assert "block-state-root" not in left(block)
