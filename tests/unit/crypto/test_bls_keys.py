"""Secret keys, public keys and signatures as values: ranges, arithmetic, equality, pickling."""

import pickle
from hashlib import sha256

import pytest

from harmony_core.crypto.bls import (
    KeySet,
    PublicKey,
    SecretKey,
    Signature,
    address_of_key,
    aggregate_public_keys,
    aggregate_signatures,
    hash_to_point,
    load_backend,
)
from harmony_core.crypto.bls.constants import ORDER
from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import Compatibility
from support.bls import PAYLOAD, key_set_of, secret_keys

ZERO = Compatibility(accept_zero_bls_secret_key=True)
TRAILING = Compatibility(accept_trailing_bls_bytes=True)


@pytest.mark.parametrize("scalar", [0, ORDER, ORDER + 1, (1 << 256) - 1])
def test_a_secret_key_out_of_range_is_refused(scalar: int) -> None:
    with pytest.raises(DecodeError) as info:
        SecretKey.from_bytes(scalar.to_bytes(32, "little"))
    assert info.value.code == "bls-secret-key-range"
    with pytest.raises(DecodeError):
        SecretKey(-1)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_secret_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(DecodeError) as info:
        SecretKey.from_bytes(b"\x01" * length)
    assert info.value.code == "bls-secret-key-length"


def test_secret_keys_at_the_ends_of_the_range_are_taken() -> None:
    for scalar in (1, ORDER - 1):
        assert SecretKey(scalar).to_bytes() == scalar.to_bytes(32, "little")
    assert SecretKey(1).public_key() == -SecretKey(ORDER - 1).public_key()


def test_compatibility_takes_zero_and_trailing_bytes_of_secret_keys() -> None:
    assert SecretKey.from_bytes(bytes(32), compatibility=ZERO).public_key().is_identity
    assert SecretKey.from_bytes(b"\x05" + bytes(40), compatibility=TRAILING) == SecretKey(5)


def test_masked_bytes_never_reach_the_order() -> None:
    assert SecretKey.from_masked_bytes(b"\xff" * 40).to_bytes() == b"\xff" * 31 + b"\x3f"
    assert SecretKey.from_masked_bytes(b"\x07") == SecretKey(7)
    with pytest.raises(DecodeError):
        SecretKey.from_masked_bytes(b"")
    with pytest.raises(DecodeError):
        SecretKey.from_masked_bytes(bytes(31) + b"\x80")


def test_a_secret_key_does_not_show_itself() -> None:
    key = secret_keys(1)[0]
    assert key.to_bytes().hex() not in repr(key)
    assert str(int.from_bytes(key.to_bytes(), "little")) not in str(key)


def test_wrong_types_are_type_errors() -> None:
    with pytest.raises(TypeError):
        SecretKey("1")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        SecretKey.from_bytes("1")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        SecretKey(1).sign("1")  # type: ignore[arg-type]
    key = SecretKey(1).public_key()
    with pytest.raises(TypeError):
        key + 1
    with pytest.raises(TypeError):
        SecretKey(1).sign(b"1") - 1


@pytest.mark.parametrize("payload", [b"", bytes(1), bytes(48), bytes(47) + b"\xe0", bytes(48) + b"\x01"])
def test_a_payload_that_stands_for_zero_is_refused(payload: bytes) -> None:
    for use in (hash_to_point, SecretKey(5).sign):
        with pytest.raises(VerificationError) as info:
            use(payload)
        assert info.value.code == "bls-degenerate-payload"


def test_bytes_past_the_48th_and_the_top_three_bits_do_not_count() -> None:
    payload = bytes(range(1, 49))
    point = hash_to_point(payload)
    assert hash_to_point(payload + b"tail") == point
    assert hash_to_point(payload[:47] + bytes([payload[47] ^ 0xE0])) == point
    assert hash_to_point(payload[:40] + bytes(8)) == hash_to_point(payload[:40])
    assert hash_to_point(payload[:47] + bytes([payload[47] ^ 0x10])) != point


def test_the_hash_of_a_payload_is_its_signature_by_one() -> None:
    assert SecretKey(1).sign(PAYLOAD) == hash_to_point(PAYLOAD)


