"""shardstate.json: both encodings of shard states, hashes, staked slots and look-ups."""

from typing import Any

from harmony_core.chain import Committee, ShardState, Slot, decode_shard_state
from harmony_core.chain.shard_state import StakedSlots, node_list_hash
from harmony_core.crypto.bls import PublicKey
from harmony_core.errors import HarmonyError
from harmony_core.primitives import (
    STRICT,
    Address,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    ShardID,
    address_to_bech32,
    bytes_from_hex,
)
from support.conformance import Case, reader

LOOKED_UP = range(5)


def _slot(row: list[Any]) -> Slot:
    address, key, stake = row
    return Slot(
        Address.from_hex(address),
        BLSPublicKeyBytes.from_hex(key),
        None if stake is None else Dec.parse(stake, compatibility=Compatibility.reference()),
    )


def _slots(rows: list[list[Any]]) -> tuple[Slot, ...]:
    return tuple(_slot(row) for row in rows)


def _state(fields: dict[str, Any]) -> ShardState:
    return ShardState(
        None if fields["epoch"] is None else Epoch(int(fields["epoch"])),
        tuple(Committee(ShardID(shard["shard_id"]), _slots(shard["slots"])) for shard in fields["shards"]),
    )


def _shown_state(state: ShardState) -> dict[str, object]:
    return {
        "epoch": None if state.epoch is None else str(state.epoch),
        "hash": state.hash.to_hex(),
        "shards": [
            {
                "shard_id": committee.shard_id,
                "slots": [
                    [
                        slot.address.to_hex(),
                        slot.bls_public_key.to_hex(),
                        None if slot.effective_stake is None else str(slot.effective_stake),
                    ]
                    for slot in committee.slots
                ],
            }
            for committee in state.committees
        ],
    }


def _shown_staked(staked: StakedSlots) -> dict[str, object]:
    return {
        "addrs": [address.to_hex() for address in staked.addresses],
        "count_staked_bls_key": staked.key_count,
        "count_staked_validator": len(staked.addresses),
        "total_effective_staked": str(staked.total_stake),
    }


def _json_form(state: ShardState) -> list[dict[str, object]]:
    return [
        {
            "shard-id": committee.shard_id,
            "member-count": len(committee.slots),
            "subcommittee": [
                {
                    "bls-pubkey": slot.bls_public_key.hex(),
                    "effective-stake": None if slot.effective_stake is None else str(slot.effective_stake),
                    "ecdsa-address": address_to_bech32(slot.address),
                }
                for slot in committee.slots
            ],
        }
        for committee in state.committees
    ]


def _found(state: ShardState, shard_id: int) -> dict[str, object]:
    try:
        committee = state.committee(ShardID(shard_id))
    except HarmonyError as error:
        return {"error": error.code}
    return {
        "count": len(committee.slots),
        "hash_sha3_256_of_rlp": committee.hash.to_hex(),
        "shard_id": committee.shard_id,
    }


def _strict_state_reason(state: ShardState) -> str | None:
    if state.epoch is not None and state.epoch.bit_length() > 64:
        return "rlp-integer-size"
    ids = [committee.shard_id for committee in state.committees]
    return "shard-state-shard-repeated" if len(set(ids)) < len(ids) else None


@reader(
    "shardstate",
    "encode",
    inputs=("in",),
    strict_differs=lambda case: _strict_state_reason(_state(case["in"]["state"])),
)
def encode(case: Case, compatibility: Compatibility) -> dict[str, object]:
    state = _state(case["in"]["state"])
    encoding = state.encode(staking=case["in"]["is_staking"])
    decoded = decode_shard_state(encoding, compatibility=compatibility)
    assert decoded.encode() == encoding
    return {
        "out": {
            "rlp": "0x" + encoding.hex(),
            "error": None,
            "hash": state.hash.to_hex(),
            "decoded": _shown_state(decoded),
            "json": _json_form(state),
            "staked_validators": _shown_staked(state.staked_slots()),
            "find_committee_by_id": {str(shard_id): _found(state, shard_id) for shard_id in LOOKED_UP},
            "committees": [
                {
                    "shard_id": committee.shard_id,
                    "rlp": "0x" + committee.encode().hex(),
                    "hash_sha3_256_of_rlp": committee.hash.to_hex(),
                    "node_list_hash": "0x" + node_list_hash(committee.slots).hex(),
                    "staked_validators": _shown_staked(committee.staked_slots()),
                }
                for committee in state.committees
            ],
        }
    }


def _strict_decode_reason(case: Case) -> str | None:
    data = bytes_from_hex(case["in"]["rlp"])
    try:
        return _strict_state_reason(decode_shard_state(data, compatibility=Compatibility.reference()))
    except HarmonyError:
        return None


@reader("shardstate", "decode", inputs=("in",), strict_differs=_strict_decode_reason)
def decode(case: Case, compatibility: Compatibility) -> dict[str, object]:
    data = bytes_from_hex(case["in"]["rlp"])
    try:
        state = decode_shard_state(data, compatibility=compatibility)
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    assert state.encode() == data
    return {"out": _shown_state(state)}


@reader("shardstate", "find_committee_nil_state", inputs=("in",))
def find_committee_nil_state(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    assert case["in"] == {}
    return {"out": _found(ShardState(None, ()), 0)}


@reader("shardstate", "address_for_bls_key", inputs=("in",))
def address_for_bls_key(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    given = case["in"]
    if "committee_slots" not in given:  # Go's nil committee, which ours cannot be
        return {"out": {"error": "no committee"}}
    committee = Committee(ShardID(0), _slots(given["committee_slots"]))
    try:
        address = committee.address_of(BLSPublicKeyBytes.from_hex(given["key"]))
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    return {"out": {"address": address.to_hex(), "error": None}}


def _strict_key_reason(case: Case) -> str | None:
    for row in case["in"].get("slots", []):
        key = BLSPublicKeyBytes.from_hex(row[1])
        try:
            PublicKey.from_bytes(key, compatibility=Compatibility.reference())
        except HarmonyError:
            return None
    try:
        for row in case["in"].get("slots", []):
            PublicKey.from_bytes(BLSPublicKeyBytes.from_hex(row[1]), compatibility=STRICT)
    except HarmonyError as error:
        return error.code
    return None


@reader("shardstate", "bls_public_keys", inputs=("in",), strict_differs=_strict_key_reason)
def bls_public_keys(case: Case, compatibility: Compatibility) -> dict[str, object]:
    if "slots" not in case["in"]:  # Go's nil committee, which ours cannot be
        return {"out": {"error": "no committee"}}
    committee = Committee(ShardID(0), _slots(case["in"]["slots"]))
    try:
        keys = [PublicKey.from_bytes(key, compatibility=compatibility) for key in committee.public_keys]
    except HarmonyError as error:
        return {"out": {"error": error.code, "n": 0}}
    assert [key.to_bytes() for key in keys] == list(committee.public_keys)
    return {"out": {"error": None, "n": len(keys)}}


@reader("shardstate", "compare_node_id_list", inputs=("in",))
def compare_node_id_list(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    first, second = ([slot.node_id for slot in _slots(case["in"][side])] for side in ("a", "b"))
    return {"out": (first > second) - (first < second)}
