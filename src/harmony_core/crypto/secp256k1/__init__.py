"""Signatures of accounts: ECDSA over secp256k1 with recovery of the signer."""

from harmony_core.crypto.secp256k1.backend import Backend
from harmony_core.crypto.secp256k1.keys import (
    AccountKey,
    PrivateKey,
    address_of_public_key,
    recover_address,
    recover_public_key,
)
from harmony_core.crypto.secp256k1.loading import SlowSecp256k1Warning, load_backend

__all__ = [
    "AccountKey",
    "Backend",
    "PrivateKey",
    "SlowSecp256k1Warning",
    "address_of_public_key",
    "load_backend",
    "recover_address",
    "recover_public_key",
]
