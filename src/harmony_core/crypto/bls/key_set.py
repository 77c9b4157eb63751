"""A committee's public keys, decoded once, whose subsets are summed quickly."""

from collections.abc import Sequence
from itertools import compress
from typing import Self

from harmony_core.crypto.bitmap import bit_selectors, check_bitmap
from harmony_core.crypto.bls.backend import AffineG1, Backend, G1Point
from harmony_core.crypto.bls.loading import load_backend
from harmony_core.crypto.bls.public_key import PublicKey
from harmony_core.primitives import STRICT, BLSPublicKeyBytes, Compatibility

__all__ = ["KeySet"]


class KeySet:
    """The keys of a committee in the order of its slots, with their sum.

    A key may stand in several slots; each slot counts. Immutable, and it can be pickled: a worker process that
    receives one does not decode its keys again.

    Args:
        keys: the serialized keys, 48 bytes each.
        compatibility: see `PublicKey.from_bytes`.
        backend: the arithmetic to use; None takes the default of `load_backend`.

    Raises:
        DecodeError: as `PublicKey.from_bytes`, for a key that is not one.

    Attributes:
        backend: the arithmetic in use.
        keys: the serialized keys in the order of the slots.
        points: the decoded keys in the same order.
        full_sum: the sum of the keys of all slots.
    """

    __slots__ = ("backend", "full_sum", "keys", "points")

    backend: Backend
    keys: tuple[BLSPublicKeyBytes, ...]
    points: tuple[G1Point, ...]
    full_sum: G1Point

    def __init__(
        self,
        keys: Sequence[BLSPublicKeyBytes],
        *,
        compatibility: Compatibility = STRICT,
        backend: Backend | None = None,
    ) -> None:
        arithmetic = backend or load_backend()
        decoded = [PublicKey.from_bytes(key, compatibility=compatibility, backend=arithmetic) for key in keys]
        self.backend = arithmetic
        self.keys = tuple(key.to_bytes() for key in decoded)
        self.points = tuple(key.point for key in decoded)
        self.full_sum = arithmetic.g1_sum(self.points)

    def __len__(self) -> int:
        return len(self.keys)

    def aggregate(self, bitmap: bytes, *, compatibility: Compatibility = STRICT) -> PublicKey:
        """Return the sum of the keys whose bit is set; the identity for an empty bitmap.

        Args:
            bitmap: see `harmony_core.crypto.bitmap`.
            compatibility: ``accept_bitmap_padding_bits`` takes padding bits of any value.

        Raises:
            VerificationError: ``bitmap-length`` or ``bitmap-padding``.
        """
        check_bitmap(bitmap, len(self), compatibility=compatibility)
        return PublicKey(self.sum_of(int.from_bytes(bitmap, "little")), self.backend)

    def sum_of(self, bits: int) -> G1Point:
        """Return the sum of the keys of the slots whose bit is set in ``bits``; bits past the last slot do not count.

        Whatever is less work is done: adding the present keys, or taking the absent ones from the sum of all.
        """
        size = len(self)
        everyone = (1 << size) - 1
        present = bits & everyone
        absent = present ^ everyone
        if absent.bit_count() >= present.bit_count():
            return self.backend.g1_sum(list(compress(self.points, bit_selectors(present, size))))
        if not absent:
            return self.full_sum
        missing = self.backend.g1_sum(list(compress(self.points, bit_selectors(absent, size))))
        return self.backend.g1_sum([self.full_sum, self.backend.g1_negate(missing)])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeySet) and self.keys == other.keys

    def __hash__(self) -> int:
        return hash(self.keys)

    def __repr__(self) -> str:
        return f"<KeySet of {len(self)} keys>"

    def __reduce__(self) -> tuple[object, ...]:
        affine = tuple(self.backend.g1_to_affine(point) for point in self.points)
        return KeySet._restored, (self.keys, affine, self.backend.name)

    @classmethod
    def _restored(
        cls, keys: tuple[BLSPublicKeyBytes, ...], affine: tuple[AffineG1 | None, ...], backend_name: str
    ) -> Self:
        """Rebuild from coordinates that this process or its parent decoded and checked."""
        backend = load_backend(backend_name)
        restored = cls.__new__(cls)
        restored.backend = backend
        restored.keys = keys
        restored.points = tuple(
            backend.g1_identity() if xy is None else backend.g1_from_affine(xy) for xy in affine
        )
        restored.full_sum = backend.g1_sum(restored.points)
        return restored
