"""The chain of hashes that the node had before its delay function: a placeholder that nobody can verify quickly.

Source: harmony-one/harmony crypto/vdf/vdf.go, Execute.
"""

from harmony_core.crypto import sha3_256
from harmony_core.primitives import Hash32

__all__ = ["hash_chain"]


def hash_chain(start: Hash32, length: int) -> Hash32:
    """Return SHA3-256 applied ``length`` times to 32 bytes."""
    for _ in range(length):
        start = sha3_256(start)
    return start
