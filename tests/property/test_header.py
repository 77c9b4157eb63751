from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harmony_core.chain import Header, HeaderVersion, decode_header
from harmony_core.chain.header_fields import FIELDS
from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError
from harmony_core.primitives import STRICT, Compatibility, rlp
from support.outcome import outcome
from support.sample_headers import field_items, sample_header

SAMPLES = [sample_header(version).encode() for version in HeaderVersion]
MODES = st.sampled_from([STRICT, Compatibility.reference()])


@st.composite
def headers(draw: st.DrawFn) -> Header:
    version = draw(st.sampled_from(list(HeaderVersion)))
    fields: dict[str, Any] = {}
    for layout in FIELDS[version]:
        if layout.bits is not None:
            fields[layout.name] = draw(st.integers(0, (1 << (layout.bits or 64)) - 1))
        elif layout.kind is not None:
            fields[layout.name] = layout.kind(
                draw(st.binary(min_size=layout.length or 0, max_size=layout.length))
            )
        elif layout.name == "vrf":
            fields[layout.name] = draw(st.just(b"") | st.binary(min_size=128, max_size=128))
        else:
            fields[layout.name] = draw(st.binary(max_size=120))
    return Header(version=version, **fields)


def check(data: bytes, compatibility: Compatibility) -> None:
    header, refusal = outcome(lambda: decode_header(data, compatibility=compatibility))
    assert isinstance(refusal, DecodeError | None)
    if header is None:
        return
    assert header.encode() == data
    assert header.hash == keccak256(data)
    # Built anew from its fields, without the bytes it came from, it encodes to the same bytes.
    fields: dict[str, Any] = {layout.name: getattr(header, layout.name) for layout in FIELDS[header.version]}
    assert Header(version=header.version, **fields).encode() == data


@given(headers())
def test_a_header_comes_out_as_it_went_in(header: Header) -> None:
    decoded = decode_header(header.encode())
    assert decoded == header
    assert decoded.hash == header.hash


@given(st.binary(max_size=1000), MODES)
def test_any_bytes_are_a_header_or_refused(data: bytes, compatibility: Compatibility) -> None:
    check(data, compatibility)


@given(st.sampled_from(SAMPLES), st.data(), MODES)
def test_altered_headers_encode_back_or_are_refused(
    sample: bytes, data: st.DataObject, mode: Compatibility
) -> None:
    start = data.draw(st.integers(0, len(sample)))
    stop = data.draw(st.integers(start, min(len(sample), start + 40)))
    check(sample[:start] + data.draw(st.binary(max_size=40)) + sample[stop:], mode)


@given(
    st.sampled_from(list(HeaderVersion)),
    st.integers(0, 23),
    st.recursive(st.binary(max_size=300), lambda inner: st.lists(inner, max_size=3), max_leaves=5),
    st.sampled_from([b"", b"v0", b"v1", b"v2", b"v3", b"v4"]),
    MODES,
)
def test_altered_fields_encode_back_or_are_refused(
    version: HeaderVersion, position: int, item: rlp.RLPItem, tag: bytes, mode: Compatibility
) -> None:
    items = field_items(sample_header(version))
    items[position % len(items)] = item
    check(rlp.encode([b"HmnyTgd", tag, items] if tag else items), mode)
