import pytest
import rlp

from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError
from harmony_core.genesis import (
    genesis_allocation,
    genesis_header,
    genesis_state,
    state_root_of_balances,
)
from harmony_core.params import NETWORK_NAMES, load_network
from harmony_core.primitives import Address, Epoch, ShardID
from harmony_core.state import State
from harmony_core.trie import EMPTY_ROOT, Trie

ADDRESS = Address(bytes(range(20)))


def test_no_accounts_have_the_empty_root() -> None:
    assert state_root_of_balances({}) == EMPTY_ROOT


@pytest.mark.parametrize("balance", [0, 1, 127, 128, 10**28, 2**256 - 1])
def test_an_account_is_keyed_by_the_hash_of_its_address(balance: int) -> None:
    trie = Trie()
    trie.set(keccak256(ADDRESS), rlp.encode([0, balance, bytes(EMPTY_ROOT), bytes(keccak256(b""))]))
    assert state_root_of_balances({ADDRESS: balance}) == trie.root


def test_the_order_of_accounts_does_not_matter() -> None:
    balances = {Address(keccak256(bytes([i]))[:20]): i for i in range(200)}
    assert state_root_of_balances(balances) == state_root_of_balances(dict(reversed(balances.items())))


def test_thousands_of_accounts_are_no_burden() -> None:
    balances = {Address(i.to_bytes(20, "big")): i for i in range(5000)}
    assert state_root_of_balances(balances) != EMPTY_ROOT


@pytest.mark.parametrize("balance", [-1, 2**256])
def test_a_balance_out_of_range_is_refused(balance: int) -> None:
    with pytest.raises(VerificationError) as info:
        state_root_of_balances({ADDRESS: balance})
    assert info.value.code == "account-balance-range"


@pytest.mark.parametrize("name", NETWORK_NAMES)
def test_the_state_of_every_network_has_the_root_of_its_genesis_header(name: str) -> None:
    network = load_network(name)
    for shard in range(network.schedule.instance_for_epoch(Epoch(0)).num_shards):
        state = genesis_state(network, ShardID(shard))
        root = genesis_header(network, ShardID(shard)).root
        assert state.trie.root == root
        again = State(state.store, root)
        for address, balance in genesis_allocation(network, ShardID(shard)).items():
            assert again.balance(address) == balance
