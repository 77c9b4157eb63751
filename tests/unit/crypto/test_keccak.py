import ctypes.util
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from harmony_core.crypto import keccak, keccak256, keccak_direct, keccak_pure, sha3_256
from harmony_core.errors import ConfigurationError
from harmony_core.primitives import Hash32

EMPTY = "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
EMPTY_SHA3 = "0xa7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"


@pytest.fixture
def restored() -> Iterator[None]:
    before = keccak.keccak_backend_report().in_use
    yield
    keccak.set_keccak_backend(before)


@pytest.fixture(autouse=True)
def _loaded_anew() -> Iterator[None]:
    keccak._CHOICE.forget()
    yield
    keccak._CHOICE.forget()


def run(statement: str, backend: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {keccak.ENVIRONMENT_VARIABLE: backend}
    return subprocess.run(
        [sys.executable, "-c", statement], capture_output=True, text=True, check=False, env=environment
    )


def test_known_hashes() -> None:
    assert keccak256(b"").to_hex() == EMPTY
    assert sha3_256(b"").to_hex() == EMPTY_SHA3
    assert type(keccak256(b"")) is type(sha3_256(b"")) is Hash32
    assert keccak_pure.keccak256(b"").hex() == EMPTY[2:]
    assert keccak_pure.sha3_256(b"").hex() == EMPTY_SHA3[2:]


def test_other_kinds_of_bytes_are_taken_and_other_types_are_type_errors() -> None:
    assert keccak256(bytearray(b"a")) == keccak256(memoryview(b"a")) == keccak256(b"a")
    for function in (keccak256, sha3_256):
        for wrong in ("", 5, None):
            with pytest.raises(TypeError):
                function(wrong)  # type: ignore[arg-type]


def test_a_back_end_is_chosen_by_argument(restored: None) -> None:  # noqa: ARG001
    assert keccak.set_keccak_backend("pure") == "pure"
    report = keccak.keccak_backend_report()
    assert (report.in_use, report.self_test_passed) == ("pure", True)
    assert {alternative.name for alternative in report.alternatives} == {
        "pysha3",
        "pycryptodome-direct",
        "pycryptodome",
    }
    assert keccak256(b"").to_hex() == EMPTY


def test_a_back_end_is_chosen_by_the_environment() -> None:
    statement = "from harmony_core.crypto import keccak; print(keccak.keccak_backend_report().in_use)"
    assert run(statement, "pure").stdout.strip() == "pure"


def test_an_unknown_back_end_is_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        keccak.load_keccak("md5")
    assert info.value.code == "keccak-backend"
    assert "keccak-backend" in run("import harmony_core.crypto", "md5").stderr


def test_a_missing_back_end_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(keccak, "load_backend", missing)
    with pytest.raises(ConfigurationError) as info:
        keccak.load_keccak("pysha3")
    assert info.value.code == "keccak-backend"
    assert "pip install safe-pysha3" in info.value.message


def test_without_the_librarys_functions_the_ordinary_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keccak_direct, "find_spec", lambda name: None)  # noqa: ARG005
    with pytest.raises(ConfigurationError, match="pip install pycryptodome") as info:
        keccak.load_keccak("pycryptodome-direct")
    assert info.value.code == "keccak-backend"
    assert keccak.load_keccak("pycryptodome")(b"").hex() == EMPTY[2:]

    class Empty:
        origin = ctypes.util.find_library("c")

    monkeypatch.setattr(keccak_direct, "find_spec", lambda name: Empty)  # noqa: ARG005
    with pytest.raises(ConfigurationError):
        keccak.load_keccak("pycryptodome-direct")


def test_threads_do_not_disturb_each_other() -> None:
    function = keccak.load_keccak("pycryptodome-direct")
    inputs = [bytes((i % 256,)) * (i % 300) for i in range(2000)]
    expected = [function(data) for data in inputs]
    with ThreadPoolExecutor(4) as pool:
        for results in pool.map(lambda _: [function(data) for data in inputs], range(8)):
            assert results == expected


def test_a_back_end_with_wrong_answers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keccak_pure, "keccak256", keccak_pure.sha3_256)
    with pytest.raises(ConfigurationError) as info:
        keccak.load_keccak("pure")
    assert info.value.code == "keccak-self-test"


def test_the_pure_back_end_is_the_last_resort_and_warns(
    monkeypatch: pytest.MonkeyPatch,
    restored: None,  # noqa: ARG001
) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    with monkeypatch.context() as patch:
        patch.delenv(keccak.ENVIRONMENT_VARIABLE, raising=False)
        patch.setattr(keccak, "load_backend", missing)
        patch.setattr(keccak_direct, "find_spec", lambda name: None)  # noqa: ARG005
        with pytest.warns(RuntimeWarning, match="pure Python"):
            assert keccak.set_keccak_backend() == "pure"
        assert [alternative.name for alternative in keccak.keccak_backend_report().alternatives] == [
            "pysha3",
            "pycryptodome-direct",
            "pycryptodome",
        ]
