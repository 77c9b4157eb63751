"""Proofs that an account or a slot is, or is not, in the state that a verified header commits to."""

from dataclasses import dataclass
from typing import Final

from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Address, Hash32
from harmony_core.quorum import VerifiedHeader
from harmony_core.state.account import (
    EMPTY_ACCOUNT,
    Account,
    account_key,
    decode_account,
    decode_slot_value,
    slot_key,
)
from harmony_core.state.live_account import ZERO_WORD
from harmony_core.state.state import State
from harmony_core.trie import Trie, verify_proof

__all__ = [
    "AccountProof",
    "StorageProof",
    "VerifiedAccount",
    "VerifiedSlot",
    "account_at_root",
    "prove_account",
    "prove_slot",
    "slot_at_root",
    "verify_account_proof",
    "verify_code",
    "verify_storage_proof",
]

_MINT: Final = object()
"""Known to the verification of this module only."""


@dataclass(frozen=True, slots=True)
class AccountProof:
    """The way from a state's root to an account, or to where it would be. Nothing about it is verified yet.

    Attributes:
        address: the account.
        nodes: encodings of the trie nodes on the way, the root's first.
    """

    address: Address
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class StorageProof:
    """The way from an account's storage root to a slot, or to where it would be. Nothing about it is verified yet.

    Attributes:
        slot: the slot, 32 bytes.
        nodes: encodings of the trie nodes on the way, the root's first; none for an account without storage.
    """

    slot: Hash32
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, init=False)
class VerifiedAccount:
    """An account as of a verified header; made by `verify_account_proof` only.

    Attributes:
        header: the header, after whose block this is the account.
        address: its address.
        account: the account, or None where it is proven that there is none.
    """

    header: VerifiedHeader
    address: Address
    account: Account | None

    def __init__(
        self, mint: object, header: VerifiedHeader, address: Address, account: Account | None
    ) -> None:
        """Refuse to be made outside verification."""
        _only_by_verification(mint, "VerifiedAccount")
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "address", address)
        object.__setattr__(self, "account", account)

    @property
    def balance(self) -> int:
        """Balance in atto, 0 for no account."""
        return (self.account or EMPTY_ACCOUNT).balance

    @property
    def nonce(self) -> int:
        """Nonce, 0 for no account."""
        return (self.account or EMPTY_ACCOUNT).nonce


@dataclass(frozen=True, slots=True, init=False)
class VerifiedSlot:
    """What a slot holds as of a verified header; made by `verify_storage_proof` only.

    Attributes:
        owner: the account.
        slot: the slot.
        value: 32 bytes, zero where it is proven that the slot was never set.
    """

    owner: VerifiedAccount
    slot: Hash32
    value: Hash32

    def __init__(self, mint: object, owner: VerifiedAccount, slot: Hash32, value: Hash32) -> None:
        """Refuse to be made outside verification."""
        _only_by_verification(mint, "VerifiedSlot")
        object.__setattr__(self, "owner", owner)
        object.__setattr__(self, "slot", slot)
        object.__setattr__(self, "value", value)


def prove_account(state: State | Trie, address: Address) -> AccountProof:
    """Return the proof of an account's presence or absence as of the last root of a state.

    Args:
        state: the state, or the trie of its accounts.
        address: the account.

    Raises:
        MissingDataError: ``trie-node-missing`` where the store lacks a node on the way.
    """
    trie = state.trie if isinstance(state, State) else state
    return AccountProof(address, tuple(trie.prove(account_key(address))))


def prove_slot(state: State | Trie, address: Address, slot: Hash32) -> StorageProof:
    """Return the proof of what a slot holds as of the last root of a state.

    Args:
        state: the state, or the trie of the account's slots.
        address: the account.
        slot: the slot.

    Raises:
        MissingDataError: ``trie-node-missing`` where the store lacks a node on the way.
    """
    trie = state.storage_trie(address) if isinstance(state, State) else state
    return StorageProof(slot, tuple(trie.prove(slot_key(slot))))


def account_at_root(root: Hash32, proof: AccountProof) -> Account | None:
    """Return the account that a state root commits to, None if it is proven to have none.

    Args:
        root: a root that the caller trusts; `verify_account_proof` takes it from a verified header.
        proof: the proof.

    Raises:
        VerificationError: a ``trie-proof-`` code, see `harmony_core.trie.verify_proof`.
        DecodeError: the proof's nodes or the account are not canonical.
    """
    value = verify_proof(root, account_key(proof.address), proof.nodes)
    return None if value is None else decode_account(value)


def slot_at_root(storage_root: Hash32, proof: StorageProof) -> Hash32:
    """Return the 32 bytes that a slot holds under a storage root, zero if it is proven to hold nothing.

    Raises:
        VerificationError, DecodeError: as for `account_at_root`, and ``storage-value``.
    """
    value = verify_proof(storage_root, slot_key(proof.slot), proof.nodes)
    return ZERO_WORD if value is None else decode_slot_value(value)


def verify_account_proof(header: VerifiedHeader, proof: AccountProof) -> VerifiedAccount:
    """Verify an account against the state root of a verified header.

    Args:
        header: the header; a quorum of the committee signed it.
        proof: the proof, from any server.

    Raises:
        VerificationError, DecodeError: as for `account_at_root`.
    """
    if not isinstance(header, VerifiedHeader):
        raise TypeError(f"a VerifiedHeader is needed, not {type(header).__name__}")
    return VerifiedAccount(_MINT, header, proof.address, account_at_root(header.header.root, proof))


def verify_storage_proof(owner: VerifiedAccount, proof: StorageProof) -> VerifiedSlot:
    """Verify a slot against the storage root of a verified account.

    Raises:
        VerificationError, DecodeError: as for `slot_at_root`.
    """
    if not isinstance(owner, VerifiedAccount):
        raise TypeError(f"a VerifiedAccount is needed, not {type(owner).__name__}")
    root = (owner.account or EMPTY_ACCOUNT).storage_root
    return VerifiedSlot(_MINT, owner, proof.slot, slot_at_root(root, proof))


def verify_code(owner: VerifiedAccount, code: bytes) -> None:
    """Verify that ``code`` is the code of a verified account.

    Raises:
        VerificationError: ``account-code-hash`` for other code.
    """
    if not isinstance(owner, VerifiedAccount):
        raise TypeError(f"a VerifiedAccount is needed, not {type(owner).__name__}")
    expected, actual = (owner.account or EMPTY_ACCOUNT).code_hash, keccak256(code)
    require(
        actual == expected,
        VerificationError,
        "account-code-hash",
        "This is not the code of the account.",
        expected=expected,
        actual=actual,
    )


def _only_by_verification(mint: object, name: str) -> None:
    if mint is not _MINT:
        raise TypeError(f"a {name} comes from verification and cannot be made by hand")
