"""vrf.json: the VRFs of BLS keys and of P-256 keys."""

from hashlib import sha256

from harmony_core.crypto.bls import PublicKey, SecretKey
from harmony_core.errors import HarmonyError
from harmony_core.primitives import Compatibility, Hash32, bytes_from_hex
from harmony_core.randomness import vrf
from harmony_core.randomness.vrf import p256
from support.conformance import Case, reader

NOTHING = Hash32.zero().to_hex()


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


@reader("vrf", "blsEvaluate", inputs=("skSerialized", "alpha"))
def bls_evaluate(case: Case, compatibility: Compatibility) -> dict[str, object]:
    key, alpha = SecretKey.from_bytes(bytes_from_hex(case["skSerialized"])), bytes_from_hex(case["alpha"])
    output = vrf.evaluate(key, alpha)
    public = key.public_key()
    assert vrf.verify(public, alpha, output.proof, compatibility=compatibility) == output.beta
    assert vrf.VRFOutput.from_bytes(output.to_bytes()) == output
    return {
        "beta": output.beta.to_hex(),
        "proof": output.proof.to_hex(),
        "headerVrf": _hex(output.to_bytes()),
        "pub": public.to_bytes().to_hex(),
        "sha256Alpha": _hex(vrf.vrf_payload(alpha)),
    }


def strict_bls(case: Case) -> str | None:
    """Name why strict refuses what the reference accepts: longer proofs, and the identity as key and proof."""
    key, proof = bytes_from_hex(case["pub"]), bytes_from_hex(case["proof"])
    if not any(key) and len(proof) >= 96 and not any(proof[:96]):
        return "bls-public-key-identity"
    try:
        vrf.verify(PublicKey.from_bytes(key), bytes_from_hex(case["alpha"]), proof[:96])
    except HarmonyError:
        return None
    return "bls-signature-length" if len(proof) > 96 else None


@reader("vrf", "blsProofToHash", inputs=("pub", "alpha", "proof"), strict_differs=strict_bls)
def bls_proof_to_hash(case: Case, compatibility: Compatibility) -> dict[str, object]:
    try:
        key = PublicKey.from_bytes(bytes_from_hex(case["pub"]), compatibility=compatibility)
        proof = bytes_from_hex(case["proof"])
        beta = vrf.verify(key, bytes_from_hex(case["alpha"]), proof, compatibility=compatibility)
    except HarmonyError as error:
        return {"beta": NOTHING, "error": str(error)}
    assert beta == sha256(proof).digest()
    return {"beta": beta.to_hex(), "error": None}


@reader("vrf", "p256Evaluate", inputs=("d", "msg", "nonceR"))
def p256_evaluate(case: Case, compatibility: Compatibility) -> dict[str, object]:
    key, message = p256.P256SecretKey(int(case["d"])), bytes_from_hex(case["msg"])
    output = key.evaluate(message, entropy=lambda _length: bytes_from_hex(case["nonceR"]))
    assert key.public_key().verify(message, output.proof, compatibility=compatibility) == output.index
    return {
        "H1": [str(number) for number in p256.hash_to_point(message)],
        "H2ofMsg": str(p256.hash_to_scalar(message)),
        "index": output.index.to_hex(),
        "proof": _hex(output.proof),
        "pub": _hex(key.public_key().data),
    }


@reader("vrf", "p256ProofToHash", inputs=("pub", "msg", "proof"))
def p256_proof_to_hash(case: Case, compatibility: Compatibility) -> dict[str, object]:
    key = p256.P256PublicKey(bytes_from_hex(case["pub"]))
    try:
        index = key.verify(
            bytes_from_hex(case["msg"]), bytes_from_hex(case["proof"]), compatibility=compatibility
        )
    except HarmonyError as error:
        return {"index": NOTHING, "error": str(error)}
    return {"index": index.to_hex(), "error": None}
