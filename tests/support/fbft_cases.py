"""What the readers of fbft_messages.json share: committees with their secret keys, and messages as JSON."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from harmony_core.chain import Committee, Slot
from harmony_core.crypto.bitmap import enabled_indexes
from harmony_core.crypto.bls import SecretKey
from harmony_core.fbft.build import sign_jointly
from harmony_core.fbft.messages import Message, RoundMessage
from harmony_core.params import load_network
from harmony_core.primitives import (
    Address,
    BLSPublicKeyBytes,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    bytes_from_hex,
)
from harmony_core.quorum import Commit, TrustedCommittee
from harmony_core.wire import Envelope, MessageType
from support.conformance import Case, load_document, packaged_folder

__all__ = [
    "FILE",
    "Members",
    "envelope_json",
    "given_block",
    "given_members",
    "members_of",
    "parsed_json",
    "x",
]

FILE: Final = "fbft_messages"


def x(data: bytes) -> str:
    return "0x" + data.hex()


@dataclass(frozen=True)
class Members:
    """A committee of localnet whose secret keys are known."""

    secrets: tuple[SecretKey, ...]
    committee: Committee

    @property
    def keys(self) -> Sequence[BLSPublicKeyBytes]:
        return self.committee.public_keys

    def trusted(self, epoch: int) -> TrustedCommittee:
        return _trusted(self.committee, epoch)

    def certificate(self, bitmap: bytes, payload: bytes) -> Commit:
        """Return the certificate that the members of a bitmap make."""
        signers = [self.secrets[slot] for slot in enabled_indexes(bitmap, len(self.keys))]
        return Commit(sign_jointly(payload, signers), bitmap)


@cache
def _trusted(committee: Committee, epoch: int) -> TrustedCommittee:
    return TrustedCommittee(load_network("localnet"), Epoch(epoch), committee)


def _cases(case: Case) -> Sequence[Mapping[str, Any]]:
    """Return the cases of the same file, and those of the packaged part of it."""
    return (*case.siblings, *load_document(packaged_folder() / f"{FILE}.json")["cases"])


def given_members(case: Case) -> Members:
    """Return the first committee of the file, with which most of its cases are made."""
    found = next(c["out"] for c in _cases(case) if c["kind"] == "committee" and "members" in c["out"])
    return members_of(found["members"], found["shard_id"])


def given_block(case: Case) -> Mapping[str, Any]:
    """Return the block of the file, which its messages are about."""
    found: Mapping[str, Any] = next(c["out"] for c in _cases(case) if c["kind"] == "block")
    return found


def given_round(case: Case) -> Mapping[str, Any]:
    """Return the inputs of the first complete round of the file, whose messages other cases alter."""
    found: Mapping[str, Any] = next(c["in"] for c in _cases(case) if c["kind"] == "fbft_round")
    return found


def members_of(listed: Sequence[Mapping[str, Any]], shard_id: int) -> Members:
    """Return a committee written as members with addresses, keys and stakes."""
    slots = tuple(
        Slot(
            Address.from_hex(member["address"]),
            BLSPublicKeyBytes.from_hex(member["public_key"]),
            None if member["effective_stake"] is None else Dec.parse(member["effective_stake"]),
        )
        for member in listed
    )
    secrets = tuple(_secret(member["secret_key"]) for member in listed)
    return Members(secrets, Committee(ShardID(shard_id), slots))


@cache
def _secret(text: str) -> SecretKey:
    return SecretKey.from_bytes(bytes_from_hex(text))


_TYPES: Final = {kind.value: kind.name for kind in MessageType}
_REQUESTS: Final = {
    "ConsensusRequest": "consensus",
    "ViewChangeRequest": "viewchange",
    "LastSignPowerRequest": "last_sign_power",
}


def envelope_json(envelope: Envelope) -> dict[str, object]:
    """Return an envelope as the reference run writes messages."""
    written: dict[str, object] = {
        "service_type": int(envelope.service_type),
        "signature": x(envelope.signature),
        "type": int(envelope.type),
        "type_name": _TYPES.get(envelope.type, str(envelope.type)),
    }
    if envelope.request is not None:
        request = envelope.request
        fields = {name: getattr(request, name) for name in type(request).__dataclass_fields__}
        written[_REQUESTS[type(request).__name__]] = {
            name: x(value) if isinstance(value, bytes) else value for name, value in fields.items()
        }
    return written


def parsed_json(
    message: Message, type_id: int, keys: Sequence[BLSPublicKeyBytes], leader: BLSPublicKeyBytes | None = None
) -> dict[str, object]:
    """Return a message as the reference run writes parsed messages, its local ids and text included."""
    block_hash = message.block_hash if isinstance(message, RoundMessage) else Hash32.zero()
    block = message.block if isinstance(message, RoundMessage) else getattr(message, "prepared_block", b"")
    payload = getattr(message, "payload", b"")
    bitmap = message.sender_bitmap if isinstance(message, RoundMessage) else b""
    view_id, number = getattr(message, "view_id", 0), getattr(message, "block_number", 0)
    summed = b"".join((str(type_id).encode(), str(view_id).encode(), str(number).encode()))
    sender = bytes(keys[0]) if len(keys) == 1 else bitmap
    name = _TYPES[type_id]
    shown = ";".join(key.hex() for key in keys)
    return {
        "block": x(block),
        "block_hash": x(block_hash),
        "block_num": number,
        "crc32_hash": x(zlib.crc32(summed + block_hash + block + payload).to_bytes(4, "big")),
        "has_single_sender": len(keys) == 1,
        "log_id": x(
            type_id.to_bytes(4, "little")
            + view_id.to_bytes(8, "little")
            + block_hash
            + sender.ljust(48, b"\0")
        ),
        "message_type": int(type_id),
        "payload": x(payload),
        "sender_pubkey_bitmap": x(bitmap),
        "sender_pubkeys": [x(key) for key in keys],
        "string": f"[Type:{name} ViewID:{view_id} Num:{number} BlockHash:{x(block_hash)} "
        f"Sender:{shown} Leader:{leader.hex() if leader else ''}]",
        "view_id": view_id,
    }
