"""The early node's resharding, and Go's random numbers; the reference cases are read under conformance."""

from fractions import Fraction

import pytest

from harmony_core.chain.shard_state import Committee, Slot
from harmony_core.committee.resharding import (
    GoRandom,
    reshard_as_the_early_node,
    shuffle_as_the_early_node,
)
from harmony_core.errors import UnsupportedRulesError, VerificationError
from harmony_core.primitives import Address, BLSPublicKeyBytes, ShardID


def slots(first: int, count: int) -> tuple[Slot, ...]:
    return tuple(
        Slot(Address(bytes(20)), BLSPublicKeyBytes(number.to_bytes(48, "big")))
        for number in range(first, first + count)
    )


def committees(*sizes: int) -> list[Committee]:
    return [Committee(ShardID(shard), slots(1000 * shard, size)) for shard, size in enumerate(sizes)]


def test_signed_and_unsigned_seeds_are_the_same_bits() -> None:
    assert GoRandom(-1).int63() == GoRandom((1 << 64) - 1).int63()
    # The seed counts modulo 2^31 - 1, and zero is replaced.
    assert GoRandom((1 << 31) - 1).int63() == GoRandom(0).int63() == GoRandom(89482311).int63()


def test_the_numbers_of_a_long_stream_repeat_only_with_the_seed() -> None:
    first, second = GoRandom(7), GoRandom(7)
    assert [first.int63() for _ in range(2000)] == [second.int63() for _ in range(2000)]


def test_numbers_below_a_bound() -> None:
    source = GoRandom(1)
    assert {source.below(3) for _ in range(100)} == {0, 1, 2}
    assert source.below(1) == 0


class Scripted(GoRandom):
    """Gives the numbers that a test wants."""

    def __init__(self, *numbers: int) -> None:
        super().__init__(0)
        self.numbers = list(numbers)

    def int63(self) -> int:
        return self.numbers.pop(0) << 31


def test_a_number_that_would_favour_some_outcomes_is_drawn_again() -> None:
    # 2^32 mod 3 is 1: of all 2^32 numbers exactly one, whose product ends in less than 1, is refused.
    assert Scripted(0, 1 << 31).below(3) == 1
    assert Scripted(1).below(3) == 0


@pytest.mark.parametrize("bound", [0, -3, 1 << 31])
def test_a_bound_beyond_31_bits_is_refused(bound: int) -> None:
    with pytest.raises(VerificationError) as info:
        GoRandom(1).below(bound)
    assert info.value.code == "random-bound"


@pytest.mark.parametrize("seed", [1 << 64, -(1 << 63) - 1])
def test_a_seed_of_more_than_64_bits_is_refused(seed: int) -> None:
    with pytest.raises(VerificationError) as info:
        GoRandom(seed)
    assert info.value.code == "go-random-seed"


def test_a_shuffle_depends_on_keys_and_seed_only() -> None:
    members = slots(0, 30)
    order = shuffle_as_the_early_node(members, GoRandom(5))
    assert shuffle_as_the_early_node(members[::-1], GoRandom(5)) == order
    assert sorted(order, key=lambda slot: slot.bls_public_key) == list(members)


def test_leaders_stay_and_larger_shards_come_first() -> None:
    before = committees(10, 12, 7, 9)
    after = reshard_as_the_early_node(before, slots(9000, 3), GoRandom(3))
    assert [committee.shard_id for committee in after] == [1, 0, 3, 2]
    for committee in after:
        assert committee.slots[0] == before[committee.shard_id].slots[0]
    assert sum(len(committee.slots) for committee in after) == 38 + 3


def test_the_part_to_evict_is_rounded_as_float64_does() -> None:
    # 0.7 is stored as slightly less, yet ten times that rounds to 7: one member less stays than with exact numbers.
    before = committees(11, 3)
    after = reshard_as_the_early_node(before, (), GoRandom(3), Fraction(0.7))
    assert [len(committee.slots) for committee in after] == [4, 10]
    # 0.29 times 100 rounds to 28.999999999999996.
    after = reshard_as_the_early_node(committees(101, 3), (), GoRandom(3), Fraction(29, 100))
    assert [len(committee.slots) for committee in after] == [73, 31]


def test_no_shard_is_emptied_and_one_shard_takes_all() -> None:
    after = reshard_as_the_early_node(committees(2, 1), (), GoRandom(3), Fraction(1))
    assert [len(committee.slots) for committee in after] == [2, 1]
    after = reshard_as_the_early_node(committees(2), slots(50, 4), GoRandom(3))
    assert [len(committee.slots) for committee in after] == [6]
    assert reshard_as_the_early_node((), slots(50, 4), GoRandom(3)) == ()


def test_a_committee_without_a_leader_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        reshard_as_the_early_node(committees(3, 0), (), GoRandom(3))
    assert info.value.code == "legacy-empty-shard"


@pytest.mark.parametrize("rate", [Fraction(-1, 10), Fraction(11, 10)])
def test_a_part_that_is_no_part_is_refused(rate: Fraction) -> None:
    with pytest.raises(VerificationError) as info:
        reshard_as_the_early_node(committees(3, 3), (), GoRandom(3), rate)
    assert info.value.code == "legacy-rate"


def test_an_order_that_depends_on_the_version_of_go_is_not_guessed() -> None:
    with pytest.raises(UnsupportedRulesError) as info:
        reshard_as_the_early_node(committees(*[2] * 13), (), GoRandom(3))
    assert info.value.code == "legacy-shard-order"
    assert len(reshard_as_the_early_node(committees(*range(1, 14)), (), GoRandom(3))) == 13
    assert len(reshard_as_the_early_node(committees(*[2] * 12), (), GoRandom(3))) == 12
