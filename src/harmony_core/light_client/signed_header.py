"""What goes into the verification of a chain of headers, and what comes out of it."""

from dataclasses import dataclass
from typing import Final

from harmony_core.chain.header import Header
from harmony_core.light_client.basis import Basis
from harmony_core.primitives import Dec
from harmony_core.quorum import Commit, VerifiedHeader
from harmony_core.randomness.vrf import VerifiedVRF

__all__ = ["ProvenHeader", "SignedHeader"]

_MINT: Final = object()
"""Known to this package's verification only: without it no proof value comes into being."""


@dataclass(frozen=True, slots=True)
class SignedHeader:
    """A header with the commits that came beside it. Nothing about it is verified yet.

    Attributes:
        header: the decoded header.
        commits: commits on this very header; empty where only the child's header carries one.
    """

    header: Header
    commits: tuple[Commit, ...] = ()


@dataclass(frozen=True, slots=True, init=False)
class ProvenHeader:
    """A header that was proven in its place in the chain; made by `verify_header_chain` and `audit_headers` only.

    Attributes:
        header: the header.
        basis: on what it is believed.
        verified: the proofs of all its commits, the one with most signers first; empty for a header that is believed
            by its hash alone.
        vrf: the leader's random value, verified; None in an epoch without, for genesis, and for a header that is
            believed by its hash where its committee is not known.
    """

    header: Header
    basis: Basis
    verified: tuple[VerifiedHeader, ...]
    vrf: VerifiedVRF | None

    def __init__(
        self,
        mint: object,
        header: Header,
        basis: Basis,
        verified: tuple[VerifiedHeader, ...],
        vrf: VerifiedVRF | None,
    ) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a ProvenHeader comes from verification and cannot be made by hand")
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "basis", basis)
        object.__setattr__(self, "verified", verified)
        object.__setattr__(self, "vrf", vrf)

    @property
    def signer_count(self) -> int | None:
        """Slots that signed the strongest commit, or None for a header believed by its hash alone."""
        return self.verified[0].signer_count if self.verified else None

    @property
    def committee_size(self) -> int | None:
        """Slots of the committee that signed, or None for a header believed by its hash alone."""
        return len(self.verified[0].committee) if self.verified else None

    @property
    def power(self) -> Dec | None:
        """Share of the vote of the strongest commit, or None for a header believed by its hash alone."""
        return self.verified[0].power if self.verified else None

    def __reduce__(self) -> tuple[object, ...]:
        """Keep proofs picklable."""
        return _restore, (self.header, self.basis, self.verified, self.vrf)


def carried_commit(child: Header) -> tuple[Commit, ...]:
    """Return the commit on its parent that a header carries, as a tuple of one.

    The child of genesis carries none, because nobody signs genesis: its fields are blank.
    """
    is_blank = not child.last_commit_bitmap and not any(child.last_commit_signature)
    return () if child.number == 1 and is_blank else (Commit.of_parent(child),)


def proven(
    header: Header, basis: Basis, verified: list[VerifiedHeader], vrf: VerifiedVRF | None
) -> ProvenHeader:
    """Return the proof value for a header; for the verification of this package alone."""
    strongest_first = sorted(verified, key=lambda proof: -proof.signer_count)
    return ProvenHeader(_MINT, header, basis, tuple(strongest_first), vrf)


def _restore(
    header: Header, basis: Basis, verified: tuple[VerifiedHeader, ...], vrf: VerifiedVRF | None
) -> ProvenHeader:
    return ProvenHeader(_MINT, header, basis, verified, vrf)
