"""The signers of a committee as a bitmap with the sum of their keys, bit by bit or whole.

For a bitmap that arrives with a signature the functions of `harmony_core.crypto.bitmap`, re-exported here, and
`harmony_core.crypto.bls.KeySet` are enough; `Mask` is for whoever gathers votes.

Source: harmony-one/harmony, crypto/bls/mask.go (``Mask``).
"""

from collections.abc import Sequence
from itertools import compress

from harmony_core.crypto.bitmap import (
    aggregate_masks,
    bit_selectors,
    bitmap_length,
    check_bitmap,
    count_enabled,
    enabled_indexes,
    separate_signature_and_bitmap,
)
from harmony_core.crypto.bls import Backend, PublicKey, load_backend
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, BLSPublicKeyBytes, Compatibility

__all__ = [
    "Mask",
    "aggregate_masks",
    "bitmap_length",
    "check_bitmap",
    "count_enabled",
    "enabled_indexes",
    "separate_signature_and_bitmap",
]


class Mask:
    """Which keys of a committee are enabled, and the sum of these keys; starts with none enabled.

    A key that stands in several slots is found at its last one.

    Args:
        keys: the committee's serialized keys, 48 bytes each, in the order of the slots.
        compatibility: ``accept_bitmap_padding_bits`` lets `set_mask` take and drop padding bits; see also
            `PublicKey.from_bytes`.
        backend: the arithmetic to use; None takes the default.

    Raises:
        DecodeError: as `PublicKey.from_bytes`.
    """

    __slots__ = ("_aggregate", "_backend", "_bits", "_compatibility", "_decoded", "_slot_of", "keys")

    keys: tuple[BLSPublicKeyBytes, ...]

    def __init__(
        self,
        keys: Sequence[BLSPublicKeyBytes],
        *,
        compatibility: Compatibility = STRICT,
        backend: Backend | None = None,
    ) -> None:
        self._backend = backend or load_backend()
        self._compatibility = compatibility
        self._decoded = tuple(
            PublicKey.from_bytes(key, compatibility=compatibility, backend=self._backend) for key in keys
        )
        self.keys = tuple(key.to_bytes() for key in self._decoded)
        self._slot_of = {bytes(key): slot for slot, key in enumerate(self.keys)}
        self._bits = 0
        self._aggregate = PublicKey.identity(backend=self._backend)

    def __len__(self) -> int:
        """Return the length of the bitmap in bytes."""
        return bitmap_length(len(self.keys))

    @property
    def bitmap(self) -> bytes:
        """The bitmap, padding bits zero."""
        return self._bits.to_bytes(len(self), "little")

    @property
    def aggregate_public_key(self) -> PublicKey:
        """The sum of the enabled keys; the identity when none is."""
        return self._aggregate

    @property
    def enabled(self) -> list[int]:
        """The enabled slots, ascending."""
        return list(compress(range(len(self.keys)), bit_selectors(self._bits, len(self.keys))))

    @property
    def count_enabled(self) -> int:
        """How many slots are enabled."""
        return self._bits.bit_count()

    @property
    def count_total(self) -> int:
        """How many slots there are."""
        return len(self.keys)

    def clear(self) -> None:
        """Disable every slot."""
        self._bits = 0
        self._aggregate = PublicKey.identity(backend=self._backend)

    def set_mask(self, bitmap: bytes) -> None:
        """Enable exactly the slots of ``bitmap``.

        Raises:
            VerificationError: ``bitmap-length`` or ``bitmap-padding``; the mask is as it was.
        """
        wanted = self._checked(bitmap)
        for slot in enabled_indexes((wanted ^ self._bits).to_bytes(len(self), "little"), len(self.keys)):
            self.set_bit(slot, bool(wanted >> slot & 1))

    def set_bit(self, slot: int, enable: bool) -> None:
        """Enable or disable one slot.

        Raises:
            VerificationError: ``mask-index`` for a slot that does not exist.
        """
        self._require_slot(slot)
        bit = 1 << slot
        if bool(self._bits & bit) == enable:
            return
        self._bits ^= bit
        key = self._decoded[slot]
        self._aggregate = self._aggregate + key if enable else self._aggregate - key

    def index_enabled(self, slot: int) -> bool:
        """Tell whether a slot is enabled; raises as `set_bit`."""
        self._require_slot(slot)
        return bool(self._bits >> slot & 1)

    def set_key(self, key: bytes, enable: bool) -> None:
        """Enable or disable the slot of a key.

        Raises:
            VerificationError: ``mask-unknown-key`` for a key that is not in the committee.
        """
        self.set_bit(self._find(key), enable)

    def key_enabled(self, key: bytes) -> bool:
        """Tell whether the slot of a key is enabled; raises as `set_key`."""
        return self.index_enabled(self._find(key))

    def set_keys(self, keys: Sequence[bytes], enable: bool) -> None:
        """Enable or disable the slots of several keys, or of none when one of them is unknown.

        Raises:
            VerificationError: ``mask-unknown-key``; the mask is as it was.
        """
        for slot in [self._find(key) for key in keys]:
            self.set_bit(slot, enable)

    def keys_of_bitmap(self, bitmap: bytes) -> list[BLSPublicKeyBytes]:
        """Return the keys that another bitmap marks; this mask does not change. Raises as `set_mask`."""
        return list(compress(self.keys, bit_selectors(self._checked(bitmap), len(self.keys))))

    def _checked(self, bitmap: bytes) -> int:
        check_bitmap(bitmap, len(self.keys), compatibility=self._compatibility)
        return int.from_bytes(bitmap, "little") & ((1 << len(self.keys)) - 1)

    def _require_slot(self, slot: int) -> None:
        require(
            0 <= slot < len(self.keys),
            VerificationError,
            "mask-index",
            f"The committee has no slot {slot}.",
            expected=f"below {len(self.keys)}",
            actual=slot,
        )

    def _find(self, key: bytes) -> int:
        slot = self._slot_of.get(bytes(key), -1)
        require(
            slot >= 0,
            VerificationError,
            "mask-unknown-key",
            "The key is not one of the committee's.",
            actual=key,
        )
        return slot
