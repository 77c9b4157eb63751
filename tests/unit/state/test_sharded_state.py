"""A state for each shard, and receipts that are credited at their destination."""

from dataclasses import replace

import pytest

from harmony_core.errors import MissingDataError, VerificationError
from harmony_core.primitives import ShardID
from harmony_core.state import ShardedState, State, credit_receipt
from harmony_core.trie import EMPTY_ROOT
from support.cross_shard import receipt


def test_each_shard_has_a_root_of_its_own() -> None:
    shards = ShardedState.empty([ShardID(2), ShardID(0)])
    assert shards.shard_ids == (0, 2)
    sent = receipt(2, amount=9)
    shards.credit(sent, delete_empty=True)
    roots = shards.roots(delete_empty=True)
    assert roots[ShardID(0)] == EMPTY_ROOT != roots[ShardID(2)]
    assert sent.recipient is not None
    assert shards.shard(ShardID(2)).balance(sent.recipient) == 9
    assert shards.shard(ShardID(0)).balance(sent.recipient) == 0


def test_a_receipt_of_nothing_leaves_no_account_where_empty_ones_are_deleted() -> None:
    for delete_empty in (True, False):
        state = State()
        credit_receipt(state, ShardID(1), receipt(1, amount=0), delete_empty=delete_empty)
        assert (state.root(delete_empty=delete_empty) == EMPTY_ROOT) == delete_empty


def test_a_receipt_is_credited_at_its_destination_only() -> None:
    with pytest.raises(VerificationError) as info:
        credit_receipt(State(), ShardID(0), receipt(1), delete_empty=True)
    assert info.value.code == "credit-shard"


def test_a_receipt_for_nobody_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        credit_receipt(State(), ShardID(1), replace(receipt(1), recipient=None), delete_empty=True)
    assert info.value.code == "credit-recipient"


def test_a_shard_that_is_not_at_hand_is_missing_data() -> None:
    shards = ShardedState.empty([ShardID(0)])
    with pytest.raises(MissingDataError) as info:
        shards.credit(receipt(3), delete_empty=True)
    assert info.value.code == "state-shard"
