"""quorum.json: thresholds, quorum by bitmap, collected votes, and the masks they rest on."""

from typing import Any, Final

from harmony_core.crypto.bls import PublicKey, SecretKey, Signature, aggregate_public_keys, verify
from harmony_core.crypto.mask import Mask, separate_signature_and_bitmap
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.primitives import (
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Epoch,
    Hash32,
    ViewID,
    address_to_bech32,
    bytes_from_hex,
)
from harmony_core.quorum import (
    Ballot,
    Phase,
    Roster,
    StakeQuorum,
    UniformQuorum,
    VoteCollector,
    Voter,
)
from support.committees import bitmap_of, committee_of
from support.conformance import ABSENT, Case, reader
from support.outcome import text_of


def counts_signers(case: Case) -> str | None:
    """The strict verifier counts signers; the reference's compares the committee's size with the threshold."""
    return "commit-quorum-uniform" if case["in"]["participants"] else None


@reader("quorum", "uniform_threshold", inputs=("in",), strict_differs=counts_signers)
def uniform_threshold(case: Case, compatibility: Compatibility) -> dict[str, object]:
    size = case["in"]["participants"]
    rule = UniformQuorum(size)
    enough = size * 2 // 3 + 1
    bitmaps = [bitmap_of(size, range(n)) for n in range(enough - 2, enough + 2) if 0 <= n <= size]
    return {
        "out": {
            "by_mask": [
                {
                    "bitmap": "0x" + bitmap.hex(),
                    "decider_quorum_by_mask": rule.is_reached(bitmap),
                    "signers": int.from_bytes(bitmap, "little").bit_count(),
                    "total_power_by_mask": str(rule.power(bitmap)),
                    "verifier_quorum_by_mask": rule.is_reached(bitmap, compatibility=compatibility),
                }
                for bitmap in bitmaps
            ],
            "nil_mask": rule.is_reached(b""),
            "policy": rule.name,
            "quorum_threshold": str(rule.threshold),
            "two_thirds_signers_count": rule.threshold.truncate_int(),
        }
    }


