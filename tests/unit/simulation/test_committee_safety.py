"""The simulation of committees against the exact chances, and what each rule buys."""

import dataclasses
from fractions import Fraction

import pytest

from harmony_core.committee.safety import ONE_THIRD, TWO_THIRDS
from harmony_core.errors import ConfigurationError
from harmony_core.simulation.committee_rules import SCHEMES, SafetyModel, Scheme, assignments
from harmony_core.simulation.committee_safety import (
    SafetyOutcome,
    corrupt_seats,
    exact_chances,
    simulate_safety,
    worker_pool,
)

SMALL = SafetyModel(shards=3, powers=(1,) * 30, malicious=frozenset(range(8)))
LARGE = SafetyModel(shards=4, powers=(1,) * 400, malicious=frozenset(range(100)))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_seat_is_in_one_shard_in_every_epoch(scheme: Scheme) -> None:
    epochs = assignments(SMALL, scheme, "seed")
    for _ in range(20):
        assignment = next(epochs)
        assert sorted(seat for members in assignment.shards for seat in members) == list(range(30))
        assert len(assignment.shards) == 3
        assert 0 <= assignment.moved <= 30


@pytest.mark.parametrize("malicious", [0, 5, 8, 12, 30])
def test_frequencies_agree_with_the_exact_chances(malicious: int) -> None:
    model = dataclasses.replace(SMALL, malicious=frozenset(range(malicious)))
    outcome = simulate_safety(model, Scheme.DRAWN_ANEW, epochs=4000, seed=3)
    chances = exact_chances(model, Scheme.DRAWN_ANEW, ONE_THIRD)
    assert chances is not None
    one, any_shard = map(float, chances)
    assert abs(outcome.deviations(chances[1])) < 4
    if any_shard in {0.0, 1.0}:
        assert outcome.epochs_seats_over_third == any_shard * outcome.epochs
    # Shards of an epoch are not independent, but each alone has the chance of one.
    spread = (one * (1 - one) * 3 * 4000) ** 0.5
    assert abs(outcome.seats_over_third - one * 3 * 4000) <= 4 * spread
    # All powers are equal.
    assert outcome.seats_over_third == outcome.over_third
    assert outcome.epochs_seats_over_third == outcome.epochs_over_third


def test_two_thirds_agree_with_the_exact_chance() -> None:
    model = dataclasses.replace(SMALL, malicious=frozenset(range(15)))
    outcome = simulate_safety(model, Scheme.DRAWN_ANEW, epochs=4000, seed=4)
    chances = exact_chances(model, Scheme.DRAWN_ANEW, TWO_THIRDS)
    assert chances is not None
    expected = float(chances[1])
    spread = (expected * (1 - expected) * 4000) ** 0.5
    assert expected > 0.02
    assert abs(outcome.epochs_over_two_thirds - expected * 4000) < 4 * spread


@pytest.mark.parametrize("malicious", [3, 4, 8])
def test_frequencies_with_ground_keys_agree_with_the_exact_chance(malicious: int) -> None:
    # Every honest key is new in every epoch, so that epochs are independent.
    model = dataclasses.replace(SMALL, malicious=frozenset(range(malicious)), churn=Fraction(1))
    outcome = simulate_safety(model, Scheme.BY_GROUND_KEY, epochs=3000, seed=5)
    chances = exact_chances(model, Scheme.BY_GROUND_KEY, ONE_THIRD)
    assert chances is not None
    assert abs(outcome.deviations(chances[1])) < 4
    assert outcome.seats_over_third == outcome.epochs_seats_over_third


def test_frequencies_with_keys_by_chance_agree_with_the_exact_chance() -> None:
    outcome = simulate_safety(SMALL, Scheme.BY_KEY, epochs=2000, seed=6, history=1)
    chances = exact_chances(SMALL, Scheme.BY_KEY, ONE_THIRD)
    assert chances is not None
    one = float(chances[0])
    # Three shards of one epoch depend on each other; three times the deviation of one bounds theirs.
    assert abs(outcome.seats_over_third - 3 * 2000 * one) < 4 * 3 * (2000 * one * (1 - one)) ** 0.5


def test_power_is_counted_by_stake() -> None:
    # One malicious seat weighs more than all others of its shard together.
    model = SafetyModel(shards=2, powers=(100, *(1,) * 9), malicious=frozenset({0}))
    outcome = simulate_safety(model, Scheme.DRAWN_ANEW, epochs=50, seed=1)
    assert outcome.over_two_thirds == outcome.over_third == 50
    assert outcome.seats_over_third == 0
    assert outcome.largest_share > 0.95


def test_ground_keys_take_a_shard_for_a_few_tries_each() -> None:
    outcome = simulate_safety(LARGE, Scheme.BY_GROUND_KEY, epochs=20, seed=1)
    assert outcome.epochs_over_third == 20
    assert outcome.failed_histories == 1
    assert outcome.first_over_third == (1,)
    # Four shards: four tries on average.
    assert 250 < outcome.keys_tried < 600


def test_randomness_denies_what_ground_keys_give() -> None:
    for scheme in (Scheme.DRAWN_ANEW, Scheme.CUCKOO):
        outcome = simulate_safety(
            dataclasses.replace(LARGE, malicious=frozenset(range(60))), scheme, epochs=500, seed=1
        )
        assert outcome.epochs_over_third == 0
    ground = dataclasses.replace(LARGE, malicious=frozenset(range(60)))
    assert simulate_safety(ground, Scheme.BY_GROUND_KEY, epochs=500, seed=1).epochs_over_third == 500


