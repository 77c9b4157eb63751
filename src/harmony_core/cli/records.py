"""What one line of input means: a header or a block, alone as hexadecimal text or with more in a JSON object."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from harmony_core.chain import (
    Block,
    CXReceipt,
    Receipt,
    decode_block,
    decode_cx_receipts,
    decode_stored_receipts,
)
from harmony_core.chain.header import ENVELOPE_SIGNATURE, Header, decode_header
from harmony_core.cli.strict_json import parse_object
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, require
from harmony_core.light_client import SignedHeader
from harmony_core.primitives import bytes_from_hex, rlp
from harmony_core.quorum import Commit

__all__ = ["BlockRecord", "decode_header_text", "parse_line", "parse_record"]

_COMMIT_FIELDS: Final = ("commit_signature", "commit_bitmap")
_BLOCK_FIELDS: Final = ("receipts", "outgoing_receipts")
_ENVELOPE_LENGTH: Final = 3


@dataclass(frozen=True, slots=True)
class BlockRecord:
    """A block with what came beside it.

    Attributes:
        block: the block.
        receipts: receipts of its transactions; None if not given.
        outgoing: its cross-shard receipts; None if not given.
    """

    block: Block
    receipts: Sequence[Receipt] | None = None
    outgoing: Sequence[CXReceipt] | None = None


def parse_record(line: str) -> SignedHeader:
    """Return the header, with the commit if one is given, that a line of input holds.

    A line is the hexadecimal RLP of a header, or a JSON object with the key ``rlp`` and optionally both
    ``commit_signature`` and ``commit_bitmap``, all hexadecimal, with or without ``0x``. Other keys are ignored;
    null or empty text for both commit fields means that none is given.

    Raises:
        DecodeError: codes ``record-field-missing``, ``record-field-type`` and ``record-commit-incomplete`` for
            the object, and those of JSON, of hexadecimal text, of RLP and of headers.
        MissingDataError: code ``record-block`` for a block.
    """
    record = _record(line)
    return SignedHeader(decode_header_text(_text(record, "rlp")), _commits(record))


def parse_line(line: str) -> tuple[SignedHeader, BlockRecord | None]:
    """Return the header that a line of input holds, and the block if the line holds a whole one.

    A block stands in the place of its header in the forms of `parse_record`; an object may also have the keys
    ``receipts`` (the list of receipts as a node's database holds it) and ``outgoing_receipts`` (the list of cross-shard
    receipts), both as hexadecimal RLP.

    Raises:
        DecodeError: as `parse_record`, or a code of blocks or receipts.
    """
    record = _record(line)
    data = bytes_from_hex(_text(record, "rlp"))
    if _header_of_block(data) is None:
        return SignedHeader(decode_header(data), _commits(record)), None
    block = decode_block(data)
    given = [
        None if record.get(name) is None else bytes_from_hex(_text(record, name)) for name in _BLOCK_FIELDS
    ]
    receipts = None if given[0] is None else decode_stored_receipts(given[0])
    outgoing = None if given[1] is None else decode_cx_receipts(given[1])
    return SignedHeader(block.header, _commits(record)), BlockRecord(block, receipts, outgoing)


def _record(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {"rlp": line}
    record = parse_object(line)
    require("rlp" in record, DecodeError, "record-field-missing", "The JSON object has no key rlp.")
    return record


def _commits(record: dict[str, Any]) -> tuple[Commit, ...]:
    given = [name for name in _COMMIT_FIELDS if record.get(name) is not None]
    parts = [bytes_from_hex(_text(record, name)) for name in given]
    if not any(parts):
        return ()
    require(
        len(parts) == len(_COMMIT_FIELDS),
        DecodeError,
        "record-commit-incomplete",
        "A commit needs both commit_signature and commit_bitmap.",
        actual=given[0],
    )
    return (Commit.from_bytes(*parts),)


def decode_header_text(text: str) -> Header:
    """Return the header whose RLP encoding ``text`` spells out in hexadecimal, with or without ``0x``.

    Raises:
        DecodeError: the text is not hexadecimal, or the bytes are no header.
        MissingDataError: code ``record-block`` for the bytes of a block.
    """
    data = bytes_from_hex(text)
    try:
        return decode_header(data)
    except DecodeError:
        _refuse_block(data)
        raise


def _refuse_block(data: bytes) -> None:
    """Name a block for what it is: a list, in an envelope or not, that begins with a header and not a hash."""
    header = _header_of_block(data)
    if header is not None:
        raise MissingDataError(
            f"This is a whole block, number {header.number} of shard {header.shard_id}, where a header is asked for."
            " Give the block's header.",
            code="record-block",
        )


def _header_of_block(data: bytes) -> Header | None:
    try:
        outer = rlp.expect_list(rlp.decode(data))
        if len(outer) == _ENVELOPE_LENGTH and outer[0] == ENVELOPE_SIGNATURE:
            outer = rlp.expect_list(outer[2])
        return decode_header(rlp.encode(outer[0])) if outer and isinstance(outer[0], list) else None
    except HarmonyError:
        return None


def _text(record: dict[str, Any], name: str) -> str:
    value = record[name]
    require(
        isinstance(value, str),
        DecodeError,
        "record-field-type",
        f"The value of {name} is hexadecimal text in quotes.",
        actual=type(value).__name__,
    )
    return str(value)
