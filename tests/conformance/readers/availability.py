"""availability.json: who signed, counters of blocks, inactivity, and the words for a validator's status."""

from dataclasses import replace
from typing import Any

from harmony_core.chain import Committee, Slot
from harmony_core.chain.signing_threshold import is_below_signing_threshold
from harmony_core.chain.validator_wrapper import ValidatorStatus, ValidatorWrapper
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.primitives import (
    Compatibility,
    Dec,
    Epoch,
    bytes_from_hex,
)
from harmony_core.staking import (
    BlockSigners,
    StakingState,
    block_signers,
    boot_text,
    candidacy,
    candidacy_text,
    current_signing,
    signing_counts,
    status_text,
    with_signing_counts,
    with_signing_status,
)
from support.committees import committee_of
from support.conformance import Case, load_document, packaged_folder, reader
from support.sample_validators import VALIDATOR, a_wrapper


def _shown(slots: tuple[Slot, ...]) -> list[list[str | None]]:
    return [
        [
            slot.address.to_hex(),
            slot.bls_public_key.to_hex(),
            None if slot.effective_stake is None else str(slot.effective_stake),
        ]
        for slot in slots
    ]


def padding_set(bitmap: bytes, size: int) -> str | None:
    """The strict mode takes no bits past the last slot."""
    right = len(bitmap) == (size + 7) // 8
    return "bitmap-padding" if right and int.from_bytes(bitmap, "little") >> size else None


def _padded(case: Case) -> str | None:
    asked = case["in"]
    slots = asked.get("slots") or _slots_of_file(case)
    return padding_set(bytes_from_hex(asked["bitmap"]), len(slots)) if "bitmap" in asked else None


def _slots_of_file(case: Case) -> list[list[str | None]]:
    """The committee of a case that does not repeat it stands in the other cases of the file."""
    packaged = load_document(packaged_folder() / f"{case.file}.json")["cases"]
    for other in (*case.siblings, *packaged):
        if other["kind"] == "block_signers":
            slots: list[list[str | None]] = other["in"]["slots"]
            return slots
    raise AssertionError("no case has a committee")


@reader("availability", "block_signers", inputs=("in",), strict_differs=_padded)
def signers(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    try:
        found = block_signers(
            bytes_from_hex(asked["bitmap"]), committee_of(asked["slots"]), compatibility=compatibility
        )
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    return {"out": {"error": None, "payable": _shown(found.signed), "missing": _shown(found.missed)}}


@reader("availability", "ballot_result", inputs=("in",), strict_differs=_padded)
def ballot(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    if "bitmap" not in asked:  # the committee of another shard than the one that is asked for
        return {"out": {"error": "shard-not-in-state" if asked["shard"] != asked["parent_shard"] else None}}
    committee = committee_of(asked.get("slots") or _slots_of_file(case))
    try:
        found = block_signers(bytes_from_hex(asked["bitmap"]), committee, compatibility=compatibility)
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    return {"out": {"error": None, "payable": len(found.signed), "missing": len(found.missed)}}


def _initial(committee: Committee) -> StakingState:
    """Validator i begins with i blocks signed out of 10 i, in the order of the first slot of each."""
    addresses = committee.staked_slots().addresses
    return StakingState(
        validators={
            address: a_wrapper(address, blocks_signed=place, blocks_to_sign=10 * place)
            for place, address in enumerate(addresses)
        }
    )


@reader("availability", "increment_signing_counts", inputs=("in",), strict_differs=_padded)
def counters(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    committee = committee_of(asked.get("slots") or _slots_of_file(case))
    found = BlockSigners(committee.slots, ())
    if "bitmap" in asked:
        found = block_signers(bytes_from_hex(asked["bitmap"]), committee, compatibility=compatibility)
    before = _initial(committee) if "initial" in asked else StakingState()
    try:
        after = with_signing_counts(before, signing_counts(committee, found))
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    rows = [
        {
            "address": address.to_hex(),
            "signed": str(wrapper.blocks_signed),
            "to_sign": str(wrapper.blocks_to_sign),
        }
        for address, wrapper in after.validators.items()
    ]
    return {"out": {"error": None, "after": rows}}


def _impossible(case: Case) -> str | None:
    asked = case["in"]
    signed = asked["signed"] - asked["snapshot_signed"]
    return None if 0 <= signed <= asked["to_sign"] - asked["snapshot_to_sign"] else "signing-counts"


@reader("availability", "compute_current_signing", inputs=("in",), strict_differs=_impossible)
def signing(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    rate = current_signing(
        a_wrapper(blocks_signed=asked["snapshot_signed"], blocks_to_sign=asked["snapshot_to_sign"]),
        a_wrapper(blocks_signed=asked["signed"], blocks_to_sign=asked["to_sign"]),
        hip32=asked["is_hip32"],
        compatibility=compatibility,
    )
    return {
        "out": {
            "signed": str(rate.signed),
            "to_sign": str(rate.to_sign),
            "percentage": str(rate.percentage),
            "is_below_threshold": rate.is_below_threshold,
        }
    }


@reader("availability", "is_below_threshold", inputs=("in",))
def below(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    return {"out": is_below_signing_threshold(Dec.parse(case["in"]["quotient"]))}


def _status_state(asked: dict[str, Any], name: str) -> StakingState:
    current: ValidatorWrapper = a_wrapper(
        blocks_signed=5 + asked.get("signed_diff", 0), blocks_to_sign=9 + asked.get("to_sign_diff", 0)
    )
    status = asked.get("status", VALIDATOR.status)
    current = replace(current, validator=replace(current.validator, status=status))
    address = current.validator.address
    snapshot = a_wrapper(blocks_signed=5, blocks_to_sign=9)
    return StakingState(
        validators={} if name == "not in state" else {address: current},
        snapshots={} if name == "no snapshot" else {address: snapshot},
    )


def _unusual(case: Case) -> str | None:
    """The strict mode takes no counters that fell, nor more blocks signed than were asked for."""
    asked = case["in"]
    signed, to_sign = asked.get("signed_diff", 0), asked.get("to_sign_diff", 0)
    banned = asked.get("status") == ValidatorStatus.BANNED
    return None if banned or 0 <= signed <= to_sign else "signing-counts"


@reader("availability", "compute_and_mutate_epos_status", inputs=("in", "name"), strict_differs=_unusual)
def status_after(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    network = load_network(asked.get("network", "mainnet").partition("(")[0])
    try:
        after, _ = with_signing_status(
            _status_state(asked, case["name"]),
            VALIDATOR.address,
            network.config,
            Epoch(asked.get("snapshot_epoch", 0)),
            compatibility=compatibility,
        )
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    return {"out": {"error": None, "status_after": int(after.validator(VALIDATOR.address).validator.status)}}


@reader("availability", "eligibility_string", inputs=("in",))
def eligibility(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    return {"out": status_text(case["in"]["value"])}


@reader("availability", "candidacy_string", inputs=("in",))
def chances(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    return {"out": candidacy_text(case["in"]["value"])}


@reader("availability", "booted_string", inputs=("in",))
def booted(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    return {"out": boot_text(case["in"]["value"])}


@reader("availability", "validator_status", inputs=("in",))
def validator_status(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    value = candidacy(asked["status"], in_committee=asked["currently_in_committee"])
    return {"out": {"value": int(value), "string": candidacy_text(value)}}
