"""From an election to the committees of all shards."""

from itertools import pairwise

import pytest

from harmony_core.chain import ShardState
from harmony_core.committee import (
    NextCommittees,
    committee_for_epoch,
    committees_for_epoch,
    slots_of_harmony,
)
from harmony_core.errors import MissingDataError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Epoch, ShardID
from support.elections import candidate, key_in

LOCALNET = load_network("localnet")
EPOCH = Epoch(5)


def test_harmony_comes_first_and_the_winners_go_where_their_keys_fall() -> None:
    candidates = [
        candidate(1, 10, (key_in(1, 1),)),
        candidate(2, 40, (key_in(1, 2), key_in(0, 3))),
        candidate(3, 5, (key_in(1, 4),)),
    ]
    found = committees_for_epoch(LOCALNET, EPOCH, candidates)
    assert found.state.epoch == EPOCH
    assert not found.kept
    instance = LOCALNET.schedule.instance_for_epoch(EPOCH)
    for shard, winners in ((0, [2]), (1, [2, 1, 3])):
        slots = found.state.committee(ShardID(shard)).slots
        own = slots_of_harmony(instance, ShardID(shard))
        assert slots[: len(own)] == own
        assert [slot.address[0] for slot in slots[len(own) :]] == winners
    assert found.election is not None
    last = found.election.auction.last_winner
    assert last is not None
    assert found.state.committees[1].slots[-1].effective_stake == last.effective_stake


def test_all_seats_of_the_network_may_fall_into_one_shard() -> None:
    candidates = [candidate(number, 10, (key_in(0, number),)) for number in range(1, 10)]
    state = committees_for_epoch(LOCALNET, EPOCH, candidates).state
    assert [len(committee.slots) for committee in state.committees] == [12, 6]


def test_before_staking_the_account_lists_decide() -> None:
    found = committees_for_epoch(LOCALNET, Epoch(1), [candidate(1, 10)])
    assert found == NextCommittees(committee_for_epoch(LOCALNET, Epoch(1)))


def test_without_winners_the_committees_before_stay() -> None:
    previous = committees_for_epoch(LOCALNET, Epoch(4), [candidate(1, 10)]).state
    found = committees_for_epoch(LOCALNET, EPOCH, [], previous=previous)
    assert found.kept
    assert found.state == ShardState(EPOCH, previous.committees)
    assert previous.epoch == 4


def test_without_winners_the_committees_before_have_to_be_given() -> None:
    with pytest.raises(MissingDataError) as info:
        committees_for_epoch(LOCALNET, EPOCH, [])
    assert info.value.code == "previous-committees-missing"


def test_testnet_starts_over_with_harmony_where_its_shards_change() -> None:
    testnet = load_network("testnet")
    schedule = testnet.schedule
    counts = [(epoch, instance.num_shards) for epoch, instance in schedule.instances]
    change = next(late for (_, before), (late, after) in pairwise(counts) if before != after)
    found = committees_for_epoch(testnet, change, [])
    assert found.state.epoch == change
    assert not found.kept
    assert all(
        slot.effective_stake is None for committee in found.state.committees for slot in committee.slots
    )
    with pytest.raises(MissingDataError):
        committees_for_epoch(testnet, Epoch(change + 1), [])


def test_an_epoch_that_is_over_is_not_elected_for() -> None:
    with pytest.raises(VerificationError) as info:
        committees_for_epoch(LOCALNET, EPOCH, [candidate(1, 10)], current_epoch=Epoch(6))
    assert info.value.code == "election-epoch-past"
    assert committees_for_epoch(LOCALNET, EPOCH, [candidate(1, 10)], current_epoch=EPOCH).state.epoch == EPOCH
