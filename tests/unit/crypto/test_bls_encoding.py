"""Decoding BLS keys and signatures: every check that a point must pass."""

from typing import Any, cast

import pytest

from harmony_core.crypto.bls import PublicKey, Signature, load_backend
from harmony_core.crypto.bls import encoding as encoding_module
from harmony_core.crypto.bls.constants import PRIME
from harmony_core.errors import DecodeError
from harmony_core.primitives import BLSPublicKeyBytes, BLSSignatureBytes, Compatibility
from support.bls import PAYLOAD, outside_subgroup, secret_keys, small_order_point

KEY = secret_keys(1)[0]
PUBLIC = KEY.public_key().to_bytes()
SIGNATURE = KEY.sign(PAYLOAD).to_bytes()
IDENTITIES = Compatibility(accept_identity_bls_points=True)
TRAILING = Compatibility(accept_trailing_bls_bytes=True)
# The multiples of p that still fit into 383 bits, and into the 384 bits of the lower half of a signature.
KEY_OVERFLOWS = [1, 2, 3]


def little(number: int) -> bytes:
    return number.to_bytes(48, "little")


def refused_key(data: bytes, compatibility: Compatibility = TRAILING) -> str:
    with pytest.raises(DecodeError) as info:
        PublicKey.from_bytes(data, compatibility=compatibility)
    return info.value.code


def refused_signature(data: bytes, compatibility: Compatibility = TRAILING) -> str:
    with pytest.raises(DecodeError) as info:
        Signature.from_bytes(data, compatibility=compatibility)
    return info.value.code


@pytest.mark.parametrize("length", [0, 1, 47, 49, 96, 1 << 20])
def test_a_public_key_of_another_length_is_refused(length: int) -> None:
    data = (PUBLIC + bytes(length))[:length]
    assert refused_key(data, IDENTITIES) == "bls-public-key-length"


@pytest.mark.parametrize("length", [0, 48, 95, 97, 1 << 20])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    data = (SIGNATURE + bytes(length))[:length]
    assert refused_signature(data, IDENTITIES) == "bls-signature-length"


def test_compatibility_ignores_trailing_bytes_but_not_missing_ones() -> None:
    assert PublicKey.from_bytes(PUBLIC + b"x", compatibility=TRAILING).to_bytes() == PUBLIC
    assert Signature.from_bytes(SIGNATURE + b"x", compatibility=TRAILING).to_bytes() == SIGNATURE
    assert refused_key(PUBLIC[:47]) == "bls-public-key-length"
    assert refused_signature(SIGNATURE[:95]) == "bls-signature-length"


def test_the_identity_as_a_public_key_is_refused() -> None:
    assert refused_key(bytes(48)) == "bls-public-key-identity"


def test_the_identity_as_a_signature_is_refused() -> None:
    assert refused_signature(bytes(96)) == "bls-signature-identity"


def test_compatibility_takes_the_identity() -> None:
    assert PublicKey.from_bytes(bytes(48), compatibility=IDENTITIES).is_identity
    assert Signature.from_bytes(bytes(96), compatibility=IDENTITIES).is_identity


@pytest.mark.parametrize("multiple", KEY_OVERFLOWS)
def test_a_public_key_with_x_plus_p_is_refused(multiple: int) -> None:
    flag = (PUBLIC[47] & 0x80) << 376
    x = int.from_bytes(PUBLIC, "little") & ((1 << 383) - 1)
    larger = x + multiple * PRIME
    assert larger < 1 << 383
    assert refused_key(little(larger | flag)) == "bls-public-key-field"


@pytest.mark.parametrize("multiple", [1, 2, 3])
@pytest.mark.parametrize("half", [0, 1])
def test_a_signature_with_x_plus_p_is_refused(half: int, multiple: int) -> None:
    parts = [SIGNATURE[:48], SIGNATURE[48:]]
    parts[half] = little(int.from_bytes(parts[half], "little") + multiple * PRIME)
    assert refused_signature(parts[0] + parts[1]) == "bls-signature-field"


