"""A sharding configuration whose numbers contradict each other is refused."""

from dataclasses import replace

import pytest

from harmony_core.errors import ConfigurationError
from harmony_core.params import AccountList, FeeCollector, ShardingInstance
from harmony_core.primitives import Address, Dec

GOOD = ShardingInstance(
    num_shards=2,
    num_nodes_per_shard=4,
    num_harmony_nodes_per_shard=3,
    harmony_vote_percent=Dec.parse("0.68"),
    blocks_per_epoch=16,
    slots_limit=1,
)
SOMEBODY = Address(bytes(19) + b"\x01")
HALF = Dec.parse("0.5")


def refused(**changes: object) -> str:
    with pytest.raises(ConfigurationError) as info:
        replace(GOOD, **changes)  # type: ignore[arg-type]
    return info.value.code


def test_what_follows_from_the_numbers() -> None:
    assert GOOD.external_vote_percent == Dec.parse("0.32")
    assert GOOD.num_external_slots == 2


def test_no_shards_are_refused() -> None:
    assert refused(num_shards=0) == "sharding-shards"


def test_no_slots_are_refused() -> None:
    assert refused(num_nodes_per_shard=0, num_harmony_nodes_per_shard=0) == "sharding-nodes"


def test_more_harmony_nodes_than_slots_are_refused() -> None:
    assert refused(num_harmony_nodes_per_shard=5) == "sharding-harmony-nodes"
    assert refused(num_harmony_nodes_per_shard=-1) == "sharding-harmony-nodes"


def test_a_negative_limit_is_refused() -> None:
    assert refused(slots_limit=-1) == "sharding-slots-limit"


def test_a_vote_share_outside_0_to_1_is_refused() -> None:
    assert refused(harmony_vote_percent=Dec.parse("1.000000000000000001")) == "sharding-vote-share"
    assert refused(harmony_vote_percent=Dec.parse("-0.1")) == "sharding-vote-share"


def test_fee_shares_that_do_not_add_up_are_refused() -> None:
    assert refused(fee_collectors=(FeeCollector(SOMEBODY, HALF),)) == "sharding-fee-shares"
    replace(GOOD, fee_collectors=(FeeCollector(SOMEBODY, HALF), FeeCollector(Address.zero(), HALF)))


def test_a_recovery_fraction_without_address_is_refused() -> None:
    assert refused(hip30_emission_fraction=HALF) == "sharding-recovery"
    assert refused(hip30_recovery_address=SOMEBODY) == "sharding-recovery"
    beyond = {"hip30_emission_fraction": Dec.parse("1.1"), "hip30_recovery_address": SOMEBODY}
    assert refused(**beyond) == "sharding-recovery"
    replace(GOOD, hip30_emission_fraction=HALF, hip30_recovery_address=SOMEBODY)


def test_an_unknown_account_list_is_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        len(AccountList("Nobody"))
    assert info.value.code == "account-list-unknown"


def test_a_list_is_a_sequence_of_accounts() -> None:
    accounts = AccountList("LocalHarmonyAccountsV2")
    assert len(accounts) == 12
    assert accounts[0] in accounts
    assert accounts[2:4] == tuple(accounts)[2:4]
    assert AccountList("mine", accounts[:2]).accounts == accounts[:2]
