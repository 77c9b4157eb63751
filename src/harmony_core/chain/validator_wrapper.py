"""Validators as the state holds them: a validator's account has the encoding of its wrapper in the place of code.

Source: harmony-one/harmony, staking/types/validator.go (ValidatorWrapper, Validator, Description), delegation.go,
commission.go.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeVar

from harmony_core.chain.fields import (
    AMOUNT_BITS,
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
from harmony_core.crypto import sha3_256
from harmony_core.errors import DecodeError, require
from harmony_core.primitives import (
    STRICT,
    Address,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    Hash32,
    rlp,
)

__all__ = [
    "CommissionRates",
    "Delegation",
    "Description",
    "Undelegation",
    "Validator",
    "ValidatorStatus",
    "ValidatorWrapper",
    "decode_validator_wrapper",
]

_VALIDATOR_FIELDS: Final = 9
_WRAPPER_FIELDS: Final = 4
_DELEGATION_FIELDS: Final = 4
_DESCRIPTION_FIELDS: Final = 5
_RATES: Final = 3
_STATUS_BITS: Final = 8
_MAX_DEPTH: Final = 6
_Item = TypeVar("_Item")


class ValidatorStatus(IntEnum):
    """Whether a validator takes part in elections.

    Source: staking/effective/eligible.go, Eligibility.
    """

    NIL = 0
    ACTIVE = 1
    INACTIVE = 2
    BANNED = 3


@dataclass(frozen=True, slots=True)
class CommissionRates:
    """What a validator keeps of its delegators' rewards, as shares between 0 and 1.

    Attributes:
        rate: the share in force.
        max_rate: the largest share the validator may ever ask for.
        max_change_rate: the largest change within an epoch.
    """

    rate: Dec
    max_rate: Dec
    max_change_rate: Dec

    def __post_init__(self) -> None:
        for name in ("rate", "max_rate", "max_change_rate"):
            check_type(name, getattr(self, name), Dec)

    def _encode(self) -> bytes:
        return rlp.encode([rate.to_rlp_item() for rate in (self.rate, self.max_rate, self.max_change_rate)])


@dataclass(frozen=True, slots=True)
class Description:
    """What a validator says about itself: bytes of its choice, in UTF-8 by custom only."""

    name: bytes = b""
    identity: bytes = b""
    website: bytes = b""
    security_contact: bytes = b""
    details: bytes = b""

    def __post_init__(self) -> None:
        for value in self.fields:
            check_type("a field of the description", value, bytes)

    @property
    def fields(self) -> tuple[bytes, ...]:
        """The five fields in the order of the encoding."""
        return self.name, self.identity, self.website, self.security_contact, self.details

    def _encode(self) -> bytes:
        return rlp.encode_list([rlp.encode_bytes(value) for value in self.fields])


@dataclass(frozen=True, slots=True)
class Undelegation:
    """Stake on its way back to the delegator.

    Attributes:
        amount: atto.
        epoch: epoch in which it was asked for.
    """

    amount: int
    epoch: Epoch

    def __post_init__(self) -> None:
        check_range("amount", self.amount, 0)
        check_range("epoch", self.epoch, 0)

    def _encode(self) -> bytes:
        return rlp.encode_list([encoded_uint(self.amount), encoded_uint(self.epoch)])


@dataclass(frozen=True, slots=True)
class Delegation:
    """One account's stake with a validator; the first of a validator is its own.

    Attributes:
        delegator: the account.
        amount: its stake in atto.
        reward: what it earned and did not collect, in atto.
        undelegations: what it takes back.
    """

    delegator: Address
    amount: int
    reward: int = 0
    undelegations: tuple[Undelegation, ...] = ()

    def __post_init__(self) -> None:
        check_type("delegator", self.delegator, Address)
        check_range("amount", self.amount, 0)
        check_range("reward", self.reward, 0)
        check_type("undelegations", self.undelegations, tuple)

    @property
    def hash(self) -> Hash32:
        """SHA3-256 of the RLP encoding (staking/types/delegation.go, Hash)."""
        return sha3_256(self._encode())

    def _encode(self) -> bytes:
        return rlp.encode_list(
            [
                rlp.encode_bytes(self.delegator),
                encoded_uint(self.amount),
                encoded_uint(self.reward),
                rlp.encode_list([undelegation._encode() for undelegation in self.undelegations]),  # noqa: SLF001
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """What a validator declared, and what the protocol noted about it.

    Attributes:
        address: its account.
        slot_keys: its BLS keys.
        last_epoch_in_committee: last epoch in which it was elected, 0 for never.
        min_self_delegation: least stake of its own, in atto, that it promises.
        max_total_delegation: most stake that it takes, in atto.
        status: whether it takes part in elections.
        commission: its rates.
        update_height: block of the last change of its rates.
        description: what it says about itself.
        creation_height: block in which it was created.
    """

    address: Address
    slot_keys: tuple[BLSPublicKeyBytes, ...]
    last_epoch_in_committee: Epoch
    min_self_delegation: int
    max_total_delegation: int
    status: int
    commission: CommissionRates
    update_height: int
    description: Description
    creation_height: int

    def __post_init__(self) -> None:
        check_type("address", self.address, Address)
        check_type("slot_keys", self.slot_keys, tuple)
        for key in self.slot_keys:
            check_type("slot_keys", key, BLSPublicKeyBytes)
        for name in (
            "last_epoch_in_committee",
            "min_self_delegation",
            "max_total_delegation",
            "update_height",
            "creation_height",
        ):
            check_range(name, getattr(self, name), 0)
        check_range("status", int(self.status), _STATUS_BITS)
        check_type("commission", self.commission, CommissionRates)
        check_type("description", self.description, Description)

    def encode(self) -> bytes:
        """Return the RLP list of the nine fields; rates and update height share one."""
        return rlp.encode_list(
            [
                rlp.encode_bytes(self.address),
                rlp.encode_list([rlp.encode_bytes(key) for key in self.slot_keys]),
                encoded_uint(self.last_epoch_in_committee),
                encoded_uint(self.min_self_delegation),
                encoded_uint(self.max_total_delegation),
                encoded_uint(int(self.status)),
                rlp.encode_list([self.commission._encode(), encoded_uint(self.update_height)]),  # noqa: SLF001
                self.description._encode(),  # noqa: SLF001
                encoded_uint(self.creation_height),
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorWrapper:
    """A validator with its delegations and counters.

    Attributes:
        validator: the validator.
        delegations: its delegations, its own first.
        blocks_to_sign: blocks that it was asked to sign while in committees.
        blocks_signed: those of them that it signed.
        block_reward: everything that it earned, in atto.
    """

    validator: Validator
    delegations: tuple[Delegation, ...]
    blocks_to_sign: int = 0
    blocks_signed: int = 0
    block_reward: int = 0

    def __post_init__(self) -> None:
        check_type("validator", self.validator, Validator)
        check_type("delegations", self.delegations, tuple)
        for delegation in self.delegations:
            check_type("delegations", delegation, Delegation)
        for name in ("blocks_to_sign", "blocks_signed", "block_reward"):
            check_range(name, getattr(self, name), 0)

    @property
    def total_delegation(self) -> int:
        """Stake of all delegations in atto, without what is being taken back."""
        return sum(delegation.amount for delegation in self.delegations)

    def encode(self) -> bytes:
        """Return the RLP encoding: what stands in the place of the account's code."""
        return rlp.encode_list(
            [
                self.validator.encode(),
                rlp.encode_list([delegation._encode() for delegation in self.delegations]),  # noqa: SLF001
                rlp.encode_list([encoded_uint(self.blocks_to_sign), encoded_uint(self.blocks_signed)]),
                encoded_uint(self.block_reward),
            ]
        )


