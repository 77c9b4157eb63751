"""Commit bitmaps and the mask of a committee."""

import pytest

from harmony_core.crypto.bls import SecretKey, aggregate_public_keys
from harmony_core.crypto.mask import (
    Mask,
    aggregate_masks,
    check_bitmap,
    count_enabled,
    enabled_indexes,
    separate_signature_and_bitmap,
)
from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import Compatibility
from support.bls import secret_keys

SIZE = 11
PUBLIC = [key.public_key() for key in secret_keys(SIZE)]
KEYS = [key.to_bytes() for key in PUBLIC]
STRANGER = SecretKey(77).public_key().to_bytes()
PADDING = Compatibility(accept_bitmap_padding_bits=True)


@pytest.mark.parametrize(("size", "length"), [(0, 0), (1, 1), (8, 1), (9, 2), (250, 32)])
def test_a_bitmap_has_one_bit_a_key(size: int, length: int) -> None:
    check_bitmap(bytes(length), size)


@pytest.mark.parametrize("bitmap", [b"", b"\x00", bytes(3), bytes(1 << 20)])
def test_a_bitmap_of_another_length_is_refused(bitmap: bytes) -> None:
    with pytest.raises(VerificationError) as info:
        check_bitmap(bitmap, SIZE, compatibility=PADDING)
    assert info.value.code == "bitmap-length"


@pytest.mark.parametrize("bitmap", [b"\x00\x08", b"\x00\x80", b"\xff\xff"])
def test_a_bitmap_with_padding_bits_is_refused(bitmap: bytes) -> None:
    with pytest.raises(VerificationError) as info:
        check_bitmap(bitmap, SIZE)
    assert info.value.code == "bitmap-padding"
    check_bitmap(bitmap, SIZE, compatibility=PADDING)


def test_a_bitmap_is_bytes() -> None:
    with pytest.raises(TypeError):
        check_bitmap("00", 8)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        separate_signature_and_bitmap("00")  # type: ignore[arg-type]


def test_bits_are_read_from_the_least_significant() -> None:
    assert enabled_indexes(b"\x05\x04", SIZE) == [0, 2, 10]
    assert count_enabled(b"\x05\x04", SIZE) == 3
    assert enabled_indexes(b"\xff\xff", SIZE) == list(range(SIZE))
    assert count_enabled(b"\xff\xff", SIZE) == SIZE
    assert enabled_indexes(b"", 0) == []


def test_masks_unite() -> None:
    assert aggregate_masks(b"\x05\x00", b"\x06\x01") == b"\x07\x01"
    with pytest.raises(VerificationError) as info:
        aggregate_masks(b"\x05", b"\x06\x01")
    assert info.value.code == "bitmap-length"


def test_a_commit_proof_is_split_after_96_bytes() -> None:
    data = bytes(range(100))
    assert separate_signature_and_bitmap(data) == (data[:96], data[96:])
    assert separate_signature_and_bitmap(data[:96]) == (data[:96], b"")


def test_a_commit_proof_shorter_than_a_signature_is_refused() -> None:
    for data in (b"", bytes(95)):
        with pytest.raises(DecodeError) as info:
            separate_signature_and_bitmap(data)
        assert info.value.code == "commit-proof-length"


def test_a_mask_sums_the_enabled_keys() -> None:
    mask = Mask(KEYS)
    mask.set_mask(b"\x05\x04")
    assert mask.enabled == [0, 2, 10]
    assert mask.aggregate_public_key == aggregate_public_keys([PUBLIC[0], PUBLIC[2], PUBLIC[10]])
    mask.set_bit(2, enable=False)
    mask.set_key(KEYS[1], enable=True)
    mask.set_key(KEYS[1], enable=True)
    assert mask.bitmap == b"\x03\x04"
    assert mask.aggregate_public_key == aggregate_public_keys([PUBLIC[0], PUBLIC[1], PUBLIC[10]])
    assert mask.count_enabled == 3
    assert mask.count_total == SIZE
    assert mask.key_enabled(KEYS[10])
    assert not mask.index_enabled(9)
    mask.clear()
    assert mask.aggregate_public_key.is_identity
    assert mask.bitmap == bytes(2)


def test_the_keys_of_another_bitmap_are_listed() -> None:
    mask = Mask(KEYS)
    assert mask.keys_of_bitmap(b"\x05\x04") == [KEYS[0], KEYS[2], KEYS[10]]
    assert mask.count_enabled == 0


@pytest.mark.parametrize("slot", [SIZE, SIZE + 1, 1 << 70, -1])
def test_a_slot_that_does_not_exist_is_refused(slot: int) -> None:
    mask = Mask(KEYS)
    for use in (lambda: mask.set_bit(slot, enable=True), lambda: mask.index_enabled(slot)):
        with pytest.raises(VerificationError) as info:
            use()
        assert info.value.code == "mask-index"


def test_an_unknown_key_is_refused_and_changes_nothing() -> None:
    mask = Mask(KEYS)
    for use in (
        lambda: mask.set_key(STRANGER, enable=True),
        lambda: mask.key_enabled(STRANGER),
        lambda: mask.set_keys([KEYS[0], STRANGER], enable=True),
    ):
        with pytest.raises(VerificationError) as info:
            use()
        assert info.value.code == "mask-unknown-key"
    assert mask.bitmap == bytes(2)
    mask.set_keys([KEYS[0], KEYS[3], KEYS[0]], enable=True)
    assert mask.enabled == [0, 3]


def test_padding_is_refused_or_dropped() -> None:
    with pytest.raises(VerificationError) as info:
        Mask(KEYS).set_mask(b"\x01\x80")
    assert info.value.code == "bitmap-padding"
    lenient = Mask(KEYS, compatibility=PADDING)
    lenient.set_mask(b"\x01\x80")
    assert lenient.bitmap == b"\x01\x00"


def test_a_repeated_key_is_found_at_its_last_slot() -> None:
    mask = Mask([KEYS[0], KEYS[1], KEYS[0]])
    mask.set_key(KEYS[0], enable=True)
    assert mask.enabled == [2]
