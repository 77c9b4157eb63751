"""Records of double signing as text: hexadecimal RLP, or the JSON that nodes write."""

import base64
import binascii
from typing import Any, Final

from harmony_core.chain import (
    Evidence,
    Moment,
    SlashRecord,
    Vote,
    decode_slash_record,
    decode_slash_records,
)
from harmony_core.cli.strict_json import parse_object
from harmony_core.errors import DecodeError, HarmonyError, require
from harmony_core.primitives import (
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    bytes_from_hex,
    parse_address,
)

__all__ = ["records_from_text"]

_MOMENT: Final = ("epoch", "shard-id", "height", "view-id")
_VOTES: Final = ("first-vote", "second-vote")


def records_from_text(text: str) -> tuple[SlashRecord, ...]:
    """Return the records of a line.

    A line is the hexadecimal RLP of a record or of a list of records, such as a header has; or a JSON object, either with
    such text under the key ``rlp``, or as nodes write a record: ``evidence`` with ``epoch``, ``shard-id``, ``height``,
    ``view-id``, ``first-vote`` and ``second-vote``, each vote with ``bls-public-keys`` (hexadecimal), ``block-header-hash``
    and ``bls-signature`` (base64 or hexadecimal); then ``reporter`` and ``offender``.

    Raises:
        DecodeError: ``slash-record-json`` for a field that is missing or of another type, and those of JSON, of
            hexadecimal text, of RLP, of addresses and of records.
    """
    if not text.startswith("{"):
        return _from_rlp(text)
    document = parse_object(text)
    if "rlp" in document:
        return _from_rlp(_field(document, "rlp", str))
    evidence = _field(document, "evidence", dict)
    numbers = [_field(evidence, name, int) for name in _MOMENT]
    try:
        moment = Moment(Epoch(numbers[0]), ShardID(numbers[1]), BlockNumber(numbers[2]), ViewID(numbers[3]))
    except HarmonyError as error:
        raise DecodeError(error.message, code="slash-record-json", actual=error.actual) from error
    first, second = (_vote(_field(evidence, name, dict)) for name in _VOTES)
    offender = parse_address(_field(document, "offender", str))
    return (
        SlashRecord(
            Evidence(moment, first, second, offender), parse_address(_field(document, "reporter", str))
        ),
    )


def _from_rlp(text: str) -> tuple[SlashRecord, ...]:
    data = bytes_from_hex(text)
    try:
        return (decode_slash_record(data),)
    except DecodeError:
        return decode_slash_records(data)


def _vote(fields: dict[str, Any]) -> Vote:
    keys = _field(fields, "bls-public-keys", list)
    for key in keys:
        _require(isinstance(key, str), "bls-public-keys", "text")
    signature = _field(fields, "bls-signature", str)
    return Vote(
        tuple(BLSPublicKeyBytes.from_hex(key) for key in keys),
        Hash32.from_hex(_field(fields, "block-header-hash", str)),
        BLSSignatureBytes(_signature(signature)),
    )


def _signature(text: str) -> bytes:
    digits = text.removeprefix("0x")
    if len(digits) == 2 * BLSSignatureBytes.LENGTH:
        return bytes_from_hex(digits)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DecodeError("A signature is base64 or hexadecimal text.", code="slash-record-json") from error


def _field(fields: dict[str, Any], name: str, kind: type) -> Any:
    value = fields.get(name)
    _require(type(value) is kind, name, kind.__name__)
    return value


def _require(condition: bool, name: str, kind: str) -> None:
    require(
        condition,
        DecodeError,
        "slash-record-json",
        f"The field {name} of a record in JSON is missing or of another type.",
        expected=kind,
    )
