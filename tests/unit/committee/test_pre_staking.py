"""Committees that follow from account lists."""

import json
from pathlib import Path

import pytest

from harmony_core.committee import committee_for_epoch, committee_of_instance
from harmony_core.errors import ConfigurationError, MissingDataError, VerificationError
from harmony_core.params import NETWORK_NAMES, AccountList, ShardingInstance, load_network
from harmony_core.primitives import Dec, Epoch

DATA = Path(__file__).parents[2] / "data"
MAINNET = load_network("mainnet")


def test_mainnet_shard_state_hashes_of_every_epoch_before_staking() -> None:
    document = json.loads((DATA / "mainnet_prestaking_shard_state_hashes.json").read_text())
    rows = document["rows"]
    ends = [row["first_epoch"] for row in rows[1:]] + [186]
    seen = 0
    for row, end in zip(rows, ends, strict=True):
        for epoch in range(row["first_epoch"], end):
            state = committee_for_epoch(MAINNET, Epoch(epoch))
            assert state.hash.to_hex() == row["shard_state_hash"]
            assert [len(c.slots) for c in state.committees] == [row["slots_per_shard"]] * 4
            seen += 1
        assert MAINNET.schedule.last_block_of_epoch(row["first_epoch"]) == row["last_block_of_first_epoch"]
    assert seen == 186


def test_no_epoch_and_no_stake_before_staking() -> None:
    state = committee_for_epoch(MAINNET, Epoch(100))
    assert state.epoch is None
    assert all(slot.effective_stake is None for c in state.committees for slot in c.slots)


def test_a_committee_is_computed_once() -> None:
    assert committee_for_epoch(MAINNET, Epoch(60)) is committee_for_epoch(MAINNET, Epoch(61))


@pytest.mark.parametrize("name", NETWORK_NAMES)
def test_every_network_has_a_genesis_committee(name: str) -> None:
    network = load_network(name)
    instance = network.schedule.instance_for_epoch(Epoch(0))
    state = committee_for_epoch(network, Epoch(0))
    assert [c.shard_id for c in state.committees] == list(range(instance.num_shards))
    assert all(len(c.slots) == instance.num_nodes_per_shard for c in state.committees)


@pytest.mark.parametrize("name", NETWORK_NAMES)
def test_elected_committees_are_missing_data(name: str) -> None:
    network = load_network(name)
    first = network.config.staking_epoch
    assert first is not None
    if first > 0:
        committee_for_epoch(network, Epoch(first - 1))
    for epoch in (max(first, 1), 2963, 3000):
        with pytest.raises(MissingDataError) as info:
            committee_for_epoch(network, Epoch(epoch))
        assert info.value.code == "committee-elected"


def test_a_negative_epoch_has_no_committee() -> None:
    with pytest.raises(VerificationError) as info:
        committee_for_epoch(MAINNET, Epoch(-1))
    assert info.value.code == "epoch-negative"


def small(harmony: int, others: int) -> ShardingInstance:
    accounts = AccountList("LocalHarmonyAccountsV2")
    return ShardingInstance(
        num_shards=2,
        num_nodes_per_shard=3,
        num_harmony_nodes_per_shard=2,
        harmony_vote_percent=Dec.ONE,
        blocks_per_epoch=16,
        harmony_accounts=AccountList("harmony", accounts[:harmony]),
        foundational_accounts=AccountList("others", accounts[6 : 6 + others]),
    )


def test_shards_take_turns_in_the_lists() -> None:
    instance = small(4, 2)
    accounts = AccountList("LocalHarmonyAccountsV2")
    state = committee_of_instance(instance)
    taken = [[slot.bls_public_key for slot in c.slots] for c in state.committees]
    assert taken == [[accounts[i].bls_public_key for i in places] for places in ((0, 2, 6), (1, 3, 7))]


def test_a_list_too_short_for_the_slots_is_refused() -> None:
    for harmony, others in ((3, 2), (4, 1), (0, 0)):
        with pytest.raises(ConfigurationError) as info:
            committee_of_instance(small(harmony, others))
        assert info.value.code == "account-list-short"
