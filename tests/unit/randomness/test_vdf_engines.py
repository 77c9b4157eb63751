"""Choosing an engine, finding FLINT, falling back."""

import importlib.util
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harmony_core.errors import ConfigurationError
from harmony_core.randomness import vdf
from harmony_core.randomness.vdf import flint_library, loading
from harmony_core.randomness.vdf.engine import Element
from harmony_core.randomness.vdf.flint_library import find_libraries, load_flint
from harmony_core.randomness.vdf.form import Form, principal_form
from harmony_core.randomness.vdf.pure import PureEngine, PureGroup
from harmony_core.randomness.vdf.self_test import run_self_test
from support.vdf import BITS, SEED


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(loading.ENVIRONMENT_VARIABLE, raising=False)
    _forget()
    yield
    _forget()


def _forget() -> None:
    loading._CHOICE.forget()


def test_the_fastest_engine_is_the_default_and_the_environment_may_choose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert vdf.load_engine().name == "flint"
    monkeypatch.setenv(loading.ENVIRONMENT_VARIABLE, "pure")
    assert vdf.load_engine().name == "flint"  # the environment is read once
    _forget()
    assert vdf.load_engine().name == "pure"
    assert vdf.load_engine("gmpy2").name == "gmpy2"
    engine = PureEngine()
    assert vdf.load_engine(engine) is engine


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        vdf.load_engine("abacus")
    assert info.value.code == "vdf-engine-unknown"


def test_without_python_flint_there_is_one_warning_and_the_same_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = vdf.evaluate(SEED, 200, bits=BITS)
    _forget()
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *rest: None if name == "flint" else found(name, *rest)
    )
    with pytest.warns(vdf.SlowEngineWarning, match="pip install python-flint") as caught:
        assert vdf.evaluate(SEED, 200, bits=BITS) == expected
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert vdf.load_engine().name == "gmpy2"
    with pytest.raises(ConfigurationError) as info:
        vdf.load_engine("flint")
    assert info.value.code == "vdf-engine-unusable"
    report = vdf.vdf_engine_report()
    assert report.in_use == "gmpy2"
    assert "not installed" in next(other.reason for other in report.alternatives if other.name == "flint")


def test_the_report_names_the_engine_in_use_and_the_others() -> None:
    report = vdf.vdf_engine_report()
    assert (report.primitive, report.in_use, report.self_test_passed) == ("VDF", "flint", True)
    assert report.version.startswith("3.")
    assert {other.name: other.reason for other in report.alternatives} == {
        "gmpy2": "Works, not chosen.",
        "pure": "Works, not chosen.",
    }


def test_the_report_says_when_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(loading.ENVIRONMENT_VARIABLE, "abacus")
    report = vdf.vdf_engine_report()
    assert (report.in_use, report.self_test_passed) == ("", False)
    assert report.problem is not None


def test_a_library_without_the_functions_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(flint_library._FUNCTIONS, "qfb_no_such_function", 1)
    with pytest.raises(ImportError, match="qfb_no_such_function"):
        load_flint()


def test_a_library_of_an_unknown_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flint_library, "_LEAST_VERSION", (3, 999))
    with pytest.raises(ImportError, match="version"):
        load_flint()


def test_a_python_flint_without_a_library_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "flint" / "__init__.py"
    package.parent.mkdir()
    package.write_text("")
    spec = importlib.util.spec_from_file_location("flint", package)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: spec)
    with pytest.raises(ImportError, match="brings no library"):
        load_flint()
    (tmp_path / "python_flint.libs").mkdir()
    (tmp_path / "python_flint.libs" / "libflint-0.so").write_bytes(b"not a library")
    with pytest.raises(ImportError, match=r"libflint-0\.so"):
        load_flint()


@pytest.mark.parametrize(
    "file",
    [
        "python_flint.libs/libflint-6839011d.so.24.0.0",
        "flint/.dylibs/libflint.24.0.dylib",
        "python_flint.libs/libflint.24.0.0-9b2d98b6da8eded35def7bc3b288ff65.dll",
        "python_flint.libs/flint-24.dll",
        "flint/types/fmpz.cpython-311-darwin.so",
        "flint/types/fmpz.abi3.so",
    ],
    ids=["linux", "macos", "windows", "windows, other name", "no bundle", "no bundle, stable interface"],
)
def test_the_library_is_found_where_wheels_put_it(tmp_path: Path, file: str) -> None:
    for name in (
        "python_flint.libs/libgmp-1.so",
        "flint/.dylibs/libgmp.10.dylib",
        "flint/types/arb.abi3.so",
        file,
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_libraries(tmp_path)[0] == tmp_path / file


def test_the_functions_are_found_through_the_extension_module_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flint_library, "_PATTERNS", ("flint/types/fmpz.*so",))
    assert load_flint().version == vdf.load_engine("flint").version


class _Wrong(PureEngine):
    def __init__(self, operation: str) -> None:
        self._operation = operation

    def group(self, discriminant: int) -> PureGroup:
        group = PureGroup(discriminant)
        right: Any = getattr(group, self._operation)

        def wrong(*arguments: Any) -> Any:
            result = right(*arguments)
            return Form(result.a, -result.b, result.c)

        setattr(group, self._operation, wrong)
        return group


@pytest.mark.parametrize("operation", ["squared", "product", "inverse", "form", "element"])
def test_an_engine_that_errs_in_one_operation_fails_the_self_test(operation: str) -> None:
    with pytest.raises(ArithmeticError):
        run_self_test(_Wrong(operation))


def test_an_engine_that_errs_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loading._FACTORIES, "flint", lambda: _Wrong("product"))
    with pytest.warns(vdf.SlowEngineWarning, match="self-test"):
        assert vdf.load_engine().name == "gmpy2"


def test_when_no_engine_works_it_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in loading.ENGINE_NAMES:
        monkeypatch.setitem(loading._FACTORIES, name, lambda: _Wrong("squared"))
    with pytest.raises(ConfigurationError) as info:
        vdf.load_engine()
    assert info.value.code == "vdf-engine-unusable"
    assert vdf.vdf_engine_report().problem


@pytest.mark.parametrize("engine", ["pure", "gmpy2", "flint"])
def test_elements_are_never_changed(engine: str) -> None:
    of_seed = vdf.discriminant(SEED, BITS)
    group = vdf.load_engine(engine).group(of_seed)
    first: Element = group.squared(group.element(principal_form(of_seed)), 0)
    second = group.squared(group.element(vdf.Form(2, 1, (1 - of_seed) // 8)), 90)
    before = [group.form(first), group.form(second)]
    group.product(first, second)
    group.product(second, second)
    group.inverse(second)
    group.squared(second, 2000)
    assert [group.form(first), group.form(second)] == before
