"""Encrypted BLS key files, bytes in and bytes out.

A file holds, in hexadecimal or raw, a 12-byte nonce and the AES-256-GCM encryption (ciphertext and 16-byte tag) of the
hexadecimal digits of the little-endian secret key. The cipher's key is the 32 lower-case hexadecimal digits of the
MD5 of the passphrase.

That is weak: MD5 without salt or iterations lets a stolen file be searched at the speed of the hardware, so a file is
only as safe as its passphrase is long and random. The format is the reference node's and cannot be changed here.

Source: harmony-one/harmony, internal/blsgen/lib.go (``LoadBLSKeyWithPassPhrase``, ``GenBLSKeyWithPassPhrase``).
"""

from hashlib import md5
from typing import Final

from Crypto.Cipher import AES

from harmony_core.crypto.bls import Backend, SecretKey
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import STRICT, Compatibility

__all__ = ["KEY_FILE_NONCE_BYTES", "MAX_KEY_FILE_BYTES", "decrypt_key_file", "encrypt_key_file"]

KEY_FILE_NONCE_BYTES: Final = 12
"""Length of the nonce, which must never be used twice with one passphrase."""

MAX_KEY_FILE_BYTES: Final = 4096
"""Longest file that is looked at; a real one has 184 bytes."""

_TAG_BYTES: Final = 16
# What Go's strings.TrimSpace takes off; str.strip would also take the control characters 0x1c to 0x1f.
_GO_SPACES: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000"
)
_HEX_DIGITS: Final = frozenset(b"0123456789abcdefABCDEF")


def decrypt_key_file(
    content: bytes,
    passphrase: str,
    *,
    compatibility: Compatibility = STRICT,
    backend: Backend | None = None,
) -> SecretKey:
    """Return the secret key of a ``.key`` file.

    Args:
        content: the file's bytes: hexadecimal digits without any white space (the usual form), or the raw bytes.
        passphrase: white space around it does not count.
        compatibility: see `SecretKey.from_bytes`.
        backend: the arithmetic of the returned key; None takes the default.

    Raises:
        DecodeError: ``key-file-size`` for a file too short for nonce and tag, or far too long; ``key-file-content``
            when what was encrypted is not hexadecimal; as `SecretKey.from_bytes`; ``key-file-passphrase`` for a
            passphrase that is not Unicode text.
        VerificationError: ``key-file-tag`` for a wrong passphrase or an altered file.
    """
    if not isinstance(content, bytes | bytearray | memoryview):
        raise TypeError(f"the content of a key file is bytes, not {type(content).__name__}")
    content = bytes(content)
    require(
        KEY_FILE_NONCE_BYTES + _TAG_BYTES <= len(content) <= MAX_KEY_FILE_BYTES,
        DecodeError,
        "key-file-size",
        "A BLS key file holds a nonce, a ciphertext and a tag.",
        expected=f"{KEY_FILE_NONCE_BYTES + _TAG_BYTES} to {MAX_KEY_FILE_BYTES} bytes",
        actual=len(content),
    )
    key = _cipher_key(passphrase)
    plain = None
    if len(content) % 2 == 0 and _HEX_DIGITS.issuperset(content):
        plain = _opened(bytes.fromhex(content.decode("ascii")), key)
    if plain is None:
        plain = _opened(content, key)
    require(
        plain is not None,
        VerificationError,
        "key-file-tag",
        "The passphrase is wrong or the BLS key file was altered.",
    )
    digits = plain or b""
    require(
        len(digits) % 2 == 0 and _HEX_DIGITS.issuperset(digits),
        DecodeError,
        "key-file-content",
        "The BLS key file was encrypted over something else than a hexadecimal secret key.",
    )
    raw = bytes.fromhex(digits.decode("ascii"))
    return SecretKey.from_bytes(raw, compatibility=compatibility, backend=backend)


def encrypt_key_file(secret_key: SecretKey, passphrase: str, nonce: bytes) -> bytes:
    """Return the content of a ``.key`` file: hexadecimal digits in ASCII, without a newline.

    Args:
        secret_key: the key to store.
        passphrase: white space around it is dropped, as reading drops it.
        nonce: 12 fresh random bytes, for example of ``secrets.token_bytes``; never use one twice.

    Raises:
        DecodeError: ``key-file-nonce`` for a nonce of another length; ``key-file-passphrase``.
    """
    require(
        len(nonce) == KEY_FILE_NONCE_BYTES,
        DecodeError,
        "key-file-nonce",
        "The nonce of a BLS key file has 12 bytes.",
        expected=KEY_FILE_NONCE_BYTES,
        actual=len(nonce),
    )
    cipher = AES.new(_cipher_key(passphrase), AES.MODE_GCM, nonce=nonce, mac_len=_TAG_BYTES)
    sealed, tag = cipher.encrypt_and_digest(secret_key.to_bytes().hex().encode())
    return (bytes(nonce) + sealed + tag).hex().encode()


def _cipher_key(passphrase: str) -> bytes:
    if not isinstance(passphrase, str):
        raise TypeError(f"a passphrase is a str, not {type(passphrase).__name__}")
    try:
        secret = passphrase.strip(_GO_SPACES).encode()
    except UnicodeEncodeError as error:
        raise DecodeError("The passphrase is not Unicode text.", code="key-file-passphrase") from error
    return md5(secret, usedforsecurity=False).hexdigest().encode()


def _opened(sealed: bytes, key: bytes) -> bytes | None:
    """Return what was encrypted, or None when the tag does not fit."""
    if len(sealed) < KEY_FILE_NONCE_BYTES + _TAG_BYTES:
        return None
    nonce, ciphertext = sealed[:KEY_FILE_NONCE_BYTES], sealed[KEY_FILE_NONCE_BYTES:-_TAG_BYTES]
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG_BYTES)
    try:
        plain: bytes = cipher.decrypt_and_verify(ciphertext, sealed[-_TAG_BYTES:])
    except ValueError:
        return None
    return plain
