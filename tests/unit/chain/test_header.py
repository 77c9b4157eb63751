import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from harmony_core.chain import Header, HeaderVersion, decode_header, header_version_for_epoch
from harmony_core.chain.header_fields import FIELDS
from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Compatibility, Epoch, Hash32, rlp
from support.sample_headers import field_items, sample_header, sealed

VERSIONS = list(HeaderVersion)
TAGS = {version: b"" if version is HeaderVersion.V0 else version.value.encode() for version in VERSIONS}
every_version = pytest.mark.parametrize("version", VERSIONS)


def altered(version: HeaderVersion, name: str, item: rlp.RLPItem) -> bytes:
    """Return the encoding of a sample header in which one field is replaced."""
    items = field_items(sample_header(version))
    items[[layout.name for layout in FIELDS[version]].index(name)] = item
    return sealed(TAGS[version], items)


def code_of(data: bytes, compatibility: Compatibility | None = None) -> str:
    with pytest.raises(DecodeError) as info:
        decode_header(data, compatibility=compatibility or Compatibility())
    return info.value.code


@every_version
def test_a_header_comes_out_as_it_went_in(version: HeaderVersion) -> None:
    header = sample_header(version)
    data = header.encode()
    decoded = decode_header(data)
    assert decoded == header
    assert hash(decoded) == hash(header)
    assert decoded.encode() == data
    assert decoded.hash == header.hash == keccak256(data)
    assert decode_header(bytearray(data)) == header
    rebuilt = replace(decoded)
    assert rebuilt.encode() == data


@every_version
def test_an_empty_header_needs_nothing_but_its_version(version: HeaderVersion) -> None:
    header = Header(version=version)
    assert decode_header(header.encode()) == header
    assert not header.ends_epoch
    assert (header.shard_state_hash is None) == (version is HeaderVersion.V3)
    assert (header.outgoing_receipts_root is None) == (version is HeaderVersion.V0)


def test_a_header_cannot_be_changed_and_a_changed_copy_has_its_own_hash() -> None:
    header = sample_header(HeaderVersion.V3)
    before = header.hash
    with pytest.raises(FrozenInstanceError):
        header.number = 5  # type: ignore[misc,assignment]
    changed = replace(header, time=header.time + 1)
    assert changed.hash != before
    assert changed != header


def test_a_header_survives_the_way_between_processes() -> None:
    header = decode_header(sample_header(HeaderVersion.V3).encode())
    copy = pickle.loads(pickle.dumps(header))  # noqa: S301
    assert copy == header
    assert copy.hash == header.hash


def test_a_shard_state_ends_the_epoch() -> None:
    assert sample_header(HeaderVersion.V3).ends_epoch
    assert not sample_header(HeaderVersion.V3, shard_state=b"").ends_epoch


@every_version
def test_the_fields_of_one_version_are_not_another_version(version: HeaderVersion) -> None:
    items = field_items(sample_header(version))
    for other in VERSIONS:
        if other is not version:
            assert code_of(sealed(TAGS[other], items)).startswith(("header-", "rlp-"))


@pytest.mark.parametrize("tag", [b"v0", b"v4", b"V3", b"v", b"\x00"])
def test_an_unknown_tag_is_refused(tag: bytes) -> None:
    assert code_of(sealed(tag, field_items(sample_header(HeaderVersion.V3)))) == "header-tag"


def test_an_envelope_that_is_not_one_is_read_as_v0() -> None:
    items = field_items(sample_header(HeaderVersion.V3))
    for data in (
        sealed(b"v3", items, signature=b"HmnyTge"),
        rlp.encode([b"HmnyTgd", b"", items]),
        rlp.encode([b"HmnyTgd", [b"v3"], items]),
        rlp.encode([b"HmnyTgd", b"v3", items, b""]),
        rlp.encode([]),
    ):
        assert code_of(data) == "header-field-count"


@every_version
def test_another_number_of_fields_is_refused(version: HeaderVersion) -> None:
    items = field_items(sample_header(version))
    for wrong in (items[:-1], [*items, b""], items[1:], []):
        assert code_of(sealed(TAGS[version], wrong)) == "header-field-count"


@every_version
def test_a_list_in_place_of_a_field_is_refused(version: HeaderVersion) -> None:
    for layout in FIELDS[version]:
        assert code_of(altered(version, layout.name, [])) == "header-field-type"


