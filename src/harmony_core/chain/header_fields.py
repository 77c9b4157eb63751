"""The fields of each header version, in the order of their RLP list.

Source: harmony-one/harmony, block/v0/header.go to block/v3/header.go (headerFields).
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from harmony_core.primitives import Address, Bloom, BLSSignatureBytes, FixedBytes, Hash32

__all__ = ["FIELDS", "TAGS", "FieldLayout", "HeaderVersion"]


class HeaderVersion(StrEnum):
    """The version of a header; each one but v0 is written into the envelope around the fields."""

    V0 = "v0"
    V1 = "v1"
    V2 = "v2"
    V3 = "v3"


class FieldLayout(NamedTuple):
    """One field of a header.

    Attributes:
        name: the attribute of `Header`.
        kind: the class of a byte string of fixed length, or None.
        length: its length in bytes, or None.
        bits: for an integer its largest bit length in the reference, 0 for any; None for byte strings.
    """

    name: str
    kind: type[FixedBytes] | None = None
    length: int | None = None
    bits: int | None = None


def _fixed(name: str, kind: type[FixedBytes]) -> FieldLayout:
    return FieldLayout(name, kind, kind.LENGTH)


def _integer(name: str, bits: int = 0) -> FieldLayout:
    return FieldLayout(name, bits=bits)


_LEADING: Final = (
    _fixed("parent_hash", Hash32),
    _fixed("coinbase", Address),
    _fixed("root", Hash32),
    _fixed("transactions_root", Hash32),
    _fixed("receipts_root", Hash32),
)
_CROSS_SHARD: Final = (_fixed("outgoing_receipts_root", Hash32), _fixed("incoming_receipts_root", Hash32))
_COMMON: Final = (
    _fixed("bloom", Bloom),
    _integer("number"),
    _integer("gas_limit", 64),
    _integer("gas_used", 64),
    _integer("time"),
    FieldLayout("extra"),
    _fixed("mix_digest", Hash32),
    _integer("view_id"),
    _integer("epoch"),
    _integer("shard_id", 32),
    _fixed("last_commit_signature", BLSSignatureBytes),
    FieldLayout("last_commit_bitmap"),
)
_STATE_HASH: Final = (_fixed("shard_state_hash", Hash32),)
_RANDOMNESS: Final = (FieldLayout("vrf"), FieldLayout("vdf"))
_STATE: Final = (FieldLayout("shard_state"),)
_CROSS_LINKS: Final = (FieldLayout("cross_links"),)
_SLASHES: Final = (FieldLayout("slashes"),)

FIELDS: Final = MappingProxyType(
    {
        HeaderVersion.V0: _LEADING + _COMMON + _STATE_HASH + _STATE,
        HeaderVersion.V1: _LEADING + _CROSS_SHARD + _COMMON + _STATE_HASH + _RANDOMNESS + _STATE,
        HeaderVersion.V2: _LEADING
        + _CROSS_SHARD
        + _COMMON
        + _STATE_HASH
        + _RANDOMNESS
        + _STATE
        + _CROSS_LINKS,
        HeaderVersion.V3: _LEADING + _CROSS_SHARD + _COMMON + _RANDOMNESS + _STATE + _CROSS_LINKS + _SLASHES,
    }
)
"""The fields of each version in RLP order."""

TAGS: Final = MappingProxyType(
    {version.value.encode(): version for version in HeaderVersion if version is not HeaderVersion.V0}
)
"""The version that each tag of the envelope names; v0 has no envelope."""
