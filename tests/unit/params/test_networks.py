"""Loading networks: names, arguments, what is read when."""

import subprocess
import sys

import pytest

from harmony_core.errors import ConfigurationError
from harmony_core.params import NETWORK_NAMES, load_chain_config, load_network
from harmony_core.primitives import Address, Epoch, ShardID


def test_every_network_loads_and_is_loaded_once() -> None:
    for name in NETWORK_NAMES:
        network = load_network(name)
        assert network.name == name
        assert load_network(name) is network


def test_an_unknown_network_is_refused() -> None:
    for name in ("", "Mainnet", "test", "mainnet "):
        with pytest.raises(ConfigurationError) as info:
            load_network(name)
        assert info.value.code == "network-unknown"


def test_an_unknown_chain_config_is_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        load_chain_config("nowhere")
    assert info.value.code == "network-unknown"


def test_a_name_that_is_not_text_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        load_network(1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mainnet", {"blocks_per_epoch": 16}),
        ("devnet", {"blocks_per_epoch_v2": 16}),
        ("localnet", {"blocks_per_epoch": 0}),
        ("localnet", {"blocks_per_epoch_v2": -1}),
    ],
)
def test_a_length_of_epochs_is_refused_where_it_has_no_meaning(name: str, options: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError) as info:
        load_network(name, **options)
    assert info.value.code == "network-epoch-length"


def test_localnet_counts_with_the_second_length() -> None:
    assert load_network("localnet").schedule.last_block_of_epoch(Epoch(1)) == 20
    assert load_network("localnet", blocks_per_epoch=64).schedule.last_block_of_epoch(Epoch(1)) == 68
    longer = load_network("localnet", blocks_per_epoch=16, blocks_per_epoch_v2=32).schedule
    assert longer.last_block_of_epoch(Epoch(1)) == 36
    assert longer.instance_for_epoch(Epoch(1)).blocks_per_epoch == 32


def test_devnet_begins_by_other_switches_than_it_runs_by() -> None:
    devnet = load_network("devnet")
    assert devnet.genesis.config == load_chain_config("test")
    assert devnet.genesis.config.chain_id == 99
    assert devnet.config == load_chain_config("testnet") == load_chain_config("devnet")
    for name in NETWORK_NAMES[:-1]:
        assert load_network(name).genesis.config == load_network(name).config


def test_genesis_balances() -> None:
    foundation = Address.from_hex("0xe25abc3f7c3d5fb7fb81eafd421ff1621a61107c")
    mainnet = load_network("mainnet").genesis
    assert mainnet.allocation(ShardID(0)) == {foundation: 12_600_000_000 * 10**18}
    assert mainnet.allocation(ShardID(1)) == {}
    assert mainnet.gas_limit == 4_712_388
    deployer = Address.from_hex("0x15a128e599b74842bccba860311efa92991bffb5")
    for name in NETWORK_NAMES[1:]:
        genesis = load_network(name).genesis
        assert genesis.gas_limit == 80_000_000
        assert genesis.allocation(ShardID(0)) == genesis.allocation(ShardID(1))
        assert genesis.allocation(ShardID(1))[deployer] == 10**28
        assert len(genesis.allocation(ShardID(0))) == (2 if name == "localnet" else 1)


def test_account_lists_are_read_only_when_asked_for() -> None:
    program = (
        "from harmony_core.params import load_network, accounts\n"
        "instance = load_network('mainnet').schedule.instance_for_epoch(0)\n"
        "assert accounts._packaged_list.cache_info().currsize == 0\n"
        "assert len(instance.harmony_accounts) == 804\n"
        "assert accounts._packaged_list.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
