"""The P-256 VRF of the early protocol."""

import random

import pytest

from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import Compatibility
from harmony_core.randomness.vrf import p256
from support.outcome import refusal

KEY = p256.P256SecretKey(0x1234567890ABCDEF)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MESSAGE = b"message"


def output() -> p256.P256Output:
    return KEY.evaluate(MESSAGE, entropy=random.Random(1).randbytes)


def test_the_value_does_not_depend_on_the_nonce() -> None:
    first, second = (KEY.evaluate(MESSAGE, entropy=random.Random(seed).randbytes) for seed in (1, 2))
    assert first.index == second.index
    assert first.proof != second.proof
    for made in (first, second):
        assert KEY.public_key().verify(MESSAGE, made.proof) == made.index


def test_a_nonce_out_of_range_is_drawn_again() -> None:
    draws = iter([bytes(32), ORDER.to_bytes(32, "big"), (5).to_bytes(32, "big")])
    made = KEY.evaluate(MESSAGE, entropy=lambda _length: next(draws))
    assert made == KEY.evaluate(MESSAGE, entropy=lambda _length: (5).to_bytes(32, "big"))


def test_a_proof_of_another_key_or_message_is_refused() -> None:
    other = p256.P256SecretKey(99).public_key()
    for key, message in ((other, MESSAGE), (KEY.public_key(), b"another")):
        error = refusal(lambda key=key, message=message: key.verify(message, output().proof))  # type: ignore[misc]
        assert isinstance(error, VerificationError)
        assert error.code == "p256-proof"


@pytest.mark.parametrize("length", [0, 128, 130])
def test_a_proof_of_another_length_is_refused(length: int) -> None:
    error = refusal(lambda: KEY.public_key().verify(MESSAGE, (output().proof + b"\0")[:length]))
    assert isinstance(error, DecodeError)
    assert error.code == "p256-proof-length"


def test_an_unreduced_scalar_is_refused_before_the_proof_is_looked_at() -> None:
    proof = output().proof
    altered = proof[:32] + ORDER.to_bytes(32, "big") + proof[64:]
    assert refusal(lambda: KEY.public_key().verify(MESSAGE, altered)).code == "p256-proof-scalar"
    lenient = refusal(
        lambda: KEY.public_key().verify(MESSAGE, altered, compatibility=Compatibility.reference())
    )
    assert lenient.code == "p256-proof"


def test_a_scalar_that_makes_the_sum_vanish_is_refused() -> None:
    # t = -s d makes tG + sY the point at infinity, which has no coordinates to hash.
    s = 7
    t = -s * KEY.scalar % ORDER
    altered = s.to_bytes(32, "big") + t.to_bytes(32, "big") + output().proof[64:]
    assert refusal(lambda: KEY.public_key().verify(MESSAGE, altered)).code == "p256-proof"


def test_keys_that_are_no_points_are_refused() -> None:
    good = KEY.public_key().data
    assert refusal(lambda: p256.P256PublicKey(good[:-1])).code == "p256-point-length"
    assert refusal(lambda: p256.P256PublicKey(b"\x02" + good[1:])).code == "p256-point-form"
    assert refusal(lambda: p256.P256PublicKey(good[:-1] + bytes([good[-1] ^ 1]))).code == "p256-point-curve"
    # Zero coordinates are how the arithmetic beneath writes the point at infinity.
    assert refusal(lambda: p256.P256PublicKey(b"\x04" + bytes(64))).code == "p256-point-curve"
    x, y = int.from_bytes(good[1:33], "big"), int.from_bytes(good[33:], "big")
    assert p256.P256PublicKey.from_coordinates(x.to_bytes(32, "big") + y.to_bytes(32, "big")).data == good


@pytest.mark.parametrize("scalar", [0, -1, ORDER])
def test_a_secret_key_out_of_range_is_refused(scalar: int) -> None:
    error = refusal(lambda: p256.P256SecretKey(scalar))
    assert isinstance(error, DecodeError)
    assert error.code == "p256-secret-key-range"


def test_a_secret_key_does_not_show_itself() -> None:
    assert f"{KEY.scalar:x}" not in repr(KEY)
    assert str(KEY.scalar) not in repr(KEY)
