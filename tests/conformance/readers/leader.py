"""leader.json: next leaders, views and timeouts, and the rotation of leaders."""

import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from harmony_core.chain import Committee, Slot
from harmony_core.errors import HarmonyError
from harmony_core.fbft.leader import (
    LeaderRule,
    RotationMeta,
    Successor,
    fallback_next_view,
    next_leader,
    next_view,
    nth_next,
    nth_next_harmony,
    nth_next_validator,
    nth_next_validator_v2,
    rotated_leader,
    view_change_seconds,
)
from harmony_core.params import load_network
from harmony_core.primitives import Address, BLSPublicKeyBytes, Compatibility, Epoch, ShardID, ViewID
from support.committees import bitmap_of
from support.conformance import Case, reader
from support.fbft_cases import x

FILE: Final = "leader"
STRANGER: Final = BLSPublicKeyBytes(b"\xff" * 48)
RULES: Final = {
    "v0_no_rotation": LeaderRule.HARMONY,
    "v1_internal_only": LeaderRule.HARMONY,
    "v1_external": LeaderRule.VALIDATORS,
    "v2": LeaderRule.VALIDATORS_V2,
}


def committee_of(owners: Sequence[int]) -> Committee:
    """Return a committee of keys that are only names; owner ``i`` has an account of its own."""
    slots = (
        Slot(Address((owner + 1).to_bytes(20, "big")), key_at(at), None) for at, owner in enumerate(owners)
    )
    return Committee(ShardID(0), tuple(slots))


def key_at(index: int) -> BLSPublicKeyBytes:
    return STRANGER if index < 0 else BLSPublicKeyBytes(index.to_bytes(48, "big"))


def index_of(key: BLSPublicKeyBytes) -> int:
    return -1 if key == STRANGER else int.from_bytes(key, "big")


def written(search: Callable[[], Successor]) -> dict[str, object]:
    """Return a result as the reference run writes it, its panics and endless loops included."""
    try:
        successor = search()
    except HarmonyError as error:
        if error.code == "leader-endless":
            return {"infinite_loop": True}
        return {"panic": error.code}
    return {"found": successor.found, "index": index_of(successor.key)}


@reader(FILE, "nth_next", inputs=("in",))
def every_step(case: Case, _: Compatibility) -> dict[str, object]:
    """From where and how far stands in the rows; the rules among validators ran on one network only."""
    given = case["in"]
    instance = load_network(given["network"]).schedule.instance_for_epoch(Epoch(given["epoch"]))
    harmony_nodes = instance.num_harmony_nodes_per_shard
    assert harmony_nodes == given["num_hmy_nodes_per_shard"]
    committee = committee_of(given["owners"])
    keys = committee.public_keys
    owners = {slot.bls_public_key: slot.address for slot in committee.slots}
    rows = []
    for listed in case.fields["out"]:
        start, steps = key_at(listed["from"]), listed["next"]
        row: dict[str, object] = {
            "from": listed["from"],
            "next": steps,
            "nth_next": written(lambda: nth_next(keys, start, steps)),  # noqa: B023 - called at once
            "nth_next_hmy": written(
                lambda: nth_next_harmony(keys, start, steps, harmony_nodes)  # noqa: B023
            ),
        }
        if "nth_next_validator" in listed:
            row["nth_next_validator"] = written(
                lambda: nth_next_validator(keys, owners, start, steps)  # noqa: B023
            )
            row["nth_next_validator_v2"] = written(
                lambda: nth_next_validator_v2(keys, owners, start, steps)  # noqa: B023
            )
        rows.append(row)
    return {"out": rows}


@reader(FILE, "fallback_next_view_id", inputs=("in",))
def fallback(case: Case, _: Compatibility) -> dict[str, object]:
    views = {"changing_to": ViewID(case["in"]["view_changing_id"])}
    views["current"] = ViewID(case["in"]["cur_block_view_id"])
    found = fallback_next_view(**views)
    return {
        "out": {
            "duration_nil_header_s": found.seconds,
            "duration_s": found.seconds,
            "next_view_id": found.view_id,
            "next_view_id_nil_header": found.view_id,
            "view_change_duration_s": view_change_seconds(**views),
        }
    }


