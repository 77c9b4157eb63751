"""Readers of the BLS vectors: keys, map to curve, signatures, aggregation, decoding, key files, possession."""

from collections.abc import Callable, Mapping
from typing import Any

from harmony_core.crypto import keccak256
from harmony_core.crypto.bls import (
    PublicKey,
    SecretKey,
    Signature,
    address_of_key,
    aggregate_public_keys,
    aggregate_signatures,
    hash_to_point,
    load_backend,
    verify,
    verify_possession,
    verify_possessions,
)
from harmony_core.crypto.bls.base_point import base_point
from harmony_core.crypto.bls.constants import (
    CURVE_B,
    G1_COFACTOR,
    ORDER,
    PRIME,
    SQRT_OF_MINUS_3,
    TWIST_B,
    X_ABS,
    ZETA,
)
from harmony_core.crypto.bls.herumi import prove_possession_of_key, sign_message, verify_message
from harmony_core.crypto.bls.map_to_curve import map_to_curve, map_to_twist, payload_to_field
from harmony_core.crypto.key_file import decrypt_key_file
from harmony_core.crypto.mask import separate_signature_and_bitmap
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.primitives import Compatibility, Epoch, Hash32
from harmony_core.quorum import commit_payload
from support.conformance import ABSENT, Case, reader, top_level_reader

REFERENCE = Compatibility.reference()


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def fails(action: Callable[[], object]) -> str | None:
    try:
        action()
    except HarmonyError as error:
        return str(error)
    return None


def affine_g1(key: PublicKey) -> list[str] | None:
    affine = key.backend.g1_to_affine(key.point)
    return None if affine is None else [hex(number) for number in affine]


def affine_g2(signature: Signature) -> list[list[str]] | None:
    affine = signature.backend.g2_to_affine(signature.point)
    return None if affine is None else [[hex(number) for number in pair] for pair in affine]


def secret(case: Case, compatibility: Compatibility) -> SecretKey:
    return SecretKey(int(case["skDec"]), compatibility=compatibility)


def mapped_g1(t: int) -> dict[str, object]:
    mapping = map_to_curve(t)
    if mapping is None:
        return {"ok": False, "t": hex(t)}
    backend = load_backend()
    point = backend.g1_multiply(backend.g1_from_affine(mapping.point), G1_COFACTOR)
    return {
        "ok": True,
        "t": hex(t),
        "legendre_t": mapping.sign,
        "beforeCofactor": [hex(number) for number in mapping.point],
        "point": affine_g1(PublicKey(point, backend)),
    }


def mapped_g2(t: tuple[int, int]) -> dict[str, object]:
    mapping = map_to_twist(t)
    shown = [hex(number) for number in t]
    if mapping is None:
        return {"ok": False, "t": shown}
    backend = load_backend()
    point = Signature(backend.clear_g2_cofactor(backend.g2_from_affine(mapping.point)), backend)
    return {
        "ok": True,
        "t": shown,
        "legendre_t": mapping.sign,
        "w": [hex(number) for number in mapping.w],
        "xCandidateUsed": mapping.candidate,
        "sqrt_y": [hex(number) for number in mapping.root],
        "beforeCofactor": [[hex(number) for number in pair] for pair in mapping.point],
        "point": affine_g2(point),
        "serialized": point.to_bytes().to_hex(),
    }


def mapped(case: Mapping[str, Any]) -> dict[str, object]:
    payload = case["payload"]
    steps = {
        "g1int": lambda: mapped_g1(int(payload, 16)),
        "g1": lambda: mapped_g1(payload_to_field(unhex(payload))),
        "g2": lambda: mapped_g2((payload_to_field(unhex(payload)), 0)),
        "g2fp2": lambda: mapped_g2(
            (payload_to_field(unhex(payload)[:48]), payload_to_field(unhex(payload)[48:]))
        ),
    }
    return {"kind": case["kind"], "payload": payload, **steps[case["kind"]]()}


@top_level_reader("bls", keys=("mapTo",))
def map_to(document: Mapping[str, Any], compatibility: Compatibility) -> dict[str, object]:
    assert isinstance(compatibility, Compatibility)
    return {
        "mapTo": {
            "c1_sqrt_minus3": hex(SQRT_OF_MINUS_3),
            "c2": hex(ZETA),
            "g1_b": hex(CURVE_B),
            "g1_cofactor": hex(G1_COFACTOR),
            "g2_b": [hex(number) for number in TWIST_B],
            "p": str(PRIME),
            "r": str(ORDER),
            "z": hex(-X_ABS),
            "cases": [mapped(case) for case in document["mapTo"]["cases"]],
        }
    }


