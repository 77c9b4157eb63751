"""The tables of the page on the safety of committees are what the library computes."""

import struct
from fractions import Fraction
from pathlib import Path

import pytest

from harmony_core.simulation.committee_rules import Scheme
from harmony_core.simulation.committee_safety import simulate_safety
from support.safety_tables import EPOCHS, EVICTED, EXACT, SIMULATED, model, written

ASSETS = Path(__file__).parents[3] / "docs" / "assets"
MOST_BYTES = 100_000


@pytest.mark.parametrize("name", EXACT)
def test_a_table_of_exact_numbers(name: str) -> None:
    assert written(name) == EXACT[name]()


@pytest.mark.slow
@pytest.mark.parametrize("name", SIMULATED)
def test_a_table_of_simulations(name: str) -> None:
    assert written(name) == SIMULATED[name]()


def test_a_sample_of_the_simulations() -> None:
    sample = model(Fraction(1, 5), EVICTED[0], Fraction(1, 20))
    found = simulate_safety(sample, Scheme.CUCKOO, epochs=EPOCHS, seed=1)
    cell = written("cuckoo")[2].split(" | ")[3]
    assert cell == f"{found.epochs_over_third} ({found.largest_share:.2f})"


@pytest.mark.parametrize("name", ["committee-safety.png", "decentralisation.png"])
def test_pictures_are_small_files(name: str) -> None:
    content = (ASSETS / name).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) < MOST_BYTES
    width, _height = struct.unpack(">II", content[16:24])
    assert 800 < width < 1600
