"""Choosing a BLS back end: by argument, by environment, by speed; and what a broken one meets."""

import subprocess
import sys
import warnings
from collections.abc import Iterator

import pytest

from harmony_core.crypto import backends
from harmony_core.crypto.bls import SlowBackendWarning, load_backend, loading
from harmony_core.crypto.bls.arkworks import ArkworksBackend
from harmony_core.crypto.bls.backend import Backend, G1Point, G2Point
from harmony_core.crypto.bls.constants import G2_COFACTOR_SCALAR, ORDER
from harmony_core.crypto.bls.field import Fp2
from harmony_core.crypto.bls.self_test import run_self_test
from harmony_core.errors import ConfigurationError


@pytest.fixture(autouse=True)
def _fresh_caches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(loading.ENVIRONMENT_VARIABLE, raising=False)
    loading._CHOICE.forget()
    yield
    loading._CHOICE.forget()


def missing() -> Backend:
    raise ImportError("No module named 'py_arkworks_bls12381'")


class ReducingCofactor(ArkworksBackend):
    """Right inside the subgroup, wrong outside: what an endomorphism in the multiplication would do."""

    def clear_g2_cofactor(self, point: G2Point) -> G2Point:
        return self.g2_multiply(point, G2_COFACTOR_SCALAR % ORDER)


class NoSubgroupCheck(ArkworksBackend):
    def g2_in_subgroup(self, point: G2Point) -> bool:
        return point is not None


class EveryPairing(ArkworksBackend):
    def pairings_are_one(self, g1_points: object, g2_points: object) -> bool:
        return bool(g1_points and g2_points)


class OtherRoot(ArkworksBackend):
    def map_to_g2(self, t: Fp2) -> G2Point | None:
        mapped = super().map_to_g2(t)
        return None if mapped is None else self.g2_negate(mapped)


class NoMap(ArkworksBackend):
    def map_to_g2(self, t: Fp2) -> G2Point | None:
        return super().map_to_g2(t) if sum(t) < 0 else None


class NoKeySubgroupCheck(ArkworksBackend):
    def g1_in_subgroup(self, point: G1Point) -> bool:
        return point is not None


def test_the_fastest_is_taken_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_backend().name == "arkworks"
    assert load_backend() is load_backend("arkworks")


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(loading.ENVIRONMENT_VARIABLE, "py-ecc")
    assert load_backend().name == "py-ecc"
    assert load_backend("arkworks").name == "arkworks"


def test_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as info:
        load_backend("blst")
    assert info.value.code == "bls-backend-unknown"
    monkeypatch.setenv(loading.ENVIRONMENT_VARIABLE, "blst")
    with pytest.raises(ConfigurationError):
        load_backend()


def test_a_missing_library_falls_back_with_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loading._FACTORIES, "arkworks", missing)
    with pytest.warns(SlowBackendWarning, match="pip install") as caught:
        load_backend()
    assert len(caught) == 1
    assert load_backend().name == "py-ecc"


def test_a_named_library_that_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loading._FACTORIES, "arkworks", missing)
    with pytest.raises(ConfigurationError) as info:
        load_backend("arkworks")
    assert info.value.code == "bls-backend-unusable"


@pytest.mark.parametrize(
    "broken", [ReducingCofactor, NoSubgroupCheck, NoKeySubgroupCheck, EveryPairing, OtherRoot, NoMap]
)
def test_a_back_end_that_computes_wrongly_fails_its_self_test(
    broken: type[ArkworksBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ArithmeticError):
        run_self_test(broken())
    assert not loading.passes_self_test(broken())
    monkeypatch.setitem(loading._FACTORIES, "arkworks", broken)
    with pytest.raises(ConfigurationError):
        load_backend("arkworks")


def test_nothing_usable_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in loading.BACKEND_NAMES:
        monkeypatch.setitem(loading._FACTORIES, name, missing)
    with pytest.raises(ConfigurationError):
        load_backend()
    report = backends.backend_reports()[0]
    assert not report.self_test_passed
    assert report.problem is not None
    assert [other.name for other in report.alternatives] == list(loading.BACKEND_NAMES)


def test_the_report_names_what_is_in_use_and_why_not_the_others() -> None:
    reports = {report.primitive: report for report in backends.backend_reports()}
    bls = reports["BLS"]
    assert bls.in_use == "arkworks"
    assert bls.version.startswith("0.5.0")
    assert bls.self_test_passed
    assert [other.name for other in bls.alternatives] == ["py-ecc"]
    assert reports["Keccak-256"].self_test_passed


def test_the_oracle_leaves_the_recursion_limit_of_the_process_alone() -> None:
    program = (
        "import sys; limit = sys.getrecursionlimit();"
        "from harmony_core.crypto.bls import load_backend; load_backend('py-ecc');"
        "sys.exit(sys.getrecursionlimit() != limit)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
