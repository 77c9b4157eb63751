"""The whitepaper's variant: f + 1 commits to one leader. Paper protocol; no network runs it.

The leader sends an init with the hash of the last block; each validator answers with its VRF on that hash; the leader
combines the first f + 1 valid ones by exclusive or, and proposes the result with the commits, so that every validator
sees that nothing was made up. **The leader still chooses which commits come first**, and whoever sees others' values may
withhold its own: that is what the delay after the agreement is for.

Source: Harmony whitepaper, "Distributed Randomness Generation"; harmony-one/harmony before bfa35d41d,
drand/drand_leader.go, drand/drand_validator.go.
"""

from dataclasses import dataclass
from itertools import pairwise

from harmony_core.crypto.bls import SecretKey
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import BLSPublicKeyBytes, Hash32
from harmony_core.randomness.consensus_seed import xor_of_values
from harmony_core.randomness.drg.agreement import _MINT, Preimage, VerifiedPreimage
from harmony_core.randomness.drg.messages import DrandMessage, DrandType
from harmony_core.randomness.drg.schemes import BLSCommits, CommitScheme, Prover, bls_prover
from harmony_core.randomness.drg.session import Session

__all__ = ["CommitLeader", "CommitValidator", "Proposal", "verify_proposal"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the leader proposes: pRnd, and the commits that it is made of. Nothing about it is verified yet.

    Attributes:
        preimage: pRnd and its contributors.
        commits: the signed commits, ascending by slot.
    """

    preimage: Preimage
    commits: tuple[DrandMessage, ...]


class CommitLeader:
    """The leader's side of one run.

    Args:
        session: what all participants know.
        secret_key: the leader's BLS key, which signs its messages.
        prover: makes the leader's own VRF; None for the BLS VRF of ``secret_key``.
        scheme: how commits are checked; None for `BLSCommits`.

    Raises:
        VerificationError: ``drg-own-key`` if the key is not that of the session's leader.
    """

    def __init__(
        self,
        session: Session,
        secret_key: SecretKey,
        *,
        prover: Prover | None = None,
        scheme: CommitScheme | None = None,
    ) -> None:
        _require_own_key(secret_key, session.leader)
        self._session = session
        self._secret_key = secret_key
        self._prover = prover or bls_prover(secret_key)
        self._scheme = scheme or BLSCommits()
        self._started = False
        self._values: dict[int, Hash32] = {}
        self._commits: dict[int, DrandMessage] = {}

    @property
    def collected(self) -> int:
        """How many valid commits there are, the leader's own included."""
        return len(self._commits)

    def start(self) -> DrandMessage:
        """Commit to the leader's own VRF, and return the init message for all validators.

        Raises:
            VerificationError: ``drg-repeated-start`` when called again.
        """
        require(
            not self._started,
            VerificationError,
            "drg-repeated-start",
            "The leader has started this run already.",
        )
        self._started = True
        own = _signed(
            self._session, DrandType.COMMIT, self._secret_key, self._prover(self._session.block_hash)
        )
        self._take(own)
        return _signed(self._session, DrandType.INIT, self._secret_key)

    def receive(self, commit: DrandMessage) -> None:
        """Take a validator's commit.

        Raises:
            VerificationError: ``drg-not-started`` before `start`; ``drg-late-commit`` once f + 1 are there;
                ``drg-repeated-commit`` for a second one of a validator; as for a commit in `verify_proposal`.
            DecodeError: the payload or the signature does not decode.
        """
        require(
            self._started, VerificationError, "drg-not-started", "The leader has not asked for commits yet."
        )
        require(
            self.collected < self._session.threshold,
            VerificationError,
            "drg-late-commit",
            "The commit comes after enough were collected.",
            expected=self._session.threshold,
        )
        self._take(commit)

    def proposal(self) -> Proposal | None:
        """Return pRnd with its commits, or None while there are too few."""
        if self.collected < self._session.threshold:
            return None
        slots = sorted(self._commits)
        value = xor_of_values(self._values[slot] for slot in slots)
        bitmap = self._session.bitmap_of(frozenset(slots))
        return Proposal(Preimage(value, bitmap), tuple(self._commits[slot] for slot in slots))

    def _take(self, commit: DrandMessage) -> None:
        _require_place(self._session, commit, DrandType.COMMIT)
        slot = self._session.slot_of(commit.sender)
        require(
            slot not in self._commits,
            VerificationError,
            "drg-repeated-commit",
            "The validator has committed already.",
            actual=commit.sender,
        )
        self._values[slot] = _verified_value(self._session, self._scheme, commit)
        self._commits[slot] = commit


class CommitValidator:
    """A validator's side of one run.

    Args:
        session: what all participants know; its block hash comes from the validator's own chain.
        secret_key: the validator's BLS key, which signs its messages.
        prover: makes the validator's VRF; None for the BLS VRF of ``secret_key``.
        scheme: how the commits in a proposal are checked; None for `BLSCommits`.

    Raises:
        VerificationError: ``drg-outsider`` if the key is not in the committee.
    """

    def __init__(
        self,
        session: Session,
        secret_key: SecretKey,
        *,
        prover: Prover | None = None,
        scheme: CommitScheme | None = None,
    ) -> None:
        session.slot_of(secret_key.public_key().to_bytes())
        self._session = session
        self._secret_key = secret_key
        self._prover = prover or bls_prover(secret_key)
        self._scheme = scheme or BLSCommits()
        self._committed = False

    def receive(self, init: DrandMessage) -> DrandMessage:
        """Check the leader's init, and return the commit to send back.

        The early node took the block hash from the message unchecked, so that a leader could ask for the VRF of any
        input; here it has to be the validator's own.

        Raises:
            VerificationError: ``drg-not-leader`` for an init of somebody else; ``drg-shard``, ``drg-block-hash``,
                ``drg-type``; ``drg-repeated-init`` for a second one; ``drand-signature``.
        """
        _require_place(self._session, init, DrandType.INIT)
        require(
            init.sender == self._session.leader,
            VerificationError,
            "drg-not-leader",
            "The init does not come from the leader.",
            expected=self._session.leader,
            actual=init.sender,
        )
        require(
            not self._committed,
            VerificationError,
            "drg-repeated-init",
            "The validator has committed in this run already.",
        )
        init.verify_signature(self._session.public_key(init.sender))
        self._committed = True
        payload = self._prover(self._session.block_hash)
        return _signed(self._session, DrandType.COMMIT, self._secret_key, payload)

    def check(self, proposal: Proposal) -> VerifiedPreimage:
        """Verify the leader's proposal before voting for the block that carries it; see `verify_proposal`."""
        return verify_proposal(self._session, proposal, scheme=self._scheme)


def verify_proposal(
    session: Session, proposal: Proposal, *, scheme: CommitScheme | None = None
) -> VerifiedPreimage:
    """Verify that pRnd is the exclusive or of f + 1 valid commits or more, and return it.

    Raises:
        VerificationError: ``drg-too-few-commits``; ``drg-commit-order`` unless the commits ascend by slot without
            repetition; ``drg-bitmap`` for another bitmap; ``drg-preimage`` for another value; as for one commit:
            ``drg-type``, ``drg-shard``, ``drg-block-hash``, ``drg-outsider``, ``drand-signature``,
            ``drg-commit-value``, ``vrf-proof``.
        DecodeError: a commit's payload or signature does not decode.
    """
    used = scheme or BLSCommits()
    require(
        len(proposal.commits) >= session.threshold,
        VerificationError,
        "drg-too-few-commits",
        "The proposal rests on too few commits.",
        expected=f"at least {session.threshold}",
        actual=len(proposal.commits),
    )
    slots = [session.slot_of(commit.sender) for commit in proposal.commits]
    require(
        all(earlier < later for earlier, later in pairwise(slots)),
        VerificationError,
        "drg-commit-order",
        "The commits of a proposal ascend by slot, one for each contributor.",
        actual=slots,
    )
    bitmap = session.bitmap_of(frozenset(slots))
    require(
        proposal.preimage.bitmap == bitmap,
        VerificationError,
        "drg-bitmap",
        "The bitmap does not name those who contributed.",
        expected=bitmap,
        actual=proposal.preimage.bitmap,
    )
    values = []
    for commit in proposal.commits:
        _require_place(session, commit, DrandType.COMMIT)
        values.append(_verified_value(session, used, commit))
    value = xor_of_values(values)
    require(
        proposal.preimage.value == value,
        VerificationError,
        "drg-preimage",
        "pRnd is not the exclusive or of the contributed values.",
        expected=value,
        actual=proposal.preimage.value,
    )
    return VerifiedPreimage(_MINT, proposal.preimage, len(slots))


def _require_place(session: Session, message: DrandMessage, kind: DrandType) -> None:
    """Check that a message is of the expected kind and of this run."""
    require(
        message.type is kind,
        VerificationError,
        "drg-type",
        "The message is of another kind than the one expected here.",
        expected=kind.name,
        actual=message.type.name,
    )
    require(
        message.shard_id == session.shard_id,
        VerificationError,
        "drg-shard",
        "The message is of another shard.",
        expected=session.shard_id,
        actual=message.shard_id,
    )
    require(
        message.block_hash == session.block_hash,
        VerificationError,
        "drg-block-hash",
        "The message is about another block than the last one of the epoch.",
        expected=session.block_hash,
        actual=message.block_hash,
    )


def _verified_value(session: Session, scheme: CommitScheme, commit: DrandMessage) -> Hash32:
    commit.verify_signature(session.public_key(commit.sender))
    return scheme.value(session, commit.sender, commit.payload)


def _signed(session: Session, kind: DrandType, secret_key: SecretKey, payload: bytes = b"") -> DrandMessage:
    sender = secret_key.public_key().to_bytes()
    unsigned = DrandMessage(kind, session.shard_id, sender, session.block_hash, payload)
    return unsigned.signed_by(secret_key)


def _require_own_key(secret_key: SecretKey, expected: BLSPublicKeyBytes) -> None:
    own = secret_key.public_key().to_bytes()
    require(
        own == expected,
        VerificationError,
        "drg-own-key",
        "The key is not that of the session's leader.",
        expected=expected,
        actual=own,
    )
