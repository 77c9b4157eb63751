"""Receipts of executed transactions, in the form that headers commit to and in the form that nodes store.

Source: harmony-one/harmony, core/types/receipt.go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from harmony_core.chain.fields import (
    AMOUNT_BITS,
    check_range,
    check_type,
    encoded_uint,
    take_bytes,
    take_fixed,
    take_list,
    take_record,
    take_uint,
)
from harmony_core.chain.log import Log, bloom_of_logs, log_from_item, stored_log_from_item
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import STRICT, Address, Bloom, Compatibility, Hash32, rlp
from harmony_core.trie import derive_sha

__all__ = [
    "FAILED",
    "SUCCESSFUL",
    "Receipt",
    "decode_receipt",
    "decode_stored_receipt",
    "decode_stored_receipts",
    "receipts_bloom",
    "receipts_root",
]

FAILED: Final = 0
"""Status of a transaction that was carried out and undone; its fee is paid all the same."""

SUCCESSFUL: Final = 1
"""Status of a transaction that was carried out."""

_WORD_BITS: Final = 64
_CONSENSUS_FIELDS: Final = 4
_STORED_FIELDS: Final = 8
_HASH_LENGTH: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a transaction.

    The header commits to the first five attributes; the rest are kept by the node that stored it.

    Attributes:
        status: 0 for failed, anything else for done (1 when decoded).
        post_state: root of the state after the transaction, 32 bytes, in blocks before the S3 switch: it then stands in
            the place of the status. Else empty.
        cumulative_gas_used: gas used by this and all earlier transactions of the block.
        bloom: filter of the addresses and topics of the logs.
        logs: what contracts reported.
        transaction_hash: the transaction's hash in Harmony's format.
        contract_address: the contract that it made, else zero.
        gas_used: gas used by this transaction.
        effective_gas_price: what a unit of gas cost, in atto; None where it was not stored.

    Raises:
        VerificationError: code ``field-range``.
    """

    status: int = SUCCESSFUL
    post_state: bytes = b""
    cumulative_gas_used: int
    bloom: Bloom
    logs: tuple[Log, ...]
    transaction_hash: Hash32 = Hash32.zero()  # noqa: RUF009 - immutable
    contract_address: Address = Address.zero()  # noqa: RUF009 - immutable
    gas_used: int = 0
    effective_gas_price: int | None = None

    def __post_init__(self) -> None:
        for name in ("status", "cumulative_gas_used", "gas_used"):
            check_range(name, getattr(self, name), _WORD_BITS)
        if self.effective_gas_price is not None:
            check_range("effective_gas_price", self.effective_gas_price, 0)
        for name, kind in (
            ("post_state", bytes),
            ("bloom", Bloom),
            ("logs", tuple),
            ("transaction_hash", Hash32),
            ("contract_address", Address),
        ):
            check_type(name, getattr(self, name), kind)
        for log in self.logs:
            check_type("logs", log, Log)

    @property
    def succeeded(self) -> bool | None:
        """Whether the transaction was carried out; None where the receipt has a state root instead."""
        return None if self.post_state else self.status != FAILED

    def encode(self) -> bytes:
        """Return the RLP list [status or root, cumulative gas, bloom, logs]: the item of the receipts root."""
        return rlp.encode_list([*self._encoded_head(), rlp.encode_list([log.encode() for log in self.logs])])

    def encode_stored(self) -> bytes:
        """Return the RLP list as the node's database holds it; the gas price is left out where it is None."""
        items = [
            *self._encoded_head(),
            rlp.encode_bytes(self.transaction_hash),
            rlp.encode_bytes(self.contract_address),
            rlp.encode_list([log.encode_stored() for log in self.logs]),
            encoded_uint(self.gas_used),
        ]
        if self.effective_gas_price is not None:
            items.append(encoded_uint(self.effective_gas_price))
        return rlp.encode_list(items)

    def verify_bloom(self, *, staking: bool = False) -> None:
        """Check that the bloom is that of the logs, or empty for a staking transaction, which may have logs all the same.

        Source: core/state_processor.go, ApplyTransaction; ApplyStakingTransaction leaves the bloom empty.

        Args:
            staking: whether this is the receipt of a staking transaction.

        Raises:
            VerificationError: code ``receipt-bloom``.
        """
        require(
            self.bloom == bloom_of_logs(() if staking else self.logs),
            VerificationError,
            "receipt-bloom",
            "The bloom of the receipt is not that of its logs.",
        )

    def _encoded_head(self) -> list[bytes]:
        state = self.post_state or (b"" if self.status == FAILED else b"\x01")
        return [
            rlp.encode_bytes(state),
            encoded_uint(self.cumulative_gas_used),
            rlp.encode_bytes(self.bloom),
        ]


