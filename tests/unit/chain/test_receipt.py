from dataclasses import replace

import pytest

from harmony_core.chain import (
    Log,
    Receipt,
    bloom_may_contain,
    bloom_of_logs,
    decode_receipt,
    decode_stored_receipt,
    decode_stored_receipts,
    receipts_bloom,
    receipts_root,
)
from harmony_core.chain.log import bloom_of
from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import Bloom, rlp
from harmony_core.trie import EMPTY_ROOT, derive_sha
from support.sample_chain_data import LOG, RECEIPT


def test_the_header_commits_to_four_fields() -> None:
    decoded = decode_receipt(RECEIPT.encode())
    assert decoded.encode() == RECEIPT.encode()
    assert decoded.logs == (Log(LOG.address, LOG.topics, LOG.data),)
    assert decoded.succeeded is True
    assert decoded.effective_gas_price is None


def test_the_stored_form_keeps_everything() -> None:
    assert decode_stored_receipt(RECEIPT.encode_stored()) == RECEIPT
    unpriced = replace(RECEIPT, effective_gas_price=None)
    assert decode_stored_receipt(unpriced.encode_stored()) == unpriced
    free = replace(RECEIPT, effective_gas_price=0)
    assert decode_stored_receipt(free.encode_stored()) == free
    assert decode_stored_receipts(rlp.encode_list([RECEIPT.encode_stored()])) == (RECEIPT,)
    assert decode_stored_receipts(b"\xc0") == ()


def test_old_receipts_have_a_state_root_in_place_of_the_status() -> None:
    old = replace(RECEIPT, status=0, post_state=b"\x77" * 32)
    decoded = decode_receipt(old.encode())
    assert decoded.post_state == b"\x77" * 32
    assert decoded.succeeded is None
    failed = replace(RECEIPT, status=0)
    assert decode_receipt(failed.encode()).succeeded is False


@pytest.mark.parametrize("status", [b"\x02", b"\x01\x01", b"\x77" * 31, b"\x77" * 33])
def test_another_status_is_refused(status: bytes) -> None:
    for decode, data in (
        (decode_receipt, RECEIPT.encode()),
        (decode_stored_receipt, RECEIPT.encode_stored()),
    ):
        items = rlp.expect_list(rlp.decode(data))
        items[0] = status
        with pytest.raises(DecodeError) as info:
            decode(rlp.encode(items))
        assert info.value.code == "receipt-status"


def test_the_bloom_is_that_of_the_logs() -> None:
    RECEIPT.verify_bloom()
    bare = replace(RECEIPT, logs=(), bloom=Bloom.zero())
    bare.verify_bloom()
    staking = replace(RECEIPT, bloom=Bloom.zero())
    staking.verify_bloom(staking=True)
    for wrong, is_staking in ((staking, False), (RECEIPT, True), (replace(bare, bloom=RECEIPT.bloom), False)):
        with pytest.raises(VerificationError) as info:
            wrong.verify_bloom(staking=is_staking)
        assert info.value.code == "receipt-bloom"


def test_blooms_say_what_may_be_inside() -> None:
    assert bloom_of([]) == Bloom.zero()
    assert bloom_of_logs([LOG]) == bloom_of([LOG.address, *LOG.topics])
    assert bloom_may_contain(RECEIPT.bloom, LOG.address)
    assert all(bloom_may_contain(RECEIPT.bloom, topic) for topic in LOG.topics)
    assert not bloom_may_contain(RECEIPT.bloom, b"something else")
    assert not bloom_may_contain(Bloom.zero(), LOG.address)


def test_the_headers_bloom_has_the_logs_of_staking_transactions_too() -> None:
    # Their receipts have an empty bloom of their own.
    other = replace(RECEIPT, bloom=Bloom.zero())
    assert receipts_bloom([other]) == receipts_bloom([RECEIPT, other]) == RECEIPT.bloom
    assert receipts_bloom([]) == Bloom.zero()


def test_the_root_is_over_the_committed_form() -> None:
    assert receipts_root([]) == EMPTY_ROOT
    assert receipts_root([RECEIPT] * 3) == derive_sha([RECEIPT.encode()] * 3)
    again = [decode_stored_receipt(RECEIPT.encode_stored())]
    assert receipts_root(again) == receipts_root([decode_receipt(RECEIPT.encode())])


def test_every_status_but_0_is_encoded_as_1() -> None:
    odd = Receipt(status=7, cumulative_gas_used=0, bloom=Bloom.zero(), logs=())
    assert decode_receipt(odd.encode()).status == 1