@every_version
def test_a_field_of_another_length_is_refused(version: HeaderVersion) -> None:
    for layout in FIELDS[version]:
        if layout.length is not None:
            for wrong in (0, layout.length - 1, layout.length + 1):
                assert code_of(altered(version, layout.name, b"\x01" * wrong)) == "header-field-length"


@every_version
def test_leading_zeros_are_refused(version: HeaderVersion) -> None:
    for layout in FIELDS[version]:
        if layout.bits is not None:
            for wrong in (b"\x00", b"\x00\x01"):
                assert code_of(altered(version, layout.name, wrong)) == "header-integer-leading-zero"


@every_version
def test_an_integer_beyond_its_field_is_refused(version: HeaderVersion) -> None:
    for layout in FIELDS[version]:
        if layout.bits is not None:
            size = (layout.bits or 64) // 8
            largest = decode_header(altered(version, layout.name, b"\xff" * size))
            assert getattr(largest, layout.name) == (1 << 8 * size) - 1
            data = altered(version, layout.name, b"\x01" + bytes(size))
            assert code_of(data) == "header-integer-size"
            if layout.bits == 0:
                decoded = decode_header(data, compatibility=Compatibility(unbounded_integers=True))
                assert getattr(decoded, layout.name) == 1 << 8 * size
                assert decoded.encode() == data
            else:
                assert code_of(data, Compatibility.reference()) == "header-integer-size"


@pytest.mark.parametrize("length", [1, 32, 96, 127, 129])
def test_a_vrf_of_another_length_is_refused(length: int) -> None:
    data = altered(HeaderVersion.V3, "vrf", b"\x01" * length)
    assert code_of(data) == "header-vrf-length"
    assert decode_header(data, compatibility=Compatibility(header_vrf_any_length=True)).encode() == data
    assert decode_header(altered(HeaderVersion.V3, "vrf", b"")).vrf == b""


def test_fields_of_v2_under_the_tag_v3_are_a_quirk_of_the_reference() -> None:
    data = sealed(b"v3", field_items(sample_header(HeaderVersion.V2)))
    assert code_of(data) == "header-vrf-length"
    assert decode_header(data, compatibility=Compatibility.reference()).version is HeaderVersion.V3


@every_version
def test_bytes_after_or_missing_are_refused(version: HeaderVersion) -> None:
    data = sample_header(version).encode()
    assert code_of(data + b"\x00") == "rlp-trailing-bytes"
    assert code_of(data[:-1]) == "rlp-truncated"
    assert code_of(b"") == "rlp-truncated"
    assert code_of(b"\x80") == "rlp-expected-list"


def test_an_integer_out_of_range_is_not_built() -> None:
    for field in ({"number": -1}, {"gas_used": 1 << 64}, {"shard_id": 1 << 32}, {"time": -5}):
        with pytest.raises(VerificationError) as info:
            Header(version=HeaderVersion.V3, **field)  # type: ignore[arg-type]
        assert info.value.code == "header-field-range"


def test_a_field_that_the_version_does_not_have_is_refused() -> None:
    for version, field in (
        (HeaderVersion.V3, {"shard_state_hash": Hash32.zero()}),
        (HeaderVersion.V0, {"vrf": b"\x01"}),
        (HeaderVersion.V0, {"outgoing_receipts_root": Hash32.zero()}),
        (HeaderVersion.V1, {"cross_links": b"\x01"}),
        (HeaderVersion.V2, {"slashes": b"\x01"}),
    ):
        with pytest.raises(VerificationError) as info:
            Header(version=version, **field)
        assert info.value.code == "header-field-version"


@pytest.mark.parametrize(
    "field",
    [
        {"version": "v3"},
        {"number": True},
        {"number": b""},
        {"extra": "x"},
        {"root": bytes(32)},
        {"bloom": None},
    ],
)
def test_other_types_are_type_errors(field: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Header(**({"version": HeaderVersion.V3} | field))  # type: ignore[arg-type]
    for wrong in (5, "0x", None):
        with pytest.raises(TypeError):
            decode_header(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("network", "epoch", "version"),
    [
        ("mainnet", 0, "v0"),
        ("mainnet", 27, "v0"),
        ("mainnet", 28, "v1"),
        ("mainnet", 184, "v1"),
        ("mainnet", 185, "v3"),
        ("testnet", 0, "v1"),
        ("testnet", 1, "v3"),
        ("localnet", 0, "v3"),
    ],
)
def test_the_version_follows_from_network_and_epoch(network: str, epoch: int, version: str) -> None:
    assert header_version_for_epoch(load_network(network).config, Epoch(epoch)) == version
