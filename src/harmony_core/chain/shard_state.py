"""Shard states: the committees of all shards in one epoch, their encodings and hashes.

Two encodings exist. Before staking a shard state is a list of committees and a slot has an address and a key; from
staking on it starts with its epoch and a slot has a third item, the effective stake.

Source: harmony-one/harmony, shard/shard_state.go.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from harmony_core.crypto.keccak import keccak256, sha3_256
from harmony_core.errors import DecodeError, MissingDataError, VerificationError, require
from harmony_core.primitives import (
    STRICT,
    Address,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    rlp,
)

__all__ = ["Committee", "ShardState", "Slot", "StakedSlots", "decode_shard_state", "node_list_hash"]

_MAX_DEPTH = 6  # state, committees, committee, slots, slot, stake
_ITEMS_OF_A_SLOT = 3
_SHARD_ID_BITS = 32
_STRICT_BITS = 64


@dataclass(frozen=True, slots=True)
class Slot:
    """One key's place in a committee.

    Attributes:
        address: account of the validator, or of the Harmony node.
        bls_public_key: the key that signs, 48 bytes.
        effective_stake: the stake that this key votes with; None for a Harmony node and before staking.
    """

    address: Address
    bls_public_key: BLSPublicKeyBytes
    effective_stake: Dec | None = None

    def __post_init__(self) -> None:
        _check_type("address", self.address, Address)
        _check_type("bls_public_key", self.bls_public_key, BLSPublicKeyBytes)
        if self.effective_stake is not None:
            _check_type("effective_stake", self.effective_stake, Dec)

    @property
    def node_id(self) -> bytes:
        """Address and key, 68 bytes: what hashes and comparisons of slots look at."""
        return self.address + self.bls_public_key


@dataclass(frozen=True, slots=True)
class StakedSlots:
    """The elected part of one or more committees.

    Attributes:
        addresses: accounts of the elected validators, each once, in the order of their first slot.
        key_count: number of elected keys.
        total_stake: sum of the effective stakes.
    """

    addresses: tuple[Address, ...]
    key_count: int
    total_stake: Dec


@dataclass(frozen=True, slots=True)
class Committee:
    """The keys that sign for one shard in one epoch; a commit's bitmap refers to their order.

    Attributes:
        shard_id: the shard, 32 bits.
        slots: the keys in order.
    """

    shard_id: ShardID
    slots: tuple[Slot, ...]

    def __post_init__(self) -> None:
        _check_type("shard_id", self.shard_id, int)
        _check_type("slots", self.slots, tuple)
        for slot in self.slots:
            _check_type("slot", slot, Slot)
        require(
            0 <= self.shard_id < 1 << _SHARD_ID_BITS,
            VerificationError,
            "shard-id-range",
            "A shard id has 32 bits.",
            actual=self.shard_id,
        )

    @property
    def public_keys(self) -> tuple[BLSPublicKeyBytes, ...]:
        """The keys in slot order."""
        return tuple(slot.bls_public_key for slot in self.slots)

    @property
    def hash(self) -> Hash32:
        """SHA3-256 (the NIST standard) of the encoding with stakes.

        Source: shard/shard_state.go, Committee.Hash.
        """
        return sha3_256(self.encode())

    def encode(self, *, staking: bool = True) -> bytes:
        """Return the RLP encoding; without ``staking`` in the form that leaves the stakes out."""
        return rlp.encode(self._item(staking=staking))

    def address_of(self, public_key: BLSPublicKeyBytes) -> Address:
        """Return the account of the first slot with this key.

        Raises:
            VerificationError: code ``key-not-in-committee``.
        """
        for slot in self.slots:
            if slot.bls_public_key == public_key:
                return slot.address
        raise VerificationError(
            "The key is not in this committee.", code="key-not-in-committee", actual=public_key
        )

    def staked_slots(self) -> StakedSlots:
        """Return the elected part of the committee; a stake of 0 counts as elected."""
        return _staked(self.slots)

    def _item(self, *, staking: bool) -> list[rlp.RLPEncodable]:
        return [rlp.encode_uint(self.shard_id), [_slot_item(slot, staking=staking) for slot in self.slots]]


@dataclass(frozen=True, slots=True)
class ShardState:
    """The committees of an epoch.

    Attributes:
        epoch: the epoch they sign in; None before staking, where the encoding leaves it out.
        committees: one committee for each shard, usually in the order of shard ids.
    """

    epoch: Epoch | None
    committees: tuple[Committee, ...]

    def __post_init__(self) -> None:
        _check_type("committees", self.committees, tuple)
        for committee in self.committees:
            _check_type("committee", committee, Committee)
        if self.epoch is not None:
            _check_type("epoch", self.epoch, int)
            require(
                self.epoch >= 0,
                VerificationError,
                "shard-state-epoch-negative",
                "An epoch is not negative.",
                actual=self.epoch,
            )

    @property
    def hash(self) -> Hash32:
        """Keccak-256 over the node list hashes of the committees in the order of shard ids.

        It covers addresses and keys only: neither the epoch nor the stakes, and an empty committee adds nothing.

        Source: shard/shard_state.go, State.Hash.
        """
        ordered = sorted(self.committees, key=lambda committee: committee.shard_id)
        return keccak256(b"".join(node_list_hash(committee.slots) for committee in ordered))

    def committee(self, shard_id: ShardID) -> Committee:
        """Return the committee of a shard.

        Raises:
            MissingDataError: code ``shard-not-in-state``.
        """
        for committee in self.committees:
            if committee.shard_id == shard_id:
                return committee
        raise MissingDataError(
            "The shard state has no committee for this shard.",
            code="shard-not-in-state",
            expected=shard_id,
            actual=", ".join(str(committee.shard_id) for committee in self.committees[:8]),
        )

    def encode(self, *, staking: bool | None = None) -> bytes:
        """Return the RLP encoding.

        Args:
            staking: whether to write epoch and stakes; None writes them when the state has an epoch. A state without
                an epoch is written with epoch 0.

        Source: shard/shard_state.go, EncodeWrapper.
        """
        with_stakes = self.epoch is not None if staking is None else staking
        committees: list[rlp.RLPEncodable] = [
            committee._item(staking=with_stakes)  # noqa: SLF001 - a class of this module
            for committee in self.committees
        ]
        if with_stakes:
            return rlp.encode([rlp.encode_uint(self.epoch or 0), committees])
        return rlp.encode(committees)

    def staked_slots(self) -> StakedSlots:
        """Return the elected part of all committees."""
        return _staked(slot for committee in self.committees for slot in committee.slots)


def decode_shard_state(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> ShardState:
    """Decode a shard state in either form; ``.encode()`` gives back exactly ``data``.

    The empty list is a state without committees from before staking. With ``unbounded_integers`` epochs above 2^64-1
    are taken, with ``dec_text_unbounded`` stakes of more than 315 bits, with ``repeated_shards`` a shard twice.

    Raises:
        DecodeError: code ``shard-state-shard-repeated``, or a code of `harmony_core.primitives.rlp`.

    Source: shard/shard_state.go, DecodeWrapper, which tries the form with stakes first; the first item tells the two
    forms apart, a byte string in the one and a list in the other.
    """
    items = rlp.expect_list(rlp.decode(data, max_depth=_MAX_DEPTH))
    epoch = None
    staking = bool(items) and isinstance(items[0], bytes)
    if staking:
        number, listed = rlp.expect_list(items, 2)
        epoch = Epoch(rlp.decode_uint(number, None if compatibility.unbounded_integers else _STRICT_BITS))
        items = rlp.expect_list(listed)
    committees = tuple(_decode_committee(item, compatibility, staking=staking) for item in items)
    if not compatibility.repeated_shards:
        require(
            len({committee.shard_id for committee in committees}) == len(committees),
            DecodeError,
            "shard-state-shard-repeated",
            "A shard state lists the same shard twice.",
        )
    return ShardState(epoch, committees)


def node_list_hash(slots: Iterable[Slot]) -> bytes:
    """Return Keccak-256 of the slots' addresses and keys in order, or no bytes at all for no slots.

    Source: shard/shard_state.go, GetHashFromNodeList.
    """
    joined = b"".join(slot.node_id for slot in slots)
    return keccak256(joined) if joined else b""


def _decode_committee(item: rlp.RLPItem, compatibility: Compatibility, *, staking: bool) -> Committee:
    shard_id, slots = rlp.expect_list(item, 2)
    return Committee(
        ShardID(rlp.decode_uint(shard_id, _SHARD_ID_BITS)),
        tuple(_decode_slot(slot, compatibility, staking=staking) for slot in rlp.expect_list(slots)),
    )


def _decode_slot(item: rlp.RLPItem, compatibility: Compatibility, *, staking: bool) -> Slot:
    address, key, *stake = rlp.expect_list(item, _ITEMS_OF_A_SLOT if staking else 2)
    return Slot(
        Address(rlp.expect_bytes(address)),
        BLSPublicKeyBytes(rlp.expect_bytes(key)),
        # An empty list stands for no stake: a key of a Harmony node.
        Dec.from_rlp_item(stake[0], compatibility=compatibility) if stake and stake[0] != [] else None,
    )


def _slot_item(slot: Slot, *, staking: bool) -> list[rlp.RLPEncodable]:
    item: list[rlp.RLPEncodable] = [slot.address, slot.bls_public_key]
    if staking:
        item.append([] if slot.effective_stake is None else slot.effective_stake.to_rlp_item())
    return item


def _staked(slots: Iterable[Slot]) -> StakedSlots:
    total = Dec.ZERO
    addresses: dict[Address, None] = {}
    count = 0
    for slot in slots:
        if slot.effective_stake is not None:
            total += slot.effective_stake
            addresses[slot.address] = None
            count += 1
    return StakedSlots(tuple(addresses), count, total)


def _check_type(name: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {kind.__name__}, not {type(value).__name__}")
