"""Hash functions, Harmony's BLS suite, commit bitmaps and key files.

The hash functions are here; keys and signatures are in `harmony_core.crypto.bls`.
"""

from harmony_core.crypto.eip55 import address_from_checksum_hex, checksum_hex
from harmony_core.crypto.keccak import keccak256, sha3_256

__all__ = ["address_from_checksum_hex", "checksum_hex", "keccak256", "sha3_256"]
