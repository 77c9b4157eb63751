"""Exact integers that reproduce what the reference computes in 32-bit floats and 64-bit words."""

import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import VerificationError
from harmony_core.params import next_gas_limit, slots_limit_from_share

MAX = 2**64 - 1


def float32(value: float) -> float:
    (rounded,) = struct.unpack("<f", struct.pack("<f", value))
    return float(rounded)


@given(st.integers(-(10**6), 10**6), st.decimals(0, 1, places=6))
def test_the_slots_limit_is_that_of_single_precision(open_slots: int, share: object) -> None:
    exact = Fraction(str(share))
    # The product of two single-precision numbers is exact in double precision.
    expected = int(float32(float32(open_slots) * float32(float(exact))))
    assert slots_limit_from_share(open_slots, exact) == expected


def test_rounding_of_single_precision_matters() -> None:
    assert slots_limit_from_share(100, Fraction("0.29")) == 29
    assert int(100 * 0.29) == 28


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("value", [-1, 2**64])
def test_gas_outside_64_bits_is_refused(position: int, value: int) -> None:
    names = ("parent_limit", "parent_used", "floor", "ceiling")
    arguments = dict.fromkeys(names, 80_000_000) | {names[position]: value}
    with pytest.raises(VerificationError) as info:
        next_gas_limit(**arguments)
    assert info.value.code == "gas-quantity"


@given(st.integers(0, MAX), st.integers(0, MAX), st.integers(0, MAX), st.integers(0, MAX))
def test_the_gas_limit_stays_within_64_bits(limit: int, used: int, floor: int, ceiling: int) -> None:
    found = next_gas_limit(parent_limit=limit, parent_used=used, floor=floor, ceiling=ceiling)
    assert 0 <= found <= MAX


def test_the_gas_limit_is_drawn_into_its_bounds() -> None:
    bounds = {"floor": 30_000_000, "ceiling": 120_000_000}
    assert next_gas_limit(parent_limit=29_990_000, parent_used=0, **bounds) == 30_000_000
    assert next_gas_limit(parent_limit=120_000_000, parent_used=120_000_000, **bounds) == 120_000_000
