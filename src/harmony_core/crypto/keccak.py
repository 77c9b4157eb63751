"""Keccak-256 and SHA3-256.

Block hashes, addresses and the state use Keccak-256, the padding from before the standard. Committee and slash record
hashes use the standardised SHA3-256; the two give different results for the same data.

The back end of Keccak-256 is, in this order, the argument of `set_keccak_backend`, the environment variable
``HARMONY_CORE_KECCAK_BACKEND``, the fastest one that is installed and passes its self-test.

Source: harmony-one/harmony, crypto/hash/hash.go and crypto/hash/rlp.go (FromRLP, FromRLPNew256).
"""

import hashlib
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import Final

from eth_hash.main import Keccak256
from eth_hash.utils import load_backend

from harmony_core.crypto import keccak_pure
from harmony_core.errors import ConfigurationError, require
from harmony_core.primitives import Hash32

__all__ = [
    "BACKENDS",
    "ENVIRONMENT_VARIABLE",
    "KeccakAlternative",
    "KeccakReport",
    "keccak256",
    "keccak_backend_report",
    "load_keccak",
    "set_keccak_backend",
    "sha3_256",
]

ENVIRONMENT_VARIABLE: Final = "HARMONY_CORE_KECCAK_BACKEND"
"""Names the back end of Keccak-256 to use."""

BACKENDS: Final = ("pysha3", "pycryptodome", "pure")
"""Names of the back ends, fastest first."""

_DISTRIBUTIONS: Final = {"pysha3": "safe-pysha3", "pycryptodome": "pycryptodome"}
_SELF_TEST: Final = (
    (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
    (bytes(range(256)), "dc924469b334aed2a19fac7252e9961aea41f8d91996366029dbe0884229bf36"),
)

_new = bytes.__new__


@dataclass(frozen=True, slots=True)
class KeccakAlternative:
    """A back end that is not in use.

    Attributes:
        name: one of `BACKENDS`.
        reason: why it is not in use.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeccakReport:
    """What computes Keccak-256.

    Attributes:
        name: the back end in use, one of `BACKENDS`.
        version: version of the package behind it; the Python version's own for ``pure`` is empty.
        alternatives: the other back ends, each with the reason why it is not in use.
        self_test: whether the known answers come out.
    """

    name: str
    version: str
    alternatives: tuple[KeccakAlternative, ...]
    self_test: bool


def load_keccak(name: str) -> Callable[[bytes], bytes]:
    """Return the hash function of a back end, after its self-test.

    Raises:
        ConfigurationError: code ``keccak-backend`` for an unknown name, a package that is not installed, or wrong
            answers.
    """
    require(
        name in BACKENDS,
        ConfigurationError,
        "keccak-backend",
        "There is no such back end of Keccak-256.",
        expected=", ".join(BACKENDS),
        actual=name,
    )
    function: Callable[[bytes], bytes] = keccak_pure.keccak256
    if name != "pure":
        try:
            function = Keccak256(load_backend(name))
            function(b"")
        except (ImportError, ValueError) as error:
            raise ConfigurationError(
                f"The Keccak back end {name} is missing: pip install {_DISTRIBUTIONS.get(name, name)}",
                code="keccak-backend",
                actual=name,
            ) from error
    require(
        _passes_self_test(function),
        ConfigurationError,
        "keccak-self-test",
        "The back end of Keccak-256 gives wrong answers.",
        actual=name,
    )
    return function


def set_keccak_backend(name: str | None = None) -> str:
    """Choose the back end of Keccak-256 for this process and return its name.

    Args:
        name: one of `BACKENDS`; None takes the environment variable, or the fastest that works.

    Raises:
        ConfigurationError: codes ``keccak-backend``, ``keccak-self-test``.
    """
    wanted = name or os.environ.get(ENVIRONMENT_VARIABLE)
    if wanted:
        _use(wanted, load_keccak(wanted))
        return wanted
    for candidate in BACKENDS:
        try:
            function = load_keccak(candidate)
        except ConfigurationError:
            continue
        if candidate == "pure":
            warnings.warn(
                "Keccak-256 runs in pure Python, hundreds of times slower: pip install pycryptodome",
                RuntimeWarning,
                stacklevel=2,
            )
        _use(candidate, function)
        return candidate
    raise ConfigurationError("No back end of Keccak-256 works.", code="keccak-backend")


def keccak_backend_report() -> KeccakReport:
    """Return which back end computes Keccak-256, why the others do not, and whether it passes its self-test."""
    alternatives = []
    for name in BACKENDS:
        if name == _in_use:
            continue
        try:
            load_keccak(name)
        except ConfigurationError as error:
            alternatives.append(KeccakAlternative(name, error.message))
        else:
            alternatives.append(KeccakAlternative(name, "works, not chosen"))
    distribution = _DISTRIBUTIONS.get(_in_use)
    version = metadata.version(distribution) if distribution else ""
    return KeccakReport(_in_use, version, tuple(alternatives), _passes_self_test(_keccak))


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


def _passes_self_test(function: Callable[[bytes], bytes]) -> bool:
    return all(bytes(function(data)).hex() == digest for data, digest in _SELF_TEST)


def _use(name: str, function: Callable[[bytes], bytes]) -> None:
    global _in_use, _keccak
    _in_use, _keccak = name, function


_in_use: str = "pure"
_keccak: Callable[[bytes], bytes] = keccak_pure.keccak256
set_keccak_backend()
