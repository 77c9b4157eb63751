"""The paper's resharding: random assignment, the bounded Cuckoo rule, leaders chosen by randomness."""

from collections import Counter
from fractions import Fraction
from hashlib import sha256

import pytest

from harmony_core.chain.shard_state import Committee, ShardState, Slot
from harmony_core.committee.resharding import (
    CuckooRule,
    SeededSource,
    assign_randomly,
    dealt,
    draw_leader,
    move_members,
    reshard,
    sampled,
    shuffled,
)
from harmony_core.errors import ConfigurationError, HarmonyError, VerificationError
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch, ShardID


def seed(number: int) -> bytes:
    return sha256(b"seed %d" % number).digest()


def slot(number: int, stake: int = 1) -> Slot:
    key = sha256(b"key %d" % number).digest() + number.to_bytes(16, "big")
    return Slot(Address(number.to_bytes(20, "big")), BLSPublicKeyBytes(key), Dec.from_int(stake))


SLOTS = tuple(slot(number) for number in range(42))


def code_of(info: pytest.ExceptionInfo[HarmonyError]) -> str:
    return info.value.code


def keys_of(state: ShardState) -> list[set[BLSPublicKeyBytes]]:
    return [set(committee.public_keys) for committee in state.committees]


def test_a_random_assignment_places_everyone_once_and_evenly() -> None:
    state = assign_randomly(SLOTS, 4, seed=seed(1), epoch=Epoch(7))
    assert state.epoch == 7
    assert [committee.shard_id for committee in state.committees] == [0, 1, 2, 3]
    assert [len(committee.slots) for committee in state.committees] == [11, 11, 10, 10]
    assert sorted(key for keys in keys_of(state) for key in keys) == sorted(s.bls_public_key for s in SLOTS)


def test_an_assignment_follows_from_the_seed_and_the_keys_alone() -> None:
    state = assign_randomly(SLOTS, 4, seed=seed(1), epoch=Epoch(7))
    assert assign_randomly(SLOTS[::-1], 4, seed=seed(1), epoch=Epoch(7)) == state
    assert assign_randomly(SLOTS, 4, seed=seed(2), epoch=Epoch(7)) != state


def test_every_shard_is_as_likely_for_a_key() -> None:
    rounds = 2000
    found: Counter[int] = Counter()
    for number in range(rounds):
        state = assign_randomly(SLOTS[:8], 4, seed=seed(number), epoch=Epoch(1))
        found[next(i for i, keys in enumerate(keys_of(state)) if SLOTS[0].bls_public_key in keys)] += 1
    deviation = (rounds * 0.25 * 0.75) ** 0.5
    assert all(abs(found[shard] - rounds / 4) < 4 * deviation for shard in range(4))


def test_the_leader_comes_first_and_is_drawn_from_all() -> None:
    members = SLOTS[:5]
    led = Counter(draw_leader(members, ShardID(3), seed(number)) for number in range(1000))
    assert set(led) == set(members)
    assert all(abs(count - 200) < 4 * (1000 * 0.2 * 0.8) ** 0.5 for count in led.values())
    assert draw_leader(members[::-1], ShardID(3), seed(5)) == draw_leader(members, ShardID(3), seed(5))
    for committee in assign_randomly(SLOTS, 4, seed=seed(3), epoch=Epoch(1)).committees:
        assert committee.slots[0] == draw_leader(committee.slots, committee.shard_id, seed(3))


def test_shards_draw_their_leaders_independently() -> None:
    drawn = [draw_leader(SLOTS, ShardID(shard), seed(1)) for shard in range(8)]
    assert len(set(drawn)) > 1


def test_nobody_moves_without_need() -> None:
    before = assign_randomly(SLOTS, 4, seed=seed(1), epoch=Epoch(1))
    after = reshard(before, SLOTS, seed=seed(2), epoch=Epoch(2), rule=CuckooRule(Fraction(0)))
    assert keys_of(after.state) == keys_of(before)
    assert (after.left, after.joined, after.evicted) == ((), (), ())


