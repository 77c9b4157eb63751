"""The keys of a node's database.

Source: harmony-one/harmony, core/rawdb/schema.go.
"""

from typing import Final

from harmony_core.primitives import BlockNumber, Epoch, Hash32, ShardID

__all__ = [
    "HEAD_BLOCK",
    "HEAD_HEADER",
    "PREIMAGE",
    "body_key",
    "canonical_key",
    "code_key",
    "commit_key",
    "cross_link_key",
    "header_key",
    "headers_from",
    "last_cross_link_key",
    "number_key",
    "outgoing_key",
    "preimage_key",
    "receipts_key",
    "reward_key",
    "shard_state_key",
    "spent_key",
    "validator_code_key",
]

HEAD_BLOCK: Final = b"LastBlock"
"""Its value is the hash of the newest block."""

HEAD_HEADER: Final = b"LastHeader"
"""Its value is the hash of the newest header."""

PREIMAGE: Final = b"secure-key-"
"""Before the hash of a trie's key: the address or slot that was hashed."""


def _height(number: int) -> bytes:
    return number.to_bytes(8, "big")


def headers_from(number: int) -> bytes:
    """Return the common beginning of the keys of the headers at a height."""
    return b"h" + _height(number)


def header_key(number: BlockNumber, block_hash: Hash32) -> bytes:
    """Return the key of a header."""
    return b"h" + _height(number) + block_hash


def canonical_key(number: BlockNumber) -> bytes:
    """Return the key of the hash of the canonical block at a height."""
    return b"h" + _height(number) + b"n"


def number_key(block_hash: Hash32) -> bytes:
    """Return the key of a block's height, 8 bytes."""
    return b"H" + block_hash


def body_key(number: BlockNumber, block_hash: Hash32) -> bytes:
    """Return the key of a body."""
    return b"b" + _height(number) + block_hash


def receipts_key(number: BlockNumber, block_hash: Hash32) -> bytes:
    """Return the key of a block's receipts in storage form."""
    return b"r" + _height(number) + block_hash


def outgoing_key(to_shard_id: ShardID, number: BlockNumber, block_hash: Hash32) -> bytes:
    """Return the key of a block's cross-shard receipts for one destination."""
    return b"cxReceipt" + to_shard_id.to_bytes(4, "big") + _height(number) + block_hash


def spent_key(shard_id: ShardID, number: BlockNumber) -> bytes:
    """Return the key of the mark that the receipts of a source block were received here."""
    return b"cxReceiptSpent" + shard_id.to_bytes(4, "big") + _height(number)


def shard_state_key(epoch: Epoch) -> bytes:
    """Return the key of the shard state of an epoch; epoch 0 has no bytes."""
    return b"ss" + epoch.to_bytes((epoch.bit_length() + 7) // 8, "big")


def cross_link_key(shard_id: ShardID, number: BlockNumber) -> bytes:
    """Return the key of the crosslink to a block."""
    return b"cl" + shard_id.to_bytes(4, "big") + _height(number)


def last_cross_link_key(shard_id: ShardID) -> bytes:
    """Return the key of the last crosslink without a gap before it."""
    return b"cl" + shard_id.to_bytes(4, "big")


def commit_key(number: BlockNumber) -> bytes:
    """Return the key of the commit on a block: signature, then bitmap."""
    return b"block-sig-" + _height(number)


def reward_key(number: BlockNumber) -> bytes:
    """Return the key of everything that was paid as rewards up to a block, in atto."""
    return b"blk-rwd-" + _height(number)


def code_key(code_hash: Hash32) -> bytes:
    """Return the key of a contract's code."""
    return b"c" + code_hash


def validator_code_key(code_hash: Hash32) -> bytes:
    """Return the key of a validator's wrapper."""
    return b"vc" + code_hash


def preimage_key(key: Hash32) -> bytes:
    """Return the key of what was hashed into a trie's key."""
    return PREIMAGE + key
