"""Switches: which are on when, and the node's JSON form of them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import DecodeError
from harmony_core.params import (
    NETWORK_NAMES,
    ChainConfig,
    Rules,
    gas_limit_bounds,
    gas_table,
    is_eth_compatible_chain_id,
    load_chain_config,
)
from harmony_core.params.gas import GAS_TABLE_R3, GAS_TABLE_S3
from harmony_core.primitives import Epoch, ShardID

MAINNET = load_chain_config("mainnet")
LEAST = {"chain-id": 1, "eth-compatible-chain-id": 2, "eth-compatible-shard-0-chain-id": 2}


def test_a_switch_is_on_from_its_epoch() -> None:
    assert not MAINNET.is_staking(Epoch(185))
    assert MAINNET.is_staking(Epoch(186))
    assert MAINNET.is_staking(Epoch(2963))


def test_a_switch_without_an_epoch_is_never_on() -> None:
    testnet = load_chain_config("testnet")
    assert testnet.hip32_epoch is None
    assert not testnet.is_hip32(Epoch(10**12))


def test_every_switch_has_a_predicate() -> None:
    for name in NETWORK_NAMES:
        config = load_chain_config(name)
        on = {n for n in dir(ChainConfig) if n.startswith("is_") and getattr(config, n)(Epoch(10**9))}
        switches = {key for key in config.to_json() if not key.endswith("chain-id")} - {
            "commission-promo-period"
        }
        # The fields of cross-shard transactions have another prefix.
        assert len(on) == len(switches) - 1


def test_cross_shard_transactions_are_accepted_an_epoch_after_their_fields() -> None:
    assert MAINNET.has_cross_tx_fields(Epoch(28))
    assert not MAINNET.accepts_cross_tx(Epoch(28))
    assert MAINNET.accepts_cross_tx(Epoch(29))


def test_one_epoch_before_hip30() -> None:
    assert [e for e in range(1660, 1680) if MAINNET.is_one_epoch_before_hip30(Epoch(e))] == [1672]
    assert not ChainConfig.from_json(LEAST).is_one_epoch_before_hip30(Epoch(0))
    assert not ChainConfig.from_json(LEAST).accepts_cross_tx(Epoch(0))


def test_the_json_form_reads_back() -> None:
    for name in NETWORK_NAMES:
        config = load_chain_config(name)
        assert ChainConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize("document", [None, [], "text", {}, {"chain-id": 1}])
def test_another_form_is_refused(document: object) -> None:
    with pytest.raises(DecodeError) as info:
        ChainConfig.from_json(document)
    assert info.value.code == "chain-config-form"


def test_another_form_with_chain_ids_is_refused() -> None:
    with pytest.raises(DecodeError) as info:
        ChainConfig.from_json({**LEAST, "unheard-of": 1})
    assert info.value.code == "chain-config-form"


@pytest.mark.parametrize("value", [-1, True, 1.0, "1", None, []])
def test_a_switch_that_is_not_an_epoch_is_refused(value: object) -> None:
    with pytest.raises(DecodeError) as info:
        ChainConfig.from_json({**LEAST, "staking-epoch": value})
    assert info.value.code == "chain-config-number"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(sorted(MAINNET.to_json())) | st.text(), inner)
    ),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_any_json_value_is_read_or_refused(document: object) -> None:
    with contextlib.suppress(DecodeError):
        config = ChainConfig.from_json(document)
        assert config.to_json() == document


def test_chain_ids() -> None:
    assert MAINNET.eth_chain_id_of_shard(ShardID(3)) == 1_666_600_003
    assert not is_eth_compatible_chain_id(1_666_599_999)
    assert is_eth_compatible_chain_id(1_666_600_000)


def test_gas_prices_and_bounds() -> None:
    assert gas_table(MAINNET, Epoch(27)) is GAS_TABLE_R3
    assert gas_table(MAINNET, Epoch(28)) is GAS_TABLE_S3
    assert gas_limit_bounds(MAINNET, Epoch(1672)) == (80_000_000, 120_000_000)
    assert gas_limit_bounds(MAINNET, Epoch(1673)) == (30_000_000, 120_000_000)


def test_rules_of_the_evm() -> None:
    rules = Rules.at_epoch(MAINNET, Epoch(314))
    assert rules.is_istanbul
    assert not rules.is_vrf
    assert rules.eth_chain_id == 1_666_600_000
