"""The reference client's leniencies, each one a named boolean that is off by default."""

from dataclasses import dataclass, fields
from typing import Final, Self

__all__ = ["STRICT", "Compatibility"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compatibility:
    """Which quirks of the reference client to reproduce; all off means strict.

    A compatibility set is always an argument and never comes from the environment or from the data under test.
    """

    repeated_committee_keys: bool = False
    """Accept a committee in which one BLS key stands in several slots: it signs once, every slot counts."""

    quorum_counts_whole_committee: bool = False
    """Before staking, compare the size of the committee instead of the number of signers with the threshold.

    The reference's block verifier does this (consensus/quorum/verifier.go, uniformVerifier): with four slots or more
    an empty bitmap with the identity signature passes, which is how receipts were forged in August 2026.
    """

    truncated_block_numbers: bool = False
    """Sign only the low 64 bits of a block number or view id that is wider."""

    unchecked_commits_at_chain_start: bool = False
    """Check no commit while the verifying node's own chain stands at height 0 or 1."""

    votes_from_outside_committee: bool = False
    """Before staking, count consensus votes of keys that are not in the committee."""

    @classmethod
    def reference(cls) -> Self:
        """Return the set with every quirk on: what the reference client accepts, this accepts."""
        return cls(**dict.fromkeys((field.name for field in fields(cls)), True))


STRICT: Final = Compatibility()
"""Every quirk off."""
