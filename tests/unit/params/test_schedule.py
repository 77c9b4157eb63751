"""Epochs and blocks, and which configuration is in force when."""

import pytest

from harmony_core.errors import VerificationError
from harmony_core.params import NETWORK_NAMES, Network, load_network
from harmony_core.primitives import BlockNumber, Epoch, ShardID

MAINNET = load_network("mainnet")


@pytest.mark.parametrize("name", NETWORK_NAMES)
def test_epochs_follow_each_other_without_gap(name: str) -> None:
    schedule = load_network(name).schedule
    for number in [*range(700), 2963, 2964, 10**6]:
        epoch = Epoch(number)
        first, last = schedule.first_block_of_epoch(epoch), schedule.last_block_of_epoch(epoch)
        assert schedule.epoch_of_block(first) == schedule.epoch_of_block(last) == epoch
        assert schedule.is_last_block(last)
        assert first == last or not schedule.is_last_block(first)
        assert schedule.first_block_of_epoch(Epoch(number + 1)) == last + 1
    assert schedule.first_block_of_epoch(Epoch(0)) == 0


def test_mainnet_epoch_lengths() -> None:
    schedule = MAINNET.schedule
    ends = {0: 344_063, 1: 360_447, 365: 6_324_223, 366: 6_356_991, 2152: 64_880_639}
    for epoch, last in ends.items():
        assert schedule.last_block_of_epoch(Epoch(epoch)) == last


def test_a_negative_epoch_is_refused() -> None:
    schedule = MAINNET.schedule
    for ask in (schedule.instance_for_epoch, schedule.last_block_of_epoch, schedule.first_block_of_epoch):
        with pytest.raises(VerificationError) as info:
            ask(Epoch(-1))
        assert info.value.code == "epoch-negative"


def test_a_negative_block_number_is_refused() -> None:
    for ask in (MAINNET.schedule.epoch_of_block, MAINNET.schedule.is_last_block):
        with pytest.raises(VerificationError) as info:
            ask(BlockNumber(-1))
        assert info.value.code == "block-number-negative"


def starts(network: Network) -> set[int]:
    return {epoch for epoch, _ in network.schedule.instances}


def test_configurations_change_where_the_switches_say() -> None:
    def switches(network: Network, *names: str) -> set[int]:
        found = {getattr(network.config, f"{name}_epoch") for name in names}
        assert None not in found
        return found

    fixed = {0, 1, 5, 8, 10, 12, 19, 25, 36, 46, 54, 185, 208, 231}
    assert starts(MAINNET) == fixed | switches(
        MAINNET,
        "two_seconds",
        "sixty_percent",
        "hip6_and_8",
        "slots_limited",
        "fee_collect",
        "hip30",
        "hip32",
    )
    testnet = load_network("testnet")
    assert starts(testnet) == {0, 399, 486, 3388, 3392} | switches(
        testnet, "staking", "fee_collect", "hip30", "testnet_external"
    )
    localnet = load_network("localnet")
    assert starts(localnet) == {0} | switches(localnet, "fee_collect", "one_second")
    partner = load_network("partner")
    assert starts(partner) == {0, 2207} | switches(partner, "staking", "hip30", "devnet_external")
    stressnet = load_network("stressnet")
    assert starts(stressnet) == {0} | switches(stressnet, "staking", "sixty_percent")
    pangaea = load_network("pangaea")
    assert starts(pangaea) == {0} | switches(pangaea, "staking")
    assert starts(load_network("devnet")) == {0}


def test_lengths_change_where_the_switches_say() -> None:
    for name in ("mainnet", "testnet"):
        network = load_network(name)
        assert network.schedule.spans[-1].first_epoch == network.config.two_seconds_epoch


def test_mainnet_shards_skip_epochs_at_the_launch_of_staking() -> None:
    skipped = {1: range(181, 186), 2: range(184, 186), 3: range(183, 186), 0: range(0)}
    for shard, epochs in skipped.items():
        for epoch in range(170, 190):
            assert MAINNET.schedule.is_skipped_epoch(ShardID(shard), Epoch(epoch)) == (epoch in epochs)


def test_slots_limits() -> None:
    limits = {998: 0, 999: 13, 1673: 10, 2152: 11}
    for epoch, limit in limits.items():
        assert MAINNET.schedule.instance_for_epoch(Epoch(epoch)).slots_limit == limit
    assert load_network("testnet").schedule.instance_for_epoch(Epoch(2)).slots_limit == 3


def test_endpoints() -> None:
    assert MAINNET.schedule.endpoint(ShardID(3)).http == "https://api.s3.t.hmny.io"
    local = load_network("localnet").schedule.endpoint(ShardID(1))
    assert (local.http, local.ws) == ("http://127.0.0.1:9502", "ws://127.0.0.1:9802")
