"""Our RLP against the package rlp."""

import rlp as reference
from hypothesis import given
from hypothesis import strategies as st
from rlp.exceptions import DecodingError

from harmony_core.errors import DecodeError
from harmony_core.primitives import rlp

ITEMS = st.recursive(
    st.binary(max_size=80), lambda inner: st.lists(inner, max_size=6), max_leaves=30
) | st.lists(st.binary(max_size=300), max_size=30)
NOISE = st.binary(max_size=200) | st.lists(
    st.sampled_from(
        [0, 0x7F, 0x80, 0x81, 0x83, 0xB7, 0xB8, 0xB9, 0xBA, 0xC0, 0xC1, 0xC2, 0xC5, 0xF7, 0xF8, 0xF9, 0x38]
    ),
    max_size=100,
).map(bytes)


def plain(item: object) -> object:
    return list(map(plain, item)) if isinstance(item, list | tuple) else item


@given(ITEMS)
def test_encodings_agree(item: rlp.RLPItem) -> None:
    data = rlp.encode(item, max_depth=64)
    assert data == reference.encode(item)
    assert plain(reference.decode(data)) == rlp.decode(data, max_depth=64) == item


@given(NOISE)
def test_both_decode_the_same_or_both_refuse(data: bytes) -> None:
    try:
        theirs = plain(reference.decode(data))
    except DecodingError:
        theirs = None
    try:
        ours: object = rlp.decode(data, max_depth=200)
    except DecodeError:
        ours = None
    assert ours == theirs
