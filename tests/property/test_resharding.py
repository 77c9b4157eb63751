"""The bounded Cuckoo rule on any shards, members and newcomers."""

from fractions import Fraction
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from harmony_core.committee.resharding import CuckooRule, SeededSource, move_members

SIZES = st.lists(st.integers(0, 12), min_size=1, max_size=6)


@given(SIZES, st.integers(0, 15), st.data())
def test_everybody_has_one_place_and_only_the_evicted_move(
    sizes: list[int], joining: int, data: st.DataObject
) -> None:
    before: list[list[int]] = []
    count = 0
    for size in sizes:
        before.append(list(range(count, count + size)))
        count += size
    staying = data.draw(st.sets(st.sampled_from(range(count)))) if count else set()
    newcomers = list(range(count, count + joining))
    rule = CuckooRule(data.draw(st.fractions(0, Fraction(1, 2), max_denominator=20)))
    source = SeededSource(sha256(data.draw(st.binary())).digest(), "property")
    moved = move_members(before, staying, newcomers, source, rule)

    placed = [member for shard in moved.shards for member in shard]
    assert sorted(placed) == sorted([*staying, *newcomers])
    assert set(moved.left) == set(range(count)) - staying
    assert sorted(moved.joined) == newcomers
    assert len(moved.active) == max(len(sizes) // 2, 1)
    evicted = set(moved.evicted)
    remaining = [len(staying.intersection(shard)) for shard in before]
    assert min(remaining[i] for i in moved.active) >= max(
        (size for i, size in enumerate(remaining) if i not in moved.active), default=0
    )
    for index, (old, new) in enumerate(zip(before, moved.shards, strict=True)):
        arrived = set(new) - set(old)
        if index in moved.active:
            assert arrived <= set(newcomers)
        else:
            assert arrived <= evicted
        assert staying.intersection(old) - evicted <= set(new)
    # Dealt in turn: no shard of a half gets more than one beyond another.
    shares = [len(set(moved.shards[i]) & evicted) for i in range(len(sizes)) if i not in moved.active]
    assert not shares or max(shares) - min(shares) <= 1
