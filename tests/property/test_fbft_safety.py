"""Safety and liveness of the engine under seeded schedules: faults, loss, partitions, crashes, in any combination.

A schedule follows from its seed. A failure prints the call that plays it again.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.primitives import STRICT, Compatibility
from harmony_core.simulation.byzantine import Fault
from harmony_core.simulation.schedule import Outcome, draw_schedule, play

COMMITTEES = [(4, 1, False), (4, 1, False), (5, 3, True), (7, 2, False), (6, 4, True)]
"""Nodes, faulty nodes, and whether these are as many as their stake allows for."""

FORGETFUL = Compatibility(verified_blocks_forget_prepared=True)
"""The habit of the reference by which nodes send M2 although they have seen PREPARED."""


def outcome_of(
    seed: int, validators: int, faulty: int, by_stake: bool, compatibility: Compatibility = STRICT
) -> Outcome:
    return play(
        draw_schedule(
            seed, validators=validators, faulty=faulty, by_stake=by_stake, compatibility=compatibility
        )
    )


def check(seed: int, validators: int, faulty: int, by_stake: bool) -> None:
    outcome = outcome_of(seed, validators, faulty, by_stake)
    again = f"play(draw_schedule({seed}, validators={validators}, faulty={faulty}, by_stake={by_stake}))"
    assert not outcome.violations, f"two final blocks at one height: {again}"
    # Liveness is claimed as long as honest nodes have not voted to commit different blocks of one height.
    assert outcome.is_live or outcome.is_split, f"a height never became final: {again}"


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**32), committee=st.sampled_from(COMMITTEES))
def test_no_two_honest_nodes_disagree_and_every_height_becomes_final(
    seed: int, committee: tuple[int, int, bool]
) -> None:
    check(seed, *committee)


@pytest.mark.slow
@settings(max_examples=4000, deadline=None)
@given(seed=st.integers(0, 2**32), committee=st.sampled_from([*COMMITTEES, (10, 3, False), (13, 4, False)]))
def test_thousands_of_schedules(seed: int, committee: tuple[int, int, bool]) -> None:
    check(seed, *committee)


@pytest.mark.parametrize(("validators", "faulty"), [(4, 2), (7, 3)])
def test_with_one_faulty_node_too_many_the_search_finds_a_violation(validators: int, faulty: int) -> None:
    def schedule_of(seed: int) -> Outcome:
        return play(
            draw_schedule(seed, validators=validators, faulty=faulty, kinds=(Fault.EQUIVOCATING_LEADER,))
        )

    seed = next(seed for seed in range(100) if schedule_of(seed).violations)
    first, second = schedule_of(seed), schedule_of(seed)
    assert first == second, "a seed replays"


def test_with_the_forgetfulness_of_the_reference_the_chain_forks() -> None:
    """Found by a search over seeds from 0; nobody is faulty, a network that splits at the wrong moment is enough."""
    assert outcome_of(568, 4, 0, False, FORGETFUL).violations
    assert not outcome_of(568, 4, 0, False).violations


@pytest.mark.slow
def test_the_search_itself_finds_the_fork_of_the_reference() -> None:
    found = [seed for seed in range(600) if outcome_of(seed, 4, 0, False, FORGETFUL).violations]
    assert found
    assert not [seed for seed in found if outcome_of(seed, 4, 0, False).violations]
