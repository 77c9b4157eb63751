"""Verification of one signature, and proofs of possession."""

from collections.abc import Sequence
from typing import Final

from harmony_core.crypto.bls.base_point import minus_base_point
from harmony_core.crypto.bls.hashing import mapped_payload
from harmony_core.crypto.bls.public_key import PublicKey
from harmony_core.crypto.bls.secret_key import SecretKey
from harmony_core.crypto.bls.signature import Signature, signature_point_for
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, Compatibility, Hash32

__all__ = ["POSSESSION_PAYLOAD", "prove_possession", "verify", "verify_possession", "verify_possessions"]

POSSESSION_PAYLOAD: Final = Hash32.from_hex(
    "0x1eaafe555c82d1cb51afd79875683437858a9fb883c07487717921757d6717f9"
)
"""What a proof of possession signs: Keccak-256 of ``harmony-one``, the same for every key."""


def verify(
    public_key: PublicKey, payload: bytes, signature: Signature, *, compatibility: Compatibility = STRICT
) -> None:
    """Check that ``signature`` is that of ``public_key`` (or of the keys it is the sum of) on ``payload``.

    Args:
        public_key: one key, or an aggregate of keys.
        payload: what was signed; only the first 48 bytes count.
        signature: one signature, or the aggregate of the keys' signatures.
        compatibility: ``accept_identity_bls_points`` takes the identity as a key or signature, as the reference does.

    Raises:
        VerificationError: ``bls-signature`` when it is not; ``bls-degenerate-payload`` when the payload maps to no
            point; ``bls-verify-identity-key`` and ``bls-verify-identity-signature`` for the identity.

    Source: harmony-one/bls, src/bls_c_impl.hpp (``blsVerifyHash``).
    """
    backend = public_key.backend
    point = mapped_payload(payload, backend)
    if not compatibility.accept_identity_bls_points:
        require_not_identity(public_key, signature)
    holds = backend.pairings_are_one(
        [minus_base_point(backend), public_key.point],
        [signature_point_for(signature, backend), backend.clear_g2_cofactor(point)],
    )
    require(holds, VerificationError, "bls-signature", "The BLS signature does not hold.")


def require_not_identity(public_key: PublicKey, signature: Signature) -> None:
    """Refuse the identity as a key or as a signature: the two together verify on every payload."""
    require(
        not public_key.is_identity,
        VerificationError,
        "bls-verify-identity-key",
        "The public key is the identity, under which the identity verifies on every payload.",
    )
    require(
        not signature.is_identity,
        VerificationError,
        "bls-verify-identity-signature",
        "The signature is the identity, which no signer makes.",
    )


def prove_possession(secret_key: SecretKey) -> Signature:
    """Return the proof that a validator's registration carries: the signature on `POSSESSION_PAYLOAD`.

    The payload is the same for every key, so that a proof shows knowledge of the secret key only as long as nobody
    combines published proofs: see the limits in docs/protocol/bls.md.

    Source: harmony-one/harmony, staking/types/validator.go (``VerifyBLSKey``).
    """
    return secret_key.sign(POSSESSION_PAYLOAD)


def verify_possession(
    public_key: PublicKey, signature: Signature, *, compatibility: Compatibility = STRICT
) -> None:
    """Check a validator's proof of possession of ``public_key``.

    Raises:
        VerificationError: as `verify`.

    Source: harmony-one/harmony, staking/types/validator.go (``VerifyBLSKey``).
    """
    verify(public_key, POSSESSION_PAYLOAD, signature, compatibility=compatibility)


def verify_possessions(
    public_keys: Sequence[bytes], proofs: Sequence[bytes], *, compatibility: Compatibility = STRICT
) -> None:
    """Check the proofs of possession of a validator's keys, given as they are serialized in its registration.

    Args:
        public_keys: 48 bytes each.
        proofs: 96 bytes each, in the order of the keys.
        compatibility: as for `PublicKey.from_bytes` and `Signature.from_bytes`.

    Raises:
        DecodeError: for a key or proof that does not decode.
        VerificationError: ``possession-count`` when the numbers differ; as `verify`.

    Source: harmony-one/harmony, staking/types/validator.go (``VerifyBLSKeys``).
    """
    require(
        len(public_keys) == len(proofs),
        VerificationError,
        "possession-count",
        "Each BLS key needs one proof of possession.",
        expected=len(public_keys),
        actual=len(proofs),
    )
    for key, proof in zip(public_keys, proofs, strict=False):
        verify_possession(
            PublicKey.from_bytes(key, compatibility=compatibility),
            Signature.from_bytes(proof, compatibility=compatibility),
            compatibility=compatibility,
        )
