"""Choosing a back end: the one asked for, or the fastest that imports and passes its self-test."""

import os
import warnings
from collections.abc import Callable
from functools import cache
from typing import Final

from harmony_core.crypto.secp256k1.backend import Backend
from harmony_core.errors import ConfigurationError, require

__all__ = [
    "BACKEND_NAMES",
    "ENVIRONMENT_VARIABLE",
    "SlowSecp256k1Warning",
    "backend_problems",
    "load_backend",
    "passes_self_test",
]

ENVIRONMENT_VARIABLE: Final = "HARMONY_CORE_SECP256K1_BACKEND"
"""The environment variable that names the back end."""

_SECRET: Final = bytes.fromhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
_DIGEST: Final = bytes.fromhex("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf")
_SIGNATURE: Final = bytes.fromhex(
    "432310e32cb80eb6503a26ce83cc165c783b870845fb8aad6d970889fcd7a6c8"
    "530128b6b81c548874a6305d93ed071ca6e05074d85863d4056ce89b02bfab6900"
)
_PUBLIC_KEY: Final = bytes.fromhex(
    "2c8c31fc9f990c6b55e3865a184a4ce50e09481f2eaeb3e60ec1cea13a6ae645"
    "64b95e4fdb6948c0386e189b006a29f686769b011704275e4459822dc3328085"
)


class SlowSecp256k1Warning(UserWarning):
    """The library cannot be used, and plain Python, some seventy times slower, takes its place."""


def _coincurve() -> Backend:
    from harmony_core.crypto.secp256k1.fast import CoincurveBackend  # noqa: PLC0415 - loaded when it is needed

    return CoincurveBackend()


def _pure() -> Backend:
    from harmony_core.crypto.secp256k1.pure import PureBackend  # noqa: PLC0415 - seldom needed

    return PureBackend()


# Fastest first.
_FACTORIES: Final[dict[str, Callable[[], Backend]]] = {"coincurve": _coincurve, "pure": _pure}

BACKEND_NAMES: Final = tuple(_FACTORIES)
"""The names of all back ends, fastest first."""


def load_backend(name: str | None = None) -> Backend:
    """Return a tested back end.

    Args:
        name: one of `BACKEND_NAMES`; None takes ``HARMONY_CORE_SECP256K1_BACKEND``, as it was at the first such call,
            and, without it, the fastest that imports and passes its self-test. Falling back to plain Python gives one
            `SlowSecp256k1Warning`.

    Raises:
        ConfigurationError: code ``secp256k1-backend-unknown`` for a name that is not in the list,
            ``secp256k1-backend-unusable`` when the named one cannot be imported or gives wrong answers.
    """
    return _default() if name is None else _named(name)


def backend_problems() -> dict[str, str | None]:
    """Import and test every back end; return by name why it cannot be used, or None."""
    problems: dict[str, str | None] = {}
    for name in BACKEND_NAMES:
        try:
            _named(name)
            problems[name] = None
        except ConfigurationError as error:
            problems[name] = error.message
    return problems


def passes_self_test(backend: Backend) -> bool:
    """Tell whether every operation of a back end gives its known answer, now.

    Key and hash (of ``sample``) are those of RFC 6979, appendix A.2.5; the answers on this curve are those in which
    libsecp256k1 and plain Python agree.
    """
    try:
        return (
            backend.public_key(_SECRET) == _PUBLIC_KEY
            and backend.sign(_DIGEST, _SECRET) == _SIGNATURE
            and backend.recover(_DIGEST, _SIGNATURE) == _PUBLIC_KEY
        )
    except ArithmeticError:
        return False


@cache
def _default() -> Backend:
    # Read once: looking into the environment would cost a fiftieth of every recovery.
    wanted = os.environ.get(ENVIRONMENT_VARIABLE)
    return _named(wanted) if wanted else _fastest()


@cache
def _named(name: str) -> Backend:
    require(
        name in BACKEND_NAMES,
        ConfigurationError,
        "secp256k1-backend-unknown",
        "There is no secp256k1 back end of that name.",
        expected=", ".join(BACKEND_NAMES),
        actual=name,
    )
    try:
        backend = _FACTORIES.get(name, _pure)()
    except Exception as error:  # whatever a foreign library raises, it cannot be used
        raise ConfigurationError(
            f"The secp256k1 back end {name} cannot be used: {error}",
            code="secp256k1-backend-unusable",
            actual=name,
        ) from error
    require(
        passes_self_test(backend),
        ConfigurationError,
        "secp256k1-self-test",
        f"The secp256k1 back end {name} gives wrong answers.",
        actual=name,
    )
    return backend


@cache
def _fastest() -> Backend:
    problems = []
    for name in BACKEND_NAMES[:-1]:
        try:
            return _named(name)
        except ConfigurationError as error:
            problems.append(error.message)
    warnings.warn(
        f"Signatures are recovered in plain Python, some seventy times slower. {' '.join(problems)} "
        "Install the fast back end with: pip install coincurve",
        SlowSecp256k1Warning,
        stacklevel=3,
    )
    return _named(BACKEND_NAMES[-1])
