"""The VRF in a header: the leader's value at the hash of the parent, from the epoch on in which a network has it.

It cannot be predicted without the leader's key and cannot be chosen, but its leader may withhold the block and with
it the value: it is **not unbiased**.

Source: harmony-one/harmony, internal/chain/engine.go (``VerifyVRF``, ``GetLeaderPubKeyFromCoinbase``).
"""

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from harmony_core.chain.header import Header
from harmony_core.chain.leader import leader_of_coinbase
from harmony_core.crypto.bitmap import bitmap_length
from harmony_core.crypto.bls import KeySet, PublicKey, SignedBitmap, check_bitmap_signatures
from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.params import ChainConfig
from harmony_core.primitives import STRICT, Address, BLSPublicKeyBytes, Compatibility, Hash32
from harmony_core.quorum import TrustedCommittee
from harmony_core.randomness.vrf.bls import VRF_BYTES, VRFOutput, require_proof, verify, vrf_payload

__all__ = [
    "HeaderVRF",
    "VerifiedVRF",
    "check_header_vrfs",
    "submit_header_vrfs",
    "verify_header_vrf",
    "verify_vrf_presence",
]

_CACHED_LEADERS: Final = 1024

_MINT: Final = object()
"""Known to this module's verification only: without it no proof value comes into being."""


@dataclass(frozen=True, slots=True)
class HeaderVRF:
    """What is to be verified: a header and the committee that its leader belongs to.

    Attributes:
        header: a header other than genesis.
        committee: the committee that the caller trusts for the header's shard and epoch.
    """

    header: Header
    committee: TrustedCommittee


@dataclass(frozen=True, slots=True, init=False)
class VerifiedVRF:
    """A header's VRF that was verified; made by `verify_header_vrf` and `check_header_vrfs` only.

    Attributes:
        header: the header that carries it.
        leader: the BLS key that its coinbase stands for.
        output: the value and its proof.
    """

    header: Header
    leader: BLSPublicKeyBytes
    output: VRFOutput

    def __init__(self, mint: object, header: Header, leader: BLSPublicKeyBytes, output: VRFOutput) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedVRF comes from verification and cannot be made by hand")
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "leader", leader)
        object.__setattr__(self, "output", output)

    @property
    def beta(self) -> Hash32:
        """The 32-byte value."""
        return self.output.beta

    def __reduce__(self) -> tuple[object, ...]:
        """Keep proofs picklable, so that a worker process can hand one to its parent."""
        return _restore, (self.header, self.leader, self.output)


def verify_vrf_presence(header: Header, config: ChainConfig) -> None:
    """Check that a header has a VRF field of the right length in the epochs that have one, and none before.

    Args:
        header: a header other than genesis, which has none.
        config: the verifier's network.

    Raises:
        VerificationError: ``header-vrf-missing`` where there have to be 128 bytes, ``header-vrf-early`` where there
            may be none.

    Source: harmony-one/harmony, internal/chain/engine.go (``VerifyVRF``).
    """
    if config.is_vrf(header.epoch):
        require(
            len(header.vrf) == VRF_BYTES,
            VerificationError,
            "header-vrf-missing",
            f"A header of this epoch carries the leader's VRF of {VRF_BYTES} bytes.",
            expected=VRF_BYTES,
            actual=len(header.vrf),
        )
    else:
        require(
            not header.vrf,
            VerificationError,
            "header-vrf-early",
            "The header carries a VRF, which the network does not have in this epoch.",
            expected="no VRF",
            actual=header.vrf,
        )


def verify_header_vrf(
    header: Header, committee: TrustedCommittee, *, compatibility: Compatibility = STRICT
) -> VerifiedVRF | None:
    """Verify the VRF of a header, and return it; None in an epoch without.

    The input is the parent's hash **as the header names it**: that this is the parent is the chain's rule.

    Args:
        header: a header other than genesis.
        committee: the committee that the caller trusts for the header's shard and epoch.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: as `verify_vrf_presence`; ``vrf-committee`` for a committee of another shard or epoch;
            ``leader-not-in-committee`` for a coinbase of nobody in it; ``vrf-beta`` for a value that is not the
            proof's hash; ``vrf-proof`` for a proof that is not the leader's on the parent's hash.
        DecodeError: the proof is no signature.
    """
    claim = _claim(HeaderVRF(header, committee))
    if claim is None:
        return None
    keys, verified = claim.committee.key_set, claim.verified
    leader = PublicKey(keys.points[claim.slot], keys.backend, verified.leader)
    verify(leader, header.parent_hash, verified.output.proof, compatibility=compatibility)
    return verified


