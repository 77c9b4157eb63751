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


def test_several_signatures_hold_together_or_not() -> None:
    signing = BLSSigning([secret_key(0), secret_key(1)])
    items = [
        SignedBitmap(payload, bitmap_of(5, [slot]), signing.sign([signing.keys[slot]], payload))
        for slot, payload in ((0, b"one"), (1, b"two"), (0, b"three"))
    ]
    assert signing.all_hold(KEYS, items)
    # Two false ones that cancel out in a plain sum.
    swapped = [
        SignedBitmap(items[0].payload, items[0].bitmap, items[2].signature),
        SignedBitmap(items[2].payload, items[2].bitmap, items[0].signature),
    ]
    assert not signing.all_hold(KEYS, swapped)
    shifted = [
        SignedBitmap(
            items[0].payload, items[0].bitmap, signing.aggregate([items[0].signature, items[1].signature])
        ),
        items[1],
    ]
    assert not signing.all_hold(KEYS, shifted)
    assert not signing.all_hold(KEYS, [items[0], SignedBitmap(b"x", bitmap_of(5, [0]), b"short")])


def test_points_of_another_back_end_are_not_signed() -> None:
    from harmony_core.crypto.bls import SecretKey, hash_to_point, load_backend  # noqa: PLC0415 - used here only

    point = hash_to_point(b"payload", backend=load_backend("py-ecc"))
    with pytest.raises(ConfigurationError) as info:
        SecretKey(5, backend=load_backend("arkworks")).sign_point(point)
    assert info.value.code == "bls-backend-mixed"
