"""Choosing what computes a primitive: the back end asked for, or the fastest that loads and gives known answers.

BLS, Keccak-256, secp256k1 and the VDF each describe what there is as a `Primitive`; one `BackendChoice` for each loads,
tests, remembers and reports in the same way.
"""

import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, cast

from harmony_core.errors import ConfigurationError, require

__all__ = ["BackendAlternative", "BackendChoice", "BackendReport", "Primitive", "Versioned"]


class Versioned(Protocol):
    """What every back end says of itself, besides what it computes."""

    @property
    def name(self) -> str:
        """The name that selects it."""
        ...

    @property
    def version(self) -> str:
        """The version of the library beneath; empty for Python's own."""
        ...


B = TypeVar("B", bound=Versioned)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Primitive(Generic[B]):
    """What there is to choose from.

    Attributes:
        name: what is computed, for example ``BLS``.
        kind: what messages call one of the choices, for example ``BLS back end``.
        environment_variable: the variable that names the default.
        factories: what loads each back end, by name, fastest first. Whatever they raise means that it cannot be used.
        self_test: raises when a back end does not give its known answers, ArithmeticError by custom.
        unknown_code: the code for a name that is not among ``factories``.
        unusable_code: the code when a back end cannot be loaded, or none can.
        self_test_code: the code when a back end fails its self-test.
        slow: the names that are not taken as the fastest without a warning.
        slow_warning: the category of that warning.
        slow_text: its text, in which ``{name}`` and ``{problems}`` are filled in.
    """

    name: str
    kind: str
    environment_variable: str
    factories: Mapping[str, Callable[[], B]]
    self_test: Callable[[B], None]
    unknown_code: str
    unusable_code: str
    self_test_code: str
    slow: tuple[str, ...]
    slow_warning: type[Warning]
    slow_text: str


class BackendChoice(Generic[B]):
    """Loads and tests the back ends of one primitive, each once, and remembers the default.

    Args:
        primitive: what there is to choose from.
    """

    def __init__(self, primitive: Primitive[B]) -> None:
        self._primitive = primitive
        self._tested: dict[str, B] = {}
        self._default: B | None = None

    def load(self, name: str | None = None) -> B:
        """Return a tested back end.

        Args:
            name: the one that is wanted; None takes the environment variable, as it was at the first such call, and,
                without it, the fastest that loads and passes its self-test. Taking a slow one gives one warning,
                which points at the caller of the primitive's own function.

        Raises:
            ConfigurationError: the primitive's codes, for a name that does not exist, a back end that cannot be
                loaded, and wrong answers.
        """
        if name is not None:
            return self._named(name)
        if self._default is None:
            # Looking into the environment each time would cost more than the lightest operations.
            wanted = os.environ.get(self._primitive.environment_variable)
            self._default = self._named(wanted) if wanted else self._fastest()
        return self._default

    def passes(self, backend: B) -> bool:
        """Tell whether a back end gives its known answers, now."""
        return self._failure(backend) is None

    def report(self, in_use: B | None = None) -> BackendReport:
        """Load and test every back end and report on the one in use and the others.

        Args:
            in_use: the one in use; None takes the default, and warns like `load` where that is a slow one.
        """
        backend, problem = in_use, None
        if backend is None:
            try:
                backend = self.load()
            except ConfigurationError as error:
                problem = error.message
        name = backend.name if backend else ""
        others = (other for other in self._primitive.factories if other != name)
        return BackendReport(
            primitive=self._primitive.name,
            in_use=name,
            version=backend.version if backend else "",
            environment_variable=self._primitive.environment_variable,
            alternatives=tuple(BackendAlternative(other, self._reason(other)) for other in others),
            self_test_passed=backend is not None and self.passes(backend),
            problem=problem,
        )

    def forget(self) -> None:
        """Drop what was loaded: the next call tests again, and reads the environment again."""
        self._tested.clear()
        self._default = None

    def _fastest(self) -> B:
        primitive, problems = self._primitive, []
        for name in primitive.factories:
            try:
                backend = self._named(name)
            except ConfigurationError as error:
                problems.append(error.message)
                continue
            if name in primitive.slow:
                text = primitive.slow_text.format(name=name, problems=" ".join(problems))
                warnings.warn(text, primitive.slow_warning, stacklevel=4)
            return backend
        raise ConfigurationError(
            f"No {primitive.kind} can be used. {' '.join(problems)}", code=primitive.unusable_code
        )

    def _named(self, name: str) -> B:
        known = self._tested.get(name)
        if known is not None:
            return known
        primitive = self._primitive
        require(
            name in primitive.factories,
            ConfigurationError,
            primitive.unknown_code,
            f"There is no {primitive.kind} of that name.",
            expected=", ".join(primitive.factories),
            actual=name,
        )
        backend, sentence = None, f"The {primitive.kind} {name} cannot be used: "
        try:
            backend = primitive.factories[name]()
        except Exception as error:  # noqa: BLE001 - whatever a foreign library raises, it cannot be used
            # Inside the handler, so that the error is the context of the refusal.
            require(
                backend is not None,
                ConfigurationError,
                primitive.unusable_code,
                f"{sentence}{error}",
                actual=name,
            )
        tested = cast("B", backend)
        failure = self._failure(tested)
        require(
            failure is None,
            ConfigurationError,
            primitive.self_test_code,
            f"{sentence}{failure}",
            actual=name,
        )
        return self._tested.setdefault(name, tested)

    def _failure(self, backend: B) -> str | None:
        try:
            self._primitive.self_test(backend)
        except Exception as error:  # noqa: BLE001 - a back end that errs in another way errs as well
            return f"{error}"
        return None

    def _reason(self, name: str) -> str:
        try:
            self._named(name)
        except ConfigurationError as error:
            return error.message
        return "Works, not chosen."