def test_the_cuckoo_rule_undoes_leaving_and_joining_again() -> None:
    """Without evictions an adversary that joins again until it likes the shard ends up with all its seats there."""
    model = dataclasses.replace(LARGE, malicious=frozenset(range(60)))
    without = simulate_safety(model, Scheme.PLACED_ONCE, epochs=500, seed=2)
    cuckoo = simulate_safety(model, Scheme.CUCKOO, epochs=500, seed=2)
    assert without.failed_histories == 2
    assert without.course[-1] > 0.4
    assert cuckoo.failed_histories == 0
    assert cuckoo.largest_share < 0.33


def test_an_adversary_that_joins_faster_than_the_rule_evicts_wins() -> None:
    model = dataclasses.replace(LARGE, rejoin=Fraction(1))
    assert simulate_safety(model, Scheme.CUCKOO, epochs=100, seed=2).epochs_over_third > 90
    # Whoever draws everything anew does not care.
    assert simulate_safety(model, Scheme.DRAWN_ANEW, epochs=100, seed=2).epochs_over_third < 10


def test_the_cuckoo_rule_moves_few_and_keeps_sizes_close() -> None:
    cuckoo = simulate_safety(LARGE, Scheme.CUCKOO, epochs=200, seed=2)
    anew = simulate_safety(LARGE, Scheme.DRAWN_ANEW, epochs=200, seed=2)
    assert 0.7 * 400 < anew.moved_per_epoch < 0.8 * 400
    assert cuckoo.moved_per_epoch < 0.12 * 400
    assert (anew.smallest, anew.largest) == (100, 100)
    assert 85 < cuckoo.smallest <= cuckoo.largest < 115


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_same_seed_gives_the_same_epochs(scheme: Scheme) -> None:
    def play(seed: int) -> SafetyOutcome:
        return simulate_safety(SMALL, scheme, epochs=30, seed=seed, history=10)

    assert play(1) == play(1)
    assert play(1).course != play(2).course


def test_the_number_of_workers_changes_nothing() -> None:
    told: list[int] = []
    alone = simulate_safety(SMALL, Scheme.CUCKOO, epochs=50, seed=1, history=20)
    with worker_pool(1) as nobody, worker_pool(2) as pool:
        assert nobody is None
        shared = simulate_safety(
            SMALL, Scheme.CUCKOO, epochs=50, seed=1, history=20, pool=pool, progress=told.append
        )
    assert alone == shared
    assert (alone.epochs, alone.histories, len(told), told[-1]) == (50, 3, 3, 50)


def test_progress_is_told_after_each_history() -> None:
    told: list[int] = []
    simulate_safety(SMALL, Scheme.DRAWN_ANEW, epochs=25, seed=1, history=10, progress=told.append)
    assert told == [10, 20, 25]


def test_chances_that_nobody_knows_are_not_given() -> None:
    assert exact_chances(SMALL, Scheme.CUCKOO, ONE_THIRD) is None
    uneven = SafetyModel(shards=3, powers=(1,) * 31, malicious=frozenset())
    assert exact_chances(uneven, Scheme.DRAWN_ANEW, ONE_THIRD) is None


def test_validators_are_corrupted_with_all_their_seats_but_the_last() -> None:
    owners = [owner for owner in range(10) for _ in range(5)]
    malicious = corrupt_seats(owners, Fraction(1, 4), seed=1)
    assert len(malicious) == 13
    held = sorted(
        sum(owners[seat] == owner for seat in malicious) for owner in {owners[s] for s in malicious}
    )
    assert held == [3, 5, 5]
    assert corrupt_seats(owners, Fraction(1, 4), seed=1) == malicious
    assert corrupt_seats(owners, Fraction(1, 4), seed=2) != malicious
    assert corrupt_seats(owners, Fraction(0), seed=1) == frozenset()


@pytest.mark.parametrize("share", [Fraction(-1, 10), Fraction(11, 10)])
def test_a_share_that_is_none_is_refused(share: Fraction) -> None:
    with pytest.raises(ConfigurationError) as info:
        corrupt_seats([0, 1], share, seed=1)
    assert info.value.code == "adversary-share"


@pytest.mark.parametrize(
    "change",
    [
        {"shards": 0},
        {"shards": 31},
        {"powers": (1,) * 29 + (0,)},
        {"malicious": frozenset({30})},
        {"churn": Fraction(2)},
        {"rejoin": Fraction(-1)},
    ],
)
def test_numbers_that_describe_no_committees_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as info:
        dataclasses.replace(SMALL, **change)  # type: ignore[arg-type]
    assert info.value.code == "safety-model"


@pytest.mark.parametrize("change", [{"epochs": 0}, {"history": 0}])
def test_a_simulation_of_nothing_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError) as info:
        simulate_safety(SMALL, Scheme.DRAWN_ANEW, **{"epochs": 5, "seed": 1, **change})  # type: ignore[arg-type]
    assert info.value.code == "safety-rounds"
    with pytest.raises(ConfigurationError) as info, worker_pool(0):
        pass
    assert info.value.code == "safety-rounds"
