"""Committees of reference cases, and committees made up for tests."""

from collections.abc import Iterable, Sequence

from harmony_core.chain.shard_state import Committee, Slot
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, ShardID, bytes_from_hex

__all__ = ["bitmap_of", "committee_of"]


def committee_of(slots: Sequence[Sequence[str | None]], shard_id: int = 0) -> Committee:
    """Return the committee of slots written as ``[address, BLS public key, effective stake or None]``."""
    return Committee(
        ShardID(shard_id),
        tuple(
            Slot(
                Address(bytes_from_hex(str(address))),
                BLSPublicKeyBytes(bytes_from_hex(str(key))),
                None if stake is None else Dec.parse(stake),
            )
            for address, key, stake in slots
        ),
    )


def bitmap_of(size: int, chosen: Iterable[int]) -> bytes:
    """Return the bitmap over ``size`` slots in which the bits of ``chosen`` are set."""
    return sum(1 << index for index in set(chosen)).to_bytes((size + 7) // 8, "little")
