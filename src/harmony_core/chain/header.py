"""Block headers of all versions: what they hold, their encoding and their hash.

The encoding is an RLP list of the version's fields, for v1 to v3 inside the envelope ``["HmnyTgd", "vN", fields]``.
The block hash is Keccak-256 of exactly that encoding, envelope included.

Source: harmony-one/harmony, block/header.go; harmony-one/taggedrlp, taggedrlp.go.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from harmony_core.chain.header_fields import FIELDS, TAGS, HeaderVersion
from harmony_core.crypto.keccak import keccak256
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import (
    STRICT,
    Address,
    BlockNumber,
    Bloom,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    rlp,
)

__all__ = [
    "ENVELOPE_SIGNATURE",
    "VRF_LENGTH",
    "Header",
    "HeaderRules",
    "HeaderVersion",
    "decode_header",
    "header_version_for_epoch",
]

ENVELOPE_SIGNATURE: Final = b"HmnyTgd"
"""First item of the envelope around the fields of v1 to v3."""

VRF_LENGTH: Final = 128
"""Bytes of a filled VRF field: 32 of randomness and 96 of proof."""

_ZERO_HASH: Final = Hash32.zero()
_STRICT_BITS: Final = 64
_MAX_DEPTH: Final = 3  # envelope, fields, and one more so that a list in a field's place is named as such
_MAX_ITEMS: Final = 64

_new_bytes = bytes.__new__
_set = object.__setattr__
_integer = int.from_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A block header of any version.

    Every field may be left out and is then zero or empty. Fields that the version does not have are None (hashes) or
    empty (byte strings); setting one is refused, because it would not be part of the hash.

    Attributes:
        version: v0 to v3; decides which fields exist.
        parent_hash: block hash of the parent, zero at genesis.
        coinbase: address of the leader; from staking on, derived from the leader's BLS key.
        root: root hash of the state after the block.
        transactions_root: root of the ordered transactions, staking transactions after the others.
        receipts_root: root of the ordered receipts.
        outgoing_receipts_root: hash of the cross-shard receipts that leave, by destination; from v1.
        incoming_receipts_root: root of the ordered proofs of cross-shard receipts that arrive; from v1.
        bloom: the blooms of all receipts, joined.
        number: height of the block.
        gas_limit: most gas that the block may use.
        gas_used: gas used by its transactions.
        time: seconds since 1970.
        extra: bytes of the proposer's choice.
        mix_digest: always present, zero in practice.
        view_id: consensus view of the proposal.
        epoch: epoch of the block.
        shard_id: shard of the block.
        last_commit_signature: aggregate signature of the parent's commit, 96 bytes.
        last_commit_bitmap: which slots of the parent's committee signed, bit i in byte i // 8, lowest bit first.
        shard_state_hash: hash of the shard state; not in v3.
        vrf: the leader's random value and its proof, 128 bytes, or empty; from v1.
        vdf: output and seed of the delay function, empty in practice; from v1.
        shard_state: encoding of the next epoch's committees in the last block of an epoch, else empty.
        cross_links: encoding of the links to other shards' blocks, beacon shard only; from v2.
        slashes: encoding of the double-signing records; v3.

    Raises:
        VerificationError: code ``header-field-range`` (an integer that is negative, or larger than the reference's
            field) or ``header-field-version`` (a field that the version does not have).
    """

    version: HeaderVersion
    parent_hash: Hash32 = _ZERO_HASH
    coinbase: Address = Address.zero()  # noqa: RUF009 - immutable
    root: Hash32 = _ZERO_HASH
    transactions_root: Hash32 = _ZERO_HASH
    receipts_root: Hash32 = _ZERO_HASH
    outgoing_receipts_root: Hash32 | None = None
    incoming_receipts_root: Hash32 | None = None
    bloom: Bloom = Bloom.zero()  # noqa: RUF009 - immutable
    number: BlockNumber = BlockNumber(0)  # noqa: RUF009 - immutable
    gas_limit: int = 0
    gas_used: int = 0
    time: int = 0
    extra: bytes = b""
    mix_digest: Hash32 = _ZERO_HASH
    view_id: ViewID = ViewID(0)  # noqa: RUF009 - immutable
    epoch: Epoch = Epoch(0)  # noqa: RUF009 - immutable
    shard_id: ShardID = ShardID(0)  # noqa: RUF009 - immutable
    last_commit_signature: BLSSignatureBytes = BLSSignatureBytes.zero()  # noqa: RUF009 - immutable
    last_commit_bitmap: bytes = b""
    shard_state_hash: Hash32 | None = None
    vrf: bytes = b""
    vdf: bytes = b""
    shard_state: bytes = b""
    cross_links: bytes = b""
    slashes: bytes = b""
    _encoding: bytes | None = field(default=None, init=False, repr=False, compare=False)
    _hash: Hash32 | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.version, HeaderVersion):
            raise TypeError(f"version is a HeaderVersion, not {type(self.version).__name__}")
        for name, kind, _, bits in FIELDS[self.version]:
            value = getattr(self, name)
            if bits is not None:
                _check_integer(name, value, bits)
            elif value is None and kind is Hash32 and name in _OPTIONAL_HASHES:
                _set(self, name, _ZERO_HASH)
            elif not isinstance(value, kind or bytes):
                raise TypeError(f"{name} is {(kind or bytes).__name__}, not {type(value).__name__}")
        for name in _ABSENT[self.version]:
            require(
                not getattr(self, name),
                VerificationError,
                "header-field-version",
                f"A header of version {self.version} has no {name}.",
            )

    def encode(self) -> bytes:
        """Return the RLP encoding, with the envelope for v1 to v3: the bytes that are hashed, sent and stored."""
        if self._encoding is None:
            _set(self, "_encoding", _seal(self.version, self.encode_fields()))
        assert self._encoding is not None  # noqa: S101 - for the type checker
        return self._encoding

    def encode_fields(self) -> bytes:
        """Return the RLP list of the fields alone, without an envelope."""
        encodings = []
        for layout in FIELDS[self.version]:
            value = getattr(self, layout.name)
            encodings.append(rlp.encode_bytes(value if layout.bits is None else rlp.encode_uint(value)))
        return rlp.encode_list(encodings)

    @property
    def hash(self) -> Hash32:
        """The block hash: Keccak-256 of the encoding, computed once."""
        if self._hash is None:
            _set(self, "_hash", keccak256(self.encode()))
        assert self._hash is not None  # noqa: S101 - for the type checker
        return self._hash

    @property
    def ends_epoch(self) -> bool:
        """Whether the header carries the committees of the next epoch.

        Source: block/header.go, IsLastBlockInEpoch.
        """
        return bool(self.shard_state)


