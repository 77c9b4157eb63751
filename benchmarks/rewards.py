"""Rewards: shares and distribution for many delegations, and a payment of aggregated rewards.

    python benchmarks/rewards.py [--quick] [--json]

The yardstick is one multiplication of 18-decimal numbers. Times are the shortest of a few runs.
"""

import argparse
import json
import random
import resource
import sys

from timing import best

from harmony_core.chain import Committee, ShardState, Slot
from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    Description,
    Validator,
    ValidatorStatus,
    ValidatorWrapper,
)
from harmony_core.params import load_network
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch, ShardID
from harmony_core.staking import (
    RewardedCommit,
    RewardedHeader,
    StakingState,
    delegation_shares,
    pay_aggregated,
    slash_validator,
    with_reward,
)

TARGET = 5.0
ONE = 10**18
ROWS: list[dict[str, object]] = []


def row(name: str, microseconds: float, multiplication: float) -> None:
    ROWS.append({"what": name, "us": microseconds, "multiplications": microseconds / multiplication})
    print(f"{name:<66} {microseconds:10.2f} {microseconds / multiplication:10.1f}")


def wrapper(own: Address, delegators: list[Address], source: random.Random) -> ValidatorWrapper:
    """Return a validator with its own delegation and one for each of these accounts."""
    return ValidatorWrapper(
        validator=Validator(
            address=own,
            slot_keys=(BLSPublicKeyBytes(source.randbytes(48)),),
            last_epoch_in_committee=Epoch(1999),
            min_self_delegation=10_000 * ONE,
            max_total_delegation=10**12 * ONE,
            status=ValidatorStatus.ACTIVE,
            commission=CommissionRates(Dec.parse("0.07"), Dec.parse("0.5"), Dec.parse("0.02")),
            update_height=1,
            description=Description(),
            creation_height=1,
        ),
        delegations=tuple(
            Delegation(account, source.randrange(100 * ONE, 10**5 * ONE), source.randrange(ONE))
            for account in (own, *delegators)
        ),
    )


def distribution(count: int, source: random.Random, multiplication: float) -> float:
    """Measure the distribution to ``count`` delegations and return its microseconds for each, shares included."""
    accounts = [Address(source.randbytes(20)) for _ in range(count)]
    snapshot = wrapper(accounts[0], accounts[1:], source)
    shares = delegation_shares(snapshot)
    making = best(lambda: delegation_shares(snapshot), count)
    paying = best(lambda: with_reward(snapshot, snapshot, 12_345 * ONE + 1, shares), count)
    row(f"shares of {count:,} delegations, each", making, multiplication)
    row(f"a reward to {count:,} delegations, each", paying, multiplication)
    slashing = best(lambda: slash_validator(snapshot, snapshot, Epoch(1)), count)
    row(f"slashing {count:,} delegations, each", slashing, multiplication)
    return making + paying


def payment(seats: int, delegators: int, source: random.Random, multiplication: float) -> None:
    """Measure a payment for 64 blocks of two shards, every key its own validator."""
    network, epoch = load_network("mainnet"), Epoch(2000)
    committees, wrappers = [], []
    for shard in range(2):
        slots = []
        for _ in range(seats):
            own = Address(source.randbytes(20))
            others = [Address(source.randbytes(20)) for _ in range(delegators)]
            wrappers.append(wrapper(own, others, source))
            stake = Dec.from_int(source.randrange(10**6, 10**7) * ONE)
            slots.append(Slot(own, BLSPublicKeyBytes(source.randbytes(48)), stake))
        committees.append(Committee(ShardID(shard), tuple(slots)))
    validators = {item.validator.address: item for item in wrappers}
    state = StakingState(validators=validators, snapshots=validators)
    bitmap = ((1 << seats) - 1).to_bytes((seats + 7) // 8, "little")
    headers = [
        RewardedHeader(
            RewardedCommit(ShardID(0), epoch, number, bitmap),
            (RewardedCommit(ShardID(1), epoch, number, bitmap),),
        )
        for number in range(64)
    ]

    def pay() -> object:
        return pay_aggregated(
            state,
            headers,
            epoch,
            Dec.from_int(14 * ONE),
            network=network,
            shard_states={epoch: ShardState(epoch, tuple(committees))},
        )

    name = f"64 blocks of 2 x {seats} seats, {delegators} delegators each: whole payment"
    row(name, best(pay, 1), multiplication)


def main() -> int:
    """Measure, print, and return 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON at the end")
    arguments = parser.parse_args()
    source = random.Random(1)
    first, second = Dec(source.getrandbits(120)), Dec(source.getrandbits(60))
    multiplication = best(lambda: [first * second for _ in range(10_000)], 10_000)
    print(f"{'':<66} {'us':>10} {'products':>10}")
    row("a product of 18-decimal numbers", multiplication, multiplication)
    sizes = (1_000, 10_000) if arguments.quick else (1_000, 10_000, 100_000)
    largest = 0.0
    for count in sizes:
        largest = distribution(count, source, multiplication)
    payment(50 if arguments.quick else 200, 20, source, multiplication)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    ROWS.append({"what": "peak memory", "mib": peak})
    met = largest <= TARGET
    print(
        f"shares and reward to {sizes[-1]:,} delegations: {largest:.2f} us each, target {TARGET:.0f}:"
        f" {'met' if met else 'MISSED'}; peak memory {peak:.0f} MiB"
    )
    if arguments.json:
        print(json.dumps(ROWS))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