def test_newcomers_come_to_the_larger_half_and_push_a_part_of_it_to_the_other() -> None:
    before = assign_randomly(SLOTS[:40], 4, seed=seed(1), epoch=Epoch(1))
    leaving = {committee.slots[-1] for committee in before.committees[:2]}
    newcomers = [slot(number) for number in range(100, 104)]
    members = [member for member in SLOTS[:40] if member not in leaving] + newcomers
    after = reshard(before, members, seed=seed(2), epoch=Epoch(2), rule=CuckooRule(Fraction(1, 4)))
    assert set(after.left) == {member.bls_public_key for member in leaving}
    assert set(after.joined) == {member.bls_public_key for member in newcomers}
    assert after.active_shards == (2, 3)
    # 10 members and two newcomers each, of which a quarter goes.
    assert len(after.evicted) == 6
    assert [len(committee.slots) for committee in after.state.committees] == [12, 12, 9, 9]
    for shard, keys in enumerate(keys_of(after.state)):
        arrived = keys - keys_of(before)[shard]
        assert arrived <= set(after.evicted if shard < 2 else after.joined)
    assert sum(map(len, keys_of(after.state))) == len(members)


def test_the_new_committees_carry_the_new_stakes() -> None:
    before = assign_randomly(SLOTS, 4, seed=seed(1), epoch=Epoch(1))
    raised = [slot(number, stake=9) for number in range(42)]
    after = reshard(before, raised, seed=seed(2), epoch=Epoch(2))
    assert {s.effective_stake for committee in after.state.committees for s in committee.slots} == {
        Dec.from_int(9)
    }


