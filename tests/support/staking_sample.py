"""A small staking state under rules of the test's choice, with real BLS keys where a directive needs proofs."""

from dataclasses import replace
from functools import cache
from typing import Any, Final

from harmony_core.chain.staking_message import CommissionRates, CreateValidator, Description, EditValidator
from harmony_core.chain.validator_wrapper import (
    CommissionRates as Rates,
)
from harmony_core.chain.validator_wrapper import (
    Delegation,
    Undelegation,
    Validator,
    ValidatorStatus,
    ValidatorWrapper,
)
from harmony_core.chain.validator_wrapper import (
    Description as Texts,
)
from harmony_core.crypto.bls import SecretKey, prove_possession
from harmony_core.params import ChainConfig, Network, load_network
from harmony_core.primitives import (
    STRICT,
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    Dec,
    Epoch,
)
from harmony_core.staking import DelegationIndex, StakingContext, StakingState
from support.bls import secret_keys

__all__ = [
    "ALICE",
    "BOB",
    "CAROL",
    "FIRST",
    "NO_TEXT",
    "ONE",
    "SECOND",
    "context",
    "create_message",
    "edit_message",
    "key",
    "proof",
    "sample_state",
    "sample_wrapper",
    "switches",
]

ONE: Final = 10**18
FIRST: Final = Address(b"\x01" * 20)
"""A validator with delegations of its own and of Alice and Bob."""
SECOND: Final = Address(b"\x02" * 20)
"""A validator with delegations of its own and of Alice."""
ALICE: Final = Address(b"\xaa" * 20)
BOB: Final = Address(b"\xbb" * 20)
CAROL: Final = Address(b"\xcc" * 20)
NO_TEXT: Final = Description("", "", "", "", "")


@cache
def _secrets() -> list[SecretKey]:
    return secret_keys(6, seed=6)


@cache
def key(number: int) -> BLSPublicKeyBytes:
    """Return one of six BLS keys."""
    return _secrets()[number].public_key().to_bytes()


@cache
def proof(number: int) -> BLSSignatureBytes:
    """Return the proof of possession of that key."""
    return prove_possession(_secrets()[number]).to_bytes()


def switches(**epochs: Any) -> ChainConfig:
    """Return switches of which only those named are ever on."""
    return ChainConfig(
        chain_id=2, eth_compatible_chain_id=1666700000, eth_compatible_shard_0_chain_id=1666700000, **epochs
    )


def context(
    config: ChainConfig | None = None,
    *,
    epoch: int = 10,
    number: int = 100,
    compatibility: Compatibility = STRICT,
) -> StakingContext:
    """Return a block's context under these switches; by default redelegation and the smaller minimum are in force."""
    default = switches(redelegation_epoch=Epoch(0), min_delegation_100_epoch=Epoch(0))
    network: Network = replace(load_network("localnet"), config=config or default)
    return StakingContext(
        network=network,
        epoch=Epoch(epoch),
        block_number=BlockNumber(number),
        compatibility=compatibility,
    )


def sample_wrapper(
    address: Address = FIRST,
    *,
    delegations: tuple[Delegation, ...] = (),
    rates: tuple[str, str, str] = ("0.1", "0.9", "0.5"),
    status: ValidatorStatus = ValidatorStatus.ACTIVE,
    own: int = 20_000,
    **changes: Any,
) -> ValidatorWrapper:
    """Return a validator that holds ``own`` ONE itself, with further delegations."""
    validator = Validator(
        address=address,
        slot_keys=(BLSPublicKeyBytes(bytes(address)[:1] * 48),),
        last_epoch_in_committee=Epoch(0),
        min_self_delegation=10_000 * ONE,
        max_total_delegation=1_000_000 * ONE,
        status=status,
        commission=Rates(*map(Dec.parse, rates)),
        update_height=1,
        description=Texts(identity=b"id-" + bytes(address)[:1].hex().encode()),
        creation_height=1,
    )
    return ValidatorWrapper(
        validator=replace(validator, **changes), delegations=(Delegation(address, own * ONE), *delegations)
    )


def sample_state(**changes: Any) -> StakingState:
    """Return the state that the tests begin with."""
    alice = Delegation(
        ALICE, 5_000 * ONE, 7, (Undelegation(300 * ONE, Epoch(5)), Undelegation(200 * ONE, Epoch(10)))
    )
    first = sample_wrapper(FIRST, delegations=(alice, Delegation(BOB, 1_000 * ONE, 11)))
    second = sample_wrapper(
        SECOND, delegations=(Delegation(ALICE, 0, 5, (Undelegation(400 * ONE, Epoch(4)),)),)
    )
    state = StakingState(
        validators={FIRST: first, SECOND: second},
        balances={FIRST: 50_000 * ONE, ALICE: 10_000 * ONE, BOB: 10_000 * ONE, CAROL: 30_000 * ONE},
        delegation_indexes={
            FIRST: (DelegationIndex(FIRST, 0),),
            SECOND: (DelegationIndex(SECOND, 0),),
            ALICE: (DelegationIndex(FIRST, 1), DelegationIndex(SECOND, 1)),
            BOB: (DelegationIndex(FIRST, 2),),
        },
        snapshots={FIRST: first, SECOND: second},
    )
    return replace(state, **changes)


def create_message(**changes: Any) -> CreateValidator:
    """Return a message by which Carol becomes a validator with two keys."""
    message = CreateValidator(
        CAROL,
        Description("Carol", "id-carol", "", "", ""),
        CommissionRates(Dec.parse("0.1"), Dec.parse("0.9"), Dec.parse("0.5")),
        10_000 * ONE,
        100_000 * ONE,
        (key(0), key(1)),
        (proof(0), proof(1)),
        10_000 * ONE,
    )
    return replace(message, **changes)


def edit_message(**changes: Any) -> EditValidator:
    """Return a message that changes the first validator."""
    return EditValidator(
        changes.pop("validator_address", FIRST), changes.pop("description", NO_TEXT), **changes
    )
