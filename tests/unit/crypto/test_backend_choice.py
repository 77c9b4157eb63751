"""The piece through which every primitive chooses its back end, on back ends that are made up."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from harmony_core.crypto.backend_choice import BackendChoice, Primitive
from harmony_core.errors import ConfigurationError

VARIABLE = "HARMONY_CORE_TEST_BACKEND"


class SlowWarning(UserWarning):
    pass


@dataclass(frozen=True)
class Doubler:
    name: str
    version: str = "1.0"
    factor: int = 2


def run_self_test(backend: Doubler) -> None:
    if backend.factor != 2:
        raise ArithmeticError("the self-test of doubling fails")


def absent() -> Doubler:
    raise OSError("no such library")


def choice_of(**factories: Callable[[], Doubler]) -> BackendChoice[Doubler]:
    return BackendChoice(
        Primitive(
            name="doubling",
            kind="doubling back end",
            environment_variable=VARIABLE,
            factories=factories,
            self_test=run_self_test,
            unknown_code="doubling-unknown",
            unusable_code="doubling-unusable",
            self_test_code="doubling-self-test",
            slow=("slow",),
            slow_warning=SlowWarning,
            slow_text="Doubling runs on {name}. {problems}",
        )
    )


def slow() -> Doubler:
    return Doubler("slow", "")


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_each_back_end_is_loaded_once() -> None:
    loaded: list[str] = []

    def fast() -> Doubler:
        loaded.append("fast")
        return Doubler("fast")

    choice = choice_of(fast=fast, slow=slow)
    assert choice.load() is choice.load("fast") is choice.load()
    assert loaded == ["fast"]
    choice.forget()
    choice.load()
    assert loaded == ["fast", "fast"]


def test_the_environment_is_read_at_the_first_call_only(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = choice_of(fast=lambda: Doubler("fast"), slow=slow)
    monkeypatch.setenv(VARIABLE, "slow")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert choice.load().name == "slow"  # asked for: nothing to warn of
    monkeypatch.setenv(VARIABLE, "fast")
    assert choice.load().name == "slow"
    choice.forget()
    assert choice.load().name == "fast"


@pytest.mark.parametrize(
    ("name", "code", "sentence"),
    [
        ("other", "doubling-unknown", "There is no doubling back end of that name."),
        ("absent", "doubling-unusable", "no such library"),
        ("wrong", "doubling-self-test", "the self-test of doubling fails"),
    ],
)
def test_a_refusal_says_why(name: str, code: str, sentence: str) -> None:
    choice = choice_of(absent=absent, wrong=lambda: Doubler("wrong", factor=3))
    with pytest.raises(ConfigurationError) as info:
        choice.load(name)
    assert (info.value.code, info.value.actual) == (code, name)
    assert sentence in info.value.message


def test_a_slow_one_is_warned_of_where_it_is_loaded() -> None:
    choice = choice_of(absent=absent, slow=slow)

    def load_backend() -> Doubler:
        return choice.load()

    with pytest.warns(SlowWarning, match=r"runs on slow\. .*no such library") as caught:
        load_backend()
    assert [warning.filename for warning in caught] == [__file__]


def test_the_report_names_the_others_and_their_problems() -> None:
    choice = choice_of(fast=lambda: Doubler("fast"), absent=absent, slow=slow)
    report = choice.report()
    assert (report.primitive, report.in_use, report.version) == ("doubling", "fast", "1.0")
    assert (report.self_test_passed, report.problem) == (True, None)
    assert [other.name for other in report.alternatives] == ["absent", "slow"]
    assert "no such library" in report.alternatives[0].reason
    assert report.alternatives[1].reason == "Works, not chosen."
    assert choice.report(Doubler("slow", factor=5)).self_test_passed is False


def test_where_nothing_works_the_report_says_so() -> None:
    choice = choice_of(absent=absent)
    with pytest.raises(ConfigurationError) as info:
        choice.load()
    assert info.value.code == "doubling-unusable"
    report = choice.report()
    assert (report.in_use, report.self_test_passed) == ("", False)
    assert report.problem is not None
