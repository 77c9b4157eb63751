"""Logs of contracts, and the bloom filters through which headers and receipts tell what they may contain.

Source: harmony-one/harmony, core/types/log.go and core/types/bloom9.go; Ethereum yellow paper, section 4.3.1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from harmony_core.chain.fields import (
    check_range,
    check_type,
    encoded_uint,
    take_bytes,
    take_fixed,
    take_list,
    take_record,
    take_uint,
)
from harmony_core.crypto.keccak import keccak256
from harmony_core.primitives import Address, BlockNumber, Bloom, Hash32, rlp

__all__ = ["Log", "bloom_may_contain", "bloom_of", "bloom_of_logs"]

_WORD_BITS: Final = 64
_CONSENSUS_FIELDS: Final = 3
_STORED_FIELDS: Final = 8
_BLOOM_BITS: Final = 2048
_BITS_PER_VALUE: Final = 3
_ZERO_HASH: Final = Hash32.zero()


@dataclass(frozen=True, slots=True)
class Log:
    """What a contract reported.

    The header commits to address, topics and data; where the log stands is added by the node that stores it.

    Attributes:
        address: the contract.
        topics: up to four values to search by.
        data: the rest.
        block_number: height of its block.
        transaction_hash: its transaction.
        transaction_index: place of the transaction in the block.
        block_hash: hash of the block.
        index: place of the log in the block.

    Raises:
        VerificationError: code ``field-range``.
    """

    address: Address
    topics: tuple[Hash32, ...]
    data: bytes
    block_number: BlockNumber = BlockNumber(0)  # noqa: RUF009 - immutable
    transaction_hash: Hash32 = _ZERO_HASH
    transaction_index: int = 0
    block_hash: Hash32 = _ZERO_HASH
    index: int = 0

    def __post_init__(self) -> None:
        check_type("address", self.address, Address)
        check_type("topics", self.topics, tuple)
        for topic in self.topics:
            check_type("topics", topic, Hash32)
        check_type("data", self.data, bytes)
        check_type("transaction_hash", self.transaction_hash, Hash32)
        check_type("block_hash", self.block_hash, Hash32)
        for name in ("block_number", "transaction_index", "index"):
            check_range(name, getattr(self, name), _WORD_BITS)

    def encode(self) -> bytes:
        """Return the RLP list [address, topics, data], which receipts are rooted by."""
        return rlp.encode([self.address, self.topics, self.data])

    def encode_stored(self) -> bytes:
        """Return the RLP list of all eight fields, as the node's database holds it."""
        return rlp.encode_list(
            [
                rlp.encode_bytes(self.address),
                rlp.encode(self.topics),
                rlp.encode_bytes(self.data),
                encoded_uint(self.block_number),
                rlp.encode_bytes(self.transaction_hash),
                encoded_uint(self.transaction_index),
                rlp.encode_bytes(self.block_hash),
                encoded_uint(self.index),
            ]
        )


def log_from_item(item: rlp.RLPItem) -> Log:
    """Return the log of a decoded item of three fields."""
    address, topics, data = take_record(item, _CONSENSUS_FIELDS, "log")
    return Log(take_fixed(Address, address, "address"), _topics(topics), take_bytes(data, "data"))


def stored_log_from_item(item: rlp.RLPItem) -> Log:
    """Return the log of a decoded item of eight fields."""
    items = take_record(item, _STORED_FIELDS, "log")
    return Log(
        take_fixed(Address, items[0], "address"),
        _topics(items[1]),
        take_bytes(items[2], "data"),
        BlockNumber(take_uint(items[3], _WORD_BITS, "block_number")),
        take_fixed(Hash32, items[4], "transaction_hash"),
        take_uint(items[5], _WORD_BITS, "transaction_index"),
        take_fixed(Hash32, items[6], "block_hash"),
        take_uint(items[7], _WORD_BITS, "index"),
    )


def _topics(item: rlp.RLPItem) -> tuple[Hash32, ...]:
    return tuple(take_fixed(Hash32, topic, "topics") for topic in take_list(item, "topics"))


def bloom_of(values: Iterable[bytes]) -> Bloom:
    """Return the bloom filter of values: three bits for each, chosen by its Keccak-256."""
    bits = 0
    for value in values:
        bits |= _bits_of(value)
    return Bloom(bits.to_bytes(_BLOOM_BITS // 8, "big"))


def bloom_of_logs(logs: Iterable[Log]) -> Bloom:
    """Return the bloom filter of logs: of their addresses and topics.

    Source: core/types/bloom9.go, LogsBloom.
    """
    return bloom_of(value for log in logs for value in (log.address, *log.topics))


def bloom_may_contain(bloom: Bloom, value: bytes) -> bool:
    """Whether a value may be among those of a filter; False is certain, True is not."""
    bits = _bits_of(value)
    return int.from_bytes(bloom, "big") & bits == bits


def _bits_of(value: bytes) -> int:
    digest = keccak256(value)
    bits = 0
    for place in range(0, 2 * _BITS_PER_VALUE, 2):
        bits |= 1 << (int.from_bytes(digest[place : place + 2], "big") % _BLOOM_BITS)
    return bits
