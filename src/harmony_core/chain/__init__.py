"""What is on the chain, its encodings and hashes."""

from harmony_core.chain.header import (
    Header,
    HeaderVersion,
    decode_header,
    header_version_for_epoch,
)
from harmony_core.chain.shard_state import Committee, ShardState, Slot, decode_shard_state

__all__ = [
    "Committee",
    "Header",
    "HeaderVersion",
    "ShardState",
    "Slot",
    "decode_header",
    "decode_shard_state",
    "header_version_for_epoch",
]
