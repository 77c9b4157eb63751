import pickle

import pytest

from harmony_core.errors import (
    ConfigurationError,
    DataSourceError,
    DecodeError,
    HarmonyError,
    MissingDataError,
    UnsupportedRulesError,
    VerificationError,
    require,
)

BRANCHES = (
    ConfigurationError,
    DataSourceError,
    DecodeError,
    MissingDataError,
    UnsupportedRulesError,
    VerificationError,
)


@pytest.mark.parametrize("branch", BRANCHES)
def test_every_error_is_a_harmony_error(branch: type[HarmonyError]) -> None:
    assert issubclass(branch, HarmonyError)


def test_not_knowing_the_rules_is_missing_data_and_not_a_violation() -> None:
    assert issubclass(UnsupportedRulesError, MissingDataError)
    assert not issubclass(MissingDataError, VerificationError | DecodeError)


def test_an_error_keeps_its_parts_and_shows_bytes_in_hexadecimal() -> None:
    error = DecodeError("Wrong.", code="some-rule", expected=b"\x01\xff", actual=7)
    assert (error.message, error.code, error.expected, error.actual) == (
        "Wrong.",
        "some-rule",
        b"\x01\xff",
        7,
    )
    assert str(error) == "Wrong. [some-rule: expected 0x01ff, actual 7]"
    assert str(DecodeError("Wrong.", code="some-rule")) == "Wrong. [some-rule]"


def test_an_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(VerificationError("Wrong.", code="some-rule", actual=3)))  # noqa: S301
    assert type(error) is VerificationError
    assert (error.message, error.code, error.actual) == ("Wrong.", "some-rule", 3)


def test_require_raises_only_when_the_condition_fails() -> None:
    require(True, DecodeError, "some-rule", "Wrong.")
    require("text", DecodeError, "some-rule", "Wrong.")
    with pytest.raises(DecodeError) as info:
        require(0, DecodeError, "some-rule", "Wrong.", expected=1, actual=0)
    assert (info.value.code, info.value.expected, info.value.actual) == ("some-rule", 1, 0)
