"""What one line of input means: a header, alone as hexadecimal text or with its commit in a JSON object."""

from typing import Any, Final

from harmony_core.chain.header import ENVELOPE_SIGNATURE, Header, decode_header
from harmony_core.cli.strict_json import parse_object
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, require
from harmony_core.light_client import SignedHeader
from harmony_core.primitives import bytes_from_hex, rlp
from harmony_core.quorum import Commit

__all__ = ["decode_header_text", "parse_record"]

_COMMIT_FIELDS: Final = ("commit_signature", "commit_bitmap")
_ENVELOPE_LENGTH: Final = 3


def parse_record(line: str) -> SignedHeader:
    """Return the header, with the commit if one is given, that a line of input holds.

    A line is the hexadecimal RLP of a header, or a JSON object with the key ``rlp`` and optionally both
    ``commit_signature`` and ``commit_bitmap``, all hexadecimal, with or without ``0x``. Other keys are ignored;
    null or empty text for both commit fields means that none is given.

    Raises:
        DecodeError: codes ``record-field-missing``, ``record-field-type`` and ``record-commit-incomplete`` for
            the object, and those of JSON, of hexadecimal text, of RLP and of headers.
        MissingDataError: code ``record-block`` for a block, which this version does not verify.
    """
    if not line.startswith("{"):
        return SignedHeader(decode_header_text(line))
    record = parse_object(line)
    require("rlp" in record, DecodeError, "record-field-missing", "The JSON object has no key rlp.")
    header = decode_header_text(_text(record, "rlp"))
    given = [name for name in _COMMIT_FIELDS if record.get(name) is not None]
    parts = [bytes_from_hex(_text(record, name)) for name in given]
    if not any(parts):
        return SignedHeader(header)
    require(
        len(parts) == len(_COMMIT_FIELDS),
        DecodeError,
        "record-commit-incomplete",
        "A commit needs both commit_signature and commit_bitmap.",
        actual=given[0],
    )
    return SignedHeader(header, (Commit.from_bytes(*parts),))


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
            f"This is a whole block, number {header.number} of shard {header.shard_id}; blocks cannot be verified"
            " yet, only headers. Give the block's header.",
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
