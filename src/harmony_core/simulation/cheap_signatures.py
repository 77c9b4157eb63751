"""Signatures for simulations: they add up like BLS signatures, cost a microsecond, and anybody can forge them.

They stand in for BLS where a simulation is about messages and not about cryptography. No back end of `crypto.bls` and
nothing that verifies real data can be made to use them: they exist here only, as an argument of simulated nodes.

A key's secret is a number that follows from the public key; a signature is that number times the hash of the payload,
modulo a prime. Sums of signatures therefore belong to sums of secrets. Like the real ones they cover the first 48
bytes of a payload.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import compress
from typing import Final

from harmony_core.crypto.bitmap import bit_selectors, check_bitmap
from harmony_core.crypto.bls import KeySet, SignedBitmap
from harmony_core.errors import ConfigurationError, DecodeError, HarmonyError, VerificationError, require
from harmony_core.primitives import BLSPublicKeyBytes, BLSSignatureBytes

__all__ = ["CheapSigning"]

_PRIME: Final = (1 << 127) - 1
_COVERED: Final = 48
_MARK: Final = b"not a BLS signature: a simulation's stand-in for one".ljust(80, b".")


class CheapSigning:
    """Forgeable signatures for the keys of one simulated node.

    Args:
        keys: the node's public keys.
    """

    __slots__ = ("_secrets", "_weights")

    def __init__(self, keys: Sequence[BLSPublicKeyBytes] = ()) -> None:
        self._secrets = {key: _secret(key) for key in keys}
        self._weights: tuple[KeySet, tuple[int, ...]] | None = None

    def sign(self, keys: Sequence[BLSPublicKeyBytes], payload: bytes) -> BLSSignatureBytes:
        """Return the sum of the signatures of some of the node's own keys.

        Raises:
            ConfigurationError: code ``cheap-signing-key`` for a key that is not the node's.
        """
        require(
            all(key in self._secrets for key in keys),
            ConfigurationError,
            "cheap-signing-key",
            "A simulated node signs with its own keys only.",
        )
        return _written(sum(self._secrets.get(key, 0) for key in keys) * _hash(payload))

    def aggregate(self, signatures: Sequence[bytes]) -> BLSSignatureBytes:
        """Return the sum of signatures.

        Raises:
            DecodeError: code ``cheap-signature`` for what is none.
        """
        return _written(sum(map(_read, signatures)))

    def check(self, key_set: KeySet, item: SignedBitmap) -> None:
        """Refuse a signature unless it is the sum of those of all members that the bitmap names.

        Raises:
            DecodeError: code ``cheap-signature``.
            VerificationError: code ``bls-signature``, as real signatures have it; ``bitmap-length``,
                ``bitmap-padding``.
        """
        check_bitmap(item.bitmap, len(key_set))
        known = self._weights
        if known is None or known[0] is not key_set:
            known = self._weights = (key_set, tuple(map(_secret, key_set.keys)))
        bits = int.from_bytes(item.bitmap, "little")
        secret = sum(compress(known[1], bit_selectors(bits, len(key_set))))
        holds = bits and _read(item.signature) == secret * _hash(item.payload) % _PRIME
        require(holds, VerificationError, "bls-signature", "The aggregated signature does not hold.")

    def all_hold(self, key_set: KeySet, items: Sequence[SignedBitmap]) -> bool:
        """Tell whether `check` would refuse none of several items."""
        try:
            for item in items:
                self.check(key_set, item)
        except HarmonyError:
            return False
        return True


@lru_cache(maxsize=4096)
def _secret(key: BLSPublicKeyBytes) -> int:
    return int.from_bytes(blake2b(key, digest_size=16, person=b"cheap key").digest(), "little") % _PRIME


def _hash(payload: bytes) -> int:
    return int.from_bytes(blake2b(payload[:_COVERED], digest_size=16).digest(), "little") % _PRIME


def _written(value: int) -> BLSSignatureBytes:
    return BLSSignatureBytes((value % _PRIME).to_bytes(16, "little") + _MARK)


def _read(signature: bytes) -> int:
    require(
        len(signature) == BLSSignatureBytes.LENGTH and signature[16:] == _MARK,
        DecodeError,
        "cheap-signature",
        "This is no signature of the simulation.",
    )
    return int.from_bytes(signature[:16], "little")
