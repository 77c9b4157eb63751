"""The state of accounts that have nothing but a balance, as at genesis."""

from collections.abc import Mapping

from harmony_core.primitives import Address, Hash32
from harmony_core.state import Account, account_key
from harmony_core.trie import Trie

__all__ = ["state_root_of_balances"]


def state_root_of_balances(balances: Mapping[Address, int]) -> Hash32:
    """Return the root of the state in which these accounts, and no others, exist.

    Each account has nonce 0, no storage and no code; a balance of 0 makes an account too.

    Source: harmony-one/harmony, core/genesis.go, ToBlock; core/state/state_object.go, Account.

    Args:
        balances: atto by address, each at least 0 and below 2^256.

    Returns:
        The 32-byte root, that of the empty trie without accounts.

    Raises:
        VerificationError: ``account-balance-range``.
    """
    trie = Trie()
    trie.update({account_key(address): Account(balance=held).encode() for address, held in balances.items()})
    return trie.root
