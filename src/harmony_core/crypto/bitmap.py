"""Bitmaps of signers: which keys of a committee took part, bit by bit.

Bit i of a bitmap is bit ``i % 8`` (least significant first) of byte ``i // 8`` and stands for slot i of the
committee. A bitmap over n keys has ``(n + 7) // 8`` bytes; the bits past n are padding and zero.

Source: harmony-one/harmony, crypto/bls/mask.go (``Mask``), crypto/bls/bls.go (``SeparateSigAndMask``).
"""

from itertools import compress
from typing import Final

from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import STRICT, BLSSignatureBytes, Compatibility

__all__ = [
    "aggregate_masks",
    "bit_selectors",
    "bitmap_length",
    "check_bitmap",
    "count_enabled",
    "enabled_indexes",
    "separate_signature_and_bitmap",
]

_DIGIT_TO_BOOL: Final = bytes.maketrans(b"01", b"\x00\x01")


def bitmap_length(size: int) -> int:
    """Return how many bytes a bitmap over ``size`` keys has."""
    return (size + 7) // 8


def check_bitmap(bitmap: bytes, size: int, *, compatibility: Compatibility = STRICT) -> None:
    """Check that a bitmap has exactly the bytes for ``size`` keys and that its padding bits are zero.

    Args:
        bitmap: the bitmap.
        size: the number of keys.
        compatibility: ``accept_bitmap_padding_bits`` takes padding bits of any value; they never count.

    Raises:
        VerificationError: ``bitmap-length`` or ``bitmap-padding``.

    Source: harmony-one/harmony, crypto/bls/mask.go (``Mask.SetMask``), which ignores the padding.
    """
    if not isinstance(bitmap, bytes | bytearray | memoryview):
        raise TypeError(f"a bitmap is bytes, not {type(bitmap).__name__}")
    require(
        len(bitmap) == bitmap_length(size),
        VerificationError,
        "bitmap-length",
        f"The bitmap does not have the length of a committee of {size} keys.",
        expected=bitmap_length(size),
        actual=len(bitmap),
    )
    if not compatibility.accept_bitmap_padding_bits:
        require(
            int.from_bytes(bitmap, "little") >> size == 0,
            VerificationError,
            "bitmap-padding",
            "The bitmap has bits set past the last key of the committee.",
        )


def enabled_indexes(bitmap: bytes, size: int) -> list[int]:
    """Return the slots whose bit is set, ascending; padding bits and bytes past the last slot do not count."""
    return list(compress(range(size), bit_selectors(_counted_bits(bitmap, size), size)))


def count_enabled(bitmap: bytes, size: int) -> int:
    """Return how many of the ``size`` slots have their bit set; padding bits do not count."""
    return _counted_bits(bitmap, size).bit_count()


def aggregate_masks(first: bytes, second: bytes) -> bytes:
    """Return the bitwise "or" of two bitmaps.

    Raises:
        VerificationError: ``bitmap-length`` when their lengths differ.

    Source: harmony-one/harmony, crypto/bls/mask.go (``AggregateMasks``).
    """
    require(
        len(first) == len(second),
        VerificationError,
        "bitmap-length",
        "Two bitmaps of different lengths cannot be combined.",
        expected=len(first),
        actual=len(second),
    )
    return bytes(a | b for a, b in zip(first, second, strict=False))


def separate_signature_and_bitmap(payload: bytes) -> tuple[BLSSignatureBytes, bytes]:
    """Split a commit proof into the aggregated signature (its first 96 bytes) and the bitmap (the rest).

    Raises:
        DecodeError: ``commit-proof-length`` when there are fewer than 96 bytes.

    Source: harmony-one/harmony, crypto/bls/bls.go (``SeparateSigAndMask``).
    """
    if not isinstance(payload, bytes | bytearray | memoryview):
        raise TypeError(f"a commit proof is bytes, not {type(payload).__name__}")
    length = BLSSignatureBytes.LENGTH
    require(
        len(payload) >= length,
        DecodeError,
        "commit-proof-length",
        "A commit proof has at least the 96 bytes of a signature.",
        expected=f"at least {length}",
        actual=len(payload),
    )
    return BLSSignatureBytes(payload[:length]), bytes(payload[length:])


def bit_selectors(bits: int, size: int) -> bytes:
    """Return ``size`` bytes, each 1 where that bit of ``bits`` is set and 0 elsewhere: selectors for ``compress``."""
    return format(bits, f"0{size}b").encode()[::-1].translate(_DIGIT_TO_BOOL) if size else b""


def _counted_bits(bitmap: bytes, size: int) -> int:
    return int.from_bytes(bitmap, "little") & ((1 << size) - 1)
