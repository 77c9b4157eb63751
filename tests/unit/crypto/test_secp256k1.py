import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from harmony_core.crypto import keccak256
from harmony_core.crypto.backends import backend_reports
from harmony_core.crypto.secp256k1 import (
    AccountKey,
    PrivateKey,
    SlowSecp256k1Warning,
    address_of_public_key,
    load_backend,
    loading,
    recover_address,
    recover_public_key,
)
from harmony_core.crypto.secp256k1.backend import HALF_ORDER, ORDER
from harmony_core.crypto.secp256k1.fast import CoincurveBackend
from harmony_core.crypto.secp256k1.pure import PureBackend
from harmony_core.errors import ConfigurationError, DecodeError, VerificationError
from harmony_core.primitives import Address

KEY = PrivateKey(bytes(31) + b"\x01")
DIGEST = keccak256(b"a message")
SIGNATURE = KEY.sign(DIGEST)


@pytest.fixture
def no_cache() -> Iterator[None]:
    loading._CHOICE.forget()
    yield
    loading._CHOICE.forget()


def signature(r: int, s: int, recovery_id: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((recovery_id,))


def test_the_account_of_the_smallest_key_is_known() -> None:
    assert KEY.address == Address.from_hex("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf")
    assert PrivateKey.from_hex("0x" + KEY.to_bytes().hex()) == KEY
    assert hash(PrivateKey(KEY.to_bytes())) == hash(KEY)
    assert PrivateKey(bytes(31) + b"\x02") != KEY


def test_a_key_does_not_show_itself() -> None:
    key = PrivateKey(b"\x5a" * 32)
    assert "5a5a" not in repr(key) + str(key) + f"{key}"
    assert str(key.address) in repr(key)


@pytest.mark.parametrize(
    "secret", [bytes(32), ORDER.to_bytes(32, "big"), b"\xff" * 32, b"\x01" * 31, b"\x01" * 33, b""]
)
def test_a_key_outside_its_range_is_refused(secret: bytes) -> None:
    with pytest.raises(DecodeError) as info:
        PrivateKey(secret)
    assert info.value.code == "private-key-range"


@dataclass(frozen=True)
class Account:
    """As much of an account of eth-account as is used."""

    key: bytes


def test_accounts_with_a_key_are_taken() -> None:
    assert isinstance(Account(b""), AccountKey)
    assert (
        PrivateKey.of(Account(KEY.to_bytes())) == PrivateKey.of(KEY.to_bytes()) == PrivateKey.of(KEY) == KEY
    )
    for wrong in ("01" * 32, 5, None):
        with pytest.raises(TypeError):
            PrivateKey.of(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        PrivateKey("01" * 32)  # type: ignore[arg-type]


@pytest.mark.parametrize("backend", [CoincurveBackend(), PureBackend()], ids=lambda backend: backend.name)
def test_the_signer_comes_out(backend: CoincurveBackend | PureBackend) -> None:
    made = KEY.sign(DIGEST, backend=backend)
    assert made == SIGNATURE
    assert len(made) == 65
    assert int.from_bytes(made[32:64], "big") <= HALF_ORDER
    assert recover_address(DIGEST, made, backend=backend) == KEY.address
    assert recover_address(keccak256(b"another"), made, backend=backend) != KEY.address
    high = signature(
        int.from_bytes(made[:32], "big"), ORDER - int.from_bytes(made[32:64], "big"), made[64] ^ 1
    )
    assert recover_address(DIGEST, high, backend=backend) == KEY.address
    assert recover_address(bytearray(DIGEST), bytearray(made), backend=backend) == KEY.address


@pytest.mark.parametrize(
    "wrong",
    [
        signature(0, 1, 0),
        signature(1, 0, 0),
        signature(ORDER, 1, 0),
        signature(1, ORDER, 0),
        signature(1, 1, 4),
        SIGNATURE[:64],
        SIGNATURE + b"\x00",
        b"",
    ],
)
def test_a_signature_out_of_range_is_refused(wrong: bytes) -> None:
    with pytest.raises(VerificationError) as info:
        recover_public_key(DIGEST, wrong)
    assert info.value.code == "signature-range"


@pytest.mark.parametrize("backend", [CoincurveBackend(), PureBackend()], ids=lambda backend: backend.name)
def test_a_signature_that_no_key_makes_is_refused(backend: CoincurveBackend | PureBackend) -> None:
    # No point has x = 5; with recovery id 2 the x of R would be above the field.
    for wrong in (signature(5, 1, 0), signature(ORDER - 1, 1, 2)):
        with pytest.raises(VerificationError) as info:
            recover_public_key(DIGEST, wrong, backend=backend)
        assert info.value.code == "signature-recovery"


@pytest.mark.parametrize("backend", [CoincurveBackend(), PureBackend()], ids=lambda backend: backend.name)
def test_the_point_at_infinity_is_no_key(backend: CoincurveBackend | PureBackend) -> None:
    # R = G, s = e: then s R - e G is the point at infinity.
    generator_x = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798
    wrong = signature(generator_x, int.from_bytes(DIGEST, "big") % ORDER, 0)
    with pytest.raises(VerificationError) as info:
        recover_public_key(DIGEST, wrong, backend=backend)
    assert info.value.code == "signature-recovery"


@pytest.mark.parametrize("digest", [b"", DIGEST[:31], DIGEST + b"\x00"])
def test_only_hashes_are_signed_and_recovered(digest: bytes) -> None:
    with pytest.raises(VerificationError) as info:
        KEY.sign(digest)
    assert info.value.code == "digest-length"
    with pytest.raises(VerificationError) as info:
        recover_public_key(digest, SIGNATURE)
    assert info.value.code == "digest-length"


def test_a_public_key_has_64_bytes() -> None:
    for wrong in (b"", bytes(65), bytes(33)):
        with pytest.raises(DecodeError) as info:
            address_of_public_key(wrong)
        assert info.value.code == "public-key-length"


def test_a_back_end_is_chosen_by_argument_and_by_the_environment() -> None:
    assert load_backend("pure").name == "pure"
    assert load_backend("pure").version == ""
    assert load_backend().name == "coincurve"
    assert load_backend("coincurve").version.startswith("21")
    statement = "from harmony_core.crypto.secp256k1 import load_backend; print(load_backend().name)"
    environment = os.environ | {loading.ENVIRONMENT_VARIABLE: "pure"}
    finished = subprocess.run(
        [sys.executable, "-c", statement], capture_output=True, text=True, check=True, env=environment
    )
    assert finished.stdout.strip() == "pure"


def test_an_unknown_back_end_is_refused() -> None:
    with pytest.raises(ConfigurationError) as info:
        load_backend("openssl")
    assert info.value.code == "secp256k1-backend-unknown"


def test_without_the_library_plain_python_takes_over_with_a_warning(
    no_cache: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing() -> object:
        raise ImportError("No module named 'coincurve'")

    monkeypatch.setitem(loading._FACTORIES, "coincurve", missing)
    with pytest.raises(ConfigurationError) as info:
        load_backend("coincurve")
    assert info.value.code == "secp256k1-backend-unusable"
    with pytest.warns(SlowSecp256k1Warning, match="pip install coincurve"):
        assert load_backend().name == "pure"
    report = {report.primitive: report for report in backend_reports()}["secp256k1"]
    assert [(other.name, "No module" in other.reason) for other in report.alternatives] == [
        ("coincurve", True)
    ]
    assert (report.in_use, report.self_test_passed) == ("pure", True)


class Wrong(PureBackend):
    def recover(self, digest: bytes, signature: bytes) -> bytes:
        return super().recover(digest, signature[:64] + bytes((signature[64] ^ 1,)))


class Broken(PureBackend):
    def sign(self, digest: bytes, secret: bytes) -> bytes:
        raise ArithmeticError(digest, secret)


@pytest.mark.parametrize("kind", [Wrong, Broken])
def test_a_back_end_with_wrong_answers_is_refused(
    no_cache: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    kind: type[PureBackend],
) -> None:
    monkeypatch.setitem(loading._FACTORIES, "coincurve", kind)
    with pytest.raises(ConfigurationError) as info:
        load_backend("coincurve")
    assert info.value.code == "secp256k1-self-test"


def test_the_report_names_what_is_in_use() -> None:
    report = {report.primitive: report for report in backend_reports()}["secp256k1"]
    assert (report.in_use, report.environment_variable) == ("coincurve", "HARMONY_CORE_SECP256K1_BACKEND")
    assert report.self_test_passed
    assert [other.name for other in report.alternatives] == ["pure"]
