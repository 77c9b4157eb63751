"""The state root of accounts that have nothing but a balance, as at genesis."""

from collections.abc import Mapping
from typing import Final

from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import Address, Hash32, rlp
from harmony_core.trie import EMPTY_ROOT, Trie

__all__ = ["state_root_of_balances"]

_EMPTY_CODE_HASH: Final = keccak256(b"")
_BALANCE_BITS: Final = 256


def state_root_of_balances(balances: Mapping[Address, int]) -> Hash32:
    """Return the root of the state in which these accounts, and no others, exist.

    An account is rlp([nonce, balance, storage root, code hash]) under the keccak-256 of its address. Each one here has
    nonce 0, no storage and no code; a balance of 0 makes an account too.

    Source: harmony-one/harmony, core/genesis.go, ToBlock; core/state/state_object.go, Account.

    Args:
        balances: atto by address, each at least 0 and below 2^256.

    Returns:
        The 32-byte root, that of the empty trie without accounts.

    Raises:
        VerificationError: ``account-balance-range``.
    """
    trie = Trie()
    trie.update({keccak256(address): _account(balance) for address, balance in balances.items()})
    return trie.root


def _account(balance: int) -> bytes:
    require(
        balance >= 0 and balance.bit_length() <= _BALANCE_BITS,
        VerificationError,
        "account-balance-range",
        "A balance is at least 0 and has at most 256 bits.",
        actual=balance,
    )
    no_nonce = rlp.encode_uint(0)
    return rlp.encode([no_nonce, rlp.encode_uint(max(balance, 0)), EMPTY_ROOT, _EMPTY_CODE_HASH])