_OPTIONAL_HASHES: Final = frozenset({"outgoing_receipts_root", "incoming_receipts_root", "shard_state_hash"})
_ALL_FIELDS: Final = tuple(dict.fromkeys(layout.name for fields in FIELDS.values() for layout in fields))
_ABSENT: Final = {
    version: tuple(name for name in _ALL_FIELDS if name not in {layout.name for layout in fields})
    for version, fields in FIELDS.items()
}
_BLANK: Final = {
    version: (
        ("version", version),
        ("_encoding", None),
        ("_hash", None),
        *((name, None if name in _OPTIONAL_HASHES else b"") for name in names),
    )
    for version, names in _ABSENT.items()
}


def decode_header(data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT) -> Header:
    """Decode a header of any version; what decodes encodes back to exactly ``data``.

    Args:
        data: the RLP encoding, with the envelope for v1 to v3.
        compatibility: ``unbounded_integers`` takes numbers, times, epochs and view ids above 2^64-1;
            ``header_vrf_any_length`` takes v3 headers whose VRF field has another length than 0 or 128.

    Raises:
        DecodeError: code ``header-tag`` (a version that does not exist), ``header-field-count``,
            ``header-field-type``, ``header-field-length``, ``header-integer-leading-zero``, ``header-integer-size``,
            ``header-vrf-length``, or a code of `rlp.decode`.

    Source: block/header.go, DecodeRLP; taggedrlp.go, Registry.Decode: bytes without a well-formed envelope are tried as
    v0, and a tag that is not registered is refused.
    """
    if type(data) is not bytes:
        data = bytes(memoryview(data))
    outer = rlp.expect_list(rlp.decode(data, max_depth=_MAX_DEPTH, max_items=_MAX_ITEMS))
    version, items = HeaderVersion.V0, outer
    if len(outer) == 3 and outer[0] == ENVELOPE_SIGNATURE and isinstance(outer[1], bytes) and outer[1]:  # noqa: PLR2004
        tagged = TAGS.get(outer[1])
        if tagged is None:
            raise DecodeError("There is no such header version.", code="header-tag", actual=outer[1][:32])
        version, items = tagged, rlp.expect_list(outer[2])
    header = _decode_fields(version, items, unbounded=compatibility.unbounded_integers)
    _set(
        header, "_encoding", data
    )  # only the canonical form decodes, so these are the bytes that encoding gives
    if version is HeaderVersion.V3 and header.vrf and not compatibility.header_vrf_any_length:
        require(
            len(header.vrf) == VRF_LENGTH,
            DecodeError,
            "header-vrf-length",
            "The VRF field of a v3 header is empty or has 128 bytes.",
            expected=VRF_LENGTH,
            actual=len(header.vrf),
        )
    return header


