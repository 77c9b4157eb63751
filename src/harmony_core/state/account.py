"""Accounts as leaves of a shard's state, and the keys under which a state keeps accounts and slots.

Source: harmony-one/harmony, core/types/state_account.go (StateAccount) and core/state; the form is Ethereum's, with no
field of its own.
"""

from dataclasses import dataclass
from typing import Final

from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import Address, Hash32, rlp
from harmony_core.trie import EMPTY_ROOT

__all__ = [
    "EMPTY_ACCOUNT",
    "EMPTY_CODE_HASH",
    "Account",
    "account_key",
    "decode_account",
    "decode_slot_value",
    "encode_slot_value",
    "slot_key",
]

EMPTY_CODE_HASH: Final = keccak256(b"")
"""Code hash of an account without code."""

_BALANCE_BITS: Final = 256
_NONCE_BITS: Final = 64
_FIELDS: Final = 4
_WORD: Final = Hash32.LENGTH


@dataclass(frozen=True, slots=True)
class Account:
    """What the state holds of one address.

    Attributes:
        nonce: number of transactions sent, 64 bits.
        balance: atto, 256 bits.
        storage_root: root of the account's own trie of slots.
        code_hash: keccak-256 of the code; of a validator, of its wrapper's encoding.

    Raises:
        VerificationError: ``account-nonce-range`` or ``account-balance-range`` for an integer outside its field.
    """

    nonce: int = 0
    balance: int = 0
    storage_root: Hash32 = EMPTY_ROOT
    code_hash: Hash32 = EMPTY_CODE_HASH

    def __post_init__(self) -> None:
        for name, value, kind in (
            ("nonce", self.nonce, int),
            ("balance", self.balance, int),
            ("storage_root", self.storage_root, Hash32),
            ("code_hash", self.code_hash, Hash32),
        ):
            if not isinstance(value, kind):
                raise TypeError(f"{name} is {kind.__name__}, not {type(value).__name__}")
        require(
            self.nonce >= 0 and self.nonce.bit_length() <= _NONCE_BITS,
            VerificationError,
            "account-nonce-range",
            "A nonce is at least 0 and has at most 64 bits.",
            actual=self.nonce,
        )
        require(
            self.balance >= 0 and self.balance.bit_length() <= _BALANCE_BITS,
            VerificationError,
            "account-balance-range",
            "A balance is at least 0 and has at most 256 bits.",
            actual=self.balance,
        )

    @property
    def is_empty(self) -> bool:
        """Whether the account has no nonce, balance or code, which lets it be deleted; storage does not count.

        Source: core/state/state_object.go, empty (EIP-161).
        """
        return not self.nonce and not self.balance and self.code_hash == EMPTY_CODE_HASH

    def encode(self) -> bytes:
        """Return the RLP list of nonce, balance, storage root and code hash: the leaf's value."""
        nonce, balance = rlp.encode_uint(self.nonce), rlp.encode_uint(self.balance)
        return rlp.encode_list(
            [
                rlp.encode_bytes(nonce),
                rlp.encode_bytes(balance),
                b"\xa0" + self.storage_root,
                b"\xa0" + self.code_hash,
            ]
        )


EMPTY_ACCOUNT: Final = Account()
"""What an address that does not exist reads as."""


def decode_account(data: bytes) -> Account:
    """Read an account from its leaf's value; ``.encode()`` gives back exactly ``data``.

    Raises:
        DecodeError: a code of `harmony_core.primitives.rlp`, ``rlp-integer-size`` for a nonce over 64 bits or a balance
            over 256 bits, ``bytes-length`` for a root or a code hash of another length.
    """
    items = rlp.expect_list(rlp.decode(data, max_depth=1, max_items=_FIELDS + 1), _FIELDS)
    nonce, balance, storage_root, code_hash = items
    return Account(
        rlp.decode_uint(nonce, _NONCE_BITS),
        rlp.decode_uint(balance, _BALANCE_BITS),
        Hash32(rlp.expect_bytes(storage_root)),
        Hash32(rlp.expect_bytes(code_hash)),
    )


def account_key(address: Address) -> Hash32:
    """Return the key of an account in the trie of a state: keccak-256 of the address."""
    if not isinstance(address, Address):
        raise TypeError(f"an Address is needed, not {type(address).__name__}")
    return keccak256(address)


def slot_key(slot: Hash32) -> Hash32:
    """Return the key of a slot in the trie of an account: keccak-256 of the slot's 32 bytes."""
    if not isinstance(slot, Hash32):
        raise TypeError(f"a slot is a Hash32, not {type(slot).__name__}")
    return keccak256(slot)


def encode_slot_value(value: Hash32) -> bytes:
    """Return how the trie of an account holds a slot's value: RLP without leading zeros; empty, so absent, for zero."""
    trimmed = value.lstrip(b"\x00")
    return rlp.encode_bytes(trimmed) if trimmed else b""


def decode_slot_value(data: bytes) -> Hash32:
    """Read the value of a slot, 32 bytes, from the trie of an account.

    Raises:
        DecodeError: ``storage-value`` for anything but the RLP of 1 to 32 bytes of which the first is not zero, or a
            code of `harmony_core.primitives.rlp`.
    """
    value = rlp.expect_bytes(rlp.decode(data, max_depth=1, max_items=2))
    require(
        0 < len(value) <= _WORD and value[0],
        DecodeError,
        "storage-value",
        "A slot holds 1 to 32 bytes without leading zeros.",
        actual=value[: _WORD + 1],
    )
    return Hash32(value[-_WORD:].rjust(_WORD, b"\x00"))
