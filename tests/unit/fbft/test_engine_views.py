"""Views and leaders by the rules of each epoch, and whole runs by them."""

from dataclasses import replace

import pytest

from harmony_core.crypto.bls import address_of_key
from harmony_core.errors import VerificationError
from harmony_core.fbft import RotationMeta
from harmony_core.fbft.engine import Electorate, EpochViews, Head, Tenure
from harmony_core.fbft.engine.views import ClockViews
from harmony_core.fbft.leader import LeaderRule, leader_rule, next_leader
from harmony_core.params import load_network
from harmony_core.primitives import Address, Epoch, ViewID
from harmony_core.simulation.byzantine import Fault, faulty_nodes
from harmony_core.simulation.cluster import Cluster, Plan, electorate_of
from support.committees import Signers

ELECTORATE = Electorate(Signers.staked(2, ["5", "4", "3"], epoch=5).trusted())
NETWORK = ELECTORATE.committee.network


def head(*, ends_epoch: bool = False, coinbase: Address | None = None, leader: int | None = 2) -> Head:
    facts = Cluster(Plan(validators=1)).nodes[0].disk.head.block
    target = replace(facts.target, epoch=ELECTORATE.epoch, view_id=ViewID(10))
    block = replace(
        facts,
        target=target,
        time=1_000_000,
        ends_epoch=ends_epoch,
        coinbase=coinbase or address_of_key(ELECTORATE.keys[2]),
    )
    return Head(block, ViewID(11), None if leader is None else ELECTORATE.keys[leader])


def test_a_height_begins_with_the_leader_of_the_one_before() -> None:
    views = EpochViews(NETWORK)
    assert views.first_view(head()) == 12
    assert views.leader(ELECTORATE, head(leader=3), ViewID(12)) == ELECTORATE.keys[3]
    assert views.leader(ELECTORATE, head(ends_epoch=True), ViewID(12)) == ELECTORATE.keys[0]
    assert views.leader(ELECTORATE, head(leader=None), ViewID(12)) == ELECTORATE.keys[0]


def test_a_tenure_comes_to_its_end() -> None:
    keys = ELECTORATE.keys
    bitmaps = (b"\x1f",) * 4
    for count, leader in ((3, 2), (4, 3)):
        tenure = Tenure(RotationMeta(keys[2], ELECTORATE.epoch, count), bitmaps)
        views = EpochViews(NETWORK, {head(): tenure}.__getitem__)
        assert views.leader(ELECTORATE, head(), ViewID(12)) == keys[leader]


def test_a_view_change_counts_from_the_coinbase() -> None:
    views = EpochViews(NETWORK)
    keys = ELECTORATE.keys
    assert views.leader(ELECTORATE, head(leader=4), ViewID(13)) == keys[4], "two after slot 2"
    assert views.leader(ELECTORATE, head(ends_epoch=True), ViewID(13)) == keys[2]
    unknown = head(coinbase=Address(b"\x01" * 20), leader=1)
    assert views.leader(ELECTORATE, unknown, ViewID(13)) == keys[3]


def test_where_the_reference_would_search_for_ever_the_former_leader_leads_on() -> None:
    network = load_network("mainnet")
    config = network.config
    epoch = next(
        epoch for epoch in map(Epoch, range(3000)) if leader_rule(config, epoch) is LeaderRule.VALIDATORS
    )
    alone = electorate_of((1,), 3)
    with pytest.raises(VerificationError) as info:
        next_leader(LeaderRule.VALIDATORS, alone.committee.committee, alone.keys[1], 2, harmony_nodes=0)
    assert info.value.code == "leader-endless"
    known = head(coinbase=address_of_key(alone.keys[1]))
    facts = replace(known.block, target=replace(known.block.target, epoch=epoch))
    found = EpochViews(network).leader(alone, replace(known, block=facts), ViewID(13))
    assert found == alone.keys[1]


def test_the_clock_says_the_view() -> None:
    for views in (EpochViews(NETWORK), ClockViews()):
        assert views.next_view(head(), ViewID(12), 1_046_000) == (13, 27_000)
        assert views.next_view(head(), ViewID(12), 1_136_000) == (15, 27_000)
        assert views.next_view(head(), ViewID(20), 900_000)[0] == 21


@pytest.mark.parametrize("fault", [Fault.SILENT_LEADER, Fault.EQUIVOCATING_LEADER])
def test_committees_decide_by_these_rules(fault: Fault) -> None:
    plan = Plan(validators=4, views=EpochViews(Cluster(Plan(validators=1)).electorate.committee.network))
    cluster = Cluster(plan, faulty_nodes({0: fault}))
    cluster.start()
    assert cluster.run(height=4, until=1_000_000)
    assert not cluster.violations
