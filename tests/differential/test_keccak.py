"""The back ends of Keccak-256 against each other, and SHA3-256 against the plain implementation."""

import hashlib
import random

import pytest
from Crypto.Hash import SHA3_256, keccak

from harmony_core.crypto import keccak256, keccak_pure, sha3_256
from harmony_core.crypto.keccak import BACKENDS, load_keccak
from harmony_core.errors import ConfigurationError

LENGTHS = [0, 1, 31, 32, 134, 135, 136, 137, 271, 272, 273, 1000]


def messages() -> list[bytes]:
    source = random.Random(20)
    return [source.randbytes(length) for length in LENGTHS]


@pytest.mark.parametrize("name", BACKENDS)
def test_back_ends_agree(name: str) -> None:
    try:
        function = load_keccak(name)
    except ConfigurationError:
        pytest.skip(f"{name} is not installed")
    for message in messages():
        expected = keccak.new(digest_bits=256, data=message).digest()
        assert function(message) == keccak256(message) == expected


def test_sha3_agrees() -> None:
    for message in messages():
        expected = hashlib.sha3_256(message).digest()
        assert (
            sha3_256(message) == keccak_pure.sha3_256(message) == SHA3_256.new(message).digest() == expected
        )
