"""Choosing an engine: the one asked for, or the fastest that is installed and passes its self-test."""

from collections.abc import Callable
from typing import Final

from harmony_core.crypto.backend_choice import BackendChoice, BackendReport, Primitive
from harmony_core.randomness.vdf.engine import Engine
from harmony_core.randomness.vdf.self_test import run_self_test

__all__ = ["ENGINE_NAMES", "ENVIRONMENT_VARIABLE", "SlowEngineWarning", "load_engine", "vdf_engine_report"]

ENVIRONMENT_VARIABLE: Final = "HARMONY_CORE_VDF_ENGINE"
"""The environment variable that names the VDF engine."""


class SlowEngineWarning(UserWarning):
    """The fastest engine cannot be used, and one ten or more times slower takes its place."""


def _flint() -> Engine:
    from harmony_core.randomness.vdf.flint import FlintEngine  # noqa: PLC0415 - an optional library

    return FlintEngine()


def _gmpy2() -> Engine:
    from harmony_core.randomness.vdf.gmp import GmpEngine  # noqa: PLC0415 - an optional library

    return GmpEngine()


def _pure() -> Engine:
    from harmony_core.randomness.vdf.pure import PureEngine  # noqa: PLC0415 - like the others

    return PureEngine()


# Fastest first.
_FACTORIES: Final[dict[str, Callable[[], Engine]]] = {"flint": _flint, "gmpy2": _gmpy2, "pure": _pure}

ENGINE_NAMES: Final = tuple(_FACTORIES)
"""The names of all engines, fastest first."""

_CHOICE: Final = BackendChoice(
    Primitive(
        name="VDF",
        kind="VDF engine",
        environment_variable=ENVIRONMENT_VARIABLE,
        factories=_FACTORIES,
        self_test=run_self_test,
        unknown_code="vdf-engine-unknown",
        unusable_code="vdf-engine-unusable",
        self_test_code="vdf-engine-unusable",
        slow=("gmpy2", "pure"),
        slow_warning=SlowEngineWarning,
        slow_text="The VDF runs on {name}, ten or more times slower than it could be. {problems} "
        "Install the fast engine with: pip install python-flint",
    )
)


def load_engine(engine: Engine | str | None = None) -> Engine:
    """Return a tested engine.

    Args:
        engine: one of `ENGINE_NAMES`; None takes ``HARMONY_CORE_VDF_ENGINE``, as it was at the first such call, and,
            without it, the fastest that is installed and passes its self-test. Falling back to a slower one gives one
            `SlowEngineWarning`. An engine is returned as it is.

    Raises:
        ConfigurationError: code ``vdf-engine-unknown`` for a name that is not in the list,
            ``vdf-engine-unusable`` when the named one is not installed or fails its self-test.
    """
    if engine is not None and not isinstance(engine, str):
        return engine
    return _CHOICE.load(engine)


def vdf_engine_report() -> BackendReport:
    """Load and test every engine and report on the one in use and the others. Takes a fraction of a second."""
    return _CHOICE.report()
