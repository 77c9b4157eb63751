"""Choosing an engine: the one asked for, or the fastest that is installed and passes its self-test."""

import os
import warnings
from collections.abc import Callable
from functools import cache
from typing import Final

from harmony_core.crypto.backends import BackendAlternative, BackendReport
from harmony_core.errors import ConfigurationError
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


def load_engine(engine: Engine | str | None = None) -> Engine:
    """Return a tested engine.

    Args:
        engine: one of `ENGINE_NAMES`; None takes ``HARMONY_CORE_VDF_ENGINE`` and, without it, the fastest that is
            installed and passes its self-test. Falling back to a slower one gives one `SlowEngineWarning`. An
            engine is returned as it is.

    Raises:
        ConfigurationError: code ``vdf-engine-unknown`` for a name that is not in the list,
            ``vdf-engine-unusable`` when the named one is not installed or fails its self-test.
    """
    if engine is not None and not isinstance(engine, str):
        return engine
    wanted = engine if engine is not None else os.environ.get(ENVIRONMENT_VARIABLE) or None
    return _fastest() if wanted is None else _named(wanted)


def vdf_engine_report() -> BackendReport:
    """Load and test every engine and report on the one in use and the others. Takes a fraction of a second."""
    problems: dict[str, str] = {}
    for name in ENGINE_NAMES:
        try:
            _named(name)
        except ConfigurationError as error:
            problems[name] = error.message
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SlowEngineWarning)
            engine = load_engine()
    except ConfigurationError as error:
        return BackendReport(
            _PRIMITIVE, "", "", ENVIRONMENT_VARIABLE, _others(problems, None), False, error.message
        )
    return BackendReport(
        primitive=_PRIMITIVE,
        in_use=engine.name,
        version=engine.version,
        environment_variable=ENVIRONMENT_VARIABLE,
        alternatives=_others(problems, engine.name),
        self_test_passed=_passes(engine),
    )


def _others(problems: dict[str, str], in_use: str | None) -> tuple[BackendAlternative, ...]:
    return tuple(
        BackendAlternative(name, problems.get(name, "Works, not chosen."))
        for name in ENGINE_NAMES
        if name != in_use
    )


def _passes(engine: Engine) -> bool:
    try:
        run_self_test(engine)
    except ArithmeticError:
        return False
    return True


@cache
def _named(name: str) -> Engine:
    factory = _FACTORIES.get(name)
    if factory is None:
        raise ConfigurationError(
            "There is no VDF engine of that name.",
            code="vdf-engine-unknown",
            expected=", ".join(ENGINE_NAMES),
            actual=name,
        )
    try:
        engine = factory()
        run_self_test(engine)
    except Exception as error:  # whatever a foreign library raises, it cannot be used
        raise ConfigurationError(
            f"The VDF engine {name} cannot be used: {error}", code="vdf-engine-unusable", actual=name
        ) from error
    return engine


@cache
def _fastest() -> Engine:
    problems = []
    for name in ENGINE_NAMES:
        try:
            engine = _named(name)
        except ConfigurationError as error:
            problems.append(error.message)
            continue
        if problems:
            warnings.warn(
                f"The VDF runs on {name}, ten or more times slower than it could be. {' '.join(problems)} "
                "Install the fast engine with: pip install python-flint",
                SlowEngineWarning,
                stacklevel=3,
            )
        return engine
    raise ConfigurationError(f"No VDF engine can be used. {' '.join(problems)}", code="vdf-engine-unusable")


_PRIMITIVE: Final = "VDF"