def _decode_fields(version: HeaderVersion, items: list[rlp.RLPItem], *, unbounded: bool) -> Header:
    layouts = FIELDS[version]
    require(
        len(items) == len(layouts),
        DecodeError,
        "header-field-count",
        f"A header of version {version} has {len(layouts)} fields.",
        expected=len(layouts),
        actual=len(items),
    )
    # Every field is checked here, and this is the hot path: the checks of the constructor are not repeated.
    header = object.__new__(Header)
    for name, blank in _BLANK[version]:
        _set(header, name, blank)
    for (name, kind, length, bits), item in zip(layouts, items, strict=False):
        if type(item) is not bytes:
            raise DecodeError(
                f"The header field {name} is a list, not a byte string.", code="header-field-type"
            )
        if kind is not None:
            if len(item) != length:
                _refuse_length(name, length, len(item))
            _set(header, name, _new_bytes(kind, item))
        elif bits is None:
            _set(header, name, item)
        else:
            if item and item[0] == 0:
                _refuse_leading_zero(name)
            if len(item) > 4 and (bits or not unbounded):  # noqa: PLR2004 - shorter ones fit any field
                _check_size(name, item, bits or _STRICT_BITS)
            _set(header, name, _integer(item, "big"))
    return header


def _refuse_leading_zero(name: str) -> None:
    raise DecodeError(f"The header field {name} has leading zeros.", code="header-integer-leading-zero")


def _check_size(name: str, item: bytes, bits: int) -> None:
    require(
        len(item) * 8 <= bits,
        DecodeError,
        "header-integer-size",
        f"The header field {name} is too large.",
        expected=f"at most {bits} bits",
    )


def _refuse_length(name: str, expected: int | None, actual: int) -> None:
    raise DecodeError(
        f"The header field {name} has the wrong length.",
        code="header-field-length",
        expected=expected,
        actual=actual,
    )


def _check_integer(name: str, value: object, bits: int) -> None:
    if type(value) is not int:
        raise TypeError(f"{name} is an int, not {type(value).__name__}")
    require(
        value >= 0 and (not bits or value.bit_length() <= bits),
        VerificationError,
        "header-field-range",
        f"The header field {name} is negative or too large.",
    )


def _seal(version: HeaderVersion, fields: bytes) -> bytes:
    if version is HeaderVersion.V0:
        return fields
    return rlp.encode_list(
        [rlp.encode_bytes(ENVELOPE_SIGNATURE), rlp.encode_bytes(version.value.encode()), fields]
    )


class HeaderRules(Protocol):
    """What a chain configuration has to tell about an epoch to know its header version."""

    def is_pre_staking(self, epoch: Epoch) -> bool:
        """Whether the epoch is at or past the one that prepares staking."""
        ...

    def is_staking(self, epoch: Epoch) -> bool:
        """Whether the epoch is at or past the start of staking."""
        ...

    def is_cross_link(self, epoch: Epoch) -> bool:
        """Whether the epoch is at or past the start of crosslinks."""
        ...

    def has_cross_tx_fields(self, epoch: Epoch) -> bool:
        """Whether headers of the epoch have the fields of cross-shard transactions."""
        ...


def header_version_for_epoch(rules: HeaderRules, epoch: Epoch) -> HeaderVersion:
    """Return the version that headers of an epoch have on the network of ``rules``.

    Source: harmony-one/harmony, block/factory/factory.go, NewHeader.
    """
    if rules.is_pre_staking(epoch) or rules.is_staking(epoch):
        return HeaderVersion.V3
    if rules.is_cross_link(epoch):
        return HeaderVersion.V2
    if rules.has_cross_tx_fields(epoch):
        return HeaderVersion.V1
    return HeaderVersion.V0
