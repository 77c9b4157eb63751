from dataclasses import replace
from pathlib import Path

import pytest

from harmony_core.chain import (
    Moment,
    SlashRecord,
    decode_slash_record,
    decode_slash_records,
    encode_slash_records,
)
from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import BlockNumber, Compatibility, Epoch, ShardID, ViewID
from support.sample_chain_data import SLASH

RECORDED = Path(__file__).parents[2] / "data" / "localnet" / "slash_record.rlp.hex"


def with_signature(signature: bytes) -> SlashRecord:
    vote = replace(SLASH.evidence.first_vote, signature=signature)
    return replace(SLASH, evidence=replace(SLASH.evidence, first_vote=vote))


def test_the_recorded_record_decodes_to_what_happened() -> None:
    data = bytes.fromhex(RECORDED.read_text())
    (record,) = decode_slash_records(data)
    evidence = record.evidence
    assert evidence.moment == Moment(Epoch(10), ShardID(1), BlockNumber(160), ViewID(170))
    assert evidence.first_vote.signer_public_keys == evidence.second_vote.signer_public_keys
    assert evidence.first_vote.block_hash != evidence.second_vote.block_hash
    assert encode_slash_records([record]) == data
    assert decode_slash_record(record.encode()) == record


def test_a_header_without_records_has_an_empty_field() -> None:
    assert encode_slash_records([]) == b""
    assert decode_slash_records(b"") == decode_slash_records(b"\xc0") == ()


def test_a_record_is_told_apart_by_its_hash() -> None:
    assert SLASH.hash == decode_slash_record(SLASH.encode()).hash
    other = replace(SLASH, reporter=SLASH.evidence.offender)
    assert len({SLASH.hash, other.hash}) == 2


def test_a_signature_of_another_length_is_refused() -> None:
    for length in (0, 3, 95, 97):
        record = with_signature(b"\x01" * length)
        with pytest.raises(DecodeError) as info:
            decode_slash_record(record.encode())
        assert info.value.code == "slash-signature-length"
        assert decode_slash_record(record.encode(), compatibility=Compatibility.reference()) == record


def test_numbers_that_a_moment_cannot_hold_are_refused() -> None:
    moment = SLASH.evidence.moment
    for change in ({"shard_id": 1 << 32}, {"height": 1 << 64}, {"view_id": -1}, {"epoch": -1}):
        with pytest.raises(VerificationError) as info:
            replace(moment, **change)  # type: ignore[arg-type]
        assert info.value.code == "field-range"


def test_parts_of_another_type_are_refused() -> None:
    with pytest.raises(TypeError):
        replace(SLASH, evidence=SLASH)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        replace(SLASH.evidence, first_vote=None)  # type: ignore[arg-type]
