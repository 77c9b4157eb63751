"""The two messages of the early node's randomness protocol: the leader's init and a validator's commit.

Paper protocol; no network runs it.

Source: harmony-one/harmony before commit bfa35d41d, drand/drand.go, drand_leader_msg.go, drand_validator_msg.go,
api/proto/message/message.proto, api/proto/common.go.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Self

from google.protobuf.message import DecodeError as ProtobufDecodeError

from harmony_core.crypto import keccak256
from harmony_core.crypto.bls import PublicKey, SecretKey, Signature, verify
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import BLSPublicKeyBytes, BLSSignatureBytes, Hash32, ShardID
from harmony_core.randomness.drg import drand_pb2

__all__ = ["CATEGORY", "MAX_MESSAGE_BYTES", "DrandMessage", "DrandType"]

CATEGORY: Final = 3
"""The byte in front of a message on the network: the category of randomness messages."""

MAX_MESSAGE_BYTES: Final = 1024
"""More than any message of the protocol has; longer ones are refused unread."""


class DrandType(IntEnum):
    """What a message is for; the values are those on the wire."""

    INIT = 10
    """The leader asks for commits."""

    COMMIT = 11
    """A validator commits to its VRF."""


@dataclass(frozen=True, slots=True)
class DrandMessage:
    """A message of the randomness protocol. Its signature is not verified by decoding it.

    Attributes:
        type: what it is for.
        shard_id: the shard.
        sender: BLS key of the sender, which has signed it.
        block_hash: hash of the block on which the VRFs are computed.
        payload: empty in an init; the VRF in a commit, see `harmony_core.randomness.drg.schemes`.
        signature: BLS signature on the Keccak-256 hash of the message without it; None before signing.
    """

    type: DrandType
    shard_id: ShardID
    sender: BLSPublicKeyBytes
    block_hash: Hash32
    payload: bytes = b""
    signature: BLSSignatureBytes | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode the category byte and the protobuf message after it.

        Raises:
            DecodeError: ``drand-size`` for too many bytes, ``drand-category`` for another first byte,
                ``drand-protobuf`` for what is no protobuf message, ``drand-type`` for another kind of message,
                ``drand-canonical`` for one that is not encoded in the one way of `to_bytes`, ``bytes-length`` for a
                key, hash or signature of another length.
        """
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"a message is decoded from bytes, not from {type(data).__name__}")
        content = bytes(data[: MAX_MESSAGE_BYTES + 1])
        require(
            len(content) <= MAX_MESSAGE_BYTES,
            DecodeError,
            "drand-size",
            "The message is longer than any message of the protocol.",
            expected=f"at most {MAX_MESSAGE_BYTES}",
            actual=len(data),
        )
        require(
            content[:1] == bytes([CATEGORY]),
            DecodeError,
            "drand-category",
            "The message is not of the category of randomness messages.",
            expected=CATEGORY,
            actual=content[:1],
        )
        parsed = _parse(content[1:])
        types = {kind.value for kind in DrandType}
        is_drand = parsed.service_type == drand_pb2.SERVICE_DRAND and parsed.HasField("drand")
        require(
            is_drand and parsed.type in types,
            DecodeError,
            "drand-type",
            "The message is neither an init nor a commit of the randomness protocol.",
            actual=int(parsed.type),
        )
        request = parsed.drand
        message = cls(
            DrandType(parsed.type),
            ShardID(request.shard_id),
            BLSPublicKeyBytes(request.sender_pubkey),
            Hash32(request.block_hash),
            request.payload,
            BLSSignatureBytes(parsed.signature) if parsed.signature else None,
        )
        require(
            message.to_bytes() == content,
            DecodeError,
            "drand-canonical",
            "The message has unknown fields or is not encoded in the canonical way.",
        )
        return message

    def to_bytes(self) -> bytes:
        """Return the category byte and the protobuf message."""
        return bytes([CATEGORY]) + _encode(self)

    def signed_by(self, secret_key: SecretKey) -> Self:
        """Return the same message with the signature of ``secret_key``, which has to be the sender's."""
        return replace(self, signature=secret_key.sign(self.signing_hash).to_bytes())

    @property
    def signing_hash(self) -> Hash32:
        """What the sender signs: Keccak-256 of the protobuf message without the signature.

        Source: harmony-one/harmony before bfa35d41d, drand/drand.go (``signDRandMessage``).
        """
        return keccak256(_encode(replace(self, signature=None)))

    def verify_signature(self, sender: PublicKey) -> None:
        """Check the signature.

        Args:
            sender: the decoded key of the sender.

        Raises:
            VerificationError: ``drand-signature`` if there is none or it is not the sender's.
            DecodeError: the signature is no point of the right group.

        Source: harmony-one/harmony before bfa35d41d, drand/drand.go (``verifyMessageSig``).
        """
        holds = False
        if self.signature is not None:
            try:
                verify(
                    sender, self.signing_hash, Signature.from_bytes(self.signature, backend=sender.backend)
                )
                holds = True
            except VerificationError as error:
                if error.code != "bls-signature":
                    raise
        require(
            holds,
            VerificationError,
            "drand-signature",
            "The message is not signed by its sender.",
        )


def _parse(data: bytes) -> drand_pb2.Message:
    parsed = drand_pb2.Message()
    try:
        parsed.ParseFromString(data)
    except (ProtobufDecodeError, ValueError) as error:
        raise DecodeError("This is no protobuf message.", code="drand-protobuf") from error
    return parsed


def _encode(message: DrandMessage) -> bytes:
    request = drand_pb2.DrandRequest(
        shard_id=message.shard_id,
        sender_pubkey=bytes(message.sender),
        block_hash=bytes(message.block_hash),
        payload=message.payload,
    )
    envelope = drand_pb2.Message(
        service_type=drand_pb2.SERVICE_DRAND,
        type=drand_pb2.MessageType.Name(message.type),
        signature=bytes(message.signature or b""),
        drand=request,
    )
    return envelope.SerializeToString(deterministic=True)
