"""reshard.json: what the last block of an epoch carries for the next."""

from dataclasses import dataclass
from typing import Any

from harmony_core.chain.header import Header, HeaderVersion, header_version_for_epoch
from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.committee import (
    BeaconView,
    BlockPlace,
    committees_to_expect,
    committees_to_propose,
    encode_next_committees,
    epoch_of_child,
    verify_carried_committees,
    with_next_committees,
)
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.params import Network, load_network
from harmony_core.primitives import BlockNumber, Compatibility, Epoch, Hash32, ShardID
from support.conformance import ABSENT, Case, given_folders, load_document, packaged_folder, reader
from support.outcome import outcome

GO_TYPES = {
    HeaderVersion.V0: "*v0.Header",
    HeaderVersion.V1: "*v1.Header",
    HeaderVersion.V2: "*v2.Header",
    HeaderVersion.V3: "*v3.Header",
}


def data(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


@reader("reshard", "beacon_db", inputs=("in",))
def beacon_db(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    assert case["in"] == {}
    return {
        "out": {
            epoch: "0x" + state.encode(staking=True).hex() for epoch, state in states(case.fields).items()
        }
    }


def states(fields: Any) -> dict[str, ShardState]:
    return {epoch: decode_shard_state(data(text)) for epoch, text in fields["out"].items()}


@dataclass(frozen=True)
class Records:
    """The committees that the beacon chain of the cases stored."""

    by_epoch: dict[str, ShardState]

    def shard_state(self, epoch: Epoch) -> ShardState:
        if str(epoch) not in self.by_epoch:
            raise MissingDataError("not stored", code="test-not-stored")
        return self.by_epoch[str(epoch)]


def records_of(case: Case) -> Records:
    paths = [folder / "reshard.json" for folder in (*given_folders(), packaged_folder())]
    others = [fields for path in paths if path.exists() for fields in load_document(path)["cases"]]
    for fields in (*case.siblings, *others):
        if fields["kind"] == "beacon_db":
            return Records(states(fields))
    return Records({})


@reader("reshard", "super_committee_for_next_epoch", inputs=("in",))
def super_committee(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    network = network_of_schedule(given["schedule"])
    number = BlockNumber(given["header_number"])
    assert network.schedule.is_last_block(number) is given["is_last_block_by_schedule"]
    place = BlockPlace(ShardID(given["shard_id"]), number, Epoch(given["header_epoch"]))
    view = BeaconView(
        epoch=Epoch(given["beacon_epoch"]),
        ends_epoch=given["beacon_header_has_shard_state"],
        validators=(),
        records=records_of(case),
    )
    header = Header(
        version=HeaderVersion.V3,
        shard_id=place.shard_id,
        number=number,
        epoch=place.epoch,
        shard_state=data(given.get("header_shard_state") or ""),
    )
    try:
        if given["is_verify"]:
            found = committees_to_expect(header, network, view, compatibility=compatibility)
        else:
            found = committees_to_propose(network, place, view, compatibility=compatibility)
    except HarmonyError as error:
        return {"out": {"error": str(error)}}
    state = ShardState(None, ()) if found is None else found.state
    encoded = encode_next_committees(network, state)
    carried = header.shard_state if given["is_verify"] else (b"" if found is None else encoded)
    return {
        "out": {
            "encoded": "0x" + encoded.hex(),
            "encoded_as_staking": state.epoch is not None,
            "epoch": None if state.epoch is None else str(state.epoch),
            "error": None,
            "hash": state.hash.to_hex(),
            "header_shard_state_set": found is not None,
            "num_shards": len(state.committees),
            "verify_matches_header": not carried or carried == encoded,
        }
    }


def network_of_schedule(text: str) -> Network:
    """The local network of a text such as ``localnet(16,16)``: blocks of an epoch, and of one from two seconds on."""
    name, _, lengths = text.removesuffix(")").partition("(")
    return load_network(name, blocks_per_epoch=int(lengths.split(",")[-1]) if lengths else None)


@reader("reshard", "epoch_of_next_block", inputs=("in",))
def epoch_of_next_block(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    network = load_network(given["network"])
    epoch = Epoch(given["parent_epoch"])
    parent = Header(
        version=header_version_for_epoch(network.config, epoch),
        number=BlockNumber(given["parent_number"]),
        epoch=epoch,
        shard_state=data(given["parent_shard_state"]),
    )
    return {"out": str(epoch_of_child(parent, network, compatibility=compatibility))}


@reader("reshard", "verify_shard_state", inputs=("in",))
def verify_shard_state(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    header = Header(
        version=HeaderVersion.V3,
        shard_id=ShardID(given["header_shard_id"]),
        shard_state=data(given["header_shard_state"]),
    )
    return {"out": {"error": refusal(header, given["chain_shard_id"], given["expected_state_encoded"])}}


def refusal(header: Header, own_shard: int, expected: str | None) -> str | None:
    """Why a header is refused by a node of ``own_shard`` that computed ``expected``, which it could not if None."""
    if header.shard_id != own_shard:
        return "a header of another shard"
    if not header.shard_state:
        return None
    if expected is None:
        return "the committees cannot be computed"
    try:
        verify_carried_committees(header, load_network("localnet"), decode_shard_state(data(expected)))
    except HarmonyError as error:
        return str(error)
    return None


@reader("reshard", "header_shard_state", inputs=("in",))
def header_shard_state(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    network = load_network(given["network"])
    epoch = Epoch(given["epoch"])
    empty = Header(version=header_version_for_epoch(network.config, epoch), epoch=epoch)
    state, problem = outcome(lambda: decode_shard_state(data(given["shard_state"])))
    carrying = with_next_committees(empty, network, state) if state else empty
    return {
        "out": {
            "get_shard_state_error": problem and str(problem),
            "get_shard_state_hash": decode_shard_state(carrying.shard_state).hash.to_hex()
            if state
            else ABSENT,
            "is_last_block_in_epoch_empty": empty.ends_epoch,
            "is_last_block_in_epoch_set": carrying.ends_epoch,
            "shard_state_hash_readback": (carrying.shard_state_hash or Hash32.zero()).to_hex(),
            "type": GO_TYPES[carrying.version],
        }
    }
