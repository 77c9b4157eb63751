"""Receipts that leave a block, and the transactions that they belong to."""

from dataclasses import replace

import pytest

from harmony_core.chain import HeaderVersion
from harmony_core.chain.cross_shard_receipt import CXReceipt, legacy_outgoing_receipts_root
from harmony_core.cross_shard import (
    VerifiedOutgoing,
    prove_receipts,
    verify_outgoing_receipts,
    verify_outgoing_transactions,
)
from harmony_core.errors import VerificationError
from harmony_core.primitives import Compatibility, Hash32, ShardID
from support.cross_shard import receipt, source_block, verified

SENT = [receipt(1, number=0), receipt(2, number=1), receipt(1, number=2)]


def outgoing() -> VerifiedOutgoing:
    return verify_outgoing_receipts(verified(source_block(SENT)), SENT)


def test_all_receipts_of_a_block_are_verified_and_grouped() -> None:
    assert outgoing().by_destination == {1: (SENT[0], SENT[2]), 2: (SENT[1],)}


def test_a_block_may_send_nothing() -> None:
    assert verify_outgoing_receipts(verified(source_block([])), []).receipts == ()
    old = source_block([], version=HeaderVersion.V0, outgoing_receipts_root=None, epoch=1)
    assert verify_outgoing_receipts(verified(old), []).receipts == ()


@pytest.mark.parametrize("sent", [SENT[:2], SENT[::-1], [*SENT, SENT[0]], []])
def test_other_receipts_are_refused(sent: list[CXReceipt]) -> None:
    with pytest.raises(VerificationError) as info:
        verify_outgoing_receipts(verified(source_block(SENT)), sent)
    assert info.value.code == "cx-outgoing-root"


def test_the_older_hash_is_taken_before_staking_only() -> None:
    legacy = legacy_outgoing_receipts_root(SENT)
    for epoch in (100, 185):
        old = verified(source_block(SENT, epoch=epoch, outgoing_receipts_root=legacy), network_name="mainnet")
        assert verify_outgoing_receipts(old, SENT).receipts == tuple(SENT)
    new = verified(source_block(SENT, outgoing_receipts_root=legacy))
    with pytest.raises(VerificationError) as info:
        verify_outgoing_receipts(new, SENT)
    assert info.value.code == "cx-outgoing-root"
    assert verify_outgoing_receipts(new, SENT, compatibility=Compatibility.reference()).source is new


def test_nothing_can_be_proven_from_the_older_hash() -> None:
    legacy = legacy_outgoing_receipts_root(SENT)
    old = verified(source_block(SENT, epoch=100, outgoing_receipts_root=legacy), network_name="mainnet")
    with pytest.raises(VerificationError) as info:
        prove_receipts(verify_outgoing_receipts(old, SENT), ShardID(1))
    assert info.value.code == "cx-proof-legacy-root"


def test_no_value_leaves_before_it_is_accepted() -> None:
    source = verified(source_block(SENT, epoch=28), network_name="mainnet")
    with pytest.raises(VerificationError) as info:
        verify_outgoing_receipts(source, SENT)
    assert info.value.code == "cx-outgoing-epoch"


def test_receipts_of_another_shard_are_refused() -> None:
    sent = [receipt(1, source=2)]
    with pytest.raises(VerificationError) as info:
        verify_outgoing_receipts(verified(source_block(sent)), sent)
    assert info.value.code == "cx-receipt-source"


def test_receipts_that_stay_are_refused() -> None:
    sent = [receipt(0)]
    with pytest.raises(VerificationError) as info:
        verify_outgoing_receipts(verified(source_block(sent)), sent)
    assert info.value.code == "cx-receipt-destination"


def test_nothing_is_proven_to_a_shard_to_which_nothing_was_sent() -> None:
    with pytest.raises(VerificationError) as info:
        prove_receipts(outgoing(), ShardID(3))
    assert info.value.code == "cx-proof-empty"


# Threat C24.


def test_one_transaction_may_leave_several_receipts() -> None:
    several = [replace(item, transaction_hash=SENT[0].transaction_hash) for item in SENT]
    source = verified(source_block(several))
    result = verify_outgoing_receipts(source, several)
    verify_outgoing_transactions(result, {SENT[0].transaction_hash: True, Hash32.zero(): False})


def test_a_failed_transaction_leaves_no_receipt() -> None:
    succeeded = {item.transaction_hash: True for item in SENT}
    verify_outgoing_transactions(outgoing(), succeeded)
    with pytest.raises(VerificationError) as info:
        verify_outgoing_transactions(outgoing(), succeeded | {SENT[1].transaction_hash: False})
    assert info.value.code == "cx-outgoing-failed"


def test_a_receipt_without_its_transaction_is_refused() -> None:
    succeeded = {item.transaction_hash: True for item in SENT[1:]}
    with pytest.raises(VerificationError) as info:
        verify_outgoing_transactions(outgoing(), succeeded)
    assert info.value.code == "cx-outgoing-transaction"


def test_what_is_not_verified_is_not_taken() -> None:
    with pytest.raises(TypeError):
        verify_outgoing_receipts(source_block(SENT), SENT)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        VerifiedOutgoing(object(), verified(source_block(SENT)), tuple(SENT))
