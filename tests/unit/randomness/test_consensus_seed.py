"""The seed of an epoch, and the randomness that the node's consensus made of it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Hash32
from harmony_core.randomness import vdf
from harmony_core.randomness.consensus_seed import (
    EpochRandomness,
    consensus_seed,
    seed_size,
    verify_epoch_randomness,
    xor_of_values,
)
from support.outcome import refusal

FIELDS = [sha256(b"%d" % i).digest() * 4 for i in range(6)]
PARTICIPANTS = 6
T = 30


@pytest.mark.parametrize(("participants", "size"), [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (250, 166)])
def test_two_thirds_are_rounded_down(participants: int, size: int) -> None:
    assert seed_size(participants) == size


def test_the_first_values_of_the_epoch_count() -> None:
    seed = consensus_seed(FIELDS, PARTICIPANTS)
    assert seed == consensus_seed(FIELDS[:4], PARTICIPANTS)
    assert seed == xor_of_values(field[:32] for field in FIELDS[:4])
    assert seed != consensus_seed(FIELDS[1:], PARTICIPANTS)


@given(st.lists(st.binary(min_size=32, max_size=130)), st.randoms(use_true_random=False))
def test_the_order_does_not_matter_and_pairs_vanish(values: list[bytes], rng: object) -> None:
    shuffled = list(values)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert xor_of_values(shuffled) == xor_of_values(values)
    assert not any(xor_of_values(values + values))


def test_too_few_values_are_no_seed_yet() -> None:
    error = refusal(lambda: consensus_seed(FIELDS[:3], PARTICIPANTS))
    assert isinstance(error, MissingDataError)
    assert error.code == "seed-vrfs"


def test_a_value_that_is_too_short_is_undecodable() -> None:
    assert refusal(lambda: consensus_seed([b"short"] * 4, PARTICIPANTS)).code == "bytes-length"


@pytest.mark.parametrize("length", [0, 516, 547, 549])
def test_randomness_has_548_bytes(length: int) -> None:
    error = refusal(lambda: EpochRandomness.from_bytes(bytes(length)))
    assert isinstance(error, DecodeError)
    assert error.code == "randomness-length"


def test_an_output_has_516_bytes() -> None:
    assert refusal(lambda: EpochRandomness(bytes(515), Hash32(bytes(32)))).code == "randomness-length"
    with pytest.raises(TypeError):
        EpochRandomness.from_bytes("00")  # type: ignore[arg-type]


def test_the_randomness_of_an_epoch_is_verified_against_its_vrfs() -> None:
    seed = consensus_seed(FIELDS, PARTICIPANTS)
    randomness = EpochRandomness(vdf.evaluate(seed, T), seed)
    assert verify_epoch_randomness(randomness, FIELDS, PARTICIPANTS, difficulty=T) is randomness
    other = refusal(lambda: verify_epoch_randomness(randomness, FIELDS[1:], PARTICIPANTS, difficulty=T))
    assert isinstance(other, VerificationError)
    assert other.code == "randomness-seed"
    late = refusal(lambda: verify_epoch_randomness(randomness, FIELDS, PARTICIPANTS, difficulty=T + 1))
    assert isinstance(late, HarmonyError)


def test_every_network_has_its_difficulty() -> None:
    found = {
        name: load_network(name).schedule.vdf_difficulty
        for name in ("mainnet", "devnet", "localnet", "testnet", "partner", "stressnet", "pangaea")
    }
    assert found == {
        "mainnet": 50_000,
        "devnet": 50_000,
        "localnet": 5_000,
        "testnet": 10_000,
        "partner": 10_000,
        "stressnet": 10_000,
        "pangaea": 10_000,
    }
