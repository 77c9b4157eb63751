"""On what a header is believed."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Basis", "BasisKind", "best_basis"]


class BasisKind(StrEnum):
    """The ways in which a header can be proven."""

    GENESIS = "genesis"
    """It equals the genesis header recomputed from the network's parameters."""

    TRUSTED_HASH = "trusted hash"
    """Its hash was given by the caller, who vouches for it."""

    CHECKPOINT = "checkpoint"
    """Its hash is a verified checkpoint of the network's parameters."""

    ANCESTOR = "ancestor"
    """Parent hashes lead to it from a header that is believed by its hash."""

    GENESIS_COMMITTEE = "genesis committee"
    """Signed by the committee that the genesis account lists give: only before staking."""

    ELECTED_COMMITTEE = "elected committee"
    """Signed by the committee that a proven header carries."""

    GIVEN_COMMITTEE = "given committee"
    """Signed by a committee for which the caller vouches."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a header or a committee is believed.

    Attributes:
        kind: which way it is proven.
        detail: the same in words, with the block or file it rests on.
    """

    kind: BasisKind
    detail: str

    def __str__(self) -> str:
        return self.detail


def best_basis(by_hash: Basis | None, by_commit: Basis | None) -> Basis | None:
    """Return the basis to name where a header is believed by its hash, by its commit, or by both.

    Genesis and what the caller vouches for come first. Otherwise a commit says more than a packaged checkpoint.
    """
    if by_hash is not None and by_hash.kind in {BasisKind.GENESIS, BasisKind.TRUSTED_HASH}:
        return by_hash
    return by_commit or by_hash
