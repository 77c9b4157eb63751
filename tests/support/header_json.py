"""Headers in the form in which the reference vectors spell out their fields."""

from collections.abc import Mapping
from typing import Any, Final

from harmony_core.chain import Header, HeaderVersion
from harmony_core.chain.header_fields import FIELDS
from harmony_core.primitives import bytes_from_hex

__all__ = ["NAMES", "REFERENCE_NAMES", "header_of_json", "json_of_header"]

NAMES: Final = {
    "parentHash": "parent_hash",
    "coinbase": "coinbase",
    "root": "root",
    "txHash": "transactions_root",
    "receiptHash": "receipts_root",
    "outgoingReceiptHash": "outgoing_receipts_root",
    "incomingReceiptHash": "incoming_receipts_root",
    "bloom": "bloom",
    "number": "number",
    "gasLimit": "gas_limit",
    "gasUsed": "gas_used",
    "time": "time",
    "extra": "extra",
    "mixDigest": "mix_digest",
    "viewID": "view_id",
    "epoch": "epoch",
    "shardID": "shard_id",
    "lastCommitSignature": "last_commit_signature",
    "lastCommitBitmap": "last_commit_bitmap",
    "shardStateHash": "shard_state_hash",
    "vrf": "vrf",
    "vdf": "vdf",
    "shardState": "shard_state",
    "crossLinks": "cross_links",
    "slashes": "slashes",
}
REFERENCE_NAMES: Final = {ours: theirs for theirs, ours in NAMES.items()}


def header_of_json(fields: Mapping[str, Any]) -> Header:
    version = HeaderVersion(fields["version"])
    values: dict[str, Any] = {}
    for layout in FIELDS[version]:
        given = fields[REFERENCE_NAMES[layout.name]]
        if layout.bits is not None:
            values[layout.name] = int(given)
        else:
            values[layout.name] = (layout.kind or bytes)(bytes_from_hex(given))
    assert {*fields} - {"version"} == {REFERENCE_NAMES[name] for name in values}
    return Header(version=version, **values)


def json_of_header(header: Header) -> dict[str, object]:
    shown: dict[str, object] = {"version": header.version.value}
    for layout in FIELDS[header.version]:
        value = getattr(header, layout.name)
        if layout.bits is None:
            value = "0x" + value.hex()
        elif layout.name != "shard_id":
            value = str(value)
        shown[REFERENCE_NAMES[layout.name]] = value
    return shown
