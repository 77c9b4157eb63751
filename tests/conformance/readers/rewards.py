"""rewards.json: what blocks pay, who gets what of it, and the numbers about supply and return."""

from typing import Any

from harmony_core.chain import Committee, ShardState, Slot
from harmony_core.errors import HarmonyError
from harmony_core.params import Network, load_network
from harmony_core.primitives import (
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Epoch,
    ShardID,
    bytes_from_hex,
)
from harmony_core.staking import (
    RewardedCommit,
    RewardedHeader,
    RewardOutcome,
    StakingState,
    block_reward,
    delegation_shares,
    pay_aggregated,
    pay_each_block,
    pay_pre_staking,
    with_reward,
)
from support.committees import committee_of
from support.conformance import Case, reader
from support.staking_json import wrapper_of, wrapper_shown


def _commit(row: dict[str, Any], *, epoch: int, shard_id: int, number: int) -> RewardedCommit:
    return RewardedCommit(ShardID(shard_id), Epoch(epoch), number, bytes_from_hex(row["bitmap"]))


def _headers(asked: dict[str, Any]) -> list[RewardedHeader]:
    return [
        RewardedHeader(
            _commit(row, epoch=asked["epoch"], shard_id=0, number=row["number"] - 1),
            tuple(
                _commit(link, epoch=link["epoch"], shard_id=link["shard_id"], number=row["number"])
                for link in row["crosslinks"]
            ),
        )
        for row in asked["headers_oldest_first_last_is_current"]
    ]


def _padded(case: Case) -> str | None:
    """The strict mode takes no bits past the last slot."""
    asked = case["in"]
    sizes = {row["shard_id"]: len(row["slots"]) for row in asked["committees"]}
    commits = [(0, bytes_from_hex(row["bitmap"])) for row in asked["headers_oldest_first_last_is_current"]]
    commits += [
        (link["shard_id"], bytes_from_hex(link["bitmap"]))
        for row in asked["headers_oldest_first_last_is_current"]
        for link in row["crosslinks"]
    ]
    extra = any(
        len(bits) == (sizes[shard] + 7) // 8 and int.from_bytes(bits, "little") >> sizes[shard]
        for shard, bits in commits
        if shard in sizes
    )
    return "bitmap-padding" if extra else None


def _paid(
    asked: dict[str, Any], network: Network, state: StakingState, compatibility: Compatibility
) -> RewardOutcome:
    headers, epoch = _headers(asked), Epoch(asked["epoch"])
    committees = ShardState(
        epoch, tuple(committee_of(row["slots"], row["shard_id"]) for row in asked["committees"])
    )
    epochs = {commit.epoch for header in headers for commit in (header.own, *header.cross_links)}
    shard_states = dict.fromkeys(epochs, committees)
    reward = block_reward(network.config, epoch, BlockNumber(asked["block"]))
    assert network.config.is_aggregated_reward(epoch) is asked["aggregated"]
    if asked["aggregated"]:
        assert network.schedule.reward_frequency == asked["reward_frequency"]
        return pay_aggregated(
            state,
            headers,
            epoch,
            reward,
            network=network,
            shard_states=shard_states,
            compatibility=compatibility,
        )
    return pay_each_block(
        state,
        headers[-1],
        reward,
        network=network,
        shard_states=shard_states,
        compatibility=compatibility,
    )


@reader("rewards", "staking_reward", inputs=("in",), strict_differs=_padded)
def staking_reward(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    network = load_network(asked["network"])
    validators = [wrapper_of(row) for row in asked["state_validators_before"]]
    snapshots = [wrapper_of(row) for row in asked["snapshots"]]
    state = StakingState(
        validators={wrapper.validator.address: wrapper for wrapper in validators},
        snapshots={wrapper.validator.address: wrapper for wrapper in snapshots},
    )
    try:
        outcome = _paid(asked, network, state, compatibility)
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    recovery = network.schedule.instance_for_epoch(Epoch(asked["epoch"])).hip30_recovery_address
    payouts = [
        [reward.address.to_hex(), reward.bls_public_key.to_hex(), str(reward.amount)]
        for reward in outcome.payouts
    ]
    shown: dict[str, object] = {"payouts_addr_key_amount": payouts[:60], "total": str(outcome.total)}
    if len(payouts) > 60:
        shown["payouts_truncated_from"] = len(payouts)
    return {
        "out": {
            "error": None,
            "payout": shown,
            "recovery_balance_credit": str(outcome.state.balance(recovery)) if recovery else "0",
            "remainder": str(outcome.recovery),
            "remainder_raw": str(outcome.recovery.raw),
            "state_validators_after": [
                wrapper_shown(outcome.state.validator(wrapper.validator.address)) for wrapper in validators
            ],
        }
    }


def _padded_before(case: Case) -> str | None:
    asked = case["in"]
    size = len(asked.get("addresses", ()))
    bits = bytes_from_hex(asked.get("bitmap", "0x"))
    right = len(bits) == (size + 7) // 8
    return "bitmap-padding" if right and int.from_bytes(bits, "little") >> size else None


@reader("rewards", "prestaking_reward", inputs=("in",), strict_differs=_padded_before)
def pre_staking(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    addresses = [Address.from_hex(text) for text in asked.get("addresses", ())]
    keys = [BLSPublicKeyBytes(place.to_bytes(48, "big")) for place in range(len(addresses))]
    committee = Committee(ShardID(0), tuple(map(Slot, addresses, keys)))
    # Without addresses the case is that of block 1, whose parent is the genesis block.
    own = RewardedCommit(
        ShardID(0), Epoch(0), 1 if addresses else 0, bytes_from_hex(asked.get("bitmap", "0x"))
    )
    try:
        outcome = pay_pre_staking(StakingState(), own, committee, compatibility=compatibility)
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    shown: dict[str, object] = {
        "error": None,
        "payout": {"payouts_addr_key_amount": list(outcome.payouts), "total": str(outcome.total)},
    }
    if addresses:
        shown["balance_by_slot_address"] = [str(outcome.state.balance(address)) for address in addresses]
        shown["remainder"] = str(outcome.recovery)
    return {"out": shown}


def _shareless(case: Case) -> str | None:
    return "reward-share" if "missing share" in case["name"] else None


@reader("rewards", "add_reward", inputs=("in", "name"), strict_differs=_shareless)
def add_reward(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    known = [wrapper_of(asked["snapshot"])] if "snapshot" in asked else []
    state = StakingState(validators={wrapper.validator.address: wrapper for wrapper in known})
    try:
        address = known[0].validator.address if known else Address(b"\x01" * 20)
        current = state.validator(address)
        shares = {} if _shareless(case) else delegation_shares(current)
        after = with_reward(current, current, int(asked["reward"]), shares, compatibility=compatibility)
    except HarmonyError as error:
        if error.code == _shareless(case):
            raise
        return {"out": {"error": error.code}}
    shown: dict[str, object] = {"error": None, "after": wrapper_shown(after)}
    if not _shareless(case):
        shown["shares"] = {delegator.to_hex(): str(share) for delegator, share in shares.items()}
    return {"out": shown}