@reader("bls", "basePoint", inputs=())
def base(_case: Case, compatibility: Compatibility) -> dict[str, object]:
    assert isinstance(compatibility, Compatibility)
    point = PublicKey(base_point(load_backend()), load_backend())
    return {"affine": affine_g1(point), "pub": point.to_bytes().to_hex()}


@reader("bls", "key", inputs=("skDec",))
def key_pair(case: Case, compatibility: Compatibility) -> dict[str, object]:
    key = secret(case, compatibility)
    public = key.public_key()
    data = public.to_bytes()
    return {
        "address": address_of_key(data).to_hex(),
        "pub": data.to_hex(),
        "pubAffine": affine_g1(public),
        "pubAsBigEndianInt": str(int.from_bytes(data, "big")),
        "pubHex": data.hex(),
        "skHexStr": key.to_bytes().hex(),
        "skSerialized": hexed(key.to_bytes()),
    }


def strict_secret_key(case: Case) -> str | None:
    data = unhex(case["input"])
    number = int.from_bytes(data[:32], "little")
    if len(data) > 32 and number < ORDER:
        return "bls-secret-key-length"
    masked = number & ((1 << 255) - 1)
    zero = number == 0 and len(data) == 32
    return "bls-secret-key-range" if data and (zero or masked == 0) else None


@reader("bls", "skFromBytes", inputs=("input",), strict_differs=strict_secret_key)
def secret_key_from_bytes(case: Case, compatibility: Compatibility) -> dict[str, object]:
    data = unhex(case["input"])
    result: dict[str, object] = {"deserializeError": None, "setLittleEndianError": None}
    for field, decode in (
        ("deserialize", SecretKey.from_bytes),
        ("setLittleEndian", SecretKey.from_masked_bytes),
    ):
        try:
            result[field] = hexed(decode(data, compatibility=compatibility).to_bytes())
        except HarmonyError as error:
            result[f"{field}Error"] = str(error)
    return result


@reader("bls", "zeroSecretKey", inputs=(), strict_differs=lambda _case: "bls-secret-key-range")
def zero_secret_key(_case: Case, compatibility: Compatibility) -> dict[str, object]:
    key = SecretKey(0, compatibility=compatibility)
    return {"pub": key.public_key().to_bytes().to_hex(), "sig": key.sign(b"\x01").to_bytes().to_hex()}


@reader("bls", "signHash", inputs=("skDec", "payload"))
def sign_hash(case: Case, compatibility: Compatibility) -> dict[str, object]:
    key, payload = secret(case, compatibility), unhex(case["payload"])
    public = key.public_key()
    if payload_to_field(payload) == 0:
        assert fails(lambda: key.sign(payload))
        return {"pub": public.to_bytes().to_hex(), "sig": None}
    signature = key.sign(payload)
    return {
        "pub": public.to_bytes().to_hex(),
        "sig": signature.to_bytes().to_hex(),
        "hashPoint": hash_to_point(payload).to_bytes().to_hex(),
        "sigAffine": affine_g2(signature) if "sigAffine" in case.fields else ABSENT,
        "verify": fails(lambda: verify(public, payload, signature, compatibility=compatibility)) is None,
    }


@reader("bls", "signHashDegenerate", inputs=("skDec", "payload"))
def sign_hash_degenerate(case: Case, compatibility: Compatibility) -> dict[str, object]:
    key, payload = secret(case, compatibility), unhex(case["payload"])
    t = payload_to_field(payload)
    other = key.sign(bytes([t % 2 + 2]))
    refused = fails(lambda: verify(key.public_key(), payload, other, compatibility=compatibility))
    return {
        "sigIsNil": fails(lambda: key.sign(payload)) is not None,
        "sig": key.sign(payload).to_bytes().to_hex() if t else ABSENT,
        "verifyOfSomeSig": refused is None,
    }


@reader("bls", "commitPayload", inputs=("network", "epoch", "blockHash", "blockNum", "viewID", "skDec"))
def commit(case: Case, compatibility: Compatibility) -> dict[str, object]:
    block_hash = Hash32.from_hex(case["blockHash"])
    payload = commit_payload(
        load_network(case["network"]).config,
        block_hash=block_hash,
        number=int(case["blockNum"]),
        view_id=int(case["viewID"]),
        epoch=Epoch(int(case["epoch"])),
        compatibility=compatibility,
    )
    if case.get("skDec") is None:
        return {"payload": hexed(payload)}
    key = secret(case, compatibility)
    return {
        "payload": hexed(payload),
        "prepareSig": key.sign(block_hash).to_bytes().to_hex(),
        "sig": key.sign(payload).to_bytes().to_hex(),
    }


