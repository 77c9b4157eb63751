"""When an undelegation is paid."""

import pytest

from harmony_core.errors import UnsupportedRulesError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Epoch
from harmony_core.staking import forecast_unlock
from harmony_core.staking.unlock_forecast import may_be_unstored


@pytest.mark.parametrize(
    ("epoch", "last_elected", "paid", "rule"),
    [
        (186, 186, 191, "lock-period"),  # quick unlock comes while it waits
        (195, 400, 195, "lock-period"),
        (289, 289, 289, "lock-period"),
        (300, 301, 307, "lock-period"),
        (300, 290, 300, "early-unlock"),
        (525, 520, 527, "early-unlock"),
        (525, 524, 532, "lock-period"),
        (700, 0, 707, "lock-period"),
        (2000, 2000, 2007, "lock-period"),
    ],
)
def test_the_rules_of_each_epoch_are_asked(epoch: int, last_elected: int, paid: int, rule: str) -> None:
    network = load_network("mainnet")
    found = forecast_unlock(network, Epoch(epoch), last_epoch_in_committee=Epoch(last_elected))
    assert (found.paid_at_end_of, found.rule) == (paid, rule)
    assert found.block_number == network.schedule.last_block_of_epoch(Epoch(paid))
    assert len(found.trace) == paid - epoch + 1


@pytest.mark.parametrize(("epoch", "unstored"), [(629, False), (630, True), (1731, True), (1732, False)])
def test_the_epochs_of_the_defect_are_known(epoch: int, unstored: bool) -> None:
    assert may_be_unstored(load_network("mainnet"), Epoch(epoch)) is unstored


def test_nothing_is_undelegated_before_staking() -> None:
    with pytest.raises(VerificationError) as info:
        forecast_unlock(load_network("mainnet"), Epoch(100), last_epoch_in_committee=Epoch(0))
    assert info.value.code == "staking-forecast-epoch"


def test_no_answer_is_given_past_the_known_rules() -> None:
    network = load_network("mainnet")
    with pytest.raises(UnsupportedRulesError) as info:
        forecast_unlock(network, Epoch(2956), last_epoch_in_committee=Epoch(2956))
    assert info.value.code == "rules-unknown"
    assert forecast_unlock(network, Epoch(2955), last_epoch_in_committee=Epoch(2955)).paid_at_end_of == 2962
