"""Harmony's BLS signatures over BLS12-381: keys in G1, signatures in G2, its own hash to point and encodings.

It is not the suite of Ethereum or of ZCash: base point, hash to point and byte order are those of herumi's library.
"""

from harmony_core.crypto.bls.backend import Backend
from harmony_core.crypto.bls.batch import SignedBitmap, check_bitmap_signatures, verify_bitmap_signature
from harmony_core.crypto.bls.hashing import hash_to_point
from harmony_core.crypto.bls.key_set import KeySet
from harmony_core.crypto.bls.loading import SlowBackendWarning, load_backend
from harmony_core.crypto.bls.public_key import PublicKey, address_of_key, aggregate_public_keys
from harmony_core.crypto.bls.secret_key import SecretKey
from harmony_core.crypto.bls.signature import Signature, aggregate_signatures
from harmony_core.crypto.bls.verification import (
    prove_possession,
    verify,
    verify_possession,
    verify_possessions,
)

__all__ = [
    "Backend",
    "KeySet",
    "PublicKey",
    "SecretKey",
    "Signature",
    "SignedBitmap",
    "SlowBackendWarning",
    "address_of_key",
    "aggregate_public_keys",
    "aggregate_signatures",
    "check_bitmap_signatures",
    "hash_to_point",
    "load_backend",
    "prove_possession",
    "verify",
    "verify_bitmap_signature",
    "verify_possession",
    "verify_possessions",
]
