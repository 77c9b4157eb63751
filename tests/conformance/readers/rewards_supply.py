"""rewards.json: the reward of each era, fees, and the numbers about supply, stake and return."""

from dataclasses import replace
from typing import Any, Final

from harmony_core.chain import Header, HeaderVersion
from harmony_core.chain.validator_wrapper import Delegation
from harmony_core.errors import HarmonyError
from harmony_core.params import NETWORK_NAMES, Network, load_network
from harmony_core.params.release_schedule import released_share
from harmony_core.primitives import (
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    ShardID,
)
from harmony_core.staking import (
    annual_return_at,
    block_reward,
    emission,
    fee_split,
    network_adjustment,
    pre_staking_tokens,
    raw_stake_per_slot,
    staked_share,
    total_tokens,
)
from support.conformance import Case, load_document, packaged_folder, reader
from support.sample_validators import ADDRESS, VALIDATOR, a_wrapper

OLD_TESTNET: Final = replace(
    load_network("testnet").config, five_seconds_epoch=Epoch(16500), two_seconds_epoch=Epoch(73000)
)


@reader("rewards", "default_staking_reward", inputs=("in",))
def of_epoch(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    config = load_network(asked["network"]).config
    return {"out": str(block_reward(config, Epoch(asked["epoch"]), BlockNumber(0)))}


@reader("rewards", "default_staking_reward_old_testnet", inputs=("in",))
def of_old_testnet(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    assert "FiveSecondsEpoch=16500, TwoSecondsEpoch=73000" in asked["config"]
    return {"out": str(block_reward(OLD_TESTNET, Epoch(asked.get("epoch", 0)), BlockNumber(asked["block"])))}


@reader("rewards", "constants", inputs=("in",))
def constants(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    assert case["in"] == {}
    return {
        "out": {
            "pre_staked": str(emission.PRE_STAKING_REWARD),
            "staked": str(emission.STAKING_REWARD),
            "five_sec": str(emission.FIVE_SECOND_REWARD),
            "two_sec": str(emission.TWO_SECOND_REWARD),
            "hip30": str(emission.HIP30_REWARD),
            "one_sec": str(emission.ONE_SECOND_REWARD),
        }
    }


@reader("rewards", "percentage_for_timestamp", inputs=("in",))
def released(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    network = load_network(case["in"]["network"])
    times = [row[0] for row in case.fields["out"]]  # the times are inputs that stand inside the output
    return {"out": [[time, str(released_share(network, time))] for time in times]}


@reader("rewards", "network_adjustment", inputs=("in",))
def adjustment(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    off, amount = network_adjustment(Dec.parse(case["in"]["percentage_staked"]))
    return {"out": {"how_much_off": str(off), "adjust_by": str(amount)}}


@reader("rewards", "what_percent_staked", inputs=("in",))
def staked(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    paid = int(asked["reward_accumulator_atto"])
    share = staked_share(
        load_network(asked["network"]),
        asked["timestamp"],
        [int(stake) for stake in asked["elected_total_delegations"]],
        initial_tokens=int(asked["initial_tokens_atto"]),
        paid=paid,
    )
    return {"out": {"error": None, "percentage": str(share), "so_far_doled_out": str(paid)}}


def _initial_tokens(case: Case) -> int:
    """Cases without inputs go by the initial supply of the others."""
    packaged = load_document(packaged_folder() / f"{case.file}.json")["cases"]
    rows = (row["in"] for row in (*case.siblings, *packaged) if row["kind"] == case.kind)
    return next(int(row["initial_tokens_atto"]) for row in rows if row)


@reader("rewards", "total_tokens", inputs=("in", "name"))
def tokens(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    name, _, moment = case["name"].partition(" ")
    network = load_network(asked.get("network", name))
    initial = int(asked["initial_tokens_atto"]) if asked else _initial_tokens(case)
    epoch = Epoch(asked.get("epoch", network.config.staking_epoch))
    shard = ShardID(int(moment.rpartition(" ")[2]) if "shard" in moment else 0)
    if "pre-staking" in moment:
        epoch = Epoch(epoch - 1)
    try:
        total = total_tokens(
            network,
            epoch,
            shard,
            initial_tokens=initial,
            paid=int(asked.get("reward_accumulator_atto", 0)),
        )
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    shown: dict[str, object] = {"error": None, "total": str(total)}
    if asked:
        shown["total_pre_staking"] = str(pre_staking_tokens(network, initial))
    return {"out": shown}


def _network_ending_at(asked: dict[str, Any]) -> Network:
    """The case names the network only by where its epochs end."""
    for name in NETWORK_NAMES:
        schedule = load_network(name).schedule
        if schedule.last_block_of_epoch(Epoch(asked["epoch"] - 1)) == asked["previous_epoch_last_block"]:
            return load_network(name)
    raise AssertionError("no network has such an epoch")


@reader("rewards", "apr", inputs=("in", "name"))
def annual_return(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    network = _network_ending_at(asked)
    end = BlockNumber(asked["previous_epoch_last_block"])
    before = Header(version=HeaderVersion.V3, number=end, time=asked["time_of_last_block_of_previous_epoch"])
    now = Header(version=HeaderVersion.V3, epoch=Epoch(asked["epoch"]), time=asked["time_now"])
    stake = (Delegation(ADDRESS, int(asked["snapshot_total_delegation"])),)
    snapshot = a_wrapper(block_reward=int(asked["block_reward_snapshot"]), delegations=stake)
    try:
        value = annual_return_at(
            network,
            now,
            {} if case["name"] == "missing header" else {end: before},
            a_wrapper(block_reward=int(asked["block_reward_now"])),
            None if case["name"] == "missing snapshot" else snapshot,
        )
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    return {"out": {"error": None, "apr": str(value)}}


@reader("rewards", "raw_stake_per_slot", inputs=("in",))
def raw_stake(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    keys = tuple(BLSPublicKeyBytes.from_hex(key) for key in asked["keys"])
    snapshot = a_wrapper(
        validator=replace(VALIDATOR, slot_keys=keys),
        delegations=(Delegation(ADDRESS, int(asked["total_delegation"])),),
    )
    return {"out": str(raw_stake_per_slot(load_network(asked["network"]), Epoch(asked["epoch"]), snapshot))}


@reader("rewards", "fee_split", inputs=("in",))
def fees(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    split = fee_split(
        load_network(asked["network"]),
        Epoch(asked["epoch"]),
        gas_used=asked["gas_used"],
        gas_price=int(asked["gas_price"]),
    )
    return {
        "out": {
            "coinbase": str(split.proposer),
            "collectors": {address.to_hex(): str(amount) for address, amount in split.collectors},
        }
    }
