"""Which library computes each primitive here, why the others do not, and whether it gives known answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from harmony_core.crypto import keccak
from harmony_core.crypto.bls import loading
from harmony_core.crypto.secp256k1 import loading as secp256k1_loading
from harmony_core.errors import ConfigurationError

__all__ = ["BackendAlternative", "BackendReport", "backend_reports"]


@dataclass(frozen=True, slots=True)
class BackendAlternative:
    """A back end that is not in use.

    Attributes:
        name: the name that selects it.
        reason: one sentence that says why it is not in use.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class BackendReport:
    """What computes one primitive.

    Attributes:
        primitive: what it computes, for example ``BLS``.
        in_use: the name of the back end in use; empty when none works.
        version: the version of the library beneath; empty for Python's own.
        environment_variable: the variable that selects another.
        alternatives: the back ends not in use.
        self_test_passed: whether the one in use gives the known answers.
        problem: why none works, or None.
    """

    primitive: str
    in_use: str
    version: str
    environment_variable: str
    alternatives: tuple[BackendAlternative, ...]
    self_test_passed: bool
    problem: str | None = None


def backend_reports() -> tuple[BackendReport, ...]:
    """Load and test every back end of every primitive and report on each. Takes a second or two."""
    return tuple(report() for report in _REPORTERS)


def _bls_report() -> BackendReport:
    statuses = loading.backend_statuses()
    try:
        backend = loading.load_backend()
    except ConfigurationError as error:
        return BackendReport(
            primitive=_BLS,
            in_use="",
            version="",
            environment_variable=loading.ENVIRONMENT_VARIABLE,
            alternatives=_bls_alternatives(statuses, None),
            self_test_passed=False,
            problem=error.message,
        )
    return BackendReport(
        primitive=_BLS,
        in_use=backend.name,
        version=backend.version,
        environment_variable=loading.ENVIRONMENT_VARIABLE,
        alternatives=_bls_alternatives(statuses, backend.name),
        self_test_passed=loading.passes_self_test(backend),
    )


def _bls_alternatives(
    statuses: tuple[loading.BackendStatus, ...], in_use: str | None
) -> tuple[BackendAlternative, ...]:
    return tuple(
        BackendAlternative(status.name, status.problem or "Works, not chosen.")
        for status in statuses
        if status.name != in_use
    )


def _keccak_report() -> BackendReport:
    report = keccak.keccak_backend_report()
    return BackendReport(
        primitive="Keccak-256",
        in_use=report.name,
        version=report.version,
        environment_variable=keccak.ENVIRONMENT_VARIABLE,
        alternatives=tuple(BackendAlternative(other.name, other.reason) for other in report.alternatives),
        self_test_passed=report.self_test,
    )


def _secp256k1_report() -> BackendReport:
    problems = secp256k1_loading.backend_problems()
    backend, problem = None, None
    try:
        backend = secp256k1_loading.load_backend()
    except ConfigurationError as error:
        problem = error.message
    name = backend.name if backend else ""
    return BackendReport(
        primitive="secp256k1",
        in_use=name,
        version=backend.version if backend else "",
        environment_variable=secp256k1_loading.ENVIRONMENT_VARIABLE,
        alternatives=tuple(
            BackendAlternative(other, reason or "Works, not chosen.")
            for other, reason in problems.items()
            if other != name
        ),
        self_test_passed=backend is not None and secp256k1_loading.passes_self_test(backend),
        problem=problem,
    )


_BLS: Final = "BLS"
_REPORTERS: Final[tuple[Callable[[], BackendReport], ...]] = (_bls_report, _keccak_report, _secp256k1_report)
