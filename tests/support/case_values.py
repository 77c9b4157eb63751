"""Values that several kinds of cases spell out in the same way."""

from collections.abc import Mapping
from typing import Any

from harmony_core.chain import Committee, CrossLink, Slot
from harmony_core.primitives import (
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    bytes_from_hex,
)

__all__ = ["committee_in", "cross_link_in"]


def committee_in(fields: Mapping[str, Any]) -> Committee:
    """Return the committee of a case that holds one."""
    slots = (
        Slot(
            Address.from_hex(slot["addr"]),
            BLSPublicKeyBytes.from_hex(slot["bls"]),
            None if slot["effectiveStake"] is None else Dec(int(slot["effectiveStake"])),
        )
        for slot in fields["slots"]
    )
    return Committee(ShardID(fields["shardID"]), tuple(slots))


def cross_link_in(fields: Mapping[str, Any]) -> CrossLink:
    """Return the crosslink of a case that holds one."""
    return CrossLink(
        Hash32.from_hex(fields["hash"]),
        BlockNumber(int(fields["blockNumber"])),
        ViewID(int(fields["viewID"])),
        BLSSignatureBytes.from_hex(fields["signature"]),
        bytes_from_hex(fields["bitmap"]),
        ShardID(fields["shardID"]),
        Epoch(int(fields["epoch"])),
    )
