"""Encrypted key files: the round trip, the passphrase, and everything that is not one."""

from hashlib import md5

import pytest
from Crypto.Cipher import AES

from harmony_core.crypto.key_file import decrypt_key_file, encrypt_key_file
from harmony_core.errors import DecodeError, HarmonyError, VerificationError
from support.bls import secret_keys

KEY = secret_keys(1)[0]
NONCE = bytes(range(12))
CONTENT = encrypt_key_file(KEY, "correct horse", NONCE)


def sealed(plain: bytes) -> bytes:
    key = md5(b"p", usedforsecurity=False).hexdigest().encode()
    ciphertext, tag = AES.new(key, AES.MODE_GCM, nonce=NONCE).encrypt_and_digest(plain)
    return NONCE + ciphertext + tag


def refusal(content: bytes, passphrase: str) -> str:
    with pytest.raises(HarmonyError) as info:
        decrypt_key_file(content, passphrase)
    return info.value.code


def test_a_key_file_is_read_back_in_hexadecimal_and_raw() -> None:
    assert len(CONTENT) == 184
    for content in (CONTENT, CONTENT.upper(), bytes.fromhex(CONTENT.decode())):
        assert decrypt_key_file(content, "correct horse") == KEY


@pytest.mark.parametrize("passphrase", [" correct horse", "correct horse\r\n", "\u2003correct horse\x85"])
def test_white_space_around_the_passphrase_does_not_count(passphrase: str) -> None:
    assert decrypt_key_file(CONTENT, passphrase) == KEY
    assert encrypt_key_file(KEY, passphrase, NONCE) == CONTENT


def test_control_characters_that_python_strips_count() -> None:
    assert refusal(CONTENT, "correct horse\x1f") == "key-file-tag"


def test_a_wrong_passphrase_or_an_altered_file_is_refused() -> None:
    assert refusal(CONTENT, "wrong") == "key-file-tag"
    for position in (0, 30, 60, 183):
        altered = bytearray(CONTENT)
        altered[position] = ord("0") if altered[position] != ord("0") else ord("1")
        assert refusal(bytes(altered), "correct horse") == "key-file-tag"
    with pytest.raises(VerificationError):
        decrypt_key_file(CONTENT + b"\n", "correct horse")


@pytest.mark.parametrize("content", [b"", b"a", bytes(27), bytes(4097), bytes(1 << 20)])
def test_a_file_of_impossible_size_is_refused(content: bytes) -> None:
    assert refusal(content, "p") == "key-file-size"


@pytest.mark.parametrize("plain", [b"not hexadecimal", b"abc", b"0x" + KEY.to_bytes().hex().encode()])
def test_something_else_under_the_tag_is_refused(plain: bytes) -> None:
    assert refusal(sealed(plain), "p") == "key-file-content"


@pytest.mark.parametrize("secret", [b"", b"01" * 31, b"00" * 32, b"ff" * 32])
def test_a_sealed_secret_must_be_a_key(secret: bytes) -> None:
    with pytest.raises(DecodeError):
        decrypt_key_file(sealed(secret), "p")


def test_a_nonce_has_twelve_bytes() -> None:
    for nonce in (b"", bytes(11), bytes(16)):
        with pytest.raises(DecodeError) as info:
            encrypt_key_file(KEY, "p", nonce)
        assert info.value.code == "key-file-nonce"


def test_a_passphrase_that_is_no_unicode_text_is_refused() -> None:
    assert refusal(CONTENT, "\ud800") == "key-file-passphrase"


def test_wrong_types_are_type_errors() -> None:
    with pytest.raises(TypeError):
        decrypt_key_file(CONTENT.decode(), "p")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        decrypt_key_file(CONTENT, b"p")  # type: ignore[arg-type]
