"""Signed bitmaps, alone and in batches: the shapes a batch takes, and forgeries that a batch must still find."""

import random
from collections.abc import Sequence

import pytest

from harmony_core.crypto.bls import (
    KeySet,
    SecretKey,
    Signature,
    SignedBitmap,
    check_bitmap_signatures,
    verify_bitmap_signature,
)
from harmony_core.crypto.bls import batch as batch_module
from harmony_core.errors import DecodeError, HarmonyError, VerificationError
from harmony_core.primitives import Compatibility
from support.bls import PAYLOAD, key_set_of, secret_keys, signed_by, small_order_point

SIZE = 20
KEYS = secret_keys(SIZE)
SET = key_set_of(KEYS)
IDENTITIES = Compatibility(accept_identity_bls_points=True)
PADDING = Compatibility(accept_bitmap_padding_bits=True)


def payload(number: int) -> bytes:
    return number.to_bytes(8, "little") + PAYLOAD[8:]


def with_absent(absences: Sequence[set[int]]) -> list[tuple[KeySet, SignedBitmap]]:
    return [
        (SET, signed_by(KEYS, set(range(SIZE)) - absent, payload(number)))
        for number, absent in enumerate(absences)
    ]


def altered(
    item: SignedBitmap,
    *,
    payload: bytes | None = None,
    bitmap: bytes | None = None,
    signature: bytes | None = None,
) -> SignedBitmap:
    return SignedBitmap(
        item.payload if payload is None else payload,
        item.bitmap if bitmap is None else bitmap,
        item.signature if signature is None else signature,
    )


def refusal(item: SignedBitmap, compatibility: Compatibility | None = None) -> str:
    with pytest.raises(HarmonyError) as info:
        verify_bitmap_signature(SET, item, compatibility=compatibility or Compatibility())
    return info.value.code


def codes(items: Sequence[tuple[KeySet, SignedBitmap]]) -> dict[int, str]:
    results = check_bitmap_signatures(items)
    assert len(results) == len(items)
    return {index: error.code for index, error in enumerate(results) if error is not None}


@pytest.mark.parametrize("slots", [{0}, {3, 19}, set(range(SIZE)), set(range(1, SIZE))])
def test_a_signed_bitmap_holds(slots: set[int]) -> None:
    verify_bitmap_signature(SET, signed_by(KEYS, slots))


def test_a_false_aggregate_is_refused() -> None:
    item = signed_by(KEYS, {1, 2, 3})
    assert refusal(altered(item, payload=payload(9))) == "bls-signature"
    assert refusal(altered(item, bitmap=b"\x0f\x00\x00")) == "bls-signature"
    assert refusal(altered(item, signature=signed_by(KEYS, {1, 2}).signature)) == "bls-signature"


def test_an_empty_bitmap_with_the_identity_is_refused() -> None:
    forged = SignedBitmap(PAYLOAD, bytes(3), bytes(96))
    assert refusal(forged) == "bls-empty-bitmap"
    assert codes([(SET, forged)]) == {0: "bls-empty-bitmap"}
    verify_bitmap_signature(SET, forged, compatibility=IDENTITIES)


def test_an_empty_bitmap_with_a_signature_is_refused_even_with_compatibility() -> None:
    forged = SignedBitmap(PAYLOAD, bytes(3), KEYS[0].sign(PAYLOAD).to_bytes())
    assert refusal(forged, IDENTITIES) == "bls-signature"


def test_keys_that_cancel_out_prove_nothing() -> None:
    key = KEYS[0].public_key()
    cancelling = KeySet([key.to_bytes(), (-key).to_bytes()])
    for signature in (bytes(96), KEYS[0].sign(PAYLOAD).to_bytes()):
        with pytest.raises(HarmonyError):
            verify_bitmap_signature(cancelling, SignedBitmap(PAYLOAD, b"\x03", signature))


@pytest.mark.parametrize("bitmap", [b"", b"\x01\x00", b"\x01\x00\x00\x00", b"\x01" + bytes(1 << 20)])
def test_a_bitmap_of_another_length_is_refused(bitmap: bytes) -> None:
    assert refusal(altered(signed_by(KEYS, {0}), bitmap=bitmap)) == "bitmap-length"


def test_padding_bits_are_refused_or_do_not_count() -> None:
    item = signed_by(KEYS, {0})
    padded = altered(item, bitmap=b"\x01\x00\x10")
    assert refusal(padded) == "bitmap-padding"
    verify_bitmap_signature(SET, padded, compatibility=PADDING)


def test_a_signature_of_97_bytes_is_refused() -> None:
    item = signed_by(KEYS, {0})
    assert refusal(altered(item, signature=item.signature + b"\x00")) == "bls-signature-length"


def test_a_degenerate_payload_is_refused() -> None:
    assert refusal(altered(signed_by(KEYS, {0}), payload=bytes(48))) == "bls-degenerate-payload"


def same_absent() -> list[set[int]]:
    return [{2, 7}] * 12


def few_patterns() -> list[set[int]]:
    return [{2, 7}, {2}, set(), {7}, {2, 7, 9}, {9}] * 3


def all_different() -> list[set[int]]:
    source = random.Random(1)
    return [set(source.sample(range(SIZE), source.randrange(15))) for _ in range(16)]


@pytest.mark.parametrize("absences", [same_absent(), few_patterns(), all_different(), [set()], [{0}] * 2])
def test_a_batch_of_one_committee_holds(absences: list[set[int]]) -> None:
    assert codes(with_absent(absences)) == {}


