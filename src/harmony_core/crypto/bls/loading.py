"""Choosing a back end: the one asked for, or the fastest that imports and passes its self-test."""

import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from harmony_core.crypto.bls.backend import Backend
from harmony_core.crypto.bls.self_test import run_self_test
from harmony_core.errors import ConfigurationError

__all__ = [
    "BACKEND_NAMES",
    "ENVIRONMENT_VARIABLE",
    "BackendStatus",
    "SlowBackendWarning",
    "backend_statuses",
    "load_backend",
    "passes_self_test",
]

ENVIRONMENT_VARIABLE: Final = "HARMONY_CORE_BLS_BACKEND"
"""The environment variable that names the BLS back end."""


class SlowBackendWarning(UserWarning):
    """A fast back end cannot be used, and the pure one, about a hundred times slower, takes its place."""


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """Whether one back end can be used.

    Attributes:
        name: the name that selects it.
        version: the version of the library beneath, or None when it cannot be used.
        problem: why it cannot be used, or None.
    """

    name: str
    version: str | None
    problem: str | None


def _arkworks() -> Backend:
    from harmony_core.crypto.bls.arkworks import ArkworksBackend  # noqa: PLC0415 - an optional library

    return ArkworksBackend()


def _pure() -> Backend:
    # py-ecc raises the recursion limit of the whole process, past what the stack holds, and does not need it here.
    limit = sys.getrecursionlimit()
    try:
        from harmony_core.crypto.bls.pure import PureBackend  # noqa: PLC0415 - slow to import
    finally:
        sys.setrecursionlimit(limit)
    return PureBackend()


# Fastest first.
_FACTORIES: Final[dict[str, Callable[[], Backend]]] = {"arkworks": _arkworks, "py-ecc": _pure}

BACKEND_NAMES: Final = tuple(_FACTORIES)
"""The names of all back ends, fastest first."""


def load_backend(name: str | None = None) -> Backend:
    """Return a tested back end.

    Args:
        name: one of `BACKEND_NAMES`; None takes ``HARMONY_CORE_BLS_BACKEND`` and, without it, the fastest
            that imports and passes its self-test. Falling back to the pure one gives one `SlowBackendWarning`.

    Raises:
        ConfigurationError: code ``bls-backend-unknown`` for a name that is not in the list,
            ``bls-backend-unusable`` when the named one cannot be imported or fails its self-test.
    """
    wanted = name if name is not None else os.environ.get(ENVIRONMENT_VARIABLE) or None
    return _fastest() if wanted is None else _named(wanted)


def backend_statuses() -> tuple[BackendStatus, ...]:
    """Import and test every back end and return what came of it, fastest first. Takes a second or two."""
    statuses = []
    for name in BACKEND_NAMES:
        try:
            statuses.append(BackendStatus(name, _named(name).version, None))
        except ConfigurationError as error:
            statuses.append(BackendStatus(name, None, error.message))
    return tuple(statuses)


def passes_self_test(backend: Backend) -> bool:
    """Tell whether every operation of a back end gives its known answer, now."""
    try:
        run_self_test(backend)
    except ArithmeticError:
        return False
    return True


@cache
def _named(name: str) -> Backend:
    factory = _FACTORIES.get(name)
    if factory is None:
        raise ConfigurationError(
            "There is no BLS back end of that name.",
            code="bls-backend-unknown",
            expected=", ".join(BACKEND_NAMES),
            actual=name,
        )
    try:
        backend = factory()
        run_self_test(backend)
    except Exception as error:  # whatever a foreign library raises, it cannot be used
        raise ConfigurationError(
            f"The BLS back end {name} cannot be used: {error}", code="bls-backend-unusable", actual=name
        ) from error
    return backend


@cache
def _fastest() -> Backend:
    problems = []
    for name in BACKEND_NAMES:
        try:
            backend = _named(name)
        except ConfigurationError as error:
            problems.append(error.message)
            continue
        if problems:
            warnings.warn(
                f"BLS runs on {name}, about a hundred times slower than the fast back end. {' '.join(problems)} "
                "Install the fast back end with: pip install py-arkworks-bls12381==0.5.0 gmpy2",
                SlowBackendWarning,
                stacklevel=3,
            )
        return backend
    raise ConfigurationError(
        f"No BLS back end can be used. {' '.join(problems)}", code="bls-backend-unusable"
    )
