"""Readers of the VDF vectors: discriminants, forms, evaluation, verification, the chain of hashes."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from harmony_core.errors import HarmonyError
from harmony_core.params import NETWORK_NAMES, load_network
from harmony_core.primitives import STRICT, Compatibility, Hash32
from harmony_core.randomness import vdf
from harmony_core.randomness.vdf.discriminant import (
    MODULUS,
    first_candidate,
    residues,
    sieve_table,
)
from harmony_core.randomness.vdf.encoding import decode_signed, encode_form, encode_signed
from harmony_core.randomness.vdf.form import (
    Form,
    compose,
    generator,
    normalize,
    power,
    reduce_form,
    square,
)
from harmony_core.randomness.vdf.hash_chain import hash_chain
from harmony_core.randomness.vdf.hash_prime import hash_prime
from harmony_core.randomness.vdf.reference_plan import reference_plan
from support.conformance import ABSENT, Case, reader, top_level_reader

REFERENCE = Compatibility.reference()


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def form_of(fields: Mapping[str, str]) -> Form:
    return Form(*(int(fields[name]) for name in ("a", "b", "c")))


def shown(form: Form) -> dict[str, str]:
    return {"a": str(form.a), "b": str(form.b), "c": str(form.c)}


@top_level_reader("vdf", keys=("constants", "vdfDifficulty"))
def constants(_document: Mapping[str, Any], _compatibility: Compatibility) -> dict[str, object]:
    table = sieve_table()
    text = "".join(f"{prime},{inverse}\n" for prime, inverse in table)
    rule = all(r % 8 == 7 for r in residues()) and list(residues()) == sorted(set(residues()))
    sieved = all(MODULUS * inverse % prime == 1 for prime, inverse in table)
    return {
        "constants": {
            "m": MODULUS,
            "residuesCount": len(residues()),
            "residuesRule": f"all 0<=r<m, r%8==7, gcd(r,m)==1 ascending (checked: {str(rule).lower()})",
            "sieveInfoCount": len(table),
            "sieveInfoFirst": list(table[0]),
            "sieveInfoLast": list(table[-1]),
            "sieveInfoSha256": sha256(text.encode()).hexdigest(),
            "sieveRule": "odd primes p < 2^16 not dividing m with q=m^-1 mod p "
            f"(checked: {str(sieved).lower()})",
        },
        "vdfDifficulty": {
            "devnet(fixed)" if name == "devnet" else name: load_network(name).schedule.vdf_difficulty
            for name in NETWORK_NAMES
        },
    }


@reader("vdf", "discriminant", inputs=("seed", "bits"))
def discriminants(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    seed, bits = unhex(case["seed"]), case["bits"]
    found, candidate = vdf.discriminant(seed, bits), first_candidate(seed, bits)
    steps, rest = divmod(-found - candidate.start, MODULUS)
    assert not rest
    return {
        "discriminant": str(found),
        "entropy": hexed(candidate.entropy),
        "nStart": str(candidate.start),
        "residue": candidate.residue,
        "residueIndex": candidate.residue_index,
        "stepsOfM": str(steps),
    }


@reader("vdf", "approximateParameters", inputs=("T",))
def parameters(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    plan = reference_plan(case["T"])
    return {"L": plan.blocks, "k": plan.digit_bits, "w": plan.share}


@reader("vdf", "twosComplement", inputs=("value",))
def twos_complement(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    value = int(case["value"])
    encoded = encode_signed(value)
    if value == 0:
        return {"encoded": "0x", "EncodeBigIntBigEndian": None}
    length = (abs(value).bit_length() + 16) >> 3
    return {
        "encoded": hexed(encoded),
        "decoded": str(decode_signed(encoded)),
        "filled20": hexed(value.to_bytes(20, "big", signed=True)),
        "EncodeBigIntBigEndian": hexed(value.to_bytes(length, "big", signed=True)),
    }


@reader("vdf", "form", inputs=("discriminant", "form", "other"))
def forms(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    form, other = form_of(case["form"]), form_of(case["other"])
    of_both = int(case["discriminant"])
    assert form.discriminant == other.discriminant == of_both
    return {
        "bits": of_both.bit_length(),
        "pow7": shown(power(form, 7)),
        "product": shown(compose(form, other)),
        "square": shown(square(form)),
        "squareUsingMultiply": shown(compose(form, form)),
        "serialized": hexed(encode_form(reduce_form(form), of_both)),
    }


@reader("vdf", "reduce", inputs=("form",))
def reductions(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    form = form_of(case["form"])
    return {
        "discriminant": str(form.discriminant),
        "normalized": shown(normalize(form)),
        "reduced": shown(reduce_form(form)),
    }


@reader("vdf", "vdf", inputs=("seed", "T", "bits"))
def evaluations(case: Case, compatibility: Compatibility) -> dict[str, object]:
    seed, iterations, bits = unhex(case["seed"]), case["T"], case["bits"]
    output = vdf.evaluate(seed, iterations, bits=bits)
    verified = vdf.verify(seed, iterations, output, bits=bits, compatibility=compatibility)
    of_seed = vdf.discriminant(seed, bits)
    x = encode_form(generator(of_seed), of_seed)
    challenge = hash_prime(x, verified.result)
    plan = reference_plan(iterations)
    return {
        "discriminant": str(of_seed),
        "x": hexed(x),
        "y": hexed(verified.result),
        "proof": hexed(verified.proof),
        "output": hexed(output),
        "hashPrimeB": str(challenge.prime),
        "hashPrimeJ": challenge.attempt,
        "rExponent_2^T_mod_B": str(pow(2, iterations, challenge.prime)),
        "L": plan.blocks,
        "k": plan.digit_bits,
        "verify": True,
        "vdfObjectVerify": True if bits == 2048 else ABSENT,
    }


def refusal(case: Case, compatibility: Compatibility) -> str | None:
    """Return the code with which the output is refused, None when it is accepted."""
    try:
        vdf.verify(
            unhex(case["seed"]),
            case["T"],
            unhex(case["blob"]),
            bits=case["bits"],
            compatibility=compatibility,
        )
    except HarmonyError as error:
        return error.code
    return None


def strict_verification(case: Case) -> str | None:
    return refusal(case, STRICT) if refusal(case, REFERENCE) is None else None


@reader("vdf", "vdfVerify", inputs=("seed", "T", "bits", "blob"), strict_differs=strict_verification)
def verifications(case: Case, compatibility: Compatibility) -> dict[str, object]:
    # What the reference dies of is refused here with a typed error.
    panics = {
        "vdf-form-positive": "panic: division by zero",
        "vdf-output-length": "panic: runtime error: invalid memory address or nil pointer dereference",
    }
    code = refusal(case, compatibility)
    return {"result": panics.get(code, False) if code else True}


@reader("vdf", "hashChainVdf", inputs=("input", "difficulty"))
def hash_chains(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    return {"output": hash_chain(Hash32.from_hex(case["input"]), case["difficulty"]).to_hex()}
