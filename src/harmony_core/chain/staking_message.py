"""The messages of the five staking directives, their encoding and strict decoding.

Only the form is judged here; whether a directive may be carried out is for the staking rules.

Source: harmony-one/harmony, staking/types/messages.go and staking/types/validator.go (Description, CommissionRates).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar, Final, Self

from harmony_core.chain.fields import (
    AMOUNT_BITS,
    check_range,
    check_type,
    encoded_uint,
    take_bytes,
    take_fixed,
    take_list,
    take_record,
    take_uint,
)
from harmony_core.primitives import (
    STRICT,
    Address,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    Dec,
    rlp,
)

__all__ = [
    "CollectRewards",
    "CommissionRates",
    "CreateValidator",
    "Delegate",
    "Description",
    "EditValidator",
    "StakingMessage",
    "Undelegate",
]

_STATUS_BITS: Final = 8


@dataclass(frozen=True, slots=True)
class StakingMessage(ABC):
    """A message of a staking directive."""

    FIELDS: ClassVar[int]

    @classmethod
    def decode(
        cls, data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
    ) -> "StakingMessage":
        """Decode the message of this directive; what decodes encodes back to exactly ``data``.

        Args:
            data: the RLP list of the fields.
            compatibility: ``unbounded_integers`` takes amounts of more than 256 bits, ``dec_text_unbounded`` rates of
                more than 315.

        Raises:
            DecodeError: code ``field-count``, ``field-type``, ``field-length``, ``field-integer-leading-zero``,
                ``field-integer-size``, or a code of `rlp.decode` or `Dec.from_rlp_item`.
        """
        items = take_record(rlp.decode(data), cls.FIELDS, cls.__name__)
        return cls._from_items(items, compatibility)

    @classmethod
    @abstractmethod
    def _from_items(cls, items: list[rlp.RLPItem], compatibility: Compatibility) -> "StakingMessage":
        """Return the message of the decoded fields."""

    @abstractmethod
    def encode(self) -> bytes:
        """Return the RLP list of the fields."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a validator says about itself; every text may be empty.

    Bytes that are not UTF-8 come as lone surrogates (the ``surrogateescape`` of Python) and encode back.
    """

    name: str
    identity: str
    website: str
    security_contact: str
    details: str

    def __post_init__(self) -> None:
        for entry in fields(self):
            check_type(entry.name, getattr(self, entry.name), str)

    def encode(self) -> bytes:
        """Return the RLP list of the five texts."""
        texts = (getattr(self, entry.name) for entry in fields(self))
        return rlp.encode_list([rlp.encode_bytes(text.encode("utf-8", "surrogateescape")) for text in texts])

    @classmethod
    def from_item(cls, item: rlp.RLPItem) -> Self:
        """Return the description of a decoded item, with the errors of `StakingMessage.decode`."""
        names = [entry.name for entry in fields(cls)]
        items = take_record(item, len(names), "Description")
        texts = [take_bytes(inner, name) for inner, name in zip(items, names, strict=False)]
        return cls(*(text.decode("utf-8", "surrogateescape") for text in texts))


@dataclass(frozen=True, slots=True)
class CommissionRates:
    """The share of the rewards that a validator keeps.

    Attributes:
        rate: the present share.
        max_rate: the largest that it may set.
        max_change_rate: by how much it may change in an epoch.
    """

    rate: Dec
    max_rate: Dec
    max_change_rate: Dec

    def __post_init__(self) -> None:
        for entry in fields(self):
            check_type(entry.name, getattr(self, entry.name), Dec)

    def encode(self) -> bytes:
        """Return the RLP list of the three rates, each a list of one integer."""
        return rlp.encode([getattr(self, entry.name).to_rlp_item() for entry in fields(self)])

    @classmethod
    def from_item(cls, item: rlp.RLPItem, compatibility: Compatibility) -> Self:
        """Return the rates of a decoded item, with the errors of `StakingMessage.decode`."""
        items = take_record(item, 3, "CommissionRates")
        return cls(*(Dec.from_rlp_item(inner, compatibility=compatibility) for inner in items))


@dataclass(frozen=True, slots=True)
class CreateValidator(StakingMessage):
    """Makes a validator and delegates to it.

    Attributes:
        validator_address: the account, which has to be the sender.
        description: what it says about itself.
        commission_rates: its commission.
        min_self_delegation: the least that it delegates to itself, in atto.
        max_total_delegation: the most that may be delegated to it, in atto.
        slot_public_keys: the BLS keys that it will sign with.
        slot_key_signatures: the proof of possession of each.
        amount: what it delegates to itself now, in atto.
    """

    FIELDS: ClassVar[int] = 8

    validator_address: Address
    description: Description
    commission_rates: CommissionRates
    min_self_delegation: int
    max_total_delegation: int
    slot_public_keys: tuple[BLSPublicKeyBytes, ...]
    slot_key_signatures: tuple[BLSSignatureBytes, ...]
    amount: int

    def __post_init__(self) -> None:
        check_type("validator_address", self.validator_address, Address)
        check_type("description", self.description, Description)
        check_type("commission_rates", self.commission_rates, CommissionRates)
        for name in ("min_self_delegation", "max_total_delegation", "amount"):
            check_range(name, getattr(self, name), 0)
        for key in self.slot_public_keys:
            check_type("slot_public_keys", key, BLSPublicKeyBytes)
        for signature in self.slot_key_signatures:
            check_type("slot_key_signatures", signature, BLSSignatureBytes)

    def encode(self) -> bytes:
        """Return the RLP list of the eight fields."""
        return rlp.encode_list(
            [
                rlp.encode_bytes(self.validator_address),
                self.description.encode(),
                self.commission_rates.encode(),
                encoded_uint(self.min_self_delegation),
                encoded_uint(self.max_total_delegation),
                rlp.encode(self.slot_public_keys),
                rlp.encode(self.slot_key_signatures),
                encoded_uint(self.amount),
            ]
        )

    @classmethod
    def _from_items(cls, items: list[rlp.RLPItem], compatibility: Compatibility) -> "CreateValidator":
        bits = _amount_bits(compatibility)
        return cls(
            take_fixed(Address, items[0], "validator_address"),
            Description.from_item(items[1]),
            CommissionRates.from_item(items[2], compatibility),
            take_uint(items[3], bits, "min_self_delegation"),
            take_uint(items[4], bits, "max_total_delegation"),
            tuple(
                take_fixed(BLSPublicKeyBytes, key, "slot_public_keys")
                for key in take_list(items[5], "slot_public_keys")
            ),
            tuple(
                take_fixed(BLSSignatureBytes, signature, "slot_key_signatures")
                for signature in take_list(items[6], "slot_key_signatures")
            ),
            take_uint(items[7], bits, "amount"),
        )


@dataclass(frozen=True, slots=True)
class EditValidator(StakingMessage):
    """Changes a validator; what is None stays as it is.

    A delegation of zero encodes like None and decodes as None.

    Attributes:
        validator_address: the account, which has to be the sender.
        description: what it says about itself; an empty text stays as it is.
        commission_rate: the new rate.
        min_self_delegation: the least that it delegates to itself, in atto.
        max_total_delegation: the most that may be delegated to it, in atto.
        slot_key_to_remove: a BLS key that it gives up.
        slot_key_to_add: a BLS key that it will sign with.
        slot_key_to_add_signature: the proof of possession of that key.
        status: the status that it wants, 8 bits; 1 is active, 2 inactive.
    """

    FIELDS: ClassVar[int] = 9

    validator_address: Address
    description: Description
    commission_rate: Dec | None = None
    min_self_delegation: int | None = None
    max_total_delegation: int | None = None
    slot_key_to_remove: BLSPublicKeyBytes | None = None
    slot_key_to_add: BLSPublicKeyBytes | None = None
    slot_key_to_add_signature: BLSSignatureBytes | None = None
    status: int = 0

    def __post_init__(self) -> None:
        check_type("validator_address", self.validator_address, Address)
        check_type("description", self.description, Description)
        check_range("status", self.status, _STATUS_BITS)
        for name, kind in (
            ("commission_rate", Dec),
            ("slot_key_to_remove", BLSPublicKeyBytes),
            ("slot_key_to_add", BLSPublicKeyBytes),
            ("slot_key_to_add_signature", BLSSignatureBytes),
        ):
            if getattr(self, name) is not None:
                check_type(name, getattr(self, name), kind)
        for name in ("min_self_delegation", "max_total_delegation"):
            if getattr(self, name) is not None:
                check_range(name, getattr(self, name), 0)

    def encode(self) -> bytes:
        """Return the RLP list of the nine fields."""
        rate: rlp.RLPEncodable = [] if self.commission_rate is None else self.commission_rate.to_rlp_item()
        return rlp.encode_list(
            [
                rlp.encode_bytes(self.validator_address),
                self.description.encode(),
                rlp.encode(rate),
                encoded_uint(self.min_self_delegation or 0),
                encoded_uint(self.max_total_delegation or 0),
                rlp.encode_bytes(self.slot_key_to_remove or b""),
                rlp.encode_bytes(self.slot_key_to_add or b""),
                rlp.encode_bytes(self.slot_key_to_add_signature or b""),
                encoded_uint(self.status),
            ]
        )

    @classmethod
    def _from_items(cls, items: list[rlp.RLPItem], compatibility: Compatibility) -> "EditValidator":
        bits = _amount_bits(compatibility)
        rate = None if items[2] == [] else Dec.from_rlp_item(items[2], compatibility=compatibility)
        return cls(
            take_fixed(Address, items[0], "validator_address"),
            Description.from_item(items[1]),
            rate,
            take_uint(items[3], bits, "min_self_delegation") or None,
            take_uint(items[4], bits, "max_total_delegation") or None,
            _optional_key(items[5], "slot_key_to_remove"),
            _optional_key(items[6], "slot_key_to_add"),
            None if items[7] == b"" else take_fixed(BLSSignatureBytes, items[7], "slot_key_to_add_signature"),
            take_uint(items[8], _STATUS_BITS, "status"),
        )


@dataclass(frozen=True, slots=True)
class _Delegation(StakingMessage):
    """An amount, in atto, between a delegator, who has to be the sender, and a validator."""

    FIELDS: ClassVar[int] = 3

    delegator_address: Address
    validator_address: Address
    amount: int

    def __post_init__(self) -> None:
        check_type("delegator_address", self.delegator_address, Address)
        check_type("validator_address", self.validator_address, Address)
        check_range("amount", self.amount, 0)

    def encode(self) -> bytes:
        """Return the RLP list of the three fields."""
        return rlp.encode_list(
            [
                rlp.encode_bytes(self.delegator_address),
                rlp.encode_bytes(self.validator_address),
                encoded_uint(self.amount),
            ]
        )

    @classmethod
    def _from_items(cls, items: list[rlp.RLPItem], compatibility: Compatibility) -> Self:
        return cls(
            take_fixed(Address, items[0], "delegator_address"),
            take_fixed(Address, items[1], "validator_address"),
            take_uint(items[2], _amount_bits(compatibility), "amount"),
        )


@dataclass(frozen=True, slots=True)
class Delegate(_Delegation):
    """Lends an amount, in atto, to a validator; the delegator has to be the sender."""


@dataclass(frozen=True, slots=True)
class Undelegate(_Delegation):
    """Takes an amount, in atto, back from a validator; the delegator has to be the sender."""


@dataclass(frozen=True, slots=True)
class CollectRewards(StakingMessage):
    """Pays out all rewards of a delegator, who has to be the sender."""

    FIELDS: ClassVar[int] = 1

    delegator_address: Address

    def __post_init__(self) -> None:
        check_type("delegator_address", self.delegator_address, Address)

    def encode(self) -> bytes:
        """Return the RLP list of the one field."""
        return rlp.encode_list([rlp.encode_bytes(self.delegator_address)])

    @classmethod
    def _from_items(cls, items: list[rlp.RLPItem], compatibility: Compatibility) -> "CollectRewards":  # noqa: ARG003
        return cls(take_fixed(Address, items[0], "delegator_address"))


def _optional_key(item: rlp.RLPItem, name: str) -> BLSPublicKeyBytes | None:
    return None if item == b"" else take_fixed(BLSPublicKeyBytes, item, name)


def _amount_bits(compatibility: Compatibility) -> int | None:
    return None if compatibility.unbounded_integers else AMOUNT_BITS