def test_x_equal_to_p_is_refused() -> None:
    assert refused_key(little(PRIME)) == "bls-public-key-field"
    assert refused_signature(little(PRIME) + SIGNATURE[48:]) == "bls-signature-field"


def test_the_top_bit_of_a_signatures_first_half_is_no_flag() -> None:
    altered = bytearray(SIGNATURE)
    altered[47] |= 0x80
    assert refused_signature(bytes(altered)) == "bls-signature-field"


@pytest.mark.parametrize("x", [1, 2, 3])
def test_a_public_key_off_the_curve_is_refused(x: int) -> None:
    assert refused_key(little(x)) == "bls-public-key-curve"


@pytest.mark.parametrize("x", [(2, 2), (4, 3)])
def test_a_signature_off_the_curve_is_refused(x: tuple[int, int]) -> None:
    assert refused_signature(little(x[0]) + little(x[1])) == "bls-signature-curve"


@pytest.mark.parametrize("data", [little(4), little(5), little(6), little(1 << 383)])
def test_a_public_key_outside_the_subgroup_is_refused(data: bytes) -> None:
    assert refused_key(data) == "bls-public-key-subgroup"


def test_a_signature_outside_the_subgroup_is_refused() -> None:
    assert refused_signature(outside_subgroup().to_bytes()) == "bls-signature-subgroup"


def test_a_signature_moved_by_a_point_of_small_order_is_refused() -> None:
    moved = Signature.from_bytes(SIGNATURE) + small_order_point()
    assert refused_signature(moved.to_bytes()) == "bls-signature-subgroup"


def test_the_sign_bit_negates() -> None:
    flipped = bytearray(PUBLIC)
    flipped[47] ^= 0x80
    assert PublicKey.from_bytes(bytes(flipped)) == -PublicKey.from_bytes(PUBLIC)
    flipped = bytearray(SIGNATURE)
    flipped[95] ^= 0x80
    assert Signature.from_bytes(bytes(flipped)) == -Signature.from_bytes(SIGNATURE)


def test_what_decodes_encodes_to_the_same_bytes() -> None:
    backend = load_backend()
    point = encoding_module.decode_public_point(PUBLIC, backend, TRAILING)
    assert encoding_module.encode_public_point(point, backend) == PUBLIC
    signature = encoding_module.decode_signature_point(SIGNATURE, backend, TRAILING)
    assert encoding_module.encode_signature_point(signature, backend) == SIGNATURE


def test_buffers_decode_like_bytes() -> None:
    key: Any = bytearray(PUBLIC)
    signature: Any = bytearray(SIGNATURE)
    assert PublicKey.from_bytes(key) == PublicKey.from_bytes(cast("bytes", memoryview(PUBLIC)))
    assert type(PublicKey.from_bytes(key).to_bytes()) is BLSPublicKeyBytes
    assert type(Signature.from_bytes(signature).to_bytes()) is BLSSignatureBytes


def test_a_wrong_type_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        PublicKey.from_bytes(PUBLIC.hex())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Signature.from_bytes(SIGNATURE.hex())  # type: ignore[arg-type]


def test_no_key_is_decoded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = load_backend()
    fresh = secret_keys(1, seed=99)[0].public_key().to_bytes()
    first = PublicKey.from_bytes(fresh)
    monkeypatch.setattr(type(backend), "g1_decompress", None)
    assert PublicKey.from_bytes(bytes(fresh)) == first


def test_hexadecimal_text_of_a_key_is_read_in_either_case() -> None:
    text = bytes(PUBLIC).hex()
    assert PublicKey.from_hex(text) == PublicKey.from_hex(text.upper()) == PublicKey.from_bytes(PUBLIC)


@pytest.mark.parametrize("prefix", ["0x", "0X"])
def test_hexadecimal_text_of_a_key_with_0x_is_refused(prefix: str) -> None:
    with pytest.raises(DecodeError) as info:
        PublicKey.from_hex(prefix + bytes(PUBLIC).hex())
    assert info.value.code == "bls-public-key-hex"


@pytest.mark.parametrize("text", ["zz", "abc", " " + bytes(PUBLIC).hex(), "0" * (1 << 21)])
def test_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        PublicKey.from_hex(text)
