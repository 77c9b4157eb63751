from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ServiceType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONSENSUS: _ClassVar[ServiceType]
    STAKING: _ClassVar[ServiceType]
    DRAND: _ClassVar[ServiceType]
    CLIENT_SUPPORT: _ClassVar[ServiceType]

class MessageType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NEWNODE_BEACON_STAKING: _ClassVar[MessageType]
    ANNOUNCE: _ClassVar[MessageType]
    PREPARE: _ClassVar[MessageType]
    PREPARED: _ClassVar[MessageType]
    COMMIT: _ClassVar[MessageType]
    COMMITTED: _ClassVar[MessageType]
    VIEWCHANGE: _ClassVar[MessageType]
    NEWVIEW: _ClassVar[MessageType]
    DRAND_INIT: _ClassVar[MessageType]
    DRAND_COMMIT: _ClassVar[MessageType]
    LOTTERY_REQUEST: _ClassVar[MessageType]
    LAST_SIGN_POWER: _ClassVar[MessageType]
CONSENSUS: ServiceType
STAKING: ServiceType
DRAND: ServiceType
CLIENT_SUPPORT: ServiceType
NEWNODE_BEACON_STAKING: MessageType
ANNOUNCE: MessageType
PREPARE: MessageType
PREPARED: MessageType
COMMIT: MessageType
COMMITTED: MessageType
VIEWCHANGE: MessageType
NEWVIEW: MessageType
DRAND_INIT: MessageType
DRAND_COMMIT: MessageType
LOTTERY_REQUEST: MessageType
LAST_SIGN_POWER: MessageType

class Message(_message.Message):
    __slots__ = ("service_type", "type", "signature", "staking", "consensus", "drand", "viewchange", "lottery_request", "last_sign_power")
    SERVICE_TYPE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    STAKING_FIELD_NUMBER: _ClassVar[int]
    CONSENSUS_FIELD_NUMBER: _ClassVar[int]
    DRAND_FIELD_NUMBER: _ClassVar[int]
    VIEWCHANGE_FIELD_NUMBER: _ClassVar[int]
    LOTTERY_REQUEST_FIELD_NUMBER: _ClassVar[int]
    LAST_SIGN_POWER_FIELD_NUMBER: _ClassVar[int]
    service_type: ServiceType
    type: MessageType
    signature: bytes
    staking: StakingRequest
    consensus: ConsensusRequest
    drand: DrandRequest
    viewchange: ViewChangeRequest
    lottery_request: LotteryRequest
    last_sign_power: LastSignPowerBroadcast
    def __init__(self, service_type: _Optional[_Union[ServiceType, str]] = ..., type: _Optional[_Union[MessageType, str]] = ..., signature: _Optional[bytes] = ..., staking: _Optional[_Union[StakingRequest, _Mapping]] = ..., consensus: _Optional[_Union[ConsensusRequest, _Mapping]] = ..., drand: _Optional[_Union[DrandRequest, _Mapping]] = ..., viewchange: _Optional[_Union[ViewChangeRequest, _Mapping]] = ..., lottery_request: _Optional[_Union[LotteryRequest, _Mapping]] = ..., last_sign_power: _Optional[_Union[LastSignPowerBroadcast, _Mapping]] = ...) -> None: ...

class StakingRequest(_message.Message):
    __slots__ = ("transaction", "node_id")
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    transaction: bytes
    node_id: str
    def __init__(self, transaction: _Optional[bytes] = ..., node_id: _Optional[str] = ...) -> None: ...