def decode_validator_wrapper(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> ValidatorWrapper:
    """Decode a validator's wrapper; ``.encode()`` gives back exactly ``data``.

    Whether the values make sense is for `verify_validator_wrapper`.

    Args:
        data: the RLP encoding, as in the code of the validator's account.
        compatibility: ``unbounded_integers`` takes amounts over 256 and heights and epochs over 64 bits,
            ``dec_text_unbounded`` rates over 315 bits, ``unknown_validator_status`` a status above 3.

    Raises:
        DecodeError: ``field-count``, ``field-type``, ``field-length``, ``field-integer-leading-zero``,
            ``field-integer-size``, ``validator-status``, or a code of `harmony_core.primitives.rlp`.
    """
    read = _Reader(compatibility)
    items = take_record(rlp.decode(data, max_depth=_MAX_DEPTH), _WRAPPER_FIELDS, "validator wrapper")
    counters = take_record(items[2], 2, "counters")
    return ValidatorWrapper(
        validator=read.validator(items[0]),
        delegations=_each(items[1], "delegations", read.delegation),
        blocks_to_sign=read.amount(counters[0], "blocks_to_sign"),
        blocks_signed=read.amount(counters[1], "blocks_signed"),
        block_reward=read.amount(items[3], "block_reward"),
    )


def _each(item: rlp.RLPItem, name: str, read: Callable[[rlp.RLPItem], _Item]) -> tuple[_Item, ...]:
    return tuple(read(inner) for inner in take_list(item, name))


class _Reader:
    """Reads the parts of a wrapper under one set of quirks."""

    def __init__(self, compatibility: Compatibility) -> None:
        self._compatibility = compatibility
        self._unbounded = compatibility.unbounded_integers

    def amount(self, item: rlp.RLPItem, name: str) -> int:
        return take_uint(item, None if self._unbounded else AMOUNT_BITS, name)

    def height(self, item: rlp.RLPItem, name: str) -> int:
        return take_uint(item, None if self._unbounded else HEIGHT_BITS, name)

    def validator(self, item: rlp.RLPItem) -> Validator:
        fields = take_record(item, _VALIDATOR_FIELDS, "validator")
        rates, update_height = take_record(fields[6], 2, "commission")
        description = take_record(fields[7], _DESCRIPTION_FIELDS, "description")
        return Validator(
            address=take_fixed(Address, fields[0], "address"),
            slot_keys=_each(
                fields[1], "slot_keys", lambda key: take_fixed(BLSPublicKeyBytes, key, "slot_keys")
            ),
            last_epoch_in_committee=Epoch(self.height(fields[2], "last_epoch_in_committee")),
            min_self_delegation=self.amount(fields[3], "min_self_delegation"),
            max_total_delegation=self.amount(fields[4], "max_total_delegation"),
            status=self.status(fields[5]),
            commission=self.rates(rates),
            update_height=self.height(update_height, "update_height"),
            description=Description(*(take_bytes(text, "description") for text in description)),
            creation_height=self.height(fields[8], "creation_height"),
        )

    def status(self, item: rlp.RLPItem) -> int:
        number = take_uint(item, _STATUS_BITS, "status")
        known = number in set(ValidatorStatus)
        require(
            known or self._compatibility.unknown_validator_status,
            DecodeError,
            "validator-status",
            "A validator's status is a number from 0 to 3.",
            actual=number,
        )
        return ValidatorStatus(number) if known else number

    def rates(self, item: rlp.RLPItem) -> CommissionRates:
        rates = take_record(item, _RATES, "commission rates")
        return CommissionRates(
            *(Dec.from_rlp_item(rate, compatibility=self._compatibility) for rate in rates)
        )

    def delegation(self, item: rlp.RLPItem) -> Delegation:
        fields = take_record(item, _DELEGATION_FIELDS, "delegation")
        return Delegation(
            take_fixed(Address, fields[0], "delegator"),
            self.amount(fields[1], "amount"),
            self.amount(fields[2], "reward"),
            _each(fields[3], "undelegations", self.undelegation),
        )

    def undelegation(self, item: rlp.RLPItem) -> Undelegation:
        amount, epoch = take_record(item, 2, "undelegation")
        return Undelegation(self.amount(amount, "amount"), Epoch(self.height(epoch, "epoch")))
