"""Proof values: what exists only because a commit has been verified."""

from dataclasses import dataclass
from typing import Final

from harmony_core.chain.header import Header
from harmony_core.primitives import BlockNumber, Dec, Epoch, Hash32, ShardID
from harmony_core.quorum.commit import Commit, CommitTarget
from harmony_core.quorum.trusted_committee import TrustedCommittee

__all__ = ["VerifiedCommit", "VerifiedHeader"]

_MINT: Final = object()
"""Known to the verification of this package only: without it no proof value comes into being."""


@dataclass(frozen=True, slots=True, init=False)
class VerifiedCommit:
    """A commit that a quorum of a trusted committee has signed; made by `verify_commit_target` only.

    Attributes:
        target: the block that was committed to.
        commit: the signature and bitmap that were verified.
        committee: the trusted committee that signed.
        signer_count: number of slots whose bits are set.
        power: share of the vote that signed, between 0 and 1: signers over slots before staking, voting power after.
    """

    target: CommitTarget
    commit: Commit
    committee: TrustedCommittee
    signer_count: int
    power: Dec

    def __init__(
        self,
        mint: object,
        *,
        target: CommitTarget,
        commit: Commit,
        committee: TrustedCommittee,
        signer_count: int,
        power: Dec,
    ) -> None:
        """Refuse to be made outside verification."""
        _only_by_verification(mint, "VerifiedCommit")
        for name, value in (
            ("target", target),
            ("commit", commit),
            ("committee", committee),
            ("signer_count", signer_count),
            ("power", power),
        ):
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep proofs picklable, so that a worker process can hand one to its parent."""
        return _restore_commit, (self.target, self.commit, self.committee, self.signer_count, self.power)


@dataclass(frozen=True, slots=True, init=False)
class VerifiedHeader:
    """A header whose commit has been verified; made by `verify_commit` and `check_commits` only.

    It says that a quorum of the trusted committee signed this header, and nothing about the header's place in the
    chain: two siblings may both carry a quorum.

    Attributes:
        header: the header.
        proof: the verified commit.
    """

    header: Header
    proof: VerifiedCommit

    def __init__(self, mint: object, header: Header, proof: VerifiedCommit) -> None:
        """Refuse to be made outside verification."""
        _only_by_verification(mint, "VerifiedHeader")
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "proof", proof)

    @property
    def commit(self) -> Commit:
        """The signature and bitmap that were verified."""
        return self.proof.commit

    @property
    def committee(self) -> TrustedCommittee:
        """The trusted committee that signed."""
        return self.proof.committee

    @property
    def signer_count(self) -> int:
        """Number of slots that signed."""
        return self.proof.signer_count

    @property
    def power(self) -> Dec:
        """Share of the vote that signed, between 0 and 1."""
        return self.proof.power

    @property
    def hash(self) -> Hash32:
        """Hash of the header."""
        return self.proof.target.block_hash

    @property
    def number(self) -> BlockNumber:
        """Height of the block."""
        return self.proof.target.number

    @property
    def epoch(self) -> Epoch:
        """Epoch of the block, equal to the trusted committee's."""
        return self.proof.target.epoch

    @property
    def shard_id(self) -> ShardID:
        """Shard of the block, equal to the trusted committee's."""
        return self.proof.target.shard_id

    def __reduce__(self) -> tuple[object, ...]:
        """Keep proofs picklable, so that a worker process can hand one to its parent."""
        return _restore_header, (self.header, self.proof)


def _only_by_verification(mint: object, name: str) -> None:
    if mint is not _MINT:
        raise TypeError(f"a {name} comes from verification and cannot be made by hand")


def _restore_commit(
    target: CommitTarget, commit: Commit, committee: TrustedCommittee, signer_count: int, power: Dec
) -> VerifiedCommit:
    return VerifiedCommit(
        _MINT, target=target, commit=commit, committee=committee, signer_count=signer_count, power=power
    )


def _restore_header(header: Header, proof: VerifiedCommit) -> VerifiedHeader:
    return VerifiedHeader(_MINT, header, proof)
