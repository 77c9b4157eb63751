"""Keccak-256 and SHA3-256.

Block hashes, addresses and the state use Keccak-256, the padding from before the standard. Committee and slash record
hashes use the standardised SHA3-256; the two give different results for the same data.

The back end of Keccak-256 is, in this order, the argument of `set_keccak_backend`, the environment variable
``HARMONY_CORE_KECCAK_BACKEND``, the fastest one that is installed and passes its self-test.

Source: harmony-one/harmony, crypto/hash/hash.go and crypto/hash/rlp.go (FromRLP, FromRLPNew256).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import Final

from eth_hash.main import Keccak256
from eth_hash.utils import load_backend

from harmony_core.crypto import keccak_direct, keccak_pure
from harmony_core.crypto.backend_choice import BackendChoice, BackendReport, Primitive
from harmony_core.primitives import Hash32

__all__ = [
    "BACKENDS",
    "ENVIRONMENT_VARIABLE",
    "keccak256",
    "keccak_backend_report",
    "load_keccak",
    "set_keccak_backend",
    "sha3_256",
]

ENVIRONMENT_VARIABLE: Final = "HARMONY_CORE_KECCAK_BACKEND"
"""Names the back end of Keccak-256 to use."""

_DISTRIBUTIONS: Final = {
    "pysha3": "safe-pysha3",
    "pycryptodome-direct": "pycryptodome",
    "pycryptodome": "pycryptodome",
}
_SELF_TEST: Final = (
    (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
    (bytes(range(256)), "dc924469b334aed2a19fac7252e9961aea41f8d91996366029dbe0884229bf36"),
)

_new = bytes.__new__


@dataclass(frozen=True, slots=True)
class _Keccak:
    name: str
    function: Callable[[bytes], bytes]

    @property
    def version(self) -> str:
        distribution = _DISTRIBUTIONS.get(self.name)
        return metadata.version(distribution) if distribution else ""


def _of_library(name: str) -> _Keccak:
    try:
        function = keccak_direct.load() if name == "pycryptodome-direct" else Keccak256(load_backend(name))
        function(b"")
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise ImportError(f"pip install {_DISTRIBUTIONS[name]}") from error
    return _Keccak(name, function)


def _pure() -> _Keccak:
    return _Keccak("pure", keccak_pure.keccak256)


def _run_self_test(backend: _Keccak) -> None:
    if any(bytes(backend.function(data)).hex() != digest for data, digest in _SELF_TEST):
        raise ArithmeticError("it gives wrong answers")


# Fastest first.
_FACTORIES: Final[dict[str, Callable[[], _Keccak]]] = {
    **{name: partial(_of_library, name) for name in _DISTRIBUTIONS},
    "pure": _pure,
}

BACKENDS: Final = tuple(_FACTORIES)
"""Names of the back ends, fastest first."""

_CHOICE: Final = BackendChoice(
    Primitive(
        name="Keccak-256",
        kind="Keccak-256 back end",
        environment_variable=ENVIRONMENT_VARIABLE,
        factories=_FACTORIES,
        self_test=_run_self_test,
        unknown_code="keccak-backend",
        unusable_code="keccak-backend",
        self_test_code="keccak-self-test",
        slow=("pure",),
        slow_warning=RuntimeWarning,
        slow_text="Keccak-256 runs in pure Python, hundreds of times slower: pip install pycryptodome",
    )
)


def load_keccak(name: str) -> Callable[[bytes], bytes]:
    """Return the hash function of a back end, after its self-test.

    Raises:
        ConfigurationError: code ``keccak-backend`` for an unknown name or a package that is not installed,
            ``keccak-self-test`` for wrong answers.
    """
    return _CHOICE.load(name).function


def set_keccak_backend(name: str | None = None) -> str:
    """Choose the back end of Keccak-256 for this process and return its name.

    Args:
        name: one of `BACKENDS`; None takes the environment variable, or the fastest that works.

    Raises:
        ConfigurationError: codes ``keccak-backend``, ``keccak-self-test``.
    """
    global _in_use, _keccak
    if not name:
        _CHOICE.forget()
    chosen = _CHOICE.load(name or None)
    _in_use, _keccak = chosen, chosen.function
    return chosen.name


def keccak_backend_report() -> BackendReport:
    """Return which back end computes Keccak-256, why the others do not, and whether it passes its self-test."""
    return _CHOICE.report(_in_use)


def keccak256(data: bytes | bytearray | memoryview) -> Hash32:
    """Return Keccak-256 of ``data``.

    Raises:
        TypeError: when ``data`` is not bytes.
    """
    if type(data) is not bytes:
        data = _as_bytes(data)
    # The back end's 32 bytes were shown by its self-test; the checking constructor would cost as much as a short hash.
    return _new(Hash32, _keccak(data))


def sha3_256(data: bytes | bytearray | memoryview) -> Hash32:
    """Return the NIST standard's SHA3-256 of ``data``.

    Raises:
        TypeError: when ``data`` is not bytes.
    """
    return Hash32(hashlib.sha3_256(_as_bytes(data)).digest())


def _as_bytes(data: bytes | bytearray | memoryview) -> bytes:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"bytes are hashed, not {type(data).__name__}")
    return bytes(data)


_in_use: _Keccak = _pure()
_keccak: Callable[[bytes], bytes] = _in_use.function
set_keccak_backend()