def check_header_vrfs(
    items: Sequence[HeaderVRF],
    *,
    compatibility: Compatibility = STRICT,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> list[VerifiedVRF | HarmonyError | None]:
    """Verify the VRFs of many headers at once, of any mix of committees.

    The proofs of one leader share a pairing; a false one in a batch passes with a probability of about 2^-64.

    Args:
        items: headers, each with its trusted committee.
        compatibility: quirks of the reference to allow.
        entropy: source of the coefficients; must be unpredictable to whoever made the proofs.

    Returns:
        For each item what `verify_header_vrf` returns or the error that it raises.
    """
    batch = _Batch(items)
    return batch.conclude(check_bitmap_signatures(batch.claims, compatibility=compatibility, entropy=entropy))


def submit_header_vrfs(
    items: Sequence[HeaderVRF], executor: Executor, *, compatibility: Compatibility = STRICT
) -> Callable[[], list[VerifiedVRF | HarmonyError | None]]:
    """Start what `check_header_vrfs` does, with the proofs checked by an executor, and return how to get the results.

    Only keys and proofs travel to a worker process, and only errors travel back.
    """
    batch = _Batch(items)
    failures = executor.submit(check_bitmap_signatures, batch.claims, compatibility=compatibility)
    return lambda: batch.conclude(failures.result())


class _Batch:
    """VRFs of which everything is decided but the proofs."""

    def __init__(self, items: Sequence[HeaderVRF]) -> None:
        self._results: list[VerifiedVRF | HarmonyError | None] = []
        self._open: list[int] = []
        self.claims: list[tuple[KeySet, SignedBitmap]] = []
        for position, item in enumerate(items):
            try:
                claim = _claim(item)
            except HarmonyError as error:
                self._results.append(error)
                continue
            self._results.append(None if claim is None else claim.verified)
            if claim is not None:
                self._open.append(position)
                self.claims.append(claim.signed_bitmap())

    def conclude(self, failures: Sequence[HarmonyError | None]) -> list[VerifiedVRF | HarmonyError | None]:
        """Return the results, given what is wrong with the proof of each claim."""
        for position, failure in zip(self._open, failures, strict=True):
            if failure is not None:
                try:
                    _refuse(failure)
                except HarmonyError as error:
                    self._results[position] = error
        return self._results


@dataclass(frozen=True, slots=True)
class _Claim:
    """A header's VRF that keeps every rule but the last: that the proof is the signature of the leader's slot."""

    committee: TrustedCommittee
    slot: int
    verified: VerifiedVRF

    def signed_bitmap(self) -> tuple[KeySet, SignedBitmap]:
        """Return the proof as a signature of one slot of the committee, whose key is decoded already."""
        bitmap = (1 << self.slot).to_bytes(bitmap_length(len(self.committee)), "little")
        payload = vrf_payload(self.verified.header.parent_hash)
        return self.committee.key_set, SignedBitmap(payload, bitmap, self.verified.output.proof)


def _claim(item: HeaderVRF) -> _Claim | None:
    """Check everything but the signature that the proof is, and return it with the value it proves."""
    header, committee = item.header, item.committee
    config = committee.network.config
    require(
        (header.shard_id, header.epoch) == (committee.shard_id, committee.epoch),
        VerificationError,
        "vrf-committee",
        "The header is of another shard or epoch than the trusted committee.",
        expected=(committee.shard_id, committee.epoch),
        actual=(header.shard_id, header.epoch),
    )
    verify_vrf_presence(header, config)
    if not config.is_vrf(header.epoch):
        return None
    slot = _leader_slot(committee, header.coinbase)
    output = VRFOutput.from_bytes(header.vrf)
    hashed = sha256(output.proof).digest()
    require(
        output.beta == hashed,
        VerificationError,
        "vrf-beta",
        "The header's random value is not the hash of its proof.",
        expected=hashed,
        actual=output.beta,
    )
    return _Claim(committee, slot, VerifiedVRF(_MINT, header, committee.key_set.keys[slot], output))


@lru_cache(maxsize=_CACHED_LEADERS)
def _leader_slot(committee: TrustedCommittee, coinbase: Address) -> int:
    """Return the slot of the leader that a coinbase names; looking through a committee's addresses takes a while."""
    staking = committee.network.config.is_staking(committee.epoch)
    return committee.key_set.keys.index(leader_of_coinbase(committee.committee, coinbase, staking=staking))


def _refuse(failure: HarmonyError) -> None:
    if isinstance(failure, VerificationError):
        require_proof(failure)
    raise failure


def _restore(header: Header, leader: BLSPublicKeyBytes, output: VRFOutput) -> VerifiedVRF:
    return VerifiedVRF(_MINT, header, leader, output)
