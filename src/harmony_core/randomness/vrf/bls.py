"""The VRF of BLS keys: the proof is a signature, which is unique, and the value is its hash.

For an input alpha of any length: proof = SignHash(SHA-256(alpha)), beta = SHA-256(proof).

Source: harmony-one/harmony, crypto/vrf/bls/bls_vrf.go.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from harmony_core.crypto.bls import PublicKey, SecretKey, Signature
from harmony_core.crypto.bls import verify as verify_signature
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import STRICT, BLSSignatureBytes, Compatibility, Hash32

__all__ = ["VRF_BYTES", "VRFOutput", "evaluate", "require_proof", "verify", "vrf_payload"]

VRF_BYTES: Final = Hash32.LENGTH + BLSSignatureBytes.LENGTH
"""Length of a value with its proof, 128 bytes."""


@dataclass(frozen=True, slots=True)
class VRFOutput:
    """A value and its proof. Nothing about it is verified yet.

    Attributes:
        beta: the 32-byte value.
        proof: the 96-byte proof.
    """

    beta: Hash32
    proof: BLSSignatureBytes

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Split 128 bytes, the form in headers and in commits, into value and proof.

        Raises:
            DecodeError: ``vrf-length`` for another length.
        """
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"a VRF is bytes, not {type(data).__name__}")
        require(
            len(data) == VRF_BYTES,
            DecodeError,
            "vrf-length",
            f"A VRF with its proof has {VRF_BYTES} bytes.",
            expected=VRF_BYTES,
            actual=len(data),
        )
        return cls(Hash32(data[: Hash32.LENGTH]), BLSSignatureBytes(data[Hash32.LENGTH : VRF_BYTES]))

    def to_bytes(self) -> bytes:
        """Return the value followed by the proof, 128 bytes."""
        return bytes(self.beta) + bytes(self.proof)


def vrf_payload(alpha: bytes) -> bytes:
    """Return what the proof for the input ``alpha`` signs: its SHA-256."""
    return sha256(alpha).digest()


def evaluate(secret_key: SecretKey, alpha: bytes) -> VRFOutput:
    """Return the value of a key at ``alpha``, with its proof. Not constant-time.

    Args:
        secret_key: the key.
        alpha: the input, of any length; in consensus the hash of the parent.

    Source: harmony-one/harmony, crypto/vrf/bls/bls_vrf.go (``PrivateKey.Evaluate``).
    """
    proof = secret_key.sign(vrf_payload(alpha)).to_bytes()
    return VRFOutput(Hash32(sha256(proof).digest()), proof)


def verify(
    public_key: PublicKey, alpha: bytes, proof: bytes, *, compatibility: Compatibility = STRICT
) -> Hash32:
    """Check a proof and return the value it proves.

    Args:
        public_key: the key of whoever made the proof.
        alpha: the input.
        proof: exactly 96 bytes.
        compatibility: ``accept_trailing_bls_bytes`` takes a longer proof, whose value is the hash of **all** its
            bytes; ``accept_identity_bls_points`` takes the identity as key and proof, which proves nothing.

    Raises:
        DecodeError: the proof is no signature: ``bls-signature-length``, ``-identity``, ``-field``, ``-curve``,
            ``-subgroup``.
        VerificationError: ``vrf-proof`` when the proof is not that key's for that input;
            ``bls-verify-identity-key`` for the identity as key.

    Source: harmony-one/harmony, crypto/vrf/bls/bls_vrf.go (``PublicKey.ProofToHash``).
    """
    signature = Signature.from_bytes(proof, compatibility=compatibility, backend=public_key.backend)
    try:
        verify_signature(public_key, vrf_payload(alpha), signature, compatibility=compatibility)
    except VerificationError as error:
        require_proof(error)
    return Hash32(sha256(proof).digest())


def require_proof(failure: VerificationError) -> None:
    """Turn the refusal of a proof's signature into that of a VRF; any other refusal stays what it is."""
    if failure.code != "bls-signature":
        raise failure
    require(
        condition=False,
        error=VerificationError,
        code="vrf-proof",
        message="The VRF proof is not that of this key for this input.",
    )
