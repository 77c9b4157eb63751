from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ServiceType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SERVICE_CONSENSUS: _ClassVar[ServiceType]
    SERVICE_DRAND: _ClassVar[ServiceType]

class MessageType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MESSAGE_NONE: _ClassVar[MessageType]
    MESSAGE_DRAND_INIT: _ClassVar[MessageType]
    MESSAGE_DRAND_COMMIT: _ClassVar[MessageType]
SERVICE_CONSENSUS: ServiceType
SERVICE_DRAND: ServiceType
MESSAGE_NONE: MessageType
MESSAGE_DRAND_INIT: MessageType
MESSAGE_DRAND_COMMIT: MessageType

class Message(_message.Message):
    __slots__ = ("service_type", "type", "signature", "drand")
    SERVICE_TYPE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    DRAND_FIELD_NUMBER: _ClassVar[int]
    service_type: ServiceType
    type: MessageType
    signature: bytes
    drand: DrandRequest
    def __init__(self, service_type: _Optional[_Union[ServiceType, str]] = ..., type: _Optional[_Union[MessageType, str]] = ..., signature: _Optional[bytes] = ..., drand: _Optional[_Union[DrandRequest, _Mapping]] = ...) -> None: ...

class DrandRequest(_message.Message):
    __slots__ = ("shard_id", "sender_pubkey", "block_hash", "payload")
    SHARD_ID_FIELD_NUMBER: _ClassVar[int]
    SENDER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    BLOCK_HASH_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    shard_id: int
    sender_pubkey: bytes
    block_hash: bytes
    payload: bytes
    def __init__(self, shard_id: _Optional[int] = ..., sender_pubkey: _Optional[bytes] = ..., block_hash: _Optional[bytes] = ..., payload: _Optional[bytes] = ...) -> None: ...
