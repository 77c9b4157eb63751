"""The attack simulation against its theory."""

import dataclasses
import sys

import pytest

from harmony_core.errors import ConfigurationError
from harmony_core.simulation import SCHEMES, AttackModel, Scheme, simulate, theory
from harmony_core.simulation.attack_plot import draw_attack

MODEL = AttackModel(members=10, coalition=3, chance=0.25, tries=16)
ROUNDS = 3000


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("coalition", [0, 3, 10])
def test_the_simulation_agrees_with_the_theory(scheme: Scheme, coalition: int) -> None:
    model = dataclasses.replace(MODEL, coalition=coalition)
    outcome = simulate(model, scheme, rounds=ROUNDS, seed=5)
    assert outcome.expected == theory(model, scheme)
    assert abs(outcome.deviations) < 4
    assert outcome.bias == pytest.approx(outcome.frequency - 0.25)
    if coalition == 0:
        assert outcome.expected_bias == pytest.approx(0)


@pytest.mark.parametrize("speed", [0.0, 9.99, 10.0, 50.0])
def test_the_delay_protects_while_the_coalition_is_slower_than_the_margin(speed: float) -> None:
    model = dataclasses.replace(MODEL, speed=speed, margin=10.0)
    outcome = simulate(model, Scheme.DELAYED_VRFS, rounds=ROUNDS, seed=6)
    assert abs(outcome.deviations) < 4
    if speed < 10:
        assert outcome.expected_bias == pytest.approx(0)
        assert abs(outcome.bias) < 0.04
    else:
        assert theory(model, Scheme.DELAYED_VRFS) == theory(model, Scheme.VRFS)
        assert outcome.bias > 0.15


def test_without_delay_the_coalition_gains() -> None:
    for scheme in SCHEMES[:-1]:
        assert simulate(MODEL, scheme, rounds=ROUNDS, seed=7).bias > 0.03


def test_the_theory_by_hand() -> None:
    model = AttackModel(members=4, coalition=1, chance=0.5, tries=2)
    assert theory(model, Scheme.BLOCK_HASH) == 0.25 * 0.75 + 0.75 * 0.5
    assert theory(model, Scheme.COMMIT_REVEAL) == 0.75
    assert theory(model, Scheme.BLOCK_VRF) == 0.5 + 0.25 * 0.5 * 0.5
    assert theory(model, Scheme.VRFS) == 0.25 * 0.75 + 0.75 * 0.5
    assert theory(model, Scheme.DELAYED_VRFS) == 0.5


def test_the_same_seed_gives_the_same_rounds() -> None:
    first, second, other = (simulate(MODEL, Scheme.VRFS, rounds=500, seed=seed) for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_progress_is_told() -> None:
    told: list[int] = []
    simulate(MODEL, Scheme.VRFS, rounds=600, seed=1, progress=told.append)
    assert told == [0, 256, 512]


@pytest.mark.parametrize(
    "change",
    [{"coalition": 11}, {"coalition": -1}, {"chance": 1.0}, {"tries": 0}, {"margin": 0.0}, {"speed": -1.0}],
)
def test_numbers_that_describe_no_attack_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError) as info:
        dataclasses.replace(MODEL, **change)  # type: ignore[arg-type]
    assert info.value.code == "attack-model"


def test_no_rounds_are_no_simulation() -> None:
    with pytest.raises(ConfigurationError) as info:
        simulate(MODEL, Scheme.VRFS, rounds=0, seed=1)
    assert info.value.code == "attack-rounds"


def test_the_picture_is_a_png() -> None:
    pytest.importorskip("matplotlib")
    points: list[int] = []
    picture = draw_attack(MODEL, rounds=20, seed=1, progress=points.append)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert points == list(range(1, len(points) + 1))


def test_a_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("matplotlib.figure", "matplotlib.backends.backend_agg"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError) as info:
        draw_attack(MODEL, rounds=1, seed=1)
    assert info.value.code == "plots-missing"
    assert "harmony-core[plots]" in info.value.message
