"""staking_rules.json, the kinds about the end of an epoch: locks, payouts, marks of the election, the floor."""

from dataclasses import replace
from typing import Any

from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.chain.validator_wrapper import Delegation, Undelegation
from harmony_core.errors import HarmonyError
from harmony_core.params import ChainConfig, load_network
from harmony_core.primitives import Address, Compatibility, Dec, Epoch, ShardID
from harmony_core.staking import (
    LockRules,
    StakingState,
    is_committee_selection_block,
    lock_period,
    mark_election,
    minimum_commission_rate,
    payout_undelegations,
    unlock,
)
from support.conformance import Case, reader
from support.staking_json import wrapper_of, wrapper_shown

_ONE = 10**18
_NOBODY = Address.zero()
_RANGE = "commission rate, change rate and max rate should be a value ranging from 0.0 to 1.0"
_ABOVE = "commission rate and change rate can not be larger than max commission rate"


def _switches(**epochs: int | None) -> ChainConfig:
    given: dict[str, Any] = {name: None if epoch is None else Epoch(epoch) for name, epoch in epochs.items()}
    return ChainConfig(
        chain_id=2, eth_compatible_chain_id=1666700000, eth_compatible_shard_0_chain_id=1666700000, **given
    )


@reader("staking_rules", "remove_unlocked", inputs=("in",))
def remove_unlocked(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    entries = tuple(
        Undelegation(ones * _ONE, Epoch(epoch)) for ones, epoch in given["undelegations_ones_epoch"]
    )
    unlocked = unlock(
        Delegation(_NOBODY, 0, 0, entries),
        epoch=Epoch(given["current_epoch"]),
        last_epoch_in_committee=Epoch(given["last_epoch_in_committee"]),
        rules=LockRules(
            period=given["lock_period"],
            early_unlock=not given["no_early_unlock"],
            drops_overdue=given["is_max_rate"],
        ),
    )
    remaining = unlocked.delegation.undelegations
    assert unlocked.paid + unlocked.dropped + sum(entry.amount for entry in remaining) == sum(
        entry.amount for entry in entries
    )
    return {
        "out": {
            "remaining": [[str(entry.amount), str(entry.epoch)] for entry in remaining],
            "withdrawn": str(unlocked.paid),
        }
    }


@reader("staking_rules", "lock_period", inputs=("in",))
def lock(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    return {"out": lock_period(load_network(given["network"]).config, Epoch(given["epoch"]))}


@reader("staking_rules", "payout_undelegations", inputs=("in",))
def payout(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    state = StakingState(
        validators={wrapper.validator.address: wrapper for wrapper in map(wrapper_of, given["validators"])}
    )
    rules = LockRules(
        period=given["lock_period"],
        early_unlock=not given["no_early_unlock"],
        drops_overdue=given["is_max_rate_next"],
    )
    paid = payout_undelegations(state.validators, epoch=Epoch(given["epoch"]), rules=rules)
    assert given["next_epoch"] == given["epoch"] + 1
    assert bool(paid.trace) == bool(paid.wrappers)
    delegators = {
        delegation.delegator
        for wrapper in state.validators.values()
        for delegation in wrapper.delegations
        if delegation.undelegations
    }
    after = state.with_validators(*paid.wrappers)
    return {
        "out": {
            "error": None,
            "balances": {account.to_hex(): str(paid.balances.get(account, 0)) for account in delegators},
            "validators": [wrapper_shown(wrapper) for wrapper in after.validators.values()],
        }
    }


@reader("staking_rules", "set_election_epoch_and_min_fee", inputs=("in",))
def election_marks(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    wrappers = list(map(wrapper_of, given["validators"]))
    addresses = [wrapper.validator.address for wrapper in wrappers]
    state = StakingState(
        validators=dict(zip(addresses, wrappers, strict=True)),
        first_election_epochs={
            address: Epoch(int(first))
            for address, first in zip(addresses, given["first_election_epoch"], strict=True)
        },
    )
    config = _switches(
        hip30_epoch=int(given["hip30_epoch"]),
        max_rate_epoch=int(given["max_rate_epoch"]),
        top_max_rate_epoch=int(given["top_max_rate_epoch"]),
        min_commission_rate_epoch=int(given["min_commission_rate_epoch"]),
    )
    config = replace(config, min_commission_promo_period=int(given["promo_period"]))
    elected = [address for address, chosen in zip(addresses, given["elected"], strict=True) if chosen]
    try:
        after, trace = mark_election(state, elected, Epoch(given["next_epoch"]), config)
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    assert trace
    return {
        "out": {
            "error": None,
            "first_election_epoch": [
                str(after.first_election_epochs.get(address, 0)) for address in addresses
            ],
            "sanity_after": [_refusal(after, address) for address in addresses],
            "validators": [wrapper_shown(after.validator(address)) for address in addresses],
        }
    }


def _refusal(state: StakingState, address: Address) -> str | None:
    """Return in the reference's words why a validator fails its own check, with the numbers that break the rule."""
    wrapper = state.validator(address)
    try:
        verify_validator_wrapper(wrapper)
    except HarmonyError as error:
        rates = wrapper.validator.commission
        named = {"rate": rates.rate, "max rate": rates.max_rate, "max change rate": rates.max_change_rate}
        if error.code == "validator-rate-range":
            name = next(name for name, rate in named.items() if not Dec.ZERO <= rate <= Dec.ONE)
            return f"{name}:{named[name]}: {_RANGE}"
        if error.code == "validator-rate-above-max":
            name = "max rate" if rates.rate > rates.max_rate else "max change rate"
            return f"rate:{rates.rate} {name}:{named[name]}: {_ABOVE}"
        return error.code
    return None


@reader("staking_rules", "min_commission_rate", inputs=("in",))
def minimum_rate(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    config = _switches(
        min_commission_rate_epoch=0 if given["era1"] else None, hip30_epoch=0 if given["era2"] else None
    )
    return {"out": str(minimum_commission_rate(config, Epoch(0)))}


@reader("staking_rules", "is_committee_selection_block", inputs=("in",))
def selection_block(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    config = load_network(given["network"]).config
    shard = ShardID(given["shard"])
    found = is_committee_selection_block(
        config, Epoch(given["epoch"]), shard, ends_epoch=given["has_shard_state"]
    )
    return {"out": found}
