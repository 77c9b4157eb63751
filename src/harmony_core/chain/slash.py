"""Double signing as the chain records it: two votes of one key for two blocks at one moment, and who reported them.

The beacon chain's headers carry the records. Whether a record is true is for `harmony_core.staking`.

Source: harmony-one/harmony, staking/slash/double-sign.go (Moment, Vote, ConflictingVotes, Evidence, Record).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from harmony_core.chain.fields import (
    HEIGHT_BITS,
    check_range,
    check_type,
    encoded_uint,
    take_bytes,
    take_fixed,
    take_list,
    take_record,
    take_uint,
)
from harmony_core.crypto.keccak import sha3_256
from harmony_core.errors import DecodeError, require
from harmony_core.primitives import (
    STRICT,
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    rlp,
)

__all__ = [
    "Evidence",
    "Moment",
    "SlashRecord",
    "Vote",
    "decode_slash_record",
    "decode_slash_records",
    "encode_slash_records",
]

_RECORD_FIELDS: Final = 2
_EVIDENCE_FIELDS: Final = 3
_MOMENT_FIELDS: Final = 4
_VOTE_FIELDS: Final = 3
_VOTES: Final = 2
_SHARD_BITS: Final = 32
_MAX_DEPTH: Final = (
    7  # records, record, evidence, votes, vote, keys, and one more to name a list in a key's place
)
_NOTHING: Final = (b"",)


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote to commit a block, by one key or by several of one node together.

    Attributes:
        signer_public_keys: the keys that voted, 48 bytes each.
        block_hash: the block that they voted for.
        signature: sum of their signatures, 96 bytes; other lengths only where the reference is followed.
    """

    signer_public_keys: tuple[BLSPublicKeyBytes, ...]
    block_hash: Hash32
    signature: bytes

    def __post_init__(self) -> None:
        check_type("signer_public_keys", self.signer_public_keys, tuple)
        for key in self.signer_public_keys:
            check_type("signer_public_keys", key, BLSPublicKeyBytes)
        check_type("block_hash", self.block_hash, Hash32)
        check_type("signature", self.signature, bytes)

    def encode(self) -> bytes:
        """Return the RLP list of the three fields."""
        return rlp.encode_list(
            [
                rlp.encode_list([rlp.encode_bytes(key) for key in self.signer_public_keys]),
                rlp.encode_bytes(self.block_hash),
                rlp.encode_bytes(self.signature),
            ]
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where both votes were cast.

    Attributes:
        epoch: epoch whose committee voted.
        shard_id: its shard, 32 bits.
        height: height of both blocks, 64 bits.
        view_id: view of both blocks, 64 bits.

    Raises:
        VerificationError: code ``field-range``.
    """

    epoch: Epoch
    shard_id: ShardID
    height: BlockNumber
    view_id: ViewID

    def __post_init__(self) -> None:
        check_range("epoch", self.epoch, 0)
        check_range("shard_id", self.shard_id, _SHARD_BITS)
        check_range("height", self.height, HEIGHT_BITS)
        check_range("view_id", self.view_id, HEIGHT_BITS)

    def encode(self) -> bytes:
        """Return the RLP list of the four fields."""
        return rlp.encode_list(
            [encoded_uint(value) for value in (self.epoch, self.shard_id, self.height, self.view_id)]
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two votes that one key must not have cast both.

    Attributes:
        moment: when and where they were cast.
        first_vote: one vote.
        second_vote: the other.
        offender: account of the validator whose key voted twice.
    """

    moment: Moment
    first_vote: Vote
    second_vote: Vote
    offender: Address

    def __post_init__(self) -> None:
        check_type("moment", self.moment, Moment)
        check_type("first_vote", self.first_vote, Vote)
        check_type("second_vote", self.second_vote, Vote)
        check_type("offender", self.offender, Address)

    @property
    def votes(self) -> tuple[Vote, Vote]:
        """Both votes in their order."""
        return self.first_vote, self.second_vote

    def encode(self) -> bytes:
        """Return the RLP list of the moment, the list of both votes, and the offender."""
        return rlp.encode_list(
            [
                self.moment.encode(),
                rlp.encode_list([vote.encode() for vote in self.votes]),
                rlp.encode_bytes(self.offender),
            ]
        )


@dataclass(frozen=True, slots=True)
class SlashRecord:
    """Evidence with the account that reported it, which gains nothing by it.

    Attributes:
        evidence: the evidence.
        reporter: who reported it.
    """

    evidence: Evidence
    reporter: Address

    def __post_init__(self) -> None:
        check_type("evidence", self.evidence, Evidence)
        check_type("reporter", self.reporter, Address)

    @property
    def hash(self) -> Hash32:
        """SHA3-256 of the encoding: what tells records apart."""
        return sha3_256(self.encode())

    def encode(self) -> bytes:
        """Return the RLP list of the evidence and the reporter."""
        return rlp.encode_list([self.evidence.encode(), rlp.encode_bytes(self.reporter)])


def encode_slash_records(records: Iterable[SlashRecord]) -> bytes:
    """Return the field of a beacon header: the RLP list of records, or no bytes at all for none.

    Source: node/harmony/worker/worker.go, FinalizeNewBlock.
    """
    encodings = [record.encode() for record in records]
    return rlp.encode_list(encodings) if encodings else b""


def decode_slash_record(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> SlashRecord:
    """Decode one record; what decodes encodes back to exactly ``data``.

    Args:
        data: the RLP list of evidence and reporter.
        compatibility: ``unbounded_integers`` takes epochs above 2^64-1, ``slash_signatures_of_any_length``
            signatures that have not 96 bytes.

    Raises:
        DecodeError: code ``field-count``, ``field-type``, ``field-length``, ``field-integer-leading-zero``,
            ``field-integer-size``, ``slash-signature-length``, or a code of `rlp.decode`.
    """
    return _record(rlp.decode(data, max_depth=_MAX_DEPTH), compatibility)


def decode_slash_records(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> tuple[SlashRecord, ...]:
    """Decode the records of a beacon header, with the errors of `decode_slash_record`; no bytes are no records.

    The list without items, which the reference takes too, is decoded as well.
    """
    if data in _NOTHING:
        return ()
    items = take_list(rlp.decode(data, max_depth=_MAX_DEPTH), "slashes")
    return tuple(_record(item, compatibility) for item in items)


def _record(item: rlp.RLPItem, compatibility: Compatibility) -> SlashRecord:
    evidence, reporter = take_record(item, _RECORD_FIELDS, "slash record")
    return SlashRecord(_evidence(evidence, compatibility), take_fixed(Address, reporter, "reporter"))


def _evidence(item: rlp.RLPItem, compatibility: Compatibility) -> Evidence:
    moment, votes, offender = take_record(item, _EVIDENCE_FIELDS, "evidence")
    first, second = take_record(votes, _VOTES, "conflicting votes")
    return Evidence(
        _moment(moment, compatibility),
        _vote(first, compatibility),
        _vote(second, compatibility),
        take_fixed(Address, offender, "offender"),
    )


def _moment(item: rlp.RLPItem, compatibility: Compatibility) -> Moment:
    items = take_record(item, _MOMENT_FIELDS, "moment")
    bits = None if compatibility.unbounded_integers else HEIGHT_BITS
    return Moment(
        Epoch(take_uint(items[0], bits, "epoch")),
        ShardID(take_uint(items[1], _SHARD_BITS, "shard_id")),
        BlockNumber(take_uint(items[2], HEIGHT_BITS, "height")),
        ViewID(take_uint(items[3], HEIGHT_BITS, "view_id")),
    )


def _vote(item: rlp.RLPItem, compatibility: Compatibility) -> Vote:
    keys, block_hash, signature = take_record(item, _VOTE_FIELDS, "vote")
    signed = take_bytes(signature, "signature")
    require(
        compatibility.slash_signatures_of_any_length or len(signed) == BLSSignatureBytes.LENGTH,
        DecodeError,
        "slash-signature-length",
        "The signature of a vote has 96 bytes.",
        expected=BLSSignatureBytes.LENGTH,
        actual=len(signed),
    )
    return Vote(
        tuple(
            take_fixed(BLSPublicKeyBytes, key, "signer_public_keys")
            for key in take_list(keys, "signer_public_keys")
        ),
        take_fixed(Hash32, block_hash, "block_hash"),
        signed,
    )
