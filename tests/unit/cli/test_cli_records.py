import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.chain.header import Header, HeaderVersion
from harmony_core.cli.records import parse_record
from harmony_core.cli.strict_json import parse_object
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError
from harmony_core.primitives import BlockNumber, rlp
from support.bounds import CAN_MEASURE, MEBIBYTE, costs_of

HEADER = Header(version=HeaderVersion.V3, number=BlockNumber(7))
RLP = HEADER.encode().hex()
SIGNATURE, BITMAP = "11" * 96, "ff01"


def record(**fields: object) -> str:
    return json.dumps(fields)


@pytest.mark.parametrize("prefix", ["", "0x", "0X"])
def test_a_header_is_read_from_hexadecimal_text_and_from_an_object(prefix: str) -> None:
    for line in (prefix + RLP, prefix + RLP.upper(), record(rlp=prefix + RLP, number="ignored")):
        signed = parse_record(line)
        assert (signed.header, signed.commits) == (HEADER, ())


@pytest.mark.parametrize("prefix", ["", "0x"])
def test_a_commit_is_read_beside_the_header(prefix: str) -> None:
    signed = parse_record(record(rlp=RLP, commit_signature=prefix + SIGNATURE, commit_bitmap=prefix + BITMAP))
    [commit] = signed.commits
    assert (commit.signature.hex(), commit.bitmap.hex()) == (SIGNATURE, BITMAP)


@pytest.mark.parametrize("nothing", [None, "", "0x"])
def test_null_or_nothing_means_that_no_commit_is_given(nothing: str | None) -> None:
    assert parse_record(record(rlp=RLP, commit_signature=nothing, commit_bitmap=nothing)).commits == ()


def test_a_signature_with_an_empty_bitmap_is_a_commit() -> None:
    [commit] = parse_record(record(rlp=RLP, commit_signature="00" * 96, commit_bitmap="")).commits
    assert (commit.signature, commit.bitmap) == (bytes(96), b"")


def test_an_object_without_a_header_is_refused() -> None:
    with pytest.raises(DecodeError) as info:
        parse_record(record(commit_signature=SIGNATURE, commit_bitmap=BITMAP))
    assert info.value.code == "record-field-missing"


@pytest.mark.parametrize("name", ["rlp", "commit_signature", "commit_bitmap"])
@pytest.mark.parametrize("value", [5, 5.0, True, [], {}, ["00"]])
def test_a_value_of_another_type_is_refused(name: str, value: object) -> None:
    fields = {"rlp": RLP, "commit_signature": SIGNATURE, "commit_bitmap": BITMAP, name: value}
    with pytest.raises(DecodeError) as info:
        parse_record(record(**fields))
    assert info.value.code == "record-field-type"


def test_null_is_no_header() -> None:
    with pytest.raises(DecodeError) as info:
        parse_record(record(rlp=None))
    assert info.value.code == "record-field-type"


@pytest.mark.parametrize(
    "fields", [{"commit_signature": SIGNATURE}, {"commit_bitmap": BITMAP, "commit_signature": None}]
)
def test_half_a_commit_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(DecodeError) as info:
        parse_record(record(rlp=RLP, **fields))
    assert info.value.code == "record-commit-incomplete"


@pytest.mark.parametrize("length", [0, 95, 97])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(DecodeError) as info:
        parse_record(record(rlp=RLP, commit_signature="11" * length, commit_bitmap=BITMAP))
    assert info.value.code == "commit-signature-length"


def block(header: rlp.RLPItem, envelope: bytes | None) -> str:
    parts: list[rlp.RLPItem] = [header, [], [], []]
    item: rlp.RLPItem = parts if envelope is None else [b"HmnyTgd", envelope, parts]
    return rlp.encode(item).hex()


@pytest.mark.parametrize("envelope", [None, b"v1", b"v2"])
@pytest.mark.parametrize("version", list(HeaderVersion))
def test_a_block_is_called_by_its_name(envelope: bytes | None, version: HeaderVersion) -> None:
    header = rlp.decode(Header(version=version, number=BlockNumber(7)).encode())
    for line in (block(header, envelope), record(rlp=block(header, envelope))):
        with pytest.raises(MissingDataError, match="whole block, number 7 of shard 0") as info:
            parse_record(line)
        assert info.value.code == "record-block"


def test_what_looks_like_a_block_around_no_header_is_undecodable() -> None:
    with pytest.raises(DecodeError):
        parse_record(block([b"\x01", b"\x02"], b"v2"))
    with pytest.raises(DecodeError):
        parse_record(block(b"\x01", b"v2"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        '"{}"',
        "{} {}",
        "{'a': 1}",
        '{"a": 1,}',
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000,
        '{"a": "\x00"}',
        '\\"' * 500_000,
        '"' + "\\" * 1_000_001,
    ],
)
def test_text_that_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(DecodeError) as info:
        parse_object(text)
    assert info.value.code == "json-text"


@pytest.mark.parametrize("text", ['{"rlp": "00", "rlp": "01"}', '{"a": {"b": 1, "b": 1}}'])
def test_a_repeated_key_is_refused(text: str) -> None:
    with pytest.raises(DecodeError) as info:
        parse_object(text)
    assert info.value.code == "json-repeated-key"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1" * 81, "9" * 100_000])
def test_numbers_that_are_none_or_endless_are_refused(number: str) -> None:
    with pytest.raises(DecodeError) as info:
        parse_object(f'{{"a": {number}}}')
    assert info.value.code == "json-number"


@given(st.one_of(st.text(), st.text(alphabet='{}[]":,0123456789abcdefxrlp \\'), st.binary().map(bytes.hex)))
def test_any_line_is_a_header_or_refused_in_words(line: str) -> None:
    with suppress(HarmonyError):
        parse_record(line)


@given(
    st.dictionaries(st.sampled_from(["rlp", "commit_signature", "commit_bitmap", "x"]), st.text(max_size=9))
)
def test_any_object_of_texts_is_a_header_or_refused_in_words(fields: dict[str, str]) -> None:
    with suppress(HarmonyError):
        parse_record(json.dumps(fields))


@pytest.mark.skipif(not CAN_MEASURE, reason="only Linux tells the high-water mark of memory anew")
def test_a_megabyte_is_refused_within_a_second_and_64_mebibytes() -> None:
    setup = "from harmony_core.cli.records import parse_record as decode"
    lines = {
        "nested lists": "'c0' * (1 << 20)",
        "lengths that lie": "'f9' * (1 << 20)",
        "many objects": "'{\"a\":[' + '{},' * 349_000 + '{}]}'",
    }
    for name, cost in costs_of(setup, lines).items():
        assert cost.code, name
        assert cost.seconds < 1, name
        assert cost.memory < 64 * MEBIBYTE, name