def decode_receipt(data: bytes | bytearray | memoryview) -> Receipt:
    """Decode a receipt in the form that headers commit to; what decodes encodes back to exactly ``data``.

    Raises:
        DecodeError: code ``receipt-status`` (neither a status nor a root), ``field-count``, ``field-type``,
            ``field-length``, ``field-integer-leading-zero``, ``field-integer-size``, or a code of `rlp.decode`.
    """
    items = take_record(rlp.decode(data), _CONSENSUS_FIELDS, "receipt")
    status, post_state = _status(items[0])
    return Receipt(
        status=status,
        post_state=post_state,
        cumulative_gas_used=take_uint(items[1], _WORD_BITS, "cumulative_gas_used"),
        bloom=take_fixed(Bloom, items[2], "bloom"),
        logs=tuple(log_from_item(log) for log in take_list(items[3], "logs")),
    )


def decode_stored_receipt(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> Receipt:
    """Decode a receipt as a node's database holds it; what decodes encodes back to exactly ``data``.

    Args:
        data: the RLP list of seven or eight fields.
        compatibility: ``unbounded_integers`` takes gas prices of more than 256 bits.

    Raises:
        DecodeError: as `decode_receipt`.
    """
    return _stored_receipt(rlp.decode(data), compatibility)


def decode_stored_receipts(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> tuple[Receipt, ...]:
    """Decode the list of a block's receipts as a node's database holds it, with `decode_stored_receipt`'s errors."""
    return tuple(_stored_receipt(item, compatibility) for item in take_list(rlp.decode(data), "receipts"))


def _stored_receipt(item: rlp.RLPItem, compatibility: Compatibility) -> Receipt:
    listed = take_list(item, "receipt")
    has_price = len(listed) == _STORED_FIELDS
    items = take_record(item, _STORED_FIELDS if has_price else _STORED_FIELDS - 1, "receipt")
    status, post_state = _status(items[0])
    bits = None if compatibility.unbounded_integers else AMOUNT_BITS
    return Receipt(
        status=status,
        post_state=post_state,
        cumulative_gas_used=take_uint(items[1], _WORD_BITS, "cumulative_gas_used"),
        bloom=take_fixed(Bloom, items[2], "bloom"),
        transaction_hash=take_fixed(Hash32, items[3], "transaction_hash"),
        contract_address=take_fixed(Address, items[4], "contract_address"),
        logs=tuple(stored_log_from_item(log) for log in take_list(items[5], "logs")),
        gas_used=take_uint(items[6], _WORD_BITS, "gas_used"),
        effective_gas_price=take_uint(items[7], bits, "effective_gas_price") if has_price else None,
    )


def _status(item: rlp.RLPItem) -> tuple[int, bytes]:
    value = take_bytes(item, "status")
    require(
        value in {b"", b"\x01"} or len(value) == _HASH_LENGTH,
        DecodeError,
        "receipt-status",
        "A receipt has a status of 0 or 1, or the root of a state.",
        actual=value[:40],
    )
    if len(value) == _HASH_LENGTH:
        return FAILED, value
    return len(value), b""


def receipts_root(receipts: Iterable[Receipt]) -> Hash32:
    """Return the ordered root of a block's receipts, those of staking transactions last.

    Source: core/types/derive_sha.go, DeriveSha.
    """
    return derive_sha(receipt.encode() for receipt in receipts)


def receipts_bloom(receipts: Iterable[Receipt]) -> Bloom:
    """Return the bloom of a header with these receipts: that of all logs, those of staking transactions too.

    Source: core/types/bloom9.go, CreateBloom.
    """
    return bloom_of_logs(log for receipt in receipts for log in receipt.logs)
