"""Headers of every version for tests of other things than headers, and their raw fields."""

from typing import Any, Final

from harmony_core.chain import Header, HeaderVersion
from harmony_core.primitives import (
    Address,
    BlockNumber,
    Bloom,
    BLSSignatureBytes,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    rlp,
)

__all__ = ["field_items", "sample_header", "sealed"]

_COMMON: Final[dict[str, Any]] = {
    "parent_hash": Hash32(b"\x01" * 32),
    "coinbase": Address(b"\x02" * 20),
    "root": Hash32(b"\x03" * 32),
    "transactions_root": Hash32(b"\x04" * 32),
    "receipts_root": Hash32(b"\x05" * 32),
    "bloom": Bloom(b"\x08" * 256),
    "number": BlockNumber(1234567),
    "gas_limit": 80_000_000,
    "gas_used": 21_000,
    "time": 1_600_000_000,
    "extra": b"extra",
    "mix_digest": Hash32(b"\x09" * 32),
    "view_id": ViewID(1234568),
    "epoch": Epoch(300),
    "shard_id": ShardID(2),
    "last_commit_signature": BLSSignatureBytes(b"\x0a" * 96),
    "last_commit_bitmap": b"\xff" * 32,
    "shard_state": b"\xc0",
}
_CROSS_SHARD: Final[dict[str, Any]] = {
    "outgoing_receipts_root": Hash32(b"\x06" * 32),
    "incoming_receipts_root": Hash32(b"\x07" * 32),
    "vrf": b"\x0c" * 128,
    "vdf": b"\x0d" * 516,
}
_STATE_HASH: Final[dict[str, Any]] = {"shard_state_hash": Hash32(b"\x0b" * 32)}
_CROSS_LINKS: Final[dict[str, Any]] = {"cross_links": b"\xc0"}
_OF_VERSION: Final[dict[HeaderVersion, dict[str, Any]]] = {
    HeaderVersion.V0: _COMMON | _STATE_HASH,
    HeaderVersion.V1: _COMMON | _STATE_HASH | _CROSS_SHARD,
    HeaderVersion.V2: _COMMON | _STATE_HASH | _CROSS_SHARD | _CROSS_LINKS,
    HeaderVersion.V3: _COMMON | _CROSS_SHARD | _CROSS_LINKS | {"slashes": b"\xc0"},
}


def sample_header(version: HeaderVersion, **changes: Any) -> Header:
    """Return a header with every field of its version filled."""
    return Header(version=version, **(_OF_VERSION[version] | changes))


def field_items(header: Header) -> list[rlp.RLPItem]:
    """Return the decoded RLP list of a header's fields."""
    return rlp.expect_list(rlp.decode(header.encode_fields()))


def sealed(tag: bytes, items: rlp.RLPItem, *, signature: bytes = b"HmnyTgd") -> bytes:
    """Return an envelope around the fields; the empty tag leaves the envelope out."""
    return rlp.encode([signature, tag, items] if tag else items)
