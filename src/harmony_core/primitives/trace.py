"""The steps by which an outcome came about, so that it can be explained without running it again."""

from collections.abc import Iterable
from dataclasses import dataclass

from harmony_core.primitives.dec import Dec
from harmony_core.primitives.fixed_bytes import FixedBytes

__all__ = ["Trace", "TraceStep", "trace_step"]


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One rule that was applied, with the numbers that it was applied to.

    Attributes:
        rule: stable name of the rule, in kebab-case; the code of a refusal where one belongs to the rule.
        text: one sentence on what the rule did.
        numbers: name and value of what it used and yielded, in this order; amounts are integers in atto, everything
            else that is no plain integer is text.
    """

    rule: str
    text: str
    numbers: tuple[tuple[str, int | str], ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the step as a JSON object; integers become decimal text, which keeps amounts exact everywhere."""
        return {
            "rule": self.rule,
            "text": self.text,
            "numbers": {name: str(value) for name, value in self.numbers},
        }


Trace = tuple[TraceStep, ...]
"""The steps of an outcome, in the order in which they were taken."""


def trace_step(rule: str, text: str, **numbers: object) -> TraceStep:
    """Return a step whose numbers may be integers, `Dec`, fixed-length bytes (as hexadecimal) or lists of these."""
    return TraceStep(rule, text, tuple((name, _shown(value)) for name, value in numbers.items()))


def _shown(value: object) -> int | str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return int(value)
    if isinstance(value, FixedBytes):
        return value.to_hex()
    if isinstance(value, str | Dec):
        return str(value)
    if isinstance(value, Iterable):
        return ", ".join(str(_shown(item)) for item in value)
    return str(value)
