"""The engine's operations on real signatures."""

import pytest

from harmony_core.crypto.bls import KeySet, SignedBitmap
from harmony_core.errors import ConfigurationError, HarmonyError
from harmony_core.fbft.signing import BLSSigning
from support.committees import bitmap_of, secret_key

KEYS = KeySet([secret_key(number).public_key().to_bytes() for number in range(5)])


def test_a_node_signs_with_its_own_keys_only() -> None:
    signing = BLSSigning([secret_key(0)])
    with pytest.raises(ConfigurationError) as info:
        signing.sign([*signing.keys, KEYS.keys[1]], b"payload")
    assert info.value.code == "signing-key"


@pytest.mark.parametrize(
    ("chosen", "payload", "length", "code"),
    [
        ([0, 1], b"payload", 96, None),
        ([0, 2], b"payload", 96, "bls-signature"),
        ([0, 1], b"another", 96, "bls-signature"),
        ([], b"payload", 96, "bls-empty-bitmap"),
        ([0, 1], b"payload", 95, "bls-signature-length"),
        ([0, 1], b"", 96, "bls-degenerate-payload"),
    ],
)
def test_a_sum_is_that_of_those_who_signed(
    chosen: list[int], payload: bytes, length: int, code: str | None
) -> None:
    signing = BLSSigning([secret_key(0), secret_key(1)])
    votes = [signing.sign([key], b"payload") for key in signing.keys]
    together = signing.aggregate(votes)
    assert together == signing.sign(signing.keys, b"payload")
    item = SignedBitmap(payload, bitmap_of(5, chosen), together[:length])
    if code is None:
        signing.check(KEYS, item)
        signing.check(KEYS, item)
        return
    with pytest.raises(HarmonyError) as info:
        signing.check(KEYS, item)
    assert info.value.code == code
