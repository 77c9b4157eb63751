"""Choosing a back end: the one asked for, or the fastest that imports and passes its self-test."""

from collections.abc import Callable
from typing import Final

from harmony_core.crypto.backend_choice import BackendChoice, BackendReport, Primitive
from harmony_core.crypto.secp256k1.backend import Backend

__all__ = [
    "BACKEND_NAMES",
    "ENVIRONMENT_VARIABLE",
    "SlowSecp256k1Warning",
    "backend_report",
    "load_backend",
    "run_self_test",
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


def run_self_test(backend: Backend) -> None:
    """Run every operation on a known answer.

    Key and hash (of ``sample``) are those of RFC 6979, appendix A.2.5; the answers on this curve are those in which
    libsecp256k1 and plain Python agree.

    Raises:
        ArithmeticError: naming the operation that gave a wrong result.
    """
    for operation, found, known in (
        ("the public key", backend.public_key(_SECRET), _PUBLIC_KEY),
        ("signing", backend.sign(_DIGEST, _SECRET), _SIGNATURE),
        ("recovery", backend.recover(_DIGEST, _SIGNATURE), _PUBLIC_KEY),
    ):
        if found != known:
            raise ArithmeticError(f"the self-test of {operation} fails")


_CHOICE: Final = BackendChoice(
    Primitive(
        name="secp256k1",
        kind="secp256k1 back end",
        environment_variable=ENVIRONMENT_VARIABLE,
        factories=_FACTORIES,
        self_test=run_self_test,
        unknown_code="secp256k1-backend-unknown",
        unusable_code="secp256k1-backend-unusable",
        self_test_code="secp256k1-self-test",
        slow=("pure",),
        slow_warning=SlowSecp256k1Warning,
        slow_text="Signatures are recovered in plain Python, some seventy times slower. {problems} "
        "Install the fast back end with: pip install coincurve",
    )
)


def load_backend(name: str | None = None) -> Backend:
    """Return a tested back end.

    Args:
        name: one of `BACKEND_NAMES`; None takes ``HARMONY_CORE_SECP256K1_BACKEND``, as it was at the first such call,
            and, without it, the fastest that imports and passes its self-test. Falling back to plain Python gives one
            `SlowSecp256k1Warning`.

    Raises:
        ConfigurationError: code ``secp256k1-backend-unknown`` for a name that is not in the list,
            ``secp256k1-backend-unusable`` when the named one cannot be imported, ``secp256k1-self-test`` when it gives
            wrong answers.
    """
    return _CHOICE.load(name)


def backend_report() -> BackendReport:
    """Import and test every back end and report on the one in use and the others."""
    return _CHOICE.report()
