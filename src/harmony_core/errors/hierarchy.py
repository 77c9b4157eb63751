"""The error classes: a root and one branch for each kind of failure."""

__all__ = [
    "ConfigurationError",
    "DataSourceError",
    "DecodeError",
    "HarmonyError",
    "MissingDataError",
    "UnsupportedRulesError",
    "VerificationError",
]


class HarmonyError(Exception):
    """Root of every error that harmony-core raises for a bad value.

    Attributes:
        message: one sentence that a wallet developer understands.
        code: the stable identifier of the broken rule, for example ``commit-quorum``.
        expected: what the rule asks for, or None.
        actual: what was found, or None.
    """

    def __init__(self, message: str, *, code: str, expected: object = None, actual: object = None) -> None:
        super().__init__(message, code, expected, actual)
        self.message = message
        self.code = code
        self.expected = expected
        self.actual = actual

    def __reduce__(self) -> tuple[object, ...]:
        """Keep errors picklable, so that a worker process can hand one to its parent."""
        return _rebuild, (type(self), self.message, self.code, self.expected, self.actual)

    def __str__(self) -> str:
        details = ", ".join(
            f"{name} {_shown(value)}"
            for name, value in (("expected", self.expected), ("actual", self.actual))
            if value is not None
        )
        return f"{self.message} [{self.code}{': ' + details if details else ''}]"


class DecodeError(HarmonyError):
    """Bytes, text or JSON are not what they claim to be."""


class VerificationError(HarmonyError):
    """A protocol rule is broken or a signature does not hold."""


class MissingDataError(HarmonyError):
    """The answer needs data that was not given: neither proven nor refuted."""


class UnsupportedRulesError(MissingDataError):
    """The rules of that network and epoch are not known to this version."""


class ConfigurationError(HarmonyError):
    """A setting, a network name or a choice of back end is unusable."""


class DataSourceError(HarmonyError):
    """A server, a disk or another source of data failed."""


def _rebuild(
    kind: type[HarmonyError], message: str, code: str, expected: object, actual: object
) -> HarmonyError:
    return kind(message, code=code, expected=expected, actual=actual)


def _shown(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes | bytearray) else str(value)
