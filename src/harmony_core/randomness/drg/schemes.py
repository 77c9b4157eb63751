"""Which VRF the commits carry, and how. Paper protocol; no network runs it."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from harmony_core.crypto.bls import SecretKey
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import BLSPublicKeyBytes, Hash32
from harmony_core.randomness.drg.session import Session
from harmony_core.randomness.vrf import bls, p256

__all__ = ["BLSCommits", "CommitScheme", "P256Commits", "Prover", "bls_prover", "p256_prover"]

Prover = Callable[[Hash32], bytes]
"""Returns the payload of a commit on a block hash: what only the holder of the VRF key can compute."""

_COORDINATES: Final = p256.PUBLIC_KEY_BYTES - 1
_P256_PAYLOAD_BYTES: Final = Hash32.LENGTH + p256.PROOF_BYTES + _COORDINATES


class CommitScheme(Protocol):
    """How the VRF in a commit is checked."""

    def value(self, session: Session, sender: BLSPublicKeyBytes, payload: bytes) -> Hash32:
        """Return the value that a member's payload proves on the session's block hash; raises if it proves none."""
        ...


class BLSCommits:
    """Commits with the BLS VRF of the member's own key: value (32 bytes) and proof (96 bytes).

    Each member has exactly one value, so nobody can choose.
    """

    def value(self, session: Session, sender: BLSPublicKeyBytes, payload: bytes) -> Hash32:
        """Return the proven value.

        Raises:
            DecodeError: ``vrf-length``, or the proof is no signature.
            VerificationError: ``drg-outsider``; ``vrf-proof``; ``drg-commit-value`` if the value is not the proof's.
        """
        output = bls.VRFOutput.from_bytes(payload)
        proven = bls.verify(session.public_key(sender), session.block_hash, output.proof)
        _require_value(proven, output.beta)
        return proven


class P256Commits:
    """Commits as the early node made them: value (32 bytes), proof (129) and the P-256 key's coordinates (64).

    The early node takes whatever key a commit brings, so that a member who tries many keys can choose among their
    values. Here the keys are registered before the block hash is known.

    Args:
        registered: the P-256 key of each member.
    """

    def __init__(self, registered: Mapping[BLSPublicKeyBytes, p256.P256PublicKey]) -> None:
        self._registered = dict(registered)

    def value(self, session: Session, sender: BLSPublicKeyBytes, payload: bytes) -> Hash32:
        """Return the proven value.

        Raises:
            DecodeError: ``drg-commit-length`` for another length; the key is no point.
            VerificationError: ``drg-outsider``; ``drg-unregistered-key`` for another key than the registered one;
                ``p256-proof``; ``drg-commit-value`` if the value is not the proof's.
        """
        session.slot_of(sender)
        require(
            len(payload) == _P256_PAYLOAD_BYTES,
            DecodeError,
            "drg-commit-length",
            f"A commit with a P-256 VRF carries {_P256_PAYLOAD_BYTES} bytes.",
            expected=_P256_PAYLOAD_BYTES,
            actual=len(payload),
        )
        key = p256.P256PublicKey.from_coordinates(payload[-_COORDINATES:])
        require(
            self._registered.get(sender) == key,
            VerificationError,
            "drg-unregistered-key",
            "The VRF key of the commit is not the one that the member registered.",
        )
        proven = key.verify(session.block_hash, payload[Hash32.LENGTH : -_COORDINATES])
        _require_value(proven, payload[: Hash32.LENGTH])
        return proven


def bls_prover(secret_key: SecretKey) -> Prover:
    """Return what makes the payloads of a member for `BLSCommits`."""
    return lambda block_hash: bls.evaluate(secret_key, block_hash).to_bytes()


def p256_prover(secret_key: p256.P256SecretKey, *, entropy: Callable[[int], bytes]) -> Prover:
    """Return what makes the payloads of a member for `P256Commits`; ``entropy`` as for `P256SecretKey.evaluate`."""

    def prove(block_hash: Hash32) -> bytes:
        output = secret_key.evaluate(block_hash, entropy=entropy)
        return bytes(output.index) + output.proof + secret_key.public_key().data[1:]

    return prove


def _require_value(proven: Hash32, claimed: bytes) -> None:
    require(
        proven == claimed,
        VerificationError,
        "drg-commit-value",
        "The value of the commit is not the one that its proof proves.",
        expected=proven,
        actual=claimed,
    )
