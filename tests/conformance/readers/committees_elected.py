"""committees.json: elections, the auction and who may stand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from harmony_core.chain.shard_state import Committee, ShardState, Slot, decode_shard_state
from harmony_core.committee import (
    BOUND,
    EXTENDED_BOUND,
    Bid,
    Candidate,
    CandidateOutcome,
    Election,
    ElectionRules,
    Purchase,
    committees_for_epoch,
    elect,
    hold_auction,
    is_eligible,
    median_stake,
)
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.params import Network, load_network
from harmony_core.primitives import (
    Address,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    address_to_bech32,
)
from support.conformance import ABSENT, Case, reader


def keys_of(texts: Sequence[str]) -> tuple[BLSPublicKeyBytes, ...]:
    return tuple(BLSPublicKeyBytes.from_hex(text) for text in texts)


@reader("committees", "effective_apply", inputs=("in",))
def effective_apply(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    bids = [
        Bid(Address.from_hex(order["address"]), keys_of(order["keys"]), int(order["stake"]))
        for order in given["orders"]
    ]
    auction = hold_auction(bids, given["pull"], EXTENDED_BOUND if given["extended_bound"] else BOUND)
    picks = [purchase_json(purchase) for purchase in auction.purchases]
    return {"out": {"median": str(auction.median), "picks": picks}}


def purchase_json(purchase: Purchase) -> dict[str, str]:
    return {
        "address": purchase.address.to_hex(),
        "epos_stake": str(purchase.effective_stake),
        "key": purchase.bls_public_key.to_hex(),
        "raw_stake": str(purchase.raw_stake),
    }


@reader("committees", "median", inputs=("in",))
def median(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    return {"out": str(median_stake([Dec.parse(text) for text in case["in"]["raw_stakes"]]))}


def impossible_counts(case: Case) -> str | None:
    given = case["in"]
    if given["last_epoch_in_committee"] != given["snapshot_epoch"]:
        return None
    return None if 0 <= given["signed_diff"] <= given["to_sign_diff"] else "signing-counts"


@reader("committees", "is_eligible", inputs=("in",), strict_differs=impossible_counts)
def eligible(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    epoch = Epoch(given["snapshot_epoch"])
    candidate = Candidate(
        address=Address.zero(),
        keys=(),
        stake=0,
        status=given["status"],
        last_epoch_in_committee=Epoch(given["last_epoch_in_committee"]),
        blocks_signed=given["signed_diff"],
        blocks_to_sign=given["to_sign_diff"],
    )
    hip32 = load_network(given["network"]).config.is_hip32(epoch)
    return {"out": is_eligible(candidate, epoch, hip32=hip32, compatibility=compatibility)}


def counts_differ(case: Case) -> str | None:
    given = case["in"]
    for candidate in given.get("candidates_in_validator_list_order", ()):
        signed = candidate["signed"] - candidate["snapshot_signed"]
        to_sign = candidate["to_sign"] - candidate["snapshot_to_sign"]
        in_committee = candidate["last_epoch_in_committee"] == given["current_header_epoch"]
        if in_committee and not 0 <= signed <= to_sign:
            return "signing-counts"
    return None


@reader("committees", "epos_auction", inputs=("in",), strict_differs=counts_differ)
def epos_auction(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    if "candidates_in_validator_list_order" not in given:
        return {"out": {"panic": panic_of_one_without_stake()}}
    candidates = [candidate_of(row) for row in given["candidates_in_validator_list_order"]]
    written = case.fields["out"]
    network = load_network(given["network"])
    current = Epoch(given["current_header_epoch"])
    rules = ElectionRules.of_network(network, Epoch(given["epoch"]), current)
    # The reference's function takes these two as arguments.
    round_rules = replace(rules, num_shards=given["num_shards"], slots_limit=given["slots_limit"])
    try:
        election = elect(round_rules, candidates, compatibility=compatibility)
    except HarmonyError as error:
        if error.code != "election-total-stake":
            raise
        return {"out": {"panic": str(error)}}
    out: dict[str, object] = {
        "epos_round": round_fields(election),
        # Small elections are written as JSON too, and their committees slot by slot.
        "epos_round_json": round_json(election) if "epos_round_json" in written else ABSENT,
    }
    try:
        state = state_of(case, network, rules, candidates, compatibility)
    except HarmonyError as error:
        out["compute_error"] = str(error)
    else:
        shards = written.get("shard_state", {}).get("shards", [])
        out["shard_state"] = state_fields(state, full=any("slots" in shard for shard in shards))
    return {"out": {name: value for name, value in out.items() if value is not ABSENT}}


def panic_of_one_without_stake() -> str | None:
    """The case that is told in words: one validator whose delegation is zero."""
    candidate = Candidate(
        address=Address.zero(), keys=(BLSPublicKeyBytes.zero(),), stake=0, last_epoch_in_committee=Epoch(1)
    )
    try:
        elect(ElectionRules.of_network(load_network("localnet"), Epoch(5)), [candidate])
    except HarmonyError as error:
        return str(error)
    return None


def candidate_of(row: dict[str, Any]) -> Candidate:
    return Candidate(
        address=Address.from_hex(row["address"]),
        keys=keys_of(row["keys"]),
        stake=sum(int(amount) for amount in row["delegations"]),
        status=row["status"],
        last_epoch_in_committee=Epoch(row["last_epoch_in_committee"]),
        blocks_signed=row["signed"] - row["snapshot_signed"],
        blocks_to_sign=row["to_sign"] - row["snapshot_to_sign"],
    )


def state_of(
    case: Case,
    network: Network,
    rules: ElectionRules,
    candidates: Sequence[Candidate],
    compatibility: Compatibility,
) -> ShardState:
    """The committees; where nobody wins, those that the reference had for the epoch before, which the case gives as result."""
    kept = case.fields["out"].get("shard_state")
    previous = decode_shard_state(bytes.fromhex(kept["rlp"][2:])) if kept else None
    found = committees_for_epoch(
        network,
        rules.epoch,
        candidates,
        current_epoch=rules.current_epoch,
        previous=previous,
        compatibility=compatibility,
    )
    return found.state


def round_fields(election: Election) -> dict[str, object]:
    return {
        "candidates_sorted_by_address": [
            {
                "percentage": str(outcome.share),
                "spread_among": [key.to_hex() for key in outcome.keys_at_auction],
                "stake": str(outcome.candidate.stake),
                "stake_per_key": str(outcome.stake_per_key.truncate_int()),
                "validator": outcome.candidate.address.to_hex(),
            }
            for outcome in admitted(election)
        ],
        "max_external_slots": election.auction.seats,
        "median": str(election.auction.median),
        "winners": [purchase_json(purchase) for purchase in election.auction.purchases],
    }


def admitted(election: Election) -> list[CandidateOutcome]:
    found = [outcome for outcome in election.outcomes if outcome.verdict.is_admitted]
    return sorted(found, key=lambda outcome: outcome.candidate.address)


def round_json(election: Election) -> dict[str, object]:
    return {
        "epos-median-stake": str(election.auction.median),
        "epos-slot-candidates": [
            {
                "keys-at-auction": [key.hex() for key in outcome.keys_at_auction],
                "percentage-of-total-auction-stake": str(outcome.share),
                "stake": outcome.candidate.stake,
                "stake-per-key": outcome.stake_per_key.truncate_int(),
                "validator": address_to_bech32(outcome.candidate.address),
            }
            for outcome in admitted(election)
        ],
        "epos-slot-winners": [
            {
                "bls-public-key": purchase.bls_public_key.hex(),
                "eposed-stake": str(purchase.effective_stake),
                "raw-stake": str(purchase.raw_stake),
                "slot-owner": address_to_bech32(purchase.address),
            }
            for purchase in election.auction.purchases
        ],
        "max-external-slots": election.auction.seats,
    }


def state_fields(state: ShardState, *, full: bool) -> dict[str, object]:
    # The reference wrote all of them in the form with stakes.
    encoded = state.encode(staking=True)
    return {
        "epoch": None if state.epoch is None else str(state.epoch),
        "hash": state.hash.to_hex(),
        "rlp": "0x" + encoded.hex(),
        "rlp_error": None,
        "rlp_keccak": keccak256(encoded).to_hex(),
        "shards": [committee_fields(committee, full=full) for committee in state.committees],
    }


def committee_fields(committee: Committee, *, full: bool) -> dict[str, object]:
    slots = [slot_json(slot) for slot in committee.slots]
    members = {"slots": slots} if full else {"first": slots[0], "last": slots[-1]}
    joined = b"".join(slot.node_id for slot in committee.slots)
    return {
        "committee_hash_sha3_256_of_rlp": committee.hash.to_hex(),
        "count": len(slots),
        "node_list_hash": keccak256(joined).to_hex() if joined else "0x",
        "shard_id": committee.shard_id,
        **members,
    }


def slot_json(slot: Slot) -> list[str | None]:
    stake = slot.effective_stake
    return [slot.address.to_hex(), slot.bls_public_key.to_hex(), None if stake is None else str(stake)]
