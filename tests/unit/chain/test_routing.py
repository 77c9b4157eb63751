"""Which shard executes a transaction, and whether its value leaves it."""

import pytest

from harmony_core.chain.routing import Route, route_transaction
from harmony_core.errors import UnsupportedRulesError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Epoch, ShardID

MAINNET = load_network("mainnet")


def route(epoch: int, shard_id: int, to_shard_id: int, block_shard_id: int = 0) -> Route:
    return route_transaction(
        MAINNET,
        epoch=Epoch(epoch),
        block_shard_id=ShardID(block_shard_id),
        shard_id=ShardID(shard_id),
        to_shard_id=ShardID(to_shard_id),
    )


def test_value_stays_or_leaves() -> None:
    assert route(100, 0, 0) is Route.SAME_SHARD
    assert route(100, 0, 3) is Route.CROSS_SHARD
    assert route(100, 3, 0, 3) is Route.CROSS_SHARD


def test_the_destination_does_not_matter_before_value_may_leave() -> None:
    """Threat C23: headers have the fields from epoch 28 on, value leaves from epoch 29 on."""
    assert route(28, 0, 3) is Route.SAME_SHARD
    assert route(29, 0, 3) is Route.CROSS_SHARD


def test_a_transaction_of_another_shard_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        route(100, 1, 0)
    assert info.value.code == "transaction-shard"


@pytest.mark.parametrize(("epoch", "to_shard_id"), [(100, 4), (2000, 2), (2000, 3), (100, -1)])
def test_a_shard_that_does_not_exist_is_refused(epoch: int, to_shard_id: int) -> None:
    """From epoch 1673 on mainnet has two shards."""
    with pytest.raises(VerificationError) as info:
        route(epoch, 0, to_shard_id)
    assert info.value.code == "transaction-destination"


def test_unknown_rules_leave_the_question_open() -> None:
    with pytest.raises(UnsupportedRulesError):
        route(2964, 0, 1)
