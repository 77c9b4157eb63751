from dataclasses import FrozenInstanceError, fields

import pytest

from harmony_core.primitives import STRICT, Compatibility


def test_strict_has_every_leniency_off_and_the_reference_every_one_on() -> None:
    names = [field.name for field in fields(Compatibility)]
    assert names
    assert not any(getattr(STRICT, name) for name in names)
    assert all(getattr(Compatibility.reference(), name) for name in names)


def test_a_set_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        STRICT.unbounded_integers = True  # type: ignore[misc]
