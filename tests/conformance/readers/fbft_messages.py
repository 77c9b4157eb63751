"""fbft_messages.json: commit payloads, commits on headers, leaders, and the committees they refer to."""

from functools import cache
from typing import Any, Final

from harmony_core.chain.leader import leader_of_coinbase, shard_of_key
from harmony_core.chain.shard_state import Committee
from harmony_core.crypto.bls import SecretKey, Signature, address_of_key
from harmony_core.crypto.bls.constants import PRIME
from harmony_core.errors import HarmonyError
from harmony_core.params import load_chain_config, load_network
from harmony_core.primitives import (
    STRICT,
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    bytes_from_hex,
)
from harmony_core.quorum import (
    Commit,
    CommitTarget,
    TrustedCommittee,
    commit_payload,
    is_commit_checked,
    verify_commit_target,
)
from support.committees import committee_of
from support.conformance import ABSENT, Case, given_folders, load_document, packaged_folder, reader
from support.outcome import text_of

FILE: Final = "fbft_messages"


@reader(FILE, "commit_payload", inputs=("in",))
def payload(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    signed = commit_payload(
        load_chain_config(given["network"]),
        block_hash=Hash32.from_hex(given["block_hash"]),
        number=int(given["block_num"]),
        view_id=int(given["view_id"]),
        epoch=Epoch(given["epoch"]),
        compatibility=compatibility,
    )
    return {"out": "0x" + signed.hex()}


@reader(FILE, "committee", inputs=("in",))
def committee(case: Case, _: Compatibility) -> dict[str, object]:
    """A committee with its secret keys is given, as a result; its public keys follow from the secret ones."""
    assert set(case["in"]) <= {"network"}
    listed = case.fields["out"]
    if "slots" in listed:
        slots = zip(listed["slots"], listed["secret_keys"], strict=True)
        return {
            "out": {
                "secret_keys": listed["secret_keys"],
                "slots": [[slot[0], public_key(secret), slot[2]] for slot, secret in slots],
            }
        }
    members = [member | {"public_key": public_key(member["secret_key"])} for member in listed["members"]]
    return {"out": {"members": members, "shard_id": listed["shard_id"]}}


def public_key(secret: str) -> str:
    return SecretKey.from_bytes(bytes_from_hex(secret)).public_key().to_bytes().to_hex()


@cache
def engine_committee() -> Committee:
    """The committee of shard 1 that the engine's cases are about; one for every epoch."""
    for folder in (*given_folders(), packaged_folder()):
        path = folder / f"{FILE}.json"
        for fields in load_document(path)["cases"] if path.exists() else ():
            if fields["kind"] == "committee" and "slots" in fields["out"]:
                return committee_of(fields["out"]["slots"], 1)
    raise AssertionError("the committee of the engine's cases is missing")


def verify(given: dict[str, Any], compatibility: Compatibility) -> str | None:
    """Verify the commit of a case and return what is wrong with it."""
    trusted = TrustedCommittee(load_network("localnet"), Epoch(given["epoch"]), engine_committee())
    target = CommitTarget(
        shard_id=ShardID(given.get("shard_id", 1)),
        epoch=Epoch(given["epoch"]),
        number=BlockNumber(given["number"]),
        view_id=ViewID(given.get("view_id", 0)),
        block_hash=Hash32.from_hex(given["header_hash"]),
    )
    return text_of(
        lambda: verify_commit_target(
            target,
            Commit.from_bytes(bytes_from_hex(given["signature"]), bytes_from_hex(given["bitmap"])),
            trusted,
            compatibility=compatibility,
        )
    )


def refused_by_strict(case: Case) -> str | None:
    """Forgeries that pass the reference before staking, and everything that it leaves unchecked at its start."""
    given = case["in"]
    if not is_commit_checked(given.get("chain_current_number", 2), compatibility=Compatibility.reference()):
        return "unchecked-commits-at-chain-start"
    if "bitmap" not in given or verify(given, Compatibility.reference()) is not None:
        return None
    return None if verify(given, STRICT) is None else "commit-quorum-uniform"


@reader(FILE, "verify_header_signature_prestaking", inputs=("in",), strict_differs=refused_by_strict)
def before_staking(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return {"out": {"error": verify(case["in"], compatibility)}}


@reader(FILE, "verify_header_signature", inputs=("in",), strict_differs=refused_by_strict)
def header_signature(case: Case, compatibility: Compatibility) -> dict[str, object]:
    """The commit on a header, given with it and carried by its child; without a header, the child's parent is unknown."""
    given = case["in"]
    checked = is_commit_checked(given["chain_current_number"], compatibility=compatibility)
    if "header_hash" not in given:
        unknown = "the parent is unknown"
        return {
            "out": {
                "verify_header_child_error": unknown,
                "verify_seal_of_child_error": unknown if checked else None,
            }
        }
    error = verify(given, compatibility) if checked else None
    return {
        "out": {
            "verify_header_signature_error": error,
            "verify_header_child_error": error,
            "verify_seal_of_child_error": error,
        }
    }


@reader(FILE, "bls_key_address_and_shard", inputs=("in",))
def key_address_and_shard(case: Case, _: Compatibility) -> dict[str, object]:
    key = BLSPublicKeyBytes.from_hex(case["in"]["public_key"])
    return {
        "out": {
            "address": address_of_key(key).to_hex(),
            "shard_by_num_shards": {str(n): shard_of_key(key, n) for n in (1, 2, 4)},
        }
    }


@reader(FILE, "leader_from_coinbase", inputs=("in",))
def leader_from_coinbase(case: Case, _: Compatibility) -> dict[str, object]:
    given = case["in"]
    staking = load_chain_config("localnet").is_staking(Epoch(given["epoch"]))
    coinbase = Address.from_hex(given["coinbase"])
    found: list[BLSPublicKeyBytes] = []
    error = text_of(lambda: found.append(leader_of_coinbase(engine_committee(), coinbase, staking=staking)))
    return {"out": {"error": error, "key": found[0].to_hex() if found else ABSENT}}


FIRST_BYTES: Final = (1, 31, 32, 40, 47, 48)


@reader(FILE, "bls_sign_hash_truncation", inputs=("in",))
def truncation(case: Case, _: Compatibility) -> dict[str, object]:
    """What of a message a signature covers: 381 bits of its first 48 bytes."""
    given = case["in"]
    secret = SecretKey.from_bytes(bytes_from_hex(given["secret_key"]))
    message = bytes_from_hex(given["message"])
    signature = signed(secret, message)
    if signature is None:
        return {"out": {"nil": True}}
    result: dict[str, object] = {"nil": False, "signature": signature.to_bytes().to_hex()}
    if "equals_mod_p" in case.fields["out"]:
        value = int.from_bytes(message[:48], "little") & ((1 << 381) - 1)
        value = value & ((1 << 380) - 1) if value >= PRIME else value
        return {
            "out": result
            | {
                "equals_le_mask381_then_mask380_if_ge_p": signed(secret, le48(value)) == signature,
                "equals_mod_p": signed(secret, le48(value % PRIME)) == signature,
            }
        }
    result["equals_signature_over_first_n_bytes"] = [
        n for n in FIRST_BYTES if n < len(message) and signed(secret, message[:n]) == signature
    ]
    result["equals_signature_over_message_plus_zero_byte"] = signed(secret, message + b"\0") == signature
    if len(message) >= 48:
        result["ignored_bits_of_byte_47"] = [
            bit for bit in range(8) if signed(secret, flipped(message, bit)) == signature
        ]
    return {"out": result}


def signed(secret: SecretKey, message: bytes) -> Signature | None:
    try:
        return secret.sign(message)
    except HarmonyError:
        return None


def le48(value: int) -> bytes:
    return value.to_bytes(48, "little")


def flipped(message: bytes, bit: int) -> bytes:
    return message[:47] + bytes([message[47] ^ 1 << bit]) + message[48:]
