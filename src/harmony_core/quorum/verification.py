"""Commit verification: that a quorum of the trusted committee signed a block, one at a time or in batches.

Source: harmony-one/harmony, internal/chain/engine.go (VerifyHeaderSignature, verifySignature) and
internal/chain/sig.go (DecodeSigBitmap). Unlike there, no height is exempt, the votes are those of the bits that are
set, and the rules come from the trusted committee's network and epoch.
"""

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from harmony_core.chain.header import Header
from harmony_core.crypto.bitmap import check_bitmap, count_enabled
from harmony_core.crypto.bls import KeySet, SignedBitmap, check_bitmap_signatures, verify_bitmap_signature
from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.primitives import STRICT, Compatibility, Dec
from harmony_core.quorum.commit import Commit, CommitTarget
from harmony_core.quorum.payload import commit_payload
from harmony_core.quorum.policy import check_quorum
from harmony_core.quorum.trusted_committee import TrustedCommittee
from harmony_core.quorum.verified_header import _MINT, VerifiedCommit, VerifiedHeader
from harmony_core.quorum.voting_power import check_distinct_keys

__all__ = [
    "check_commit_targets",
    "check_commits",
    "is_commit_checked",
    "submit_commits",
    "verify_commit",
    "verify_commit_target",
]


def verify_commit(
    header: Header, commit: Commit, committee: TrustedCommittee, *, compatibility: Compatibility = STRICT
) -> VerifiedHeader:
    """Verify that a quorum of ``committee`` signed ``header``, and return the proof.

    Args:
        header: the header that is claimed to be final; its epoch and shard must be those of ``committee``.
        commit: signature and bitmap for this header.
        committee: the committee that the caller trusts for that epoch and shard.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: code ``commit-committee-shard`` or ``commit-committee-epoch`` for a committee of another
            shard or epoch; ``commit-quorum-uniform`` or ``commit-quorum-stake`` for too few signers;
            ``committee-repeated-key``; and the codes of the bitmap and of the signature.
        DecodeError: the signature is no point of the right group.
    """
    proof = verify_commit_target(
        CommitTarget.of_header(header), commit, committee, compatibility=compatibility
    )
    return VerifiedHeader(_MINT, header, proof)


