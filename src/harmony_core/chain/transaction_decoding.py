"""Decoding transactions of both formats: strict, and cheap because blocks are full of them."""

from typing import Final

from harmony_core.chain.fields import (
    AMOUNT_BITS,
    take_bytes,
    take_optional_address,
    take_record,
    take_uint,
)
from harmony_core.chain.transaction import EthereumTransaction, Transaction
from harmony_core.primitives import STRICT, Compatibility, rlp

__all__ = ["decode_ethereum_transaction", "decode_transaction", "transaction_from_item"]

_SHARD_BITS: Final = 32
_WORD_BITS: Final = 64
_MAX_DEPTH: Final = 2  # the fields, and one more so that a list in a field's place is named as such
_MAX_ITEMS: Final = 64

# Names and widths in the order of the RLP list; 0 stands for an amount, None for bytes and addresses.
_ETHEREUM_LAYOUT: Final[tuple[tuple[str, int | None], ...]] = (
    ("nonce", _WORD_BITS),
    ("gas_price", 0),
    ("gas_limit", _WORD_BITS),
    ("to", None),
    ("value", 0),
    ("data", None),
    ("v", 0),
    ("r", 0),
    ("s", 0),
)
_HARMONY_LAYOUT: Final = (
    *_ETHEREUM_LAYOUT[:3],
    ("shard_id", _SHARD_BITS),
    ("to_shard_id", _SHARD_BITS),
    *_ETHEREUM_LAYOUT[3:],
)
_set = object.__setattr__
_integer = int.from_bytes


def decode_transaction(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> Transaction:
    """Decode a transaction in Harmony's format; what decodes encodes back to exactly ``data``.

    Nothing is said about its signature: `verify_transaction` judges it.

    Args:
        data: the RLP list of the eleven fields.
        compatibility: ``unbounded_integers`` takes gas prices, values and signatures of more than 256 bits.

    Raises:
        DecodeError: code ``field-count``, ``field-type``, ``field-length``, ``field-integer-leading-zero``,
            ``field-integer-size``, or a code of `rlp.decode`.
    """
    if type(data) is not bytes:
        data = bytes(memoryview(data))
    item = rlp.decode(data, max_depth=_MAX_DEPTH, max_items=_MAX_ITEMS)
    transaction = transaction_from_item(item, compatibility)
    _set(transaction, "_encoding", data)  # only the canonical form decodes
    return transaction


def decode_ethereum_transaction(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> EthereumTransaction:
    """Decode a transaction in Ethereum's format, nine fields, with the errors of `decode_transaction`."""
    if type(data) is not bytes:
        data = bytes(memoryview(data))
    item = rlp.decode(data, max_depth=_MAX_DEPTH, max_items=_MAX_ITEMS)
    items = take_record(item, len(_ETHEREUM_LAYOUT), "transaction")
    transaction = object.__new__(EthereumTransaction)
    _fill(transaction, _ETHEREUM_LAYOUT, items, compatibility)
    _set(transaction, "_encoding", data)
    return transaction


def transaction_from_item(item: rlp.RLPItem, compatibility: Compatibility) -> Transaction:
    """Return the transaction of a decoded item."""
    items = take_record(item, len(_HARMONY_LAYOUT), "transaction")
    transaction = object.__new__(Transaction)
    _fill(transaction, _HARMONY_LAYOUT, items, compatibility)
    _set(transaction, "_encoding", None)
    return transaction


def _fill(
    transaction: Transaction | EthereumTransaction,
    layout: tuple[tuple[str, int | None], ...],
    items: list[rlp.RLPItem],
    compatibility: Compatibility,
) -> None:
    # Every field is checked here, and this is the hot path: the checks of the constructor are not repeated.
    amount_bits = None if compatibility.unbounded_integers else AMOUNT_BITS
    for (name, bits), item in zip(layout, items, strict=False):
        if bits is not None:
            if type(item) is bytes and len(item) <= 4 and item[:1] != b"\x00":  # noqa: PLR2004 - fits any field
                _set(transaction, name, _integer(item, "big"))
            else:
                _set(transaction, name, take_uint(item, bits or amount_bits, name))
        elif name == "to":
            _set(transaction, name, take_optional_address(item, name))
        else:
            _set(transaction, name, take_bytes(item, name))
    _set(transaction, "_hash", None)
