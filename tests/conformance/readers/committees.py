"""Committees before staking; elected ones are read elsewhere."""

from harmony_core.chain.shard_state import Committee, ShardState, Slot
from harmony_core.committee.pre_staking import committee_for_epoch, committee_of_instance
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.primitives import Compatibility, Epoch
from support.conformance import Case, reader


def slot(item: Slot) -> list[str | None]:
    stake = item.effective_stake
    return [item.address.to_hex(), item.bls_public_key.to_hex(), None if stake is None else str(stake)]


def node_list_hash(committee: Committee) -> str:
    content = b"".join(item.address + item.bls_public_key for item in committee.slots)
    return keccak256(content).to_hex() if content else "0x"


def described(committee: Committee, *, full: bool) -> dict[str, object]:
    slots = [slot(item) for item in committee.slots]
    members: dict[str, object] = {"slots": slots} if full else {"first": slots[0], "last": slots[-1]}
    return {
        "committee_hash_sha3_256_of_rlp": committee.hash.to_hex(),
        "count": len(slots),
        "node_list_hash": node_list_hash(committee),
        "shard_id": committee.shard_id,
        **members,
    }


def state_fields(state: ShardState, *, full: bool) -> dict[str, object]:
    encoded = state.encode(staking=False)
    return {
        "epoch": state.epoch,
        "hash": state.hash.to_hex(),
        "rlp": "0x" + encoded.hex(),
        "rlp_error": None,
        "rlp_keccak": keccak256(encoded).to_hex(),
        "shards": [described(committee, full=full) for committee in state.committees],
    }


@reader("committees", "prestaking", inputs=("in",))
def prestaking(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    state = committee_for_epoch(load_network(case["in"]["network"]), Epoch(case["in"]["epoch"]))
    # Small committees are written slot by slot, others by their first and last slots.
    in_full = any("slots" in shard for shard in case.fields["out"]["shards"])
    return {"out": state_fields(state, full=in_full)}


@reader("committees", "prestaking_nil_reader", inputs=("in",))
def prestaking_nil_reader(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    schedule = load_network(case["in"]["network"]).schedule
    try:
        state = committee_of_instance(schedule.instance_for_epoch(Epoch(case["in"]["epoch"])))
    except HarmonyError as error:
        return {"out": {"panic": str(error)}}
    return {"out": {"counts": [len(c.slots) for c in state.committees], "hash": state.hash.to_hex()}}
