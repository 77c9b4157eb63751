"""Verification of single signatures and proofs of possession, and what an attacker would try."""

import pytest

from harmony_core.crypto import keccak256
from harmony_core.crypto.bls import (
    PublicKey,
    SecretKey,
    Signature,
    aggregate_public_keys,
    aggregate_signatures,
    hash_to_point,
    prove_possession,
    verify,
    verify_possession,
    verify_possessions,
)
from harmony_core.crypto.bls.herumi import prove_possession_of_key, sign_message, verify_message
from harmony_core.crypto.bls.verification import POSSESSION_PAYLOAD
from harmony_core.errors import HarmonyError, VerificationError
from harmony_core.primitives import Compatibility
from support.bls import PAYLOAD, secret_keys

KEYS = secret_keys(3)
IDENTITIES = Compatibility(accept_identity_bls_points=True)


def refusal(key: PublicKey, payload: bytes, signature: Signature) -> str:
    with pytest.raises(VerificationError) as info:
        verify(key, payload, signature)
    return info.value.code


def test_a_signature_holds() -> None:
    verify(KEYS[0].public_key(), PAYLOAD, KEYS[0].sign(PAYLOAD))


def test_a_false_signature_is_refused() -> None:
    signature = KEYS[0].sign(PAYLOAD)
    assert refusal(KEYS[1].public_key(), PAYLOAD, signature) == "bls-signature"
    assert refusal(KEYS[0].public_key(), PAYLOAD + b"x", signature) == "bls-signature"
    assert refusal(KEYS[0].public_key(), PAYLOAD, -signature) == "bls-signature"
    assert refusal(KEYS[0].public_key(), PAYLOAD, signature + signature) == "bls-signature"


def test_an_aggregate_holds_under_the_sum_of_its_keys_alone() -> None:
    total = aggregate_public_keys(key.public_key() for key in KEYS)
    signature = aggregate_signatures(key.sign(PAYLOAD) for key in KEYS)
    verify(total, PAYLOAD, signature)
    assert refusal(total - KEYS[0].public_key(), PAYLOAD, signature) == "bls-signature"
    assert refusal(KEYS[0].public_key(), PAYLOAD, signature) == "bls-signature"


def test_the_identity_as_a_key_is_refused() -> None:
    cancelled = KEYS[0].public_key() - KEYS[0].public_key()
    assert refusal(cancelled, PAYLOAD, KEYS[0].sign(PAYLOAD)) == "bls-verify-identity-key"
    assert refusal(cancelled, PAYLOAD, Signature.identity()) == "bls-verify-identity-key"


def test_the_identity_as_a_signature_is_refused() -> None:
    cancelled = KEYS[0].sign(PAYLOAD) - KEYS[0].sign(PAYLOAD)
    assert refusal(KEYS[0].public_key(), PAYLOAD, cancelled) == "bls-verify-identity-signature"


def test_compatibility_lets_the_identities_verify_on_every_payload() -> None:
    verify(PublicKey.identity(), PAYLOAD, Signature.identity(), compatibility=IDENTITIES)
    with pytest.raises(VerificationError):
        verify(KEYS[0].public_key(), PAYLOAD, Signature.identity(), compatibility=IDENTITIES)
    with pytest.raises(VerificationError) as info:
        verify(PublicKey.identity(), b"", Signature.identity(), compatibility=IDENTITIES)
    assert info.value.code == "bls-degenerate-payload"


def test_the_possession_payload_is_the_hash_of_harmony_one() -> None:
    assert keccak256(b"harmony-one") == POSSESSION_PAYLOAD


def test_a_proof_of_possession_holds() -> None:
    verify_possession(KEYS[0].public_key(), prove_possession(KEYS[0]))


def test_a_copied_proof_of_possession_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        verify_possession(KEYS[1].public_key(), prove_possession(KEYS[0]))
    assert info.value.code == "bls-signature"


def test_a_proof_of_possession_of_the_identity_is_refused() -> None:
    with pytest.raises(HarmonyError) as info:
        verify_possessions([bytes(48)], [bytes(96)])
    assert info.value.code == "bls-public-key-identity"
    with pytest.raises(VerificationError) as refused:
        verify_possession(PublicKey.identity(), Signature.identity())
    assert refused.value.code == "bls-verify-identity-key"
    verify_possessions([bytes(48)], [bytes(96)], compatibility=IDENTITIES)


def test_every_key_needs_its_own_proof() -> None:
    keys = [key.public_key().to_bytes() for key in KEYS]
    proofs = [prove_possession(key).to_bytes() for key in KEYS]
    verify_possessions(keys, proofs)
    verify_possessions([], [])
    with pytest.raises(VerificationError):
        verify_possessions(keys, [proofs[1], proofs[0], proofs[2]])


def test_a_missing_proof_of_possession_is_refused() -> None:
    keys = [key.public_key().to_bytes() for key in KEYS]
    proofs = [prove_possession(key).to_bytes() for key in KEYS]
    for missing in (proofs[:2], []):
        with pytest.raises(VerificationError) as info:
            verify_possessions(keys, missing)
        assert info.value.code == "possession-count"


def test_published_proofs_combine_into_one_for_a_rogue_key() -> None:
    # The limit of a proof on a fixed payload, kept here as a fact: whoever sees the victim's proof can register
    # x B - victim, prove its possession without knowing its secret, and then sign for both with x alone.
    victim, known = KEYS[0], SecretKey(12345)
    rogue = known.public_key() - victim.public_key()
    forged_proof = known.sign(POSSESSION_PAYLOAD) - prove_possession(victim)
    verify_possession(rogue, forged_proof)
    verify(victim.public_key() + rogue, PAYLOAD, known.sign(PAYLOAD))
    # The reference library's other proof, bound to the key, is not forged this way.
    with pytest.raises(VerificationError):
        verify_message(rogue, rogue.to_bytes(), known.sign(POSSESSION_PAYLOAD))


def test_herumis_signatures_hash_first() -> None:
    message = b"message of any length " * 10
    signature = sign_message(KEYS[0], message)
    verify_message(KEYS[0].public_key(), message, signature)
    with pytest.raises(VerificationError):
        verify_message(KEYS[0].public_key(), message + b"!", signature)
    proof = prove_possession_of_key(KEYS[0])
    verify_message(KEYS[0].public_key(), KEYS[0].public_key().to_bytes(), proof)
    with pytest.raises(VerificationError):
        verify_possession(KEYS[0].public_key(), proof)


def test_a_hash_does_not_reveal_a_signature_of_another() -> None:
    with pytest.raises(VerificationError):
        verify(KEYS[0].public_key(), PAYLOAD, hash_to_point(PAYLOAD))