def test_keys_and_signatures_add_like_their_secrets() -> None:
    first, second, both = SecretKey(11), SecretKey(31), SecretKey(42)
    assert first.public_key() + second.public_key() == both.public_key()
    assert both.public_key() - second.public_key() == first.public_key()
    assert first.sign(PAYLOAD) + second.sign(PAYLOAD) == both.sign(PAYLOAD)
    assert both.sign(PAYLOAD) - first.sign(PAYLOAD) == second.sign(PAYLOAD)
    assert (first.public_key() - first.public_key()).is_identity
    assert (first.sign(PAYLOAD) - first.sign(PAYLOAD)).is_identity


def test_sums_of_nothing_are_the_identity() -> None:
    assert aggregate_public_keys([]) == PublicKey.identity()
    assert aggregate_signatures([]) == Signature.identity()
    assert PublicKey.identity().to_bytes() == bytes(48)
    assert Signature.identity().to_bytes() == bytes(96)


def test_values_are_equal_and_hash_by_their_bytes() -> None:
    key, again = SecretKey(7).public_key(), SecretKey(3).public_key() + SecretKey(4).public_key()
    assert len({key, again}) == 1
    assert len({SecretKey(7).sign(b"a"), SecretKey(7).sign(b"a")}) == 1
    assert len({SecretKey(7), SecretKey(7)}) == 1
    assert key != SecretKey(8).public_key()
    assert key.to_bytes().hex() in repr(key)
    assert SecretKey(7).sign(b"a").to_bytes().hex() in repr(SecretKey(7).sign(b"a"))


def test_an_address_of_a_key_is_the_head_of_its_sha256() -> None:
    key = SecretKey(9).public_key()
    assert key.address == address_of_key(key.to_bytes()) == sha256(key.to_bytes()).digest()[:20]
    with pytest.raises(DecodeError):
        address_of_key(key.to_bytes() + b"\x00")


def test_values_survive_pickling() -> None:
    keys = secret_keys(3)
    for value in (keys[0].public_key(), keys[0].sign(PAYLOAD), PublicKey.identity(), Signature.identity()):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - made here
    key_set = key_set_of(keys)
    again: KeySet = pickle.loads(pickle.dumps(key_set))  # noqa: S301 - made here
    assert again == key_set
    assert again.aggregate(b"\x05") == key_set.aggregate(b"\x05")


@pytest.mark.parametrize("bits", [0, 1, 0b1010101010, 0b1111111111, 0b1111110111])
def test_a_key_set_sums_the_marked_keys(bits: int) -> None:
    keys = secret_keys(10)
    key_set = key_set_of(keys)
    marked = [key.public_key() for slot, key in enumerate(keys) if bits >> slot & 1]
    assert key_set.aggregate(bits.to_bytes(2, "little")) == aggregate_public_keys(marked)
    assert len(key_set) == 10
    assert "10" in repr(key_set)


def test_a_repeated_key_counts_in_every_slot() -> None:
    key = SecretKey(5).public_key()
    key_set = KeySet([key.to_bytes(), key.to_bytes()])
    assert key_set.aggregate(b"\x03") == SecretKey(10).public_key()


def test_a_key_set_refuses_a_bad_key() -> None:
    with pytest.raises(DecodeError):
        KeySet([SecretKey(5).public_key().to_bytes(), bytes(48)])  # type: ignore[list-item]


def test_an_empty_key_set_sums_to_the_identity() -> None:
    assert KeySet([]).aggregate(b"").is_identity


def test_values_of_two_back_ends_mix() -> None:
    pure = load_backend("py-ecc")
    first, second = SecretKey(11), SecretKey(31)
    foreign_key = PublicKey.from_bytes(second.public_key().to_bytes(), backend=pure)
    assert first.public_key() + foreign_key == SecretKey(42).public_key()
    assert first.public_key() + PublicKey.identity(backend=pure) == first.public_key()
    foreign = Signature.from_bytes(second.sign(PAYLOAD).to_bytes(), backend=pure)
    assert first.sign(PAYLOAD) + foreign == SecretKey(42).sign(PAYLOAD)