def test_sizes_stay_bounded_and_shards_keep_most_of_their_members() -> None:
    """Over 200 epochs in which five of a hundred members leave and five join."""
    rule = CuckooRule(Fraction(1, 10))
    shards: tuple[tuple[int, ...], ...] = tuple(tuple(range(shard, 400, 4)) for shard in range(4))
    members, fresh = set(range(400)), 400
    for epoch in range(200):
        source = SeededSource(seed(epoch), "test")
        staying = members - set(shuffled(sorted(members), source)[:20])
        newcomers = list(range(fresh, fresh + 20))
        fresh += 20
        members = staying | set(newcomers)
        moved = move_members(shards, members, newcomers, source, rule)
        after_joining = {
            index: sum(member in staying for member in shards[index]) + 10 for index in moved.active
        }
        assert len(moved.evicted) == sum(size // 10 for size in after_joining.values())
        for before, after in zip(shards, moved.shards, strict=True):
            assert 85 <= len(after) <= 115
            assert 2 * len(set(before) & set(after)) > len(after)
        assert set().union(*moved.shards) == members
        assert sum(map(len, moved.shards)) == 400
        shards = moved.shards


def test_evicted_members_are_drawn_from_old_and_new_alike() -> None:
    rule = CuckooRule(Fraction(1, 2))
    chosen: Counter[int] = Counter()
    for number in range(600):
        moved = move_members(
            [range(6), range(6, 9)], range(11), [9, 10], SeededSource(seed(number), "test"), rule
        )
        chosen.update(moved.evicted)
    assert set(chosen) == {*range(6), 9, 10}
    assert all(abs(count - 300) < 4 * 150**0.5 for count in chosen.values())


def test_a_single_shard_takes_newcomers_and_evicts_nobody() -> None:
    moved = move_members(
        [[1, 2, 3]], {1, 2, 4}, [4], SeededSource(seed(1), "test"), CuckooRule(Fraction(1, 2))
    )
    assert moved.shards == ((1, 2, 4),)
    assert (moved.left, moved.joined, moved.evicted) == ((3,), (4,), ())


@pytest.mark.parametrize(
    ("part", "size", "count"),
    [("0", 10, 0), ("1/10", 25, 2), ("1/10", 5, 1), ("1/2", 2, 1), ("1/2", 1, 0), ("1/2", 0, 0)],
)
def test_how_many_are_evicted(part: str, size: int, count: int) -> None:
    assert CuckooRule(Fraction(part)).count(size) == count


@pytest.mark.parametrize("part", [Fraction(-1, 10), Fraction(51, 100)])
def test_a_rule_that_evicts_more_than_half_is_refused(part: Fraction) -> None:
    with pytest.raises(ConfigurationError) as info:
        CuckooRule(part)
    assert code_of(info) == "cuckoo-fraction"


@pytest.mark.parametrize("length", [0, 31, 33, 516])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(VerificationError) as info:
        assign_randomly(SLOTS, 4, seed=bytes(length), epoch=Epoch(1))
    assert (code_of(info), info.value.actual) == ("resharding-seed", length)


@pytest.mark.parametrize("shards", [0, -1])
def test_an_assignment_to_no_shard_is_refused(shards: int) -> None:
    with pytest.raises(VerificationError) as info:
        assign_randomly(SLOTS, shards, seed=seed(1), epoch=Epoch(1))
    assert code_of(info) == "resharding-shard-count"
    with pytest.raises(VerificationError) as info:
        reshard(ShardState(Epoch(1), ()), SLOTS, seed=seed(1), epoch=Epoch(2))
    assert code_of(info) == "resharding-shard-count"


def test_a_key_cannot_come_twice() -> None:
    with pytest.raises(VerificationError) as info:
        assign_randomly([*SLOTS, SLOTS[0]], 4, seed=seed(1), epoch=Epoch(1))
    assert code_of(info) == "resharding-duplicate-key"
    twice = ShardState(Epoch(1), (Committee(ShardID(0), SLOTS[:2]), Committee(ShardID(1), SLOTS[1:4])))
    with pytest.raises(VerificationError) as info:
        reshard(twice, SLOTS, seed=seed(1), epoch=Epoch(2))
    assert code_of(info) == "resharding-duplicate-key"


def test_a_shard_without_members_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        assign_randomly(SLOTS[:3], 4, seed=seed(1), epoch=Epoch(1))
    assert (code_of(info), info.value.actual) == ("resharding-empty-shard", 3)
    with pytest.raises(VerificationError) as info:
        draw_leader((), ShardID(0), seed(1))
    assert code_of(info) == "resharding-empty-shard"


def test_random_numbers_are_below_their_bound_and_equally_likely() -> None:
    source = SeededSource(seed(1), "test")
    drawn = Counter(source.below(10) for _ in range(5000))
    assert set(drawn) == set(range(10))
    assert all(abs(count - 500) < 4 * 450**0.5 for count in drawn.values())
    assert source.below(1) == 0
    assert SeededSource(seed(1), "one").below(1 << 64) != SeededSource(seed(1), "other").below(1 << 64)


@pytest.mark.parametrize("bound", [0, -1, (1 << 64) + 1])
def test_a_bound_that_no_number_is_below_is_refused(bound: int) -> None:
    with pytest.raises(VerificationError) as info:
        SeededSource(seed(1), "test").below(bound)
    assert code_of(info) == "random-bound"


def test_a_sample_has_as_many_as_wanted_each_as_likely() -> None:
    drawn: Counter[str] = Counter()
    source = SeededSource(seed(1), "test")
    for _ in range(2000):
        sample = sampled("abcde", 2, source)
        assert len(set(sample)) == 2
        drawn.update(sample)
    assert all(abs(count - 800) < 4 * (2000 * 0.4 * 0.6) ** 0.5 for count in drawn.values())
    assert sorted(sampled("abc", 9, source)) == ["a", "b", "c"]
    assert sampled("abc", 0, source) == []


def test_dealing_in_turn() -> None:
    assert [list(hand) for hand in dealt("abcde", 2)] == [["a", "c", "e"], ["b", "d"]]


def test_a_seed_that_is_no_bytes_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        SeededSource("00" * 16, "test")  # type: ignore[arg-type]
