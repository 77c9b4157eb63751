"""The exact chances, held against brute force."""

import itertools
import time
from fractions import Fraction
from math import comb

import pytest

from harmony_core.committee.key_grinding import (
    chance_with_chance_keys,
    chance_with_ground_keys,
    share_to_take_a_shard,
)
from harmony_core.committee.safety import (
    ONE_THIRD,
    TWO_THIRDS,
    Draw,
    chance_in_any_shard,
    chance_in_one_shard,
    chance_over_epochs,
    chance_text,
    scientific,
    tolerated,
    union_bound,
)
from harmony_core.errors import VerificationError

SMALL = (
    [Draw(2, 3, m) for m in range(7)] + [Draw(3, 3, m) for m in (1, 3, 5, 9)] + [Draw(4, 2, 3), Draw(1, 4, 2)]
)
THRESHOLDS = [ONE_THIRD, TWO_THIRDS, Fraction(1, 2), Fraction(0), Fraction(1)]


def held_by_shard(draw: Draw, places: tuple[int, ...]) -> list[int]:
    return [sum(place // draw.seats == shard for place in places) for shard in range(draw.shards)]


@pytest.mark.parametrize("draw", SMALL, ids=str)
@pytest.mark.parametrize("threshold", THRESHOLDS, ids=str)
def test_chances_against_all_assignments(draw: Draw, threshold: Fraction) -> None:
    in_first = in_any = count = 0
    for places in itertools.combinations(range(draw.total), draw.malicious):
        over = [held > threshold * draw.seats for held in held_by_shard(draw, places)]
        in_first += over[0]
        in_any += any(over)
        count += 1
    assert chance_in_one_shard(draw, threshold) == Fraction(in_first, count)
    assert chance_in_any_shard(draw, threshold) == Fraction(in_any, count)
    assert chance_in_any_shard(draw, threshold) <= union_bound(draw, threshold) <= 1


@pytest.mark.parametrize(
    "draw", [Draw(2, 3, 2), Draw(3, 2, 3), Draw(4, 1, 2), Draw(2, 3, 0), Draw(1, 3, 1)], ids=str
)
@pytest.mark.parametrize("threshold", [ONE_THIRD, TWO_THIRDS, Fraction(0)], ids=str)
def test_chances_by_key_against_all_keys(draw: Draw, threshold: Fraction) -> None:
    """Only the remainder of a key counts, so all remainders of all keys are gone through."""
    by_chance = ground = 0
    honest = draw.total - draw.malicious
    for remainders in itertools.product(range(draw.shards), repeat=draw.total):
        held = remainders[: draw.malicious].count(0)
        others = remainders[draw.malicious :].count(0)
        by_chance += held > threshold * (held + others)
    for remainders in itertools.product(range(draw.shards), repeat=honest):
        ground += draw.malicious > threshold * (draw.malicious + remainders.count(0))
    assert chance_with_chance_keys(draw, threshold) == Fraction(by_chance, draw.shards**draw.total)
    assert chance_with_ground_keys(draw, threshold) == Fraction(ground, draw.shards**honest)


def test_the_share_that_takes_a_shard_by_ground_keys() -> None:
    assert share_to_take_a_shard(4) == Fraction(1, 9)
    assert share_to_take_a_shard(4, TWO_THIRDS) == Fraction(1, 3)
    assert share_to_take_a_shard(1) == ONE_THIRD
    # A little more than that suffices in the middle, a little less does not: 1000 seats, honest ones evenly spread.
    assert Fraction(112, 112 + (1000 - 112) // 4) > ONE_THIRD
    assert Fraction(111, 111 + (1000 - 111) // 4) <= ONE_THIRD


def test_a_shard_of_mainnet_size() -> None:
    draw = Draw.of_share(4, 250, Fraction(1, 4))
    assert draw.malicious == 250
    one, any_shard = chance_in_one_shard(draw), chance_in_any_shard(draw)
    tail = sum(comb(250, i) * comb(750, 250 - i) for i in range(84, 251))
    assert one == Fraction(tail, comb(1000, 250))
    assert 3 * one < any_shard < 4 * one == union_bound(draw)
    assert chance_with_ground_keys(draw) > 1 - Fraction(1, 10**9)


def test_the_seats_of_a_share_are_rounded_up() -> None:
    assert Draw.of_share(4, 250, Fraction(1, 3)).malicious == 334
    assert Draw.of_share(4, 250, Fraction(0)).malicious == 0
    assert Draw.of_share(4, 250, Fraction(1)).malicious == 1000


@pytest.mark.parametrize("epochs", [0, 1, 2, 7, 1000])
@pytest.mark.parametrize("chance", [Fraction(0), Fraction(1, 10**40), Fraction(1, 7), Fraction(1)])
def test_the_chance_over_epochs_against_the_exact_one(chance: Fraction, epochs: int) -> None:
    exact = 1 - (1 - chance) ** epochs
    found = chance_over_epochs(chance, epochs)
    assert exact * (1 - Fraction(1, 1 << 100)) <= found <= exact


def test_the_largest_draw_is_quick() -> None:
    started = time.process_time()
    assert 0 < chance_in_any_shard(Draw.of_share(80, 250, Fraction(1, 4))) < 1
    assert chance_over_epochs(chance_in_one_shard(Draw(2, 10_000, 7000)), 1 << 40) <= 1
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Fraction(0), 3, "0"),
        (Fraction(1), 3, "1"),
        (Fraction(1, 3), 3, "3.33e-01"),
        (Fraction(2, 3), 1, "7e-01"),
        (Fraction(9996, 10**7), 3, "1.00e-03"),
        (Fraction(12345), 3, "1.23e+04"),
        (Fraction(1, 10**120), 2, "1.0e-120"),
        (Fraction(10), 3, "1.00e+01"),
        (Fraction(1, 10**6000), 3, "1.00e-6000"),
        (Fraction(10**6000 - 1, 10**6000), 3, "1.00e+00"),
    ],
)
def test_decimal_text(value: Fraction, digits: int, text: str) -> None:
    assert scientific(value, digits) == text


def test_a_chance_close_to_one_is_written_by_what_it_lacks() -> None:
    assert chance_text(1 - Fraction(1, 10**9)) == "1 - 1.0e-09"
    assert chance_text(Fraction(1)) == "1"
    assert chance_text(Fraction(9, 10)) == "9.00e-01"


@pytest.mark.parametrize(("value", "digits"), [(Fraction(-1), 3), (Fraction(1, 3), 0)])
def test_text_of_nothing_is_refused(value: Fraction, digits: int) -> None:
    with pytest.raises(VerificationError) as info:
        scientific(value, digits)
    assert info.value.code == "safety-digits"


@pytest.mark.parametrize("numbers", [(0, 1, 0), (1, 0, 0), (2, 3, -1), (2, 3, 7), (5, 4001, 1)])
def test_numbers_that_describe_no_draw_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(VerificationError) as info:
        Draw(*numbers)
    assert info.value.code == "safety-draw"
    with pytest.raises(VerificationError) as info:
        share_to_take_a_shard(0)
    assert info.value.code == "safety-draw"


@pytest.mark.parametrize("threshold", [Fraction(-1, 10), Fraction(11, 10)])
def test_a_threshold_that_is_no_part_is_refused(threshold: Fraction) -> None:
    for compute in (chance_in_one_shard, chance_in_any_shard, union_bound, chance_with_ground_keys):
        with pytest.raises(VerificationError) as info:
            compute(Draw(2, 3, 2), threshold)
        assert info.value.code == "safety-threshold"
    with pytest.raises(VerificationError) as info:
        share_to_take_a_shard(4, threshold)
    assert info.value.code == "safety-threshold"
    assert tolerated(250, ONE_THIRD) == 83


@pytest.mark.parametrize(("chance", "epochs"), [(Fraction(-1), 1), (Fraction(2), 1), (Fraction(1, 2), -1)])
def test_a_chance_or_a_time_that_is_none_is_refused(chance: Fraction, epochs: int) -> None:
    with pytest.raises(VerificationError) as info:
        chance_over_epochs(chance, epochs)
    assert info.value.code == "safety-epochs"


def test_a_number_that_is_none_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        Draw(4, 250, 1.5)  # type: ignore[arg-type]
