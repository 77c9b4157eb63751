"""What transactions cost and where fees go."""

import pytest

from harmony_core.errors import UnsupportedRulesError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Epoch
from harmony_core.staking import POOL_PRICE_FLOOR, fee_split, transaction_cost
from support.sample_chain_data import ETHEREUM, SIGNED, STAKING

LOCALNET, MAINNET = load_network("localnet"), load_network("mainnet")


def test_a_fee_goes_to_the_proposer_then_to_nobody_then_to_collectors() -> None:
    early = fee_split(MAINNET, Epoch(0), gas_used=3, gas_price=5)
    assert (early.proposer, early.collectors, early.burnt) == (15, (), 0)
    burnt = fee_split(MAINNET, Epoch(186), gas_used=3, gas_price=5)
    assert (burnt.proposer, burnt.collectors, burnt.burnt) == (0, (), 15)
    late = fee_split(MAINNET, Epoch(1535), gas_used=3, gas_price=5)
    assert (late.proposer, [amount for _, amount in late.collectors], late.burnt) == (0, [7, 7], 1)


def test_negative_gas_is_refused() -> None:
    for numbers in ({"gas_used": -1, "gas_price": 1}, {"gas_used": 1, "gas_price": -1}):
        with pytest.raises(VerificationError) as info:
            fee_split(MAINNET, Epoch(0), **numbers)
        assert info.value.code == "fee-amount"


def test_the_cost_of_each_kind_of_transaction() -> None:
    for transaction in (SIGNED, ETHEREUM, STAKING):
        cost = transaction_cost(transaction, LOCALNET, Epoch(5))
        assert cost.intrinsic_gas >= 21_000
        assert cost.least_fee == cost.intrinsic_gas * transaction.gas_price
        assert cost.largest_fee == transaction.gas_limit * transaction.gas_price
        assert cost.enough_gas is (transaction.gas_limit >= cost.intrinsic_gas)
        assert cost.pool_takes is (transaction.gas_price >= POOL_PRICE_FLOOR)


def test_the_cost_under_unknown_rules_is_not_guessed() -> None:
    with pytest.raises(UnsupportedRulesError):
        transaction_cost(SIGNED, MAINNET, Epoch(2964))