def is_zero(text: str, length: int) -> bool:
    data = unhex(text)
    return len(data) >= length and not any(data[:length])


def strict_pair(pub: str, sig: str) -> str | None:
    """Name the rule for which strict refuses a key or signature that the reference takes."""
    if len(unhex(pub)) > 48:
        return "bls-public-key-length"
    if is_zero(pub, 48):
        return "bls-public-key-identity"
    if len(unhex(sig)) > 96:
        return "bls-signature-length"
    return "bls-signature-identity" if is_zero(sig, 96) else None


def strict_verify(case: Case) -> str | None:
    pub, payload, sig = case["pub"], case["payload"], case["sig"]
    taken = check_signature(pub, payload, sig, REFERENCE) is None
    return strict_pair(pub, sig) if taken else None


def check_signature(pub: str, payload: str, sig: str, compatibility: Compatibility) -> str | None:
    def check() -> None:
        key = PublicKey.from_bytes(unhex(pub), compatibility=compatibility)
        signature = Signature.from_bytes(unhex(sig), compatibility=compatibility)
        verify(key, unhex(payload), signature, compatibility=compatibility)

    return fails(check)


@reader("bls", "verify", inputs=("pub", "payload", "sig"), strict_differs=strict_verify)
def verify_hash(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return {"result": check_signature(case["pub"], case["payload"], case["sig"], compatibility) is None}


def strict_aggregate(case: Case) -> str | None:
    reasons = [strict_pair(pub, sig) for pub, sig in zip(case["pubs"], case["sigs"], strict=True)]
    return next((reason for reason in reasons if reason), None)


@reader("bls", "aggregate", inputs=("pubs", "sigs", "payload"), strict_differs=strict_aggregate)
def aggregate(case: Case, compatibility: Compatibility) -> dict[str, object]:
    keys = [PublicKey.from_bytes(unhex(pub), compatibility=compatibility) for pub in case["pubs"]]
    signatures = [Signature.from_bytes(unhex(sig), compatibility=compatibility) for sig in case["sigs"]]
    total, signature = aggregate_public_keys(keys), aggregate_signatures(signatures)
    fewer = total - keys[0]
    payload = unhex(case["payload"])

    def holds(key: PublicKey) -> bool:
        return fails(lambda: verify(key, payload, signature, compatibility=compatibility)) is None

    return {
        "aggPub": total.to_bytes().to_hex(),
        "aggPubMinusFirst": fewer.to_bytes().to_hex(),
        "aggSig": signature.to_bytes().to_hex(),
        "verify": holds(total),
        "verifyMinusFirst": holds(fewer),
    }


@reader("bls", "addSub", inputs=("pub", "sig"))
def add_and_subtract(case: Case, compatibility: Compatibility) -> dict[str, object]:
    key = PublicKey.from_bytes(unhex(case["pub"]), compatibility=compatibility)
    signature = Signature.from_bytes(unhex(case["sig"]), compatibility=compatibility)
    return {
        "aggregateOfNoSigs": aggregate_signatures([]).to_bytes().to_hex(),
        "doubled": (key + key).to_bytes().to_hex(),
        "kMinusK": (key - key).to_bytes().to_hex(),
        "negated": (-key).to_bytes().to_hex(),
        "sigDoubled": (signature + signature).to_bytes().to_hex(),
    }


def strict_decoding(data: bytes, length: int, what: str) -> str | None:
    decode = PublicKey.from_bytes if what == "public-key" else Signature.from_bytes
    if len(data) < length or fails(lambda: decode(data[:length], compatibility=REFERENCE)):
        return None
    if len(data) > length:
        return f"bls-{what}-length"
    return None if any(data) else f"bls-{what}-identity"


@reader(
    "bls",
    "deserializePub",
    inputs=("input",),
    strict_differs=lambda case: strict_decoding(unhex(case["input"]), 48, "public-key"),
)
def deserialize_public_key(case: Case, compatibility: Compatibility) -> dict[str, object]:
    data = unhex(case["input"])
    try:
        key = PublicKey.from_bytes(data, compatibility=compatibility)
    except HarmonyError as error:
        text = str(error)
        errors = {"error": text, "BytesToBLSPublicKeyError": text}
        as_text = fails(lambda: PublicKey.from_hex(data.hex(), compatibility=compatibility))
        return {"ok": False, **errors, "WrapperPublicKeyFromStringError": as_text}
    assert PublicKey.from_hex(data.hex(), compatibility=compatibility) == key
    return {"ok": True, "affine": affine_g1(key), "reserialized": key.to_bytes().to_hex()}


@reader(
    "bls",
    "deserializeSig",
    inputs=("input",),
    strict_differs=lambda case: strict_decoding(unhex(case["input"]), 96, "signature"),
)
def deserialize_signature(case: Case, compatibility: Compatibility) -> dict[str, object]:
    try:
        signature = Signature.from_bytes(unhex(case["input"]), compatibility=compatibility)
    except HarmonyError as error:
        return {"ok": False, "error": str(error)}
    return {"ok": True, "affine": affine_g2(signature), "reserialized": signature.to_bytes().to_hex()}


def strict_text(case: Case) -> str | None:
    try:
        data = bytes.fromhex(case["input"])
    except ValueError:
        return None
    return strict_decoding(data, 48, "public-key") if len(data) * 2 == len(case["input"]) else None


@reader("bls", "pubHexString", inputs=("input",), strict_differs=strict_text)
def public_key_text(case: Case, compatibility: Compatibility) -> dict[str, object]:
    try:
        key = PublicKey.from_hex(case["input"], compatibility=compatibility)
    except HarmonyError as error:
        return {"ok": False, "error": str(error)}
    return {"ok": True, "hex": key.to_bytes().hex()}


@reader("bls", "keyFile", inputs=("content", "passphrase"))
def key_file(case: Case, compatibility: Compatibility) -> dict[str, object]:
    content = unhex(case["content"])
    digits = all(chr(byte) in "0123456789abcdef" for byte in content)
    shown = {"contentText": content.decode() if digits else ABSENT}
    try:
        key = decrypt_key_file(content, case["passphrase"], compatibility=compatibility)
    except HarmonyError as error:
        return {"ok": False, "error": str(error), **shown}
    return {
        "ok": True,
        "pub": key.public_key().to_bytes().to_hex(),
        "skSerialized": hexed(key.to_bytes()),
        **shown,
    }


@reader("bls", "popMessage", inputs=("string",))
def possession_message(case: Case, compatibility: Compatibility) -> dict[str, object]:
    assert isinstance(compatibility, Compatibility)
    return {"keccak256": keccak256(case["string"].encode()).to_hex()}


def strict_possession(case: Case) -> str | None:
    pub, sig = case["pub"], case["sig"]
    taken = not fails(lambda: verify_possessions([unhex(pub)], [unhex(sig)], compatibility=REFERENCE))
    return strict_pair(pub, sig) if taken else None


@reader("bls", "verifyBLSKey", inputs=("pub", "sig"), strict_differs=strict_possession)
def verify_bls_key(case: Case, compatibility: Compatibility) -> dict[str, object]:
    pub, sig = unhex(case["pub"]), unhex(case["sig"])

    def check() -> None:
        key = PublicKey.from_bytes(pub, compatibility=compatibility)
        proof = Signature.from_bytes(sig, compatibility=compatibility)
        verify_possession(key, proof, compatibility=compatibility)

    return {"error": fails(check)}


def strict_possessions(case: Case) -> str | None:
    keys, proofs = ([unhex(text) for text in case[field]] for field in ("pubs", "sigs"))
    if fails(lambda: verify_possessions(keys, proofs, compatibility=REFERENCE)):
        return None
    reasons = [strict_pair(pub, sig) for pub, sig in zip(case["pubs"], case["sigs"], strict=True)]
    return next((reason for reason in reasons if reason), None)


@reader("bls", "verifyBLSKeys", inputs=("pubs", "sigs"), strict_differs=strict_possessions)
def verify_bls_keys(case: Case, compatibility: Compatibility) -> dict[str, object]:
    keys, proofs = ([unhex(text) for text in case[field]] for field in ("pubs", "sigs"))
    return {"error": fails(lambda: verify_possessions(keys, proofs, compatibility=compatibility))}


@reader("bls", "separateSigAndMask", inputs=("input",))
def separate(case: Case, compatibility: Compatibility) -> dict[str, object]:
    assert isinstance(compatibility, Compatibility)
    try:
        signature, bitmap = separate_signature_and_bitmap(unhex(case["input"]))
    except HarmonyError as error:
        return {"error": str(error)}
    return {"sig": signature.to_hex(), "bitmap": hexed(bitmap)}


@reader("bls", "herumiSign", inputs=("skDec", "msg"))
def herumi_sign(case: Case, compatibility: Compatibility) -> dict[str, object]:
    key, message = secret(case, compatibility), case["msg"].encode()
    signature = sign_message(key, message)
    return {
        "sig": signature.to_bytes().to_hex(),
        "pop": prove_possession_of_key(key).to_bytes().to_hex(),
        "verify": fails(lambda: verify_message(key.public_key(), message, signature)) is None,
    }
