"""Delegations: single directives on a large state, and the end of an epoch that pays what is due.

    python benchmarks/delegations.py [--quick] [--json]

The yardstick is the time to encode a wrapper of the state. Times are the shortest of a few runs.
"""

import argparse
import json
import resource
import sys
from functools import partial

from timing import best

from harmony_core.chain.staking_message import CollectRewards, Delegate, Undelegate
from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    Description,
    Undelegation,
    Validator,
    ValidatorStatus,
    ValidatorWrapper,
)
from harmony_core.params import load_network
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch
from harmony_core.staking import (
    DelegationIndex,
    Holdings,
    StakingContext,
    StakingState,
    apply_directive,
    end_epoch,
    store_validators,
)

ONE = 10**18
EPOCH = Epoch(2000)
DELEGATORS = 100
ROWS: list[dict[str, object]] = []


def row(name: str, microseconds: float, yardstick: float) -> None:
    ROWS.append({"what": name, "us": microseconds, "encodings": microseconds / yardstick})
    print(f"{name:<66} {microseconds:12.1f} {microseconds / yardstick:10.2f}")


def address(number: int) -> Address:
    return Address(number.to_bytes(Address.LENGTH, "big"))


def wrapper(number: int) -> ValidatorWrapper:
    """Return a validator with a hundred delegators, every tenth with an undelegation that is due."""
    due = (Undelegation(ONE, Epoch(EPOCH - 7)),)
    return ValidatorWrapper(
        validator=Validator(
            address=address(number),
            slot_keys=(BLSPublicKeyBytes(number.to_bytes(BLSPublicKeyBytes.LENGTH, "big")),),
            last_epoch_in_committee=Epoch(EPOCH),
            min_self_delegation=10_000 * ONE,
            max_total_delegation=10**9 * ONE,
            status=ValidatorStatus.ACTIVE,
            commission=CommissionRates(Dec.parse("0.07"), Dec.parse("0.5"), Dec.parse("0.02")),
            update_height=1,
            description=Description(),
            creation_height=1,
        ),
        delegations=(
            Delegation(address(number), 20_000 * ONE),
            *(
                Delegation(delegator(number, place), 100 * ONE, 5, due if place % 10 == 0 else ())
                for place in range(DELEGATORS)
            ),
        ),
    )


def delegator(validator: int, place: int) -> Address:
    return address(10**9 + validator * DELEGATORS + place)


def large_state(validators: int) -> StakingState:
    """Return a state with so many validators, and a balance for every delegator."""
    wrappers = [wrapper(number) for number in range(1, validators + 1)]
    indexes = {
        delegation.delegator: (DelegationIndex(item.validator.address, place),)
        for item in wrappers
        for place, delegation in enumerate(item.delegations)
    }
    return StakingState(
        validators={item.validator.address: item for item in wrappers},
        balances=dict.fromkeys(indexes, 1_000 * ONE),
        delegation_indexes=indexes,
        first_election_epochs={item.validator.address: Epoch(1000) for item in wrappers},
    )


def main() -> int:
    """Measure and print; there is no target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON at the end")
    arguments = parser.parse_args()
    validators = 100 if arguments.quick else 1_000
    state = large_state(validators)
    network = load_network("mainnet")
    number = network.schedule.last_block_of_epoch(EPOCH)
    context = StakingContext(network=network, epoch=EPOCH, block_number=number)
    account, own = delegator(1, 1), address(1)
    yardstick = best(lambda: [item.encode() for item in state.validators.values()], validators)
    size = f"{validators:,} validators, {validators * DELEGATORS:,} delegators"
    print(f"{size:<66} {'us':>12} {'encodings':>10}")
    row("encoding a wrapper of 101 delegations", yardstick, yardstick)
    for name, message in (
        ("delegate", Delegate(account, own, 100 * ONE)),
        ("undelegate", Undelegate(account, own, ONE)),
        ("collect rewards", CollectRewards(account)),
    ):
        row(name, best(partial(apply_directive, state, message, context)), yardstick)
    elected = list(state.validators)

    def end() -> object:
        ended = end_epoch(state, elected, Epoch(EPOCH + 1), context)
        return store_validators(state, ended.state)

    paid = validators * DELEGATORS // 10
    row(f"the end of an epoch, {paid:,} undelegations paid, checked", best(end), yardstick)
    row("counting all money", best(lambda: Holdings.of(state)), yardstick)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    ROWS.append({"what": "peak memory", "mib": peak})
    print(f"peak memory {peak:.0f} MiB")
    if arguments.json:
        print(json.dumps(ROWS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
