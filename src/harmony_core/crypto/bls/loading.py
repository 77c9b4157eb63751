"""Choosing a back end: the one asked for, or the fastest that imports and passes its self-test."""

import sys
from collections.abc import Callable
from typing import Final

from harmony_core.crypto.backend_choice import BackendChoice, BackendReport, Primitive
from harmony_core.crypto.bls.backend import Backend
from harmony_core.crypto.bls.self_test import run_self_test

__all__ = [
    "BACKEND_NAMES",
    "ENVIRONMENT_VARIABLE",
    "SlowBackendWarning",
    "backend_report",
    "load_backend",
    "passes_self_test",
]

ENVIRONMENT_VARIABLE: Final = "HARMONY_CORE_BLS_BACKEND"
"""The environment variable that names the BLS back end."""


class SlowBackendWarning(UserWarning):
    """A fast back end cannot be used, and the pure one, about a hundred times slower, takes its place."""


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

_CHOICE: Final = BackendChoice(
    Primitive(
        name="BLS",
        kind="BLS back end",
        environment_variable=ENVIRONMENT_VARIABLE,
        factories=_FACTORIES,
        self_test=run_self_test,
        unknown_code="bls-backend-unknown",
        unusable_code="bls-backend-unusable",
        self_test_code="bls-backend-unusable",
        slow=("py-ecc",),
        slow_warning=SlowBackendWarning,
        slow_text="BLS runs on {name}, about a hundred times slower than the fast back end. {problems} "
        "Install the fast back end with: pip install py-arkworks-bls12381==0.5.0 gmpy2",
    )
)


def load_backend(name: str | None = None) -> Backend:
    """Return a tested back end.

    Args:
        name: one of `BACKEND_NAMES`; None takes ``HARMONY_CORE_BLS_BACKEND``, as it was at the first such call, and,
            without it, the fastest that imports and passes its self-test. Falling back to the pure one gives one
            `SlowBackendWarning`.

    Raises:
        ConfigurationError: code ``bls-backend-unknown`` for a name that is not in the list,
            ``bls-backend-unusable`` when the named one cannot be imported or fails its self-test.
    """
    return _CHOICE.load(name)


def backend_report() -> BackendReport:
    """Import and test every back end and report on the one in use and the others. Takes a second or two."""
    return _CHOICE.report()


def passes_self_test(backend: Backend) -> bool:
    """Tell whether every operation of a back end gives its known answer, now."""
    return _CHOICE.passes(backend)
