"""The reference client's leniencies, each one a named boolean that is off by default."""

from dataclasses import dataclass, fields
from typing import Final, Self

__all__ = ["STRICT", "Compatibility"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compatibility:
    """Which quirks of the reference client to reproduce; all off means strict.

    A compatibility set is always an argument and never comes from the environment or from the data under test.
    """

    @classmethod
    def reference(cls) -> Self:
        """Return the set with every quirk on: what the reference client accepts, this accepts."""
        return cls(**dict.fromkeys((field.name for field in fields(cls)), True))


STRICT: Final = Compatibility()
"""Every quirk off."""
