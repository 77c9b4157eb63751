"""Values that everything else is made of: length-checked bytes, ids, amounts, addresses and RLP."""

from harmony_core.primitives.addresses import address_from_bech32, address_to_bech32, parse_address
from harmony_core.primitives.compatibility import STRICT, Compatibility
from harmony_core.primitives.dec import Dec
from harmony_core.primitives.fixed_bytes import (
    Address,
    Bloom,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    FixedBytes,
    Hash32,
    bytes_from_hex,
)
from harmony_core.primitives.ids import BEACON_SHARD_ID, BlockNumber, Epoch, ShardID, ViewID
from harmony_core.primitives.trace import Trace, TraceStep, trace_step

__all__ = [
    "BEACON_SHARD_ID",
    "STRICT",
    "Address",
    "BLSPublicKeyBytes",
    "BLSSignatureBytes",
    "BlockNumber",
    "Bloom",
    "Compatibility",
    "Dec",
    "Epoch",
    "FixedBytes",
    "Hash32",
    "ShardID",
    "Trace",
    "TraceStep",
    "ViewID",
    "address_from_bech32",
    "address_to_bech32",
    "bytes_from_hex",
    "parse_address",
    "trace_step",
]