class ConsensusRequest(_message.Message):
    __slots__ = ("view_id", "block_num", "shard_id", "block_hash", "block", "sender_pubkey", "payload", "sender_pubkey_bitmap")
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCK_NUM_FIELD_NUMBER: _ClassVar[int]
    SHARD_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCK_HASH_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    SENDER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    SENDER_PUBKEY_BITMAP_FIELD_NUMBER: _ClassVar[int]
    view_id: int
    block_num: int
    shard_id: int
    block_hash: bytes
    block: bytes
    sender_pubkey: bytes
    payload: bytes
    sender_pubkey_bitmap: bytes
    def __init__(self, view_id: _Optional[int] = ..., block_num: _Optional[int] = ..., shard_id: _Optional[int] = ..., block_hash: _Optional[bytes] = ..., block: _Optional[bytes] = ..., sender_pubkey: _Optional[bytes] = ..., payload: _Optional[bytes] = ..., sender_pubkey_bitmap: _Optional[bytes] = ...) -> None: ...

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

class ViewChangeRequest(_message.Message):
    __slots__ = ("view_id", "block_num", "shard_id", "sender_pubkey", "leader_pubkey", "payload", "viewchange_sig", "viewid_sig", "m2_aggsigs", "m2_bitmap", "m3_aggsigs", "m3_bitmap", "prepared_block")
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCK_NUM_FIELD_NUMBER: _ClassVar[int]
    SHARD_ID_FIELD_NUMBER: _ClassVar[int]
    SENDER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    LEADER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    VIEWCHANGE_SIG_FIELD_NUMBER: _ClassVar[int]
    VIEWID_SIG_FIELD_NUMBER: _ClassVar[int]
    M2_AGGSIGS_FIELD_NUMBER: _ClassVar[int]
    M2_BITMAP_FIELD_NUMBER: _ClassVar[int]
    M3_AGGSIGS_FIELD_NUMBER: _ClassVar[int]
    M3_BITMAP_FIELD_NUMBER: _ClassVar[int]
    PREPARED_BLOCK_FIELD_NUMBER: _ClassVar[int]
    view_id: int
    block_num: int
    shard_id: int
    sender_pubkey: bytes
    leader_pubkey: bytes
    payload: bytes
    viewchange_sig: bytes
    viewid_sig: bytes
    m2_aggsigs: bytes
    m2_bitmap: bytes
    m3_aggsigs: bytes
    m3_bitmap: bytes
    prepared_block: bytes
    def __init__(self, view_id: _Optional[int] = ..., block_num: _Optional[int] = ..., shard_id: _Optional[int] = ..., sender_pubkey: _Optional[bytes] = ..., leader_pubkey: _Optional[bytes] = ..., payload: _Optional[bytes] = ..., viewchange_sig: _Optional[bytes] = ..., viewid_sig: _Optional[bytes] = ..., m2_aggsigs: _Optional[bytes] = ..., m2_bitmap: _Optional[bytes] = ..., m3_aggsigs: _Optional[bytes] = ..., m3_bitmap: _Optional[bytes] = ..., prepared_block: _Optional[bytes] = ...) -> None: ...

class LotteryRequest(_message.Message):
    __slots__ = ("type", "private_key", "amount")
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ENTER: _ClassVar[LotteryRequest.Type]
        RESULT: _ClassVar[LotteryRequest.Type]
        PICK_WINNER: _ClassVar[LotteryRequest.Type]
    ENTER: LotteryRequest.Type
    RESULT: LotteryRequest.Type
    PICK_WINNER: LotteryRequest.Type
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    type: LotteryRequest.Type
    private_key: str
    amount: int
    def __init__(self, type: _Optional[_Union[LotteryRequest.Type, str]] = ..., private_key: _Optional[str] = ..., amount: _Optional[int] = ...) -> None: ...

class LastSignPowerBroadcast(_message.Message):
    __slots__ = ("prepare", "commit", "change", "sender_pubkey", "shard_id")
    PREPARE_FIELD_NUMBER: _ClassVar[int]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    SENDER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    SHARD_ID_FIELD_NUMBER: _ClassVar[int]
    prepare: int
    commit: int
    change: int
    sender_pubkey: bytes
    shard_id: int
    def __init__(self, prepare: _Optional[int] = ..., commit: _Optional[int] = ..., change: _Optional[int] = ..., sender_pubkey: _Optional[bytes] = ..., shard_id: _Optional[int] = ...) -> None: ...
