"""A mebibyte of cross-shard receipts has its roots soon and in little memory, however many destinations it names."""

import pytest

from support.bounds import CAN_MEASURE, MEBIBYTE, costs_of

SETUP = """
from harmony_core.chain import decode_cx_receipts, outgoing_receipts_root
from harmony_core.chain.cross_shard_receipt import legacy_outgoing_receipts_root
from harmony_core.primitives import rlp
one = [bytes(32), bytes(20), bytes(20), b"", b"\\x01", b"\\x01"]
def decode(data):
    receipts = decode_cx_receipts(data)
    return outgoing_receipts_root(receipts), legacy_outgoing_receipts_root(receipts)
"""
INPUTS = {
    "for one shard": "rlp.encode([one] * 13000)",
    "for a shard each": "rlp.encode([[*one[:4], (i + 256).to_bytes(2, 'big'), b'1'] for i in range(12700)])",
}


@pytest.mark.skipif(not CAN_MEASURE, reason="peak memory cannot be measured anew here")
def test_roots_over_many_destinations_cost_no_more_than_over_one() -> None:
    for label, cost in costs_of(SETUP, INPUTS).items():
        assert not cost.code, label
        assert cost.seconds < 1, (label, cost)
        assert cost.memory < 64 * MEBIBYTE, (label, cost)
