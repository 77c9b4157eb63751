"""Engine against engine, fast primality against slow, the block-wise proof against the definition."""

import json
import random
from typing import Any

import pytest

from harmony_core.randomness import vdf
from harmony_core.randomness.vdf.form import generator
from harmony_core.randomness.vdf.primality import is_prime, is_prime_pure
from support.conformance import packaged_folder
from support.vdf import SEED, slow_output

ENGINES = ("pure", "gmpy2", "flint")
CASES: list[dict[str, Any]] = json.loads((packaged_folder() / "vdf.json").read_text())["cases"]
EVALUATIONS = [case for case in CASES if case["type"] == "vdf"]
SHORT = [case for case in EVALUATIONS if case["T"] <= 100 or case["bits"] <= 256]


def outputs(case: dict[str, Any], engine: str) -> str:
    seed = bytes.fromhex(case["seed"].removeprefix("0x"))
    return "0x" + vdf.evaluate(seed, case["T"], bits=case["bits"], engine=engine).hex()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", SHORT, ids=lambda case: f"{case['T']}-{case['bits']}")
def test_every_engine_gives_the_bytes_of_the_reference(case: dict[str, Any], engine: str) -> None:
    assert outputs(case, engine) == case["output"]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", EVALUATIONS, ids=lambda case: f"{case['T']}-{case['bits']}")
def test_every_engine_gives_the_bytes_of_the_reference_in_all_cases(
    case: dict[str, Any], engine: str
) -> None:
    assert outputs(case, engine) == case["output"]


@pytest.mark.parametrize("bits", [32, 61, 128, 511, 1024, 2048])
def test_chains_of_operations_agree(bits: int) -> None:
    numbers = random.Random(bits)
    of_seed = vdf.discriminant(SEED, bits)
    groups = [vdf.load_engine(name).group(of_seed) for name in ENGINES]
    held = [[group.element(generator(of_seed)) for group in groups]]
    for _ in range(20):
        first, second = numbers.choice(held), numbers.choice(held)
        times = numbers.randrange(1, 5)
        squared = [group.squared(one, times) for group, one in zip(groups, first, strict=True)]
        made = [
            group.product(one, group.inverse(other) if times % 2 else other)
            for group, one, other in zip(groups, squared, second, strict=True)
        ]
        forms = {group.form(one) for group, one in zip(groups, made, strict=True)}
        assert len(forms) == 1
        held.append(made)


@pytest.mark.parametrize("iterations", [1000, 4321])
def test_gmpy2_and_flint_agree_on_thousands_of_squarings(iterations: int) -> None:
    assert vdf.evaluate(SEED, iterations, bits=512, engine="gmpy2") == vdf.evaluate(
        SEED, iterations, bits=512, engine="flint"
    )


def test_the_proof_in_blocks_is_the_power_of_the_definition() -> None:
    for iterations in (131, 500, 1500):
        assert vdf.evaluate(SEED, iterations, bits=160) == slow_output(SEED, iterations, 160)


def test_both_primality_tests_agree() -> None:
    numbers = random.Random(7)
    for bits in (20, 64, 128, 256):
        for _ in range(300):
            number = numbers.getrandbits(bits) | 1
            assert is_prime(number) == is_prime_pure(number), number
