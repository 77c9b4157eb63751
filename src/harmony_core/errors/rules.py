"""The one small function through which rules are enforced.

Every rule passes through `require`, so that `make mutants` can blind a single code and see its test fail.
"""

from harmony_core.errors.hierarchy import HarmonyError

__all__ = ["require"]


def require(
    condition: object,
    error: type[HarmonyError],
    code: str,
    message: str,
    *,
    expected: object = None,
    actual: object = None,
) -> None:
    """Raise ``error`` with ``code`` unless ``condition`` is true.

    Args:
        condition: what the rule demands, as a truth value.
        error: the branch of `HarmonyError` that the violation belongs to.
        code: the rule's stable identifier, listed in ``tests/rules.toml``.
        message: one sentence that a wallet developer understands.
        expected: what the rule asks for, kept on the error.
        actual: what was found, kept on the error.

    Raises:
        HarmonyError: of the class ``error``, when ``condition`` is false.
    """
    if not condition:
        _refuse(error(message, code=code, expected=expected, actual=actual))


def _refuse(violation: HarmonyError) -> None:
    raise violation
