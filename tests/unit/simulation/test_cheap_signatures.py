"""The stand-in for BLS adds up like BLS, and is not to be had anywhere else."""

import pytest

from harmony_core.crypto.backends import backend_reports
from harmony_core.crypto.bls import KeySet, SignedBitmap
from harmony_core.errors import ConfigurationError, DecodeError, VerificationError
from harmony_core.simulation.cheap_signatures import CheapSigning
from support.committees import bitmap_of, secret_key

KEYS = KeySet([secret_key(number).public_key().to_bytes() for number in range(5)])


def test_sums_belong_to_those_who_signed() -> None:
    nodes = [CheapSigning([key]) for key in KEYS.keys]
    votes = [node.sign([key], b"payload") for node, key in zip(nodes, KEYS.keys, strict=True)]
    together = nodes[0].aggregate(votes[:3])
    nodes[4].check(KEYS, SignedBitmap(b"payload", bitmap_of(5, [0, 1, 2]), together))
    for payload, chosen in ((b"another", [0, 1, 2]), (b"payload", [0, 1]), (b"payload", [])):
        with pytest.raises(VerificationError) as info:
            nodes[4].check(KEYS, SignedBitmap(payload, bitmap_of(5, chosen), together))
        assert info.value.code == "bls-signature"


def test_a_node_signs_with_its_own_keys_only() -> None:
    with pytest.raises(ConfigurationError) as info:
        CheapSigning([KEYS.keys[0]]).sign([KEYS.keys[1]], b"payload")
    assert info.value.code == "cheap-signing-key"


def test_a_real_signature_is_none_of_these() -> None:
    real = secret_key(0).sign(b"payload").to_bytes()
    with pytest.raises(DecodeError) as info:
        CheapSigning().aggregate([real])
    assert info.value.code == "cheap-signature"


def test_no_back_end_can_be_made_to_use_them() -> None:
    assert not [report for report in backend_reports() if "cheap" in str(report).lower()]
