"""Deterministic BLS keys and signed bitmaps for tests."""

import random
from collections.abc import Iterable, Sequence
from typing import Final

from harmony_core.crypto.bls import KeySet, SecretKey, Signature, SignedBitmap, load_backend
from harmony_core.crypto.bls.constants import ORDER
from harmony_core.crypto.mask import bitmap_length

__all__ = ["PAYLOAD", "key_set_of", "outside_subgroup", "secret_keys", "signed_by", "small_order_point"]

PAYLOAD: Final = bytes(range(1, 41))


def secret_keys(count: int, seed: int = 0) -> list[SecretKey]:
    """Return keys that depend on the seed alone."""
    source = random.Random(f"bls-{seed}")
    return [SecretKey.generate(source.randbytes) for _ in range(count)]


def key_set_of(keys: Sequence[SecretKey]) -> KeySet:
    """Return the key set of the public keys."""
    return KeySet([key.public_key().to_bytes() for key in keys])


def signed_by(keys: Sequence[SecretKey], slots: Iterable[int], payload: bytes = PAYLOAD) -> SignedBitmap:
    """Return what the keys of these slots sign together: one signature under the sum of their secrets."""
    marked = set(slots)
    total = sum(int.from_bytes(keys[slot].to_bytes(), "little") for slot in marked) % ORDER
    bitmap = sum(1 << slot for slot in marked).to_bytes(bitmap_length(len(keys)), "little")
    return SignedBitmap(payload, bitmap, SecretKey(total).sign(payload).to_bytes())


def outside_subgroup(t: int = 7) -> Signature:
    """Return a point of the twist whose cofactor is not cleared; constructed, it does not decode."""
    backend = load_backend()
    mapped = backend.map_to_g2((t, 0))
    assert mapped is not None
    return Signature(mapped, backend)


def small_order_point(t: int = 7) -> Signature:
    """Return a point of the twist that the group order does not kill: its order divides the cofactor."""
    point = outside_subgroup(t)
    backend = point.backend
    return Signature(backend.g2_sum([backend.g2_multiply(point.point, ORDER - 1), point.point]), backend)
