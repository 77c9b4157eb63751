"""Whatever bytes arrive, the BLS decoders give a value that encodes back to them, or a typed error, quickly."""

import contextlib
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.crypto.bls import (
    PublicKey,
    SecretKey,
    Signature,
    SignedBitmap,
    check_bitmap_signatures,
    hash_to_point,
)
from harmony_core.crypto.key_file import decrypt_key_file
from harmony_core.crypto.mask import (
    check_bitmap,
    count_enabled,
    enabled_indexes,
    separate_signature_and_bitmap,
)
from harmony_core.errors import HarmonyError
from harmony_core.primitives import STRICT, Compatibility
from support.bls import PAYLOAD, key_set_of, secret_keys, signed_by

KEYS = secret_keys(9)
SET = key_set_of(KEYS)
PUBLIC = KEYS[0].public_key().to_bytes()
SIGNATURE = KEYS[0].sign(PAYLOAD).to_bytes()
MEBIBYTE = 1 << 20
sets = st.sampled_from([STRICT, Compatibility.reference()])


def mutated(valid: bytes) -> st.SearchStrategy[bytes]:
    def alter(position: int, value: int, cut: int, tail: bytes) -> bytes:
        data = bytearray(valid)
        data[position] ^= value
        return bytes(data[: len(data) - cut]) + tail

    return st.builds(
        alter,
        st.integers(0, len(valid) - 1),
        st.integers(0, 255),
        st.integers(0, 2) | st.just(0),
        st.binary(max_size=2) | st.just(b""),
    )


@given(st.binary(max_size=60) | st.binary(min_size=48, max_size=48) | mutated(PUBLIC), sets)
def test_any_bytes_as_a_public_key(data: bytes, compatibility: Compatibility) -> None:
    try:
        key = PublicKey.from_bytes(data, compatibility=compatibility)
    except HarmonyError:
        return
    assert key.to_bytes() == data[:48]
    backend = key.backend
    again = PublicKey(key.point, backend)
    assert again.to_bytes() == data[:48]
    assert backend.g1_in_subgroup(key.point)


@given(st.binary(max_size=110) | st.binary(min_size=96, max_size=96) | mutated(SIGNATURE), sets)
def test_any_bytes_as_a_signature(data: bytes, compatibility: Compatibility) -> None:
    try:
        signature = Signature.from_bytes(data, compatibility=compatibility)
    except HarmonyError:
        return
    backend = signature.backend
    assert Signature(signature.point, backend).to_bytes() == data[:96]
    assert backend.g2_in_subgroup(signature.point)


@given(st.binary(max_size=40) | st.binary(min_size=32, max_size=32), sets)
def test_any_bytes_as_a_secret_key(data: bytes, compatibility: Compatibility) -> None:
    try:
        key = SecretKey.from_bytes(data, compatibility=compatibility)
    except HarmonyError:
        return
    assert key.to_bytes() == data[:32]


@given(st.text(max_size=100))
def test_any_text_as_a_public_key(text: str) -> None:
    with pytest.raises(HarmonyError):
        PublicKey.from_hex(text + "!")
    with contextlib.suppress(HarmonyError):
        PublicKey.from_hex(text)


@given(st.binary(max_size=60))
def test_any_payload(payload: bytes) -> None:
    try:
        point = hash_to_point(payload)
    except HarmonyError:
        assert not any(payload[:47])
        return
    assert point.backend.g2_in_subgroup(point.point)


@settings(max_examples=30)
@given(
    st.lists(
        st.builds(
            SignedBitmap,
            st.binary(max_size=50),
            st.binary(min_size=2, max_size=2) | st.binary(max_size=3),
            mutated(SIGNATURE) | st.binary(max_size=97),
        ),
        max_size=4,
    ),
    sets,
)
def test_any_batch_gets_one_verdict_an_item(items: list[SignedBitmap], compatibility: Compatibility) -> None:
    good = signed_by(KEYS, {0, 3, 8})
    results = check_bitmap_signatures([(SET, item) for item in [*items, good]], compatibility=compatibility)
    assert len(results) == len(items) + 1
    assert results[-1] is None
    assert all(result is None or isinstance(result, HarmonyError) for result in results)


@given(st.binary(max_size=5), st.integers(0, 40))
def test_any_bitmap(bitmap: bytes, size: int) -> None:
    indexes = enabled_indexes(bitmap, size)
    assert len(indexes) == count_enabled(bitmap, size)
    assert all(bitmap[index // 8] >> (index % 8) & 1 for index in indexes)
    try:
        check_bitmap(bitmap, size)
    except HarmonyError:
        return
    assert len(indexes) == int.from_bytes(bitmap, "little").bit_count()


@settings(max_examples=30)
@given(st.binary(max_size=200), st.text(max_size=8))
def test_any_key_file(content: bytes, passphrase: str) -> None:
    with pytest.raises(HarmonyError):
        decrypt_key_file(content, passphrase)


@pytest.mark.parametrize("filling", [b"\x00", b"\xff", b"f"])
def test_a_mebibyte_is_decided_quickly_and_within_bounds(filling: bytes) -> None:
    data = filling * MEBIBYTE
    tracemalloc.start()
    started = time.process_time()
    for decode in (
        PublicKey.from_bytes,
        Signature.from_bytes,
        SecretKey.from_bytes,
        lambda value: PublicKey.from_hex(value.decode("latin-1")),
        lambda value: decrypt_key_file(value, "p"),
        lambda value: check_bitmap(value, 250),
    ):
        with pytest.raises(HarmonyError):
            decode(data)
    assert len(separate_signature_and_bitmap(data)[1]) == MEBIBYTE - 96
    elapsed = time.process_time() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert elapsed < 1
    assert peak < 64 * MEBIBYTE
