"""Proofs of single receipts against the root in a header."""

from dataclasses import replace

import pytest

from harmony_core.chain import receipts_root
from harmony_core.errors import HarmonyError, VerificationError
from harmony_core.light_client import (
    ReceiptProof,
    VerifiedReceipt,
    prove_receipt,
    receipt_at_root,
    verify_receipt_proof,
)
from support.sample_blocks import SampleBlock, receipt_for, signed_transaction

TRANSACTIONS = tuple(signed_transaction(nonce=nonce) for nonce in range(140))
RECEIPTS = tuple(receipt_for(transaction, place) for place, transaction in enumerate(TRANSACTIONS))
ROOT = receipts_root(RECEIPTS)


def test_every_receipt_is_proven_with_what_the_header_commits_to() -> None:
    _, header = SampleBlock(transactions=TRANSACTIONS, receipts=RECEIPTS).sealed()
    for index, receipt in enumerate(RECEIPTS):
        verified = verify_receipt_proof(header, prove_receipt(RECEIPTS, index))
        assert (verified.header, verified.index) == (header, index)
        assert verified.receipt.encode() == receipt.encode()
    with pytest.raises(TypeError):
        verify_receipt_proof(header.header, prove_receipt(RECEIPTS, 0))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        VerifiedReceipt(object(), header, 0, RECEIPTS[0])


def test_a_receipt_that_is_not_there_is_refused() -> None:
    proof = prove_receipt(RECEIPTS[:1], 0)
    with pytest.raises(VerificationError) as info:
        receipt_at_root(receipts_root(RECEIPTS[:1]), replace(proof, index=1))
    assert info.value.code == "receipt-proof-absent"


@pytest.mark.parametrize("index", [-1, 140])
def test_no_receipt_has_such_a_place(index: int) -> None:
    with pytest.raises(VerificationError) as info:
        prove_receipt(RECEIPTS, index)
    assert info.value.code == "receipt-proof-index"


def test_the_proof_of_another_receipt_or_block_is_refused() -> None:
    proof = prove_receipt(RECEIPTS, 5)
    for bent in (
        replace(proof, index=6),
        replace(proof, nodes=proof.nodes[:-1]),
        replace(proof, nodes=(*proof.nodes, proof.nodes[-1])),
        prove_receipt(RECEIPTS[::-1], 5),
        ReceiptProof(5, ()),
    ):
        with pytest.raises(HarmonyError):
            receipt_at_root(ROOT, bent)