@pytest.mark.parametrize("absences", [same_absent(), few_patterns(), all_different()])
@pytest.mark.parametrize("bad", [{0}, {11}, {3, 4}, set(range(12))])
def test_bad_items_of_a_batch_are_named(absences: list[set[int]], bad: set[int]) -> None:
    items = with_absent(absences)
    for index in bad:
        items[index] = (SET, altered(items[index][1], payload=payload(1000 + index)))
    assert codes(items) == dict.fromkeys(bad, "bls-signature")


def test_a_batch_mixes_committees_and_every_kind_of_error() -> None:
    others = secret_keys(5, seed=5)
    other_set = key_set_of(others)
    good = signed_by(others, {0, 4})
    items = [
        *with_absent(few_patterns()),
        (other_set, good),
        (other_set, altered(good, bitmap=b"\x31")),
        (other_set, altered(good, signature=good.signature[:95])),
        (SET, good),
        (other_set, altered(good, payload=b"")),
        (KeySet([]), SignedBitmap(PAYLOAD, b"", good.signature)),
    ]
    assert codes(items) == {
        19: "bitmap-padding",
        20: "bls-signature-length",
        21: "bitmap-length",
        22: "bls-degenerate-payload",
        23: "bls-empty-bitmap",
    }


@pytest.mark.parametrize("bad", [set(), {3}, {0, 19}])
def test_votes_on_one_payload_are_checked_together(bad: set[int]) -> None:
    votes = [(SET, signed_by(KEYS, {slot})) for slot in range(SIZE)]
    for slot in bad:
        votes[slot] = (SET, altered(votes[slot][1], signature=KEYS[slot].sign(payload(5)).to_bytes()))
    assert codes(votes) == dict.fromkeys(bad, "bls-signature")


def test_an_empty_batch_has_no_results() -> None:
    assert check_bitmap_signatures([]) == []


def test_errors_that_cancel_in_a_plain_sum_are_found() -> None:
    items = with_absent([set(), set()])
    shift = KEYS[0].sign(b"anything")
    first = Signature.from_bytes(items[0][1].signature) + shift
    second = Signature.from_bytes(items[1][1].signature) - shift
    forged = [
        (SET, altered(items[0][1], signature=first.to_bytes())),
        (SET, altered(items[1][1], signature=second.to_bytes())),
    ]
    assert codes(forged) == {0: "bls-signature", 1: "bls-signature"}


def test_signatures_swapped_between_items_are_found() -> None:
    items = with_absent(same_absent())
    swapped = [
        (SET, altered(items[0][1], signature=items[1][1].signature)),
        (SET, altered(items[1][1], signature=items[0][1].signature)),
        *items[2:],
    ]
    assert codes(swapped) == {0: "bls-signature", 1: "bls-signature"}


def test_a_point_of_small_order_does_not_hide_in_a_batch() -> None:
    items = with_absent(same_absent())
    moved = Signature.from_bytes(items[4][1].signature) + small_order_point()
    items[4] = (SET, altered(items[4][1], signature=moved.to_bytes()))
    results = check_bitmap_signatures(items)
    assert isinstance(results[4], DecodeError)
    assert codes(items) == {4: "bls-signature-subgroup"}


def test_coefficients_come_from_the_given_source_after_the_signatures() -> None:
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return bytes(count)

    assert check_bitmap_signatures(with_absent(same_absent()), entropy=entropy) == [None] * 12
    assert asked == [12 * 8]


def test_a_known_coefficient_lets_a_forgery_pass_and_a_random_one_does_not() -> None:
    # With all coefficients 1 the two errors cancel: this is why nobody may know them beforehand.
    items = with_absent([set(), set()])
    shift = KEYS[0].sign(b"anything")
    forged = [
        (
            SET,
            altered(items[0][1], signature=(Signature.from_bytes(items[0][1].signature) + shift).to_bytes()),
        ),
        (
            SET,
            altered(items[1][1], signature=(Signature.from_bytes(items[1][1].signature) - shift).to_bytes()),
        ),
    ]
    assert check_bitmap_signatures(forged, entropy=bytes) == [None, None]
    assert all(isinstance(error, VerificationError) for error in check_bitmap_signatures(forged))


def test_the_columns_are_taken_where_they_are_cheaper(monkeypatch: pytest.MonkeyPatch) -> None:
    pairings: list[int] = []
    backend = SET.backend
    true_check = type(backend).pairings_are_one

    def counted(_self: object, g1: Sequence[object], g2: Sequence[object]) -> bool:
        pairings.append(len(g1))
        return true_check(backend, g1, g2)  # type: ignore[arg-type]

    monkeypatch.setattr(type(backend), "pairings_are_one", counted)
    everywhere = with_absent([{2}, {2, 7}, {7}, set(), {2, 3}, {3, 7}, {2, 3, 7}, {3}] * 5)
    different = with_absent(all_different())
    assert check_bitmap_signatures(everywhere) == [None] * 40
    assert check_bitmap_signatures(different) == [None] * 16
    # Base point, all keys, and slots 2, 3 and 7; against the base point and one pairing for each bitmap.
    assert pairings == [5, 1 + len({item.bitmap for _, item in different})]


def test_the_cost_of_a_bad_item_is_a_few_halvings(monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[int] = []
    true_check = batch_module._hold_together

    def counted(items: Sequence[batch_module._Prepared], entropy: object) -> bool:
        checks.append(len(items))
        return true_check(items, entropy)  # type: ignore[arg-type]

    monkeypatch.setattr(batch_module, "_hold_together", counted)
    items = with_absent([set()] * 16)
    items[5] = (SET, altered(items[5][1], payload=payload(77)))
    assert codes(items) == {5: "bls-signature"}
    assert checks == [16, 8, 4, 2, 2, 8]


def test_a_committee_of_one_works() -> None:
    key = SecretKey(99)
    single = key_set_of([key])
    item = signed_by([key], {0})
    verify_bitmap_signature(single, item)
    assert codes([(single, item), (single, item)]) == {}