@reader("quorum", "staked_by_mask", inputs=("in",))
def staked_by_mask(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    roster = roster_of(given, compatibility)
    rule = StakeQuorum(roster)
    size = len(given["slots"])
    # The masks are drawn at random, so that they stand among the results only; padding does not survive this.
    listed = [bytes_from_hex(row["bitmap"]) for row in case.fields["out"]["by_mask"]]
    bitmaps = [bitmap_of(size, (i for i in range(size) if bitmap[i // 8] >> i % 8 & 1)) for bitmap in listed]
    return {
        "out": {
            "by_mask": [
                {
                    "bitmap": "0x" + bitmap.hex(),
                    "decider": rule.is_enough(rule.power(bitmap)),
                    "power": str(rule.power(bitmap)),
                    "verifier": rule.is_reached(bitmap),
                }
                for bitmap in bitmaps
            ],
            "decider_json": decider_json(rule),
            "nil_mask": rule.is_reached(b""),
            "our_percent": str(roster.harmony_power),
            "their_percent": str(roster.staked_power),
            "threshold": str(rule.threshold),
            "threshold_raw": str(rule.threshold.raw),
        }
    }


def roster_of(given: dict[str, Any], compatibility: Compatibility) -> Roster:
    network = load_network(given["network"])
    return Roster.compute(
        committee_of(given["slots"]), network, Epoch(given["epoch"]), compatibility=compatibility
    )


def decider_json(rule: StakeQuorum) -> dict[str, object]:
    roster = rule.roster
    return {
        "policy": rule.name,
        "count": len(roster.voters),
        "external-validator-slot-count": sum(not voter.is_harmony for voter in roster.voters),
        "committee-members": [member_json(voter) for voter in roster.voters],
        "hmy-voting-power": str(roster.harmony_power),
        "staked-voting-power": str(roster.staked_power),
        "total-raw-stake": "0",
        "total-effective-stake": str(roster.total_effective_stake),
    }


def member_json(voter: Voter) -> dict[str, object]:
    member: dict[str, object] = {
        "is-harmony-slot": voter.is_harmony,
        "earning-account": address_to_bech32(voter.earning_account),
        "bls-public-key": voter.bls_public_key.hex(),
        "voting-power-unnormalized": str(voter.group_share),
        "voting-power-%": str(voter.power),
    }
    if not voter.is_harmony:
        member |= {"effective-stake": str(voter.effective_stake), "raw-stake": "0"}
    return member


def outsider_votes(case: Case) -> str | None:
    """A vote of a key outside the committee counts in the reference before staking."""
    given = case["in"]
    outsiders = any(-1 in step["signer_indexes"] for step in case.fields["out"]["steps"])
    known_phase = given["phase"] in {phase.value for phase in Phase}
    return "vote-outsider" if given["policy"] == UniformQuorum.name and outsiders and known_phase else None


@reader("quorum", "vote_sequence", inputs=("in",), strict_differs=outsider_votes)
def vote_sequence(case: Case, compatibility: Compatibility) -> dict[str, object]:
    """Who signs each step, and the signatures, stand among the results: they are taken from there and checked."""
    given = case["in"]
    committee = committee_of(given["slots"])
    rule = (
        StakeQuorum(roster_of(given, compatibility))
        if given["policy"] == StakeQuorum.name
        else UniformQuorum(len(given["slots"]))
    )
    assert given["policy"] == rule.name
    collector = VoteCollector(committee, rule, compatibility=compatibility)
    steps = [vote_step(given, step, collector) for step in case.fields["out"]["steps"]]
    before = last_share(collector, given["phase"])
    collector.reset()
    collector.reset([Phase.VIEW_CHANGE])
    after = last_share(collector, given["phase"])
    return {
        "out": {
            "final": {
                "current_total_power_before_reset_error": before[1],
                "current_total_power_after_reset": ABSENT if after[0] is None else after[0],
                "current_total_power_after_reset_error": after[1],
                **{f"{name}_after_reset": value for name, value in tally(collector, given["phase"]).items()},
            },
            "steps": steps,
        }
    }


def vote_step(given: dict[str, Any], step: dict[str, Any], collector: VoteCollector) -> dict[str, object]:
    result: dict[str, object] = {"error": None, "signer_indexes": step["signer_indexes"]}
    ballot = None
    try:
        phase = Phase.from_name(given["phase"])
        ballot = ballot_of(given, step)
        collector.add(phase, ballot)
    except HarmonyError as error:
        result["error"] = str(error)
    else:
        result |= {
            "aggregate_votes": collector.aggregate_signature(phase).to_bytes().to_hex(),
            "ballot_json": ballot_json(ballot),
            "ballot_signature": ballot.signature.to_bytes().to_hex(),
        }
    counted = tally(collector, given["phase"])
    return result | {
        "all_sigs_collected": collector.has_all_commits(),
        "quorum": counted["quorum"],
        "signers_count": counted["signers"],
    }


def tally(collector: VoteCollector, name: str) -> dict[str, object]:
    try:
        phase = Phase.from_name(name)
    except HarmonyError:
        return {"quorum": False, "signers": 0}
    return {"quorum": collector.has_quorum(phase), "signers": collector.signer_count(phase)}


def ballot_of(given: dict[str, Any], step: dict[str, Any]) -> Ballot:
    """The ballot of a step, its signature verified; a refused step records none, and signs with nothing."""
    listed = step.get("ballot_json")
    outsider = key_of_list(listed["bls-public-keys"]) if listed else BLSPublicKeyBytes.zero()
    keys = tuple(
        BLSPublicKeyBytes(bytes_from_hex(given["slots"][i][1])) if i >= 0 else outsider
        for i in step["signer_indexes"]
    )
    block_hash = Hash32.from_hex(given["block_hash"])
    signature = Signature.identity()
    if listed:
        signature = Signature.from_bytes(bytes_from_hex(step["ballot_signature"]))
        verify(aggregate_public_keys([PublicKey.from_bytes(key) for key in keys]), block_hash, signature)
    return Ballot(keys, block_hash, signature, BlockNumber(given["height"]), ViewID(given["view_id"]))


def key_of_list(text: str) -> BLSPublicKeyBytes:
    """The first key of a list that Go printed as numbers: ``[[1 2 ...] [...]]``."""
    return BLSPublicKeyBytes(bytes(int(number) for number in text[2:].split("]", 1)[0].split()))


def ballot_json(ballot: Ballot) -> dict[str, object]:
    keys = " ".join("[" + " ".join(str(byte) for byte in key) + "]" for key in ballot.keys)
    return {
        "bls-public-keys": f"[{keys}]",
        "block-header-hash": ballot.block_hash.to_hex(),
        "bls-signature": ballot.signature.to_bytes().hex(),
        "block-height": ballot.number,
        "view-id": ballot.view_id,
    }


def last_share(collector: VoteCollector, name: str) -> tuple[str | None, str | None]:
    try:
        return str(collector.last_share(Phase.from_name(name))), None
    except HarmonyError as error:
        return None, str(error)


def padding_set(case: Case) -> str | None:
    given = case["in"]
    size, bitmap = len(given["keys"]), bytes_from_hex(given["bitmap"])
    padded = len(bitmap) == (size + 7) // 8 and int.from_bytes(bitmap, "little") >> size
    return "bitmap-padding" if padded else None


@reader("quorum", "mask_set", inputs=("in",), strict_differs=padding_set)
def mask_set(case: Case, compatibility: Compatibility) -> dict[str, object]:
    """Set a mask as a whole, and list the keys of the bitmap; both are refused for a bitmap of another length."""
    given = case["in"]
    mask = Mask([BLSPublicKeyBytes.from_hex(key) for key in given["keys"]], compatibility=compatibility)
    bitmap = bytes_from_hex(given["bitmap"])
    error = text_of(lambda: mask.set_mask(bitmap))
    signed: list[BLSPublicKeyBytes] = []
    signed_error = text_of(lambda: signed.extend(mask.keys_of_bitmap(bitmap)))
    return {
        "out": {
            "aggregate_public": mask.aggregate_public_key.to_bytes().to_hex(),
            "bitmap_after": "0x" + mask.bitmap.hex(),
            "count_enabled": mask.count_enabled,
            "error": error,
            "signed_pub_keys": len(signed),
            "signed_pub_keys_error": signed_error,
        }
    }


@reader("quorum", "mask_errors", inputs=("in",))
def mask_errors(case: Case, compatibility: Compatibility) -> dict[str, object]:
    """A slot past the last key, and a key outside the committee."""
    assert case["in"] == {}
    inside, outside = (SecretKey(scalar).public_key().to_bytes() for scalar in (1, 2))
    mask = Mask([inside], compatibility=compatibility)
    results = {
        "index_enabled": text_of(lambda: mask.index_enabled(1)),
        "key_enabled": text_of(lambda: mask.key_enabled(outside)),
        "set_bit": text_of(lambda: mask.set_bit(1, enable=True)),
        "set_key": text_of(lambda: mask.set_key(outside, enable=True)),
    }
    wording = {
        "index_enabled": OUT_OF_RANGE,
        "set_bit": OUT_OF_RANGE,
        "key_enabled": NO_KEY,
        "set_key": NO_KEY,
    }
    return {"out": {name: wording[name] if result else None for name, result in results.items()}}


OUT_OF_RANGE: Final = "index out of range"
NO_KEY: Final = "key not found"


@reader("quorum", "separate_sig_and_mask", inputs=("in",))
def separate(case: Case, _: Compatibility) -> dict[str, object]:
    payload = bytes(case["in"]["length"])
    parts: list[bytes] = []
    error = text_of(lambda: parts.extend(separate_signature_and_bitmap(payload)))
    signature, bitmap = parts or (b"", b"")
    return {"out": {"error": error, "sig_len": len(signature), "mask_len": len(bitmap)}}