def check_commits(
    items: Sequence[tuple[Header, Commit, TrustedCommittee]],
    *,
    compatibility: Compatibility = STRICT,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> list[VerifiedHeader | HarmonyError]:
    """Verify many commits at once, of any mix of committees, and return a proof or the reason for each.

    The verdicts are those of `verify_commit`; only the signatures are checked together, with random coefficients,
    which lets a wrong batch pass with a probability of about 2^-64.

    Args:
        items: header, commit and trusted committee of each.
        compatibility: quirks of the reference to allow.
        entropy: source of the coefficients; must be unpredictable to whoever made the commits.
    """
    verdicts = check_commit_targets(_targets(items), compatibility=compatibility, entropy=entropy)
    return _on_headers(items, verdicts)


def submit_commits(
    items: Sequence[tuple[Header, Commit, TrustedCommittee]],
    executor: Executor,
    *,
    compatibility: Compatibility = STRICT,
) -> Callable[[], list[VerifiedHeader | HarmonyError]]:
    """Start what `check_commits` does, with the signatures checked by an executor, and return how to get the verdicts.

    Only keys, payloads, bitmaps and signatures travel to a worker process, and only errors travel back.

    Args:
        items: header, commit and trusted committee of each.
        executor: where the signatures are checked, usually a pool of processes.
        compatibility: quirks of the reference to allow.

    Returns:
        A function that waits for the executor and returns what `check_commits` returns.
    """
    batch = _Batch(_targets(items), compatibility)
    failures = executor.submit(check_bitmap_signatures, batch.claims, compatibility=compatibility)
    return lambda: _on_headers(items, batch.conclude(failures.result()))


def verify_commit_target(
    target: CommitTarget,
    commit: Commit,
    committee: TrustedCommittee,
    *,
    compatibility: Compatibility = STRICT,
) -> VerifiedCommit:
    """Verify a commit on a block of which only the identity is at hand, as with a crosslink.

    Raises:
        HarmonyError: as for `verify_commit`.
    """
    signed, power = _checked_claim(target, commit, committee, compatibility)
    verify_bitmap_signature(committee.key_set, signed, compatibility=compatibility)
    return _proof(target, commit, committee, power)


def check_commit_targets(
    items: Sequence[tuple[CommitTarget, Commit, TrustedCommittee]],
    *,
    compatibility: Compatibility = STRICT,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> list[VerifiedCommit | HarmonyError]:
    """Verify many commits at once as `check_commits` does, each on a block of which only the identity is at hand."""
    batch = _Batch(items, compatibility)
    return batch.conclude(check_bitmap_signatures(batch.claims, compatibility=compatibility, entropy=entropy))


def is_commit_checked(local_height: int, *, compatibility: Compatibility = STRICT) -> bool:
    """Return whether a node whose own chain stands at ``local_height`` checks commits at all.

    Always, except that the reference (``compatibility.unchecked_commits_at_chain_start``) accepts any signature while
    its own chain stands at height 0 or 1. The verification functions here have no such exemption.

    Source: harmony-one/harmony, internal/chain/engine.go (VerifySeal, VerifyHeaderSignature).
    """
    return local_height > 1 or not compatibility.unchecked_commits_at_chain_start


class _Batch:
    """Commits of which everything is decided but the signatures."""

    def __init__(
        self,
        items: Sequence[tuple[CommitTarget, Commit, TrustedCommittee]],
        compatibility: Compatibility,
    ) -> None:
        self._items = items
        self._verdicts: dict[int, VerifiedCommit | HarmonyError] = {}
        self._powers: dict[int, Dec] = {}
        self.claims: list[tuple[KeySet, SignedBitmap]] = []
        for position, (target, commit, committee) in enumerate(items):
            try:
                signed, power = _checked_claim(target, commit, committee, compatibility)
            except HarmonyError as error:
                self._verdicts[position] = error
            else:
                self._powers[position] = power
                self.claims.append((committee.key_set, signed))

    def conclude(self, failures: Sequence[HarmonyError | None]) -> list[VerifiedCommit | HarmonyError]:
        """Return the verdicts, given what is wrong with the signature of each claim."""
        for (position, power), failure in zip(self._powers.items(), failures, strict=True):
            proof = _proof(*self._items[position], power) if failure is None else failure
            self._verdicts[position] = proof
        return [self._verdicts[position] for position in range(len(self._items))]


def _targets(
    items: Sequence[tuple[Header, Commit, TrustedCommittee]],
) -> list[tuple[CommitTarget, Commit, TrustedCommittee]]:
    return [(CommitTarget.of_header(header), commit, committee) for header, commit, committee in items]


def _on_headers(
    items: Sequence[tuple[Header, Commit, TrustedCommittee]],
    verdicts: Sequence[VerifiedCommit | HarmonyError],
) -> list[VerifiedHeader | HarmonyError]:
    return [
        VerifiedHeader(_MINT, header, verdict) if isinstance(verdict, VerifiedCommit) else verdict
        for (header, _, _), verdict in zip(items, verdicts, strict=True)
    ]


def _checked_claim(
    target: CommitTarget, commit: Commit, committee: TrustedCommittee, compatibility: Compatibility
) -> tuple[SignedBitmap, Dec]:
    """Check everything but the signature, and return what was signed and with how much power."""
    for value, kind in ((target, CommitTarget), (commit, Commit), (committee, TrustedCommittee)):
        if not isinstance(value, kind):
            raise TypeError(f"a {kind.__name__} is needed, not {type(value).__name__}")
    require(
        target.shard_id == committee.shard_id,
        VerificationError,
        "commit-committee-shard",
        "The block is of another shard than the trusted committee.",
        expected=committee.shard_id,
        actual=target.shard_id,
    )
    require(
        target.epoch == committee.epoch,
        VerificationError,
        "commit-committee-epoch",
        "The block is of another epoch than the trusted committee.",
        expected=committee.epoch,
        actual=target.epoch,
    )
    if committee.compatibility != compatibility:
        check_distinct_keys(committee.committee, compatibility=compatibility)
    check_bitmap(commit.bitmap, len(committee), compatibility=compatibility)
    power = check_quorum(committee.rule, commit.bitmap, compatibility=compatibility)
    payload = commit_payload(
        committee.network.config,
        block_hash=target.block_hash,
        number=target.number,
        view_id=target.view_id,
        epoch=committee.epoch,
        compatibility=compatibility,
    )
    return SignedBitmap(payload, commit.bitmap, commit.signature), power


def _proof(target: CommitTarget, commit: Commit, committee: TrustedCommittee, power: Dec) -> VerifiedCommit:
    return VerifiedCommit(
        _MINT,
        target=target,
        commit=commit,
        committee=committee,
        signer_count=count_enabled(commit.bitmap, len(committee)),
        power=committee.rule.share(power),
    )