@reader(FILE, "next_view_id", inputs=("in",))
def view_after(case: Case, _: Compatibility) -> dict[str, object]:
    given = case["in"]
    block_time = 1_700_000_000
    found = next_view(
        block_view=ViewID(given["block_view_id"]),
        block_time=block_time,
        now=block_time + given["seconds_since_block_timestamp"],
        changing_to=ViewID(given["view_changing_id"]),
        current=ViewID(given["cur_block_view_id"]),
    )
    return {"out": {"duration_s": found.seconds, "next_view_id": found.view_id}}


@reader(FILE, "next_leader_on_view_change", inputs=("in",))
def on_view_change(case: Case, _: Compatibility) -> dict[str, object]:
    given = case["in"]
    committee = committee_of(given["owners"])
    assert len(committee.slots) == given["committee_size"]
    instance = load_network(given["network_schedule"]).schedule.instance_for_epoch(Epoch(given["epoch"]))
    assert instance.num_harmony_nodes_per_shard == given["num_hmy_nodes_per_shard"]
    rows = []
    for listed in case.fields["out"]:
        base = 0 if listed["last_block_of_epoch"] else listed["coinbase_index"]
        steps = listed["view_id"] - (given["block_view_id"] + 1)
        found = next_leader(
            RULES[given["config"]],
            committee,
            key_at(base),
            steps,
            harmony_nodes=instance.num_harmony_nodes_per_shard,
        )
        asked = ("coinbase_index", "last_block_of_epoch", "view_id")
        rows.append({name: listed[name] for name in asked} | {"next_leader_index": index_of(found.key)})
    return {"out": rows}


@reader(FILE, "next_leader_unknown_coinbase", inputs=("in",))
def unknown_coinbase(case: Case, _: Compatibility) -> dict[str, object]:
    """The rule stands in the name of the case only."""
    given = case["in"]
    found = next_leader(
        RULES.get(case.fields["name"], LeaderRule.VALIDATORS_V2),
        committee_of(given["owners"]),
        key_at(given["state_leader_index"]),
        given["gap"],
        harmony_nodes=0,
    )
    return {"out": {"next_leader_index": index_of(found.key)}}


@reader(FILE, "rotate_leader", inputs=("in",))
def rotation(case: Case, _: Compatibility) -> dict[str, object]:
    given = case["in"]
    found = None
    if given["epoch"] == given["current_block_epoch"]:
        found = rotated(given)
    return {"out": {"leader_index": given["default_index"] if found is None else index_of(found)}}


def rotated(given: dict[str, Any]) -> BLSPublicKeyBytes | None:
    committee = committee_of(given["owners"])
    epochs = given["epochs_of_last_4_headers"]
    signed = given["signed_indexes_of_last_4_headers_newest_first"]
    same = next((at for at, epoch in enumerate(epochs) if epoch != given["current_block_epoch"]), len(epochs))
    return rotated_leader(
        RULES[given["config"]],
        committee,
        key_at(given["current_leader_index"]),
        RotationMeta(key_at(given["meta_leader_index"]), Epoch(given["epoch"]), given["meta_count"]),
        blocks_per_epoch=given["blocks_per_epoch"],
        harmony_nodes=given["num_hmy_nodes_per_shard"],
        recent_bitmaps=[bitmap_of(len(committee.slots), indexes) for indexes in signed[:same]],
    )


@reader(FILE, "process_rotation_meta", inputs=("in",))
def rotation_meta(case: Case, _: Compatibility) -> dict[str, object]:
    """Which leader made each block stands in the rows."""
    given = case["in"]
    initial = given["initial"]
    keys = [BLSPublicKeyBytes.from_hex(key) for key in given["keys"]]
    leader = BLSPublicKeyBytes.from_hex(initial["pub"]) if initial["pub"] != "0x" else None
    meta = RotationMeta(leader, Epoch(initial["epoch"]), initial["count"])
    rows = []
    for listed in case.fields["out"]:
        meta = meta.after_block(Epoch(listed["block_epoch"]), keys[listed["leader"]])
        assert meta.leader is not None
        text = bytes(meta.leader) + f"{meta.epoch}{meta.count}".encode()
        row = {
            "count": meta.count,
            "crc32": x(zlib.crc32(text).to_bytes(4, "big")),
            "epoch": meta.epoch,
            "pub": x(meta.leader),
        }
        rows.append({"block_epoch": listed["block_epoch"], "leader": listed["leader"], "meta": row})
    return {"out": rows}
