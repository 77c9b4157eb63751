from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import DecodeError
from harmony_core.primitives import rlp
from support.outcome import outcome

ITEMS = st.recursive(st.binary(max_size=80), lambda inner: st.lists(inner, max_size=6), max_leaves=40)
FLAT = st.lists(st.binary(max_size=80), max_size=80)
# Mostly prefixes, so that lengths and nesting clash.
PREFIXES = st.lists(
    st.sampled_from(
        [0, 0x7F, 0x80, 0x81, 0x82, 0xB7, 0xB8, 0xB9, 0xBF, 0xC0, 0xC1, 0xC2, 0xF7, 0xF8, 0xF9, 0xFF, 0x38]
    ),
    max_size=120,
).map(bytes)


def depth(item: rlp.RLPItem) -> int:
    return 0 if isinstance(item, bytes) else 1 + max(map(depth, item), default=0)


@given(ITEMS | FLAT)
def test_what_is_encoded_decodes_to_the_same(item: rlp.RLPItem) -> None:
    needed = depth(item)
    data = rlp.encode(item, max_depth=needed)
    assert rlp.decode(data, max_depth=needed) == item


@given(st.binary(max_size=300) | PREFIXES)
def test_any_bytes_decode_to_what_encodes_back_or_are_refused(data: bytes) -> None:
    item, refusal = outcome(lambda: rlp.decode(data))
    assert isinstance(refusal, DecodeError | None)
    if item is not None:
        assert rlp.encode(item) == data


@given(FLAT | ITEMS, st.data())
def test_altered_encodings_decode_to_what_encodes_back_or_are_refused(
    item: rlp.RLPItem, data: st.DataObject
) -> None:
    encoding = bytearray(rlp.encode(item, max_depth=64))
    position = data.draw(st.integers(0, len(encoding) - 1))
    encoding[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 3))
    altered = bytes(encoding[: len(encoding) - cut])
    try:
        decoded = rlp.decode(altered)
    except DecodeError:
        return
    assert rlp.encode(decoded) == altered


@given(st.integers(0, 1 << 600))
def test_integers_come_out_as_they_went_in(number: int) -> None:
    assert rlp.decode_uint(rlp.encode_uint(number)) == number


@given(st.binary(max_size=40), st.sampled_from([None, 8, 32, 64, 315]))
def test_any_item_is_an_integer_or_refused(item: bytes, bits: int | None) -> None:
    try:
        number = rlp.decode_uint(item, bits)
    except DecodeError:
        return
    assert rlp.encode_uint(number) == item
